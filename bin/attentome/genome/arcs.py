"""Intervals of the genome that train, validate and test, and values along them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.genome.strands import STRANDS, stream_key
from attentome.io.schemas.labels import SPLIT

ARCS = ("train", "validation", "test")
PRESET_ARCS = {
    # Published cut points (Clauwaert et al. 2021): test, validation, and the rest for training.
    "ecoli_k12": {"length": 4641652, "test": (2738785, 3667115), "validation": (3667115, 4131280)},
}


@dataclass(frozen=True)
class Interval:
    """A stretch of one contig, both strands: 0-based, half-open, ``start < end <= length``."""

    arc: str
    contig: str
    start: int
    end: int

    def __len__(self):
        return self.end - self.start


def split_genome(genome, split):
    """Cut the genome into contiguous arcs.

    The contigs are laid end to end in file order. Half of the training share precedes the test arc, so that with
    ``70/20/10`` the order along the genome is: training, test, validation, training. The training arc of a single
    circular contig thus crosses the origin.

    Parameters
    ----------
    genome : dict of str to Contig
    split : str
        ``train/test/validation`` in percent, such as ``70/20/10``, or the name of a preset with published cut points.

    Returns
    -------
    list of Interval
        They cover every position of every contig once.

    Raises
    ------
    ValueError
        If the percentages do not add up to 100 or a preset does not fit the genome.
    """
    total = sum(len(contig) for contig in genome.values())
    if split in PRESET_ARCS:
        preset = PRESET_ARCS[split]
        if len(genome) != 1 or total != preset["length"]:
            raise ValueError(
                f"--split {split} needs one contig of {preset['length']:,} nt; this genome has "
                f"{len(genome)} of {total:,} nt together: use percentages such as 70/20/10"
            )
        cuts = [("test", *preset["test"]), ("validation", *preset["validation"])]
    else:
        try:
            train, test, validation = (float(part) for part in split.split("/"))
        except ValueError:
            raise ValueError(
                f"--split {split!r}: expected train/test/validation percentages such as 70/20/10, "
                f"or one of {', '.join(PRESET_ARCS)}"
            ) from None
        if min(train, test, validation) <= 0 or abs(train + test + validation - 100) > 1e-6:
            raise ValueError(f"--split {split!r}: the three percentages must be positive and add up to 100")
        first = round(total * train / 200)
        second = first + round(total * test / 100)
        cuts = [("test", first, second), ("validation", second, second + round(total * validation / 100))]
    cuts = sorted([("train", 0, cuts[0][1]), *cuts, ("train", cuts[-1][2], total)], key=lambda cut: cut[1])
    intervals = []
    offset = 0
    for contig in genome.values():
        for arc, start, end in cuts:
            start, end = max(start, offset) - offset, min(end, offset + len(contig)) - offset
            if start < end:
                intervals.append(Interval(arc, contig.name, start, end))
        offset += len(contig)
    return intervals


def split_table(intervals, labels):
    """The arcs as a table: arc, contig, start, end, positions (both strands), sites (labels on both strands)."""
    rows = []
    for part in intervals:
        n = sum(int(labels[stream_key(part.contig, strand)][part.start : part.end].sum()) for strand in STRANDS)
        rows.append((part.arc, part.contig, part.start, part.end, 2 * len(part), n))
    return pd.DataFrame(rows, columns=list(SPLIT.columns))


def read_split(table, arc=None):
    """Convert rows of ``split.tsv`` to intervals, of one arc or of all."""
    return [
        Interval(row.arc, row.contig, int(row.start), int(row.end))
        for row in table.itertuples()
        if arc in (None, row.arc)
    ]


def arc_values(arrays, intervals):
    """Values of all positions of an arc, both strands of each interval, plus before minus.

    Parameters
    ----------
    arrays : dict of str to ndarray
        As read from a file: ``<contig>.<strand>`` to values by genomic position.
    intervals : list of Interval

    Returns
    -------
    ndarray, shape (n,)
        The order is that of :func:`arc_positions`.
    """
    return np.concatenate(
        [arrays[stream_key(part.contig, strand)][part.start : part.end] for part in intervals for strand in STRANDS]
    )


def arc_positions(intervals):
    """Positions of the values of :func:`arc_values`.

    Returns
    -------
    contig : ndarray of str
    strand : ndarray of str
        plus or minus.
    position : ndarray of int64
        Genomic, 0-based. All of shape (n,).
    """
    contig, strand, position = [], [], []
    for part in intervals:
        for name in STRANDS:
            contig.append(np.full(len(part), part.contig))
            strand.append(np.full(len(part), name))
            position.append(np.arange(part.start, part.end))
    return np.concatenate(contig), np.concatenate(strand), np.concatenate(position)
