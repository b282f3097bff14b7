"""The MultiQC report: the run on one page, leading to atlas, head pages and run card.

Rows ("samples") are networks, never heads. MultiQC runs as a program of its own on files that are written
here.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from markupsafe import escape

from attentome.io.files import write_json, write_text
from attentome.report.multiqc.sections import sections


def write_multiqc(run, outcome, card, atlas_png, out, templates):
    """Write ``multiqc_report.html`` into ``out``.

    Parameters
    ----------
    run : RunResults
    outcome, card : dict
    atlas_png : Path or None
        None where the atlas is not shown.
    out : Path
    templates : Templates

    Raises
    ------
    RuntimeError
        If MultiQC fails; with what it said.
    """
    found = sections(run, card, atlas_png, templates)
    with tempfile.TemporaryDirectory(prefix="attentome_multiqc_") as folder:
        work, style = Path(folder), Path(folder) / "report.css"
        for name, section in found.found.items():
            write_json(work / "content" / f"{name}_mqc.json", section)
        if run.records:
            write_text(work / "content" / "attentome_mqc_versions.yml", versions_text(run))
        write_text(style, "#mqc_welcome{display:none!important}\n")
        write_json(work / "config.json", {**report_config(run, outcome, found), "custom_css_files": [str(style)]})
        _run_multiqc(work / "content", work)
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
    options = ["--no-data-dir", "--no-version-check", "--no-ai", "--force", "--quiet"]
    paths = ["--config", work / "config.json", "--outdir", work / "report", "--filename", "multiqc_report.html"]
    done = subprocess.run(
        [sys.executable, "-m", "multiqc", content, *paths, *options],
        env=environment,
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not (work / "report" / "multiqc_report.html").is_file():
        raise RuntimeError(f"MultiQC failed (exit code {done.returncode}): {(done.stderr or done.stdout)[-2000:]}")


def versions_text(run):
    """Software per process as YAML, in the form that MultiQC and nf-core use."""
    seen, lines = {}, []
    for record in run.records:
        seen.setdefault(record["process"], {}).update(record.get("software", {}))
    for process in sorted(seen):
        lines.append(f"{process}:")
        lines += [f"  {name}: {json.dumps(str(version))}" for name, version in sorted(seen[process].items())]
    return "".join(f"{line}\n" for line in lines)


def report_config(run, outcome, found):
    """MultiQC's configuration: title, the outcome above all sections, the order of the sections."""
    return {
        "title": escape(f"Attentome: {run.name}"),
        "report_comment": found.macro("comment", outcome, "attentome_atlas" in found.found),
        "intro_text": "",
        "no_ai": True,
        "show_analysis_paths": False,
        "show_analysis_time": False,
        "no_version_check": True,
        "disable_version_detection": True,
        "plots_force_interactive": True,
        # MultiQC puts parents with the highest number first, sections with the lowest.
        "report_section_order": {
            **{name: {"order": -10 * i} for i, name in enumerate([*found.parents(), "multiqc_software_versions"], 1)},
            **{name: {"order": 10 * i} for i, name in enumerate(found.found, 1)},
        },
        "max_table_rows": 1000,
    }
