"""The files a run starts from: sample sheet, genome and annotation. Each reader returns what it read and all faults."""

import csv
import difflib
import re
from urllib.parse import unquote

from attentome.formats import open_text
from attentome.sites import Fault, gff_lines, known_names, text_fault, text_lines

FORMATS = ("bed", "gff3", "gtf", "table")
REQUIRED_COLUMNS = ("set", "file", "format")
TABLE_COLUMNS = ("contig_column", "position_column", "strand_column", "score_column", "position_base")
"""Columns of the sample sheet that only rows of format ``table`` fill."""
NUCLEOTIDES = "ACGTRYSWKMBDHVN"
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]*")


def read_sheet(path):
    """Read the sample sheet.

    Parameters
    ----------
    path : str or Path
        CSV with a header: :data:`REQUIRED_COLUMNS` and any of :data:`TABLE_COLUMNS`.

    Returns
    -------
    entries : list of dict
        One per row: ``row`` (line in the file, from 1), ``number`` (data row, from 1), ``set``, ``file``,
        ``format``, ``options`` (those of :data:`TABLE_COLUMNS` that are filled, ``position_base`` as int).
        ``format`` is None where format or options have faults, so that the file is better not read.
    faults : list of Fault
    """
    unreadable = text_fault(path)
    if unreadable:
        return [], [unreadable]
    lines = list(text_lines(path))
    if not lines:
        return [], [Fault(None, "is empty", "give a header set,file,format and a row for each TSS set")]
    rows = [(number, [field.strip() for field in next(csv.reader([line]))]) for number, line in lines]
    header, faults = rows[0][1], _header_faults(*rows[0])
    if faults:
        return [], faults
    entries, seen = [], {}
    for number, (row, fields) in enumerate(rows[1:], 1):
        if len(fields) != len(header):
            faults.append(Fault(row, f"has {len(fields)} columns where the header has {len(header)}",
                                "give each row as many commas as the header"))
            continue
        values = dict(zip(header, fields, strict=True))
        options = {name: values[name] for name in TABLE_COLUMNS if values.get(name)}
        wrong_format = _format_faults(row, values["format"], options)
        faults += _name_faults(row, values, seen) + wrong_format
        seen.setdefault(values["set"], row)
        if "position_base" in options and not wrong_format:
            options["position_base"] = int(options["position_base"])
        entries.append({"row": row, "number": number, "set": values["set"], "file": values["file"],
                        "format": None if wrong_format else values["format"], "options": options})
    if len(rows) == 1:
        faults.append(Fault(None, "has a header and no rows", "give a row for each TSS set"))
    return entries, faults


def _header_faults(row, header):
    known = REQUIRED_COLUMNS + TABLE_COLUMNS
    if len(header) == 1 and re.search("[\t;]", header[0]):
        return [Fault(row, "the header is not separated by commas", "save the sample sheet as CSV with commas")]
    faults = [Fault(row, f"the header lacks the column '{name}'", f"the columns are {', '.join(known)}")
              for name in REQUIRED_COLUMNS if name not in header]
    for name in dict.fromkeys(header):
        if name not in known:
            close = difflib.get_close_matches(name.lower(), known, 1)
            remedy = f"did you mean '{close[0]}'?" if close else f"the columns are {', '.join(known)}"
            faults.append(Fault(row, f"unknown column '{name}'", remedy))
        elif header.count(name) > 1:
            faults.append(Fault(row, f"the column '{name}' comes twice", "remove one of them"))
    return faults


def _name_faults(row, values, seen):
    faults = [Fault(row, f"'{name}' is empty", "fill it in") for name in ("set", "file") if not values[name]]
    name = values["set"]
    if name and not _NAME.fullmatch(name):
        faults.append(Fault(row, f"set name '{name}'", "use letters, digits, '_', '.' and '-' only"))
    if name and name in seen:
        faults.append(Fault(row, f"set name '{name}' is taken by row {seen[name]}", "give each set its own name"))
    return faults


