"""Read the genome and the annotation that a run starts from. Each reader returns its data and all faults."""

import re
from urllib.parse import unquote

from attentome.io.faults import Fault, known_names
from attentome.io.files import open_text
from attentome.io.text import gff_lines, text_fault, text_lines

NUCLEOTIDES = "ACGTRYSWKMBDHVN"


def read_genome_file(path):
    """Read a FASTA file and list all its faults.

    Parameters
    ----------
    path : str or Path
        Gzip-compressed or not.

    Returns
    -------
    records : list of (header, sequence)
        ``header`` without the ``>``; ``sequence`` in upper case.
    faults : list of Fault
        A file that is not FASTA, records without name or sequence, names that occur twice, letters that are not
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
                faults.append(Fault(number, "a record without a name", "write the contig's name directly after '>'"))
            elif name in names:
                faults.append(
                    Fault(
                        number,
                        f"contig '{name}' occurs again (first in row {names[name]})",
                        "give each contig its own name",
                    )
                )
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
            faults.append(
                Fault(number, f"contig '{contig_name(header)}' has no sequence", "add it or remove the header")
            )
        faults += _letter_faults(contig_name(header), lines)
    return [(header, "".join(line for _, line in lines)) for _, header, lines in records], sorted(
        faults, key=lambda fault: fault.row or 0
    )


def _letter_faults(name, lines):
    """At most one fault per record: the row of the first letter that is not a nucleotide, and all such letters."""
    first, wrong, total = None, {}, 0
    for number, line in lines:
        rest = line.translate(_DROP_NUCLEOTIDES)
        if rest:
            first = first or number
            total += len(rest)
            wrong |= dict.fromkeys(rest)
    if first is None:
        return []
    return [
        Fault(
            first,
            f"contig '{name}' has {total} characters that are not nucleotides, from this row on: "
            f"{' '.join(list(wrong)[:8])}",
            f"use only {' '.join(NUCLEOTIDES)}",
        )
    ]


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
        Rows that are not GFF3, unknown contigs, coordinates beyond the contig (a feature of a circular contig
        may end beyond it, as GFF3 allows), a ``##sequence-region`` of another length than the contig.
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
                faults.append(
                    Fault(
                        number,
                        f"{name} has {end} nt here and {contigs[name]} in the genome",
                        "give the annotation of this assembly",
                    )
                )
    return faults


def _feature_fault(fields, contigs, circular):
    """``(what, remedy)`` for one feature row, None if it is valid."""
    if len(fields) != 9:
        return f"has {len(fields)} columns separated by tabs, not 9", "give a GFF3 file"
    name, start, end, strand = unquote(fields[0]), fields[3], fields[4], fields[6]
    if not (re.fullmatch("[0-9]+", start) and re.fullmatch("[0-9]+", end) and 1 <= int(start) <= int(end)):
        return f"'{start}' to '{end}' is not an interval", "give start and end as whole numbers from 1, start first"
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
    """Find which contigs are circular.

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
        declared = {
            contig_name(header)
            for header in headers
            if re.search(r"\[topology=circular\]|\bcircular=true\b", header, re.IGNORECASE)
        }
        return declared | (annotated & set(names)), []
    if setting in ("all", "none"):
        return set(names) if setting == "all" else set(), []
    asked = [name.strip() for name in setting.split(",")]
    faults = [
        Fault(
            None,
            f"--circular names '{name}', which is not a contig",
            f"give auto, all, none or names of contigs: the genome has {known_names(names)}",
        )
        for name in asked
        if name not in names
    ]
    return set(asked) & set(names), faults


def write_genome(path, records):
    """Write checked FASTA records, 80 letters a line."""
    with open(path, "w", encoding="utf-8", newline="\n") as handle:
        for header, sequence in records:
            handle.write(f">{header}\n")
            handle.writelines(f"{sequence[start : start + 80]}\n" for start in range(0, len(sequence), 80))


def write_annotation(path, annotation):
    """Write the annotation uncompressed; an empty file if it is None."""
    with open(path, "w", encoding="utf-8", newline="\n") as handle:
        if annotation is not None:
            with open_text(annotation) as lines:
                handle.writelines(lines)
