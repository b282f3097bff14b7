"""Recognise the format of a TSS set by its content, and read it with the reader of that format."""

import re

import pandas as pd

from attentome.genome.names import ContigNames
from attentome.io.faults import Fault
from attentome.io.text import text_fault, text_lines
from attentome.sites.readers.bigwig import BIGWIG, read_bigwigs
from attentome.sites.readers.cells import LEGACY_WORKBOOK, ZIP, find_header, first_bytes, read_tables
from attentome.sites.readers.plain import TABLE_DEFAULTS, read_bed_set, read_gff3, read_gtf, read_table
from attentome.sites.readers.published import (
    SEND_COLUMNS,
    SMRT_COLUMNS,
    read_cappable,
    read_regulondb,
    read_send,
    read_smrt,
    read_thomason,
)
from attentome.sites.tss_set import Reading

READERS = {
    "bed": read_bed_set,
    "gff3": read_gff3,
    "gtf": read_gtf,
    "cappable": read_cappable,
    "smrt": read_smrt,
    "send": read_send,
    "regulondb": read_regulondb,
    "thomason": read_thomason,
    "table": read_table,
}
"""Formats and their readers; each takes a path, the contig names and the format's own options."""
OPTIONS = {
    "send": ("condition", "worksheet"),
    "regulondb": ("evidence", "sigma"),
    "table": (
        "contig_column",
        "position_column",
        "strand_column",
        "score_column",
        "evidence_column",
        "sigma_column",
        "sequence_column",
        "position_base",
        "worksheet",
    ),
    "bigwig": ("min_count", "min_fold", "background_window"),
}
"""Options of the formats that have any."""
FORMATS = (*READERS, "bigwig")
ROWS_LOOKED_AT = 100


def read_set(files, format, contigs, options=None, aliases=None, known=()):
    """Read a TSS set in any of the accepted formats.

    Parameters
    ----------
    files : sequence of str or Path
        The set's files, read one after the other; of bigWigs, plus and minus strand and optionally those of a control.
    format : str
        One of :data:`FORMATS`, or ``auto``: recognised by content.
    contigs : dict of str to int, or None
        Names and lengths in nt of the assembly that the set's positions are on; None if it is not known, then
        nothing is checked against it.
    options : dict, optional
        Those of :data:`OPTIONS` for the format.
    aliases : dict of str to str, optional
        Printed contig names and the assembly's own; ``*`` for a source without contig names.
    known : sequence of KnownSequence, optional
        Of :func:`attentome.genome.names.read_known_sequences`.

    Returns
    -------
    Reading
        With faults wherever something is wrong; never raises for what a file holds.
    """
    options, names = options or {}, ContigNames(contigs, aliases, known)
    if format == "auto":
        format, fault = _format_of_all(files, options)
        if fault:
            return Reading(faults=[fault])
    strange = [name for name in options if name not in OPTIONS.get(format, ())]
    if strange:
        return Reading(
            format=format,
            faults=[
                (
                    0,
                    Fault(
                        None,
                        f"{', '.join(strange)} given for a file of format {format}",
                        "leave it empty in the sample sheet",
                    ),
                )
            ],
        )
    if format == "bigwig":
        return read_bigwigs(files, names, **options)
    return joined_readings([READERS[format](path, names, **options) for path in files])


def _format_of_all(files, options):
    """The one format of all files, or ``(file index, fault)``."""
    found = [recognise(path, asked=any(name.endswith("_column") for name in options)) for path in files]
    for file, format in enumerate(found):
        if isinstance(format, Fault):
            return None, (file, format)
        if format != found[0]:
            return None, (
                file,
                Fault(
                    None,
                    f"has format {format} but the set's first file has format {found[0]}",
                    "give files of one format, or make them two sets",
                ),
            )
    return found[0], None


def joined_readings(readings):
    """One reading of a set of several files from the reading of each, in order."""
    sites = pd.concat([each.sites.assign(file=file) for file, each in enumerate(readings)], ignore_index=True)
    losses = pd.concat([each.losses.assign(file=file) for file, each in enumerate(readings)], ignore_index=True)
    faults = [(file, fault) for file, each in enumerate(readings) for _, fault in each.faults]
    contig_names, strand_codes = {}, {}
    for each in readings:
        contig_names |= each.contig_names
        for code, n in each.strand_codes.items():
            strand_codes[code] = strand_codes.get(code, 0) + n
    letters = {each.sequence_tss for each in readings}
    return Reading(
        sites,
        faults,
        losses,
        letters.pop() if len(letters) == 1 else None,
        contig_names,
        strand_codes,
        readings[0].format,
    )


def recognise(path, asked=False):
    """Recognise the format of a TSS set by its content.

    Parameters
    ----------
    path : str or Path
    asked : bool
        Whether columns were named for it, so that a table need not have the default columns.

    Returns
    -------
    str or Fault
        The format, or why there is none.
    """
    start = first_bytes(path)
    if start.startswith(BIGWIG):
        return "bigwig"
    comments, rows = [], []
    if not start.startswith((ZIP, LEGACY_WORKBOOK)):
        fault = text_fault(path)
        if fault:
            return fault
        comments, rows = _first_lines(path)
        if not rows:
            return Fault(None, "holds no sites", "give at least one")
        if re.match(r"\s*<(!doctype|html|\?xml)", rows[0], re.IGNORECASE):
            return Fault(None, "is a web page, not a TSS set", "download the file itself")
        if rows[0].startswith(">"):
            return Fault(None, "is a FASTA file, not a TSS set", "give the positions of the TSS")
    tables, fault = read_tables(path)
    if fault:
        return fault
    if any(line.startswith("##gff-version") for line in comments):
        return "gff3"
    unknown = Fault(
        None,
        "has a format that cannot be recognised by its content",
        "name its format, and the columns of a table, in the sample sheet",
    )
    return "table" if asked else _header_format(tables) or next(filter(None, map(_row_format, rows)), unknown)


def _first_lines(path):
    """The comments above the first row of a text file or among its first rows, and those rows."""
    comments, rows = [], []
    for _, line in text_lines(path):
        (comments if line.startswith(("#", "track", "browser")) else rows).append(line)
        if len(rows) == ROWS_LOOKED_AT:
            break
    return comments, rows


def _header_format(tables):
    """The format whose header is among the first rows of a text or workbook, None if none is."""
    default = {role: TABLE_DEFAULTS[role] for role in ("position", "strand")}
    for format, columns in (("smrt", SMRT_COLUMNS), ("send", SEND_COLUMNS), ("table", default)):
        if not find_header(tables, columns).faults:
            return format
    return None


def _row_format(line):
    """The format whose rows look like this one, None if none does."""
    fields = [field.strip() for field in line.split("\t")]

    def holds(column, pattern):
        return re.fullmatch(pattern, fields[column]) is not None

    if len(fields) == 8 and holds(2, "forward|reverse") and holds(3, "[0-9]+"):
        return "regulondb"
    if len(fields) == 12 and fields[1] == "TSS" and holds(3, "[0-9]+") and holds(8, "[+-]"):
        return "thomason"
    if len(fields) == 9 and holds(3, "[0-9]+") and holds(4, "[0-9]+") and holds(6, "[+.?-]"):
        if fields[1] == "CAPPABLE_SEQ":
            return "cappable"
        return "gtf" if re.search(r'(^|;\s*)\w+ "', fields[8]) else "gff3"
    fields = fields if len(fields) > 1 else line.split()
    if len(fields) >= 6 and holds(1, "[0-9]+") and holds(2, "[0-9]+") and holds(5, "[+.-]"):
        return "bed"
    return None
