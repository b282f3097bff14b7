"""How the scripts end when they cannot go on, and the record that they leave when they can."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

from attentome.io.exits import one_line_exit
from attentome.io.files import read_json
from attentome.io.record import task_record

BIN = Path(__file__).parents[2] / "bin"


def test_faults_end_in_one_line_and_their_code(capsys):
    for error, code, words in (
        (ValueError("no such preset"), 2, "prog: no such preset"),
        (FloatingPointError("the loss is nan"), 2, "prog: the loss is nan"),
        (torch.cuda.OutOfMemoryError("CUDA out of memory.\nMore"), 85, "lower --batch_size"),
    ):
        with pytest.raises(SystemExit) as exit_info, one_line_exit("prog"):
            raise error
        lines = capsys.readouterr().err.splitlines()
        assert exit_info.value.code == code and len(lines) == 1 and words in lines[0]


def test_what_is_not_the_users_fault_is_not_hidden():
    with pytest.raises(KeyError), one_line_exit("prog"):
        raise KeyError("bug")


def test_script_with_no_model_says_so(tmp_path):
    (tmp_path / "g.fna").write_text(">c\nACGTACGT\n")
    (tmp_path / "g.json").write_text('{"contigs": [{"name": "c", "length": 8, "circular": false}]}')
    run = subprocess.run(
        [
            sys.executable,
            BIN / "predict_genome.py",
            "--genome",
            "g.fna",
            "--genome_json",
            "g.json",
            "--model",
            "nothing",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2 and "nothing: not a model directory" in run.stderr
    assert len(run.stderr.splitlines()) == 1 and not (tmp_path / "record.json").exists()


def test_record_tells_work_from_waiting(tmp_path):
    """CPU time is that of all threads while the task works, and none while it waits for its turn."""

    def work():
        started = time.thread_time()
        while time.thread_time() - started < 0.2:
            pass

    with task_record(tmp_path / "record.json", "WAIT"):
        time.sleep(0.5)
    waited = read_json(tmp_path / "record.json")
    assert waited["seconds"] >= 0.5 > 2 * waited["cpu_seconds"]
    with task_record(tmp_path / "record.json", "WORK"):
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert read_json(tmp_path / "record.json")["cpu_seconds"] >= 0.4
