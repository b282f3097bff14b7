"""Evidence for a set's positions without printed sequences: other sets at the same places, purines at the TSS.

An offset is added to the set's positions, in genome coordinates on either strand, as in ``printed_sequence``.
"""

import numpy as np
import pandas as pd

from attentome.genome.contigs import decode
from attentome.genome.strands import STRANDS, sign_of
from attentome.io.schemas.sites import AUDIT
from attentome.sites.printed_sequence import OFFSETS

CHECK_COLUMNS = [column for column in AUDIT.columns if column != "set"]
MIN_SITES_PER_SIDE, SURE_FALL = 50, 6.0
"""Minimum for :func:`purine_fall`: sites on either side, standard errors."""


def set_agreement_table(sites, others, genome):
    """Share of a set's sites at which any other set has one, strand by strand and offset by offset.

    Parameters
    ----------
    sites : DataFrame
        ``contig``, ``start`` (the TSS, 0-based), ``strand``.
    others : list of DataFrame
    genome : dict of str to Contig

    Returns
    -------
    DataFrame
        ``check`` (``agreement``), ``strand`` (``+``, ``-``), ``offset`` (-3 to 3), ``share``, ``n`` (sites of
        the set on the strand); no rows without other sets.
    """
    if not others:
        return pd.DataFrame(columns=CHECK_COLUMNS)
    keys = ["contig", "strand", "start"]
    known = pd.MultiIndex.from_frame(pd.concat([table[keys] for table in others]).drop_duplicates())

    def hit(part, offset):
        return pd.MultiIndex.from_frame(_moved(part, offset, genome)[keys]).isin(known)

    return _shares("agreement", sites, hit)


def purine_table(sites, genome):
    """Share of a set's sites with A or G at the TSS, like :func:`set_agreement_table` with ``check`` ``purine``."""

    def hit(part, offset):
        return is_purine(_moved(part, offset, genome), genome)

    return _shares("purine", sites, hit)


def is_purine(sites, genome):
    """Whether the base at each site, read on its strand, is A or G; shape (n,), bool."""
    purine = np.zeros(len(sites), bool)
    contigs, strands, start = (sites[name].to_numpy() for name in ("contig", "strand", "start"))
    for contig in sites["contig"].unique():
        for strand, letters in (("+", "AG"), ("-", "TC")):
            rows = np.flatnonzero((contigs == contig) & (strands == strand))
            base = np.array(list(decode(genome[contig].tokens[start[rows]])))
            purine[rows] = np.isin(base, list(letters))
    return purine


def purine_fall(sites, genome):
    """Find where a set's TSS stop being purines, as they do beyond an insertion or deletion that shifts its positions.

    The cut is the place, with at least :data:`MIN_SITES_PER_SIDE` sites on either side, where the purine shares before
    and after it differ most. It counts if they differ by at least :data:`SURE_FALL` standard errors and if purines are
    surely more than half (3 standard errors) before it but not after it.

    Parameters
    ----------
    sites : DataFrame
        ``contig``, ``start`` (the TSS, 0-based), ``strand``.
    genome : dict of str to Contig

    Returns
    -------
    (str, int, float, float) or None
        Contig, first position (0-based) after the cut, share before and after it; None if there is no such place.
    """
    purine = is_purine(sites, genome)
    for contig, part in sites.assign(purine=purine).sort_values("start").groupby("contig"):
        n, before = len(part), np.cumsum(part["purine"].to_numpy())
        cut = np.arange(MIN_SITES_PER_SIDE, n - MIN_SITES_PER_SIDE + 1)
        if not len(cut):
            continue
        first, second = before[cut - 1] / cut, (before[-1] - before[cut - 1]) / (n - cut)
        error = np.sqrt(purine.mean() * (1 - purine.mean()) * (1 / cut + 1 / (n - cut))) + 1e-9
        best = int(((first - second) / error).argmax())
        n_first, n_second = cut[best], n - cut[best]
        if (
            (first - second)[best] >= SURE_FALL * error[best]
            and first[best] > 0.5 + 1.5 / np.sqrt(n_first)
            and second[best] < 0.5 + 1.5 / np.sqrt(n_second)
        ):
            return contig, int(part["start"].iloc[cut[best]]), float(first[best]), float(second[best])
    return None


def sequence_table(counts):
    """The counts of ``printed_sequence`` as a table like :func:`set_agreement_table` with ``check`` ``sequence``."""
    rows = [
        ("sequence", sign_of(strand), int(offset), n / counts["n"][strand], counts["n"][strand])
        for strand in STRANDS
        if counts and counts["n"][strand]
        for offset, n in counts[strand].items()
    ]
    return pd.DataFrame(rows, columns=CHECK_COLUMNS)


def best_offset(table, strand):
    """Offset with the highest share on a strand, + or - (if tied, the one nearest to 0); None if there is no row."""
    rows = table[table["strand"] == strand]
    return min(zip(-rows["share"], rows["offset"].abs(), rows["offset"]))[2] if len(rows) else None


def _shares(check, sites, hit):
    rows = []
    for strand in map(sign_of, STRANDS):
        part = sites[sites["strand"] == strand]
        rows += [
            (check, strand, offset, float(np.mean(hit(part, offset))), len(part)) for offset in OFFSETS if len(part)
        ]
    return pd.DataFrame(rows, columns=CHECK_COLUMNS)


def _moved(sites, offset, genome):
    """The sites moved by ``offset``: across the origin of a circular contig, at most to the end of a linear one."""
    length = sites["contig"].map({name: len(contig) for name, contig in genome.items()})
    circular = sites["contig"].map({name: contig.circular for name, contig in genome.items()})
    start = sites["start"] + offset
    return sites.assign(start=(start % length).where(circular, start.clip(0, length - 1)))
