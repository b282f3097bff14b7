"""The same head in another network: copies that are permuted and moved, strangers, and correlations term by term."""

import dataclasses
from itertools import permutations

import numpy as np
import pytest
from evidence_fixture import made_up_evidence, softmax

from attentome.evidence.replicates import LAG, changes_of_logos, logo_similarity, match_heads, profile_similarity

PER_HEAD = ("peak_d_heldout", "effect_frequencies", "effect_effective")
OF_HALVES = ("mean_top", "background")


def profiles(evidence):
    return evidence.mean_top.mean(0).reshape(-1, evidence.window)


def reordered(evidence, order):
    """The same heads in another order: head i of the result is head order[i], both counted through the layers."""
    layers, heads = evidence.peak_d_heldout.shape

    def taken(array):
        return array.reshape(layers * heads, *array.shape[2:])[order].reshape(array.shape)

    halves = {name: np.stack([taken(half) for half in getattr(evidence, name)]) for name in OF_HALVES}
    return dataclasses.replace(evidence, **halves, **{name: taken(getattr(evidence, name)) for name in PER_HEAD})


def moved(evidence, step, rng):
    """What all heads look at and read lies ``step`` nt farther upstream; what comes in at the near end is new."""
    fresh = made_up_evidence(rng, *evidence.peak_d_heldout.shape, evidence.window)
    mean_top, effect = fresh.mean_top.copy(), fresh.effect_frequencies.copy()
    mean_top[..., step:] = evidence.mean_top[..., :-step]
    effect[:, :, :-step] = evidence.effect_frequencies[:, :, step:]
    return dataclasses.replace(
        evidence, mean_top=mean_top, effect_frequencies=effect, peak_d_heldout=evidence.peak_d_heldout + step
    )


def with_peaks_inside(rng, window=120):
    """Heads that look farther from each other than the lag, and not so near an end that moving cuts a logo off."""
    evidence = made_up_evidence(rng, window=window, sharp=1.5, telling=0.5)
    evidence.peak_d_heldout[:] = rng.permutation(np.arange(12, 84, 9)).reshape(evidence.peak_d_heldout.shape)
    np.put_along_axis(evidence.mean_top, np.stack([evidence.peak_d_heldout] * 2)[..., None], 0.7, -1)
    return evidence


@pytest.mark.parametrize("step", [0, 2])
def test_copies_of_all_heads_are_found_again(step):
    rng = np.random.default_rng(1)
    evidence, order = with_peaks_inside(rng), rng.permutation(8)
    other = reordered(evidence, order)
    other = moved(other, step, rng) if step else other
    profile_r, lags = profile_similarity(profiles(evidence), profiles(other))
    logo_r = logo_similarity(changes_of_logos(evidence), changes_of_logos(other))
    partner = match_heads(profile_r, logo_r)
    assert order[partner].tolist() == list(range(8))
    at = np.arange(8), partner
    np.testing.assert_allclose(profile_r[at], 1, atol=1e-6)
    np.testing.assert_allclose(logo_r[at], 1, atol=1e-6)
    # The other's profile fits best when it is moved back, towards lower d.
    assert (lags[at] == -step).all()
    others = np.ones((8, 8), bool)
    others[at] = False
    assert profile_r[others].max() < 0.7 and logo_r[others].max() < 0.6


def test_beyond_the_lag_heads_are_strangers():
    rng = np.random.default_rng(2)
    evidence = with_peaks_inside(rng)
    other = moved(evidence, LAG + 1, rng)
    assert profile_similarity(profiles(evidence), profiles(other))[0].diagonal().max() < 0.9
    # Logos are relative to the peak, wherever that lies.
    logo_r = logo_similarity(changes_of_logos(evidence), changes_of_logos(other))
    np.testing.assert_allclose(logo_r.diagonal(), 1, atol=1e-6)


def test_profiles_by_the_best_of_all_lags():
    rng = np.random.default_rng(3)
    one, other = rng.random((3, 30)), rng.random((4, 30))
    one[2] = 0.4
    found, lags = profile_similarity(one, other)
    back, lags_back = profile_similarity(other, one)
    np.testing.assert_allclose(found, back.T, atol=1e-12)
    assert (lags[:2] == -lags_back.T[:2]).all()
    for i in range(2):
        for j in range(4):
            by_lag = {}
            for lag in range(-LAG, LAG + 1):
                both = [(one[i, d], other[j, d - lag]) for d in range(30) if 0 <= d - lag < 30]
                by_lag[lag] = np.corrcoef(np.array(both).T)[0, 1]
            assert found[i, j] == pytest.approx(max(by_lag.values()))
            assert by_lag[lags[i, j]] == pytest.approx(found[i, j])
    np.testing.assert_allclose(found[2], 0, atol=1e-12)
    # A short window is not moved out of itself.
    assert (np.abs(profile_similarity(one[:, :8], other[:, :8])[1]) <= 2).all()


