"""Runs Nextflow on this project for the tests and reads what it reports."""

import csv
import os
import shutil
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LIMIT = 15 * 60    # seconds; the demo takes three minutes, so a run that is still there then waits for something


@dataclass
class Run:
    """What a pipeline run left behind: exit code, text on the terminal, results folder and rows of the trace."""

    exit_code: int
    output: str
    results: Path
    trace: list

    def tasks(self, status=None):
        """Number of tasks per process, of all tasks or of those with one status such as ``CACHED``."""
        rows = [row for row in self.trace if status in (None, row["status"])]
        return Counter(row["name"].split(" ")[0].split(":")[-1] for row in rows)


def project_copy(folder):
    """The pipeline in a folder of its own, to change it there; the folder."""
    for name in ("bin", "assets", "conf", "modules"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.nf", "nextflow.config", "nextflow_schema.json"):
        shutil.copy(PROJECT / name, folder / name)
    return folder


def without_network():
    """What stands before a command that is to have no network at all; [] where that cannot be."""
    command = ["unshare", "--map-root-user", "--net"]
    try:
        return command if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0 else []
    except FileNotFoundError:
        return []


def run_pipeline(folder, *arguments, project=PROJECT, parser="v1", before=()):
    """Run the pipeline in ``folder`` with results in ``folder/results``.

    ``parser`` is Nextflow's v1 or v2; ``before`` stands before the command, see :func:`without_network`.
    """
    results = Path(folder) / "results"
    environment = {**os.environ, "NXF_SYNTAX_PARSER": parser, "NXF_ANSI_LOG": "false"}
    process = subprocess.Popen(
        [*before, "nextflow", "run", str(project), "--outdir", results.name, *arguments], cwd=folder, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        output, _ = process.communicate()
        log = (Path(folder) / ".nextflow.log").read_text()[-5000:]
        raise AssertionError(f"still running after {LIMIT} s\n{output}\n{log}") from None
    trace = results / "pipeline_info" / "execution_trace.txt"
    rows = list(csv.DictReader(trace.open(), delimiter="\t")) if trace.exists() else []
    return Run(process.returncode, output, results, rows)
