"""Labels of every nucleotide of both strands, and the arcs of the genome that train, validate and test.

A site at genomic position p is labelled ``label_shift`` nt downstream, where the network is asked: at p + shift on the
plus strand, p - shift on the minus strand. On a circular contig the shift goes over the origin; on a linear contig a
site whose label would lie beyond the end is lost and counted. Positions are 0-based, intervals half-open.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.formats import STRAND_SIGN, STRANDS

ARCS = ("train", "validation", "test")
PRESET_ARCS = {
    # Published cut points (Clauwaert et al. 2021): test, validation, and the rest for training.
    "ecoli_k12": {"length": 4641652, "test": (2738785, 3667115), "validation": (3667115, 4131280)},
}


def label_genome(genome, sites, label_shift):
    """Label every nucleotide of both strands.

    Parameters
    ----------
    genome : dict of str to Contig
    sites : DataFrame
        Columns ``contig, start, strand``; ``start`` is the TSS, 0-based.
    label_shift : int
        Downstream distance of the label from the TSS, nt.

    Returns
    -------
    labels : dict of (contig, strand) to ndarray of uint8, shape (length,)
        1 at the labelled positions; index = genomic position. ``strand`` is plus or minus.
    lost : int
        Sites of linear contigs whose label would lie beyond the end.
    """
    labels = {}
    lost = 0
    for contig in genome.values():
        for strand in STRANDS:
            here = sites[(sites.contig == contig.name) & (sites.strand == STRAND_SIGN[strand])]
            position = query_position(here.start.to_numpy(), strand, label_shift)
            if contig.circular:
                position = position % len(contig)
            inside = (position >= 0) & (position < len(contig))
            lost += int((~inside).sum())
            array = np.zeros(len(contig), np.uint8)
            array[position[inside]] = 1
            labels[contig.name, strand] = array
    return labels, lost


def auxiliary_labels(genome, sets, label_shift):
    """Labels of each set's own sites, which training may learn beside the curated ones.

    Parameters
    ----------
    genome : dict of str to Contig
    sets : dict of str to DataFrame
        Name to sites, as in :func:`label_genome`.
    label_shift : int
        nt.

    Returns
    -------
    dict of str to ndarray of uint8, shape (length,)
        ``<set>/<contig>.<strand>`` to labels by genomic position.
    """
    return {f"{name}/{stream_key(*stream)}": array for name, sites in sets.items()
            for stream, array in label_genome(genome, sites, label_shift)[0].items()}


def split_sets(arrays):
    """Arrays of :func:`auxiliary_labels` set by set: dict of name to dict of ``<contig>.<strand>`` to labels."""
    sets = {}
    for key in sorted(arrays):
        name, _, stream = key.partition("/")
        sets.setdefault(name, {})[stream] = arrays[key]
    return sets


def rotate_labels(labels, share):
    """Labels moved along each contig, both strands by the same way, over its end to its beginning.

    How many there are and how far apart stays as it is; what they have to do with the sequence is gone.

    Parameters
    ----------
    labels : dict of str to ndarray
        Anything by genomic position.
    share : float
        How far, as a share of each contig's length.

    Returns
    -------
    dict of str to ndarray
    """
    return {key: np.roll(array, round(share * len(array))) for key, array in labels.items()}


def query_position(tss, strand, label_shift):
    """Genomic position of the query of a TSS (0-based): downstream by ``label_shift`` nt. May lie off the contig."""
    return tss + label_shift if strand == "plus" else tss - label_shift


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

    The contigs are laid end to end in file order; the test arc begins at the middle of the first contig's length
    fraction that is left to training, so that with ``70/20/10`` the order along the genome is: training, test,
    validation, training. A circular contig's training arc thus goes over the origin.

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
            raise ValueError(f"--split {split} needs one contig of {preset['length']:,} nt; this genome has "
                             f"{len(genome)} of {total:,} nt together: use percentages such as 70/20/10")
        cuts = [("test", *preset["test"]), ("validation", *preset["validation"])]
    else:
        try:
            train, test, validation = (float(part) for part in split.split("/"))
        except ValueError:
            raise ValueError(f"--split {split!r}: expected train/test/validation percentages such as 70/20/10, "
                             f"or one of {', '.join(PRESET_ARCS)}") from None
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
        n = sum(int(labels[part.contig, strand][part.start:part.end].sum()) for strand in STRANDS)
        rows.append((part.arc, part.contig, part.start, part.end, 2 * len(part), n))
    return pd.DataFrame(rows, columns=["arc", "contig", "start", "end", "positions", "sites"])


def read_split(table, arc=None):
    """Rows of ``split.tsv`` as intervals, of one arc or of all."""
    return [Interval(row.arc, row.contig, int(row.start), int(row.end))
            for row in table.itertuples() if arc in (None, row.arc)]


def stream_key(contig, strand):
    """Name of a stream's array in a file: ``<contig>.plus`` or ``<contig>.minus``."""
    return f"{contig}.{strand}"


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
    return np.concatenate([arrays[stream_key(part.contig, strand)][part.start:part.end]
                           for part in intervals for strand in STRANDS])


def arc_positions(intervals):
    """Where the values of :func:`arc_values` lie.

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
