#!/usr/bin/env python3
"""Kill runs of the demo at ten points, with no warning (SIGKILL), and go on with -resume.

Each must end with the same bytes in every result file as an undisturbed run (but for time and memory), a training that
was killed must go on from the state that it kept, and a further -resume must run nothing.
"""

import argparse
import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COMPARE = PROJECT / "tests/engines/compare_results.py"
WORKFLOW = [
    ("SIMULATE", 0.5),
    ("CHECK_INPUTS", 0.2),
    ("HARMONISE", 0.2),
    ("CURATE", 1.0),
    ("TRAIN", 2.0),
    ("PREDICT", 3.0),
    ("DESCRIBE_HEAD", 1.5),
    ("REPORT", 1.0),
]
"""Nextflow is killed so many seconds after it said that it submitted the first task of this process. What runs then
goes on by itself, as it would on a user's machine. In a training the seconds count from its first checkpoint."""
TRAINING = [0.0, 8.0]
"""Training is killed so many seconds after its first checkpoint; Nextflow starts it again."""


def start(folder, *arguments):
    environment = {**os.environ, "NXF_ANSI_LOG": "false", "PATH": f"{PROJECT}/.tools/venv/bin:{os.environ['PATH']}"}
    return subprocess.Popen(
        [
            "nextflow",
            "run",
            str(PROJECT),
            "-profile",
            "test",
            "--controls",
            "false",
            "--checkpoint_minutes",
            "0.02",
            "--outdir",
            "results",
            *arguments,
        ],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def to_the_end(folder, *arguments):
    """A run that is left alone."""
    process = start(folder, *arguments)
    output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{output}\nthe run in {folder} ended with {process.returncode}")
    return output


def wait_for_task(process, name, folder):
    """Until a task of this process was submitted; a training, until it has kept its state."""
    if not any("ubmitted process" in line and f":{name} (" in line for line in process.stdout):
        sys.exit(f"{name} was never submitted")
    while name == "TRAIN" and not list(folder.glob("work/checkpoints/*/*/*/checkpoint.safetensors")):
        if process.poll() is not None:
            sys.exit("the run ended before its training had kept a state")
        time.sleep(0.1)


def trace(folder):
    with open(folder / "results/pipeline_info/execution_trace.txt", encoding="utf-8") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def training_of(folder):
    """Process of the training that runs in this folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if (
                any(word.endswith(b"train_model.py") for word in words)
                and str((entry / "cwd").resolve()).startswith(str(folder))
                and b"python" in words[0]
            ):
                return int(entry.name)
        except OSError:
            continue
    return None


def went_on(folder):
    """From which step the training that was last started went on; 0 where it began anew."""
    task = max(
        (path.parent for path in folder.glob("work/*/*/.command.sh") if "train_model.py" in path.read_text()),
        key=lambda path: (path / ".command.begin").stat().st_mtime,
    )
    said = [line for line in (task / ".command.log").read_text().splitlines() if "going on from the checkpoint" in line]
    return int(said[0].split()[-1]) if said else 0


def kill_workflow(folder, name, seconds):
    process = start(folder)
    wait_for_task(process, name, folder)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    to_the_end(folder, "-resume")
    if name == "TRAIN" and not went_on(folder):
        sys.exit("the training began anew")
    rows = trace(folder)
    return f"{sum(row['status'] == 'CACHED' for row in rows)} of {len(rows)} tasks were done"


def kill_training(folder, seconds):
    process = start(folder)
    wait_for_task(process, "TRAIN", folder)
    time.sleep(seconds)
    os.kill(training_of(folder), signal.SIGKILL)
    output, _ = process.communicate()
    if process.returncode:
        sys.exit(output)
    statuses = sorted(row["status"] for row in trace(folder) if ":TRAIN (" in row["name"])
    step = went_on(folder)
    if statuses != ["COMPLETED", "FAILED"] or not step:
        sys.exit(f"the training: {statuses}, went on from step {step}")
    return f"it went on from step {step}"


def check(folder, whole):
    """The same results as those of the undisturbed run, and nothing left to do."""
    subprocess.run(
        [sys.executable, COMPARE, whole / "results", folder / "results"], check=True, stdout=subprocess.DEVNULL
    )
    to_the_end(folder, "-resume")
    again = [row["name"] for row in trace(folder) if row["status"] != "CACHED"]
    if again:
        sys.exit(f"run again with nothing changed: {again}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, nargs="*", help="1 to 10; all by default")
    args = parser.parse_args()
    works = [(f"Nextflow killed {seconds} s into {name}", kill_workflow, (name, seconds)) for name, seconds in WORKFLOW]
    works += [(f"training killed after {seconds} s", kill_training, (seconds,)) for seconds in TRAINING]
    with tempfile.TemporaryDirectory(prefix="attentome-resume.", dir=os.environ.get("TMPDIR", "/var/tmp")) as top:
        whole = Path(top) / "whole"
        whole.mkdir()
        to_the_end(whole)
        for number, (words, work, arguments) in enumerate(works, 1):
            if args.points and number not in args.points:
                continue
            folder = Path(top) / f"point_{number}"
            folder.mkdir()
            started = time.monotonic()
            found = work(folder, *arguments)
            check(folder, whole)
            print(f"{number:2d}  {words}: {found}; same results; {time.monotonic() - started:.0f} s", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    print("passed")


if __name__ == "__main__":
    main()
