"""The sections of the MultiQC report, as MultiQC's custom content."""

import numpy as np

from attentome.figures.style import GROUP_COLOUR, escape
from attentome.report.multiqc.content import number_column, parent, picture_section
from attentome.report.multiqc.heads import head_sections
from attentome.report.multiqc.sets import set_sections
from attentome.report.text.numbers import interval_text, number
from attentome.report.text.peers import peer_rows, peer_sentences

MOST_POINTS = 200
"""Points of a line that is drawn."""


def sections(run, card, atlas_png):
    """Contents of the report's sections, by name.

    Parameters
    ----------
    run : RunResults
    card : dict
    atlas_png : Path or None
        Picture of the atlas; None where heads are not shown.

    Returns
    -------
    dict of str to dict
        MultiQC custom content, to be written as ``<name>_mqc.json``.
    """
    network = _network_name(run)
    found = {"attentome_general": _general(run, card, network)}
    found.update(set_sections(run, card))
    if len(run.history):
        found["attentome_loss"] = _loss(run)
    if len(run.curves):
        found["attentome_pr"] = _curves(run, network)
    found["attentome_metrics"] = _metrics(run, network)
    if run.grid_png:
        found["attentome_grid"] = picture_section(
            "test_arc",
            "grid",
            "Train set against test set",
            "Networks of single sets and of the curated sites, each compared with the sites of every set. Data: "
            "networks/grid.tsv.",
            run.grid_png,
            "ROC AUC and PR AUC per train set and test set",
        )
    if atlas_png:
        found.update(head_sections(run, card, atlas_png))
    found["attentome_card"] = _run_card(card)
    return found


def _network_name(run):
    return f"{run.name} seed {run.training['seed']}" if "seed" in run.training else run.name


def _general(run, card, network):
    metrics = run.metrics
    counts = card["grades"]["counts"]
    graded = "?"
    if counts:
        graded = str(sum(counts[letter] for letter in "ABCD"))
    prevalence = metrics["prevalence"] or np.nan
    row = {
        "pr_auc": metrics["pr_auc"]["value"],
        "times": (metrics["pr_auc"]["value"] or np.nan) / prevalence,
        "pr_auc_5": (metrics.get("pr_auc_tolerant") or {}).get("value"),
        "roc_auc": metrics["roc_auc"]["value"],
        "graded": f"{graded} of {len(run.heads)}",
    }
    headers = {
        "pr_auc": number_column("PR AUC", "Average precision per nucleotide on the test arc", "{:,.4f}"),
        "times": number_column("× prevalence", "PR AUC over that of a blind guess", "{:,.0f}"),
        "pr_auc_5": number_column("PR AUC ±5 nt", "Average precision of peak calls within 5 nt of a site", "{:,.4f}"),
        "roc_auc": number_column("ROC AUC", "Area under the ROC curve on the test arc", "{:,.4f}"),
        "graded": {
            "title": "Graded heads",
            "description": _graded_words(card),
            "scale": False,
        },
    }
    if run.training:
        row["steps"] = run.training.get("steps")
        headers["steps"] = number_column("Stopped at", "Training steps", "{:,.0f}")
    return {
        "id": "attentome_general",
        "plot_type": "generalstats",
        "headers": headers,
        "data": {network: row},
    }


def _graded_words(card):
    counts, line = card["grades"]["counts"], card["grades"]["line"]
    return f"{', '.join(f'{counts[letter]} {letter}' for letter in 'ABCD')}. {line}" if counts else line


def _loss(run):
    pairs = {}
    for column, name in (("train_loss", "training arc"), ("validation_loss", "validation arc")):
        rows = run.history[["step", column]].dropna()
        if len(rows):
            pairs[name] = _thin(rows["step"].tolist(), rows[column].tolist())
    best = run.training.get("best_step")
    kept = f" The weights of step {best:,} (best validation) were kept." if best else ""
    return {
        "id": "attentome_loss",
        **parent("training"),
        "section_name": "Loss",
        "description": f"Loss per position while the network was trained.{kept} Data: training/history.tsv.",
        "plot_type": "linegraph",
        "pconfig": {
            "id": "attentome_loss_plot",
            "title": "Training: loss",
            "xlab": "step",
            "ylab": "loss",
            "ymin": 0,
            "colors": {"training arc": GROUP_COLOUR["top"], "validation arc": GROUP_COLOUR["all"]},
        },
        "data": pairs,
    }


