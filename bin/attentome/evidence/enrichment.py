"""Test whether a head's best windows overlap known sites of a transcription factor more often than by chance.

The null rotates all sites of a factor by the same number of nt along their contig, each contig by itself; the ends of
linear contigs are joined. All rotations are counted, not a sample of them, so there is no seed and p is exact. A
rotation keeps the clustering of sites, but not the fact that both sites and promoters lie between genes. Windows near
promoters are therefore enriched for most factors, and only the order of the factors distinguishes them.
"""

from urllib.parse import unquote

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from attentome.genome.names import ContigNames, NameFault
from attentome.io.faults import Fault, fault_lines, known_names
from attentome.io.schemas.names import SITE_ENRICHMENT
from attentome.io.text import text_fault, text_lines
from attentome.sites.readers.rows import RowFault, whole_number

MIN_SITES = 3
"""Factors with fewer sites are left out."""
ENRICHMENT_COLUMNS = list(SITE_ENRICHMENT.columns)


def read_factor_sites(path, lengths, known=()):
    """Read binding sites of transcription factors.

    Parameters
    ----------
    path : str or Path
        BED (0-based half-open, the factor in the fourth column) or GFF3 (1-based closed, the factor as ``Name=``),
        recognised by content; gzip-compressed or not. Strands are not read.
    lengths : dict of str to int
        Contigs of the genome and their lengths in nt.
    known : sequence of KnownSequence, optional
        Of :func:`attentome.genome.names.read_known_sequences`.

    Returns
    -------
    DataFrame
        ``contig``, ``start``, ``end`` (int, 0-based half-open), ``factor``; duplicates are merged.

    Raises
    ------
    ValueError
        One line: file, row, what is wrong, what to do.
    """
    unreadable = text_fault(path)
    if unreadable:
        raise ValueError(fault_lines(path, [unreadable])[0])
    names, rows, parse = ContigNames(lengths, known=known), [], None
    for number, line in text_lines(path):
        if line.startswith("##FASTA"):
            break
        if line.startswith("##gff-version"):
            parse = _gff_row
        if line.startswith(("#", "track", "browser")):
            continue
        if parse is None:
            fields = line.split("\t")
            parse = _gff_row if len(fields) == 9 and not fields[1].isdigit() else _bed_row
        try:
            contig, start, end, factor = parse(line)
            contig = names.own(contig)
            if end > lengths[contig]:
                raise RowFault(
                    f"end {end} lies beyond the end of {contig} ({lengths[contig]} nt)",
                    "give sites on the coordinates of this genome",
                )
        except NameFault as fault:
            remedy = f"name contigs as the genome does: {known_names(lengths)}"
            raise ValueError(fault_lines(path, [Fault(number, fault.args[0], remedy)])[0]) from None
        except RowFault as fault:
            raise ValueError(fault_lines(path, [Fault(number, *fault.args)])[0]) from None
        rows.append((contig, start, end, factor))
    if not rows:
        raise ValueError(f"{path}: holds no sites; give BED or GFF3, or leave the file out")
    return pd.DataFrame(rows, columns=["contig", "start", "end", "factor"]).drop_duplicates(ignore_index=True)


def _bed_row(line):
    fields = line.split("\t") if "\t" in line else line.split()
    if len(fields) < 4:
        raise RowFault(f"has {len(fields)} columns, so no factor", "give contig, start, end and the factor's name")
    start, end = whole_number(fields[1], "start"), whole_number(fields[2], "end")
    if start >= end:
        raise RowFault(f"start {start} is not before end {end}", "BED intervals are 0-based and half-open")
    return fields[0], start, end, _factor(fields[3])


def _gff_row(line):
    fields = line.split("\t")
    if len(fields) != 9:
        raise RowFault(f"has {len(fields)} columns separated by tabs, not 9", "give GFF3")
    start, end = whole_number(fields[3], "start"), whole_number(fields[4], "end")
    if not 1 <= start <= end:
        raise RowFault(f"start {start} and end {end} are not an interval", "GFF3 counts from 1, smaller number first")
    attributes = dict(part.strip().split("=", 1) for part in fields[8].split(";") if "=" in part)
    return unquote(fields[0]), start - 1, end, _factor(unquote(attributes.get("Name", "")))


def _factor(text):
    text = " ".join(text.split())
    if text in ("", "."):
        raise RowFault("has no name of a factor", "write it in column 4 of BED, or as Name= in GFF3")
    return text


