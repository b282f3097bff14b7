"""Metrics against scikit-learn and hand-made cases."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from attentome.evaluation.metrics import (
    Stretch,
    arc_metrics,
    best_f1_threshold,
    call_peaks,
    match_calls,
    pr_auc,
    ranked_counts,
    roc_auc,
)


@pytest.mark.parametrize("ties", [False, True])
def test_auc_equals_scikit_learn(ties):
    rng = np.random.default_rng(1)
    for _ in range(20):
        labels = (rng.random(300) < 0.1).astype(np.uint8)
        labels[0] = 1
        outputs = rng.normal(size=300).astype(np.float32) + labels
        outputs = np.round(outputs) if ties else outputs
        assert pr_auc(labels, outputs) == pytest.approx(average_precision_score(labels, outputs), abs=1e-12)
        assert roc_auc(labels, outputs) == pytest.approx(roc_auc_score(labels, outputs), abs=1e-12)


def test_no_positive_gives_nan():
    assert np.isnan(pr_auc(np.zeros(5), np.arange(5))) and np.isnan(roc_auc(np.zeros(5), np.arange(5)))


def test_calls_do_not_overlap():
    outputs = np.array([0, 5, 4, 3, 0, 0, 6, 0, 0, 0, 5.5, 0])
    assert call_peaks(outputs, 2).tolist()[:3] == [6, 10, 1]
    rng = np.random.default_rng(2)
    outputs = rng.normal(size=500)
    calls = call_peaks(outputs, 5)
    assert np.diff(np.sort(calls)).min() > 5
    # Nothing could be added: every position lies within 5 nt of a call that is at least as high.
    for position in range(500):
        near = calls[np.abs(calls - position) <= 5]
        assert len(near) and outputs[near].max() >= outputs[position]


def test_each_label_is_found_once_by_the_highest_call():
    labels = np.zeros(40, np.uint8)
    labels[[10, 30]] = 1
    calls = np.array([12, 7, 31, 24, 20])
    assert match_calls(calls, labels, 5).tolist() == [10, -1, 30, -1, -1]


def test_tolerant_pr_auc_by_hand():
    outputs = np.zeros(60)
    outputs[[13, 40, 25]] = [3, 2, 1]
    labels = np.zeros(60, np.uint8)
    labels[[10, 27]] = 1
    metrics, curves = arc_metrics([Stretch("c", 0, outputs, labels)], 5, 10, 0, 1)
    # Calls 13 (hit), 40 (miss), 25 (hit), then misses: AP = 1/2 * 1 + 1/2 * 2/3.
    assert metrics["pr_auc_tolerant"]["value"] == pytest.approx(0.5 + 1 / 3)
    assert metrics["n_sites"] == 2 and metrics["prevalence"] == 2 / 60
    assert {name for name, *_ in curves} == {"roc", "pr", "pr_5nt"}


def test_point_values_equal_scikit_learn_over_several_stretches():
    rng = np.random.default_rng(3)
    parts = []
    for contig in "ab":
        labels = (rng.random(4000) < 0.02).astype(np.uint8)
        parts.append(Stretch(contig, 100, rng.normal(size=4000) + 2 * labels, labels))
    metrics, _ = arc_metrics(parts, 5, 500, 50, 1)
    labels = np.concatenate([part.labels for part in parts])
    outputs = np.concatenate([part.outputs for part in parts])
    assert metrics["pr_auc"]["value"] == pytest.approx(average_precision_score(labels, outputs))
    assert metrics["roc_auc"]["value"] == pytest.approx(roc_auc_score(labels, outputs))
    for name in ("roc_auc", "pr_auc", "pr_auc_tolerant"):
        assert metrics[name]["lo"] < metrics[name]["value"] < metrics[name]["hi"]
    assert metrics["bootstrap"]["n_blocks"] == 2 * 9


def test_interval_has_the_spread_of_independent_blocks():
    """With one number per block the bootstrap interval of PR AUC covers what repeated experiments give."""
    values, intervals = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        labels = (rng.random(5000) < 0.05).astype(np.uint8)
        part = Stretch("c", 0, rng.normal(size=5000) + 1.5 * labels, labels)
        metrics, _ = arc_metrics([part], 0, 50, 100, 1)
        values.append(metrics["pr_auc"]["value"])
        intervals.append((metrics["pr_auc"]["lo"], metrics["pr_auc"]["hi"]))
    truth = np.mean(values)
    covered = sum(low <= truth <= high for low, high in intervals)
    assert 32 <= covered <= 40


def test_threshold_with_highest_f1():
    outputs = np.zeros(100)
    outputs[[10, 30, 50, 70]] = [4, 3, 2, 1]
    labels = np.zeros(100, np.uint8)
    labels[[10, 30, 70]] = 1
    part = Stretch("c", 0, outputs, labels)
    assert best_f1_threshold([part], 5) == 1
    labels[70] = 0
    assert best_f1_threshold([part], 5) == 3


def test_equal_outputs_share_a_threshold():
    thresholds, true_positives, false_positives = ranked_counts(np.array([1, 0, 1]), np.array([2.0, 2.0, 1.0]))
    assert thresholds.tolist() == [2, 1] and true_positives.tolist() == [1, 2] and false_positives.tolist() == [1, 1]
