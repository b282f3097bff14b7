"""Negative sequences drawn from the genome, as rich in GC as the positive ones."""

import numpy as np
import pandas as pd

from attentome.genome.contigs import BASES, UNKNOWN
from attentome.inputs.genome_windows import COLUMNS, arcs_of_windows, window_sequences

GC_BINS = 20
"""Bins of equal width between no GC and GC alone."""
BATCH, ROUNDS = 4096, 100
"""Minimum number of windows drawn at once, and rounds of drawing after which what is not found is left out."""
RULE = (
    f"for each positive sequence a window of the genome of the same length, arc and bin of GC ({100 // GC_BINS} % wide)"
    ", place and strand at random, without N, without a base in common with a positive window on either strand"
)


def gc_bin(sequences):
    """Bin of GC of each sequence.

    Parameters
    ----------
    sequences : ndarray of uint8, shape (n, length)
        Codes.

    Returns
    -------
    ndarray of int, shape (n,)
        0 to ``GC_BINS - 1``; a share on a border is in the upper bin.
    """
    strong = (sequences == BASES.index("G")) | (sequences == BASES.index("C"))
    return np.minimum(strong.sum(axis=1) * GC_BINS // sequences.shape[1], GC_BINS - 1)


def draw_background(positives, sequences, arcs, genome, intervals, rng):
    """Draw a window for each positive one (:data:`RULE`).

    Parameters
    ----------
    positives : DataFrame
        Table of all positive windows (:mod:`attentome.inputs.genome_windows`), also of those that were dropped; all of
        one length.
    sequences : ndarray of uint8, shape (n, length)
        Of the positive windows to match.
    arcs : ndarray of int, shape (n,)
        Of the positive windows to match (:func:`attentome.inputs.genome_windows.arcs_of_windows`).
    genome : dict of str to Contig
    intervals : list of Interval
        The arcs.
    rng : numpy.random.Generator

    Returns
    -------
    windows : DataFrame
        No two are the same; they may overlap each other.
    arcs : ndarray of int, shape (len(windows),)
    missing : int
        Number of windows to match for which none was found.
    """
    length = sequences.shape[1]
    wanted = pd.Series(1, index=pd.MultiIndex.from_arrays([arcs, gc_bin(sequences)])).groupby(level=[0, 1]).sum()
    wanted = wanted.to_dict()
    taken = _taken(positives, genome)
    free, rows, found_arcs, seen = _starts(genome, length), [], [], set()
    for _ in range(ROUNDS):
        if not sum(wanted.values()):
            break
        some = _draw(max(BATCH, len(positives)), free, length, taken, rng)
        if some.empty:
            continue
        codes, places = window_sequences(some, genome), arcs_of_windows(some, genome, intervals)
        clean = (codes < UNKNOWN).all(axis=1)
        for window, arc, bin_, good in zip(some.itertuples(index=False), places, gc_bin(codes), clean, strict=True):
            if good and wanted.get((arc, bin_), 0) and window not in seen:
                wanted[arc, bin_] -= 1
                seen.add(window)
                rows.append(window)
                found_arcs.append(arc)
    windows = pd.DataFrame(rows, columns=COLUMNS)
    windows["name"] = [f"background_{number}" for number in range(1, len(rows) + 1)]
    return windows, np.array(found_arcs, int), sum(wanted.values())


def _starts(genome, length):
    """Number of places of a window on each contig."""
    return {
        name: (len(contig) if contig.circular else len(contig) - length + 1)
        for name, contig in genome.items()
        if len(contig) >= length
    }


def _taken(positives, genome):
    """Starts of the positive windows by contig, sorted; of a circular contig also one round before and after."""
    found = {name: np.zeros(0, int) for name in genome}
    for name, starts in positives.groupby("contig", sort=False)["start"]:
        starts, size = starts.to_numpy(), len(genome[name])
        found[name] = np.sort(
            np.concatenate([starts - size, starts, starts + size] if genome[name].circular else [starts])
        )
    return found


def _overlaps(starts, taken, length):
    """Whether windows that begin at ``starts`` share a base with windows that begin at the sorted ``taken``."""
    ends = np.concatenate([taken, [np.iinfo(np.int64).max]])
    following = ends[np.searchsorted(taken, starts - length, "right")]
    return following < starts + length


def _draw(number, free, length, taken, rng):
    """Windows at random places and strands that share no base with positive ones."""
    contigs, sizes = list(free), np.array(list(free.values()))
    place = rng.integers(sizes.sum(), size=number)
    signs = np.where(rng.integers(2, size=number) == 1, "-", "+")
    which = np.searchsorted(np.cumsum(sizes), place, "right")
    starts = place - (np.cumsum(sizes) - sizes)[which]
    some = pd.DataFrame(
        {
            "contig": np.array(contigs, object)[which],
            "start": starts,
            "end": starts + length,
            "strand": signs.astype(object),
            "name": "",
        }
    )
    overlap = np.zeros(number, bool)
    for place, contig in enumerate(contigs):
        rows = which == place
        overlap[rows] = _overlaps(starts[rows], taken[contig], length)
    return some[~overlap]