def changes_by_place(evidence, layer, head):
    """Changes of a head's logo in the columns used: dict of nt downstream of the peak to a row of four."""
    peak = int(evidence.peak_d_heldout[layer, head])
    nearest, farthest = evidence.read_range(layer, head)
    high = evidence.logo_range(layer, head)[1]
    return {
        peak - d: evidence.effect_frequencies[layer, head, high - d] - evidence.background[1, layer, head, high - d]
        for d in range(nearest, farthest + 1)
    }


def plain_similarity(one, other, lag):
    """Sum of the products where ``other`` is moved by ``lag`` nt, over both lengths, of :func:`changes_by_place`."""
    products = sum(float(one[place] @ other[place - lag]) for place in one if place - lag in other)
    lengths = [sum(float(row @ row) for row in each.values()) ** 0.5 for each in (one, other)]
    return products / lengths[0] / lengths[1]


@pytest.mark.parametrize("window", [40, 260])
def test_logos_by_the_best_of_all_lags(window):
    rng = np.random.default_rng(4)
    one, other = (made_up_evidence(rng, 1, 3, window, telling=0.4, key_context=(6, 2)) for _ in range(2))
    # At the ends of the window too, and where the panel is round the peak.
    one.peak_d_heldout[:], other.peak_d_heldout[:] = [[0, 12, window - 1]], [[window - 1, 2, window // 2]]
    found = logo_similarity(changes_of_logos(one), changes_of_logos(other))
    back = logo_similarity(changes_of_logos(other), changes_of_logos(one))
    np.testing.assert_allclose(found, back.T, atol=1e-12)
    at_once = logo_similarity(changes_of_logos(one), changes_of_logos(other), 0)
    for i in range(3):
        for j in range(3):
            changes = changes_by_place(one, 0, i), changes_by_place(other, 0, j)
            by_lag = [plain_similarity(*changes, lag) for lag in range(-LAG, LAG + 1)]
            assert found[i, j] == pytest.approx(max(0, *by_lag), abs=1e-6)
            assert at_once[i, j] == pytest.approx(max(0, plain_similarity(*changes, 0)), abs=1e-6)


def test_logo_is_the_same_wherever_the_peak_lies():
    """One word 3 nt upstream of the peaks at d = 30, 70 and 150, the last in a panel that begins elsewhere."""
    rng = np.random.default_rng(5)
    evidence = made_up_evidence(rng, 1, 3, window=260, telling=0)
    word = softmax(rng.normal(size=(6, 4)))
    evidence.peak_d_heldout[:] = [[30, 70, 150]]
    for head, peak in enumerate(evidence.peak_d_heldout[0].tolist()):
        first = evidence.logo_range(0, head)[1] - (peak + 3)
        evidence.effect_frequencies[0, head, first : first + 6] = word
    found = logo_similarity(changes_of_logos(evidence), changes_of_logos(evidence), 0)
    np.testing.assert_allclose(found, np.ones((3, 3)), atol=1e-6)
    # What the weights change counts, not what is there anyway.
    evidence.background[1, 0, 1] = evidence.effect_frequencies[0, 1]
    found = logo_similarity(changes_of_logos(evidence), changes_of_logos(evidence))
    np.testing.assert_allclose(found, [[1, 0, 1], [0, 0, 0], [1, 0, 1]], atol=1e-6)


def test_heads_that_have_nothing_in_common():
    rng = np.random.default_rng(6)
    one, other = (made_up_evidence(rng, window=120, telling=0.5) for _ in range(2))
    assert profile_similarity(profiles(one), profiles(other))[0].max() < 0.6
    logo_r = logo_similarity(changes_of_logos(one), changes_of_logos(other))
    assert 0 <= logo_r.min() and logo_r.max() < 0.6


def test_partners_have_the_highest_sum():
    rng = np.random.default_rng(7)
    for _ in range(5):
        profile_r, logo_r = rng.random((2, 5, 5))
        found = match_heads(profile_r, logo_r)
        total = profile_r + logo_r
        best = max(permutations(range(5)), key=lambda order: sum(total[i, j] for i, j in enumerate(order)))
        assert found.tolist() == list(best)
