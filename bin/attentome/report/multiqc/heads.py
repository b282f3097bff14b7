"""The sections of the MultiQC report about heads: atlas, numbers, heat map, control networks, knock-outs, pairs."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from attentome.figures.profile import CONTROL_TITLES
from attentome.figures.style import minus
from attentome.genome.ruler import signed
from attentome.heads.names import head_title
from attentome.report.text.heads import element_at, shared_bases
from attentome.report.text.numbers import interval_text, number

SHOWN_D = 128
"""Distances in the heat map."""
TESTS, CONTROL_KINDS = "SLKRI", ("rotated", "random")
STATISTICS = (
    ("peak_x_uniform_heldout", "Sharpness", "height of the peak, log2 × uniform", np.log2, 0.25),
    ("effect_information", "Logo", "information of the held-out effect logo, log10 of bit × logit²", np.log10, 1e-6),
)
"""Statistics compared with control heads: column, name, axis, scale, and where smaller values are drawn."""


def add_heads(found, run, card, atlas_png):
    """Add the sections about heads.

    Parameters
    ----------
    found : Sections
    run : RunResults
    card : dict
    atlas_png : Path
        Picture of the atlas.
    """
    found.add_picture("atlas", atlas_png)
    _add_numbers(found, run, card)
    _add_heatmap(found, run)
    if run.tested and len(run.tested.controls):
        _add_controls(found, run.tested)
    if run.tested and len(run.tested.knockout):
        _add_knockout(found, run.tested)
    if run.tested and len(run.tested.pairs):
        _add_pairs(found, run.tested)


def _add_numbers(found, run, card):
    data, shown = {}, card["grades"]["shown"]
    tests = {(row["layer"], row["head"]): row for row in run.tested.heads.to_dict("records")} if run.tested else {}
    for head in run.heads:
        numbers = head.numbers
        high, d = head.peak_top
        logo, windows = numbers["logo"], numbers["windows"]
        data[head.title] = {
            **(_graded(tests.get((head.layer, head.head)), shown) if tests else {"grade": "?"}),
            "d": d,
            "base": signed(numbers["groups"]["top"]["base"]),
            "box": minus(element_at(run.elements, d) or "none"),
            "height": high,
            "all": float(head.x_uniform("all")[d]),
            "consensus": shared_bases(logo) or "none",
            "bits": logo["total_bits"],
            "rho": numbers["spearman"]["rho_at_peak_d_all"],
            "sites": f"{windows['at_known_sites']} ({number(windows['expected_at_known_sites'], 2)})",
            "page": Markup('<a href="../heads/{}.html">open</a>').format(head.name),
        }
    found.add("heads", data)


def _graded(row, shown):
    """What the tests found of a head; ``row`` is its row of ``tests/heads.tsv``, None where it has none."""
    if row is None:
        return {"grade": "?", "claim": "not computed"}
    loss = {end: row[f"dprauc_zero{end and '_' + end}"] for end in ("", "lo", "hi")}
    return {
        "grade": {"not graded": "?", "unsupported": "−"}.get(row["grade"], row["grade"]) if shown else "!",
        "claim": minus(row["claim"]) if shown and pd.notna(row["claim"]) else "",
        "tests": " ".join({"passed": test, "not run": "?"}.get(row[test], "·") for test in TESTS),
        "share": 100 * row["content_share"] if pd.notna(row["content_share"]) else None,
        "loss": interval_text({"value": loss[""], **loss}) if pd.notna(loss[""]) else "not run",
        "seeds": f"{int(row['seeds_found'])} of {int(row['seeds_run']) - 1}",
        "effect_bits": row["bits_heldout"],
        "q_sharp": number(_larger_q(row, "s")),
        "q_logo": number(_larger_q(row, "l")),
    }


def _larger_q(row, test):
    """The larger of the q against the two kinds of control networks; None where there is none."""
    return max((row[f"{test}_q_{kind}"] for kind in CONTROL_KINDS if pd.notna(row[f"{test}_q_{kind}"])), default=None)


def _add_heatmap(found, run):
    far, data = min(SHOWN_D, run.profile["window"]), {}
    for head in run.heads:
        heights = np.log2(head.x_uniform("top")[:far].clip(min=0.25)).round(3).tolist()
        data[head.title] = {str(d): heights[d] for d in reversed(range(far))}
    found.add("heatmap", data, far=far)


def _add_controls(found, tested):
    kinds = {kind: CONTROL_TITLES[kind] for kind in CONTROL_KINDS}
    tabs, labels = [], []
    for column, name, axis, scale, lowest in STATISTICS:
        groups = {"trained": tested.heads[column]}
        for kind, text in kinds.items():
            groups[text] = tested.controls.loc[tested.controls["control"] == kind, column]
        tabs.append(
            {
                f"{text} ({len(values)} heads)": scale(values.clip(lower=lowest)).dropna().round(4).tolist()
                for text, values in groups.items()
                if len(values)
            }
        )
        labels.append({"name": name, "xlab": axis})
    found.add("controls", tabs, {"data_labels": labels}, kinds=kinds)


def _add_knockout(found, tested):
    rows = tested.knockout[(tested.knockout["metric"] == "pr_auc") & (tested.knockout["kind"] == "zero")]
    shown = rows["delta"].where((rows["hi"] < 0) | (rows["lo"] > 0))
    data = {}
    for layer, head, value in zip(rows["layer"], rows["head"], shown, strict=True):
        data.setdefault(f"layer {layer}", {})[f"head {head}"] = None if pd.isna(value) else round(float(value), 4)
    largest = float(shown.abs().max()) if shown.notna().any() else 0.01
    found.add("knockout", data, {"min": -largest, "max": largest}, base=tested.knockout_base)


def _add_pairs(found, tested):
    data = {}
    for row in tested.pairs.sort_values("delta", kind="stable").itertuples():
        data[f"{head_title(row.layer, row.head)} + {head_title(row.layer2, row.head2)}"] = {
            "delta": interval_text({"value": row.delta, "lo": row.delta_lo, "hi": row.delta_hi}),
            "sum": number(row.sum_of_single),
            "more": interval_text({"value": row.interaction, "lo": row.interaction_lo, "hi": row.interaction_hi}),
        }
    found.add("pairs", data)
