"""The streamed profile against the same numbers taken from all scores at once."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from attentome.genome import Contig
from attentome.labels import Interval
from attentome.model import Network, NetworkConfig
from attentome.predict import at_tss, predict_intervals, run_segments
from attentome.profile import BestPlaces, profile_heads, spearman

CPU = torch.device("cpu")
ARC = [Interval("test", "c", 100, 900)]


@pytest.fixture(scope="module")
def network():
    config = NetworkConfig(layers=2, heads=2, d_model=8, d_head=4, window=16, conv_width=3)
    return Network(config).initialise(torch.Generator().manual_seed(1), 0.6).eval()


@pytest.fixture(scope="module")
def genome():
    return {"c": Contig("c", np.random.default_rng(2).integers(0, 4, 1000).astype(np.uint8), True)}


@pytest.fixture(scope="module")
def everything(network, genome):
    """Outputs (n,) and scores (layers, heads, n, window) of the whole arc, held at once."""
    outputs = predict_intervals(network, genome, ARC, CPU, 4)
    scores = np.zeros((2, 2, 1600, 16), np.float32)
    for places, _, here in run_segments(network, genome, ARC, CPU, 1, keep_scores=True):
        for layer in range(2):
            scores[layer][:, places] = here[layer].numpy()
    return outputs, scores


@pytest.fixture(scope="module")
def profiled(network, genome, everything):
    return profile_heads(network, genome, ARC, everything[0], CPU, n_extreme=100, n_windows=20, n_spearman=10**6,
                         log=lambda line: None)


def test_means_and_maxima_of_each_group(everything, profiled):
    outputs, scores = everything
    order = np.argsort(outputs, kind="stable")
    profile = profiled[0]
    for group, rows in (("all", order), ("top", order[-100:]), ("bottom", order[:100])):
        np.testing.assert_allclose(profile[f"mean_{group}"], scores[:, :, rows].mean(2), atol=1e-6)
        np.testing.assert_allclose(profile[f"max_{group}"], scores[:, :, rows].max(2), atol=1e-6)
    np.testing.assert_allclose(profile["mean_all"].sum(-1), 1, atol=1e-5)


def test_spearman_equals_scipy(everything, profiled):
    outputs, scores = everything
    for layer, head, d in ((0, 0, 0), (0, 1, 7), (1, 0, 15), (1, 1, 3)):
        expected = spearmanr(scores[layer, head, :, d], outputs).statistic
        assert profiled[0]["spearman"][layer, head, d] == pytest.approx(expected, abs=1e-3)
    assert spearman(np.ones((5, 1)), np.arange(5)) == [0]


def test_windows_are_the_best_at_the_peak(everything, profiled):
    outputs, scores = everything
    profile, windows, facts = profiled
    assert len(windows) == 2 * 2 * 20
    for layer in range(2):
        for head in range(2):
            d = profile["mean_all"][layer, head].argmax()
            assert facts["peak_d"][layer, head] == d
            rows = [row for row in windows if (row["layer"], row["head"]) == (layer + 1, head + 1)]
            column = scores[layer, head, :, d]
            best = np.sort(column)[::-1][:20]
            np.testing.assert_allclose([row["score"] for row in rows], best, atol=2e-6)
            for row in rows:
                assert column[row["place"]] == pytest.approx(row["score"], abs=2e-6) and row["d"] == d
                assert row["output"] == pytest.approx(float(outputs[row["place"]]))


def test_batch_size_does_not_matter(network, genome, everything, profiled):
    again = profile_heads(network, genome, ARC, everything[0], CPU, n_extreme=100, n_windows=20, n_spearman=10**6,
                          batch_size=7, threads=3, log=lambda line: None)
    for name, array in profiled[0].items():
        np.testing.assert_allclose(again[0][name], array, atol=1e-5)
    assert [row["place"] for row in again[1]] == [row["place"] for row in profiled[1]]


def test_ties_go_to_the_lower_place_in_any_order():
    scores = torch.full((1, 10, 2), 0.25)
    for order in (torch.arange(10), torch.arange(9, -1, -1)):
        best = BestPlaces((1, 2), 3, CPU)
        for part in order.split(4):
            best.update(scores[:, part], scores[:, part].amax(1), part)
        assert best.best(0, 0)[0].tolist() == [0, 1, 2]


def test_fewer_positions_than_windows():
    best = BestPlaces((1, 1), 5, CPU)
    best.update(torch.tensor([[[0.5], [0.75]]]), torch.tensor([[0.75]]), torch.tensor([3, 8]))
    assert [values.tolist() for values in best.best(0, 0)] == [[8, 3], [0.75, 0.5]]


def test_outputs_are_drawn_at_the_tss():
    outputs = np.arange(10.0)
    assert at_tss(outputs, "plus", 3, True).tolist() == [3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert at_tss(outputs, "minus", 3, True).tolist() == [7, 8, 9, 0, 1, 2, 3, 4, 5, 6]
    linear = at_tss(outputs, "plus", 3, False)
    assert linear[:7].tolist() == [3, 4, 5, 6, 7, 8, 9] and np.isnan(linear[7:]).all()
    assert np.isnan(at_tss(outputs, "minus", 3, False)[:3]).all()
    assert at_tss(outputs, "minus", 0, False).tolist() == outputs.tolist()
