"""Whether the sequences that a source prints match the genome at its positions, and which offset corrects them.

An offset is the number to add to a printed position, in genome coordinates on either strand, so that the printed
sequence matches there.
"""

import re

import numpy as np

from attentome.genome.contigs import UNKNOWN, encode, to_stream
from attentome.genome.strands import STRANDS, sign_of, strand_of

OFFSETS = (-3, -2, -1, 0, 1, 2, 3)
MIN_ROWS, MIN_SHARE = 20, 0.95
"""``auto`` moves a strand if at least this number and this share of its rows match at one offset other than 0."""
_EXPLICIT = re.compile(r"([+-]?\d+)/([+-]?\d+)")


def sequence_offsets(sites, sequence_tss, contigs):
    """Find the offset at which the printed sequence of each row matches.

    Parameters
    ----------
    sites : DataFrame
        Of :class:`attentome.sites.tss_set.Reading`: ``contig``, ``tss`` (0-based), ``strand``, ``sequence``.
    sequence_tss : int or None
        Index (0-based) of the TSS's letter in the printed sequences.
    contigs : dict of str to Contig
        The assembly that the positions are on.

    Returns
    -------
    ndarray of float, shape (n,)
        The offset; if tied, the one nearest to 0, then the positive one; NaN where the sequence matches at none of
        :data:`OFFSETS`, crosses the end of a linear contig, or is not printed.
    """
    found = np.full(len(sites), np.nan)
    if sequence_tss is None:
        return found
    lengths = sites["sequence"].str.len().to_numpy()
    rows = np.arange(len(sites))
    for (contig, strand, length), part in sites.assign(rows=rows).groupby(["contig", "strand", lengths]):
        if length <= sequence_tss:
            continue
        stream = contigs[contig].stream(strand_of(strand))
        printed = np.stack([encode(text) for text in part["sequence"]])
        for offset in sorted(OFFSETS, key=lambda offset: (-abs(offset), offset)):
            tss = to_stream(part["tss"].to_numpy() + offset, len(stream), strand_of(strand))
            index = tss[:, None] - sequence_tss + np.arange(length)
            inside = (index >= 0) & (index < len(stream)) | contigs[contig].circular
            stands = ((printed == stream[index % len(stream)]) & (printed != UNKNOWN) & inside).all(1)
            found[part["rows"].to_numpy()[stands]] = offset
    return found


def sequence_counts(sites, offsets):
    """Count the rows of each strand that match at each offset.

    Parameters
    ----------
    sites : DataFrame
        ``strand``, ``sequence``.
    offsets : ndarray of float, shape (n,)
        Of :func:`sequence_offsets`.

    Returns
    -------
    dict or None
        ``plus`` and ``minus``, each offset as text (``-3`` to ``3``) to the number of rows; ``n``, rows with a printed
        sequence of each strand; None if no row has one.
    """
    printed = (sites["sequence"] != "").to_numpy()
    if not printed.any():
        return None
    counts = {"n": {}}
    for strand in STRANDS:
        of_strand = printed & (sites["strand"] == sign_of(strand)).to_numpy()
        counts[strand] = {str(offset): int((offsets[of_strand] == offset).sum()) for offset in OFFSETS}
        counts["n"][strand] = int(of_strand.sum())
    return counts


def parse_fix(text):
    """``+1/0`` as ``{"plus": 1, "minus": 0}``; None for ``auto`` and ``report``.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    if text in ("auto", "report"):
        return None
    match = _EXPLICIT.fullmatch(text.strip())
    if not match:
        raise ValueError(f"coordinate_fix is '{text}'; give auto, report, or nt for plus and minus such as +1/0")
    return {"plus": int(match[1]), "minus": int(match[2])}


def proven_fix(counts):
    """The offset of each strand that the printed sequences prove.

    Parameters
    ----------
    counts : dict or None
        Of :func:`sequence_counts`.

    Returns
    -------
    dict of str to int
        ``plus`` and ``minus``: 0 unless at least :data:`MIN_ROWS` rows and :data:`MIN_SHARE` of the strand's rows
        with a printed sequence match at one other offset.
    """
    fix = dict.fromkeys(STRANDS, 0)
    for strand in fix if counts else ():
        offset, rows = max(counts[strand].items(), key=lambda item: item[1])
        if rows >= max(MIN_ROWS, MIN_SHARE * counts["n"][strand]):
            fix[strand] = int(offset)
    return fix


def apply_fix(sites, offsets, asked, counts):
    """Move the printed positions as asked.

    Parameters
    ----------
    sites : DataFrame
        ``tss``, ``strand``.
    offsets : ndarray of float, shape (n,)
        Of :func:`sequence_offsets`.
    asked : str
        ``auto``: what :func:`proven_fix` says, but rows whose sequence matches at the printed position stay;
        ``report``: nothing is moved; ``+1/0``: all rows, by that much on plus and minus strand.
    counts : dict or None

    Returns
    -------
    tss : Series of int
    fix : dict
        ``asked``, ``plus``, ``minus`` (nt added), ``moved`` (rows), ``why`` (a sentence).
    """
    explicit, proven = parse_fix(asked), proven_fix(counts)
    fix = explicit or (proven if asked == "auto" else dict.fromkeys(STRANDS, 0))
    by = sites["strand"].map({sign_of(strand): fix[strand] for strand in STRANDS}).astype("int64")
    if not explicit:
        by[offsets == 0] = 0
    why = _why(asked, fix, proven, counts, int(((offsets == 0) & (by == 0)).sum()))
    return sites["tss"] + by, {"asked": asked, **fix, "moved": int((by != 0).sum()), "why": why}


def _why(asked, fix, proven, counts, at_place):
    if not counts:
        return (
            "No sequences are printed that could prove an offset."
            if asked in ("auto", "report")
            else "As the sample sheet says; no sequences are printed that could prove it."
        )
    said = []
    for word, strand in (("plus", "+"), ("minus", "−")):
        if proven[word]:
            n = counts[word][str(proven[word])]
            said.append(
                f"{n:,} of {counts['n'][word]:,} printed sequences of the {strand} strand stand "
                f"at offset {proven[word]:+d}"
            )
    if asked == "auto":
        return (
            f"{'; '.join(said)}; rows whose sequence stands at the printed position stay."
            if said
            else "The printed sequences prove no offset of a whole strand."
        )
    if asked == "report":
        return (
            f"Nothing was moved, as asked, though {'; '.join(said)}."
            if said
            else "Nothing was moved, as asked; the printed sequences prove no offset of a whole strand."
        )
    return "As the sample sheet says; the printed sequences " + (
        "prove the same." if proven == fix else f"prove {proven['plus']:+d}/{proven['minus']:+d}."
    )
