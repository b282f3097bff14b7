"""A folder of what the tests of the heads found, made up: the grades are given, the numbers fit them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.formats import write_arrays, write_json, write_tsv

PASSES = {"A": "SLKRI", "B": "SLRK", "C": "SLI", "D": "SI", "unsupported": "K", "not graded": ""}
CLAIMS = {"A": "detects -10", "B": "likely reads -35", "C": "may read no name"}
KINDS = {"random": 0.0, "rotated": 0.3}


def write_tested(
    folder,
    grades,
    heads_a_layer=4,
    window=128,
    label_shift=20,
    networks=20,
    graded_controls=0,
    rotated_pr_auc=0.001,
    seeds=3,
    elements=True,
):
    """Write the folder.

    Parameters
    ----------
    folder : Path
    grades : list of str
        Of each head, layer by layer.
    heads_a_layer, window, label_shift : int
    networks : int
        Of each kind of control; 0: none was run.
    graded_controls : int
        How many rotated-label heads have grade D.
    rotated_pr_auc : float
        Of every rotated-label network, with an interval of 10 % either side; the prevalence is 0.001.
    seeds : int
    elements : bool
        Whether heads of grade A and B have names.
    """
    folder = Path(folder)
    rng = np.random.default_rng(1)
    at = [(i // heads_a_layer + 1, i % heads_a_layer + 1) for i in range(len(grades))]
    rows = []
    for (layer, head), grade in zip(at, grades, strict=True):
        passed = PASSES[grade]
        outcome = {
            test: "passed" if test in passed else "not run" if not networks and test in "SL" else "failed"
            for test in "SLKRI"
        }
        named = elements and grade in "AB"
        element = ("-10" if grade == "A" else "-35") if named else ""
        q = {test: 0.01 if test in passed else 0.4 if networks else np.nan for test in "SL"}
        p = {test: value / 2 for test, value in q.items()}
        loss = -0.12 if "K" in passed else 0.002
        rows.append(
            {
                "layer": layer,
                "head": head,
                "peak_d": 27 if element != "-35" else 50,
                "peak_x_uniform": 60.0 if "S" in passed else 1.1,
                "focus": 0.6 if "S" in passed else 0.001,
                **{
                    f"s_{name}_{kind}": value
                    for kind in KINDS
                    for name, value in (("p", p["S"]), ("q", q["S"]), ("above", 0 if "S" in passed else networks))
                },
                "told": 0.14 if "L" in passed else 0.0001,
                "bits_heldout": 1.4 if "L" in passed else 0.1,
                "output_slope": 1.1,
                "bits_attention": 0.5,
                "bits_best_windows": 5.0,
                "bits_random_windows": 0.05,
                "logo_auroc": 0.97,
                **{
                    f"l_{name}_{kind}": value
                    for kind in KINDS
                    for name, value in (("p", p["L"]), ("q", q["L"]), ("above", 0 if "L" in passed else networks))
                },
                "seeds_found": seeds - 1 if "R" in passed else 0,
                "seeds_run": seeds,
                **{
                    f"dprauc_{kind}{part}": loss + step
                    for kind in ("zero", "mean", "uniform")
                    for part, step in (("", 0), ("_lo", -0.05), ("_hi", 0.05))
                },
                "ism_rho": 0.4,
                "ism_lag": 3,
                "ism_p": 0.1,
                "ism_q": 0.3,
                "deletion_area": 2.0 if "I" in passed else 0.1,
                "deletion_lo": 1.5 if "I" in passed else -0.3,
                "deletion_hi": 2.5,
                **outcome,
                "grade": grade,
                "first_failed": next((test for test in "SLKRI" if outcome[test] != "passed"), ""),
                "content_share": 0.5,
                "type": "mixed",
                "element": element,
                "element_q": 0.001 if named else np.nan,
                "element_from_d": 27 if named else np.nan,
                "element_to_d": 32 if named else np.nan,
                "element_shift_nt": 0 if named else np.nan,
                "claim": (CLAIMS[grade] if named else "no name") if grade in CLAIMS else "",
            }
        )
    heads = pd.DataFrame(rows)
    write_tsv(folder / "heads.tsv", heads)
    write_tsv(
        folder / "seeds.tsv",
        pd.DataFrame(
            [
                {
                    "layer": layer,
                    "head": head,
                    "network": f"replicate_{seed}",
                    "match_layer": layer,
                    "match_head": head,
                    "profile_r": 0.9,
                    "lag": 0,
                    "logo_r": 0.8,
                    "logo_p": 0.003,
                    "logo_q": 0.006,
                    "matched": int("R" in PASSES[grade]),
                }
                for (layer, head), grade in zip(at, grades, strict=True)
                for seed in range(2, seeds + 1)
            ],
            columns=[
                "layer",
                "head",
                "network",
                "match_layer",
                "match_head",
                "profile_r",
                "lag",
                "logo_r",
                "logo_p",
                "logo_q",
                "matched",
            ],
        ),
    )
    profiles = [pd.DataFrame({"layer": layer, "head": head, "network": f"replicate_{seed}", "d": np.arange(window),
                              "x_uniform": 0.5 + seed})
                for (layer, head), grade in zip(at, grades, strict=True) if "R" in PASSES[grade]
                for seed in range(2, seeds + 1)]
    write_tsv(folder / "seed_profiles.tsv", pd.concat(profiles) if profiles else pd.DataFrame(
        columns=["layer", "head", "network", "d", "x_uniform"]))
    left = graded_controls
    control_rows = []
    for kind, extra in KINDS.items():
        for number in range(1, networks + 1):
            for layer, head in at:
                grade = "D" if kind == "rotated" and left > 0 else "unsupported"
                left -= grade == "D"
                control_rows.append(
                    {
                        "control": kind,
                        "network": number,
                        "layer": layer,
                        "head": head,
                        "peak_d": 30,
                        "peak_x_uniform": 1.1 + extra + 0.1 * rng.random(),
                        "told": 0.001 * rng.random() - 0.0001,
                        "bits_heldout": 0.1 + 0.1 * rng.random(),
                        "grade": grade,
                    }
                )
    write_tsv(
        folder / "controls.tsv",
        pd.DataFrame(
            control_rows,
            columns=["control", "network", "layer", "head", "peak_d", "peak_x_uniform", "told", "bits_heldout",
                     "grade"],
        ),
    )
    d = np.arange(window)
    write_tsv(
        folder / "bands.tsv",
        pd.concat(
            [
                pd.DataFrame(
                    {
                        "control": kind,
                        "d": d,
                        "low": 0.9,
                        "high": 1.1 + extra,
                        "highest": 1.3 + extra,
                        "n_networks": networks,
                        "n_heads": networks * len(grades),
                    }
                )
                for kind, extra in KINDS.items()
            ]
            if networks
            else [pd.DataFrame(columns=["control", "d", "low", "high", "highest", "n_networks", "n_heads"])]
        ),
    )
    columns = np.arange(min(100, window) - 1, -1, -1)
    logo = pd.DataFrame({"d": columns, "A": 1000.0, "C": 1000.0, "G": 1000.0, "T": 1000.0, "bits": 0.0, "used": 0})
    word = {32: "T", 31: "A", 30: "T", 29: "A", 28: "A", 27: "T"}
    for place, letter in word.items():
        logo.loc[logo["d"] == place, ["A", "C", "G", "T"]] = 200.0
        logo.loc[logo["d"] == place, letter] = 3400.0
        logo.loc[logo["d"] == place, "bits"] = 1.0
    logo.loc[(logo["d"] >= 22) & (logo["d"] <= 38), "used"] = 1
    if networks:
        flat = logo.assign(bits=0.01 * (logo["used"] == 1))
        flat[["A", "C", "G", "T"]] = 0.25
        write_tsv(
            folder / "control_logos.tsv",
            pd.concat(
                [
                    flat.assign(control=kind, network=1, layer=1, head=1, bits_heldout=0.17, from_peak=flat["d"] - 30)
                    for kind in KINDS
                ]
            ),
        )
    else:
        write_tsv(folder / "control_logos.tsv", pd.DataFrame())
    write_tsv(folder / "curated/logos.tsv", pd.concat([logo.assign(layer=layer, head=head) for layer, head in at]))
    words = [logo[logo["used"] == 1].assign(layer=layer, head=head, word=number, share=share)
             for layer, head in at for number, share in ((1, 0.7), (2, 0.3))]
    write_tsv(folder / "curated/words.tsv", pd.concat(words).drop(columns="used"))
    write_tsv(
        folder / "curated/windows.tsv",
        pd.DataFrame(
            [
                {
                    "layer": layer,
                    "head": head,
                    "contig": "sim",
                    "start": 100 + rank,
                    "end": 117 + rank,
                    "strand": "+-"[rank % 2],
                    "rank": rank,
                    "query": 140 + rank,
                    "score": 0.5,
                    "output": 1.0,
                }
                for layer, head in at
                for rank in range(1, 51)
            ]
        ),
    )
    n_layers = len(grades) // heads_a_layer
    shape = n_layers, heads_a_layer, window
    write_arrays(
        folder / "curated/parts.safetensors",
        {
            "n": np.full(window, 500),
            "content_share": np.full(shape[:2], 0.5),
            "cov_within": np.zeros(shape[:2]),
            **{
                name: np.full(shape, 1 / window)
                for name in ("var_content", "var_position", "cov", "score_mean", "norm_mean")
            },
        },
    )
    write_tsv(
        folder / "knockout.tsv",
        pd.DataFrame(
            [
                {
                    "layer": row["layer"],
                    "head": row["head"],
                    "kind": kind,
                    "metric": metric,
                    "value": 0.7,
                    "delta": row[f"dprauc_{kind}"],
                    "lo": row[f"dprauc_{kind}_lo"],
                    "hi": row[f"dprauc_{kind}_hi"],
                    "blocks": 20,
                }
                for row in rows
                for kind in ("zero", "mean", "uniform")
                for metric in ("pr_auc", "loss", "output_at_sites")
            ]
        ),
    )
    write_tsv(
        folder / "knockout_pairs.tsv",
        pd.DataFrame(
            [
                {
                    "layer": 1,
                    "head": 1,
                    "layer2": 1,
                    "head2": 2,
                    "delta": -0.3,
                    "sum_of_single": -0.2,
                    "interaction": -0.1,
                    "delta_lo": -0.4,
                    "delta_hi": -0.2,
                    "interaction_lo": -0.15,
                    "interaction_hi": -0.05,
                    "blocks": 20,
                }
            ]
        ),
    )
    write_json(
        folder / "knockout.json",
        {
            "arc": "test",
            "pr_auc": 0.7,
            "loss": 0.01,
            "output_at_sites": 2.2,
            "n_positions": 80000,
            "n_sites": 71,
            "prevalence": 0.001,
            "block_nt": 2000,
            "n_blocks": 20,
            "n_resamples": 200,
        },
    )
    effect = 0.2 + 1.5 * np.isin(d, [*range(27, 33), *range(50, 56)])
    write_tsv(
        folder / "ism_profile.tsv",
        pd.DataFrame(
            {
                "d": d,
                "base": label_shift - d + (d <= label_shift),
                "mean_abs": effect,
                "lo": 0.8 * effect,
                "hi": 1.2 * effect,
                "n": 20,
            }
        ),
    )
    write_tsv(
        folder / "ism_heads.tsv",
        pd.DataFrame(
            [
                {
                    "layer": layer,
                    "head": head,
                    "rho": 0.4,
                    "lag": 3,
                    "p": 0.1,
                    "q": 0.3,
                    "rho_sites": 0.3,
                    "shifts": window - 1,
                    "p_least": 0.0234,
                }
                for layer, head in at
            ]
        ),
    )
    orders = ["random", "ism", *(f"L{layer}_H{head}" for layer, head in at)]
    write_tsv(
        folder / "deletion.tsv",
        pd.DataFrame(
            [
                {
                    "order": order,
                    "k": k,
                    "mean_output": 2.0 - (0.05 if order == "random" else 0.15) * k,
                    "lo": -3.0,
                    "hi": 3.0,
                }
                for order in orders
                for k in (0, 1, 2, 4, 8, 16, 32)
            ]
        ),
    )
    write_tsv(
        folder / "deletion_heads.tsv",
        pd.DataFrame(
            [
                {
                    "layer": row["layer"],
                    "head": row["head"],
                    "area": row["deletion_area"],
                    "lo": row["deletion_lo"],
                    "hi": row["deletion_hi"],
                }
                for row in rows
            ]
        ),
    )
    write_json(
        folder / "receptive_field.json",
        {
            "context": {"upstream_nt": 266, "downstream_nt": 0},
            "measured": {"upstream_nt": 266, "downstream_nt": 0},
            "interval": [-266, 0],
            "within_context": True,
            "beyond_nt": 64,
            "precision": "float64",
            "seed": 1,
            "per_query": [],
        },
    )
    write_tsv(
        folder / "element_matches.tsv",
        pd.DataFrame(
            [
                {
                    "layer": row["layer"],
                    "head": row["head"],
                    "word": 0,
                    "element": row["element"],
                    "score": 6.0,
                    "p": 0.0002,
                    "p_composition": 0.001,
                    "q": 0.001,
                    "shift_nt": 0,
                    "place_from_d": 27,
                    "place_to_d": 32,
                    "expected_from_d": 27,
                    "expected_to_d": 32,
                    "named": 1,
                }
                for row in rows
                if row["element"]
            ],
            columns=[
                "layer",
                "head",
                "word",
                "element",
                "score",
                "p",
                "p_composition",
                "q",
                "shift_nt",
                "place_from_d",
                "place_to_d",
                "expected_from_d",
                "expected_to_d",
                "named",
            ],
        ),
    )
    write_tsv(
        folder / "motif_matches.tsv",
        pd.DataFrame(
            columns=[
                "layer",
                "head",
                "database",
                "motif",
                "name",
                "p",
                "q",
                "offset",
                "orientation",
                "overlap",
                "place_from_d",
                "place_to_d",
                "expected_from_d",
                "expected_to_d",
                "shuffled_hits_expected",
            ]
        ),
    )
    write_tsv(
        folder / "site_enrichment.tsv",
        pd.DataFrame(columns=["layer", "head", "factor", "n_sites", "observed", "expected", "fold", "p", "q"]),
    )
    rule = json.loads((Path(__file__).parent.parent / "assets/grade_rule.json").read_text())
    n = len(grades)
    write_json(
        folder / "grades.json",
        {
            "rule": rule,
            "rule_sha256": "ab" * 32,
            "grades": {grade: grades.count(grade) for grade in ("A", "B", "C", "D", "unsupported", "not graded")},
            "controls": {
                kind: {
                    "networks": networks,
                    "heads": networks * n,
                    "graded": graded_controls if kind == "rotated" else 0,
                    "best_grade": "D" if kind == "rotated" and graded_controls else None,
                    "smallest_q": min(1.0, n / (1 + networks * n)),
                    "testable": n / (1 + networks * n) <= 0.05,
                    "pr_auc": [{"value": value, "lo": 0.9 * value, "hi": 1.1 * value, "prevalence": 0.001}] * networks,
                }
                for kind, value in (("random", 0.001), ("rotated", rotated_pr_auc))
            },
            "capped": n / (1 + networks * n) > 0.05,
            "seeds": seeds,
            "pr_auc": 0.7,
            "prevalence": 0.001,
            "replicates": {f"replicate_{seed}": 0.69 for seed in range(2, seeds + 1)},
            "n_positions": 32768,
            "n_top": 250,
        },
    )