def _format_faults(row, kind, options):
    if kind not in FORMATS:
        return [Fault(row, f"unknown format '{kind}'" if kind else "'format' is empty",
                      f"give one of {', '.join(FORMATS)}")]
    if kind != "table" and options:
        return [Fault(row, f"{', '.join(options)} given for format {kind}", "they are for format table only")]
    if options.get("position_base", "1") not in ("0", "1"):
        return [Fault(row, f"position_base is '{options['position_base']}'",
                      "give 1 if the first base of a contig is called 1, or 0")]
    return []


def read_genome_file(path):
    """Read a FASTA file with all its faults.

    Parameters
    ----------
    path : str or Path
        Gzip-compressed or not.

    Returns
    -------
    records : list of (header, sequence)
        ``header`` without the ``>``; ``sequence`` in upper case.
    faults : list of Fault
        A file that is not FASTA, records without name or sequence, names that come twice, letters that are no
        nucleotides (the IUPAC codes are, ``U`` and gaps are not).
    """
    unreadable = text_fault(path)
    if unreadable:
        return [], [unreadable]
    records, faults, names = [], [], {}
    for number, line in text_lines(path):
        line = line.strip()
        if line.startswith(">"):
            header = line[1:].strip()
            name = contig_name(header)
            if not name:
                faults.append(Fault(number, "a record without a name", "write the contig's name right behind '>'"))
            elif name in names:
                faults.append(Fault(number, f"contig '{name}' comes again (first in row {names[name]})",
                                    "give each contig its own name"))
            names.setdefault(name, number)
            records.append((number, header, []))
        elif not records:
            return [], [Fault(number, "sequence or other text before the first '>' header", "give a FASTA file")]
        else:
            records[-1][2].append((number, line.upper()))
    if not records:
        faults.append(Fault(None, "holds no sequence", "give a FASTA file"))
    for number, header, lines in records:
        if not lines:
            faults.append(Fault(number, f"contig '{contig_name(header)}' has no sequence",
                                "add it or remove the header"))
        faults += _letter_faults(contig_name(header), lines)
    return [(header, "".join(line for _, line in lines)) for _, header, lines in records], sorted(
        faults, key=lambda fault: fault.row or 0)


def _letter_faults(name, lines):
    """At most one fault per record: where the first letter is that is no nucleotide, and which there are."""
    first, wrong, total = None, {}, 0
    for number, line in lines:
        rest = line.translate(_DROP_NUCLEOTIDES)
        if rest:
            first = first or number
            total += len(rest)
            wrong |= dict.fromkeys(rest)
    if first is None:
        return []
    return [Fault(first, f"contig '{name}' has {total} characters that are no nucleotides, from this row on: "
                         f"{' '.join(list(wrong)[:8])}", f"the letters are {' '.join(NUCLEOTIDES)}")]


_DROP_NUCLEOTIDES = str.maketrans("", "", NUCLEOTIDES)


def contig_name(header):
    """Name of a record: its header up to the first blank."""
    return (header.split() or [""])[0]


def gc_content(sequence):
    """Share of G and C among the A, C, G and T of an upper-case sequence, 0 if there are none."""
    count = {base: sequence.count(base) for base in "ACGT"}
    return (count["G"] + count["C"]) / max(sum(count.values()), 1)


def read_annotation(path, contigs):
    """Check a GFF3 annotation (1-based closed).

    Parameters
    ----------
    path : str or Path
        Gzip-compressed or not.
    contigs : dict of str to int, or None
        Contig names and lengths in nt; None if the genome is not known.

    Returns
    -------
    circular : set of str
        Contigs whose ``region`` row says ``Is_circular=true``.
    faults : list of Fault
        Rows that are no GFF3, unknown contigs, coordinates beyond the contig (a feature of a circular contig
        may end beyond it, as GFF3 has it), a ``##sequence-region`` of another length than the contig.
    """
    unreadable = text_fault(path)
    if unreadable:
        return set(), [unreadable]
    circular, faults, n_rows = set(), _pragma_faults(path, contigs), 0
    for number, line in gff_lines(path):
        n_rows += 1
        fields = line.split("\t")
        what = _feature_fault(fields, contigs, circular)
        if what:
            faults.append(Fault(number, *what))
        elif fields[2] == "region" and re.search(r"(^|;)\s*Is_circular=true", fields[8], re.IGNORECASE):
            circular.add(unquote(fields[0]))
    if not n_rows:
        faults.append(Fault(None, "holds no features", "give a GFF3 file, or leave the annotation out"))
    return circular, faults


