#!/usr/bin/env python3
"""Write docs/filters.md from the runs of make filters: figures that were wanted, measured, and of the paper."""

import argparse
import math
from collections import namedtuple
from pathlib import Path

import pandas as pd

from attentome.filters.criteria import CRITERIA, GIVEN
from attentome.filters.summary import mean_interval
from attentome.io.files import write_text
from attentome.io.schemas.filters import ATTRIBUTIONS, ELEMENTS, FRACTIONS, GRADE_COUNTS, NETWORKS

HERE = Path(__file__).resolve().parent
SHARES = {
    "match": ("published", "loose"),
    "strict": ("published", "strict"),
    "match, equal windows": ("equal", "loose"),
    "whole, equal windows": ("equal", "strict_whole"),
}
"""Measure to extraction and criterion."""
LAST, MATCHED_WORDS = "last", ", equal accuracy"
"""Weights of the last epoch; what is added to a method's name where networks are compared at equal accuracy."""
METHODS = {
    "saliency": "saliency",
    "mutagenesis": "mutagenesis",
    "integrated_gradients_published": "integrated gradients",
    "deep_shap": "DeepSHAP",
}
"""Attribution methods for which the paper prints figures."""
WITHOUT_TRUTH = {"loose": "any", "strict_whole": "any_whole"}
"""What stands for a criterion where nothing was planted; the strict one has no such stand-in."""
MAX_Q = 0.05
KEYS = ["task", "network", "activation", "control"]

Value = namedtuple("Value", "mean low high trials")


def run_values(folder):
    """Measures of a run.

    Parameters
    ----------
    folder : Path
        Its ``--outdir``.

    Returns
    -------
    dict of (task, network, activation, control) to dict of str to Value
        Shares of :data:`SHARES`, ``factors`` (published windows, loose), ``auroc``, ``aupr``, and the mean AUROC of
        each attribution method, also at equal accuracy: means over trials with Student's 95 % interval. ``graded``:
        number of filters of all trials that are graded A to C, and of all.
    """
    networks = NETWORKS.read(folder / "filters/networks.tsv")
    maps = ATTRIBUTIONS.read(folder / "filters/attribution.tsv")
    counts = GRADE_COUNTS.read(folder / "filters/grade_counts.tsv").set_index(KEYS)
    values = {}
    for key, rows in networks.groupby(KEYS, sort=False):
        tables = [FRACTIONS.read(folder / f"filters/networks/{name}/filters/fractions.tsv") for name in rows["id"]]
        own = {name: _value(rows[name]) for name in ("auroc", "aupr")}
        for measure, (extraction, criterion) in SHARES.items():
            own[measure] = _value([_cell(table, extraction, criterion)["share"] for table in tables])
        own["factors"] = _value([_cell(table, *SHARES["match"])["factors_found"] for table in tables])
        of_these = maps[maps["id"].isin(rows["id"])]
        own["graded"] = counts.loc[key, "graded"], counts.loc[key, "filters"]
        for (method, weights), part in of_these.groupby(["method", "weights"]):
            own[method if weights == LAST else f"{method}{MATCHED_WORDS}"] = _value(part["auroc"])
        values[key] = own
    return values


def wanted_lines(values):
    """Table of the figures that were wanted: a row each, for the runs that there are.

    Parameters
    ----------
    values : dict of str to dict
        Run to its :func:`run_values`.
    """
    lines = [
        "| run | task, network | first layer | measure | wanted | measured | reached |",
        "|---|---|---|---|---|---:|---|",
    ]
    for row in pd.read_csv(HERE / "filters_wanted.tsv", sep="\t").fillna({"control": ""}).itertuples():
        measured = _wanted_value(values.get(row.run, {}), row)
        if measured is None:
            continue
        ends = (("at least", row.min), ("at most", row.max))
        limits = [f"{word} {end:g}" for word, end in ends if not math.isnan(end)]
        reached = not measured < row.min and not measured > row.max
        layer = f"{row.activation} {row.control}".strip()
        lines.append(
            f"| {row.run} | {row.task}, {row.network} | {layer} | {row.measure} | {', '.join(limits)} | "
            f"{measured:.3g} | {'yes' if reached else '**no**'} |"
        )
    return lines


def run_lines(values):
    """Tables of a run: shares of filters for each network, then attribution maps, with the paper's figures beside."""
    published = _published()
    header = [
        "task",
        "network",
        "first layer",
        "control",
        "trials",
        "AUPR",
        *SHARES,
        "paper: match",
        "factors found",
        "graded",
    ]
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * 4 + "---:|" * (len(header) - 4)]
    for key, own in values.items():
        cells = [*key, str(own["aupr"].trials), _text(own["aupr"]), *[_text(own[name]) for name in SHARES]]
        cells += [_paper(published, key, "match"), f"{own['factors'].mean:.1f}", "{} of {}".format(*own["graded"])]
        lines.append(f"| {' | '.join(cells)} |")
    some = {key: own for key, own in values.items() if "saliency" in own}
    if some:
        lines += [
            "",
            "AUROC of attribution maps against the planted bases (in brackets the paper's mean ± standard deviation):",
            "",
        ]
        header = ["task", "network", "first layer", "control", "trials", "AUROC of the network", *METHODS.values()]
        lines += [f"| {' | '.join(header)} |", "|" + "---|" * 4 + "---:|" * (len(header) - 4)]
        for key, own in some.items():
            cells = [*key, str(own["saliency"].trials), _text(own["auroc"])]
            for method in METHODS:
                paper = _paper(published, key, method)
                cells.append(_text(own[method]) + (f" [{paper}]" if paper else ""))
            lines.append(f"| {' | '.join(cells)} |")
            if f"saliency{MATCHED_WORDS}" in own:
                matched = [_text(own[method + MATCHED_WORDS]) for method in METHODS]
                lines.append(f"| {' | '.join([*key[:3], 'equal accuracy', cells[4], '', *matched])} |")
    return lines