def enrich_sites(windows, sites, lengths):
    """Test every head's windows against every factor's sites.

    Parameters
    ----------
    windows : DataFrame
        Columns ``layer``, ``head``, ``contig``, ``start``, ``end`` (0-based half-open).
    sites : DataFrame
        As :func:`read_factor_sites` gives them.
    lengths : dict of str to int
        Contigs and their lengths in nt.

    Returns
    -------
    DataFrame
        :data:`ENRICHMENT_COLUMNS`, factors in alphabetical order, those with :data:`MIN_SITES` sites or more:
        ``observed`` windows that share a base or more with a site, ``expected`` the mean over all rotations, ``fold``
        their quotient (NaN where nothing is expected), ``p`` the share of rotations, that by 0 included, with as many
        or more, ``q`` by Benjamini and Hochberg over heads x factors.

    Raises
    ------
    ValueError
        If a window lies on no contig of the genome or beyond its end.
    """
    for window in windows.itertuples():
        if not 0 <= window.start < window.end <= lengths.get(window.contig, 0):
            raise ValueError(
                f"windows: layer {window.layer}, head {window.head}: {window.contig}:{window.start}-"
                f"{window.end} is not an interval of the genome; describe the heads with this genome"
            )
    factors = {factor: own for factor, own in sites.groupby("factor") if len(own) >= MIN_SITES}
    rows = []
    for (layer, head), own in windows.groupby(["layer", "head"]):
        for factor, bound in factors.items():
            observed, shares = 0, np.ones(1)
            for contig, here in own.groupby("contig"):
                there = bound[bound["contig"] == contig]
                count, share = overlaps_by_turn(
                    here[["start", "end"]].to_numpy(), there[["start", "end"]].to_numpy(), lengths[contig]
                )
                observed, shares = observed + count, np.convolve(shares, share)
            expected = float(np.arange(len(shares)) @ shares)
            rows.append(
                (
                    layer,
                    head,
                    factor,
                    len(bound),
                    observed,
                    expected,
                    observed / expected if expected else np.nan,
                    min(1.0, float(shares[observed:].sum())),
                )
            )
    if not rows:
        return pd.DataFrame(columns=ENRICHMENT_COLUMNS)
    table = pd.DataFrame(rows, columns=ENRICHMENT_COLUMNS[:-1])
    return table.assign(q=false_discovery_control(table["p"].to_numpy()))


def overlaps_by_turn(windows, sites, length):
    """Windows that overlap a site, for the sites as they are and for all their rotations along a contig.

    Parameters
    ----------
    windows, sites : ndarray of int, each shape (n, 2)
        Start and end, 0-based half-open, on one contig.
    length : int
        Of the contig, nt.

    Returns
    -------
    observed : int
        Windows that share a base or more with a site.
    shares : ndarray, shape (windows + 1,)
        Share of the ``length`` rotations (by 0, 1, ... nt) at which 0, 1, ... windows do.
    """
    steps = np.zeros((0, 2), np.int64)
    for width in np.unique(windows[:, 1] - windows[:, 0]):
        starts = windows[windows[:, 1] - windows[:, 0] == width, 0]
        hit = _hit_starts(sites, width, length)
        # A window at a overlaps where a - rotation is a start that hits: rotations (a - end, a - start].
        turns = np.concatenate([starts[:, None] - hit[:, 1] + 1, starts[:, None] - hit[:, 0] + 1], axis=0).ravel()
        sign = np.repeat([1, -1], len(starts) * len(hit))
        steps = np.concatenate([steps, np.stack([turns, sign], axis=1)])
    # Each interval of rotations is on the circle; those across the origin count at rotation 0.
    at, sign = steps[:, 0] % length, steps[:, 1]
    rounds = steps[:, 0] // length
    count = -int((sign * rounds).sum())
    order = np.argsort(at, kind="stable")
    edges = np.concatenate([[0], at[order], [length]])
    levels = count + np.concatenate([[0], np.cumsum(sign[order])])
    # Between steps at the same rotation a level may be too high; it does not count at any rotation.
    shares = np.bincount(levels, np.diff(edges), minlength=len(windows) + 1)[: len(windows) + 1] / length
    return int(count + sign[at == 0].sum()), shares


def _hit_starts(sites, width, length):
    """Starts at which a window of ``width`` nt overlaps a site: disjoint intervals [start, end) on the circle, which
    may reach over its end."""
    if len(sites) == 0:
        return np.zeros((0, 2), np.int64)
    spans = sites[np.argsort(sites[:, 0], kind="stable")] - [width - 1, 0]
    merged = [list(spans[0])]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    while len(merged) > 1 and merged[-1][1] >= merged[0][0] + length:
        first = merged.pop(0)
        merged[-1][1] = max(merged[-1][1], first[1] + length)
    merged = np.array(merged)
    merged[:, 1] = np.minimum(merged[:, 1], merged[:, 0] + length)
    return merged
