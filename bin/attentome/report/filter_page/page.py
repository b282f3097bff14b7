"""What the page on filters says: outcome, a table and a figure for each task and network, and a gallery of filters."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from attentome.figures.style import use_style
from attentome.filters.criteria import CRITERIA, GIVEN, LOOSE_E, SHUFFLED
from attentome.filters.equal_accuracy import MATCHED
from attentome.filters.summary import mean_interval
from attentome.io.files import read_json
from attentome.io.schemas.filters import (
    ATTRIBUTIONS,
    ELEMENTS,
    FILTER_GRADES,
    FILTERS,
    FRACTIONS,
    GRADE_COUNTS,
    NETWORKS,
    SUMMARY,
)
from attentome.motifs.matrices import reverse_complement
from attentome.motifs.readers import read_databases, read_motifs
from attentome.report.filter_page.elements import element_part
from attentome.report.filter_page.figures import logo_svg, scatter_svg
from attentome.report.filter_page.grades import grade_clause, grade_counts, graded_filters, rule_lines
from attentome.report.filter_page.insertions import Insertions, insertion_part, read_insertions

TITLES = {"task1": "Task 1", "task3": "Task 3", "sequences": "Your sequences", "sites": "Curated sites"}
CONTROLS = {"": "trained", "untrained": "untrained", "shuffled": "shuffled labels"}
WEIGHTS = {"last": "last epoch", MATCHED: "equal accuracy"}
PLANTED, ANY = ("loose", "strict", "strict_whole"), ("any", "any_whole")
"""Criteria in the table of a task whose motifs are known, and of one where they are not; the last makes the outcome."""
MAIN, BESIDE = "exponential", "relu"


@dataclass(frozen=True)
class FilterResults:
    """Tables of a run of --mode filters.

    Attributes
    ----------
    name : str
        Of the run.
    networks, summary, attribution, elements : DataFrame
        Of :data:`attentome.io.schemas.filters.NETWORKS`, ``SUMMARY``, ``ATTRIBUTIONS`` and ``ELEMENTS``.
    insertions : Insertions
    fractions, filters : dict of str to DataFrame
        By id of a network.
    folders : dict of str to Path
        By id of a network, with its MEME files.
    tasks : dict of str to dict
        By name (``task1``, ``task3``, ``sequences``, ``sites``), ``task.json``.
    motifs : dict of str to ndarray
        Frequencies of the database by id.
    grades, counts : DataFrame
        Of :data:`attentome.io.schemas.filters.FILTER_GRADES` and ``GRADE_COUNTS``.
    rule : dict
        ``grades.json``: the rule of the grades and its checksum.
    """

    name: str
    networks: pd.DataFrame
    summary: pd.DataFrame
    attribution: pd.DataFrame
    elements: pd.DataFrame
    insertions: Insertions
    fractions: dict
    filters: dict
    folders: dict
    tasks: dict
    motifs: dict
    grades: pd.DataFrame
    counts: pd.DataFrame
    rule: dict


def read_filter_results(name, tables, networks, tasks, motifs):
    """Read a run back.

    Parameters
    ----------
    name : str
    tables : Path
        Folder of the tables of COMPARE_FILTERS.
    networks, tasks : list of Path
        Folders of DESCRIBE_FILTERS and SIMULATE_TASK.
    motifs : list of path

    Returns
    -------
    FilterResults
    """
    folders = {folder.name: folder for folder in sorted(networks)}
    facts = [read_json(Path(task) / "task.json") for task in tasks]
    return FilterResults(
        name,
        NETWORKS.read(tables / "networks.tsv"),
        SUMMARY.read(tables / "summary.tsv"),
        ATTRIBUTIONS.read(tables / "attribution.tsv"),
        ELEMENTS.read(tables / "elements.tsv"),
        read_insertions(tables),
        {id_: FRACTIONS.read(folder / "fractions.tsv") for id_, folder in folders.items()},
        {id_: FILTERS.read(folder / "filters.tsv") for id_, folder in folders.items()},
        folders,
        {one["task"]: one for one in sorted(facts, key=lambda one: one["task"])},
        {motif.id: motif.frequencies for motif in read_databases(motifs)},
        FILTER_GRADES.read(tables / "grades.tsv"),
        GRADE_COUNTS.read(tables / "grade_counts.tsv"),
        read_json(tables / "grades.json"),
    )


def filter_page(results, templates):
    """``filters.html`` as text.

    Parameters
    ----------
    results : FilterResults
    templates : Templates
    """
    use_style()
    parts = [
        _part(results, task, network)
        for task, network in results.networks[["task", "network"]].drop_duplicates().itertuples(index=False)
    ]
    return templates.plain(
        "filters.html",
        run={"name": results.name},
        parts=parts,
        tasks=results.tasks,
        sentences=outcome_sentences(results.summary, results.counts),
        controls=CONTROLS,
        rule={"sha256": results.rule["rule_sha256"], "lines": rule_lines(results.rule["rule"])},
        criteria=CRITERIA,
        matched=(results.attribution["weights"] == MATCHED).any(),
        titles=TITLES,
        loose=LOOSE_E,
    )


def outcome_sentences(summary, counts=None):
    """The outcome, a sentence for each task and network that has both activations.

    Parameters
    ----------
    summary : DataFrame
    counts : DataFrame, optional
        Of :data:`attentome.io.schemas.filters.GRADE_COUNTS`; without it nothing is said about grades.

    Returns
    -------
    list of str
        On the share of filters that spell a whole planted motif, or a whole motif of the database where nothing was
        planted (equally many windows for each filter), with 95 % intervals where there are several trials.
    """
    chosen = summary[(summary["extraction"] == "equal") & (summary["database"] == GIVEN)]
    found = []
    for (task, network), rows in chosen.groupby(["task", "network"], sort=False):
        headline = criteria_of(rows)[-1]
        what = "a whole planted motif" if headline in PLANTED else "a whole motif of the database"
        rows = rows[rows["criterion"] == headline].set_index(["activation", "control"])
        if not {(MAIN, ""), (BESIDE, "")} <= set(rows.index):
            continue
        first, second = rows.loc[(MAIN, "")], rows.loc[(BESIDE, "")]
        controls = rows[rows.index.get_level_values("control") != ""]
        sentence = (
            f"{TITLES[task]}, {network}: {_share(first)} of the filters of an exponential first layer spell {what}, "
            f"{_share(second)} of those of a ReLU layer"
        )
        if len(controls):
            sentence += f"; of networks that learned nothing at most {controls['share'].max():.2f}"
        sentence = f"{sentence}. {_verdict(first, second)}"
        found.append(sentence if counts is None else f"{sentence} {grade_clause(counts, task, network, MAIN, BESIDE)}")
    return found


def criteria_of(table):
    """Criteria of the table of a task: :data:`PLANTED` or :data:`ANY`."""
    return PLANTED if set(PLANTED) <= set(table["criterion"]) else ANY


def _share(row):
    interval = f" ({row['share_low']:.2f} to {row['share_high']:.2f})" if row["trials"] > 1 else ""
    return f"{row['share']:.2f}{interval}"


def _verdict(first, second):
    if min(first["trials"], second["trials"]) < 2:
        return "One trial each gives no interval."
    if first["share_low"] > second["share_high"]:
        return "The intervals do not overlap."
    return "The intervals overlap, so the difference is not established."


def _part(results, task, network):
    """Facts, table, figures and gallery of a network on a task."""
    own = results.networks[(results.networks["task"] == task) & (results.networks["network"] == network)]
    summary = results.summary[(results.summary["task"] == task) & (results.summary["network"] == network)]
    accuracy, columns = "aupr" if len(results.tasks[task]["outputs"]) > 1 else "auroc", criteria_of(summary)
    return {
        "task": task,
        "network": network,
        "accuracy": accuracy,
        "columns": columns,
        "rows": _rows(summary, accuracy, columns),
        "maps": _maps(results.attribution, task, network),
        "grades": grade_counts(results.counts, task, network),
        "insertions": insertion_part(results.insertions, task, network),
        "elements": element_part(results.elements, task, network),
        "scatters": {
            name: scatter_svg(_points(results, own, extraction, criterion), accuracy)
            for name, extraction, criterion in (
                ("published windows, any quality of match", "published", columns[0]),
                ("equally many windows, any quality of match", "equal", columns[0]),
                ("equally many windows, whole motifs", "equal", columns[-1]),
            )
        },
        "galleries": [
            _gallery(results, one)
            for one in own[(own["control"] == "") & (own["trial"] == own["trial"].min())].itertuples()
        ],
    }


def _rows(summary, accuracy, columns):
    """A row per activation and control: trials, accuracy, and the shares, each beside that of the shuffled database."""
    rows = []
    for (activation, control), part in summary.groupby(["activation", "control"], sort=False):
        cells = part.set_index(["extraction", "database", "criterion"])
        first = cells.iloc[0]
        rows.append(
            {
                "activation": activation,
                "control": CONTROLS[control],
                "trials": first["trials"],
                "diverged": first["diverged"],
                "accuracy": first[accuracy],
                "shares": {
                    extraction: [
                        (_share(cells.loc[(extraction, GIVEN, one)]), cells.loc[(extraction, SHUFFLED, one), "share"])
                        for one in columns
                    ]
                    for extraction in ("published", "equal")
                },
                "factors": int(first["factors"]),
                "found": cells.loc[("equal", GIVEN, columns[0]), "factors_found"],
            }
        )
    return rows


def _maps(attribution, task, network):
    """AUROC of each attribution method against the planted bases, by activation, control and weights, or nothing."""
    own = attribution[(attribution["task"] == task) & (attribution["network"] == network)]
    if own.empty:
        return {}
    rows = []
    for (activation, control, weights), part in own.groupby(["activation", "control", "weights"], sort=False):
        cells = {method: mean_interval(of_method["auroc"]) for method, of_method in part.groupby("method", sort=False)}
        rows.append({"activation": activation, "control": CONTROLS[control], "weights": WEIGHTS[weights]})
        rows[-1] |= {"validation": part["validation"].mean(), "cells": cells}
    rows.sort(key=lambda row: row["weights"] == WEIGHTS[MATCHED])
    return {"methods": own["method"].unique().tolist(), "rows": rows, "sequences": int(own["sequences"].max())}


def _points(results, networks, extraction, criterion):
    shares = {}
    for name in networks["id"]:
        table = results.fractions[name]
        row = table[(table["extraction"] == extraction) & (table["database"] == GIVEN)]
        shares[name] = row.set_index("criterion").loc[criterion, "share"]
    return networks.assign(share=networks["id"].map(shares))


def _gallery(results, network):
    """The best filter of each planted factor in one network, or of each motif where none was planted, and the motif."""
    pwms = {one.id: one.frequencies for one in read_motifs(results.folders[network.id] / "filters_equal.meme")}
    table = results.filters[network.id]
    if not (table["factor"] != "").any():
        of_any = {name.removeprefix("any_"): table[name] for name in table.columns if name.startswith("any_")}
        table = table.assign(**of_any, factor=table["any_name"])
    grades = graded_filters(results.grades, network.id)
    best = table[(table["extraction"] == "equal") & (table["E"] <= LOOSE_E)].sort_values(["E", "filter"])
    filters = []
    for row in best.drop_duplicates("factor").sort_values("factor").itertuples():
        motif = results.motifs[row.motif]
        motif = reverse_complement(motif) if row.orientation == "-" else motif
        name = f"{network.id} filter {row.filter}"
        filters.append(
            {
                "factor": row.factor,
                "filter": row.filter,
                "E": row.E,
                "cover": row.cover,
                **grades[row.filter],
                "logo": logo_svg(pwms[f"filter{row.filter}"], name, max(row.offset, 0)),
                "motif": logo_svg(motif, f"{name}: {row.motif}", max(-row.offset, 0)),
            }
        )
    return {"activation": network.activation, "trial": network.trial, "filters": filters}
