"""Mixtures whose components are known, found again from weighted windows."""

import numpy as np
import pytest
from project import ROOT

from attentome.evidence.head_evidence import divergence
from attentome.genome.contigs import encode
from attentome.motifs.known_elements import match_elements, read_known_elements
from attentome.motifs.mixture import split_mixture
from attentome.motifs.readers import HeadMatrix

UNIFORM = np.full((10, 4), 0.25)


def windows_of(rng, n, word, at, keep=0.9):
    """Random windows of 10 nt with a word, each letter of which is kept or drawn anew."""
    windows = rng.integers(0, 4, (n, 10)).astype(np.uint8)
    kept = rng.random((n, len(word))) < keep
    windows[:, at : at + len(word)][kept] = np.broadcast_to(encode(word), kept.shape)[kept]
    return windows


def spelled(frequencies):
    return "".join("ACGT"[i] if column[i] > 0.7 else "." for i, column in zip(frequencies.argmax(-1), frequencies))


@pytest.mark.parametrize("seed", range(5))
def test_two_motifs_at_one_place_are_separated(seed):
    rng = np.random.default_rng(seed)
    windows = np.concatenate([windows_of(rng, 700, "TTGACA", 2), windows_of(rng, 300, "TGTGA", 3)])
    shares, frequencies, effective = split_mixture(windows, np.ones(1000), UNIFORM, seed)
    assert [spelled(component) for component in frequencies] == ["..TTGACA..", "...TGTGA.."]
    np.testing.assert_allclose(shares, [0.7, 0.3], atol=0.04)
    np.testing.assert_allclose(effective, [700, 300], rtol=0.1)
    np.testing.assert_allclose(frequencies.sum(-1), 1)
    # A kept letter, or one of four at random.
    assert frequencies[0, 2:8].max(-1) == pytest.approx(0.925, abs=0.04)


def test_weights_count_as_so_many_windows():
    """Windows of no weight are not seen, those of weight 3 as if they stood there three times."""
    rng = np.random.default_rng(1)
    parts = windows_of(rng, 200, "TTGACA", 2), windows_of(rng, 400, "TGTGA", 3), windows_of(rng, 400, "GGGG", 0)
    windows, weights = np.concatenate(parts), np.repeat([3.0, 1.0, 0.0], [200, 400, 400])
    shares, frequencies, effective = split_mixture(windows, weights, UNIFORM, 1)
    assert [spelled(component) for component in frequencies] == ["..TTGACA..", "...TGTGA.."]
    np.testing.assert_allclose(shares, [0.6, 0.4], atol=0.04)
    np.testing.assert_allclose(effective, [200, 400], rtol=0.12)
    scaled = split_mixture(windows, weights * 1e-6, UNIFORM, 1)
    for found, again in zip((shares, frequencies, effective), scaled, strict=True):
        np.testing.assert_allclose(again, found, rtol=1e-6)


def test_one_word_is_shown_in_both_or_beside_a_remainder():
    windows = windows_of(np.random.default_rng(2), 1000, "TATAAT", 2)
    shares, frequencies, _ = split_mixture(windows, np.ones(1000), UNIFORM, 2)
    whole = np.tensordot(shares, frequencies, 1)
    assert spelled(whole) == "..TATAAT.." and spelled(frequencies[0]).strip(".") in "TATAAT"
    np.testing.assert_allclose(
        whole, [[(column == base).mean() for base in (0, 2, 3, 1)] for column in windows.T], atol=1e-9
    )


def test_unknown_bases_and_no_weight():
    rng = np.random.default_rng(3)
    windows = windows_of(rng, 500, "TTGACA", 2)
    windows[:, 9] = 4
    _, frequencies, _ = split_mixture(windows, np.ones(500), UNIFORM, 3)
    assert (frequencies[:, 9] == 0).all() and np.isfinite(frequencies).all()
    shares, frequencies, effective = split_mixture(windows, np.zeros(500), UNIFORM, 3)
    assert not shares.any() and not frequencies.any() and not effective.any()


def test_the_same_seed_finds_the_same_components():
    rng = np.random.default_rng(4)
    windows, weights = rng.integers(0, 4, (300, 10)).astype(np.uint8), rng.random(300)
    found, again = (split_mixture(windows, weights, UNIFORM, [1, 2]) for _ in range(2))
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_words_of_nothing_spell_elements_no_more_often_than_chance():
    """Windows weighted by random functions of their sequence, or by nothing: p of the elements is as it should be."""
    known = read_known_elements(ROOT / "assets/known_elements.tsv")
    uniform, p = np.full((13, 4), 0.25), []
    for family in range(6):
        rng, matrices = np.random.default_rng(family), []
        for head in range(16):
            windows = rng.integers(0, 4, (2000, 13)).astype(np.uint8)
            matrix = rng.normal(size=(13, 4)) * (head % 4)
            weights = np.exp(matrix[np.arange(13), windows].sum(1) / 2)
            _, components, effective = split_mixture(windows, weights, uniform, [family, head])
            to_d = int(rng.integers(36, 96))
            matrices += [
                HeadMatrix(1, head + 1, to_d, n * component, np.maximum(divergence(component, uniform, n), 0), number)
                for number, (component, n) in enumerate(zip(components, effective, strict=True), 1)
            ]
        p.append(match_elements(matrices, known, uniform[0], 20, seed=1)["p"].dropna())
    p = np.concatenate(p)
    assert len(p) > 150 and (p <= 0.05).mean() < 0.08 and (p <= 0.01).mean() < 0.025
