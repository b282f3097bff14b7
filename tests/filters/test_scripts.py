"""The scripts of --mode filters one after the other, on a small task: what each writes is what the next one reads."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from project import ROOT

from attentome.genome.labelled_sequences import LabelledSequences
from attentome.io.schemas.filters import (
    ELEMENTS,
    EVIDENCE,
    FILTER_GRADES,
    FILTERS,
    FRACTIONS,
    GRADE_COUNTS,
    NETWORKS,
    SUMMARY,
)
from attentome.motifs.readers import read_motifs
from attentome.network.saved_motif_cnn import load_motif_cnn
from attentome.training.train_cnn import class_metrics, predict_cnn

MOTIFS = ROOT / "assets/filters/test_motifs.meme"
NETWORKS_OF_THE_RUN = [
    {"id": f"task1_cnn-2_exponential_{control or ''}", "task": "task1", "network": "cnn-2", "activation": "exponential"}
    | {"trial": 1, "seed": seed, "control": control}
    for seed, control in ((1, None), (2, "untrained"), (3, "shuffled"))
]


def run(folder, script, *options):
    command = [sys.executable, ROOT / "bin" / script, *options]
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "networks.json").write_text(json.dumps(NETWORKS_OF_THE_RUN))
    (folder / "training.json").write_text(json.dumps({"max_epochs": 1, "batch_size": 25}))
    models = [f"{network['id']}={network['id']}/model" for network in NETWORKS_OF_THE_RUN]
    names = [f"described/{network['id']}" for network in NETWORKS_OF_THE_RUN]
    factors = ["--factors", ROOT / "assets/filters/test_factors.tsv"]
    run(folder, "simulate_task.py", "--task", 1, "--motifs", MOTIFS, *factors, "--sequences", 500, "--out", "task1")
    common = ["--task", "task1", "--networks", "networks.json"]
    run(folder, "train_cnns.py", *common, "--training", "training.json")
    run(folder, "describe_filters.py", *common, "--models", *models, "--motifs", MOTIFS, "--out", "described")
    run(folder, "compare_filters.py", "--networks", *names, "--rule", ROOT / "assets/filters/grade_rule.json")
    run(
        folder,
        *("report_filters.py", "--networks", *names, "--tasks", "task1", "--motifs", MOTIFS),
        *("--templates", ROOT / "assets/report"),
    )
    return folder


def test_controls_learn_nothing_and_start_elsewhere(folder):
    histories = {n["control"]: (folder / n["id"] / "history.tsv").read_text().splitlines() for n in NETWORKS_OF_THE_RUN}
    assert {control: len(lines) - 1 for control, lines in histories.items()} == {None: 1, "untrained": 0, "shuffled": 1}
    weights = [load_motif_cnn(folder / n["id"] / "model")[0].convolution.weight.detach() for n in NETWORKS_OF_THE_RUN]
    assert not np.array_equal(weights[0], weights[1]) and not np.array_equal(weights[0], weights[2])


def test_accuracy_is_that_of_the_test_sequences(folder):
    task, name = LabelledSequences.load(folder / "task1"), NETWORKS_OF_THE_RUN[0]["id"]
    network, _ = load_motif_cnn(folder / name / "model")
    rows = task.rows("test")
    auroc, aupr = class_metrics(task.labels[rows], predict_cnn(network, task.sequences[rows]))
    facts = json.loads((folder / "described" / name / "network.json").read_text())
    assert facts["auroc"] == pytest.approx(np.nanmean(auroc)) and facts["aupr"] == pytest.approx(np.nanmean(aupr))
    assert facts["test_sequences"] == len(rows) == 100 and list(facts["aupr_by_class"]) == task.classes


def test_tables_and_motif_files_fit_together(folder):
    table = NETWORKS.read(folder / "networks.tsv")
    assert set(table["id"]) == {network["id"] for network in NETWORKS_OF_THE_RUN}
    summary = SUMMARY.read(folder / "summary.tsv")
    assert len(summary) == 3 * 2 * 2 * 6 and set(summary["trials"]) == {1}
    assert ELEMENTS.read(folder / "elements.tsv").empty  # the motifs of this task are known
    for network in NETWORKS_OF_THE_RUN:
        own = folder / "described" / network["id"]
        filters, fractions = FILTERS.read(own / "filters.tsv"), FRACTIONS.read(own / "fractions.tsv")
        for extraction in ("published", "equal"):
            rows = filters[filters["extraction"] == extraction]
            written = {motif.id: motif for motif in read_motifs(own / f"filters_{extraction}.meme")}
            assert [written[f"filter{row.filter}"].sites for row in rows.itertuples()] == rows["sites"].tolist()
            cell = fractions[(fractions["extraction"] == extraction) & (fractions["database"] == "given")]
            share = cell.set_index("criterion").loc["loose", "share"]
            assert share == pytest.approx((rows["E"] <= 0.1).mean())
        activity = pd.read_csv(own / "activity.tsv", sep="\t")
        assert len(activity) == 32 * 200 and activity["share"].between(0, 1).all()
    assert "cnn-2" in (folder / "filters.html").read_text() and (folder / "outcome.json").is_file()


def test_every_filter_is_graded_and_the_rule_is_kept_with_the_grades(folder):
    grades, counts = FILTER_GRADES.read(folder / "grades.tsv"), GRADE_COUNTS.read(folder / "grade_counts.tsv")
    assert len(grades) == 3 * 32 and set(grades["R"]) == {""} and not set(grades["grade"]) & {"A"}
    assert counts["filters"].tolist() == [32] * 3 and (counts.loc[counts["control"] != "", "graded"] == 0).all()
    for network in NETWORKS_OF_THE_RUN:
        evidence = EVIDENCE.read(folder / "described" / network["id"] / "evidence.tsv")
        assert evidence["filter"].tolist() == list(range(1, 33)) and set(evidence["sequences"]) == {100}
        # 5 % of 100 sequences and 100 copies lie above a filter's limit.
        assert (evidence["fires"] + evidence["fires_shuffled"]).max() == 10
    kept, rule = json.loads((folder / "grades.json").read_text()), ROOT / "assets/filters/grade_rule.json"
    assert kept["rule"] == json.loads(rule.read_text()) and kept["rule_sha256"] in (folder / "filters.html").read_text()
