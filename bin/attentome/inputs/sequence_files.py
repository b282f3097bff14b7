"""Read a user's sequences (FASTA) and the table of their classes. Each reader returns its data and all faults."""

import numpy as np

from attentome.genome.contigs import encode
from attentome.io.faults import Fault, known_names
from attentome.io.text import text_fault, text_lines

MIN_LENGTH = 20
"""Shortest sequences that a set may have, nt."""
_DROP_LETTERS = str.maketrans("", "", "ACGTN")


def read_fasta_set(path):
    """Read sequences of one length from a FASTA file.

    Parameters
    ----------
    path : str or Path
        Gzip-compressed or not. Letters are A, C, G, T and N, in either case.

    Returns
    -------
    names : list of str
        Headers up to the first blank.
    sequences : ndarray of uint8, shape (n, length)
        Codes; N is :data:`attentome.genome.contigs.UNKNOWN`. Shape (0, 0) if there are faults.
    faults : list of Fault
        A file that is not FASTA, records without name or sequence, names that occur twice, other letters, sequences of
        another length than the first, or shorter than :data:`MIN_LENGTH`.
    """
    nothing = [], np.zeros((0, 0), np.uint8)
    unreadable = text_fault(path)
    if unreadable:
        return *nothing, [unreadable]
    records = []
    for number, line in text_lines(path):
        line = line.strip()
        if line.startswith(">"):
            records.append((number, (line[1:].split() or [""])[0], []))
        elif not records:
            return *nothing, [Fault(number, "sequence or other text before the first '>' header", "give a FASTA file")]
        else:
            records[-1][2].append(line.upper())
    if not records:
        return *nothing, [Fault(None, "holds no sequence", "give a FASTA file with one record for each sequence")]
    texts = ["".join(lines) for _, _, lines in records]
    faults, seen = [], {}
    for (number, name, _), text in zip(records, texts, strict=True):
        fault = _record_fault(name, text, seen)
        if fault:
            faults.append(Fault(number, *fault))
        seen.setdefault(name, number)
    faults = faults or _length_faults(records, texts)
    if faults:
        return *nothing, faults
    return [name for _, name, _ in records], np.stack([encode(text) for text in texts]), []


def _record_fault(name, text, seen):
    """``(what, remedy)`` for one record, None if it is valid. ``seen`` holds earlier names and their rows."""
    if not name:
        return "a record without a name", "write the sequence's name directly after '>'"
    if name in seen:
        return f"sequence '{name}' occurs again (first in row {seen[name]})", "give each sequence its own name"
    if not text:
        return f"sequence '{name}' has no letters", "add them or remove the header"
    wrong = text.translate(_DROP_LETTERS)
    if wrong:
        letters = " ".join(list(dict.fromkeys(wrong))[:8])
        return f"sequence '{name}' has {len(wrong)} other letters: {letters}", "use only A C G T N"
    return None


def _length_faults(records, texts):
    """One fault if lengths differ or are too short."""
    length = len(texts[0])
    other = [place for place, text in enumerate(texts) if len(text) != length]
    if other:
        number, name, _ = records[other[0]]
        what = f"sequence '{name}' has {len(texts[other[0]])} nt, the first one {length}"
        what += f" ({len(other)} of {len(texts)} differ from it)"
        remedy = "give all sequences the same length, or BED and genome, from which windows of one length are cut"
        return [Fault(number, what, remedy)]
    if length < MIN_LENGTH:
        return [Fault(None, f"its sequences have {length} nt", f"give {MIN_LENGTH} nt or more")]
    return []


def read_class_table(path, names):
    """Read which sequence belongs to which classes.

    Parameters
    ----------
    path : str or Path
        TSV with a header: ``name``, then one column of 0 and 1 for each class.
    names : list of str
        The sequences, each name once.

    Returns
    -------
    classes : list of str
    labels : ndarray of uint8, shape (len(names), classes)
        Shape (0, 0) if there are faults.
    faults : list of Fault
        A header without classes or with one twice, rows with other cells than the header, values other than 0 and 1,
        names that occur twice, rows without a sequence, sequences without a row.
    """
    nothing = [], np.zeros((0, 0), np.uint8)
    unreadable = text_fault(path)
    if unreadable:
        return *nothing, [unreadable]
    rows = [(number, line.split("\t")) for number, line in text_lines(path)]
    if not rows:
        return *nothing, [Fault(None, "is empty", "give a header (name, classes) and a row for each sequence")]
    (first, header), *rows = rows
    classes = [cell.strip() for cell in header[1:]]
    if header[0].strip() != "name" or not classes or not all(classes):
        return *nothing, [Fault(first, "the header is not name and classes", "separate name and classes by tabs")]
    if len(set(classes)) < len(classes):
        again = max(classes, key=classes.count)
        return *nothing, [Fault(first, f"class '{again}' is there twice", "give each class one column")]
    faults, seen, places = [], {}, {name: place for place, name in enumerate(names)}
    labels = np.zeros((len(names), len(classes)), np.uint8)
    for number, (name, *cells) in rows:
        fault = _row_fault(name, cells, classes, seen, places)
        if fault:
            faults.append(Fault(number, *fault))
        else:
            labels[places[name]] = [int(cell) for cell in cells]
        seen.setdefault(name, number)
    missing = [name for name in names if name not in seen]
    if missing:
        what = f"has no row for {len(missing)} of {len(names)} sequences: {known_names(missing)}"
        faults.append(Fault(None, what, "add the rows, or leave the sequences out"))
    return (*nothing, faults) if faults else (classes, labels, [])


def _row_fault(name, cells, classes, seen, places):
    if len(cells) != len(classes):
        return f"has {len(cells) + 1} cells, the header {len(classes) + 1}", "separate name and classes by tabs"
    if name in seen:
        return f"sequence '{name}' occurs again (first in row {seen[name]})", "give each sequence one row"
    if name not in places:
        return f"there is no sequence '{name}'", "add the sequence, or remove the row"
    wrong = next((pair for pair in zip(classes, cells, strict=True) if pair[1].strip() not in ("0", "1")), None)
    if wrong:
        return f"class '{wrong[0]}' is '{wrong[1][:20]}'", "give 0 or 1"
    return None
