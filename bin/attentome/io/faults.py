"""What is wrong in a user's file: row, what, remedy."""

from typing import NamedTuple

FAULTS_SHOWN = 20
"""Maximum number of faults listed for one file; the others are counted."""


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
        lines.append(f"{file}: and {len(alike) - FAULTS_SHOWN} more faults; correct these first, then run again")
    return lines


def _one_line(text):
    """Make text safe within a line: characters that cannot be printed or would end the line become U+FFFD."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def known_names(names, shown=5):
    """Join some names as a list in prose: ``a, b, c and 7 more``."""
    names = list(names)
    text = ", ".join(names[:shown])
    return text if len(names) <= shown else f"{text} and {len(names) - shown} more"
