"""The sections of the MultiQC report: TSS sets, training, test arc, run card; those about heads are in ``heads``."""

import numpy as np

from attentome.figures.style import GROUP_COLOUR
from attentome.report.multiqc.content import Sections
from attentome.report.multiqc.heads import add_heads
from attentome.report.text.numbers import interval_text, number
from attentome.report.text.peers import METRICS, peer_rows, peer_sentences
from attentome.report.text.published_counts import compare_published
from attentome.report.text.sets import coordinate_checks

MAX_POINTS = 200
"""Points of a line that is drawn."""


def sections(run, card, atlas_png, templates):
    """The report's sections.

    Parameters
    ----------
    run : RunResults
    card : dict
        Of :func:`attentome.report.run_card.facts.run_card`.
    atlas_png : Path or None
        Picture of the atlas; None where heads are not shown.
    templates : Templates

    Returns
    -------
    Sections
    """
    found = Sections(run, card, templates)
    _add_general(found, run, card)
    _add_sets(found, run, card)
    if len(run.history):
        _add_loss(found, run)
    if len(run.curves):
        _add_curves(found, run)
    _add_metrics(found, run)
    found.add_picture("grid", run.grid_png)
    if atlas_png:
        add_heads(found, run, card, atlas_png)
    found.add("card", found.macro("card", card))
    return found


def _add_general(found, run, card):
    metrics, counts = run.metrics, card["grades"]["counts"]
    graded = sum(counts[letter] for letter in "ABCD") if counts else "?"
    row = {
        "pr_auc": metrics["pr_auc"]["value"],
        "times": (metrics["pr_auc"]["value"] or np.nan) / (metrics["prevalence"] or np.nan),
        "pr_auc_5": (metrics.get("pr_auc_tolerant") or {}).get("value"),
        "roc_auc": metrics["roc_auc"]["value"],
        "graded": f"{graded} of {len(run.heads)}",
    }
    if run.training:
        row["steps"] = run.training.get("steps")
    found.add("general", {found.network: row})


def _add_sets(found, run, card):
    sets = {entry["set"]: entry for entry in card["labels"]["sets"]}
    if sets:
        rows = {name: {key: one[key] for key in ("rows", "sites", "used", "confirmed")} for name, one in sets.items()}
        for name, one in sets.items():
            rows[name]["lost"] = " · ".join(f"{reason} {n:,}" for reason, n in one["lost"].items()) or "nothing"
        found.add("sets", rows)
        drawn = run.audit_png and found.picture(run.audit_png, "shares at offsets of −3 to +3 nt, per set and strand")
        checks = {name: coordinate_checks(run.audit_table, name) for name in sets}
        found.add("audit", found.macro("audit", sets, checks, drawn or ""))
    found.add_picture("overlap", run.overlap_png)
    found.add_picture("distances", run.distances_png)
    lengths = [entry["length"] for entry in run.genome_json.get("contigs", [])]
    published = compare_published(run.published, run.audits, run.overlap, lengths)
    if published:
        found.add("published", found.macro("published", published))


def _add_loss(found, run):
    arcs = {"training arc": ("train_loss", "top"), "validation arc": ("validation_loss", "all")}
    lines = {name: _line(run.history, "step", column) for name, (column, _) in arcs.items()}
    colours = {name: GROUP_COLOUR[group] for name, (_, group) in arcs.items()}
    found.add("loss", {name: line for name, line in lines.items() if line}, {"colors": colours})


def _add_curves(found, run):
    prevalence, guess = run.metrics["prevalence"], "random guessing (prevalence)"
    tabs, names = [], []
    for curve, name in (("pr", "per nucleotide"), ("pr_5nt", "within 5 nt")):
        line = _line(run.curves[run.curves["curve"] == curve], "x", "y")
        if line:
            tabs.append({found.network: line})
            names.append({"name": name, "ylab": "precision"})
            if curve == "pr":
                tabs[-1][guess] = [[0, prevalence], [1, prevalence]]
    colours = {found.network: GROUP_COLOUR["top"], guess: GROUP_COLOUR["bottom"]}
    found.add("pr", tabs, {"data_labels": names, "colors": colours})


def _line(table, x, y):
    """At most :data:`MAX_POINTS` pairs in the order of x, the ends kept; a list, for a dict would be sorted as text."""
    pairs = table[[x, y]].dropna().sort_values(x, kind="stable").to_numpy(float)
    keep = np.linspace(0, len(pairs) - 1, min(len(pairs), MAX_POINTS)).round().astype(int)
    return pairs[np.unique(keep)].tolist()


def _add_metrics(found, run):
    metrics, peers = run.metrics, [peer for peer in peer_rows(run) if peer["network_lead"]]
    arc = {
        "prevalence": number(metrics["prevalence"]),
        "sites": metrics["n_sites"],
        "positions": metrics["n_positions"],
    }
    rows = {found.network: {name: interval_text(metrics.get(name) or {}) for name in METRICS} | arc}
    for peer in peers:
        rows[found.network]["lead"] = ""
        lead = {"lead": interval_text(peer["network_lead"]["pr_auc"])}
        rows[peer["title"]] = {name: interval_text(peer[name]) for name in METRICS} | arc | lead
    found.add("metrics", rows, peers=peer_sentences(run))
