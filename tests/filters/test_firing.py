"""How often and where filters fire: p-values that are uniform under their null, and sites counted one by one."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats

from attentome.filters.firing import (
    at_anchor,
    compare_with_copies,
    measure_firing,
    motif_centres,
    on_sites,
    planted_sites,
)
from attentome.filters.pwms import FilterPwm
from attentome.genome.dinucleotides import shuffle_dinucleotides
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig, one_hot


def uniform(p):
    return stats.kstest(p, "uniform").pvalue > 0.01


@pytest.fixture(scope="module")
def sequences():
    codes = np.random.default_rng(1).integers(0, 4, (60, 120)).astype(np.uint8)
    return codes, shuffle_dinucleotides(codes, np.random.default_rng(2))


@pytest.fixture(scope="module")
def network():
    config = MotifCnnConfig("cnn-2", 1, length=120, activation="exponential")
    return MotifCnn(config).initialise(torch.Generator().manual_seed(0)).eval()


def test_firing_is_counted_position_by_position_with_one_limit_for_both(network, sequences):
    codes, shuffled = sequences
    found = measure_firing(network, codes, shuffled)
    both = [network.filter_activations(one_hot(some)).numpy() for some in sequences]
    for at in range(32):
        highest = np.concatenate([some[:, at].max(axis=1) for some in both])
        limit = np.sort(highest)[-6]  # 5 % of 120 sequences and copies
        np.testing.assert_array_equal(found.fires[:, at], both[0][:, at] >= limit)
        assert found.copies[:, at].tolist() == (both[1][:, at].max(axis=1) >= limit).tolist()
        assert found.fires[:, at].any(axis=1).sum() + found.copies[:, at].sum() == 6
    assert found.strongest[3].tolist() == both[0][3].argmax(axis=1).tolist()


def test_a_monotone_activation_changes_nothing(network, sequences):
    """ReLU and exponential filters of the same weights fire alike, as long as these are above 0."""
    other = MotifCnn(MotifCnnConfig("cnn-2", 1, length=120, activation="softplus"))
    other.load_state_dict(network.state_dict())
    one, two = measure_firing(network, *sequences), measure_firing(other.eval(), *sequences)
    np.testing.assert_array_equal(one.fires, two.fires)


def test_equal_highest_activations_all_count(network, sequences):
    """A site that many sequences hold to the letter; and a filter that is 0 nearly everywhere."""
    codes, shuffled = sequences[0].copy(), sequences[1]
    best = network.convolution.weight[0].argmax(dim=0).numpy()
    codes[:20, 50:69] = best
    found = measure_firing(network, codes, shuffled)
    assert (np.argwhere(found.fires[:, 0]) == [[row, 59] for row in range(20)]).all() and not found.copies[:, 0].any()
    relu = MotifCnn(MotifCnnConfig("cnn-2", 1, length=120, activation="relu"))
    relu.load_state_dict(network.state_dict())
    highest = relu.eval().filter_activations(one_hot(codes)).numpy()[:, 0].max()
    with torch.no_grad():
        relu.first[1].bias[0] -= 0.99 * highest
    found = measure_firing(relu, codes, shuffled)
    assert found.fires[:, 0].any(axis=1).sum() == 20 and found.fires[:, 0].sum() == 20


def test_batches_and_threads_do_not_change_what_is_counted(network, sequences):
    threads, found = torch.get_num_threads(), []
    for held, number in ((4_000_000, 1), (32 * 120 * 7, 1), (4_000_000, 2)):
        torch.set_num_threads(number)
        found.append(measure_firing(network, *sequences, held=held))
    torch.set_num_threads(threads)
    for other in found[1:]:
        for name in ("fires", "copies", "strongest"):
            np.testing.assert_array_equal(getattr(other, name), getattr(found[0], name))


def test_a_flat_or_undefined_filter_fires_nowhere_and_is_strongest_nowhere(network, sequences):
    broken = MotifCnn(network.config).initialise(torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        broken.convolution.weight[0] = float("nan")
        broken.convolution.weight[1] = 0
    found = measure_firing(broken, *sequences)
    assert not found.fires[:, :2].any() and not found.copies[:, :2].any()
    assert (found.strongest[:, :2] == -1).all() and (found.strongest[:, 2] >= 0).any()


def test_sharpness_is_a_sign_test_and_uniform_where_copies_are_alike():
    rng = np.random.default_rng(3)
    fires, copies = rng.random((2, 8000, 300)) < 0.3
    p = compare_with_copies(fires, copies)
    assert uniform(p)
    more, fewer = (fires & ~copies).sum(axis=0), (copies & ~fires).sum(axis=0)
    reference = stats.binomtest(int(more[0]), int(more[0] + fewer[0]), alternative="greater").pvalue
    assert p[0] == pytest.approx(reference)
    assert compare_with_copies(fires | (rng.random((8000, 300)) < 0.2), copies).max() < 1e-6
    assert compare_with_copies(fires[:, :1], fires[:, :1]).tolist() == [1.0]


def test_sharpness_is_not_below_uniform_for_filters_of_sequences_without_order(sequences):
    """From the network to p: the sequences are random, so that their copies are of the same kind."""
    p = []
    for seed in range(12):
        made = MotifCnn(MotifCnnConfig("cnn-2", 1, length=120, activation="exponential"))
        made.initialise(torch.Generator().manual_seed(seed))
        found = measure_firing(made.eval(), *sequences)
        p.extend(compare_with_copies(found.fires.any(axis=2), found.copies))
    assert len(p) == 12 * 32 and np.mean(np.array(p) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / len(p))


def test_the_place_is_uniform_where_sites_are_anywhere_and_found_where_they_are():
    rng = np.random.default_rng(4)
    n, length = 200, 100

    def sites():
        return np.array([np.roll(np.arange(length) < 12, shift) for shift in rng.integers(0, length, n)])

    fires = [rng.random((n, length)) < 0.02 for _ in range(250)]
    assert uniform([on_sites(some, sites())[2] for some in fires])
    planted = sites()
    share, expected, p = on_sites(fires[0] & planted, planted)
    assert share == 1 and expected == pytest.approx(0.12) and p < 1e-6
    assert np.isnan(on_sites(np.zeros_like(planted), planted)[:2]).all()
    assert on_sites(np.zeros_like(planted), planted)[2] == 1


def test_an_anchor_is_found_where_positives_prefer_a_position():
    rng = np.random.default_rng(5)
    positive = np.arange(300) < 150
    null = [at_anchor(rng.integers(0, 100, 300), positive, 100)[3] for _ in range(200)]
    assert np.mean(np.array(null) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)
    strongest = rng.integers(0, 100, 300)
    strongest[:150:3] = 68 + rng.integers(-1, 2, 50)
    position, share, expected, p = at_anchor(strongest, positive, 100)
    assert abs(position - 68) <= 1 and share > 0.25 > expected and p < 1e-4
    # A position that positives and negatives prefer alike is none of the anchor.
    strongest[150::3] = 68
    assert at_anchor(strongest, positive, 100)[3] > 0.1
    assert at_anchor(np.full(300, -1), positive, 100)[0] == -1


def test_a_firing_position_is_moved_to_the_middle_of_the_motif():
    fires = np.zeros((1, 50), bool)
    fires[0, [1, 25, 49]] = True
    # Column k of a window at position i is base i - 10 + k: the columns 2 to 7 lie on the bases 17 to 22.
    moved = motif_centres(fires, FilterPwm(1, np.full((20, 4), 0.25), 40, 2, 8))
    assert np.flatnonzero(moved[0]).tolist() == [19, 43]
    moved = motif_centres(fires, FilterPwm(1, np.full((20, 4), 0.25), 40, 10, 19))
    assert np.flatnonzero(moved[0]).tolist() == [5, 29]


def test_sites_are_those_of_the_motifs_that_were_asked_for():
    rows = [(3, 0, 5, "a", "+"), (3, 40, 50, "b", "-"), (4, 1, 9, "a", "+"), (7, 10, 12, "a", "-")]
    planted = pd.DataFrame(rows, columns=["sequence", "start", "end", "motif", "strand"])
    found = planted_sites(planted, np.array([3, 7]), 50, ["a"])
    assert [np.flatnonzero(row).tolist() for row in found] == [[0, 1, 2, 3, 4], [10, 11]]
    assert planted_sites(planted, np.array([3, 7]), 50).sum() == 17
