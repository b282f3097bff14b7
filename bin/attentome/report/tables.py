"""The tables that redo the report's figures: one row a fact, columns as in docs/output.md."""

import pandas as pd

from attentome.report.outcome.verdict import grades_shown, run_state

TESTED = (
    *("S", "L", "K", "R", "I", "first_failed", "claim", "element", "element_q", "type", "content_share"),
    *("s_q_random", "s_q_rotated", "effect_information", "bits_heldout", "l_q_random", "l_q_rotated", "logo_auroc"),
    *(f"dprauc_{kind}{part}" for kind in ("zero", "mean", "uniform") for part in ("", "_lo", "_hi")),
    *("seeds_found", "seeds_run", "ism_rho", "ism_q", "deletion_area", "deletion_lo", "deletion_hi"),
)
"""Columns of ``tests/heads.tsv`` that ``tables/heads.tsv`` has too."""
COPIED = {"controls": "controls", "seeds": "seeds", "knockout": "knockout", "pairs": "knockout_pairs"}
"""Tables of the tests that are copied, and their files' names."""


def heads_table(run):
    """One row a head: its grade, where it looks, its logo, its windows, and what the tests found.

    ``grade`` is ``?`` where a head is not graded or grades are not to be used; without tests their columns are empty.
    """
    rows = []
    for head in run.heads:
        numbers = head.numbers
        groups, logo, windows = numbers["groups"], numbers["logo"], numbers["windows"]
        rows.append(
            {
                "model": run.name,
                "layer": head.layer,
                "head": head.head,
                "grade": "?",
                "peak_d_top": groups["top"]["d"],
                "peak_base_top": groups["top"]["base"],
                "peak_x_uniform_top": groups["top"]["x_uniform"],
                "peak_d_all": groups["all"]["d"],
                "peak_x_uniform_all": groups["all"]["x_uniform"],
                "peak_d_bottom": groups["bottom"]["d"],
                "peak_x_uniform_bottom": groups["bottom"]["x_uniform"],
                "reach_from_d": numbers["key_reach"]["from_d"],
                "reach_to_d": numbers["key_reach"]["to_d"],
                "consensus": logo["consensus"],
                "consensus_from_d": logo["consensus_from_d"],
                "consensus_to_d": logo["consensus_to_d"],
                "bits": logo["total_bits"],
                "best_column_d": logo["best_column"]["d"],
                "best_column_letter": logo["best_column"]["letter"],
                "best_column_bits": logo["best_column"]["bits"],
                "spearman_d": numbers["spearman"]["d"],
                "spearman_rho": numbers["spearman"]["rho"],
                "windows": windows["n"],
                "windows_distinct": windows["distinct"],
                "windows_plus": windows["plus"],
                "windows_minus": windows["minus"],
                "windows_at_sites": windows["at_known_sites"],
                "windows_at_sites_expected": windows["expected_at_known_sites"],
            }
        )
    table = pd.DataFrame(rows)
    for column in ("consensus_from_d", "consensus_to_d"):
        table[column] = table[column].astype("Int64")
    return _with_tests(table, run)


def _with_tests(table, run):
    tests = pd.DataFrame(columns=["layer", "head", "grade", *TESTED, "n_networks_above"])
    if run.tested:
        tests = run.tested.heads.assign(
            n_networks_above=run.tested.heads[["s_above_random", "s_above_rotated"]].clip(lower=0).sum(axis=1)
        )
        tests = tests.reindex(columns=["layer", "head", "grade", *TESTED, "n_networks_above"])
    if not grades_shown(run_state(run)):
        tests[["grade", "claim", "element", "element_q"]] = None
    joined = table.drop(columns="grade").merge(tests, on=["layer", "head"], how="left")
    joined.insert(3, "grade", joined.pop("grade").replace("not graded", None).fillna("?"))
    for column in ("seeds_found", "seeds_run", "n_networks_above"):
        joined[column] = joined[column].astype("Int64")
    return joined


def copied_tables(run):
    """Tables of the tests that stand beside those of the report, by file name; empty ones are left out."""
    if not run.tested:
        return {}
    return {f"{file}.tsv": getattr(run.tested, name) for name, file in COPIED.items() if len(getattr(run.tested, name))}


def profiles_table(run):
    """All heads' mean and maximum scores: model, control, layer, head, group, d, base, mean, max, n."""
    table = pd.concat([head.profile for head in run.heads], ignore_index=True)
    table.insert(0, "model", run.name)
    table.insert(1, "control", "none")
    return table


def spearman_table(run):
    """All heads' correlations: model, layer, head, d, rho, rho_times_mean, n."""
    table = pd.concat([head.spearman for head in run.heads], ignore_index=True)
    table.insert(0, "model", run.name)
    return table


def windows_table(run):
    """All heads' windows: model, then layer, head, rank, contig, strand, anchor, d, score, output and
    so on."""
    columns = [
        "layer",
        "head",
        "rank",
        "contig",
        "strand",
        "anchor",
        "d",
        "attention",
        "output",
        "distinct",
        "nearest_tss",
        "nearest_tss_nt",
        "sequence",
    ]
    table = pd.concat([head.windows[columns] for head in run.heads], ignore_index=True)
    table.insert(0, "model", run.name)
    return table.rename(columns={"attention": "score"})


def metrics_table(run):
    """Metrics of the test arc with intervals and of the other arcs: model, arc, metric, value, lo, hi, ..."""
    metrics = run.metrics
    rows = []
    for name in ("roc_auc", "pr_auc", "pr_auc_tolerant"):
        entry = metrics.get(name) or {}
        rows.append(
            (
                metrics["arc"],
                name,
                entry.get("value"),
                entry.get("lo"),
                entry.get("hi"),
                entry.get("tolerance_nt", 0),
                metrics["prevalence"],
                metrics["n_sites"],
                metrics["n_positions"],
            )
        )
    for arc, entry in metrics.get("arcs", {}).items():
        if arc == metrics["arc"]:
            continue
        rows += [
            (arc, name, entry.get(name), None, None, 0, entry.get("prevalence"), run.arc_sites(arc), None)
            for name in ("roc_auc", "pr_auc")
        ]
    table = pd.DataFrame(
        rows,
        columns=[
            "arc",
            "metric",
            "value",
            "lo",
            "hi",
            "tolerance_nt",
            "prevalence",
            "n_sites",
            "n_positions",
        ],
    )
    table["n_positions"] = table["n_positions"].astype("Int64")
    table.insert(0, "model", run.name)
    return table.astype({"value": float, "lo": float, "hi": float})


def curves_table(run):
    """Points of the curves: model, curve (roc, pr, pr_5nt), x, y, threshold."""
    table = run.curves.copy()
    table.insert(0, "model", run.name)
    return table
