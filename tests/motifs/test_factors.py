"""The factors of a simulated task: the two tables of the project, faults in one line each, and the script."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from project import ROOT

from attentome.genome.labelled_sequences import LabelledSequences
from attentome.io.files import read_tsv
from attentome.motifs.factors import read_factors
from attentome.motifs.readers import read_motifs

FILTERS = ROOT / "assets/filters"
MOTIFS = read_motifs(FILTERS / "test_motifs.meme")


def test_the_published_factors_of_each_task():
    ids = [line.split("\t")[1].split(",") for line in (FILTERS / "jaspar2016_factors.tsv").read_text().splitlines()[1:]]
    database = [replace(MOTIFS[0], id=motif) for line in ids for motif in line]
    assert len(read_factors(FILTERS / "jaspar2016_factors.tsv", database, "1")) == 12
    names = {one.name for one in read_factors(FILTERS / "jaspar2016_factors.tsv", database, "3")}
    assert names == {"SP1", "Gabpa", "CEBPB", "MAX", "YY1"}
    assert [one.motifs for one in read_factors(FILTERS / "test_factors.tsv", MOTIFS, "3")] == [
        (f"m{number:02d}",) for number in range(1, 6)
    ]


@pytest.mark.parametrize(
    "text, what",
    [
        ("", "line 1: the header is not factor motifs tasks"),
        ("factor,motifs,tasks\n", "line 1: the header is not factor motifs tasks"),
        ("factor\tmotifs\ttasks\na\tm01\n", "line 2: expected 3 cells"),
        ("factor\tmotifs\ttasks\na\tm01\t\n", "line 2: expected 3 cells"),
        ("factor\tmotifs\ttasks\na\tm01,m99\t1\n", "line 2: no motif m99 in the database"),
        ("factor\tmotifs\ttasks\na\tm01\t1\na\tm02\t1\n", "line 3: factor a is there twice"),
        ("factor\tmotifs\ttasks\na\tm01\t2\n", "line 2: task 2 is unknown; give 1 or 3"),
        ("factor\tmotifs\ttasks\na\tm01\t3\n", "no factor is of task 1"),
    ],
)
def test_faults_are_one_line(tmp_path, text, what):
    (tmp_path / "factors.tsv").write_text(text)
    with pytest.raises(ValueError, match="factors.tsv: ") as fault:
        read_factors(tmp_path / "factors.tsv", MOTIFS, "1")
    assert what in str(fault.value) and "\n" not in str(fault.value)


def run(folder, *options):
    command = [sys.executable, ROOT / "bin/simulate_task.py", "--motifs", FILTERS / "test_motifs.meme", *options]
    return subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("number, outputs", [("1", 12), ("3", 1)])
def test_the_script_writes_the_task_and_what_it_is(tmp_path, number, outputs):
    options = ["--factors", FILTERS / "test_factors.tsv", "--sequences", 400, "--length", 150, "--task", number]
    for folder in ("", "again"):
        (tmp_path / folder).mkdir(exist_ok=True)
        done = run(tmp_path / folder, *options, "--out", "first")
        assert done.returncode == 0, done.stderr
    task, facts = LabelledSequences.load(tmp_path / "first"), json.loads((tmp_path / "first/task.json").read_text())
    assert task.sequences.shape == (400, 150) and task.labels.shape == (400, outputs)
    assert (
        facts["outputs"] == task.classes
        and facts["task"] == "first"
        and facts["sequences"] == {"train": 280, "validation": 40, "test": 80}
    )
    np.testing.assert_allclose(list(facts["prevalence"].values()), task.labels.mean(axis=0))
    planted = read_tsv(tmp_path / "first/planted.tsv")
    decoys = set(planted["motif"]) - {motif for ids in facts["classes"].values() for motif in ids}
    assert decoys == set(facts.get("decoys", []))
    assert ("rule" in facts) == (number == "3")
    for name in ("task.safetensors", "planted.tsv", "task.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "again/first" / name).read_bytes()


def test_a_motif_that_does_not_fit_is_one_line(tmp_path):
    options = ["--factors", FILTERS / "test_factors.tsv", "--sequences", 40, "--length", 5, "--task", "1"]
    done = run(tmp_path, *options, "--out", "out")
    assert done.returncode == 2 and done.stderr.startswith("simulate_task.py: 1 or more motifs do not fit into 5 nt")
    assert len(done.stderr.splitlines()) == 1 and not (tmp_path / "out").exists()
