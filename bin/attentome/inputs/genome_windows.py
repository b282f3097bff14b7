"""Windows of the genome around a user's intervals or around curated TSSs.

A table of windows has the columns ``contig``, ``start``, ``end`` (0-based, half-open, genomic), ``strand`` (+ or -) and
``name``. On a circular contig ``start`` lies on the contig and ``end`` may exceed its length. A window is placed in the
reading direction of its strand, so that the other strand of the genome gives the mirror image.
"""

from bisect import bisect_right

import numpy as np
import pandas as pd

from attentome.genome.arcs import ARCS
from attentome.genome.contigs import interval_to_stream
from attentome.genome.strands import strand_of
from attentome.io.faults import Fault, known_names
from attentome.io.text import text_fault, text_lines
from attentome.sites.readers.rows import RowFault, strand_sign, whole_number

COLUMNS = ["contig", "start", "end", "strand", "name"]
LEAVES_CONTIG = "leaves its linear contig"
SAME_WINDOW = "same window as another one"
"""Reasons for which a window is dropped."""


def read_intervals(path, genome):
    """Read BED6 (0-based, half-open).

    Parameters
    ----------
    path : str or Path
        Gzip-compressed or not; comment, ``track`` and ``browser`` lines are skipped.
    genome : dict of str to Contig

    Returns
    -------
    intervals : DataFrame
        The columns of a table of windows, in the order of the file.
    faults : list of Fault
        Rows without a strand, without a valid interval, on unknown contigs, or off the genome.
    """
    unreadable = text_fault(path)
    rows, faults = [], [unreadable] if unreadable else []
    for number, line in () if unreadable else text_lines(path):
        if line.startswith(("#", "track", "browser")):
            continue
        try:
            rows.append(_interval(line, genome))
        except RowFault as fault:
            faults.append(Fault(number, *fault.args))
    if not rows and not faults:
        faults.append(Fault(None, "holds no intervals", "give BED6: contig, start, end, name, score, strand"))
    return pd.DataFrame(rows, columns=COLUMNS), faults


def _interval(line, genome):
    fields = line.split("\t") if "\t" in line else line.split()
    if len(fields) < 6:
        raise RowFault(
            f"has {len(fields)} columns, so no strand",
            "give BED6 separated by tabs: contig, start, end, name, score, strand",
        )
    contig, start, end = fields[0], whole_number(fields[1], "start"), whole_number(fields[2], "end")
    if start >= end:
        raise RowFault(f"start {start} is not before end {end}", "BED intervals are 0-based and half-open")
    if contig not in genome:
        raise RowFault(f"unknown contig '{contig}'", f"the genome has {known_names(genome)}")
    if end > len(genome[contig]):
        raise RowFault(
            f"end {end} lies beyond the end of {contig} ({len(genome[contig])} nt)",
            "give intervals on the coordinates of this genome",
        )
    return contig, start, end, strand_sign(fields[5]), fields[3]


def centred_windows(intervals, genome, length):
    """Windows of one length centred on intervals.

    Parameters
    ----------
    intervals : DataFrame
        Of :func:`read_intervals`.
    genome : dict of str to Contig
    length : int
        nt. In reading direction, base ``length // 2`` (from 0) of the window is base ``n // 2`` of an interval of n nt.

    Returns
    -------
    windows : DataFrame
    dropped : dict of str to int
        Number of windows by reason.
    """
    middle = _in_stream(intervals, genome, lambda start, end: (start + end) // 2)
    return _windows(intervals, genome, middle - length // 2, length)


def tss_windows(sites, genome, upstream, downstream):
    """Windows around TSSs: ``upstream`` nt before the TSS, and ``downstream`` nt from the TSS (base +1) on.

    Parameters
    ----------
    sites : DataFrame
        Intervals of one base, the TSS.
    genome : dict of str to Contig
    upstream, downstream : int
        nt. The window [-80, +20) is 80 and 20: bases -80 to -1 and +1 to +20.

    Returns
    -------
    windows : DataFrame
    dropped : dict of str to int

    Raises
    ------
    ValueError
        If a site is longer than one base.
    """
    if (sites["end"] - sites["start"] != 1).any():
        raise ValueError("a TSS is one base: give intervals of 1 nt, or the intervals as --positives")
    return _windows(sites, genome, _in_stream(sites, genome, lambda start, _: start) - upstream, upstream + downstream)


def _in_stream(intervals, genome, place):
    """``place(start, end)`` of each interval in stream coordinates."""
    rows = intervals[["contig", "start", "end", "strand"]].itertuples(index=False)
    return np.array(
        [place(*interval_to_stream(a, b, len(genome[contig]), strand_of(sign))) for contig, a, b, sign in rows], int
    )


def _windows(intervals, genome, firsts, length):
    """Windows that begin at these stream positions; those that leave a linear contig or occur again are dropped."""
    windows = intervals[COLUMNS].copy()
    sizes = np.array([len(genome[contig]) for contig in windows["contig"]], int)
    circular = np.array([genome[contig].circular for contig in windows["contig"]], bool)
    starts = np.where(windows["strand"] == "+", firsts, sizes - firsts - length)
    windows["start"] = np.where(circular, starts % np.maximum(sizes, 1), starts)
    windows["end"] = windows["start"] + length
    inside = (length <= sizes) & (circular | ((starts >= 0) & (starts + length <= sizes)))
    again = windows.duplicated(["contig", "start", "strand"]).to_numpy()
    dropped = {LEAVES_CONTIG: int((~inside).sum()), SAME_WINDOW: int((inside & again).sum())}
    return windows[inside & ~again].reset_index(drop=True), dropped


def window_sequences(windows, genome):
    """Codes of windows in reading direction, uint8, shape (n, length).

    Parameters
    ----------
    windows : DataFrame
        One or more, of one length.
    genome : dict of str to Contig
    """
    found = []
    for contig, start, end, sign, _ in windows[COLUMNS].itertuples(index=False):
        strand = strand_of(sign)
        found.append(genome[contig].window(strand, *interval_to_stream(start, end, len(genome[contig]), strand)))
    return np.stack(found)


def arcs_of_windows(windows, genome, intervals):
    """Arc in which each window lies.

    Parameters
    ----------
    windows : DataFrame
    genome : dict of str to Contig
    intervals : list of Interval
        Arcs that cover the genome (:func:`attentome.genome.arcs.split_genome`).

    Returns
    -------
    ndarray of int, shape (n,)
        Index into :data:`attentome.genome.arcs.ARCS`; -1 where a window crosses a border between arcs.
    """
    parts = {name: [] for name in genome}
    for part in sorted(intervals, key=lambda part: part.start):
        parts[part.contig].append(part)
    firsts = {name: [part.start for part in of_contig] for name, of_contig in parts.items()}
    found = np.full(len(windows), -1)
    for row, (contig, start, end) in enumerate(windows[["contig", "start", "end"]].itertuples(index=False)):
        size = len(genome[contig])
        first, last = (bisect_right(firsts[contig], place % size) - 1 for place in (start, end - 1))
        crossed = parts[contig][first : last + 1] if end <= size else parts[contig][first:] + parts[contig][: last + 1]
        arcs = {part.arc for part in crossed}
        if len(arcs) == 1:
            found[row] = ARCS.index(arcs.pop())
    return found
