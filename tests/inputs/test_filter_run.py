"""CHECK_FILTERS: every fault of a run of --mode filters at once, each in one line."""

import json
import subprocess
import sys

import pytest
from project import ROOT

from attentome.inputs.filter_run import filter_run_faults
from attentome.io.files import read_json

SCHEMA = read_json(ROOT / "nextflow_schema.json")
PRESETS = read_json(ROOT / "assets/filters/presets.json")
MOTIFS, FACTORS = (ROOT / "assets/filters" / name for name in ("test_motifs.meme", "test_factors.tsv"))


def faults(database=MOTIFS, table=FACTORS, missing=(), **params):
    return filter_run_faults({"mode": "filters", "preset": "tiny", **params}, SCHEMA, PRESETS, missing, database, table)


def test_each_preset_runs_with_its_own_table_of_factors():
    assert faults() == [] and faults(trials=5, seed=3) == []
    for name, preset in PRESETS.items():
        assert (ROOT / "assets/filters" / preset["factors"]).is_file(), name
        if preset["motifs"]:
            found = faults(ROOT / "assets/filters" / preset["motifs"], ROOT / "assets/filters" / preset["factors"])
            assert found == []
    assert set(PRESETS) < set(SCHEMA["$defs"]["network"]["properties"]["preset"]["enum"])


@pytest.mark.parametrize(
    "given, what",
    [
        ({"preset": "cpu"}, "--preset cpu has no settings for --mode filters; give one of tiny, laptop, task1, task3"),
        ({"preset": "huge"}, "--preset is 'huge'"),
        ({"preset": "laptop", "motifs": None}, "--motifs is missing, and --preset laptop has no motifs of its own"),
        ({"trials": 0}, "--trials is '0'"),
        ({"trials": "many"}, "--trials is 'many', not a whole number"),
        ({"trails": 3}, "unknown parameter --trails; did you mean --trials?"),
        ({"mode": "filter"}, "--mode is 'filter'"),
        (
            {"positives": "a.fa", "motifs": None, "background": "shuffle"},
            "the filters would have nothing to be compared",
        ),
        (
            {"positives": "a.fa", "motifs": "m"},
            "--positives has nothing to compare with; give --negatives, --background",
        ),
        (
            {"hdf5": "a.h5", "positives": "a.fa", "motifs": "m", "classes": "c"},
            "--positives is given together with --hdf5",
        ),
        ({"negatives": "a.fa"}, "--negatives is given without --positives"),
        ({"background": "random"}, "--background is 'random'; give one of genome, shuffle"),
    ],
)
def test_parameters_that_do_not_fit(given, what):
    found = faults(None if "motifs" in given else MOTIFS, **given)
    assert sum(what in line for line in found) == 1, found


@pytest.mark.parametrize(
    "text, what",
    [
        ("", "m.meme"),
        ("no motif\n", "give MEME text (version 4 or newer), TRANSFAC or JASPAR"),
        ("MEME version 4\n", "m.meme"),
    ],
)
def test_a_database_that_is_none(tmp_path, text, what):
    (tmp_path / "m.meme").write_text(text)
    found = faults(tmp_path / "m.meme", motifs=str(tmp_path / "m.meme"))
    assert len(found) == 1 and what in found[0]


def test_factors_of_another_database():
    found = faults(table=ROOT / "assets/filters/jaspar2016_factors.tsv")
    assert len(found) == 1 and "no motif MA0151.1, MA0601.1 in the database" in found[0]


def test_the_script_prints_the_faults_and_ends_with_2(tmp_path):
    (tmp_path / "params.json").write_text(json.dumps({"mode": "filters", "preset": "task1", "motifs": "absent.meme"}))
    command = [sys.executable, ROOT / "bin/check_filters.py", "--params", "params.json"]
    command += [
        "--missing",
        "motifs",
        "--schema",
        ROOT / "nextflow_schema.json",
        "--presets",
        ROOT / "assets/filters/presets.json",
    ]
    done = subprocess.run(list(map(str, command)), cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        "parameters: --motifs is 'absent.meme', and there is no such file; give one file that exists\n"
    )
