"""Tomtom's matches against planted ones, its p against targets drawn at random, and the command from end to end."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from project import ROOT, load_command

from attentome.motifs.logo import information
from attentome.motifs.readers import HeadMatrix, Motif, read_motifs
from attentome.motifs.tomtom import Query, informative_stretch, match_motifs, sharpened, tomtom_alignments

REAL = ROOT.parent / "shared/data/motifs/regulonDB_2025-05.tf"


def random_motifs(rng, n=60, low=6, high=16):
    return [Motif(f"m{at}", f"name{at}", None, rng.dirichlet([0.4] * 4, rng.integers(low, high))) for at in range(n)]


def reverse_complement(frequencies):
    """Column by column from the end, A for T and C for G."""
    return np.array([[row[3], row[2], row[1], row[0]] for row in frequencies[::-1]])


MOTIFS = random_motifs(np.random.default_rng(1))


def test_planted_motifs_are_found_where_they_lie():
    rng = np.random.default_rng(2)
    flat = np.full((3, 4), 0.25)
    cut, turned, wide = MOTIFS[3].frequencies, MOTIFS[5].frequencies, MOTIFS[7].frequencies
    queries = [
        Query(1, 1, 50, cut[2:]),
        Query(1, 2, 50, reverse_complement(turned)),
        Query(2, 1, 50, np.concatenate([flat, wide, flat])),
    ]
    table = match_motifs(queries, {"a.meme": MOTIFS[:30], "b.tf": MOTIFS[30:]}, seed=int(rng.integers(9)))
    best = table.groupby(["layer", "head"], sort=False).head(1).reset_index(drop=True)
    assert best["motif"].tolist() == ["m3", "m5", "m7"] and best["name"].tolist() == ["name3", "name5", "name7"]
    assert best["orientation"].tolist() == ["+", "-", "+"] and best["offset"].tolist() == [2, 0, -3]
    assert best["overlap"].tolist() == [len(cut) - 2, len(turned), len(wide)]
    # The query's first column is d = 50: the first motif begins two columns before it, the third three behind it.
    assert best["place_to_d"].tolist() == [52, 50, 47]
    assert best["place_from_d"].tolist() == [52 - len(cut) + 1, 50 - len(turned) + 1, 47 - len(wide) + 1]
    assert (best["q"] < 1e-4).all() and (best["shuffled_hits_expected"] == 0).all()
    assert set(best["database"]) == {"a.meme"} and table.groupby(["layer", "head"]).size().tolist() == [5, 5, 5]


def test_p_is_the_chance_of_random_columns():
    """Drawn targets, scored by the definition alone: their share is p."""
    rng = np.random.default_rng(3)
    query = rng.dirichlet([0.4] * 4, 5)
    pool = np.concatenate(
        [matrix for motif in MOTIFS for matrix in (motif.frequencies, reverse_complement(motif.frequencies))]
    )
    median = np.median(np.linalg.norm(query[:, None] - pool, axis=2), axis=1)

    def best(targets):
        gain = median[:, None, None] - np.linalg.norm(query[:, None, None] - targets, axis=3)
        width = targets.shape[1]
        return np.max(
            [
                sum(gain[at, :, at + offset] for at in range(5) if 0 <= at + offset < width)
                for offset in range(-4, width)
            ],
            axis=0,
        )

    p = tomtom_alignments([query], [motif.frequencies for motif in MOTIFS])[0][0]
    some = np.argsort(p)[[0, 2, 5, 10, 20]]
    for at in some:
        own = MOTIFS[at].frequencies
        score = max(best(own[None])[0], best(reverse_complement(own)[None])[0])
        chance = (best(pool[rng.integers(len(pool), size=(20_000, len(own)))]) >= score).mean()
        both = chance * (2 - chance)
        assert p[at] == pytest.approx(both, rel=0.35, abs=0.003), (at, p[at], both)


def test_a_query_matches_the_same_alone_and_among_others():
    rng = np.random.default_rng(4)
    stretches = [rng.dirichlet([0.5] * 4, width) for width in (8, 8, 12, 5, 8)]
    targets = [motif.frequencies for motif in MOTIFS]
    together = tomtom_alignments(stretches, targets)
    for at, stretch in enumerate(stretches):
        for whole, alone in zip(together, tomtom_alignments([stretch], targets), strict=True):
            assert np.array_equal(whole[at], alone[0])


def test_shuffled_motifs_give_as_many_hits_as_random_ones():
    """The motifs are random themselves, so the number of real hits at any p is what shuffled ones lead to expect."""
    rng = np.random.default_rng(5)
    queries = [Query(1, at, 60, rng.dirichlet([0.4] * 4, 8)) for at in range(60)]
    table = match_motifs(queries, {"a": MOTIFS}, seed=1, best=6)
    sixth = table.groupby("head").nth(5)
    assert sixth["shuffled_hits_expected"].mean() == pytest.approx(6, rel=0.15)


def test_q_is_benjamini_hochberg_over_all_heads_and_motifs():
    rng = np.random.default_rng(6)
    queries = [Query(1, at, 60, rng.dirichlet([0.4] * 4, 8)) for at in range(2)]
    table = match_motifs(queries, {"a": MOTIFS}, seed=1, best=len(MOTIFS))
    p = table["p"].to_numpy()
    assert len(p) == 2 * len(MOTIFS)
    order = np.argsort(p)
    q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    np.testing.assert_allclose(table["q"].to_numpy()[order], np.minimum(q, 1))


def test_seed_fixes_the_shuffles():
    queries = [Query(1, 1, 60, np.random.default_rng(7).dirichlet([0.4] * 4, 8))]
    first, second, other = (match_motifs(queries, {"a": MOTIFS}, seed) for seed in (1, 1, 2))
    assert first.equals(second) and not first.equals(other)


def test_informative_stretch():
    counts = np.full((12, 4), 10.0)
    bits = np.zeros(12)
    background = np.array([0.4, 0.1, 0.1, 0.4])
    matrix = HeadMatrix(2, 3, 40, counts, bits)
    assert informative_stretch(matrix, background) is None
    bits[[4, 6]] = 0.05, 1.0
    assert informative_stretch(matrix, background) is None
    bits[3], bits[8] = 0.06, 0.049
    found = informative_stretch(matrix, background)
    assert (found.layer, found.head, found.to_d, found.frequencies.shape) == (2, 3, 37, (4, 4))
    np.testing.assert_allclose(found.frequencies, sharpened(np.tile((10 + background) / 41, (4, 1)), background))


def test_nothing_to_match():
    assert match_motifs([], {"a": MOTIFS}, 1).empty and match_motifs([Query(1, 1, 9, np.eye(4))], {}, 1).empty


def test_crp_of_regulondb_is_found():
    if not REAL.exists():
        pytest.skip("the published motif file is not here")
    word = "AANTGTGANNNNNNTCACANTT"
    counts = np.array([[25 + 75 * (base == letter) if letter != "N" else 25 for base in "ACGT"] for letter in word])
    matrix = HeadMatrix(1, 1, 72, counts.astype(float), information(counts, np.full(4, 0.25)))
    table = match_motifs([informative_stretch(matrix, np.full(4, 0.25))], {REAL.name: read_motifs(REAL)}, 1)
    assert table.loc[0, "motif"] == "CRP" and table.loc[0, "q"] < 0.01
    assert abs((table.loc[0, "place_from_d"] + table.loc[0, "place_to_d"]) / 2 - 61.5) <= 1


@pytest.fixture
def run(tmp_path):
    """Options of the command for one head that spells the -10, and its files."""
    (tmp_path / "genome.fna").write_text(">c\n" + "ACGT" * 2500 + "\n")
    (tmp_path / "genome.json").write_text('{"contigs": [{"name": "c", "circular": true}]}')
    rows = ["layer\thead\td\tA\tC\tG\tT\tbits"]
    for d in range(60, 9, -1):
        letter = "TATAAT"[32 - d] if 27 <= d <= 32 else None
        counts = [50 * (base == letter) if letter else 13 for base in "ACGT"]
        rows.append("\t".join(map(str, (1, 2, d, *counts, 1.9 if letter else 0))))
    (tmp_path / "logos.tsv").write_text("\n".join(rows) + "\n")
    (tmp_path / "components.tsv").write_text(rows[0].replace("\td\t", "\tcomponent\td\t") + "\n")
    windows = [
        f"1\t2\tc\t{start}\t{start + 10}\t+\t{at + 1}\t{start}\t0.9\t1.5"
        for at, start in enumerate(range(1000, 9000, 800))
    ]
    header = "layer\thead\tcontig\tstart\tend\tstrand\trank\tquery\tscore\toutput"
    (tmp_path / "windows.tsv").write_text("\n".join([header, *windows]) + "\n")
    (tmp_path / "measured.json").write_text('{"label_shift": 20}')
    return SimpleNamespace(
        measured=tmp_path,
        genome=tmp_path / "genome.fna",
        genome_json=tmp_path / "genome.json",
        motifs=[],
        tf_sites=None,
        elements=ROOT / "assets/known_elements.tsv",
        known_sequences=ROOT / "assets/known_sequences.tsv",
        seed=1,
        out=tmp_path / "out",
    )


def read(run, name):
    return pd.read_csv(run.out / f"{name}.tsv", sep="\t")


MATCHES = [
    "layer",
    "head",
    "database",
    "motif",
    "name",
    "p",
    "q",
    "offset",
    "orientation",
    "overlap",
    "place_from_d",
    "place_to_d",
    "expected_from_d",
    "expected_to_d",
    "shuffled_hits_expected",
]


def test_command_without_databases(run):
    load_command("name_heads").name_heads(run)
    assert list(read(run, "motif_matches")) == MATCHES and read(run, "motif_matches").empty
    assert (
        list(read(run, "site_enrichment"))
        == ["layer", "head", "factor", "n_sites", "observed", "expected", "fold", "p", "q"]
        and read(run, "site_enrichment").empty
    )
    elements = read(run, "element_matches").set_index("element")
    assert elements.loc["-10", "named"] == 1 and elements["named"].sum() == 1
    assert elements.loc["-10", ["place_from_d", "place_to_d", "shift_nt"]].tolist() == [27, 32, 0]


def test_command_with_databases(run, tmp_path):
    counts = [" ".join(str(90 if letter == base else 3) for letter in "TATAAT") for base in "ACGT"]
    others = [" ".join(map(str, row)) for row in np.random.default_rng(1).integers(1, 60, (160, 6))]
    text = (
        ">MX1 sigma70_minus10\n"
        + "\n".join(counts)
        + "\n"
        + "".join(f">X{at}\n" + "\n".join(others[at : at + 4]) + "\n" for at in range(0, 160, 4))
    )
    (tmp_path / "db.jaspar").write_text(text)
    run.motifs = [tmp_path / "db.jaspar"]
    run.tf_sites = tmp_path / "sites.bed"
    run.tf_sites.write_text("".join(f"c\t{start + 5}\t{start + 20}\tTatR\n" for start in range(1000, 9000, 800)))
    load_command("name_heads").name_heads(run)
    first = read(run, "motif_matches").iloc[0]
    assert (first["database"], first["motif"], first["name"], first["orientation"]) == (
        "db.jaspar",
        "MX1",
        "sigma70_minus10",
        "+",
    )
    assert [first[name] for name in ("place_from_d", "place_to_d", "expected_from_d", "expected_to_d")] == [27, 32] * 2
    enriched = read(run, "site_enrichment").iloc[0]
    assert (enriched["factor"], enriched["n_sites"], enriched["observed"]) == ("TatR", 10, 10) and enriched["p"] < 0.02


def test_weak_logo_is_sharpened_to_the_same_letters():
    """One factor for all log-odds: frequencies in proportion to background x ratio ^ t, the best column at 1.5 bit."""
    background = np.array([0.3, 0.2, 0.2, 0.3])
    odds = np.array([[1.0, 0, 0, 0], [0, 0.5, 0, -0.5], [0, 0, 0, 0], [0.2, 0, 0, 0.9]]) * 0.1
    weak = background * np.exp(odds)
    weak /= weak.sum(1, keepdims=True)
    found = sharpened(weak, background)
    bits = (found * np.log2(found / background)).sum(1)
    assert bits.max() == pytest.approx(1.5, abs=1e-6)
    ratio = np.log(found / background)
    factors = (ratio[:2, 0] - ratio[:2, 3]) / (odds[:2, 0] - odds[:2, 3])
    assert factors[0] == pytest.approx(factors[1]) and factors[0] > 1
    np.testing.assert_allclose(found[2], background)
    np.testing.assert_array_equal(sharpened(found, background, 1.4), found)
