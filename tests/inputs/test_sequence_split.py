"""Groups stay together, shares are reached, a seed decides."""

import numpy as np

from attentome.inputs.sequence_split import kept_in_arcs, split_at_random

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}


def test_single_sequences_fill_the_shares():
    parts = split_at_random(np.arange(1000), SHARES, np.random.default_rng(1))
    assert np.bincount(parts).tolist() == [700, 100, 200]
    other = split_at_random(np.arange(1000), SHARES, np.random.default_rng(2))
    assert 0.4 < (parts == other).mean() < 0.65  # .54 by chance
    again = split_at_random(np.arange(1000), SHARES, np.random.default_rng(1))
    assert (parts == again).all()


def test_every_place_in_the_file_has_the_same_chance():
    draws = np.array([split_at_random(np.arange(60), SHARES, np.random.default_rng(seed)) for seed in range(400)])
    share = (draws == 2).mean(axis=0)
    assert np.abs(share - 0.2).max() < 4.5 * np.sqrt(0.16 / 400)


def test_groups_stay_together():
    rng = np.random.default_rng(3)
    sizes = [300, 90, *rng.integers(1, 8, size=200)]
    groups = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    parts = split_at_random(groups, SHARES, rng)
    assert all(len(set(parts[groups == group])) == 1 for group in range(len(sizes)))
    assert np.abs(np.bincount(parts) / len(parts) - [0.7, 0.1, 0.2]).max() < 0.01
    assert set(parts[groups == 0]) == {0}


def test_large_groups_have_the_same_chance_as_small_ones():
    groups = np.repeat(np.arange(80), [5] * 40 + [1] * 40)
    draws = np.array([split_at_random(groups, SHARES, np.random.default_rng(seed)) for seed in range(400)])
    for part, share in enumerate(SHARES.values()):
        assert abs((draws[:, :200:5] == part).mean() - share) < 0.03


def test_of_a_group_in_several_arcs_the_first_part_stays():
    groups = np.array([0, 0, 0, 1, 1, 2, 3, 3])
    parts = np.array([2, 0, 0, 2, 1, 2, 2, 2])
    assert kept_in_arcs(groups, parts).tolist() == [False, True, True, False, True, True, True, True]
