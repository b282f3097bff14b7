"""Readers of motif matrices: databases in MEME, TRANSFAC and JASPAR format, and the table of the heads' own matrices.

Formats: MEME 4 text, https://meme-suite.org/meme/doc/meme-format.html; TRANSFAC as RegulonDB's ``.tf`` files and JASPAR
write it; JASPAR with and without letters and brackets, https://jaspar.elixir.no/docs. The content decides the format.
"""

import math
import re
from dataclasses import dataclass

import numpy as np

from attentome.io.faults import fault_lines
from attentome.io.files import read_tsv
from attentome.io.text import text_fault, text_lines
from attentome.motifs.logo import LETTERS

FORMAT_REMEDY = "give MEME text (version 4 or newer), TRANSFAC or JASPAR"
HEAD_COLUMNS = ["layer", "head", "d", *LETTERS, "bits"]
"""Columns of the table of the heads' matrices."""


@dataclass(frozen=True, eq=False)
class Motif:
    """A matrix of a database.

    Attributes
    ----------
    id, name : str
        The same where the file has one of them only.
    sites : int or None
        Sequences it was made from; None where the file does not say.
    frequencies : ndarray of float, shape (columns, 4)
        Of A, C, G, T, 5' to 3'; rows sum to 1.
    """

    id: str
    name: str
    sites: int | None
    frequencies: np.ndarray


@dataclass(frozen=True, eq=False)
class HeadMatrix:
    """The matrix behind a head's logo.

    Attributes
    ----------
    layer, head : int
        Count from 1.
    to_d : int
        Distance (nt) of column 0; column i lies at ``to_d - i``.
    counts : ndarray of float, shape (columns, 4)
        A, C, G, T.
    bits : ndarray of float, shape (columns,)
        Information of each column.
    component : int
        0: of all windows; else one of the components of its mixture.
    """

    layer: int
    head: int
    to_d: int
    counts: np.ndarray
    bits: np.ndarray
    component: int = 0

    def frequencies(self, background, pseudocount=1.0):
        """Frequencies with ``pseudocount`` sequences of the background added, shape (columns, 4)."""
        total = self.counts.sum(axis=1, keepdims=True) + pseudocount
        return (self.counts + pseudocount * np.asarray(background)) / total


def read_motifs(path):
    """Read a motif database.

    Parameters
    ----------
    path : str or Path
        MEME text, TRANSFAC or JASPAR, counts or frequencies, gzip-compressed or not.

    Returns
    -------
    list of Motif
        In the order of the file.

    Raises
    ------
    ValueError
        One line: file, line, what is wrong, what to do.
    """
    unreadable = text_fault(path)
    if unreadable:
        raise ValueError(fault_lines(path, [unreadable])[0])
    lines = [(number, line.strip()) for number, line in text_lines(path)]
    if not lines:
        raise ValueError(f"{path}: is empty; {FORMAT_REMEDY}")
    if any(line.startswith("MEME version") for _, line in lines):
        motifs = _read_meme(path, lines)
    elif any(re.match(r"P[0O]\s", line + " ", re.IGNORECASE) for _, line in lines):
        motifs = _read_transfac(path, lines)
    elif lines[0][1].startswith(">"):
        motifs = _read_jaspar(path, lines)
    else:
        raise _fault(path, lines[0][0], "is not the start of a known motif format", FORMAT_REMEDY)
    if not motifs:
        raise ValueError(f"{path}: holds no motifs; {FORMAT_REMEDY}")
    return motifs


def read_databases(paths):
    """Read several databases as one.

    Parameters
    ----------
    paths : sequence of str or Path

    Returns
    -------
    list of Motif
        In the order of the files.

    Raises
    ------
    ValueError
        One line, as :func:`read_motifs`; also if two files hold a motif of the same id.
    """
    motifs, owners = [], {}
    for path in paths:
        found = read_motifs(path)
        again = next((motif.id for motif in found if motif.id in owners), None)
        if again is not None:
            raise ValueError(f"{path}: motif {again} is in {owners[again]} too; leave it out of one of the files")
        owners |= {motif.id: path for motif in found}
        motifs += found
    return motifs


