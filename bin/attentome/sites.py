"""Readers of TSS sets: BED6, GFF3, GTF and tables with named columns, to one frame of 0-based positions.

Each reader returns the sites *and* the faults it met, so that a checker can list all faults of all files at
once. The TSS of an interval is its 5' end on its own strand. Rows are numbered from 1 as an editor numbers
them, the header included. ``contigs`` is always a dict of contig name to length in nt, or None if the genome
is not known (then nothing is checked against it; a length of 0 is not known either).
"""

import csv
import math
import re
import zlib
from typing import NamedTuple
from urllib.parse import unquote

import pandas as pd

from attentome.formats import open_text

READ_COLUMNS = ["contig", "tss", "strand", "score"]
FAULTS_SHOWN = 20
"""Faults listed of one file; the others are counted."""
STRAND_WORDS = {"+": "+", "-": "-", "plus": "+", "minus": "-", "forward": "+", "reverse": "-"}
"""What a table may call a strand, in any case. BED, GFF3 and GTF know + and - only."""
_SIGNS = {"+": "+", "-": "-"}
_DEFAULT_COLUMNS = {"contig": "contig", "position": "position", "strand": "strand", "score": "score"}


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


class _RowFault(Exception):
    """Ends the reading of one row: ``_RowFault(what, remedy)``."""


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
        lines.append(f"{file}: {place}{what}; {remedy}")
    if len(alike) > FAULTS_SHOWN:
        lines.append(f"{file}: and {len(alike) - FAULTS_SHOWN} more faults; mend these first, then run again")
    return lines


def text_fault(path):
    """The fault of a file that cannot be read as text at all (binary, broken gzip), else None."""
    try:
        with open_text(path) as handle:
            for block in iter(lambda: handle.read(1 << 20), ""):
                if "\0" in block:
                    return Fault(None, "is not a text file", "save it as plain text, or compressed with gzip")
    except (OSError, EOFError, zlib.error) as error:
        return Fault(None, f"cannot be read ({error})", "check that it is there and whole; copy or compress it anew")
    return None


def read_sites(path, format, contigs, **columns):
    """Read a TSS set in any of the accepted formats.

    Parameters
    ----------
    path : str or Path
        Gzip-compressed or not.
    format : {"bed", "gff3", "gtf", "table"}
    contigs : dict of str to int, or None
        Contig names and lengths in nt.
    **columns
        Of :func:`read_table_sites`, for tables only.

    Returns
    -------
    sites : DataFrame
        ``contig`` (str), ``tss`` (int64, 0-based), ``strand`` (+ or -), ``score`` (float, 0 where the file
        has none); one row per good row of the file, in its order.
    faults : list of Fault
    """
    unreadable = text_fault(path)
    if unreadable:
        return _frame([]), [unreadable]
    readers = {"bed": read_bed_sites, "gff3": read_gff3_sites, "gtf": read_gtf_sites}
    if format in readers:
        return readers[format](path, contigs)
    return read_table_sites(path, contigs, **columns)


def read_bed_sites(path, contigs):
    """Sites of a BED file with at least six columns (0-based half-open); see :func:`read_sites`.

    Comment, ``track`` and ``browser`` lines are passed over. Tabs part the columns, or else blanks.
    """
    def parse(fields):
        if len(fields) < 6:
            raise _RowFault(f"has {len(fields)} columns, so no strand",
                            "give BED6: contig, start, end, name, score, strand")
        start, end = _whole_number(fields[1], "start"), _whole_number(fields[2], "end")
        if start >= end:
            raise _RowFault(f"start {start} is not before end {end}", "BED intervals are 0-based and half-open")
        return _site(contigs, fields[0], start, end, _sign(fields[5]), _score(fields[4]))

    rows = ((number, line.split("\t") if "\t" in line else line.split()) for number, line in text_lines(path)
            if not line.startswith(("#", "track", "browser")))
    return _read(rows, parse)


def read_gff3_sites(path, contigs):
    """Sites of a GFF3 file (1-based closed); every row is a site, whatever its type; see :func:`read_sites`.

    A ``region`` row, which describes a whole contig, is a fault. What follows ``##FASTA`` is not read.
    """
    return _read_gff(path, contigs, unquote)


def read_gtf_sites(path, contigs):
    """Sites of a GTF file (1-based closed); every row is a site, whatever its type; see :func:`read_sites`."""
    return _read_gff(path, contigs, str)


def _read_gff(path, contigs, contig_name):
    def parse(fields):
        if len(fields) != 9:
            raise _RowFault(f"has {len(fields)} columns separated by tabs, not 9", "give GFF3 or GTF")
        if fields[2] == "region":
            raise _RowFault("is a 'region', which describes a contig and is no TSS", "give the TSS rows alone")
        start, end = _whole_number(fields[3], "start"), _whole_number(fields[4], "end")
        if start < 1:
            raise _RowFault("start is 0", "positions in GFF3 and GTF count from 1")
        if start > end:
            raise _RowFault(f"start {start} is behind end {end}", "give the smaller coordinate first, on both strands")
        return _site(contigs, contig_name(fields[0]), start - 1, end, _sign(fields[6]), _score(fields[5]))

    return _read(((number, line.split("\t")) for number, line in gff_lines(path)), parse)


