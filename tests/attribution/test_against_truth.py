"""Maps against planted bases: scores against scikit-learn, the truth as a map, and the script on a small task."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from project import ROOT, load_command
from scipy import stats
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score

from attentome.attribution.against_truth import Examples, planted_examples, sequence_scores, truth_table
from attentome.attribution.sequence_maps import METHODS
from attentome.io.files import read_arrays, write_json
from attentome.io.schemas.filters import ATTRIBUTION
from attentome.motifs.readers import read_motifs
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig
from attentome.network.saved_motif_cnn import LAST, of_epoch, save_motif_cnn
from attentome.simulate.motif_tasks import simulate_task1, simulate_task3

MOTIFS = read_motifs(ROOT / "assets/filters/test_motifs.meme")
TRUTH = {motif.id: [motif.id] for motif in MOTIFS[:6]}


@pytest.fixture(scope="module")
def task1():
    return simulate_task1(MOTIFS[:6], sequences=150, length=150, seed=2)


@pytest.fixture(scope="module")
def task3():
    return simulate_task3(MOTIFS[:3], MOTIFS[3:9], sequences=150, seed=2)


def test_task_3_has_all_planted_bases_of_the_first_positive_sequences(task3):
    examples = planted_examples(task3, TRUTH, limit=9)
    positive = [row for row in task3.rows("test") if task3.labels[row, 0] == 1]
    assert examples.rows.tolist() == positive[:9] and not examples.classes.any()
    np.testing.assert_array_equal(examples.planted, task3.information[positive[:9]] > 0.01)
    assert len(planted_examples(task3, TRUTH).rows) == len(positive)


def test_task_1_has_the_bases_of_each_factor_of_a_sequence(task1):
    examples = planted_examples(task1, TRUTH, limit=20)
    assert len(np.unique(examples.rows)) == 20 < len(examples.rows)
    pairs = {(row, of_class) for row in np.unique(examples.rows) for of_class in np.flatnonzero(task1.labels[row])}
    assert set(zip(examples.rows.tolist(), examples.classes.tolist(), strict=True)) == pairs
    for row, of_class, planted in zip(examples.rows, examples.classes, examples.planted, strict=True):
        expected = np.zeros(150, bool)
        for site in task1.planted.itertuples():
            if site.sequence == row and site.motif == task1.classes[of_class]:
                expected[site.start : site.end] = task1.information[row, site.start : site.end] > 0.01
        np.testing.assert_array_equal(planted, expected)
        assert planted.any()


def test_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    planted = rng.random((5, 60)) < 0.3
    maps = np.round(rng.normal(size=(5, 60)) + planted, 1)  # with ties and signs
    auroc, aupr, trapezoid = sequence_scores(maps, planted)
    for row in range(5):
        precision, recall, _ = precision_recall_curve(planted[row], maps[row])
        assert trapezoid[row] == pytest.approx(auc(recall, precision))
        assert auroc[row] == pytest.approx(roc_auc_score(planted[row], maps[row]))
        assert aupr[row] == pytest.approx(average_precision_score(planted[row], maps[row]))


def test_maps_without_a_score():
    maps, planted = np.zeros((3, 8)), np.zeros((3, 8), bool)
    maps[0, 3], planted[0, :4], planted[1] = np.nan, True, True
    auroc, aupr, trapezoid = sequence_scores(maps, planted)
    assert np.isnan(auroc).all()
    for of_curve in (aupr, trapezoid):
        assert np.isnan(of_curve[[0, 2]]).all() and of_curve[1] == 1


@pytest.mark.parametrize("task", ["task1", "task3"])
def test_the_truth_as_a_map_scores_1_and_its_reverse_0(task, request):
    task = request.getfixturevalue(task)
    examples = planted_examples(task, TRUTH)
    truth = np.where(examples.planted, task.information[examples.rows], 0)
    noise = np.random.default_rng(0).random(truth.shape)
    table = truth_table({"truth": truth, "reversed": -truth, "noise": noise}, examples).set_index("method")
    assert table.loc["truth", ["auroc", "auroc_low", "auroc_high", "aupr"]].tolist() == [1, 1, 1, 1]
    assert table.loc["reversed", "auroc"] == 0 and np.isnan(table.loc["truth", "incomplete"])
    assert table.loc["noise", "auroc_low"] < 0.5 < table.loc["noise", "auroc_high"]
    assert table.loc["noise", "aupr"] == pytest.approx(table.loc["noise", "planted"], abs=0.08)
    assert set(table["sequences"]) == {len(np.unique(examples.rows))} and set(table["maps"]) == {len(examples.rows)}


def test_means_are_over_sequences_not_maps():
    planted = np.array([[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], bool)
    examples = Examples(np.array([3, 3, 3, 8]), np.array([0, 1, 2, 0]), planted)
    maps = np.array([[9, 0, 0, 0], [9, 0, 0, 0], [0, 9, 9, 9], [0, 0, 9, 1]], float)
    (row,) = truth_table({"any": maps}, examples, {"any": np.array([9, 9, 27, 10.0 + 11.0])}).to_dict("records")
    each = [2 / 3, 2 / 3]
    assert (row["sequences"], row["maps"], row["planted"]) == (2, 4, 0.25)
    assert row["auroc"] == pytest.approx(np.mean(each)) and row["incomplete"] == pytest.approx(11 / 66)
    examples = Examples(np.arange(4), np.zeros(4, int), planted)
    (row,) = truth_table({"any": maps}, examples).to_dict("records")
    interval = stats.ttest_1samp([1, 1, 0, 2 / 3], 0).confidence_interval(0.95)
    assert (row["auroc_low"], row["auroc_high"]) == pytest.approx((interval.low, interval.high))


def test_the_table_of_a_diverged_network_has_no_scores(task3):
    examples = planted_examples(task3, TRUTH)
    maps = np.full(examples.planted.shape, np.nan)
    (row,) = truth_table({"any": maps}, examples, {"any": maps[:, 0]}).to_dict("records")
    assert (row["sequences"], row["maps"]) == (0, 0)
    assert np.isnan([row[name] for name in ("auroc", "auroc_low", "aupr", "incomplete")]).all()


def test_sequences_without_truth_or_positives(task3):
    with pytest.raises(ValueError, match="without a truth"):
        planted_examples(SimpleNamespace(information=None), TRUTH)
    negative = SimpleNamespace(information=task3.information, labels=np.zeros_like(task3.labels), rows=task3.rows)
    with pytest.raises(ValueError, match="no sequence of part test belongs to a class"):
        planted_examples(negative, TRUTH)


@pytest.mark.parametrize("task", ["task1", "task3"])
def test_the_script_writes_table_and_maps(task, request, tmp_path, monkeypatch):
    task = request.getfixturevalue(task)
    task.save(tmp_path / "task")
    write_json(tmp_path / "task/task.json", {"classes": TRUTH})
    length = task.sequences.shape[1]
    config = MotifCnnConfig("cnn-local", len(task.classes), length, activation="exponential")
    network = MotifCnn(config).initialise(torch.Generator().manual_seed(1))
    earlier = MotifCnn(config).initialise(torch.Generator().manual_seed(2))
    weights = {LAST: network.state_dict(), of_epoch(2): earlier.state_dict()}
    save_motif_cnn(tmp_path / "model", config, weights, {"epochs": 3, "validation": 0.75})
    trainings = []
    for name, reached in (("net", [(0.6, 2, 0.61), (0.7, 3, 0.75)]), ("other", [(0.6, 1, 0.6)])):
        levels = [dict(zip(("level", "epoch", "validation"), one, strict=True)) for one in reached]
        same = {"id": name, "task": "task", "network": "cnn-local", "trial": 1, "control": None, "reached": levels}
        trainings.append(tmp_path / f"{name}.json")
        write_json(trainings[-1], same)
    command = ["attribute_sequences.py", "--task", tmp_path / "task", "--models", f"net={tmp_path / 'model'}"]
    command += ["--trainings", *trainings]
    command += ["--sequences", 4, "--references", 2, "--steps", 3, "--drawn", 2, "--device", "cpu"]
    command += ["--out", tmp_path / "out", "--record", tmp_path / "record.json"]
    monkeypatch.setattr(sys, "argv", list(map(str, command)))
    load_command("attribute_sequences").main()
    table = ATTRIBUTION.read(tmp_path / "out/net/attribution.tsv")
    assert table["method"].tolist() == list(METHODS) * 2 and set(table["sequences"]) == {4}
    facts = table[["weights", "epoch", "validation"]].drop_duplicates().to_numpy().tolist()
    assert facts == [["last", 3, 0.75], ["matched", 2, 0.61]]
    table, matched = (part for _, part in table.groupby("weights"))
    assert (table["auroc"].to_numpy() != matched["auroc"].to_numpy()).all()
    assert (table["auroc_low"] <= table["auroc"]).all() and (table["auroc"] <= table["auroc_high"]).all()
    assert table.set_index("method")["incomplete"].notna().sum() == 2
    assert table.set_index("method").loc["deep_shap", "incomplete"] < 1e-3
    arrays = read_arrays(tmp_path / "out/net/attribution.safetensors")
    examples = planted_examples(task, TRUTH, limit=4)
    some = np.isin(examples.rows, pd.unique(examples.rows)[:2])
    np.testing.assert_array_equal(arrays["rows"], examples.rows[some])
    np.testing.assert_array_equal(arrays["planted"], examples.planted[some])
    np.testing.assert_array_equal(arrays["sequences"], task.sequences[examples.rows[some]])
    assert all(arrays[method].shape == (some.sum(), length) for method in METHODS)
