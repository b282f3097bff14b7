"""Matches of filters: cover by hand, E and q by their formulas, fractions, and filters made from known motifs."""

import numpy as np
import pandas as pd
import pytest
import torch
from project import ROOT

from attentome.filters.criteria import CRITERIA
from attentome.filters.matches import cover, match_filters, match_fractions, truth_matches
from attentome.filters.pwms import FilterPwm
from attentome.motifs.readers import read_motifs
from attentome.motifs.tomtom import tomtom_alignments

MOTIFS = read_motifs(ROOT / "assets/filters/test_motifs.meme")
TRUTH = {motif.id: {motif.id} for motif in MOTIFS[:12]}
FLAT = np.full((3, 4), 0.25)


def turned(matrix):
    """Reverse complement, base by base."""
    return np.array([[row["TGCA".index(base)] for base in "ACGT"] for row in matrix[::-1]])


def bits(matrix):
    return np.array([2 + sum(share * np.log2(share) for share in column if share > 0) for column in matrix])


def pwm(at, matrix, sites=50):
    return FilterPwm(at, matrix, sites, 0, len(matrix))


def half_of(matrix):
    """The first columns, with half of the bits or a little more."""
    summed = np.cumsum(bits(matrix))
    return matrix[: int((summed < summed[-1] / 2).sum()) + 1]


def sharper(matrix, power=3):
    return matrix**power / (matrix**power).sum(axis=1, keepdims=True)


@pytest.mark.parametrize("motif", MOTIFS[:6], ids=lambda motif: motif.id)
def test_cover_is_the_share_of_the_bits(motif):
    own = motif.frequencies
    assert cover(own, own, 0) == pytest.approx(1)
    assert cover(np.concatenate([FLAT, own, FLAT]), own, -3) == pytest.approx(1)
    half = len(half_of(own))
    first, second = bits(own)[:half].sum() / bits(own).sum(), bits(own)[half:].sum() / bits(own).sum()
    assert cover(own[:half], own, 0) == pytest.approx(first) and cover(own[half:], own, half) == pytest.approx(second)
    assert first + second == pytest.approx(1) and 0.5 <= first < 0.7
    assert cover(FLAT, own, 2) == 0 and cover(own, own, 30) == cover(own, own, -30) == 0
    assert cover(own, np.full((4, 4), 0.25), 0) != cover(own, np.full((4, 4), 0.25), 0)  # nan: nothing to reproduce
    # Weaker and sharper versions of a motif reproduce less of it, the more so the further they are from it.
    weak = [cover(share * own + (1 - share) * 0.25, own, 0) for share in (1, 0.9, 0.7, 0.4)]
    sharp = [cover(sharper(own, power), own, 0) for power in (1, 2, 4, 8)]
    assert (np.diff(weak) < 0).all() and (np.diff(sharp) < 0).all() and weak[2] < 0.6 and sharp[-1] > 0.7


def test_cover_of_two_columns_by_hand():
    motif = np.array([[0.5, 0.5, 0, 0], [1, 0, 0, 0]])  # heights 0.5 0.5; 2
    found = np.array([[1, 0, 0, 0], [0.5, 0, 0.5, 0]])  # heights 2; 0.5 0.5
    assert cover(found, motif, 0) == pytest.approx((0.5 + 0.5) / 3)
    assert cover(found, motif, 1) == pytest.approx(2 / 3)  # its first column on the motif's second


