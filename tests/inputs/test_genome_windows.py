"""Windows of a genome written out by hand, on both strands, across the origin, and in arcs."""

import numpy as np
import pytest

from attentome.genome.arcs import Interval
from attentome.genome.contigs import Contig, decode, encode, reverse_complement
from attentome.inputs.genome_windows import (
    arcs_of_windows,
    centred_windows,
    read_intervals,
    tss_windows,
    window_sequences,
)

TEXT = "AACCGGTTACGTCATGCAGT"
"""20 nt; its reverse complement is ACTGCATGACGTAACCGGTT."""
LINEAR = {"c": Contig("c", encode(TEXT))}
CIRCULAR = {"c": Contig("c", encode(TEXT), circular=True)}


def intervals(folder, text, genome=LINEAR):
    (folder / "a.bed").write_text(text)
    found, faults = read_intervals(folder / "a.bed", genome)
    assert faults == []
    return found


def texts(windows, genome):
    return [decode(codes) for codes in window_sequences(windows, genome)]


def test_windows_around_a_tss(tmp_path):
    # The TSS at 0-based 8 is the A of "TTA": -4 to -1 are GGTT, +1 to +3 are ACG; on the minus strand, -4 to -1 are the
    # complement of positions 12 to 9 read backwards.
    sites = intervals(tmp_path, "c\t8\t9\ta\t0\t+\nc\t8\t9\tb\t0\t-\n")
    windows, dropped = tss_windows(sites, LINEAR, 4, 3)
    assert texts(windows, LINEAR) == ["GGTTACG", "GACGTAA"]
    assert windows[["start", "end", "strand"]].values.tolist() == [[4, 11, "+"], [6, 13, "-"]]
    assert sum(dropped.values()) == 0
    with pytest.raises(ValueError, match="a TSS is one base"):
        tss_windows(intervals(tmp_path, "c\t8\t10\ta\t0\t+\n"), LINEAR, 4, 3)


def test_windows_centred_on_intervals(tmp_path):
    # Interval 6 to 11 (TTACG, middle T at 8: "A"); 5 nt around it are the interval itself, on either strand.
    odd = intervals(tmp_path, "c\t6\t11\ta\t0\t+\nc\t6\t11\tb\t0\t-\n")
    assert texts(centred_windows(odd, LINEAR, 5)[0], LINEAR) == ["TTACG", "CGTAA"]
    # A window of 4 nt: base 2 of it, from 0, is that middle.
    assert texts(centred_windows(odd, LINEAR, 4)[0], LINEAR) == ["TTAC", "CGTA"]
    # With an even interval the middle is the base after it: base 2 of TTAC (A), and of its other strand GTAA (A).
    even = intervals(tmp_path, "c\t6\t10\ta\t0\t+\nc\t6\t10\tb\t0\t-\n")
    assert texts(centred_windows(even, LINEAR, 3)[0], LINEAR) == ["TAC", "TAA"]


def test_the_other_strand_of_the_genome_gives_the_same_windows(tmp_path):
    rng = np.random.default_rng(4)
    tokens = rng.integers(4, size=500).astype(np.uint8)
    forward, backward = {"c": Contig("c", tokens)}, {"c": Contig("c", reverse_complement(tokens))}
    here, there = [], []
    for number in range(60):
        start, size = int(rng.integers(0, 450)), int(rng.integers(1, 50))
        sign, other = ("+", "-") if number % 2 else ("-", "+")
        here.append(f"c\t{start}\t{start + size}\tn{number}\t0\t{sign}")
        there.append(f"c\t{500 - start - size}\t{500 - start}\tn{number}\t0\t{other}")
    for length in (20, 21):
        both = []
        for rows, genome in ((here, forward), (there, backward)):
            windows, dropped = centred_windows(intervals(tmp_path, "\n".join(rows), genome), genome, length)
            both.append((windows["name"].tolist(), texts(windows, genome), dropped))
        assert both[0] == both[1] and len(both[0][0]) > 30


def test_windows_that_leave_a_linear_contig_are_dropped_and_counted(tmp_path):
    rows = "".join(f"c\t{start}\t{start + 1}\tn{start}\t0\t+\n" for start in (3, 4, 16, 17)) + "c\t4\t5\tagain\t0\t+\n"
    windows, dropped = tss_windows(intervals(tmp_path, rows), LINEAR, 4, 4)
    assert windows["name"].tolist() == ["n4", "n16"]
    assert dropped == {"leaves its linear contig": 2, "same window as another one": 1}


def test_windows_cross_the_origin_of_a_circular_contig(tmp_path):
    rows = "c\t1\t2\ta\t0\t+\nc\t1\t2\tb\t0\t-\nc\t19\t20\tc\t0\t-\n"
    windows, dropped = tss_windows(intervals(tmp_path, rows, CIRCULAR), CIRCULAR, 3, 3)
    # ...CAGT|AACC: the A at 1 is +1, before it G T A; on the minus strand the T of position 1 is +1, before it CGG.
    assert texts(windows, CIRCULAR) == ["GTAACC", "CGGTTA", "GTTACT"]
    assert windows[["start", "end"]].values.tolist() == [[18, 24], [19, 25], [17, 23]]
    assert sum(dropped.values()) == 0
    whole, dropped = tss_windows(intervals(tmp_path, rows, CIRCULAR), CIRCULAR, 18, 3)
    assert whole.empty and dropped["leaves its linear contig"] == 3


def test_a_window_belongs_to_the_arc_that_holds_all_of_it(tmp_path):
    arcs = [Interval("train", "c", 0, 6), Interval("test", "c", 6, 14), Interval("train", "c", 14, 20)]
    rows = "".join(f"c\t{start}\t{start + 1}\tn{start}\t0\t+\n" for start in (2, 3, 5, 8, 11, 12, 16, 19, 1))
    windows, _ = tss_windows(intervals(tmp_path, rows, CIRCULAR), CIRCULAR, 2, 3)
    found = dict(zip(windows["name"], arcs_of_windows(windows, CIRCULAR, arcs), strict=True))
    # Windows are start - 2 to start + 2; train is 0, test 2; that at 19 and that at 1 cross the origin within train.
    assert found == {"n2": 0, "n3": 0, "n5": -1, "n8": 2, "n11": 2, "n12": -1, "n16": 0, "n19": 0, "n1": 0}


@pytest.mark.parametrize(
    "row, what",
    [
        ("c\t1\t5", "has 3 columns, so no strand"),
        ("c\t1\t5\ta\t0\t.", "no strand"),
        ("c\t1\t5\ta\t0\tplus", "strand is 'plus'"),
        ("c\t5\t5\ta\t0\t+", "start 5 is not before end 5"),
        ("c\t-1\t5\ta\t0\t+", "start is '-1'"),
        ("c\t15\t21\ta\t0\t+", "end 21 lies beyond the end of c (20 nt)"),
        ("d\t1\t5\ta\t0\t+", "unknown contig 'd'"),
    ],
)
def test_faults_name_the_row(tmp_path, row, what):
    (tmp_path / "a.bed").write_text(f"# comment\nc\t1\t5\ta\t0\t+\n{row}\n")
    _, faults = read_intervals(tmp_path / "a.bed", CIRCULAR)
    assert len(faults) == 1 and faults[0].row == 3 and faults[0].what.startswith(what)
