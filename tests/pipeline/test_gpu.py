"""Which tasks get a GPU, and with what flags, on engines and a scheduler that are stood in for by small scripts.

The stand-ins run what they are given on this machine, so that what Nextflow writes for them (``.command.run``) is that
of a real run; the engines themselves are tried by ``make test-docker``, ``test-apptainer`` and ``test-slurm``.
"""

import os
import re
import shutil
import subprocess
import time

import pytest
from nextflow_run import PROJECT, project_copy, run_pipeline

NETWORK = {"CHECK_DEVICE", "TRAIN", "PREDICT", "MEASURE_HEADS", "KNOCK_OUT_HEADS", "MUTATE_SITES"}
ENGINE = """#!/bin/bash
# Runs the command that follows the image's name, as a container would.
case "$1" in
    run|exec) ;;
    *) exit 0 ;;
esac
while [ "$1" != "/bin/bash" ]; do shift; done
exec "$@"
"""
SBATCH = """#!/bin/bash
# Takes a script as Slurm does and runs it at once; of an array each job.
script="${!#}"
tasks=$(sed -n 's/^#SBATCH --array //p' "$script")
first=${tasks%-*}; last=${tasks#*-}
for number in $(seq "${first:-0}" "${last:-0}"); do
    (cd "$(sed -n 's/^#SBATCH -D //p' "$script")" && SLURM_ARRAY_TASK_ID=$number bash "$script" > /dev/null 2>&1)
done
echo "Submitted batch job $$"
"""


@pytest.fixture
def stand_ins(tmp_path, monkeypatch):
    """Container engines and Slurm on the PATH."""
    folder = tmp_path / "stand_ins"
    folder.mkdir()
    for name, text in {
        **dict.fromkeys(("docker", "singularity", "apptainer"), ENGINE),
        "sbatch": SBATCH,
        "squeue": "#!/bin/bash\n",
        "scancel": "#!/bin/bash\n",
    }.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def scripts_of(run, folder):
    """Process name -> what its tasks' ``.command.run`` hold, header and launch."""
    found = {}
    for row in run.trace:
        (task,) = (folder / "work").glob(f"{row['hash']}*")
        found.setdefault(row["name"].split(" ")[0].split(":")[-1], []).append((task / ".command.run").read_text())
    return found


@pytest.mark.parametrize(
    ("engine", "flag", "bind"),
    [("docker", "--gpus all", "-v"), ("singularity", "--nv", "-B"), ("apptainer", "--nv", "-B")],
)
def test_tasks_that_run_the_network_get_the_gpu_and_no_other(stand_ins, tmp_path, engine, flag, bind):
    shutil.rmtree(tmp_path / "work", ignore_errors=True)
    run = run_pipeline(tmp_path, "-profile", f"test,{engine},gpu", "-stub-run")
    assert run.exit_code == 0, run.output
    scripts = scripts_of(run, tmp_path)
    assert {name for name, texts in scripts.items() if any(flag in text for text in texts)} == NETWORK
    assert len(scripts) > 10
    for name, texts in scripts.items():
        for text in texts:
            launch = re.search(rf"^ *(?:env .*|\$?\{{?.*)?{engine} (?:run|exec) .*$", text, re.MULTILINE)[0]
            # The checkpoints lie beside the tasks' folders; the choice of a card reaches the container.
            assert (f"{bind} '{tmp_path}/work':'{tmp_path}/work'" in launch) == (name in NETWORK), name
            assert "CUDA_VISIBLE_DEVICES" in launch
            assert ("take_card.sh" in text) == (name in NETWORK)


@pytest.mark.parametrize("arguments", [("-profile", "test,docker"), ("-profile", "test,docker,gpu", "--device", "cpu")])
def test_without_a_gpu_no_task_asks_for_one(stand_ins, tmp_path, arguments):
    run = run_pipeline(tmp_path, *arguments, "-stub-run")
    assert run.exit_code == 0 and run.tasks()["CHECK_DEVICE"] == 0, run.output
    for texts in scripts_of(run, tmp_path).values():
        assert not any("--gpus" in text or "take_card" in text for text in texts)


