"""The sample sheet: one row for each TSS set."""

import difflib
import math
import re

from attentome.io.faults import Fault
from attentome.io.text import text_fault, text_lines
from attentome.sites.readers.bigwig import PEAK_RADIUS
from attentome.sites.readers.cells import split_line
from attentome.sites.readers.detect import FORMATS, OPTIONS
from attentome.sites.readers.published import CONDITIONS

REQUIRED_COLUMNS = ("set", "source")
SHEET_SET_COLUMNS = ("format", "assembly", "sha256", "weight", "priority", "coordinate_fix", "contig_alias")
"""Columns that every set may fill."""
OPTION_COLUMNS = tuple(dict.fromkeys(name for names in OPTIONS.values() for name in names))
"""Columns that sets of some formats may fill."""
SHEET_COLUMNS = REQUIRED_COLUMNS + SHEET_SET_COLUMNS + OPTION_COLUMNS
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]*")
_FIX = re.compile(r"[+-]?[0-9]{1,3}/[+-]?[0-9]{1,3}")


class _CellFault(Exception):
    """Ends the reading of one cell: ``_CellFault(what, remedy)``."""


def read_sheet(path):
    """Read the sample sheet.

    Parameters
    ----------
    path : str or Path
        CSV with a header: :data:`REQUIRED_COLUMNS` and any other of :data:`SHEET_COLUMNS`.

    Returns
    -------
    entries : list of dict
        One per row: ``row`` (line in the file, from 1), ``number`` (data row, from 1), ``set``, ``sources`` (list of
        str), ``format`` (``auto`` where empty; None where format or options have faults, so that the files are better
        not read), ``assembly`` (empty for the run's genome), ``sha256`` (list of str, empty or one for each source),
        ``weight`` (float), ``priority`` (int or None), ``coordinate_fix``, ``contig_alias`` (dict of str to str),
        ``options`` (those of the format that are filled, numbers as numbers, lists as lists).
    faults : list of Fault
    """
    unreadable = text_fault(path)
    if unreadable:
        return [], [unreadable]
    lines = [(number, split_line(line, ",")) for number, line in text_lines(path)]
    rows = [(number, cells) for number, cells in lines if any(cells)]
    if not rows:
        return [], [Fault(None, "is empty", "give a header set,source,format and a row for each TSS set")]
    header, faults = rows[0][1], _header_faults(*rows[0])
    if faults:
        return [], faults
    entries, seen = [], {}
    for number, (row, cells) in enumerate(rows[1:], 1):
        if len(cells) != len(header):
            faults.append(
                Fault(
                    row,
                    f"has {len(cells)} columns where the header has {len(header)}",
                    "give each row as many commas as the header",
                )
            )
            continue
        entry, wrong = _entry(dict(zip(header, cells, strict=True)))
        wrong += _name_faults(entry["set"], seen)
        faults += [Fault(row, *fault) for fault in wrong]
        seen.setdefault(entry["set"], row)
        entries.append({"row": row, "number": number} | entry)
    if len(rows) == 1:
        faults.append(Fault(None, "has a header and no rows", "give a row for each TSS set"))
    return entries, faults


def _header_faults(row, header):
    if len(header) == 1 and re.search("[\t;]", header[0]):
        return [Fault(row, "the header is not separated by commas", "save the sample sheet as CSV with commas")]
    faults = []
    for name in dict.fromkeys(header):
        if name not in SHEET_COLUMNS:
            close = {"file": ["source"]}.get(name.lower()) or difflib.get_close_matches(name.lower(), SHEET_COLUMNS, 1)
            remedy = f"did you mean '{close[0]}'?" if close else f"the columns are {', '.join(SHEET_COLUMNS)}"
            faults.append(Fault(row, f"unknown column '{name}'", remedy))
        elif header.count(name) > 1:
            faults.append(Fault(row, f"the column '{name}' occurs twice", "remove one of them"))
    renamed = " ".join(fault.remedy for fault in faults)
    faults += [
        Fault(row, f"the header lacks the column '{name}'", "add it: each set needs its name and its source")
        for name in REQUIRED_COLUMNS
        if name not in header and f"'{name}'" not in renamed
    ]
    return faults


