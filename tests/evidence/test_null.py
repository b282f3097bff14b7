"""Chance: p- and q-values by brute force and under the null, and what makes a network a control."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from attentome.evidence.null import empirical_p, null_band, q_values, smallest_q
from attentome.genome.arcs import Interval
from attentome.genome.contigs import Contig
from attentome.labels.tss import rotate_labels
from attentome.network.transformer import Network, NetworkConfig
from attentome.training.presets import TrainSettings, shortened
from attentome.training.train import learning_rate_at, train_network


def test_p_counts_the_null_that_is_as_high():
    rng = np.random.default_rng(1)
    null = np.round(rng.normal(size=(5, 8)), 1)
    null[2, 3:5] = np.nan
    values = np.round(rng.normal(size=(4, 3)), 1)
    values[0, 1], values[1, 1] = np.nan, null[0, 0]
    found = empirical_p(values, null)
    assert found.shape == values.shape and len(set(null.ravel().tolist())) < null.size - 2
    for value, p in zip(values.ravel(), found.ravel(), strict=True):
        # What is no number is as high as nothing but what is none either.
        higher = [np.isnan(value) or each >= value for each in null.ravel()]
        assert p == (1 + sum(higher)) / (1 + null.size)
    assert [empirical_p(value, null) for value in (np.nan, -np.inf, np.inf)] == [1, 39 / 41, 1 / 41]
    assert empirical_p([3.0, 2.0], []).tolist() == [1, 1]


def test_p_under_the_null_is_uniform():
    """A share of a step taken off each p, at random, turns steps of 1 / 161 into a continuous distribution."""
    rng = np.random.default_rng(2)
    found = np.array([empirical_p(rng.gamma(2, size=1), rng.gamma(2, size=(20, 8)))[0] for _ in range(2000)])
    assert np.allclose(found * 161, np.rint(found * 161)) and found.min() == 1 / 161 and found.max() == 1
    assert kstest(found - rng.random(2000) / 161, "uniform").pvalue > 0.01
    power = np.array([empirical_p(1 + rng.gamma(2, size=1), rng.gamma(2, size=(20, 8)))[0] for _ in range(2000)])
    assert kstest(power - rng.random(2000) / 161, "uniform").pvalue < 1e-9


@pytest.mark.parametrize("alike", [0.2, 0.5, 0.9])
def test_heads_of_one_network_may_be_alike(alike):
    """Networks are drawn, not heads: p is off by no more than the heads of one network among all, 7 / 168.

    Head number r from above, of 21 networks with 8 heads each, has at least r - 8 heads of other networks above it.
    """
    rng = np.random.default_rng(3)
    found = []
    for _ in range(1500):
        heads = alike**0.5 * rng.normal(size=(21, 1)) + (1 - alike) ** 0.5 * rng.normal(size=(21, 8))
        found.append(empirical_p(heads[0], heads[1:]))
    found = np.array(found)
    assert found.mean() == pytest.approx(81 / 161, abs=0.02)
    for level in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95):
        assert (found <= level).mean() == pytest.approx(level, abs=7 / 168 + 0.015)
    # How many networks have a head that passes is what counts, and it holds even so.
    any_head = [(q_values(p) <= 0.05).any() for p in found]
    assert np.mean(any_head) < 0.08


def test_q_values_are_those_of_benjamini_and_hochberg():
    # Sorted: 0.01 x 5, 0.02 x 5/2, 0.03 x 5/3, 0.5 x 5/4, 0.6, each no higher than the next one.
    p = np.array([[0.6, 0.02, 0.5, 0.01, 0.03]])
    np.testing.assert_allclose(q_values(p), [[0.6, 0.05, 0.6, 0.05, 0.05]])
    assert q_values(np.array([])).shape == (0,) and q_values([0.3]).tolist() == [0.3]
    rng = np.random.default_rng(4)
    p = np.round(rng.random((3, 4)) ** 3, 2)
    flat = sorted(p.ravel())
    for value, q in zip(p.ravel(), q_values(p).ravel(), strict=True):
        expected = min(1, *(12 * each / sum(other <= each for other in flat) for each in flat if each >= value))
        assert q == pytest.approx(expected)


def test_share_of_wrong_heads_among_those_called():
    """Half of the heads are of the null: no more than 5 % of what is called, on average."""
    rng = np.random.default_rng(5)
    shares, called = [], 0
    for _ in range(500):
        values = rng.normal(size=8) + np.repeat([0, 6], 4)
        passed = q_values(empirical_p(values, rng.normal(size=(20, 8)))) <= 0.05
        shares.append(passed[:4].sum() / max(passed.sum(), 1))
        called += passed[4:].sum()
    assert np.mean(shares) < 0.05 and called > 0.9 * 2000


@pytest.mark.parametrize(
    ("n_heads", "n_networks", "expected"),
    [(8, 20, 8 / 161), (36, 10, 36 / 361), (36, 20, 36 / 721), (1, 20, 1 / 21), (8, 0, 1.0), (2, 1, 2 / 3)],
)
def test_smallest_q_is_that_of_one_head_above_all(n_heads, n_networks, expected):
    assert smallest_q(n_heads, n_networks) == pytest.approx(expected)
    values = np.append(9.0, np.zeros(n_heads - 1))
    found = q_values(empirical_p(values, np.ones((n_networks, n_heads))))[0]
    assert found == pytest.approx(expected)


def test_band_is_the_middle_of_the_heads():
    null = np.random.default_rng(6).permuted(np.tile(np.arange(201.0)[:, None], 3), axis=0)
    low, high = null_band(null)
    assert low.tolist() == [5] * 3 and high.tolist() == [195] * 3
    assert np.isnan(null_band(np.zeros((0, 4)))).all() and np.shape(null_band(np.zeros((0, 4)))) == (2, 4)
    assert [part.tolist() for part in null_band(null, 0, 100)] == [[0] * 3, [200] * 3]


# Control networks.


@pytest.mark.parametrize("share", [0.25, 1 / 3, 20 / 21, 0])
def test_rotated_labels_go_over_the_end_on_both_strands(share):
    labels = {"a.plus": np.zeros(90, np.uint8), "a.minus": np.zeros(90, np.uint8), "b.plus": np.zeros(11, np.uint8)}
    labels["a.plus"][[3, 40, 89]] = labels["a.minus"][[0, 55]] = labels["b.plus"][7] = 1
    before = {name: array.copy() for name, array in labels.items()}
    for name, array in rotate_labels(labels, share).items():
        step = round(share * len(array))
        expected = sorted((place + step) % len(array) for place in np.flatnonzero(before[name]).tolist())
        assert np.flatnonzero(array).tolist() == expected and array.dtype == np.uint8
        np.testing.assert_array_equal(labels[name], before[name])


SETTINGS = TrainSettings(
    segment=64,
    batch_size=4,
    max_steps=60,
    warmup_steps=20,
    learning_rate=1e-2,
    weight_decay=0.0,
    clip=1.0,
    centred=0.7,
    positive_weight=10.0,
    focal_gamma=0.8,
    ema=0.9,
    init_std=0.2,
    evaluate_every=30,
    patience=5,
)


def test_shortened_training_has_its_share_of_all_steps():
    half = shortened(SETTINGS, 0.5)
    assert half == dataclasses.replace(SETTINGS, max_steps=30, warmup_steps=10)
    assert shortened(SETTINGS, 1) == SETTINGS and shortened(SETTINGS, 0).max_steps == 0
    # The learning rate runs through the same course.
    assert [learning_rate_at(step, half) for step in (5, 10, 20, 30)] == pytest.approx(
        [learning_rate_at(step, SETTINGS) for step in (10, 20, 40, 60)]
    )


def test_training_of_no_steps_leaves_the_weights_as_they_are_drawn(tmp_path):
    rng = np.random.default_rng(7)
    genome = {"c": Contig("c", rng.integers(0, 4, 2000).astype(np.uint8), True)}
    labels = {f"c.{strand}": (rng.random(2000) < 0.02).astype(np.uint8) for strand in ("plus", "minus")}
    config = NetworkConfig(layers=2, heads=2, d_model=16, d_head=8, window=24, conv_width=5, dropout=0.2)
    found = {}
    for seed in (5, 6):
        network, history, summary, speed = train_network(
            config,
            shortened(SETTINGS, 0),
            genome,
            labels,
            [Interval("train", "c", 0, 1000)],
            [Interval("validation", "c", 1000, 1500)],
            seed,
            torch.device("cpu"),
            log=print,
            checkpoints=tmp_path,
        )
        drawn = Network(config).initialise(torch.Generator().manual_seed(seed), 0.2)
        assert history == [] and speed == [] and not network.training
        assert summary["steps"] == summary["best_step"] == 0
        for name, weights in drawn.state_dict().items():
            assert torch.equal(network.state_dict()[name], weights), name
        found[seed] = network.embedding
    assert not torch.equal(*found.values()) and not list(tmp_path.iterdir())
