"""A background matched to positive windows: GC, arc, no base in common, checked base by base."""

import numpy as np
import pandas as pd
import pytest

from attentome.genome.arcs import split_genome
from attentome.genome.contigs import Contig, decode
from attentome.inputs.background import _overlaps, _taken, draw_background, gc_bin
from attentome.inputs.genome_windows import COLUMNS, arcs_of_windows, window_sequences

LENGTH = 50


def made(circular, seed=1):
    """A genome of two contigs, the GC of which changes along them, with N here and there; and positive windows."""
    rng = np.random.default_rng(seed)
    genome = {}
    for name, size in (("a", 30_000), ("b", 6_000)):
        strong = 0.5 + 0.3 * np.sin(np.arange(size) / 400)
        tokens = np.where(rng.random(size) < strong, 2, 0) + rng.integers(2, size=size)
        tokens[rng.integers(size, size=size // 400)] = 4
        genome[name] = Contig(name, tokens.astype(np.uint8), circular)
    intervals = split_genome(genome, "60/20/20")
    rows = []
    for name, contig in genome.items():
        last = len(contig) if circular else len(contig) - LENGTH
        for number, start in enumerate(np.unique(rng.integers(last, size=len(contig) // 150))):
            rows.append((name, start, start + LENGTH, "+-"[number % 2], f"{name}{number}"))
    windows = pd.DataFrame(rows, columns=COLUMNS)
    clean = (window_sequences(windows, genome) < 4).all(axis=1)
    clean &= arcs_of_windows(windows, genome, intervals) >= 0
    return genome, intervals, windows[clean].reset_index(drop=True)


def bases(windows, genome):
    """Contig and position of every base of each window."""
    rows = windows[["contig", "start", "end"]].itertuples(index=False)
    return [{(contig, place % len(genome[contig])) for place in range(start, end)} for contig, start, end in rows]


def shares(codes):
    return [sum(letter in "GC" for letter in decode(row)) / LENGTH for row in codes]


@pytest.mark.parametrize("circular", [False, True])
def test_background_is_matched_and_apart(circular):
    genome, intervals, positives = made(circular)
    codes, arcs = window_sequences(positives, genome), arcs_of_windows(positives, genome, intervals)
    drawn, drawn_arcs, missing = draw_background(positives, codes, arcs, genome, intervals, np.random.default_rng(2))
    assert missing < 0.03 * len(positives) and len(drawn) + missing == len(positives) > 100
    own = window_sequences(drawn, genome)
    assert (own < 4).all() and (arcs_of_windows(drawn, genome, intervals) == drawn_arcs).all()
    wanted, found = (
        pd.Series(list(zip(of, (np.floor(np.round(np.array(gc) * 20, 9)).clip(0, 19)), strict=True))).value_counts()
        for of, gc in ((arcs, shares(codes)), (drawn_arcs, shares(own)))
    )
    assert (wanted.reindex(found.index) >= found).all() and found.sum() == len(drawn)
    taken = set().union(*bases(positives, genome))
    assert all(taken.isdisjoint(window) for window in bases(drawn, genome))
    assert not drawn.duplicated(["contig", "start", "strand"]).any()
    assert drawn["strand"].value_counts(normalize=True).min() > 0.4 and set(drawn["contig"]) == {"a", "b"}


def test_the_place_is_uniform():
    """Without constraint by GC, windows fall on all places alike."""
    rng = np.random.default_rng(3)
    genome = {"a": Contig("a", rng.integers(4, size=20_000).astype(np.uint8))}
    intervals = split_genome(genome, "60/20/20")
    positives = pd.DataFrame([("a", 0, LENGTH, "+", "p")], columns=COLUMNS)
    codes = np.tile(window_sequences(positives, genome), (400, 1))
    arcs = np.repeat(arcs_of_windows(positives, genome, intervals), 400)
    drawn, _, missing = draw_background(positives, codes, arcs, genome, intervals, rng)
    assert missing == 0 and drawn["start"].min() >= LENGTH
    halves = (drawn["start"] < 10_000).mean()
    assert 0.4 < halves < 0.6


def test_a_genome_without_such_gc_is_said_to_lack_it():
    genome = {"a": Contig("a", np.zeros(5000, np.uint8))}
    genome["a"].tokens[100:150] = 2
    positives = pd.DataFrame([("a", 100, 150, "+", "p")], columns=COLUMNS)
    codes, intervals = window_sequences(positives, genome), split_genome(genome, "60/20/20")
    drawn, _, missing = draw_background(positives, codes, np.array([0]), genome, intervals, np.random.default_rng(1))
    assert drawn.empty and missing == 1


@pytest.mark.parametrize("circular", [False, True])
def test_overlap_is_that_of_the_bases(circular):
    genome = {"a": Contig("a", np.zeros(60, np.uint8), circular)}
    positives = pd.DataFrame([("a", start, start + 10, "+", "") for start in (5, 9, 40, 50)], columns=COLUMNS)
    taken, starts = set().union(*bases(positives, genome)), np.arange(60 if circular else 51)
    wanted = [any(("a", (start + step) % 60) in taken for step in range(10)) for start in starts]
    assert _overlaps(starts, _taken(positives, genome)["a"], 10).tolist() == wanted
    assert sum(wanted) < len(wanted)


def test_bins_of_gc():
    codes = np.zeros((4, 40), np.uint8)
    codes[1, :1], codes[2, :2], codes[3, :] = 2, 3, 2
    assert gc_bin(codes).tolist() == [0, 0, 1, 19]
