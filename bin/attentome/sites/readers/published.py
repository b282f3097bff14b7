"""Readers of published TSS sets of *Escherichia coli*, as their authors released them.

Positions are taken as printed. Rows that the options exclude, that have no position or that lie beyond the contig's
end are left out and listed.

Sources: Cappable-seq, Ettwiller et al. 2016, doi 10.1186/s12864-016-2539-z; SMRT-Cappable-seq, Yan et al. 2018,
doi 10.1038/s41467-018-05997-6; SEnd-seq, Ju et al. 2019, doi 10.1038/s41564-019-0500-z; RegulonDB,
Santos-Zavaleta et al. 2019, doi 10.1093/nar/gky1077; dRNA-seq, Thomason et al. 2015, doi 10.1128/JB.02096-14.
"""

from attentome.io.text import text_fault, text_lines
from attentome.sites.readers.cells import find_header, full_row, read_tables, table_rows
from attentome.sites.readers.plain import read_gff
from attentome.sites.readers.rows import (
    NO_POSITION,
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

SMRT_COLUMNS = {"left": "TU_left_position", "right": "TU_right_position", "strand": "TU_strand"}
SEND_COLUMNS = {
    "position": "TSS_site",
    "strand": "TSS_direction",
    "sequence": "TSS_sequence(5'_3')",
    "log": "Detected_in_log_phase",
    "stationary": "Detected_in_stationary_phase",
}
SEND_SEQUENCE_TSS = 46
"""The TSS is the last of the 47 letters that SEnd-seq prints."""
REGULONDB_SEQUENCE_TSS = 60
"""The TSS is the 61st, upper-case letter of the 81 that RegulonDB prints."""
CONDITIONS = ("log", "stationary", "both")


def read_cappable(path, names):
    """Read the GTF of Cappable-seq (1-based); the score is the relative read score.

    Parameters
    ----------
    path : str or Path
    names : ContigNames

    Returns
    -------
    Reading
    """
    return read_gff(path, names, "cappable", str, beyond_is_loss=True)


def read_smrt(path, names):
    """Read a table of transcription units of SMRT-Cappable-seq (0-based half-open); see :func:`read_cappable`.

    The TSS is the first base of a unit on its own strand: left + 1 on +, right on -, counted from 1.
    """
    header, faults = _header(path, SMRT_COLUMNS)
    if faults:
        return Reading(faults=faults, format="smrt")

    def parse(cells):
        value = full_row(header, cells)
        start, end = (whole_number(value[role], SMRT_COLUMNS[role], decimals=True) for role in ("left", "right"))
        if start >= end:
            raise RowFault(
                f"left position {start} is not before right position {end}", "units are 0-based and half-open"
            )
        return SourceRow(None, start, end, strand_sign(value["strand"]), value["strand"])

    return collect(table_rows(header), parse, names, "smrt", beyond_is_loss=True)


def read_send(path, names, worksheet=None, condition="both"):
    """Read the TSS table of SEnd-seq (xlsx); see :func:`read_cappable`.

    Positions are read as if they counted from 1 on both strands; the printed sequences, which end at the TSS,
    show that those of the + strand count from 0.

    Parameters
    ----------
    path : str or Path
    names : ContigNames
    worksheet : str, optional
        Default the first that has the columns.
    condition : {"both", "log", "stationary"}
        Growth phase that a site was detected in; ``both`` takes all sites.
    """
    header, faults = _header(path, SEND_COLUMNS, worksheet)
    if faults:
        return Reading(faults=faults, format="send")

    def parse(cells):
        value = full_row(header, cells)
        position = whole_number(value["position"], SEND_COLUMNS["position"], decimals=True)
        phases = [phase for phase in ("log", "stationary") if value[phase]]
        left_out = "" if position else NO_POSITION
        if condition not in ("both", *phases):
            left_out = f"not detected in {condition} phase"
        return SourceRow(
            None,
            position - 1,
            position,
            strand_sign(value["strand"]),
            value["strand"],
            sequence=value["sequence"].upper(),
            left_out=left_out,
        )

    return collect(table_rows(header), parse, names, "send", True, SEND_SEQUENCE_TSS)


def read_regulondb(path, names, evidence=(), sigma=()):
    """Read the PromoterSet of RegulonDB (1-based); see :func:`read_cappable`.

    Parameters
    ----------
    path : str or Path
    names : ContigNames
    evidence : sequence of str
        Confidence levels to take (``Confirmed``, ``Strong``, ``Weak``), in any case; default all.
    sigma : sequence of str
        Sigma factors to take, in any case; a promoter of several counts for each. Default all.
    """
    unreadable = text_fault(path)
    if unreadable:
        return Reading(faults=[(0, unreadable)], format="regulondb")
    levels, factors = ({word.lower() for word in words} for words in (evidence, sigma))

    def parse(line):
        fields = line.split("\t")
        if len(fields) != 8:
            raise RowFault(f"has {len(fields)} columns separated by tabs, not 8", "give the PromoterSet as released")
        position, level = whole_number(fields[3], "position"), fields[7].strip()
        of = [factor.strip() for factor in fields[4].split(",") if factor.strip() not in ("", "unknown")]
        left_out = "" if position else NO_POSITION
        if levels and level.lower() not in levels:
            left_out = "evidence not asked for"
        elif factors and factors.isdisjoint(factor.lower() for factor in of):
            left_out = "sigma factor not asked for"
        return SourceRow(
            None,
            position - 1,
            position,
            strand_sign(fields[2], STRAND_SPELLINGS),
            fields[2].strip(),
            0.0,
            level,
            "|".join(sorted(set(of))),
            fields[5].strip().upper(),
            left_out,
        )

    return collect(_data_lines(path), parse, names, "regulondb", True, REGULONDB_SEQUENCE_TSS)


def read_thomason(path, names):
    """Read a dRNA-seq data set as RegulonDB distributes it (1-based); see :func:`read_cappable`.

    The score is the highest frequency (column 6).
    """
    unreadable = text_fault(path)
    if unreadable:
        return Reading(faults=[(0, unreadable)], format="thomason")

    def parse(line):
        fields = line.split("\t")
        if len(fields) != 12:
            raise RowFault(f"has {len(fields)} columns separated by tabs, not 12", "give the data set as released")
        position = whole_number(fields[3], "position")
        return SourceRow(
            None,
            position - 1,
            position,
            strand_sign(fields[8], SIGNS_ALONE),
            fields[8].strip(),
            score_number(fields[5]),
            left_out="" if position else NO_POSITION,
        )

    return collect(_data_lines(path), parse, names, "thomason", beyond_is_loss=True)


def _header(path, columns, worksheet=None):
    tables, fault = read_tables(path, worksheet)
    if fault:
        return None, [(0, fault)]
    header = find_header(tables, columns)
    return header, [(0, each) for each in header.faults]


def _data_lines(path):
    return ((number, line) for number, line in text_lines(path) if not line.startswith("#"))
