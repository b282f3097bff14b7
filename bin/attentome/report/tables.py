"""The tables that redo the report's figures: one row a fact, columns as in docs/output.md."""

import pandas as pd

from attentome.report.outcome.verdict import grades_shown, run_state

DESCRIBED = {
    "peak_d_top": "groups.top.d",
    "peak_base_top": "groups.top.base",
    "peak_x_uniform_top": "groups.top.x_uniform",
    "peak_d_all": "groups.all.d",
    "peak_x_uniform_all": "groups.all.x_uniform",
    "peak_d_bottom": "groups.bottom.d",
    "peak_x_uniform_bottom": "groups.bottom.x_uniform",
    "reach_from_d": "key_reach.from_d",
    "reach_to_d": "key_reach.to_d",
    "consensus": "logo.consensus",
    "consensus_from_d": "logo.consensus_from_d",
    "consensus_to_d": "logo.consensus_to_d",
    "bits": "logo.total_bits",
    "best_column_d": "logo.best_column.d",
    "best_column_letter": "logo.best_column.letter",
    "best_column_bits": "logo.best_column.bits",
    "spearman_d": "spearman.d",
    "spearman_rho": "spearman.rho",
    "windows": "windows.n",
    "windows_distinct": "windows.distinct",
    "windows_plus": "windows.plus",
    "windows_minus": "windows.minus",
    "windows_at_sites": "windows.at_known_sites",
    "windows_at_sites_expected": "windows.expected_at_known_sites",
}
"""Columns of ``tables/heads.tsv`` and where ``head.json`` has them."""
TESTED = (
    *("S", "L", "K", "R", "I", "first_failed", "claim", "element", "element_q", "type", "content_share"),
    *("s_q_random", "s_q_rotated", "effect_information", "bits_heldout", "l_q_random", "l_q_rotated", "logo_auroc"),
    *(f"dprauc_{kind}{part}" for kind in ("zero", "mean", "uniform") for part in ("", "_lo", "_hi")),
    *("seeds_found", "seeds_run", "ism_rho", "ism_q", "deletion_area", "deletion_lo", "deletion_hi"),
)
"""Columns of ``tests/heads.tsv`` that ``tables/heads.tsv`` has too."""
COPIED = {"controls": "controls", "seeds": "seeds", "knockout": "knockout", "pairs": "knockout_pairs"}
"""Tables of the tests that are copied, and their files' names."""
WINDOWS = (
    *("layer", "head", "rank", "contig", "strand", "anchor", "d", "attention", "output", "distinct"),
    *("nearest_tss", "nearest_tss_nt", "sequence"),
)
"""Columns of ``windows.bed`` that ``tables/windows.tsv`` has too."""
METRICS = ("arc", "metric", "value", "lo", "hi", "tolerance_nt", "prevalence", "n_sites", "n_positions")
"""Columns of ``tables/metrics.tsv`` besides the model."""


def report_tables(run):
    """All tables of the report by file name, those that the tests of the heads left among them.

    Profiles, correlations and windows hold all heads; profiles also name the control, correlations and windows do not.
    """
    profiles = _with_model(run, [head.profile for head in run.heads])
    profiles.insert(1, "control", "none")
    return {
        "heads.tsv": heads_table(run),
        "profiles.tsv.gz": profiles,
        "spearman.tsv.gz": _with_model(run, [head.spearman for head in run.heads]),
        "windows.tsv": _with_model(run, [head.windows[[*WINDOWS]] for head in run.heads]).rename(
            columns={"attention": "score"}
        ),
        "metrics.tsv": metrics_table(run),
        "curves.tsv": _with_model(run, [run.curves]),
        **copied_tables(run),
    }


def _with_model(run, parts):
    """Tables below each other, with the name of the run's model before their columns."""
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "model", run.name)
    return table


def heads_table(run):
    """One row a head: its grade, where it looks, its logo, its windows, and what the tests found.

    ``grade`` is ``?`` where a head is not graded or grades are not to be used; without tests their columns are empty.
    """
    numbers = pd.json_normalize([head.numbers for head in run.heads])
    described = numbers[["layer", "head", *DESCRIBED.values()]].set_axis(["layer", "head", *DESCRIBED], axis="columns")
    columns = ["layer", "head", "grade", *TESTED, "n_networks_above"]
    tests = pd.DataFrame(columns=columns)
    if run.tested:
        above = run.tested.heads[["s_above_random", "s_above_rotated"]].clip(lower=0).sum(axis=1)
        tests = run.tested.heads.assign(n_networks_above=above).reindex(columns=columns)
    if not grades_shown(run_state(run)):
        tests[["grade", "claim", "element", "element_q"]] = None
    table = _with_model(run, [described.merge(tests, on=["layer", "head"], how="left")])
    table.insert(3, "grade", table.pop("grade").replace("not graded", None).fillna("?"))
    whole = ("consensus_from_d", "consensus_to_d", "seeds_found", "seeds_run", "n_networks_above")
    return table.astype(dict.fromkeys(whole, "Int64"))


def copied_tables(run):
    """Tables of the tests that stand beside those of the report, by file name; empty ones are left out."""
    tables = {f"{file}.tsv": getattr(run.tested, name) for name, file in COPIED.items()} if run.tested else {}
    return {file: table for file, table in tables.items() if len(table)}


def metrics_table(run):
    """Metrics of the test arc with intervals and of the other arcs: model, arc, metric, value, lo, hi, ..."""
    metrics = run.metrics
    rows = [
        {
            "metric": name,
            "tolerance_nt": 0,
            **(metrics.get(name) or {}),
            **{column: metrics[column] for column in ("arc", "prevalence", "n_sites", "n_positions")},
        }
        for name in ("roc_auc", "pr_auc", "pr_auc_tolerant")
    ]
    for arc, entry in metrics.get("arcs", {}).items():
        facts = {"arc": arc, "prevalence": entry.get("prevalence"), "n_sites": run.arc_sites(arc), "tolerance_nt": 0}
        if arc != metrics["arc"]:
            rows += [{"metric": name, "value": entry.get(name), **facts} for name in ("roc_auc", "pr_auc")]
    table = _with_model(run, [pd.DataFrame(rows, columns=METRICS)])
    return table.astype({"value": float, "lo": float, "hi": float, "n_positions": "Int64"})