def test_matches_of_whole_half_and_turned_motifs():
    one, two, three = (motif.frequencies for motif in MOTIFS[:3])
    noise = np.random.default_rng(1).dirichlet(np.ones(4), 12)
    filters = [
        pwm(1, np.concatenate([FLAT, one, FLAT])),
        pwm(2, turned(two)[2:]),
        pwm(4, three[: len(three) // 2]),
        pwm(5, noise),
        pwm(7, one, sites=1),
    ]
    table = match_filters(filters, MOTIFS)
    assert table.groupby("filter").size().to_dict() == {1: 26, 2: 26, 4: 26, 5: 26}
    assert (table.groupby("filter")["p"].diff().dropna() >= 0).all()
    best = table.groupby("filter").head(1).set_index("filter")
    assert best["motif"].tolist()[:3] == ["m01", "m02", "m03"] and best["orientation"].tolist()[:3] == ["+", "-", "+"]
    assert best["offset"].tolist()[:3] == [-3, 2, 0]
    assert best["overlap"].tolist()[:3] == [len(one), len(two) - 2, len(three) // 2]
    assert best["cover"][1] == pytest.approx(1)
    assert best["cover"][2] == pytest.approx(bits(turned(two))[2:].sum() / bits(two).sum())
    assert best["cover"][4] == pytest.approx(bits(three)[: len(three) // 2].sum() / bits(three).sum())
    assert (table["E"] == 26 * table["p"]).all()
    p = tomtom_alignments([own.frequencies for own in filters[:4]], [motif.frequencies for motif in MOTIFS])[0]
    assert sorted(table["p"]) == pytest.approx(sorted(np.minimum(p, 1).ravel()))
    # q by its definition: the lowest p x n / rank of this rank or a later one.
    ordered = table.sort_values("p")
    wanted = np.minimum.accumulate((ordered["p"] * len(table) / np.arange(1, len(table) + 1)).to_numpy()[::-1])[::-1]
    assert ordered["q"].to_numpy() == pytest.approx(np.minimum(wanted, 1))


def test_halves_match_but_do_not_cover():
    """Half a motif is a match for Tomtom; only cover tells it from a whole one."""
    wholes = [pwm(at + 1, motif.frequencies) for at, motif in enumerate(MOTIFS[:12])]
    halves = [pwm(at + 1, half_of(motif.frequencies)) for at, motif in enumerate(MOTIFS[:12])]
    of_whole, of_half = (
        match_fractions(match_filters(filters, MOTIFS), 12, TRUTH).set_index("criterion")
        for filters in (wholes, halves)
    )
    assert of_whole["share"].tolist() == [1.0] * 6 and of_whole["factors_found"]["strict_whole"] == 12
    assert of_half["share"]["loose"] > 0.7 and of_half["share"]["loose_whole"] == 0


def test_fractions_by_hand():
    table = pd.DataFrame(
        [
            (1, "a1", 0.05, 0.9),
            (1, "a2", 0.09, 0.2),
            (2, "a1", 1e-5, 0.5),
            (2, "a2", 0.01, 0.85),
            (3, "x", 1e-9, 1.0),
            (4, "b", 0.11, 0.9),
            (5, "b", 1e-6, 0.8),
        ],
        columns=["filter", "motif", "E", "cover"],
    )
    truth = {"A": {"a1", "a2"}, "B": ["b"], "C": ["c"]}
    found = match_fractions(table, 8, truth).set_index("criterion")
    assert list(found.index) == list(CRITERIA)
    assert found["filters"].to_dict() == {
        "any": 4,
        "any_whole": 2,
        "loose": 3,
        "strict": 2,
        "loose_whole": 3,
        "strict_whole": 1,
    }
    assert found["share"]["loose"] == 3 / 8 and (found["factors"] == 3).all()
    assert found["found"].to_dict() == {
        "any": "",
        "any_whole": "",
        "loose": "A,B",
        "strict": "A,B",
        "loose_whole": "A,B",
        "strict_whole": "B",
    }
    assert truth_matches(table, truth)["factor"].value_counts().to_dict() == {"A": 4, "B": 2}
    assert match_fractions(table, 8, {})["criterion"].tolist() == ["any", "any_whole"]
    assert match_fractions(table, 8, {"positive": []})["factors"].tolist() == [0, 0]


def test_matching_leaves_the_threads_of_pytorch_alone():
    """Numba sets the number for all of OpenMP; a training after it would run on other threads, to other bytes."""
    before = torch.get_num_threads()
    try:
        for number in (1, 2, 3):
            torch.set_num_threads(number)
            match_filters([pwm(1, MOTIFS[0].frequencies)], MOTIFS)
            assert torch.get_num_threads() == number
    finally:
        torch.set_num_threads(before)


def test_without_filters_nothing_matches():
    table = match_filters([pwm(1, MOTIFS[0].frequencies, sites=0)], MOTIFS)
    assert len(table) == 0 and list(table.columns)[:3] == ["filter", "sites", "motif"]
    assert (match_fractions(table, 1, TRUTH)["share"] == 0).all()
    with pytest.raises(ValueError, match="holds no motifs"):
        match_filters([pwm(1, MOTIFS[0].frequencies)], [])
