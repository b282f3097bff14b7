"""What the labelled sites show without a network: aligned at their TSS, as given and with coordinates changed."""

import numpy as np

from attentome.genome.contigs import OUTSIDE, to_stream
from attentome.genome.ruler import signed
from attentome.genome.strands import strand_of
from attentome.motifs.logo import base_counts, genome_background, information

FIRST, LAST = -54, 6
"""Bases relative to the TSS that are aligned, both included."""
TRIED_OFFSETS = (-3, -2, -1, 1, 2, 3)
"""Coordinate offsets that are tried, nt on the genome."""


def aligned_bases():
    """Bases of the columns, -54 to +6 without 0, shape (60,)."""
    return np.array([base for base in range(FIRST, LAST + 1) if base != 0])


def aligned_tokens(sites, genome):
    """Sequences of sites as read 5' to 3', aligned at the TSS.

    Parameters
    ----------
    sites : DataFrame
        ``contig``, ``start`` (0-based TSS), ``strand`` (+ or -).
    genome : dict of str to Contig

    Returns
    -------
    ndarray of uint8, shape (n, 60)
        Columns as :func:`aligned_bases`.
    """
    bases = aligned_bases()
    steps = np.where(bases < 0, bases, bases - 1)
    parts = [np.empty((0, len(bases)), np.uint8)]
    for (name, sign), group in sites.groupby(["contig", "strand"]):
        contig = genome[name]
        strand = strand_of(sign)
        places = to_stream(group["start"].to_numpy(), len(contig), strand)[:, None] + steps
        if contig.circular:
            parts.append(contig.stream(strand)[places % len(contig)])
        else:
            inside = (places >= 0) & (places < len(contig))
            parts.append(np.where(inside, contig.stream(strand)[np.clip(places, 0, len(contig) - 1)], OUTSIDE))
    return np.concatenate(parts).astype(np.uint8)


def label_information(sites, genome):
    """Bits per aligned base against the genome's bases, small-sample corrected, shape (60,)."""
    return information(base_counts(aligned_tokens(sites, genome)), genome_background(genome))


def readings(sites, genome):
    """Best column of the aligned sites as they are, with strands exchanged and with one strand moved.

    A common shift of both strands in reading direction moves the columns but does not change their information.
    An offset on the genome moves the strands apart in reading direction and so blurs a logo. It arises, for
    instance, from tables that mix 0-based and 1-based coordinates.

    Parameters
    ----------
    sites : DataFrame
    genome : dict of str to Contig

    Returns
    -------
    list of dict
        ``name`` (in words), ``bits`` and ``base`` of the best column; the first entry is the sites as they
        are.
    """
    bases = aligned_bases()
    found = []

    def add(name, table):
        bits = label_information(table, genome)
        found.append({"name": name, "bits": float(bits.max()), "base": int(bases[bits.argmax()])})

    add("as they are", sites)
    add("with + and − exchanged", sites.assign(strand=sites["strand"].map({"+": "-", "-": "+"})))
    minus = sites["strand"] == "-"
    if minus.any() and not minus.all():
        for offset in TRIED_OFFSETS:
            moved = sites.assign(start=sites["start"] + np.where(minus, offset, 0))
            add(f"with the sites of the − strand moved by {signed(offset)} nt", moved)
    return found