def read_table_sites(path, contigs, contig_column=None, position_column=None, strand_column=None, score_column=None,
                     position_base=1):
    """Sites of a delimited table with a header; see :func:`read_sites`.

    Parameters
    ----------
    path : str or Path
        The delimiter (tab, comma or semicolon) is the one that parts the header into most columns. Lines that
        start with ``#`` are passed over.
    contigs : dict of str to int
    contig_column : str, optional
        Default ``contig``; may be absent from the file if the genome has one contig.
    position_column, strand_column : str, optional
        Default ``position`` and ``strand``. Strands are :data:`STRAND_WORDS`.
    score_column : str, optional
        Default ``score``; may be absent if it was not asked for by name.
    position_base : {1, 0}
        What the first base of a contig is called.
    """
    asked = {"contig": contig_column, "position": position_column, "strand": strand_column, "score": score_column}
    lines = [(number, line) for number, line in text_lines(path) if not line.startswith("#")]
    if not lines:
        return _frame([]), [_empty()]
    delimiter = max("\t,;", key=lines[0][1].count)
    header = [name.strip() for name in _fields(lines[0][1], delimiter)]
    index, faults = {}, []
    for role, default in _DEFAULT_COLUMNS.items():
        name = asked[role] or default
        if header.count(name) > 1:
            faults.append(Fault(lines[0][0], f"the header names the column '{name}' twice", "rename one of them"))
        elif name in header:
            index[role] = header.index(name)
        elif asked[role] or role in ("position", "strand") or role == "contig" and len(contigs or ()) > 1:
            faults.append(Fault(lines[0][0], f"no column '{name}' for the {role} among {', '.join(header)}",
                                f"name it in {role}_column of the sample sheet"))
    if faults:
        return _frame([]), faults
    only = next(iter(contigs or ()), "")

    def parse(fields):
        if len(fields) != len(header):
            raise _RowFault(f"has {len(fields)} columns where the header has {len(header)}",
                            "give each row as many as the header")
        value = {role: fields[column].strip() for role, column in index.items()}
        position = _whole_number(value["position"], header[index["position"]]) - position_base
        if position < 0:
            raise _RowFault("position 0 in a table that counts from 1", "set position_base to 0 in the sample sheet")
        return _site(contigs, value.get("contig", only), position, position + 1,
                     _sign(value["strand"], STRAND_WORDS), _score(value.get("score", "")))

    return _read(((number, _fields(line, delimiter)) for number, line in lines[1:]), parse)


def merge_duplicates(sites):
    """Sites at the same position of the same strand become one, with the highest of their scores.

    Parameters
    ----------
    sites : DataFrame
        Of :func:`read_sites`.

    Returns
    -------
    merged : DataFrame
        Same columns; contigs in the order of their first site, then by position and strand.
    duplicates : int
        Rows that went into another.
    """
    if sites.empty:
        return sites, 0
    order = {contig: rank for rank, contig in enumerate(sites["contig"].unique())}
    merged = sites.groupby(["contig", "tss", "strand"], as_index=False)["score"].max()
    merged = merged.sort_values(["contig", "tss", "strand"], ignore_index=True,
                                key=lambda column: column.map(order) if column.name == "contig" else column)
    return merged[READ_COLUMNS], len(sites) - len(merged)


def _read(rows, parse):
    """Parse numbered rows; a row with a fault yields its first fault and no site."""
    sites, faults = [], []
    for number, fields in rows:
        try:
            sites.append(parse(fields))
        except _RowFault as fault:
            faults.append(Fault(number, *fault.args))
    if not sites and not faults:
        faults.append(_empty())
    return _frame(sites), faults


def _site(contigs, contig, start, end, strand, score):
    """One row of the frame from a 0-based half-open interval."""
    tss = start if strand == "+" else end - 1
    if contigs is None:
        return contig, tss, strand, score
    if contig not in contigs:
        raise _RowFault(f"unknown contig '{contig}'", f"the genome has {known_names(contigs)}")
    if end > contigs[contig] > 0:
        raise _RowFault(f"position {end} lies beyond the end of {contig} ({contigs[contig]} nt)",
                        "give sites on the coordinates of this genome")
    return contig, tss, strand, score


def known_names(names, shown=5):
    """Some names as a list in prose: ``a, b, c and 7 more``."""
    names = list(names)
    text = ", ".join(names[:shown])
    return text if len(names) <= shown else f"{text} and {len(names) - shown} more"


def _whole_number(text, name):
    if not re.fullmatch("[0-9]+", text.strip()):
        raise _RowFault(f"{name} is '{text.strip()}', not a whole number", "give a position in nt without separators")
    return int(text)


def _sign(text, words=_SIGNS):
    if text.strip().lower() not in words:
        what = "no strand" if text.strip() in ("", ".", "?") else f"strand is '{text.strip()}'"
        raise _RowFault(what, f"give one of {' '.join(words)}")
    return words[text.strip().lower()]


def _score(text):
    if text.strip() in ("", "."):
        return 0.0
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise _RowFault(f"score is '{text.strip()}', not a number", "give a number, or '.' where there is none")
    return score


def _frame(sites):
    return pd.DataFrame(sites, columns=READ_COLUMNS).astype(
        {"contig": str, "tss": "int64", "strand": str, "score": float})


def _empty():
    return Fault(None, "holds no sites", "give at least one")


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


def _fields(line, delimiter):
    return next(csv.reader([line], delimiter=delimiter))
