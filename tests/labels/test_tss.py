"""Labels, arcs and streams against hand-made coordinates."""

import numpy as np
import pandas as pd
import pytest
from project import ROOT

from attentome.genome.arcs import arc_positions, arc_values, read_cut_points, read_split, split_genome, split_table
from attentome.genome.contigs import BASES, OUTSIDE, Contig, decode, encode
from attentome.labels.tss import auxiliary_labels, label_genome, split_sets

CUT_POINTS = read_cut_points(ROOT / "assets/cut_points.tsv")


def genome_of(*contigs):
    return {name: Contig(name, np.zeros(length, np.uint8), circular) for name, length, circular in contigs}


def sites(*rows):
    return pd.DataFrame(rows, columns=["contig", "start", "strand"])


def test_label_is_downstream_on_each_strand():
    labels, lost = label_genome(genome_of(("c", 100, False)), sites(("c", 30, "+"), ("c", 70, "-")), 20)
    assert np.flatnonzero(labels["c.plus"]).tolist() == [50]
    assert np.flatnonzero(labels["c.minus"]).tolist() == [50]
    assert lost == 0


def test_circular_label_goes_over_the_origin_on_its_own_strand():
    labels, lost = label_genome(genome_of(("c", 100, True)), sites(("c", 95, "+"), ("c", 5, "-")), 20)
    assert np.flatnonzero(labels["c.plus"]).tolist() == [15]
    assert np.flatnonzero(labels["c.minus"]).tolist() == [85]
    assert lost == 0


def test_each_sets_own_labels_keep_its_name():
    genome = genome_of(("c", 100, True))
    arrays = auxiliary_labels(genome, {"b": sites(("c", 30, "+")), "a.1": sites(("c", 70, "-"), ("c", 95, "+"))}, 20)
    found = {
        name: {stream: np.flatnonzero(array).tolist() for stream, array in streams.items()}
        for name, streams in split_sets(arrays).items()
    }
    assert found == {"a.1": {"c.plus": [15], "c.minus": [50]}, "b": {"c.plus": [50], "c.minus": []}}


def test_linear_label_beyond_the_end_is_lost_not_moved():
    genome = genome_of(("c", 100, False), ("d", 50, False))
    labels, lost = label_genome(genome, sites(("c", 95, "+"), ("d", 5, "-"), ("d", 29, "+")), 20)
    assert lost == 2
    assert {key: np.flatnonzero(array).tolist() for key, array in labels.items()} == {
        "c.plus": [],
        "c.minus": [],
        "d.plus": [49],
        "d.minus": [],
    }


def test_published_cut_points():
    parts = split_genome(genome_of(("NC_000913.3", 4641652, True)), "ecoli_k12", CUT_POINTS)
    assert [(part.arc, part.start, part.end) for part in parts] == [
        ("train", 0, 2738785),
        ("test", 2738785, 3667115),
        ("validation", 3667115, 4131280),
        ("train", 4131280, 4641652),
    ]
    assert 2 * len(parts[1]) == 1856660
    with pytest.raises(ValueError, match="one contig of 4,641,652"):
        split_genome(genome_of(("c", 1000, True)), "ecoli_k12", CUT_POINTS)
    with pytest.raises(ValueError, match="name of published cut points \\(none are given\\)"):
        split_genome(genome_of(("NC_000913.3", 4641652, True)), "ecoli_k12")


def test_percentages_cover_every_position_once():
    genome = genome_of(("a", 700, True), ("b", 200, False), ("c", 100, False))
    parts = split_genome(genome, "70/20/10")
    covered = {name: np.zeros(len(contig), int) for name, contig in genome.items()}
    for part in parts:
        covered[part.contig][part.start : part.end] += 1
    assert all((array == 1).all() for array in covered.values())
    sizes = {arc: sum(len(part) for part in parts if part.arc == arc) for arc in ("train", "test", "validation")}
    assert sizes == {"train": 700, "test": 200, "validation": 100}


@pytest.mark.parametrize("split", ["70/20", "70/20/20", "100/0/0", "abc"])
def test_impossible_splits(split):
    with pytest.raises(ValueError, match="--split"):
        split_genome(genome_of(("c", 100, True)), split)


def test_split_table_counts_labels_of_both_strands():
    genome = genome_of(("c", 100, True))
    labels, _ = label_genome(genome, sites(("c", 40, "+"), ("c", 50, "-"), ("c", 10, "+")), 0)
    parts = split_genome(genome, "70/20/10")
    table = split_table(parts, labels)
    assert table.sites.tolist() == [1, 2, 0, 0] and table.positions.sum() == 200
    assert read_split(table, "test") == [parts[1]]


def test_arc_values_and_positions_agree():
    arrays = {"c.plus": np.arange(50), "c.minus": 1000 + np.arange(50)}
    parts = split_genome(genome_of(("c", 50, True)), "60/20/20")
    chosen = [part for part in parts if part.arc == "train"]
    contig, strand, position = arc_positions(chosen)
    values = arc_values(arrays, chosen)
    assert (values == position + np.where(strand == "minus", 1000, 0)).all() and set(contig) == {"c"}


def test_windows_of_both_strands():
    contig = Contig("c", encode("AACCGGTTAC"), circular=True)
    assert decode(contig.window("plus", 0, 4)) == "AACC"
    assert decode(contig.window("minus", 0, 4)) == "GTAA"
    assert decode(contig.window("plus", -2, 3)) == "ACAAC"
    assert decode(contig.window("minus", 8, 12)) == "TTGT"
    linear = Contig("c", encode("AACCN"))
    assert decode(linear.window("plus", -2, 7)) == "--AACCN--"
    assert linear.window("minus", -1, 2).tolist() == [OUTSIDE, 4, 3]
    assert BASES == "ATCG"
