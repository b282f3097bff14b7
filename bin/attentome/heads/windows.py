"""The best windows of a head: their sequences, their repeats, their distances from known TSS."""

import numpy as np

from attentome.genome.contigs import UNKNOWN, to_stream
from attentome.genome.strands import STRANDS, sign_of, strand_of

SITE_TOLERANCE = 5
"""A window is at a known TSS if its anchor is at most this many nt from TSS + label shift."""
SAME_SEQUENCE = 0.8
"""Windows that agree in this share of their bases or more count as one."""


def window_tokens(genome, windows, low, high):
    """Bases of windows as read 5' to 3' on their strand.

    Parameters
    ----------
    genome : dict of str to Contig
    windows : DataFrame
        Columns ``contig``, ``strand`` (+ or -), ``anchor`` (0-based genomic position of d = 0).
    low, high : int
        Smallest and largest distance from the anchor, both included.

    Returns
    -------
    ndarray of uint8, shape (n, high - low + 1)
        Column 0 is d = ``high``, the last column is d = ``low``.
    """
    rows = []
    for contig, sign, anchor in zip(windows["contig"], windows["strand"], windows["anchor"], strict=True):
        strand = strand_of(sign)
        position = to_stream(int(anchor), len(genome[contig]), strand)
        rows.append(genome[contig].window(strand, position - high, position - low + 1))
    return np.array(rows, np.uint8).reshape(len(windows), high - low + 1)


def distinct_windows(tokens, same=SAME_SEQUENCE):
    """Mark the windows that differ from every earlier one that was kept.

    Parameters
    ----------
    tokens : ndarray of uint8, shape (n, columns)
        In order of rank.
    same : float
        Windows with this share of equal bases (N and outside never count as equal) or more are one.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    kept = []
    distinct = np.zeros(len(tokens), bool)
    for i, row in enumerate(tokens):
        known = row < UNKNOWN
        if all(((row == tokens[j]) & known).mean() < same for j in kept):
            kept.append(i)
            distinct[i] = True
    return distinct


def nearest_sites(windows, sites, genome, label_shift):
    """Find the known TSS nearest to each window, on its strand.

    Parameters
    ----------
    windows : DataFrame
        Columns ``contig``, ``strand``, ``anchor`` (0-based genomic position of d = 0).
    sites : DataFrame
        BED columns; ``start`` is the TSS, 0-based.
    genome : dict of str to Contig
    label_shift : int

    Returns
    -------
    (ndarray of int64, ndarray of float)
        0-based genomic position of the TSS (-1 where the contig's strand has none), and nt from TSS + label
        shift to the anchor in reading direction (negative: the anchor lies upstream of it; NaN where there is
        none).
    """
    nearest = np.full(len(windows), -1, np.int64)
    offset = np.full(len(windows), np.nan)
    groups = {key: group["start"].to_numpy() for key, group in sites.groupby(["contig", "strand"])}
    for row, (name, sign, anchor) in enumerate(
        zip(windows["contig"], windows["strand"], windows["anchor"], strict=True)
    ):
        positions = groups.get((name, sign))
        if positions is None:
            continue
        direction = 1 if sign == "+" else -1
        away = (int(anchor) - positions) * direction - label_shift
        contig = genome[name]
        if contig.circular:
            half = len(contig) // 2
            away = (away + half) % len(contig) - half
        best = int(np.abs(away).argmin())
        nearest[row], offset[row] = positions[best], away[best]
    return nearest, offset


def share_at_sites(sites, genome, label_shift, tolerance=SITE_TOLERANCE):
    """Share of all positions of the genome, both strands, that lie at a known TSS + label shift.

    Parameters
    ----------
    sites : DataFrame
    genome : dict of str to Contig
    label_shift : int
    tolerance : int
        nt on either side.

    Returns
    -------
    float
        Multiplied by the number of windows, the number expected there by chance.
    """
    covered = total = 0
    for name, contig in genome.items():
        for sign in map(sign_of, STRANDS):
            positions = sites.loc[(sites["contig"] == name) & (sites["strand"] == sign), "start"].to_numpy()
            anchor = positions + (label_shift if sign == "+" else -label_shift)
            places = (anchor[:, None] + np.arange(-tolerance, tolerance + 1)).ravel()
            if contig.circular:
                places = places % len(contig)
            places = places[(places >= 0) & (places < len(contig))]
            covered += len(np.unique(places))
            total += len(contig)
    return covered / max(total, 1)