def _read_meme(path, lines):
    number, version = next((number, line) for number, line in lines if line.startswith("MEME version"))
    if not re.match(r"MEME version ([4-9]|\d\d)", version):
        raise _fault(path, number, f"'{version}' is older than 4", "convert it with the MEME suite's meme2meme")
    motifs, at, label = [], 0, None
    while at < len(lines):
        number, line = lines[at]
        at += 1
        if line.startswith("ALPHABET") and not re.match(r"ALPHABET\s*=\s*ACGT$", line):
            raise _fault(path, number, f"'{line}' is not the alphabet ACGT", "give DNA motifs")
        if line.startswith("MOTIF"):
            label = line.split()[1:]
            if not label:
                raise _fault(path, number, "MOTIF has no name", "write 'MOTIF id name'")
        if not line.startswith("letter-probability matrix"):
            continue
        if label is None:
            raise _fault(path, number, "there is a matrix before any MOTIF line", "write 'MOTIF id name' above it")
        settings = dict(re.findall(r"(alength|w|nsites)\s*=\s*([\d.]+)", line))
        if settings.get("alength", "4") != "4":
            raise _fault(path, number, f"alength is {settings['alength']}, not 4", "give DNA motifs")
        rows = []
        while at < len(lines) and not re.match("[A-Za-z*]|--", lines[at][1]):
            rows.append((lines[at][0], lines[at][1].split()))
            at += 1
        if "w" in settings and len(rows) != int(float(settings["w"])):
            raise _fault(
                path,
                number,
                f"has {len(rows)} rows where w says {settings['w']}",
                "give one row per column of the motif",
            )
        sites = round(float(settings["nsites"])) if "nsites" in settings else None
        motifs.append(Motif(label[0], label[-1], sites, _frequencies(path, number, rows)[0]))
        label = None
    if label is not None:
        raise _fault(path, lines[-1][0], f"motif {label[0]} has no letter-probability matrix", "give one")
    return motifs


def _read_transfac(path, lines):
    motifs, labels, order, header, rows = [], {}, None, 0, []
    for number, line in [*lines, (lines[-1][0], "//")]:
        fields = line.split()
        key = fields[0].upper()
        if key in ("P0", "PO"):
            order, header = [letter.upper().replace("U", "T") for letter in fields[1:5]], number
            if sorted(order) != list(LETTERS):
                raise _fault(path, number, f"the letters are '{' '.join(fields[1:])}', not A C G T", "give DNA motifs")
        elif order and re.fullmatch(r"\d+", key):
            rows.append((number, fields[1:5]))
        elif key in ("AC", "ID", "NA") and len(fields) > 1:
            labels[key] = " ".join(fields[1:])
        elif key == "//":
            if order:
                frequencies, sites = _frequencies(path, header, rows, order)
                identity = labels.get("AC") or labels.get("ID") or labels.get("NA") or f"motif {len(motifs) + 1}"
                name = labels.get("NA") or labels.get("ID") or identity
                motifs.append(Motif(identity, name, sites, frequencies))
            labels, order, rows = {}, None, []
    return motifs


def _read_jaspar(path, lines):
    starts = [at for at, (_, line) in enumerate(lines) if line.startswith(">")]
    motifs = []
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        number, line = lines[start]
        label = line[1:].split()
        if not label:
            raise _fault(path, number, "'>' has no name after it", "write '>id name'")
        if stop - start != 5:
            raise _fault(
                path, number, f"has {stop - start - 1} rows, not the four of A, C, G and T", "give one row per base"
            )
        rows = {}
        for letter, (row, text) in zip(LETTERS, lines[start + 1 : stop], strict=True):
            named = re.match(r"([A-Za-z])\b[\s:|]*", text)
            base = named[1].upper().replace("U", "T") if named else letter
            if base not in LETTERS or base in rows:
                raise _fault(path, row, f"row of '{base}' is unexpected here", "give one row each of A, C, G and T")
            rows[base] = (row, re.sub(r"[\[\]]", " ", text[named.end() if named else 0 :]).split())
        widths = {len(fields) for _, fields in rows.values()}
        if len(widths) > 1:
            raise _fault(path, number, f"rows have {min(widths)} to {max(widths)} numbers", "give as many in each")
        columns = [(number, list(column)) for column in zip(*(rows[base][1] for base in LETTERS), strict=True)]
        frequencies, sites = _frequencies(path, number, columns)
        motifs.append(Motif(label[0], label[-1], sites, frequencies))
    return motifs


