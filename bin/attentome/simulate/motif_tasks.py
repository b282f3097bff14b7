"""Simulated classification tasks with planted motifs and known truth (Koo & Ploenzke 2021, tasks 1 and 3).

Koo & Ploenzke 2021, Nat. Mach. Intell. 3:258, doi:10.1038/s42256-020-00291-x; the rules are those of their released
code. A sequence is made in four steps:

1. How many motifs it holds is drawn with the probabilities :data:`COUNT_SHARES`.
2. The motifs are drawn uniformly, with replacement, from the motifs and their reverse complements. If they do not fit
   into the sequence, steps 1 and 2 are repeated.
3. k motifs have k + 1 gaps: uniform draws, scaled to fill the sequence and rounded, drawn again until they add up.
4. Each base is drawn from its column of the matrix so assembled, the *embedded matrix*: the column of a motif, or the
   uniform one in a gap.

The truth is kept: which motif stands where on which strand, and the information of each column of the embedded matrix.
Sequences are codes (:data:`attentome.genome.contigs.BASES`); positions are 0-based, intervals half-open.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.genome.labelled_sequences import PARTS, LabelledSequences
from attentome.motifs.matrices import CODES, column_bits, reverse_complement

COUNT_SHARES = (0.5, 0.25, 0.17, 0.05, 0.03)
"""Probabilities of the smallest number of motifs in a sequence, of one more, and so on."""
FEWEST_TASK1, FEWEST_TASK3 = 1, 3
MAX_DRAWS = 1000
"""Rounds of drawing after which motifs are said not to fit into the sequences."""


def simulate_task1(motifs, sequences=30_000, length=200, seed=0, split=(0.7, 0.1, 0.2)):
    """Simulate task 1: which motifs does a sequence hold?

    Parameters
    ----------
    motifs : list of Motif
        One class each: a sequence belongs to it if it holds the motif or its reverse complement. The paper has 12.
    sequences : int
    length : int
        nt.
    seed : int
        Same seed, motifs and sizes: same bytes.
    split : (float, float, float)
        Shares of training, validation and test; drawn at random.

    Returns
    -------
    LabelledSequences
        1 to 5 motifs per sequence; the classes are the motifs' ids.

    Raises
    ------
    ValueError
        If there are no motifs or two of one id, the shares do not sum to 1, or the motifs do not fit.
    """
    rng = np.random.default_rng([seed, 1])
    placed = _place(_Pool(motifs), sequences, FEWEST_TASK1, length, rng)
    labels = np.zeros((sequences, len(motifs)), np.uint8)
    labels[placed.sequence, placed.motif] = 1
    return _task([placed], labels, [motif.id for motif in motifs], length, split, rng)


def simulate_task3(positives, decoys, sequences=20_000, length=200, seed=0, split=(0.7, 0.1, 0.2)):
    """Simulate task 3, the regulatory code: does a sequence hold positive motifs only?

    A negative sequence holds as many motifs, drawn from the positive ones and the decoys together. So no positive motif
    decides the class; the set of motifs does. As published, a negative sequence may by chance hold positive motifs
    only: with P positive motifs and D decoys, and k motifs, with probability (P / (P + D))^k.

    Parameters
    ----------
    positives : list of Motif
        The paper has 5.
    decoys : list of Motif
        The paper has 50; see :func:`attentome.simulate.decoys.choose_decoys`.
    sequences : int
        The first half (rounded down) is positive.
    length, seed, split
        As for :func:`simulate_task1`.

    Returns
    -------
    LabelledSequences
        3 to 7 motifs per sequence; the only class is ``positive``.

    Raises
    ------
    ValueError
        As :func:`simulate_task1`; or if there are no decoys.
    """
    if not decoys:
        raise ValueError("task 3 has no decoys; give more motifs, or a lower limit of the E-value that removes them")
    rng = np.random.default_rng([seed, 3])
    half = sequences // 2
    placed = [
        _place(_Pool(positives), half, FEWEST_TASK3, length, rng),
        _place(_Pool([*positives, *decoys]), sequences - half, FEWEST_TASK3, length, rng),
    ]
    labels = (np.arange(sequences) < half).astype(np.uint8)[:, None]
    return _task(placed, labels, ["positive"], length, split, rng)


def embedded_matrices(task, motifs, rows):
    """Embedded matrices of some sequences, assembled again from what was planted.

    Parameters
    ----------
    task : LabelledSequences
    motifs : list of Motif
        All that were planted, in any order.
    rows : sequence of int
        Rows of the sequences.

    Returns
    -------
    ndarray of float, shape (len(rows), length, 4)
        Frequencies of A, C, G, T.
    """
    by_id = {motif.id: motif.frequencies for motif in motifs}
    found = np.full((len(rows), task.sequences.shape[1], 4), 0.25)
    planted = dict(list(task.planted.groupby("sequence")))
    for matrix, row in zip(found, rows, strict=True):
        for _, start, end, motif, strand in planted[row].itertuples(index=False):
            matrix[start:end] = by_id[motif] if strand == "+" else reverse_complement(by_id[motif])
    return found


class _Pool:
    """Motifs, then their reverse complements; their columns in one array after the uniform column."""

    def __init__(self, motifs):
        ids = [motif.id for motif in motifs]
        if not ids:
            raise ValueError("there are no motifs to plant; give a motif file with one or more")
        if len(set(ids)) < len(ids):
            raise ValueError(f"motif {max(ids, key=ids.count)} is there twice; give each id once")
        matrices = [motif.frequencies for motif in motifs]
        matrices += [reverse_complement(matrix) for matrix in matrices]
        self.ids = ids
        self.columns = np.concatenate([np.full((1, 4), 0.25), *matrices])
        self.widths = np.array([len(matrix) for matrix in matrices])
        self.first = 1 + np.cumsum([0, *self.widths[:-1]])


@dataclass(frozen=True, eq=False)
class _Placed:
    """Motifs placed in sequences: row, motif, strand (0 or 1), start and end of each; then what is drawn from them."""

    sequence: np.ndarray
    motif: np.ndarray
    reverse: np.ndarray
    start: np.ndarray
    end: np.ndarray
    codes: np.ndarray
    bits: np.ndarray
    ids: list


def _place(pool, n, fewest, length, rng):
    """Steps 1 to 4 of the module's rule for n sequences."""
    counts, drawn = _draw_motifs(pool, n, fewest, length, rng)
    widths = np.where(drawn >= 0, pool.widths[drawn], 0)
    gaps = _draw_gaps(counts, drawn.shape[1], length - widths.sum(axis=1), rng)
    starts = np.cumsum(gaps[:, :-1], axis=1) + np.cumsum(widths, axis=1) - widths
    sequence, place = np.nonzero(drawn >= 0)
    found, start = drawn[sequence, place], starts[sequence, place]
    width = pool.widths[found]
    column = np.zeros((n, length), np.int32)
    step = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
    column[np.repeat(sequence, width), np.repeat(start, width) + step] = np.repeat(pool.first[found], width) + step
    summed = np.cumsum(pool.columns, axis=1)[:, :3].astype(np.float32)
    draws = rng.random((n, length), np.float32)
    base = sum((draws >= summed[column, letter]).astype(np.uint8) for letter in range(3))
    bits = column_bits(pool.columns).astype(np.float32)[column]
    n_motifs = len(pool.ids)
    return _Placed(sequence, found % n_motifs, found // n_motifs, start, start + width, CODES[base], bits, pool.ids)


def _draw_motifs(pool, n, fewest, length, rng):
    """Number of motifs of each sequence, and the motifs, shape (n, most), -1 after the last."""
    most = fewest + len(COUNT_SHARES) - 1
    counts, drawn = np.zeros(n, np.int64), np.full((n, most), -1)
    left = np.arange(n)
    for _ in range(MAX_DRAWS):
        number = fewest + rng.choice(len(COUNT_SHARES), len(left), p=COUNT_SHARES)
        some = rng.integers(len(pool.widths), size=(len(left), most))
        some[np.arange(most) >= number[:, None]] = -1
        fits = np.where(some >= 0, pool.widths[some], 0).sum(axis=1) < length
        counts[left[fits]], drawn[left[fits]] = number[fits], some[fits]
        left = left[~fits]
        if len(left) == 0:
            return counts, drawn
    raise ValueError(f"{fewest} or more motifs do not fit into {length} nt; give longer sequences or shorter motifs")


def _draw_gaps(counts, most, free, rng):
    """Gaps before, between and after the motifs of each sequence, shape (n, most + 1); they sum to ``free``."""
    gaps = np.zeros((len(counts), most + 1), np.int64)
    left = np.arange(len(counts))
    while len(left):
        draws = rng.random((len(left), most + 1))
        draws[np.arange(most + 1) > counts[left, None]] = 0
        some = np.round(draws / draws.sum(axis=1, keepdims=True) * free[left, None]).astype(np.int64)
        whole = some.sum(axis=1) == free[left]
        gaps[left[whole]] = some[whole]
        left = left[~whole]
    return gaps


def _task(placed, labels, classes, length, split, rng):
    """Join what was placed, and draw the parts."""
    if len(split) != len(PARTS) or min(split) < 0 or abs(sum(split) - 1) > 1e-9:
        raise ValueError(f"shares of {', '.join(PARTS)} are {split}; give three numbers of 0 or more that sum to 1")
    tables, first = [], 0
    for some in placed:
        table = {
            "sequence": some.sequence + first,
            "start": some.start,
            "end": some.end,
            "motif": np.array(some.ids, object)[some.motif],
            "strand": np.where(some.reverse == 1, "-", "+").astype(object),
        }
        tables.append(pd.DataFrame(table))
        first += len(some.codes)
    part = np.zeros(len(labels), np.uint8)
    cuts = np.round(np.cumsum(split)[:-1] * len(labels)).astype(int)
    for number, rows in enumerate(np.split(rng.permutation(len(labels)), cuts)):
        part[rows] = number
    codes, bits = (np.concatenate([getattr(some, name) for some in placed]) for name in ("codes", "bits"))
    return LabelledSequences(codes, labels, part, classes, bits, pd.concat(tables, ignore_index=True))
