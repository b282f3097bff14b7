"""Lift positions from one assembly to another, by exact blocks and the letters around each site.

A 31-mer that occurs once in each assembly (both strands counted) ties two places together. Such ties on one diagonal
make a block. The sequence between two ties is bridged where it is short and similar (substitutions, repeats), and both
ends extend as far as the letters are the same. A site is lifted where the 41 nt around it are the same in both
assemblies and lead to one place, there and back. Next to a difference, the site and the 20 nt on one side of it
suffice; the upstream side, the promoter's, is tried first. All positions are 0-based, intervals half-open.
"""

import numpy as np
import pandas as pd

from attentome.genome.contigs import OUTSIDE, Contig, encode, interval_to_stream, read_fasta, reverse_complement
from attentome.genome.readers import circular_contigs

K = 31
"""Length of the k-mers that tie two assemblies together; odd, so that none is its own reverse complement."""
FLANK = 20
"""nt on either side of a site that are compared; no letter may differ."""
FLANKS = ("both", "upstream", "downstream")
"""Which sides of a site are the same in both assemblies, best first. At the end of a linear contig a side has the
length that exists in both assemblies, and at least 21 letters must be compared."""
LONGEST_BRIDGE = 10_000
"""nt between two ties of one block; more than the longest repeats of bacteria (rRNA operons, about 5.5 kb)."""
MIN_ALIKE = 0.8
"""Share of equal letters that two ties and the bridge between them need; unrelated sequence has 0.25."""
BLOCK_COLUMNS = ["old_contig", "old_start", "old_end", "new_contig", "new_start", "new_end", "strand"]
NO_COUNTERPART, FLANK_DIFFERS, AMBIGUOUS = "no counterpart", "flank differs", "ambiguous"
"""Why a site is lost: no block holds it; the letters around it differ; they lead to several places, there or back."""
_PLACE = ["contig", "tss", "strand"]
_KMER = [("kmer", "u8"), ("contig", "i8"), ("start", "i8"), ("reverse", "?")]


def read_assembly(path):
    """Read the FASTA file of an assembly.

    Parameters
    ----------
    path : str or Path
        Gzip-compressed or not.

    Returns
    -------
    dict of str to Contig
        Contigs are circular where their header says so (:func:`attentome.genome.readers.circular_contigs`).
    """
    records = list(read_fasta(path))
    circular, _ = circular_contigs("auto", [header for _, header, _ in records], set())
    return {name: Contig(name, encode(sequence), name in circular) for name, _, sequence in records}


def assembly_blocks(old, new):
    """Find the stretches that two assemblies share.

    Parameters
    ----------
    old, new : dict of str to Contig

    Returns
    -------
    DataFrame
        ``old_contig, old_start, old_end, new_contig, new_start, new_end, strand``: a row per block, 0-based half-open
        on the plus strands; ``strand`` is - where ``new`` holds the block's reverse complement. By ``old_contig`` (in
        the given order) and ``old_start``. Neighbours may overlap by letters that could belong to either.
    """
    a, b = _ties(old, new)
    names = list(old), list(new)
    lengths = np.array([len(contig) for contig in new.values()], np.int64)
    strand = np.where(a["reverse"] == b["reverse"], 0, 1)
    # Start of the tie on the stream (contigs.py) of the new contig that reads like the old plus strand
    stream = np.where(strand == 0, b["start"], lengths[b["contig"]] - K - b["start"]) if len(b) else b["start"]
    diagonal = stream - a["start"]
    order = np.lexsort([a["start"], diagonal, strand, b["contig"], a["contig"]])
    keys = np.stack([a["contig"], b["contig"], strand, diagonal])[:, order]
    starts = a["start"][order]
    same = np.append((np.diff(keys) == 0).all(0), False)
    touching = same & (np.append(starts[1:], 0) <= starts + K)
    rows, first = [], 0
    for tie in np.flatnonzero(~touching):
        contig, other = old[names[0][keys[0, tie]]], new[names[1][keys[1, tie]]]
        side, shift = ("plus", "minus")[keys[2, tie]], keys[3, tie]
        reading = other.stream(side)
        if same[tie] and _bridges(contig.tokens, reading, starts[tie], starts[tie + 1], shift):
            continue
        start, end = _reach(contig.tokens, reading, starts[first], starts[tie] + K, shift)
        span = interval_to_stream(start + shift, end + shift, len(other), side)
        rows.append((keys[0, first], start, end, other.name, *span, "+-"[keys[2, tie]]))
        first = tie + 1
    table = pd.DataFrame(sorted(rows), columns=BLOCK_COLUMNS).drop_duplicates(ignore_index=True)
    table["old_contig"] = [names[0][rank] for rank in table["old_contig"]]
    return table