def _pragma_faults(path, contigs):
    faults = []
    for number, line in text_lines(path):
        fields = line.split()
        if fields[0] == "##FASTA":
            break
        if fields[0] == "##sequence-region" and len(fields) == 4 and contigs:
            name, end = unquote(fields[1]), fields[3]
            if contigs.get(name) and end != str(contigs[name]):
                faults.append(Fault(number, f"{name} has {end} nt here and {contigs[name]} in the genome",
                                    "give the annotation of this assembly"))
    return faults


def _feature_fault(fields, contigs, circular):
    """``(what, remedy)`` for one feature row, None if it is well."""
    if len(fields) != 9:
        return f"has {len(fields)} columns separated by tabs, not 9", "give a GFF3 file"
    name, start, end, strand = unquote(fields[0]), fields[3], fields[4], fields[6]
    if not (re.fullmatch("[0-9]+", start) and re.fullmatch("[0-9]+", end) and 1 <= int(start) <= int(end)):
        return f"'{start}' to '{end}' is no interval", "give start and end as whole numbers from 1, start first"
    if strand not in ("+", "-", ".", "?"):
        return f"strand is '{strand}'", "give + or -, or . where there is none"
    if contigs is None:
        return None
    if name not in contigs:
        return f"unknown contig '{name}'", f"the genome has {known_names(contigs)}"
    limit = contigs[name] * (2 if name in circular else 1)
    if limit and int(end) > limit:
        return (f"end {end} lies beyond the end of {name} ({contigs[name]} nt)", "give the annotation of this assembly")
    return None


def circular_contigs(setting, headers, annotated):
    """Which contigs are circular.

    Parameters
    ----------
    setting : str
        ``auto`` (what headers and annotation say), ``all``, ``none``, or names separated by commas.
    headers : list of str
        FASTA headers without the ``>``; ``[topology=circular]`` or ``circular=true`` declares its contig.
    annotated : set of str
        Contigs that the annotation declares circular.

    Returns
    -------
    circular : set of str
    faults : list of Fault
        Names that the genome does not have.
    """
    names = list(dict.fromkeys(map(contig_name, headers)))
    if setting == "auto":
        declared = {contig_name(header) for header in headers
                    if re.search(r"\[topology=circular\]|\bcircular=true\b", header, re.IGNORECASE)}
        return declared | (annotated & set(names)), []
    if setting in ("all", "none"):
        return set(names) if setting == "all" else set(), []
    asked = [name.strip() for name in setting.split(",")]
    faults = [Fault(None, f"--circular names '{name}', which is no contig",
                    f"give auto, all, none or names of contigs: the genome has {known_names(names)}")
              for name in asked if name not in names]
    return set(asked) & set(names), faults


def write_genome(path, records):
    """Write checked FASTA records, 80 letters a line."""
    with open(path, "w", encoding="utf-8", newline="\n") as handle:
        for header, sequence in records:
            handle.write(f">{header}\n")
            handle.writelines(f"{sequence[start:start + 80]}\n" for start in range(0, len(sequence), 80))


def write_annotation(path, annotation):
    """Write the annotation uncompressed; an empty file if it is None."""
    with open(path, "w", encoding="utf-8", newline="\n") as handle:
        if annotation is not None:
            with open_text(annotation) as lines:
                handle.writelines(lines)
