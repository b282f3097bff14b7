"""The MultiQC report: the run on one page, leading to atlas, head pages and run card.

Rows ("samples") are networks, never heads. MultiQC runs as a program of its own on files that are written
here.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.elements import signed
from attentome.formats import write_json, write_text
from attentome.outcome import UNGRADED, interval_text, number
from attentome.page import element_at, shared_bases
from attentome.style import GROUP_COLOUR, escape

PARENTS = {
    "labels": ("Labels", "What counts as a transcription start site."),
    "training": ("Training", "How the network was trained."),
    "test_arc": (
        "Test arc",
        "How well the network finds the sites of an arc of the genome that it never met.",
    ),
    "heads": ("Heads", UNGRADED),
    "run_card": ("Run card", "In short; the whole is <a href='../run_card.html'>run_card.html</a>."),
}
"""Sections of the report: name and first line."""
SHOWN_D = 128
"""Distances in the heat map."""
MOST_POINTS = 200


def write_multiqc(run, outcome, card, atlas_png, out):
    """Write ``multiqc_report.html`` into ``out``.

    Parameters
    ----------
    run : RunFacts
    outcome, card : dict
    atlas_png : Path or None
        None where the atlas is not shown.
    out : Path

    Raises
    ------
    RuntimeError
        If MultiQC fails; with what it said.
    """
    with tempfile.TemporaryDirectory(prefix="attentome_multiqc_") as folder:
        work = Path(folder)
        content = work / "content"
        found = sections(run, card, atlas_png)
        for name, section in found.items():
            write_json(content / f"{name}_mqc.json", section)
        write_text(work / "report.css", "#mqc_welcome{display:none!important}\n")
        if run.records:
            write_text(content / "attentome_mqc_versions.yml", versions_text(run))
        write_json(
            work / "config.json",
            {
                **_config(run, outcome, found, atlas_png is not None),
                "custom_css_files": [str(work / "report.css")],
            },
        )
        _run_multiqc(content, work)
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(work / "report" / "multiqc_report.html", out / "multiqc_report.html")


def _run_multiqc(content, work):
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "HOME": os.environ.get("HOME", str(work)),
        "TMPDIR": str(work),
        "MPLCONFIGDIR": str(work / "matplotlib"),
        "MULTIQC_NO_VERSION_CHECK": "true",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "multiqc",
            str(content),
            "--config",
            str(work / "config.json"),
            "--outdir",
            str(work / "report"),
            "--filename",
            "multiqc_report.html",
            "--no-data-dir",
            "--no-version-check",
            "--no-ai",
            "--force",
            "--quiet",
        ],
        env=environment,
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not (work / "report" / "multiqc_report.html").is_file():
        raise RuntimeError(
            f"MultiQC failed (exit code {done.returncode}): {(done.stderr or done.stdout)[-2000:]}"
        )


def versions_text(run):
    """Software per process as YAML, in the form that MultiQC and nf-core use."""
    lines = []
    seen = {}
    for record in run.records:
        seen.setdefault(record["process"], {}).update(record.get("software", {}))
    for process in sorted(seen):
        lines.append(f"{process}:")
        lines += [f"  {name}: {json.dumps(str(version))}" for name, version in sorted(seen[process].items())]
    return "".join(f"{line}\n" for line in lines)


def _config(run, outcome, found, atlas):
    links = [("../atlas.html", "Head atlas")] if atlas else []
    if outcome["state"] == "not_learned":
        links.insert(0, ("../not_learned.html", "What was measured and what to try"))
    links.append(("../run_card.html", "Run card"))
    line = " · ".join(f'<a href="{address}">{text}</a>' for address, text in links)
    return {
        "title": f"Attentome: {run.name}",
        "report_comment": f"<b>{escape(outcome['sentence'])}</b><br>{line}",
        "intro_text": "",
        "no_ai": True,
        "show_analysis_paths": False,
        "show_analysis_time": False,
        "no_version_check": True,
        "disable_version_detection": True,
        "plots_force_interactive": True,
        # MultiQC puts parents with the highest number first, sections with the lowest.
        "report_section_order": {
            **{name: {"order": -10 * i} for i, name in enumerate([*PARENTS, "multiqc_software_versions"], 1)},
            **{name: {"order": 10 * i} for i, name in enumerate(found, 1)},
        },
        "max_table_rows": 1000,
    }


def sections(run, card, atlas_png):
    """Contents of the report's sections, by name.

    Parameters
    ----------
    run : RunFacts
    card : dict
    atlas_png : Path or None
        Picture of the atlas; None where heads are not shown.

    Returns
    -------
    dict of str to dict
        MultiQC custom content, to be written as ``<name>_mqc.json``.
    """
    network = _network_name(run)
    found = {"attentome_general": _general(run, network)}
    if card["labels"]["sets"]:
        found["attentome_sets"] = _sets(card)
    if run.overlap_png:
        found["attentome_overlap"] = _overlap(run)
    if len(run.history):
        found["attentome_loss"] = _loss(run)
    if len(run.curves):
        found["attentome_pr"] = _curves(run, network)
    found["attentome_metrics"] = _metrics(run, network)
    if atlas_png:
        found["attentome_atlas"] = _atlas(run, atlas_png)
        found["attentome_heads"] = _heads(run)
        found["attentome_heatmap"] = _heatmap(run)
    found["attentome_card"] = _run_card(card)
    return found


def _parent(name):
    title, line = PARENTS[name]
    return {"parent_id": name, "parent_name": title, "parent_description": line}


def _picture(path, words):
    """A PNG as an HTML image that needs no file; ``words`` say what it shows."""
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{escape(words)}" style="max-width:100%">'


def _overlap(run):
    return {
        "id": "attentome_overlap",
        **_parent("labels"),
        "section_name": "Overlap of the sets",
        "description": "How many clusters of sites each combination of sets has. Data: sites/overlap.tsv.",
        "plot_type": "html",
        "data": _picture(run.overlap_png, "clusters per combination of TSS sets"),
    }


def _atlas(run, png):
    return {
        "id": "attentome_atlas",
        **_parent("heads"),
        "section_name": "Head atlas",
        "description": "Per head: mean score of the highest outputs on one log scale, and the logo of its "
        "best windows. "
        "With links and other orders: <a href='../atlas.html'>atlas.html</a>. Data: "
        "tables/profiles.tsv.gz, heads/L·_H·/pwm.tsv.",
        "plot_type": "html",
        "data": _picture(png, f"profiles and logos of {len(run.heads)} heads"),
    }


def _network_name(run):
    return f"{run.name} seed {run.training['seed']}" if "seed" in run.training else run.name


def _general(run, network):
    metrics = run.metrics
    prevalence = metrics["prevalence"] or np.nan
    row = {
        "pr_auc": metrics["pr_auc"]["value"],
        "times": (metrics["pr_auc"]["value"] or np.nan) / prevalence,
        "pr_auc_5": (metrics.get("pr_auc_tolerant") or {}).get("value"),
        "roc_auc": metrics["roc_auc"]["value"],
        "graded": f"? of {len(run.heads)}",
    }
    headers = {
        "pr_auc": _number("PR AUC", "Average precision per nucleotide on the test arc", "{:,.4f}"),
        "times": _number("× prevalence", "PR AUC over that of a blind guess", "{:,.0f}"),
        "pr_auc_5": _number(
            "PR AUC ±5 nt", "Average precision of peak calls within 5 nt of a site", "{:,.4f}"
        ),
        "roc_auc": _number("ROC AUC", "Area under the ROC curve on the test arc", "{:,.4f}"),
        "graded": {
            "title": "Graded heads",
            "description": "Not graded: controls are not part of this run",
            "scale": False,
        },
    }
    if run.training:
        row["steps"] = run.training.get("steps")
        headers["steps"] = _number("Stopped at", "Training steps", "{:,.0f}")
    return {
        "id": "attentome_general",
        "plot_type": "generalstats",
        "headers": headers,
        "data": {network: row},
    }


def _number(title, description, form):
    return {"title": title, "description": description, "format": form, "scale": False, "min": 0}


def _sets(card):
    data = {
        entry["set"]: {
            "rows": entry["rows"],
            "sites": entry["sites"],
            "used": entry["used"],
            "confirmed": entry["confirmed"],
            "lost": " · ".join(f"{reason} {n:,}" for reason, n in entry["lost"].items()) or "nothing",
        }
        for entry in card["labels"]["sets"]
    }
    headers = {
        "rows": _number("Rows", "Rows of the file", "{:,.0f}"),
        "sites": _number("Sites", "Sites after doubles were merged", "{:,.0f}"),
        "used": _number("Used", "Sites in a kept cluster", "{:,.0f}"),
        "confirmed": _number("Confirmed", "Sites that another set has too", "{:,.0f}"),
        "lost": {"title": "Not used, and why", "scale": False},
    }
    count = card["labels"]["n_sites"]
    return {
        "id": "attentome_sets",
        **_parent("labels"),
        "section_name": "TSS sets",
        "description": f"What counts as a TSS: {count if count is None else f'{count:,}'} curated sites. "
        f"{escape(card['labels']['rule'])} Data: sites/sets.tsv.",
        "plot_type": "table",
        "pconfig": {
            "id": "attentome_sets_table",
            "title": "Labels: TSS sets",
            "col1_header": "Set",
            "sort_rows": False,
            "no_violin": True,
        },
        "headers": headers,
        "data": data,
    }


def _loss(run):
    pairs = {}
    for column, name in (("train_loss", "training arc"), ("validation_loss", "validation arc")):
        rows = run.history[["step", column]].dropna()
        if len(rows):
            pairs[name] = _thin(rows["step"].tolist(), rows[column].tolist())
    best = run.training.get("best_step")
    kept = f" The weights of step {best:,} (lowest validation loss) were kept." if best else ""
    return {
        "id": "attentome_loss",
        **_parent("training"),
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


def _thin(x, y):
    """Pairs, at most :data:`MOST_POINTS`, the ends kept. Pairs keep their order; a dict would be
    sorted as text."""
    keep = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).round().astype(int))
    return [[float(x[i]), float(y[i])] for i in keep]


def _curves(run, network):
    prevalence = run.metrics["prevalence"]
    tabs, names = [], []
    for curve, name in (("pr", "per nucleotide"), ("pr_5nt", "within 5 nt")):
        rows = (
            run.curves[run.curves["curve"] == curve].dropna(subset=["x", "y"]).sort_values("x", kind="stable")
        )
        if rows.empty:
            continue
        lines = {network: _thin(rows["x"].tolist(), rows["y"].tolist())}
        if curve == "pr":
            lines["blind guess (prevalence)"] = [[0, prevalence], [1, prevalence]]
        tabs.append(lines)
        names.append({"name": name, "ylab": "precision"})
    return {
        "id": "attentome_pr",
        **_parent("test_arc"),
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


def _metrics(run, network):
    metrics = run.metrics
    row = {
        "pr_auc": interval_text(metrics["pr_auc"]),
        "pr_auc_5": interval_text(metrics["pr_auc_tolerant"])
        if metrics.get("pr_auc_tolerant")
        else "not recorded",
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
        "sites": _number("Sites", "Sites in the test arc", "{:,.0f}"),
        "positions": _number("Positions", "Positions of the test arc, both strands", "{:,.0f}"),
    }
    return {
        "id": "attentome_metrics",
        **_parent("test_arc"),
        "section_name": "Metrics",
        "description": "With 95 % intervals from a bootstrap over genome blocks. Data: tables/metrics.tsv.",
        "plot_type": "table",
        "pconfig": {
            "id": "attentome_metrics_table",
            "title": "Test arc: metrics",
            "col1_header": "Network",
            "no_violin": True,
        },
        "headers": headers,
        "data": {network: row},
    }


def _heads(run):
    data = {}
    for head in run.heads:
        numbers = head.numbers
        high, d = head.peak
        logo, windows = numbers["logo"], numbers["windows"]
        data[head.title] = {
            "grade": "?",
            "d": d,
            "base": signed(numbers["groups"]["top"]["base"]),
            "box": (element_at(run.elements, d) or "none").replace("-", "−"),
            "height": high,
            "all": float(head.x_uniform("all")[d]),
            "consensus": shared_bases(logo) or "none",
            "bits": logo["total_bits"],
            "rho": numbers["spearman"]["rho_at_peak_d"],
            "sites": f"{windows['at_known_sites']} ({number(windows['expected_at_known_sites'], 2)})",
            "page": f'<a href="../heads/{head.name}.html">open</a>',
        }
    headers = {
        "grade": {"title": "Grade", "description": "?: not graded, no controls", "scale": False},
        "d": _number("Peak d", "Distance (nt upstream of the query) of the highest mean score", "{:,.0f}"),
        "base": {
            "title": "Base",
            "description": "Relative to the TSS, where the query sits on TSS + shift",
            "scale": False,
        },
        "box": {"title": "Inside", "description": "Box of the ruler that the peak lies in", "scale": False},
        "height": _number("Peak, × uniform", "Mean score of the highest outputs at the peak", "{:,.1f}"),
        "all": _number("All, × uniform", "Mean score of all positions at the same d", "{:,.1f}"),
        "consensus": {
            "title": "Windows share",
            "description": "Bases above 0.25 bit; n: any",
            "scale": False,
        },
        "bits": _number("Bits", "Information of the logo round the peak", "{:,.1f}"),
        "rho": {
            "title": "ρ at the peak",
            "description": "Spearman correlation of score and output",
            "format": "{:,.2f}",
            "scale": False,
        },
        "sites": {
            "title": "At TSS (chance)",
            "description": "Of 50 windows, within 5 nt of a curated TSS + shift",
            "scale": False,
        },
        "page": {"title": "Page", "scale": False},
    }
    return {
        "id": "attentome_heads",
        **_parent("heads"),
        "section_name": "Heads in numbers",
        "description": f"One row a head. {UNGRADED} Data: tables/heads.tsv.",
        "plot_type": "table",
        "pconfig": {
            "id": "attentome_heads_table",
            "title": "Heads: numbers",
            "col1_header": "Head",
            "sort_rows": False,
            "no_violin": True,
        },
        "headers": headers,
        "data": data,
    }


def _heatmap(run):
    far = min(SHOWN_D, run.profile["window"])
    rows = [
        np.log2(np.maximum(head.x_uniform("top")[:far][::-1], 0.25)).round(3).tolist() for head in run.heads
    ]
    distances = [str(d) for d in range(far - 1, -1, -1)]
    table = pd.DataFrame(rows, index=[head.title for head in run.heads], columns=distances)
    return {
        "id": "attentome_heatmap",
        **_parent("heads"),
        "section_name": "Where heads look",
        "description": f"Mean score of the highest outputs, log2 of multiples of uniform (0: nothing), d "
        f"{far - 1} to 0 "
        "nt upstream of the query; DNA runs 5′ to 3′. Colour −1 to 6 for all. Data: "
        "tables/profiles.tsv.gz.",
        "plot_type": "heatmap",
        "pconfig": {
            "id": "attentome_heatmap_plot",
            "title": "Heads: mean score by distance",
            "xlab": "distance d, nt",
            "ylab": "head",
            "zlab": "log2 × uniform",
            "min": -1,
            "max": 6,
            "cluster_rows": False,
            "cluster_cols": False,
            "square": False,
            "display_values": False,
            "colstops": [[0, "#ffffff"], [0.14, "#f4f8fa"], [0.5, "#93c3dc"], [1, "#083d5c"]],
        },
        "data": {index: row.to_dict() for index, row in table.iterrows()},
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
        **_parent("run_card"),
        "section_name": "What was not done, and the parameters",
        "plot_type": "html",
        "data": f'<ul>{done}</ul><table class="table table-sm" style="width:auto">{rows}</table>',
    }