def _ties(old, new):
    """The k-mers that occur once in both assemblies, as two record arrays in the same order."""
    of_old, of_new = _unique_kmers(old.values()), _unique_kmers(new.values())
    _, in_old, in_new = np.intersect1d(of_old["kmer"], of_new["kmer"], assume_unique=True, return_indices=True)
    return of_old[in_old], of_new[in_new]


def _unique_kmers(contigs):
    """Canonical k-mers that occur once: ``kmer`` (rising), ``contig``, ``start``, ``reverse`` (the other strand's)."""
    parts = [np.zeros(0, _KMER)]
    for number, contig in enumerate(contigs):
        if len(contig) < K:
            continue
        forward, known = _pack(contig.tokens)
        backward = _pack(reverse_complement(contig.tokens))[0][::-1]
        part = np.zeros(len(forward), _KMER)
        part["kmer"], part["reverse"] = np.minimum(forward, backward), backward < forward
        part["contig"], part["start"] = number, np.arange(len(forward))
        parts.append(part[known])
    kmers = np.concatenate(parts)
    kmers = kmers[np.argsort(np.ascontiguousarray(kmers["kmer"]))]
    new_value = np.concatenate([[True], np.diff(kmers["kmer"]) != 0, [True]])
    return kmers[new_value[:-1] & new_value[1:]] if len(kmers) else kmers


def _pack(tokens):
    """Each k-mer as a number, 2 bits per letter: uint64 and whether all letters are known, shape (length - K + 1,)."""
    codes = (tokens & 3).astype(np.uint64)
    n = len(tokens) - K + 1
    kmers = np.zeros(n, np.uint64)
    for place in range(K):
        kmers = (kmers << np.uint64(2)) | codes[place : place + n]
    unknown = np.concatenate([[0], np.cumsum(tokens > 3)])
    return kmers, unknown[K:] == unknown[:-K]


def _bridges(tokens, reading, tie, following, shift):
    """Whether two ties of one diagonal and the sequence between them are similar enough to belong to one block."""
    stretch = slice(tie, following + K)
    return (
        following - tie - K <= LONGEST_BRIDGE
        and (tokens[stretch] == reading[stretch.start + shift : stretch.stop + shift]).mean() >= MIN_ALIKE
    )


def _reach(tokens, reading, start, end, shift):
    """Extend [start, end) of ``tokens`` as long as the letters of ``reading`` are the same."""
    behind = _equal_letters(tokens[end:], reading[end + shift :])
    before = _equal_letters(tokens[:start][::-1], reading[: start + shift][::-1])
    return int(start - before), int(end + behind)


def _equal_letters(a, b):
    """Length of the common beginning of two arrays."""
    n, done, chunk = min(len(a), len(b)), 0, 256
    while done < n:
        differ = a[done : min(done + chunk, n)] != b[done : min(done + chunk, n)]
        if differ.any():
            return done + int(differ.argmax())
        done += chunk
        chunk *= 2
    return n