def test_on_slurm_the_gpu_is_asked_of_the_scheduler(stand_ins, tmp_path):
    # The settings that docs/running.md shows for a site.
    (tmp_path / "site.config").write_text("""
        executor { pollInterval = '1 sec'; submitRateLimit = '100/1sec' }
        process.queue          = { task.accelerator ? 'gpu' : 'normal' }
        process.resourceLimits = [cpus: 1, memory: 3.GB, time: 2.h]
        executor.account       = 'project_42'
    """)
    run = run_pipeline(tmp_path, "-profile", "test,slurm,gpu", "-stub-run", "-c", "site.config")
    assert run.exit_code == 0, run.output
    scripts = scripts_of(run, tmp_path)
    for name, texts in scripts.items():
        for text in texts:
            header = "\n".join(re.findall(r"^#SBATCH .*", text, re.MULTILINE))
            assert ("--gres=gpu:1" in header) == (name in NETWORK), name
            assert "take_card.sh" not in text
            if name != "DESCRIBE_HEAD":  # whose jobs are of one array, with a header of its own
                assert f"-p {'gpu' if name in NETWORK else 'normal'}\n" in f"{header}\n" and "-A project_42" in header
                asked = re.search(r"--mem (\d+)M", header)[1], re.search(r"-t (\S+)", header)[1]
                large = name in NETWORK - {"CHECK_DEVICE"} | {"PROFILE"}
                assert asked == (("3072", "02:00:00") if large else ("2048", "01:00:00"))
    headers = [path.read_text() for path in (tmp_path / "work").glob("*/*/.command.run")]
    assert sum("#SBATCH --array 0-7" in header for header in headers) == 1


def test_a_gpu_that_is_not_there_ends_the_run_at_once(tmp_path):
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine may have a GPU")
    started = time.monotonic()
    run = run_pipeline(tmp_path, "-profile", "test,gpu")
    assert run.exit_code != 0 and run.tasks()["LABEL"] == 0
    assert "check_device.py: --device cuda: torch sees no CUDA device" in run.output
    assert time.monotonic() - started < 60


def test_each_card_has_one_task(tmp_path):
    """Five tasks at two cards: at no time two at one card, both cards used."""
    script = tmp_path / "task.sh"
    script.write_text(f"""
        source {PROJECT}/assets/take_card.sh
        echo "start $CUDA_VISIBLE_DEVICES" >> log; sleep 0.3; echo "stop $CUDA_VISIBLE_DEVICES" >> log
    """)
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "4,7", "TMPDIR": str(tmp_path)}
    tasks = [subprocess.Popen(["bash", "-euo", "pipefail", script], cwd=tmp_path, env=environment) for _ in range(5)]
    assert [task.wait(60) for task in tasks] == [0] * 5
    busy = {"4": 0, "7": 0}
    used = set()
    for line in (tmp_path / "log").read_text().splitlines():
        what, card = line.split()
        busy[card] += 1 if what == "start" else -1
        used.add(card)
        assert busy[card] <= 1
    assert used == {"4", "7"}


def test_out_of_gpu_memory_comes_back_with_half_the_batch(tmp_path):
    """The scripts of a copy of the project end with exit code 85 until their share of the batch is small enough."""
    project = project_copy(tmp_path / "project")
    for script, fits in (("train_model.py", '"--parts 4"'), ("predict_genome.py", '"--batch 2"')):
        path = project / "bin" / script
        path.rename(path.with_name(f"real_{script}"))
        path.write_text(
            "#!/usr/bin/env python3\nimport runpy, sys\nfrom pathlib import Path\n"
            f"if {fits} not in ' '.join(sys.argv):\n    sys.exit(85)\n"
            f"runpy.run_path(str(Path(__file__).with_name('real_{script}')), run_name='__main__')\n"
        )
        path.chmod(0o755)
    small = (
        "-profile",
        "test",
        "--controls",
        "false",
        "--predict_batch",
        "4",
        "--max_steps",
        "20",
        "--sim_length",
        "50000",
        "--sim_promoters",
        "100",
    )
    run = run_pipeline(tmp_path, *small, project=project)
    assert run.exit_code == 0, run.output
    assert run.tasks("FAILED") == {"TRAIN": 2, "PREDICT": 1}
    # What was retried counts as done: nothing runs again.
    again = run_pipeline(tmp_path, *small, "-resume", project=project)
    assert again.exit_code == 0 and again.tasks() == again.tasks("CACHED"), again.output
