"""Intervals of the genome that train, validate and test, and values along them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.genome.strands import STRANDS, stream_key
from attentome.io.schemas.labels import SPLIT

ARCS = ("train", "validation", "test")


@dataclass(frozen=True)
class CutPoints:
    """Published cut points of one genome of one contig.

    Attributes
    ----------
    length : int
        Of the genome, nt.
    arcs : dict of str to (int, int)
        ``test`` and ``validation``: start and end, 0-based, half-open; the rest is for training.
    """

    length: int
    arcs: dict


def read_cut_points(path):
    """Read the published cut points.

    Parameters
    ----------
    path : str, Path or None
        TSV such as assets/cut_points.tsv: ``split`` (name), ``length``, ``arc``, ``start``, ``end``; None: none.

    Returns
    -------
    dict of str to CutPoints
    """
    if path is None:
        return {}
    found = {}
    for row in pd.read_csv(path, sep="\t").itertuples():
        found.setdefault(row.split, CutPoints(int(row.length), {})).arcs[row.arc] = (int(row.start), int(row.end))
    return found


@dataclass(frozen=True)
class Interval:
    """A stretch of one contig, both strands: 0-based, half-open, ``start < end <= length``."""

    arc: str
    contig: str
    start: int
    end: int

    def __len__(self):
        return self.end - self.start


def split_genome(genome, split, cut_points=None):
    """Cut the genome into contiguous arcs.

    The contigs are laid end to end in file order. Half of the training share precedes the test arc, so that with
    ``70/20/10`` the order along the genome is: training, test, validation, training. The training arc of a single
    circular contig thus crosses the origin.

    Parameters
    ----------
    genome : dict of str to Contig
    split : str
        ``train/test/validation`` in percent, such as ``70/20/10``, or a name in ``cut_points``.
    cut_points : dict of str to CutPoints, optional
        Of :func:`read_cut_points`.

    Returns
    -------
    list of Interval
        They cover every position of every contig once.

    Raises
    ------
    ValueError
        If the percentages do not add up to 100 or the cut points are of another genome.
    """
    total = sum(len(contig) for contig in genome.values())
    published = (cut_points or {}).get(split)
    if published:
        if len(genome) != 1 or total != published.length:
            raise ValueError(
                f"--split {split} needs one contig of {published.length:,} nt; this genome has "
                f"{len(genome)} of {total:,} nt together: use percentages such as 70/20/10"
            )
        cuts = [(arc, *published.arcs[arc]) for arc in ("test", "validation")]
    else:
        train, test, validation = _percentages(split, cut_points)
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


def read_shares(split, cut_points=None):
    """Shares of the arcs, where sequences are divided that do not lie on a genome.

    Parameters
    ----------
    split : str
        ``train/test/validation`` in percent, such as ``70/20/10``.
    cut_points : dict of str to CutPoints, optional
        Named in the message.

    Returns
    -------
    dict of str to float
        Share of each of :data:`ARCS`; they sum to 1.

    Raises
    ------
    ValueError
        If the percentages cannot be read or do not add up to 100.
    """
    train, test, validation = _percentages(split, cut_points)
    return {"train": train / 100, "validation": validation / 100, "test": test / 100}


def _percentages(split, cut_points):
    """Training, test and validation in percent."""
    try:
        train, test, validation = (float(part) for part in split.split("/"))
    except ValueError:
        raise ValueError(
            f"--split {split!r}: expected train/test/validation percentages such as 70/20/10, "
            f"or the name of published cut points ({', '.join(cut_points or ()) or 'none are given'})"
        ) from None
    if min(train, test, validation) <= 0 or abs(train + test + validation - 100) > 1e-6:
        raise ValueError(f"--split {split!r}: the three percentages must be positive and add up to 100")
    return train, test, validation


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
