"""TSS sets in memory: what a reader returns, how its faults are said, and how duplicates become one site.

Readers return the sites *and* the faults they met, so that a checker can list all faults of all files at once.
Positions are 0-based inside. Rows are numbered from 1 as an editor or a spreadsheet numbers them, the header
included.
"""

import zlib
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from attentome.formats import open_text

SITE_TYPES = {"contig": str, "tss": "int64", "strand": str, "score": float, "evidence": str, "sigma": str,
              "sequence": str, "file": "int64", "row": "int64"}
"""Columns of the sites that a reader returns, with their types."""
LOSS_TYPES = {"file": "int64", "row": "int64", "contig": str, "position": "int64", "strand": str, "reason": str}
"""Columns of the rows that a reader leaves out by right, with their types."""
FAULTS_SHOWN = 20
"""Faults listed of one file; the others are counted."""


class Fault(NamedTuple):
    """One thing that is wrong in a file.

    Attributes
    ----------
    row : int or None
        Number of the line in the file, from 1; None if the fault is not in one line.
    what : str
        What is wrong.
    remedy : str
        What to do.
    """

    row: int | None
    what: str
    remedy: str


def _empty(types):
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


@dataclass
class Reading:
    """A TSS set as its source prints it.

    Attributes
    ----------
    sites : DataFrame
        One row per row of the source that names a TSS, in the source's order: ``contig`` (name of the assembly's
        own), ``tss`` (int64, 0-based, at the position the source prints: no offset is mended), ``strand`` (+ or
        -), ``score`` (float, 0 where there is none), ``evidence`` and ``sigma`` (several joined by ``|``, empty
        where there is none), ``sequence`` (as printed, in upper case, 5' to 3' on the site's strand, empty where
        there is none), ``file`` (index of the source's file), ``row`` (its number in that file).
    faults : list of (int, Fault)
        With the index of the file they are in.
    losses : DataFrame
        Rows left out by right: ``file``, ``row``, ``contig`` (as printed), ``position`` (1-based, as printed),
        ``strand``, ``reason``.
    sequence_tss : int or None
        Index (0-based) of the TSS's letter in the printed sequences; None if not known.
    contig_names : dict of str to str
        Contig names as printed and the assembly's own names they stand for.
    strand_codes : dict of str to int
        Strands as printed and how many sites have them.
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
    """Sites at the same position of the same strand become one.

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
        Rows that went into another.
    """
    order = {contig: rank for rank, contig in enumerate(sites["contig"].unique())}
    groups = sites.groupby(["contig", "tss", "strand"], as_index=False, sort=False)
    merged = groups.agg(score=("score", "max"), evidence=("evidence", joined), sigma=("sigma", joined))
    merged = merged.astype({name: SITE_TYPES[name] for name in merged.columns})
    merged = merged.sort_values(["contig", "tss", "strand"], ignore_index=True,
                                key=lambda column: column.map(order) if column.name == "contig" else column)
    return merged, len(sites) - len(merged)


def joined(texts):
    """The distinct words of some texts, each of words joined by ``|``: sorted and joined likewise."""
    return "|".join(sorted({word for text in texts for word in text.split("|") if word}))


def fault_lines(file, faults):
    """Faults of one file as text, ``<file>: row <n>: <what>; <remedy>``, at most :data:`FAULTS_SHOWN`.

    Rows with the very same fault share a line: ``<file>: row <first> and <n> more: ...``.

    Parameters
    ----------
    file : str
        The name that the user knows the file by.
    faults : sequence of Fault

    Returns
    -------
    list of str
    """
    alike = {}
    for fault in faults:
        alike.setdefault((fault.what, fault.remedy), []).append(fault.row)
    lines = []
    for (what, remedy), rows in list(alike.items())[:FAULTS_SHOWN]:
        place = "" if rows[0] is None else f"row {rows[0]}: "
        if len(rows) > 1:
            place = f"row {rows[0]} and {len(rows) - 1} more: "
        lines.append(_one_line(f"{file}: {place}{what}; {remedy}"))
    if len(alike) > FAULTS_SHOWN:
        lines.append(f"{file}: and {len(alike) - FAULTS_SHOWN} more faults; mend these first, then run again")
    return lines


def _one_line(text):
    """Text of a file within a line: what cannot be printed, or would end the line, becomes U+FFFD."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def text_fault(path):
    """The fault of a file that cannot be read as text at all (binary, UTF-16, broken gzip), else None."""
    try:
        with open_text(path) as handle:
            start = handle.read(1 << 20)
            if start.startswith(("\ufffd\ufffd", "%PDF-")) or "\0" in start:
                return _binary_fault(path)
            for block in iter(lambda: handle.read(1 << 20), ""):
                if "\0" in block:
                    return _binary_fault(path)
    except (OSError, EOFError, zlib.error) as error:
        return Fault(None, f"cannot be read ({error})", "check that it is there and whole; copy or compress it anew")
    return None


def _binary_fault(path):
    with open(path, "rb") as handle:
        start = handle.read(8)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Fault(None, "is text in UTF-16", "save it as UTF-8")
    if start.startswith(b"%PDF-"):
        return Fault(None, "is a PDF", "give the table itself, as text or xlsx")
    return Fault(None, "is not a text file", "save it as plain text, or compressed with gzip")


def known_names(names, shown=5):
    """Some names as a list in prose: ``a, b, c and 7 more``."""
    names = list(names)
    text = ", ".join(names[:shown])
    return text if len(names) <= shown else f"{text} and {len(names) - shown} more"


def text_lines(path):
    """Numbered lines that are not blank, without line ends and byte-order mark."""
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            line = line.lstrip("\ufeff").rstrip("\r\n")
            if line.strip():
                yield number, line


def gff_lines(path):
    """Numbered feature rows of a GFF file: comments are passed over, ``##FASTA`` ends the file."""
    for number, line in text_lines(path):
        if line.startswith("##FASTA"):
            return
        if not line.startswith("#"):
            yield number, line