def element_lines(folder):
    """Table of the motifs that filters spell in a run on curated sites; empty for a run with planted motifs.

    A motif is listed if a trained network's best match with it has q of at most :data:`MAX_Q` by the shuffled copies.
    """
    table = ELEMENTS.read(folder / "filters/elements.tsv")
    table = table[(table["extraction"] == "equal") & (table["control"] == "")]
    listed = table.loc[table["q_shuffled"] <= MAX_Q, ["network", "motif"]].drop_duplicates()
    table = table.merge(listed, on=["network", "motif"]).sort_values(["network", "name", "activation"])
    if table.empty:
        return []
    header = [
        "network",
        "motif",
        "first layer",
        "trials",
        "filters",
        "of shuffled copies",
        "best E",
        "q",
        "cover",
        "bases",
    ]
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * 3 + "---:|" * (len(header) - 3)]
    for row in table.itertuples():
        place = "" if pd.isna(row.base_from) else f"{row.base_from} to {row.base_to}"
        best = ["", "", ""] if math.isnan(row.E) else [f"{row.E:.0e}", f"{row.q_shuffled:.2g}", f"{row.cover:.2f}"]
        cells = [row.network, row.name, row.activation, f"{row.trials_found} of {row.trials}"]
        cells += [f"{row.filters} of {row.filters_total}", f"{row.filters_shuffled:.1f}", *best, place]
        lines.append(f"| {' | '.join(cells)} |")
    return [
        f"Motifs whose best match has q of at most {MAX_Q:g} by ten shuffled copies of the databases, in any trained "
        "network (equal windows, E of at most 0.1). *Bases*: the motif's place when the filter of the best match fires "
        "where it fires most, relative to the TSS.",
        "",
        *lines,
    ]


def _value(values):
    values = pd.Series(values, dtype=float)
    return Value(*mean_interval(values), int(values.notna().sum()))


def _cell(table, extraction, criterion):
    chosen = table[(table["extraction"] == extraction) & (table["database"] == GIVEN)].set_index("criterion")
    return chosen.reindex([criterion if criterion in chosen.index else WITHOUT_TRUTH.get(criterion, "")]).iloc[0]


def _wanted_value(values, row):
    """The value that a row of filters_wanted.tsv is about; None where the run has no such network."""
    names = row.activation.split(" - ")
    own = [values.get((row.task, row.network, name, row.control)) for name in names]
    if None in own:
        return None
    if row.measure == "gap":
        return own[0]["match"].low - own[1]["match"].high
    means = [one[row.measure].mean for one in own if row.measure in one]
    return None if len(means) < len(own) else means[0] - sum(means[1:])


def _published():
    table = pd.read_csv(HERE / "filters_published.tsv", sep="\t")
    return table.set_index(["task", "network", "activation", "measure"])


def _paper(published, key, measure):
    task, network, activation, control = key
    if control or (task, network, activation, measure) not in published.index:
        return ""
    row = published.loc[(task, network, activation, measure)]
    return f"{row['value']:.2f}" if math.isnan(row["spread"]) else f"{row['value']:.3f} ± {row['spread']:.3f}"


def _text(value):
    if value.trials == 0:
        return ""
    return f"{value.mean:.2f}" if value.trials == 1 else f"{value.mean:.2f} ({value.low:.2f} to {value.high:.2f})"


def page(runs):
    """``docs/filters.md`` as text.

    Parameters
    ----------
    runs : list of (str, Path)
        Names of runs and their ``--outdir``; runs of the same name are one.
    """
    values, elements = {}, {}
    for name, folder in runs:
        values.setdefault(name, {}).update(run_values(folder))
        elements[name] = element_lines(folder)
    lines = [
        "# Filters of convolutional networks: figures",
        "",
        "`make filters` writes this page; every number comes from the tables of its runs. Figures of the paper are "
        "those of Koo & Ploenzke 2021 (ten trials; shares are medians read off its plots, to about 0.02).",
        "",
        f"*match*: share of the filters that match a planted factor at E ≤ {CRITERIA['loose'][0]:g}; *strict*: at "
        f"E ≤ {CRITERIA['strict'][0]:g}; *whole*: strict, and the filter reproduces at least "
        f"{CRITERIA['strict_whole'][1]:g} of the motif's information. Matrices are those of the published windows, or "
        "of equally many windows of each filter. Intervals are Student's 95 % over trials. Controls: *untrained* "
        "networks, and networks trained on *shuffled* labels. *gap*: lower end of the exponential network's interval "
        "of *match* less the upper end of the ReLU network's. *graded*: filters of all trials with a grade of A to C. "
        "Without planted motifs (`ecoli`) a match is one with any motif of the databases.",
        "",
        "## What was wanted and what came out",
        "",
        *wanted_lines(values),
    ]
    for name, own in values.items():
        lines += ["", f"## Run `{name}`", "", *run_lines(own)]
        lines += ["", *elements[name]] if elements[name] else []
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="NAME=FOLDER", help="runs of --mode filters and their --outdir")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    runs = [(name, Path(folder)) for name, _, folder in (text.partition("=") for text in options.runs)]
    write_text(options.out, page(runs))


if __name__ == "__main__":
    main()