def lift(sites, blocks, old, new):
    """Lift sites from one assembly to another.

    Parameters
    ----------
    sites : DataFrame
        ``contig`` (of ``old``), ``tss`` (0-based), ``strand`` (+ or -), any other columns.
    blocks : DataFrame
        Of :func:`assembly_blocks`.
    old, new : dict of str to Contig

    Returns
    -------
    lifted : DataFrame
        The lifted sites, same columns and index, with ``contig``, ``tss`` and ``strand`` on ``new``, and a
        column ``flank``: which of :data:`FLANKS` are the same. No two places of ``old`` go to one of ``new``.
    reasons : Series of str
        For the other sites: :data:`NO_COUNTERPART`, :data:`FLANK_DIFFERS` or :data:`AMBIGUOUS`.
    """
    places = pd.MultiIndex.from_frame(sites[_PLACE]).unique()
    found, held = _goals(places.to_frame(index=False), blocks, old, new)
    sure = found.drop_duplicates("site", keep=False)
    back, _ = _goals(sure[_PLACE].reset_index(drop=True), _inverse(blocks), new, old)
    back = back.drop_duplicates("site", keep=False).set_index("site").reindex(range(len(sure)))[_PLACE]
    sure = sure[(back.to_numpy() == places.to_frame().to_numpy()[sure["site"]]).all(1)].set_index("site")
    reason = np.full(len(places), NO_COUNTERPART, object)
    reason[held] = FLANK_DIFFERS
    reason[found["site"].to_numpy(np.int64)] = AMBIGUOUS
    site = places.get_indexer(pd.MultiIndex.from_frame(sites[_PLACE]))
    over = np.isin(site, sure.index)
    goals = sure.loc[site[over]].set_axis(sites.index[over])
    return sites[over].assign(**goals), pd.Series(reason[site[~over]], sites.index[~over])


def _inverse(blocks):
    swap = {"old": "new", "new": "old"}
    return blocks.rename(columns={name: swap[name[:3]] + name[3:] for name in BLOCK_COLUMNS[:-1]})


def _goals(places, blocks, old, new):
    """Targets of each place by blocks and flanks: a frame ``site`` (row of ``places``), ``contig``, ``tss``,
    ``strand``, ``flank``, for each site those with the best flank; and the rows of ``places`` that a block holds."""
    parts, held = [], [np.zeros(0, np.int64)]
    for contig, of_contig in blocks.groupby("old_contig", sort=False):
        rows = np.flatnonzero(places["contig"] == contig)
        tss = places["tss"].to_numpy(np.int64)[rows]
        order = np.argsort(tss, kind="stable")
        rows, tss = rows[order], tss[order]
        for block in of_contig.itertuples():
            inside = slice(*np.searchsorted(tss, [block.old_start, block.old_end]))
            row, here = rows[inside], tss[inside]
            onwards = here - block.old_start
            there = block.new_start + onwards if block.strand == "+" else block.new_end - 1 - onwards
            forward = places["strand"].to_numpy()[row] == "+"
            rank = _same_flank(
                _flanks(old[contig], here, forward),
                _flanks(new[block.new_contig], there, forward == (block.strand == "+")),
            )
            parts.append(
                pd.DataFrame(
                    {
                        "site": row,
                        "contig": block.new_contig,
                        "tss": there,
                        "strand": np.where(forward == (block.strand == "+"), "+", "-"),
                        "rank": rank,
                    }
                )
            )
            held.append(row)
    found = pd.concat(parts) if parts else pd.DataFrame(columns=["site", *_PLACE, "rank"])
    found = found[found["rank"] < len(FLANKS)].drop_duplicates()
    found = found[found["rank"] == found.groupby("site")["rank"].transform("min")]
    found["flank"] = [FLANKS[rank] for rank in found.pop("rank")]
    return found.sort_values("site", kind="stable", ignore_index=True), np.unique(np.concatenate(held))


def _flanks(contig, positions, forward):
    """Codes from ``FLANK`` upstream to ``FLANK`` downstream of each position on its strand, shape (n, 2 FLANK + 1)."""
    index = np.asarray(positions, np.int64)[:, None] + np.arange(-FLANK, FLANK + 1)
    if contig.circular:
        codes = contig.tokens[index % len(contig)]
    else:
        codes = contig.tokens[np.clip(index, 0, len(contig) - 1)]
        codes = np.where((index < 0) | (index >= len(contig)), np.uint8(OUTSIDE), codes)
    return np.where(forward[:, None], codes, reverse_complement(codes))


def _same_flank(before, after):
    """The best of :data:`FLANKS` that is the same, as its number; ``len(FLANKS)`` where none is."""
    outside = (before == OUTSIDE) | (after == OUTSIDE)
    same = (before == after) & ~outside
    rank = np.full(len(before), len(FLANKS))
    for number, part in reversed(list(enumerate((slice(None), slice(0, FLANK + 1), slice(FLANK, None))))):
        whole = (same | outside)[:, part].all(1) & (same[:, part].sum(1) > FLANK)
        rank[whole] = number
    return rank