def _frequencies(path, header, rows, order=LETTERS):
    """Frequencies in the order A, C, G, T of numbered rows of counts or frequencies, and the sites where they are
    counts."""
    if not rows:
        raise _fault(path, header, "begins a matrix without rows", "give one row per column of the motif")
    values = np.zeros((len(rows), 4))
    for at, (number, fields) in enumerate(rows):
        if len(fields) != 4:
            raise _fault(path, number, f"has {len(fields)} numbers, not 4", "give one each for A, C, G and T")
        values[at] = [_number(path, number, text) for text in fields]
        if values[at].sum() == 0:
            raise _fault(path, number, f"column {at + 1} of the motif sums to 0", "remove it or give its counts")
    totals = values.sum(axis=1)
    sites = round(float(totals.max())) if totals.max() > 1.5 else None
    return (values / totals[:, None])[:, [list(order).index(letter) for letter in LETTERS]], sites


def _number(path, number, text):
    try:
        value = math.nan if "_" in text else float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _fault(path, number, f"'{text[:40]}' is not a number", "give counts or frequencies")
    if value < 0:
        raise _fault(path, number, f"{text[:40]} is negative", "give counts or frequencies, not log-odds")
    return value


def _fault(path, number, what, remedy):
    text = f"{path}: line {number}: {what}; {remedy}"
    return ValueError("".join(letter if letter.isprintable() else "\ufffd" for letter in text))


def read_head_matrices(path):
    """Read the table of the heads' matrices.

    Parameters
    ----------
    path : str or Path
        TSV with :data:`HEAD_COLUMNS`; of each head, or of each of its components where there is a column ``component``,
        the rows stand together, with d falling by 1 from row to row. Rows whose column ``used`` is not 1, where there
        is one, are left out.

    Returns
    -------
    list of HeadMatrix
        In the order of the file.

    Raises
    ------
    ValueError
        If a column is missing, a number is invalid, or a head's distances have gaps.
    """
    table = read_tsv(path)
    if "used" in table.columns:
        table = table[table["used"] == 1]
    missing = [column for column in HEAD_COLUMNS if column not in table.columns]
    if missing:
        raise ValueError(
            f"{path}: header: column(s) {', '.join(missing)} missing; "
            f"write a tab-separated header '{' '.join(HEAD_COLUMNS)}'"
        )
    for row, values in zip(table.index + 2, table[HEAD_COLUMNS].itertuples(index=False), strict=True):
        try:
            good = all(math.isfinite(float(value)) and float(value) >= 0 for value in values[3:])
            good &= all(float(value).is_integer() for value in values[:3])
        except (TypeError, ValueError):
            good = False
        if not good:
            raise ValueError(
                f"{path}: row {row}: layer, head and d must be whole numbers, counts and bits numbers; "
                "give numbers of 0 or more"
            )
    table = (
        table[HEAD_COLUMNS]
        .astype(float)
        .assign(component=table["component"].astype(int) if "component" in table.columns else 0)
    )
    matrices = []
    for (layer, head, component), rows in table.groupby(["layer", "head", "component"], sort=False):
        steps = np.diff(rows["d"])
        if np.any(steps != -1):
            raise ValueError(
                f"{path}: row {rows.index[int(np.argmax(steps != -1)) + 1] + 2}: d of layer "
                f"{layer:.0f}, head {head:.0f} does not fall by 1; give each distance once, highest first"
            )
        matrices.append(
            HeadMatrix(
                int(layer),
                int(head),
                int(rows["d"].iloc[0]),
                rows[list(LETTERS)].to_numpy(),
                rows["bits"].to_numpy(),
                int(component),
            )
        )
    return matrices