def _curves(run, network):
    prevalence = run.metrics["prevalence"]
    tabs, names = [], []
    for curve, name in (("pr", "per nucleotide"), ("pr_5nt", "within 5 nt")):
        rows = run.curves[run.curves["curve"] == curve].dropna(subset=["x", "y"]).sort_values("x", kind="stable")
        if rows.empty:
            continue
        lines = {network: _thin(rows["x"].tolist(), rows["y"].tolist())}
        if curve == "pr":
            lines["blind guess (prevalence)"] = [[0, prevalence], [1, prevalence]]
        tabs.append(lines)
        names.append({"name": name, "ylab": "precision"})
    return {
        "id": "attentome_pr",
        **parent("test_arc"),
        "section_name": "Precision and recall",
        "description": "How many calls are right (precision) when so many of the sites are found (recall), "
        "exactly and "
        "within 5 nt. Data: tables/curves.tsv.",
        "plot_type": "linegraph",
        "pconfig": {
            "id": "attentome_pr_plot",
            "title": "Test arc: precision and recall",
            "xlab": "recall",
            "ylab": "precision",
            "xmin": 0,
            "xmax": 1,
            "ymin": 0,
            "ymax": 1,
            "data_labels": names,
            "colors": {network: GROUP_COLOUR["top"], "blind guess (prevalence)": GROUP_COLOUR["bottom"]},
        },
        "data": tabs,
    }


def _thin(x, y):
    """Pairs, at most :data:`MOST_POINTS`, the ends kept. Pairs keep their order; a dict would be
    sorted as text."""
    keep = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).round().astype(int))
    return [[float(x[i]), float(y[i])] for i in keep]


def _metrics(run, network):
    metrics = run.metrics
    row = {
        "pr_auc": interval_text(metrics["pr_auc"]),
        "pr_auc_5": interval_text(metrics["pr_auc_tolerant"]) if metrics.get("pr_auc_tolerant") else "not recorded",
        "roc_auc": interval_text(metrics["roc_auc"]),
        "prevalence": number(metrics["prevalence"]),
        "sites": metrics["n_sites"],
        "positions": metrics["n_positions"],
    }
    headers = {
        "pr_auc": {"title": "PR AUC (95 %)", "scale": False},
        "pr_auc_5": {"title": "PR AUC ±5 nt (95 %)", "scale": False},
        "roc_auc": {"title": "ROC AUC (95 %)", "scale": False},
        "prevalence": {
            "title": "Blind guess",
            "description": "Prevalence: PR AUC of a random order",
            "scale": False,
        },
        "sites": number_column("Sites", "Sites in the test arc", "{:,.0f}"),
        "positions": number_column("Positions", "Positions of the test arc, both strands", "{:,.0f}"),
    }
    rows = {network: row}
    peers = [peer for peer in peer_rows(run) if peer["network_lead"]]
    if peers:
        row["lead"] = ""
        headers["lead"] = {
            "title": "Network's lead, PR AUC (95 %)",
            "description": "PR AUC of the network less that of the peer, by a paired bootstrap",
            "scale": False,
        }
    for peer in peers:
        rows[peer["title"]] = {
            **row,
            "pr_auc": interval_text(peer["pr_auc"]),
            "pr_auc_5": interval_text(peer["pr_auc_tolerant"]),
            "roc_auc": interval_text(peer["roc_auc"]),
            "lead": interval_text(peer["network_lead"]["pr_auc"]),
        }
    return {
        "id": "attentome_metrics",
        **parent("test_arc"),
        "section_name": "Metrics",
        "description": "With 95 % intervals from a bootstrap over genome blocks. Data: tables/metrics.tsv"
        + (", evaluation/peers.tsv. " + escape(peer_sentences(run)) if peers else "."),
        "plot_type": "table",
        "pconfig": {
            "id": "attentome_metrics_table",
            "title": "Test arc: metrics",
            "col1_header": "Network",
            "no_violin": True,
            "sort_rows": False,
        },
        "headers": headers,
        "data": rows,
    }


def _run_card(card):
    network = card["network"]
    done = "".join(f"<li>{escape(line)}</li>" for line in card["not_done"])
    pairs = [
        (
            "network",
            f"{network.get('layers')} × {network.get('heads')} heads, window {network.get('window')} keys, "
            f"convolution {network.get('conv_width')} nt {network.get('padding')}",
        ),
        ("label shift", f"{network['label_shift']} nt"),
    ]
    pairs += [
        (name, "not set" if value is None else str(value))
        for name, value in card["parameters"].items()
        if not str(value).startswith("/")
    ]
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in pairs)
    return {
        "id": "attentome_card",
        **parent("run_card"),
        "section_name": "What was not done, and the parameters",
        "plot_type": "html",
        "data": f'<ul>{done}</ul><table class="table table-sm" style="width:auto">{rows}</table>',
    }
