"""Shuffled sequences keep their dinucleotides exactly, and all such sequences are equally likely."""

import itertools
from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from attentome.genome.contigs import decode, encode
from attentome.genome.dinucleotides import BLOCK, shuffle_dinucleotides


def pairs(text):
    return Counter(itertools.pairwise(text))


def same_pairs(text):
    """All sequences with the dinucleotides and the first base of a text, by trying every next base."""
    found, open_walks = set(), [(text[0], pairs(text))]
    while open_walks:
        walk, left = open_walks.pop()
        if len(walk) == len(text):
            found.add(walk)
        for (first, second), number in left.items():
            if number and first == walk[-1]:
                open_walks.append((walk + second, left - Counter({(first, second): 1})))
    return found


def test_dinucleotides_and_ends_are_kept_exactly():
    rng = np.random.default_rng(1)
    shares = rng.dirichlet([0.4] * 4, size=BLOCK + 300)
    sequences = np.array([rng.choice(4, 60, p=share) for share in shares], np.uint8)
    shuffled = shuffle_dinucleotides(sequences, rng)
    assert shuffled.shape == sequences.shape and shuffled.dtype == np.uint8
    for before, after in zip(map(decode, sequences), map(decode, shuffled), strict=True):
        assert pairs(before) == pairs(after) and (before[0], before[-1]) == (after[0], after[-1])
    varied = sequences[:, :-1] != sequences[:, 1:]
    assert (shuffled != sequences).any(axis=1)[varied.sum(axis=1) > 20].mean() > 0.99


# The first is the example of tangermeme's issue 27 (27 sequences, of which one implementation reached 9).
@pytest.mark.parametrize("text, number", [("ACCCACGATGATG", 27), ("AAAAACAGA", 30), ("ACGTACGGTTACCA", None)])
def test_every_sequence_is_equally_likely(text, number):
    possible = same_pairs(text)
    assert number in (None, len(possible))
    draws = 300 * len(possible)
    shuffled = shuffle_dinucleotides(np.tile(encode(text), (draws, 1)), np.random.default_rng(7))
    found = Counter(map(decode, shuffled))
    assert set(found) == possible
    assert chisquare(list(found.values())).pvalue > 1e-3


def test_a_seed_gives_the_same_bytes_and_short_sequences_stay():
    sequences = np.tile(encode("ACGTTGCATCGA"), (50, 1))
    first, second = (shuffle_dinucleotides(sequences, np.random.default_rng(3)) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    for text in ("A", "AC", "AAAA"):
        assert decode(shuffle_dinucleotides(encode(text)[None], np.random.default_rng(1))[0]) == text
    assert shuffle_dinucleotides(np.zeros((0, 9), np.uint8), np.random.default_rng(1)).shape == (0, 9)


def test_n_is_refused():
    with pytest.raises(ValueError, match="with N cannot be shuffled"):
        shuffle_dinucleotides(encode("ACNGT")[None], np.random.default_rng(1))
