"""TSS sets in memory: what a reader returns, how it reports faults, and how duplicates become one site.

Readers return the sites *and* the faults they met, so that a checker can list all faults of all files at once.
Positions are 0-based inside. Rows are numbered from 1 as an editor or a spreadsheet numbers them, the header
included.
"""

from dataclasses import dataclass, field

import pandas as pd

SITE_TYPES = {
    "contig": str,
    "tss": "int64",
    "strand": str,
    "score": float,
    "evidence": str,
    "sigma": str,
    "sequence": str,
    "file": "int64",
    "row": "int64",
}
"""Columns of the sites that a reader returns, with their types."""
LOSS_TYPES = {"file": "int64", "row": "int64", "contig": str, "position": "int64", "strand": str, "reason": str}
"""Columns of the rows that a reader deliberately leaves out, with their types."""


def _empty(types):
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


@dataclass
class Reading:
    """A TSS set as its source prints it.

    Attributes
    ----------
    sites : DataFrame
        One row per row of the source that names a TSS, in the source's order: ``contig`` (name of the assembly's
        own), ``tss`` (int64, 0-based, at the position the source prints: no offset is corrected), ``strand`` (+ or
        -), ``score`` (float, 0 where there is none), ``evidence`` and ``sigma`` (several joined by ``|``, empty
        where there is none), ``sequence`` (as printed, in upper case, 5' to 3' on the site's strand, empty where
        there is none), ``file`` (index of the source's file), ``row`` (its number in that file).
    faults : list of (int, Fault)
        With the index of the file they are in.
    losses : DataFrame
        Rows deliberately left out: ``file``, ``row``, ``contig`` (as printed), ``position`` (1-based, as printed),
        ``strand``, ``reason``.
    sequence_tss : int or None
        Index (0-based) of the TSS's letter in the printed sequences; None if not known.
    contig_names : dict of str to str
        Contig names as printed, to the assembly's own names.
    strand_codes : dict of str to int
        Strands as printed, to their numbers of sites.
    format : str
        The format that the files were read as.
    """

    sites: pd.DataFrame = field(default_factory=lambda: _empty(SITE_TYPES))
    faults: list = field(default_factory=list)
    losses: pd.DataFrame = field(default_factory=lambda: _empty(LOSS_TYPES))
    sequence_tss: int | None = None
    contig_names: dict = field(default_factory=dict)
    strand_codes: dict = field(default_factory=dict)
    format: str = ""


def merge_duplicates(sites):
    """Merge sites at the same position of the same strand.

    The one has the highest of their scores and every evidence and sigma factor of theirs (sorted, joined by
    ``|``). Columns other than the six below are dropped.

    Parameters
    ----------
    sites : DataFrame
        ``contig``, ``tss`` (0-based), ``strand``, ``score``, ``evidence``, ``sigma``.

    Returns
    -------
    merged : DataFrame
        Those six columns; contigs in the order of their first site, then by position and strand.
    duplicates : int
        Rows merged into another.
    """
    order = {contig: rank for rank, contig in enumerate(sites["contig"].unique())}
    groups = sites.groupby(["contig", "tss", "strand"], as_index=False, sort=False)
    merged = groups.agg(score=("score", "max"), evidence=("evidence", joined), sigma=("sigma", joined))
    merged = merged.astype({name: SITE_TYPES[name] for name in merged.columns})
    merged = merged.sort_values(
        ["contig", "tss", "strand"],
        ignore_index=True,
        key=lambda column: column.map(order) if column.name == "contig" else column,
    )
    return merged, len(sites) - len(merged)


def joined(texts):
    """The distinct words of several ``|``-joined texts, sorted and joined by ``|``."""
    return "|".join(sorted({word for text in texts for word in text.split("|") if word}))
