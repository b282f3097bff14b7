"""Readers of TSS sets in the common formats: BED6, GFF3, GTF and tables with named columns.

Every row is a site; its TSS is the 5' end of the row's interval on its own strand. A site beyond a contig's end is
a fault.
"""

from urllib.parse import unquote

from attentome.io.text import gff_lines, text_fault, text_lines
from attentome.sites.readers.cells import find_header, full_row, read_tables, table_rows
from attentome.sites.readers.rows import (
    SIGNS_ALONE,
    STRAND_SPELLINGS,
    RowFault,
    SourceRow,
    collect,
    score_number,
    strand_sign,
    whole_number,
)
from attentome.sites.tss_set import Reading

TABLE_DEFAULTS = {
    "contig": "contig",
    "position": "position",
    "strand": "strand",
    "score": "score",
    "evidence": "evidence",
    "sigma": "sigma",
    "sequence": "sequence",
}
"""What the columns of a table are called unless the sample sheet names them."""


def read_bed_set(path, names):
    """Read a BED file with at least six columns (0-based half-open).

    Comment, ``track`` and ``browser`` lines are skipped. Tabs separate the columns, or else blanks. A first line
    that starts with ``#contig`` and names the columns ``evidence`` and ``sigma`` says where those are, as in the
    BED files that HARMONISE writes; ``.`` means none there.

    Parameters
    ----------
    path : str or Path
    names : ContigNames

    Returns
    -------
    Reading
    """
    unreadable = text_fault(path)
    if unreadable:
        return Reading(faults=[(0, unreadable)], format="bed")
    extra = _bed_header(path)

    def parse(line):
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) < 6:
            remedy = "give BED6: contig, start, end, name, score, strand"
            for delimiter in ",;":
                if line.count(delimiter) >= 5:
                    remedy += f", separated by tabs, not by '{delimiter}'"
            raise RowFault(f"has {len(fields)} columns, so no strand", remedy)
        start, end = whole_number(fields[1], "start"), whole_number(fields[2], "end")
        if start >= end:
            raise RowFault(f"start {start} is not before end {end}", "BED intervals are 0-based and half-open")
        values = {name: fields[column] for name, column in extra.items() if column < len(fields)}
        return SourceRow(
            fields[0], start, end, strand_sign(fields[5]), fields[5].strip(), score_number(fields[4]), **values
        )

    rows = ((number, line) for number, line in text_lines(path) if not line.startswith(("#", "track", "browser")))
    return collect(rows, parse, names, "bed")


def _bed_header(path):
    """Columns of evidence and sigma as the first line of the file names them."""
    _, first = next(text_lines(path), (0, ""))
    header = first.split("\t")
    if header[0] != "#contig":
        return {}
    return {name: header.index(name) for name in ("evidence", "sigma") if name in header[6:]}


def read_gff3(path, names):
    """Read a GFF3 file (1-based closed); every row is a site, whatever its type; see :func:`read_bed_set`.

    A ``region`` row, which describes a whole contig, is a fault. What follows ``##FASTA`` is not read.
    """
    return read_gff(path, names, "gff3", unquote)


def read_gtf(path, names):
    """Read a GTF file (1-based closed); every row is a site, whatever its type; see :func:`read_bed_set`."""
    return read_gff(path, names, "gtf", str)


def read_gff(path, names, format, contig_name, beyond_is_loss=False):
    """Read the nine columns of GFF3 and GTF.

    Parameters
    ----------
    path : str or Path
    names : ContigNames
    format : str
        Name of the format, for the reading.
    contig_name : callable
        Contig name from the first column's text (GFF3 encodes by percent signs, GTF does not).
    beyond_is_loss : bool
        See :func:`~attentome.sites.readers.rows.collect`.

    Returns
    -------
    Reading
    """
    unreadable = text_fault(path)
    if unreadable:
        return Reading(faults=[(0, unreadable)], format=format)

    def parse(line):
        fields = line.split("\t")
        if len(fields) != 9:
            raise RowFault(f"has {len(fields)} columns separated by tabs, not 9", "give GFF3 or GTF")
        if fields[2] == "region":
            raise RowFault("is a 'region', which describes a contig and is not a TSS", "give only the TSS rows")
        start, end = whole_number(fields[3], "start"), whole_number(fields[4], "end")
        if start < 1:
            raise RowFault("start is 0", "positions in GFF3 and GTF count from 1")
        if start > end:
            raise RowFault(f"start {start} is after end {end}", "give the smaller coordinate first, on both strands")
        return SourceRow(
            contig_name(fields[0]),
            start - 1,
            end,
            strand_sign(fields[6], SIGNS_ALONE),
            fields[6].strip(),
            score_number(fields[5]),
        )

    return collect(gff_lines(path), parse, names, format, beyond_is_loss)


def read_table(path, names, worksheet=None, position_base=1, **columns):
    """Read a delimited or xlsx table with a header.

    Parameters
    ----------
    path : str or Path
        Text with tabs, commas or semicolons between the cells, gzip-compressed or not, or xlsx. The header is the
        first of the first rows that holds the columns needed; lines that start with ``#`` are skipped.
    names : ContigNames
    worksheet : str, optional
        Of an xlsx; default the first that has the header.
    position_base : {1, 0}
        Number of the first base of a contig.
    **columns
        ``contig_column``, ``position_column``, ``strand_column``, ``score_column``, ``evidence_column``,
        ``sigma_column``, ``sequence_column``: names in the header, default :data:`TABLE_DEFAULTS`. Position and
        strand are needed, and the contig where the genome has several; others only if named.
        Strands are :data:`~attentome.sites.readers.rows.STRAND_SPELLINGS`.

    Returns
    -------
    Reading
        ``sequence_tss`` is the index of the upper-case letter if every printed sequence has one, at the same index,
        else None.
    """
    wanted = {role: columns.get(f"{role}_column") or default for role, default in TABLE_DEFAULTS.items()}
    needed = [role for role in wanted if columns.get(f"{role}_column") or role in ("position", "strand")]
    if len(names.contigs or ()) > 1 and "*" not in names.aliases and "contig" not in needed:
        needed.append("contig")
    tables, fault = read_tables(path, worksheet)
    if fault:
        return Reading(faults=[(0, fault)], format="table")
    header = find_header(
        tables, {role: wanted[role] for role in needed}, wanted, "name it in {roles} of the sample sheet"
    )
    if header.faults:
        return Reading(faults=[(0, each) for each in header.faults], format="table")
    capitals = set()

    def parse(cells):
        value = full_row(header, cells)
        position = whole_number(value["position"], wanted["position"], decimals=True) - position_base
        if position < 0:
            raise RowFault("position 0 in a table that counts from 1", "set position_base to 0 in the sample sheet")
        sequence = value.get("sequence", "")
        if sequence:
            capitals.add(tuple(place for place, letter in enumerate(sequence) if letter.isupper()))
        return SourceRow(
            value.get("contig"),
            position,
            position + 1,
            strand_sign(value["strand"], STRAND_SPELLINGS),
            value["strand"],
            score_number(value.get("score", "")),
            value.get("evidence", ""),
            value.get("sigma", ""),
            sequence.upper(),
        )

    reading = collect(table_rows(header), parse, names, "table")
    if len(capitals) == 1 and len(only := capitals.pop()) == 1:
        reading.sequence_tss = only[0]
    return reading
