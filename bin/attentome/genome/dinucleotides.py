"""Shuffle sequences so that every dinucleotide stays as frequent as it was.

Altschul & Erickson 1985, Mol. Biol. Evol. 2:526, doi:10.1093/oxfordjournals.molbev.a040370. A sequence is a walk that
uses each of its dinucleotides (edges between bases) once. For every base but the final one, the edge by which the walk
leaves it for the last time is drawn; the draw is repeated until these edges lead from every base to the final one. The
other edges of a base are taken in random order. Every sequence with the same dinucleotides, first and last base is
equally likely.
"""

import numpy as np

from attentome.genome.contigs import BASES

BLOCK = 1024
"""Sequences shuffled at once; part of what a seed reproduces."""


def shuffle_dinucleotides(sequences, rng):
    """Shuffle each sequence once.

    Parameters
    ----------
    sequences : ndarray of uint8, shape (n, length)
        Codes of A, T, C, G; length of 1 or more.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8, shape (n, length)
        First base, last base and number of each dinucleotide are those of the input.

    Raises
    ------
    ValueError
        If a sequence holds N or positions outside its contig.
    """
    sequences = np.asarray(sequences, np.uint8)
    if sequences.size and sequences.max() >= len(BASES):
        raise ValueError("sequences with N cannot be shuffled; leave them out")
    blocks = [_shuffle(sequences[first : first + BLOCK], rng) for first in range(0, len(sequences), BLOCK)]
    return np.concatenate(blocks) if blocks else sequences.copy()


def _shuffle(sequences, rng):
    n, length = sequences.shape
    source, target = sequences[:, :-1].astype(np.intp), sequences[:, 1:].astype(np.intp)
    order = rng.random(source.shape)
    last = _last_edges(source, target, rng)
    row, base = np.nonzero(last >= 0)
    order[row, last[row, base]] = 2
    order = np.argsort(3 * source + order, axis=1)
    edges = np.take_along_axis(target, order, axis=1)
    counts = np.stack([(source == base).sum(axis=1) for base in range(len(BASES))], axis=1)
    place = np.cumsum(counts, axis=1) - counts
    shuffled, rows = np.empty_like(sequences), np.arange(n)
    here = sequences[:, 0].astype(np.intp)
    for step in range(length - 1):
        shuffled[:, step] = here
        edge = place[rows, here]
        place[rows, here] += 1
        here = edges[rows, edge]
    shuffled[:, -1] = here
    return shuffled


def _last_edges(source, target, rng):
    """Index of the edge by which each base is left for the last time, shape (n, 4); -1: no edge is reserved.

    Loops are left out of the draw: no walk to the final base can take a loop last.
    """
    n, bases = len(source), len(BASES)
    last = np.full((n, bases), -1)
    if source.shape[1] == 0:
        return last
    final = target[:, -1]
    left = np.arange(n)
    while len(left):
        draws = rng.random((len(left), source.shape[1]))
        goal, chosen = final[left], np.full((len(left), bases), -1)
        leads = np.repeat(goal[:, None], bases, axis=1)
        for base in range(bases):
            allowed = np.where((source[left] == base) & (target[left] != base), draws, -1)
            edge = allowed.argmax(axis=1)
            some = np.flatnonzero((allowed.max(axis=1) >= 0) & (goal != base))
            chosen[some, base] = edge[some]
            leads[some, base] = target[left[some], edge[some]]
        ends = leads
        for _ in range(bases - 1):
            ends = np.take_along_axis(leads, ends, axis=1)
        valid = (ends == goal[:, None]).all(axis=1)
        last[left[valid]] = chosen[valid]
        left = left[~valid]
    return last
