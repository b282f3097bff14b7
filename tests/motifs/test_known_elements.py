"""Known elements in heads whose windows hold planted words, and p against words counted one by one."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from project import ROOT
from scipy.stats import kstest

from attentome.motifs import known_elements as element_match
from attentome.motifs.known_elements import (
    KnownElement,
    expected_place,
    match_elements,
    read_known_elements,
    share_of_kmers,
)
from attentome.motifs.logo import information
from attentome.motifs.readers import HeadMatrix

SHIFT = 20
UNIFORM = np.full(4, 0.25)
KNOWN = {element.name: element for element in read_known_elements(ROOT / "assets/known_elements.tsv")}


def head(words, seed=0, number=1, share=0.9, n=200, length=100, base_share=UNIFORM):
    """Matrix of random windows that hold words: {base relative to the TSS of the first letter: word}."""
    rng = np.random.default_rng(seed)
    windows = rng.choice(list("ACGT"), (n, length), p=base_share)
    for base, word in words.items():
        for at, letter in enumerate(word):
            # The TSS is d = SHIFT, base -1 is d = SHIFT + 1; the last column is d = 0.
            column = length - 1 - (SHIFT - base if base < 0 else SHIFT + 1 - base) + at
            if letter != "N":
                windows[rng.random(n) < share, column] = letter
    counts = np.stack([(windows == letter).sum(axis=0) for letter in "ACGT"], axis=1)
    return HeadMatrix(1, number, length - 1, counts.astype(float), information(counts, UNIFORM))


def match(matrices, names=("-10",), background=UNIFORM, elements=None):
    table = match_elements(matrices, elements or [KNOWN[name] for name in names], background, SHIFT, 1)
    return table.set_index(["head", "element"])


def test_minus_10_at_its_place_is_named():
    row = match([head({-12: "TATAAT"})]).loc[1, "-10"]
    assert row["named"] == 1 and row["shift_nt"] == 0
    assert (row["place_from_d"], row["place_to_d"]) == (row["expected_from_d"], row["expected_to_d"]) == (27, 32)
    assert 4.0**-6 <= row["p"] < 0.002


@pytest.mark.parametrize("away", [5, -5, 17])
def test_displaced_minus_10_is_not_named_and_the_shift_is_reported(away):
    row = match([head({-12 - away: "TATAAT"})]).loc[1, "-10"]
    assert row["named"] == 0 and row["shift_nt"] == away
    assert (row["place_from_d"], row["place_to_d"]) == (27 + away, 32 + away)


@pytest.mark.parametrize("away", [2, -2])
def test_within_the_tolerance_it_is_named(away):
    row = match([head({-12 - away: "TATAAT"})]).loc[1, "-10"]
    assert row["named"] == 1 and row["shift_nt"] == away


def test_all_long_elements_are_named_at_their_places():
    places = {
        "UP": "CGAAAATTATTTTCGAAAACGC",
        "-35": "TTGACA",
        "ext. -10": "TGCTATAAT",
        "CRP class I": "TGTGANNNNNNTCACA",
    }
    heads = [head({KNOWN[name].first: word}, number=at) for at, (name, word) in enumerate(places.items())]
    table = match(heads, KNOWN)
    for at, name in enumerate(places):
        assert table.loc[at, name]["named"] == 1 and table.loc[at, name]["shift_nt"] == 0, name


def test_plain_minus_10_is_no_extended_minus_10():
    words = {1: {-12: "TATAAT"}, 2: {-15: "TGNTATAAT"}, 3: {-15: "ACNTATAAT"}}
    table = match([head(word, number=number) for number, word in words.items()], ["ext. -10"])
    assert table["named"].tolist() == [0, 1, 0]


@pytest.mark.parametrize("seed", range(5))
def test_a_t_rich_head_is_named_nothing(seed):
    table = match([head({}, seed, base_share=[0.48, 0.02, 0.02, 0.48])], KNOWN)
    assert table.loc[1, "-10"]["p"] < 0.05 < table.loc[1, "-10"]["p_composition"]
    assert table["named"].sum() == 0


def test_too_short_words_and_empty_places_have_no_q():
    table = match([head({-6: "GGG"}), head({-80: "ACGTCC"}, number=2)], ["disc.", "start codon", "-10"])
    assert table.loc[1, "disc."]["p"] < 0.06 and pd.isna(table.loc[1, "disc."]["q"])
    assert pd.isna(table.loc[2, "-10"]["p"]) and pd.isna(table.loc[2, "-10"]["q"])
    assert table["named"].sum() == 0


def test_shine_dalgarno_is_found_downstream_of_the_tss_only():
    table = match([head({8: "AGGAGG"}), head({-40: "AGGAGG"}, number=2)], ["SD"])
    found = table.loc[1, "SD"]
    assert found["named"] == 1 and (found["place_from_d"], found["place_to_d"]) == (8, 13)
    assert pd.isna(table.loc[2, "SD"]["p"]) and table.loc[2, "SD"]["named"] == 0


def brute_p(matrix, word, top, tolerance, background):
    """All words one by one; pairs of bases stand in for W and R."""
    kinds = {"W": "AT", "R": "AG"}
    frequency = (matrix.counts + background) / (matrix.counts.sum(axis=1, keepdims=True) + 1)

    def letter_score(d, bases):
        own = ["ACGT".index(base) for base in bases]
        return np.log2(frequency[matrix.to_d - d, own].sum() / background[own].sum())

    def at_place(bases, away):
        return sum(letter_score(top + away - at, some) for at, some in enumerate(bases))

    def best(bases):
        return max(at_place(bases, away) for away in range(-tolerance, tolerance + 1))

    pairs = ["AC", "AG", "AT", "CG", "CT", "GT"]
    wanted = [kinds.get(letter, letter) for letter in word]
    score = best(wanted)
    place = max(range(-tolerance, tolerance + 1), key=lambda away: at_place(wanted, away))
    composition = np.mean([frequency[matrix.to_d - (top + place - at)] for at in range(len(word))], axis=0)
    words = list(product(*(pairs if letter in kinds else "ACGT" for letter in word)))
    high = np.array([best(other) >= score - 1e-9 for other in words])
    shares = []
    for base_shares in (background, composition):
        weight = np.array(
            [np.prod([base_shares[["ACGT".index(base) for base in bases]].sum() for bases in other]) for other in words]
        )
        shares.append(weight[high].sum() / weight.sum())
    return score, *shares


@pytest.mark.parametrize("word", ["TAAT", "GWCA", "CRW"])
def test_p_is_the_share_of_words(word, monkeypatch):
    background = np.array([0.3, 0.15, 0.22, 0.33])
    rng = np.random.default_rng(4)
    counts = rng.multinomial(40, [0.1, 0.2, 0.3, 0.4], 20) + rng.integers(0, 30, (20, 4))
    matrix = HeadMatrix(1, 1, 40, counts.astype(float), np.ones(20))
    element = KnownElement("x", word, -12, -13 + len(word), 2)
    row = match([matrix], elements=[element], background=background).iloc[0]
    score, p, p_composition = brute_p(matrix, word, 32, 2, background)
    assert row["score"] == pytest.approx(score) and row["p"] == pytest.approx(p)
    assert row["p_composition"] == pytest.approx(p_composition)
    monkeypatch.setattr(element_match, "EXACT_KMERS", 0)
    drawn = match([matrix], elements=[element], background=background).iloc[0]["p"]
    assert drawn != row["p"] and drawn == pytest.approx(p, abs=4 * np.sqrt(p / element_match.SAMPLED_KMERS))


def random_heads(rng, n):
    for number in range(n):
        counts = np.array([rng.multinomial(50, share) for share in rng.dirichlet([0.3] * 4, 40)])
        yield HeadMatrix(1, number, 59, counts.astype(float), np.ones(40))


def test_random_matrices_have_uniform_p():
    """With several places to choose from, p of a word of few kinds of letters is too high, never too low."""
    heads = list(random_heads(np.random.default_rng(7), 400))
    for word in ("TATAAT", "TTTTTT"):
        element = KnownElement("x", word, -12, -7, 0)
        assert kstest(match(heads, elements=[element])["p"], "uniform").pvalue > 0.01
    p = match(heads[:150])["p"]
    assert kstest(p, "uniform", alternative="greater").pvalue > 0.01, "more low p than chance gives"


def test_random_heads_are_not_named():
    table = match(random_heads(np.random.default_rng(8), 60), ["-10", "-35", "CRP class II"])
    assert table["named"].sum() <= 1 and table["q"].min() > 0.01


def test_q_is_benjamini_hochberg_over_all_rows():
    heads = [head({-12: "TATAAT"}, number=0), *random_heads(np.random.default_rng(9), 5)][1:]
    table = match(heads, ["-10", "-35", "disc."])
    p = table["p"].drop("disc.", level="element").to_numpy()
    rank = np.argsort(np.argsort(p)) + 1
    q = [min(p[other] * len(p) / rank[other] for other in range(len(p)) if p[other] >= p[at]) for at in range(len(p))]
    np.testing.assert_allclose(table["q"].drop("disc.", level="element").to_numpy(float), np.minimum(q, 1))


def test_rows_do_not_hang_on_the_order_of_heads():
    heads = [head({-59: "CGAAAATTATTTTCGAAAACGC"}), head({-12: "TATAAT"}, number=2)]
    one, other = match(heads, KNOWN), match(heads[::-1], KNOWN)
    assert one.sort_index().equals(other.sort_index())


def test_sample_of_words_is_the_same_every_time():
    values, shares = [np.arange(24.0).reshape(1, 24) % 7] * 12, [np.full(24, 1 / 24)] * 12
    assert share_of_kmers(values, shares, 40.0, 3) == share_of_kmers(values, shares, 40.0, 3)
    assert share_of_kmers(values, shares, 40.0, 3) != share_of_kmers(values, shares, 40.0, 4)


def test_known_elements_lie_where_the_field_says():
    at = {name: element.distances(SHIFT) for name, element in KNOWN.items()}
    assert at["-10"] == (27, 32) and at["-35"] == (50, 55) and at["UP"] == (58, 79) and at["ext. -10"] == (27, 35)
    assert at["disc."] == (24, 26) and at["SD"] == (None, None)
    # Base -p is at d = 20 + p, so a centre of -41.5 is at 61.5.
    assert sum(at["CRP class II"]) / 2 == 61.5 and sum(at["CRP class I"]) / 2 == 81.5
    gap = at["-35"][0] - at["-10"][1] - 1
    assert gap == 17
    up = KNOWN["UP"].consensus
    distal = KNOWN["UP distal"]
    assert up[distal.first + 59 : distal.last + 60] == distal.consensus


def test_expected_place_of_a_motif():
    elements = list(KNOWN.values())
    assert expected_place(("crp", "CRP"), elements, SHIFT, 60) == (54, 69)
    assert expected_place(("MX000175", "Crp"), elements, SHIFT, 85) == (74, 89)
    assert expected_place(("Fis", "Fis"), elements, SHIFT, 60) == (None, None)
    assert expected_place(("sigma70_minus10",) * 2, elements, 0, 60) == (7, 12)


def test_parts_of_a_consensus():
    assert [len(part) for part in KNOWN["CRP class I"].parts] == [5, 5]
    assert [len(part) for part in KNOWN["UP proximal"].parts] == [8]
    assert [len(part) for part in replace(KNOWN["-10"], consensus="NTGNNTANT").parts] == [2, 3]


HEADER = "name\tconsensus\tfrom\tto\ttolerance_nt\tsource\n"


@pytest.mark.parametrize(
    "text, message",
    [
        ("name\tconsensus\n", "header: column.s. from, to, tolerance_nt missing"),
        (HEADER + "a\tTAXAAT\t-12\t-7\t1\t\n", "row 2: consensus 'TAXAAT'"),
        (HEADER + "a\tNN\t-12\t-11\t1\t\n", "row 2: consensus 'NN'"),
        (HEADER + "a\tTATAAT\t-12\t\t1\t\n", "row 2: from, to and tolerance_nt"),
        (HEADER + "a\tTATAAT\t-12\t-6\t1\t\n", "row 2: -12 to -6 is 7 nt long"),
        (HEADER + "a\tTAT\t-1\t1\t1\t\n", "row 2: -1 to 1 is 2 nt long"),
        (HEADER + "a\tTAT\t-2\t0\t1\t\n", "row 2: base 0"),
        (HEADER + "a\tTAT\t-3\t-1\t-1\t\n", "row 2: base 0 or a negative tolerance"),
    ],
)
def test_broken_tables_of_elements(text, message, tmp_path):
    (tmp_path / "a").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_known_elements(tmp_path / "a")