def _entry(values):
    """One row's entry and its faults as ``(what, remedy)``."""
    faults = []

    def cell(name, read, default):
        if not values.get(name):
            return default
        try:
            return read(values[name], name)
        except _CellFault as fault:
            faults.append(fault.args)
            return default

    entry = {
        "set": values["set"],
        "sources": cell("source", _words, []),
        "format": cell("format", _format, None if values.get("format") else "auto"),
        "assembly": values.get("assembly", ""),
        "sha256": cell("sha256", _checksums, []),
        "weight": cell("weight", _positive, 1.0),
        "priority": cell("priority", _from_one, None),
        "coordinate_fix": cell("coordinate_fix", _fix, "auto"),
        "contig_alias": cell("contig_alias", _aliases, {}),
    }
    faults += [(f"'{name}' is empty", "fill it in") for name in REQUIRED_COLUMNS if not values[name]]
    before = len(faults)
    entry["options"] = {
        name: cell(name, _READ_OPTION.get(name, _text), None) for name in OPTION_COLUMNS if values.get(name)
    }
    kind = entry["format"]
    if kind not in (None, "auto"):
        strange = [name for name in entry["options"] if name not in OPTIONS.get(kind, ())]
        if strange:
            faults.append((f"{', '.join(strange)} given for format {kind}", _belongs(strange)))
    if kind == "bigwig" and len(entry["sources"]) not in (0, 2, 4):
        faults.append(
            (
                f"format bigwig has {len(entry['sources'])} source{'s'[len(entry['sources']) == 1 :]}",
                "give plus.bw|minus.bw, or with a control plus.bw|minus.bw|control_plus.bw|control_minus.bw",
            )
        )
    if len(entry["sha256"]) not in (0, len(entry["sources"])):
        faults.append(
            (
                f"{len(entry['sha256'])} checksums in sha256 for {len(entry['sources'])} sources",
                "give one for each source, joined by '|', or none",
            )
        )
    if len(faults) > before:
        entry["format"] = None
    return entry, faults


def _belongs(names):
    homes = [format for format, options in OPTIONS.items() if set(names) & set(options)]
    return f"leave {'it' if len(names) == 1 else 'them'} empty, or name the format: {' or '.join(homes)}"


def _name_faults(name, seen):
    if name and not _NAME.fullmatch(name):
        return [(f"set name '{name}'", "use letters, digits, '_', '.' and '-' only, a letter or digit first")]
    if name and name in seen:
        return [(f"set name '{name}' is taken by row {seen[name]}", "give each set its own name")]
    return []


def _text(text, name):
    return text


def _words(text, name):
    words = [word.strip() for word in text.split("|")]
    if not all(words):
        raise _CellFault(f"{name} '{text}' has an empty part", "give something on both sides of each '|'")
    return words


def _format(text, name):
    if text.lower() not in ("auto", *FORMATS):
        raise _CellFault(f"unknown format '{text}'", f"give one of auto, {', '.join(FORMATS)}")
    return text.lower()


def _checksums(text, name):
    sums = [word.lower() for word in _words(text, name)]
    for checksum in sums:
        if not re.fullmatch("[0-9a-f]{64}", checksum):
            raise _CellFault(f"sha256 is '{checksum}'", "give 64 hexadecimal digits for each source")
    return sums


def _positive(text, name):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise _CellFault(f"{name} is '{text}'", "give a number above 0")
    return number


def _from_one(text, name):
    if not re.fullmatch("0*[1-9][0-9]{0,8}", text):
        raise _CellFault(f"{name} is '{text}'", "give a whole number from 1")
    return int(text)


def _fix(text, name):
    if text not in ("auto", "report") and not _FIX.fullmatch(text):
        raise _CellFault(
            f"coordinate_fix is '{text}'",
            "give auto, report, or the nt to add on each strand, plus/minus, such as +1/0",
        )
    return text


def _aliases(text, name):
    pairs = [[side.strip() for side in word.partition("=")[::2]] for word in _words(text, name)]
    for printed, own in pairs:
        if not printed or not own:
            raise _CellFault(
                f"contig_alias is '{text}'",
                "give the name in the source = the name in the genome, several joined by '|'",
            )
    return {printed: own for printed, own in pairs}


def _condition(text, name):
    if text.lower() not in CONDITIONS:
        raise _CellFault(f"condition is '{text}'", f"give one of {', '.join(CONDITIONS)}")
    return text.lower()


def _base(text, name):
    if text not in ("0", "1"):
        raise _CellFault(f"position_base is '{text}'", "give 1 if the first base of a contig is number 1, or 0")
    return int(text)


def _window(text, name):
    least = 2 * PEAK_RADIUS + 2
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < least:
        raise _CellFault(f"{name} is '{text}'", f"give a whole number from {least}, in nt")
    return int(text)


_READ_OPTION = {
    "condition": _condition,
    "evidence": _words,
    "sigma": _words,
    "position_base": _base,
    "min_count": _positive,
    "min_fold": _positive,
    "background_window": _window,
}
