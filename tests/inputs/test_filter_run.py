"""CHECK_FILTERS: every fault of a run of --mode filters at once, each in one line."""

import json
import subprocess
import sys

import pytest
from project import ROOT

from attentome.inputs.filter_run import MIN_WINDOW, filter_run_faults
from attentome.io.files import read_json

SCHEMA = read_json(ROOT / "nextflow_schema.json")
PRESETS = read_json(ROOT / "assets/filters/presets.json")
MOTIFS, FACTORS = (ROOT / "assets/filters" / name for name in ("test_motifs.meme", "test_factors.tsv"))


def faults(database=MOTIFS, table=FACTORS, missing=(), **params):
    databases = [database] if database else []
    return filter_run_faults(
        {"mode": "filters", "preset": "tiny", **params}, SCHEMA, PRESETS, missing, databases, table
    )


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
        ({"negatives": "a.fa"}, "--negatives is given without --positives; give --positives or --input"),
        ({"classes": "c", "input": "s.csv", "genome": "g", "motifs": "m"}, "--classes is given without --positives"),
        (
            {"input": "s.csv", "positives": "a.fa", "genome": "g", "motifs": "m", "background": "genome"},
            "--input is given together with --positives; leave one of them out",
        ),
        ({"input": "s.csv", "motifs": "m"}, "--input is given without --genome, on which the sites lie"),
        ({"input": "s.csv", "genome": "g", "motifs": None}, "the filters would have nothing to be compared"),
        (
            {"input": "s.csv", "genome": "g", "motifs": "m", "upstream": 30},
            "--upstream 30 and --downstream 20 make windows of 50 nt; give 60 nt or more together",
        ),
        ({"input": "s.csv", "genome": "g", "motifs": "m", "upstream": -80}, "--upstream is '-80'; give at least 0"),
        ({"input": "s.csv", "genome": "g", "motifs": "m", "downstream": "far"}, "--downstream is 'far', not a whole"),
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


def test_sites_need_no_factors_and_no_negatives():
    assert faults(input="s.csv", genome="accession:NC_000913.3", motifs="m", table=None) == []
    assert faults(input="s.csv", genome="g.fa", motifs="m", negatives="n.bed", upstream=200, downstream=0) == []


def test_databases_that_are_not_all_there():
    found = faults(motifs="a.meme,b.meme", missing=["motifs"])
    assert found == ["parameters: --motifs is 'a.meme,b.meme', of which not every file is there; give files that exist"]


def test_networks_for_sites_fit_the_shortest_windows():
    from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig

    for preset in PRESETS.values():
        for network in preset["sites"]["networks"]:
            MotifCnn(MotifCnnConfig(network, 1, MIN_WINDOW))


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
