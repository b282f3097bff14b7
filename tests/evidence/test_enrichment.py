"""Enrichment of sites against every turn counted base by base, and the readers of sites."""

import numpy as np
import pandas as pd
import pytest

from attentome.evidence.enrichment import enrich_sites, overlaps_by_turn, read_factor_sites


def brute_overlaps(windows, sites, length, turn):
    covered = {(base + turn) % length for start, end in sites for base in range(start, end)}
    return sum(any(base in covered for base in range(start, end)) for start, end in windows)


def intervals(rng, n, length, widths):
    width = rng.choice(widths, n)
    start = np.array([rng.integers(0, length - each + 1) for each in width])
    return np.stack([start, start + width], axis=1)


@pytest.mark.parametrize("seed", range(12))
def test_all_turns_against_base_by_base(seed):
    rng = np.random.default_rng(seed)
    length = int(rng.integers(40, 120))
    windows = intervals(rng, int(rng.integers(1, 9)), length, [1, 4, 7])
    sites = intervals(rng, int(rng.integers(0, 7)), length, [[1, 5, 12], [length // 2], [length, 3]][seed % 3])
    observed, shares = overlaps_by_turn(windows, sites, length)
    counts = [brute_overlaps(windows, sites, length, turn) for turn in range(length)]
    assert observed == counts[0]
    np.testing.assert_allclose(shares, np.bincount(counts, minlength=len(windows) + 1) / length)


def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns)


def windows_of(rows):
    return frame([(1, 1, *row) for row in rows], ["layer", "head", "contig", "start", "end"])


def sites_of(rows):
    return frame(rows, ["contig", "start", "end", "factor"])


def test_contigs_turn_by_themselves():
    lengths = {"a": 50, "b": 31}
    windows = windows_of([("a", 3, 9), ("a", 20, 26), ("b", 4, 9), ("b", 20, 22)])
    sites = sites_of([("a", 5, 12, "F"), ("a", 40, 44, "F"), ("b", 7, 8, "F")])
    row = enrich_sites(windows, sites, lengths).iloc[0]
    by_contig = []
    for name, length in lengths.items():
        own = windows.loc[windows["contig"] == name, ["start", "end"]].to_numpy()
        there = sites.loc[sites["contig"] == name, ["start", "end"]].to_numpy()
        by_contig.append([brute_overlaps(own, there, length, turn) for turn in range(length)])
    sums = np.add.outer(*by_contig)
    assert row["observed"] == sums[0, 0]
    assert row["expected"] == pytest.approx(sums.mean()) and row["p"] == pytest.approx((sums >= sums[0, 0]).mean())
    assert row["fold"] == pytest.approx(sums[0, 0] / sums.mean())


def test_planted_factor_is_enriched_and_shifted_one_is_not():
    rng = np.random.default_rng(5)
    length = 200_000
    starts = rng.choice(length // 100, 60, replace=False) * 100 + 20
    windows = windows_of([("c", start, start + 12) for start in starts[:40]])
    sites = sites_of(
        [("c", start + 8, start + 24, "Bound") for start in starts[20:]]
        + [("c", (start + 508) % length, (start + 508) % length + 16, "Moved") for start in starts[20:]]
        + [("c", start, start + 9, "Rare") for start in starts[:2]]
    )
    table = enrich_sites(windows, sites, {"c": length}).set_index("factor")
    assert set(table.index) == {"Bound", "Moved"} and table["n_sites"].tolist() == [40, 40]
    assert table.loc["Bound", "observed"] == 20 and table.loc["Bound", "q"] < 0.001
    assert table.loc["Moved", "q"] > 0.05
    # A turn overlaps one window by chance where one of 16 + 12 - 1 starts meets one of 40 sites.
    assert table.loc["Bound", "expected"] == pytest.approx(40 * 40 * 27 / length, rel=0.01)


def test_random_windows_have_p_no_lower_than_chance():
    rng = np.random.default_rng(6)
    length = 5000
    rows = [(1, at, "c", start, start + 10) for at in range(300) for start in rng.integers(0, length - 10, 20)]
    windows = frame(rows, ["layer", "head", "contig", "start", "end"])
    sites = sites_of([("c", start, start + 15, "F") for start in rng.integers(0, length - 15, 30)])
    p = enrich_sites(windows, sites, {"c": length})["p"]
    for level in (0.05, 0.2, 0.5):
        assert (p <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / 300)
    assert (p <= 0.5).mean() > 0.2


def test_no_factor_with_enough_sites():
    table = enrich_sites(windows_of([("c", 0, 5)]), sites_of([("c", 0, 5, "F")] * 2), {"c": 100})
    assert table.empty and "q" in table


@pytest.mark.parametrize("row", [("d", 0, 5), ("c", 98, 104), ("c", 5, 5)])
def test_windows_of_another_genome(row):
    with pytest.raises(ValueError, match="layer 1, head 1: .* is not an interval of the genome"):
        enrich_sites(windows_of([row]), sites_of([("c", 0, 5, "F")] * 3), {"c": 100})


BED = "track name=x\n#c\nc\t9\t30\tCRP\t0\t.\nc\t40\t60\tFis\nc\t9\t30\tCRP\n"
GFF = (
    "##gff-version 3\nc\tx\tTFBS\t10\t30\t.\t.\t.\tID=1;Name=CRP\nc\tx\tTFBS\t41\t60\t.\t+\t.\tName=Fis;ID=2\n"
    "##FASTA\n>c\nACGT\n"
)


def test_bed_and_gff3_read_the_same(tmp_path):
    for name, text in (("a.bed", BED), ("a.gff3", GFF), ("b.gff3", GFF.replace("##gff-version 3\n", ""))):
        (tmp_path / name).write_text(text)
        found = read_factor_sites(tmp_path / name, {"c": 100})
        assert found.to_numpy().tolist() == [["c", 9, 30, "CRP"], ["c", 40, 60, "Fis"]], name


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "holds no sites"),
        ("#only\n", "holds no sites"),
        ("c\t1\t5\n", "row 1: has 3 columns, so no factor"),
        ("c\t1\t5\tF\nc\t5\t5\tF\n", "row 2: start 5 is not before end 5"),
        ("c\tx\t5\tF\n", "row 1: start is 'x', not a whole number"),
        ("c\t1\t101\tF\n", "row 1: end 101 lies beyond the end of c"),
        ("d\t1\t5\tF\n", "row 1: unknown contig 'd'; name contigs as the genome does: c"),
        ("c\t1\t5\t.\n", "row 1: has no name of a factor"),
        ("##gff-version 3\nc\tx\ty\t0\t5\t.\t.\t.\tName=F\n", "row 2: start 0 and end 5 are not an interval"),
        ("##gff-version 3\nc\tx\ty\t1\t5\t.\t.\t.\tID=F\n", "row 2: has no name of a factor"),
        ("##gff-version 3\nc\tx\ty\t1\t5\n", "row 2: has 5 columns separated by tabs, not 9"),
        ("\0\1\2", "is not a text file"),
    ],
)
def test_broken_sites(text, message, tmp_path):
    (tmp_path / "a").write_text(text)
    with pytest.raises(ValueError, match=message) as fault:
        read_factor_sites(tmp_path / "a", {"c": 100})
    assert str(fault.value).startswith(str(tmp_path / "a")) and "\n" not in str(fault.value)
