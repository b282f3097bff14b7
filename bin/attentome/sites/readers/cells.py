"""Read the cells of a table, delimited text or an xlsx workbook, and find its header."""

import csv
import warnings
from collections.abc import Callable
from datetime import date, time
from typing import NamedTuple

import openpyxl

from attentome.io.faults import Fault, known_names
from attentome.io.text import text_fault, text_lines
from attentome.sites.readers.rows import RowFault

HEADER_WITHIN = 20
"""The header is one of this many first rows (comments not counted), with title lines above it."""
DELIMITERS = "\t,;"
ZIP = b"PK\x03\x04"
LEGACY_WORKBOOK = b"\xd0\xcf\x11\xe0"


class Table(NamedTuple):
    """A worksheet, or a text file split at one delimiter.

    Attributes
    ----------
    name : str
        Of the worksheet; empty for text.
    head : list of (int, list of str)
        The rows that may be the header, with their numbers from 1.
    rows : callable
        Returns all rows that are not blank, with their numbers.
    merged : list of (int, int, int, int, str)
        Merged cells: first and last row (from 1), first and last column (from 0), and their range as a spreadsheet
        prints it.
    """

    name: str
    head: list
    rows: Callable
    merged: list


class Header(NamedTuple):
    """The columns of a table that are needed, and their places.

    Attributes
    ----------
    table : Table
    row : int
    cells : list of str
    index : dict of str to int
        Columns (from 0) of the roles that the table has.
    faults : list of Fault
    """

    table: Table
    row: int
    cells: list
    index: dict
    faults: list


def read_tables(path, worksheet=None):
    """Read the tables that a file may hold.

    Parameters
    ----------
    path : str or Path
        xlsx (recognised by content), or text, gzip-compressed or not.
    worksheet : str, optional
        Name of the only worksheet to take.

    Returns
    -------
    tables : list of Table
        The worksheets in their order; of text, one for each of :data:`DELIMITERS`.
    fault : Fault or None
        With a fault there are no tables.
    """
    start = first_bytes(path)
    if start.startswith(LEGACY_WORKBOOK):
        return [], Fault(None, "is an old workbook (.xls)", "save it as .xlsx")
    if start.startswith(ZIP):
        return _worksheets(path, worksheet)
    fault = text_fault(path)
    if fault is None and str(path).endswith(".xlsx"):
        fault = Fault(None, "is named .xlsx but is plain text", "name it .csv or .tsv, or save it as a workbook")
    if fault is None and worksheet:
        fault = Fault(None, f"has no worksheet '{worksheet}', as it is plain text", "leave column worksheet empty")
    if fault:
        return [], fault
    lines = list(text_lines(path))
    if not lines:
        return [], Fault(None, "holds no sites", "give at least one")
    return [_text_table(lines, delimiter) for delimiter in DELIMITERS], None


def first_bytes(path, n=8):
    """The first bytes of a file, none if it cannot be opened."""
    try:
        with open(path, "rb") as handle:
            return handle.read(n)
    except OSError:
        return b""


def _text_table(lines, delimiter):
    head, n = [], 0
    for number, line in lines:
        n += not line.startswith("#")
        if n > HEADER_WITHIN:
            break
        head.append((number, split_line(line.lstrip("#"), delimiter)))

    def rows():
        parted = ((number, split_line(line, delimiter)) for number, line in lines if not line.startswith("#"))
        return ((number, cells) for number, cells in parted if any(cells))

    return Table("", head, rows, [])


def split_line(line, delimiter):
    """Split one line into cells, quotes respected; blanks around each cell are dropped."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error:
        return [line]


def _worksheets(path, worksheet):
    try:
        with warnings.catch_warnings(), open(path, "rb") as handle:
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(handle, data_only=True)
    except Exception as error:  # A broken workbook raises many kinds of error.
        reason = " ".join(str(error).split())[:80]
        return [], Fault(
            None, f"is not a readable xlsx workbook ({type(error).__name__}: {reason})", "save it again as .xlsx"
        )
    sheets = book.worksheets
    if worksheet:
        sheets = [sheet for sheet in sheets if sheet.title == worksheet]
        if not sheets:
            names = known_names(sheet.title for sheet in book.worksheets)
            return [], Fault(None, f"has no worksheet '{worksheet}'", f"give one of {names} in column worksheet")
    tables = [table for table in map(_sheet_table, sheets) if table.head]
    if not tables:
        return [], Fault(
            None,
            f"worksheet '{sheets[0].title}' is empty" if sheets else "has no worksheet",
            "give a workbook with the table, or name its worksheet in column worksheet",
        )
    return tables, None


def _sheet_table(sheet):
    rows = [
        (number, [_text(value) for value in values])
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1)
    ]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    merged = [
        (area.min_row, area.max_row, area.min_col - 1, area.max_col - 1, area.coord)
        for area in sheet.merged_cells.ranges
    ]
    return Table(sheet.title, rows[:HEADER_WITHIN], lambda: rows, sorted(merged))


def _text(value):
    if value is None:
        return ""
    if isinstance(value, (date, time)):
        return f"{value.isoformat()} (a date or time)"
    return str(value).strip()


def find_header(tables, needed, optional=None, remedy="give a table that has it"):
    """Find the header: the first row, among the first ones of a table, that holds all the columns needed.

    Parameters
    ----------
    tables : list of Table
    needed, optional : dict of str to str
        Roles and the names of their columns.
    remedy : str
        What to do where columns are missing; ``{roles}`` in it becomes ``position_column, strand_column``.

    Returns
    -------
    Header
        With faults where no row holds them all, a name occurs twice, or cells of these columns are merged in the
        header or below it.
    """
    best, most = None, 0
    for table in tables:
        for row, cells in table.head:
            found = sum(name in cells for name in needed.values())
            if found > most:
                best, most = (table, row, cells), found
    table, row, cells = best or _widest(tables)
    if most < len(needed):
        missing = {role: name for role, name in needed.items() if name not in cells}
        return Header(table, row, cells, {}, [_missing(table, row, cells, missing, remedy)])
    faults, index = [], {}
    for role, name in {**(optional or {}), **needed}.items():
        if cells.count(name) > 1:
            faults.append(Fault(row, f"the header names the column '{name}' twice", "rename one of them"))
        elif name in cells:
            index[role] = cells.index(name)
    merged = [
        area
        for _, last, left, right, area in table.merged
        if last >= row and any(left <= column <= right for column in index.values())
    ]
    if merged and not faults:
        first = min(first for first, *_, area in table.merged if area in merged)
        faults.append(Fault(first, f"cells {known_names(merged)} are merged", "unmerge them and fill in each cell"))
    return Header(table, row, cells, index, faults)


def _widest(tables):
    """If no table has a needed column: the table whose first row has most cells, and that row."""
    table = max(tables, key=lambda table: sum(map(bool, table.head[0][1])))
    return (table, *table.head[0])


def _missing(table, row, cells, missing, remedy):
    present = [cell for cell in cells if cell]
    if len(present) < 2 and not table.name:
        return Fault(
            row,
            f"the header is one column, '{' '.join(present)[:60]}'",
            "separate the columns by tabs, commas or semicolons",
        )
    wanted = " and ".join(f"'{name}' for the {role}" for role, name in missing.items())
    return Fault(
        row,
        f"no column{'s'[len(missing) == 1 :]} {wanted} among {known_names(present, 12)}",
        remedy.format(roles=", ".join(f"{role}_column" for role in missing)),
    )


def table_rows(header):
    """The rows below a header, with their numbers, in which some cell is filled."""
    return ((number, cells) for number, cells in header.table.rows() if number > header.row)


def full_row(header, cells):
    """The cells of a row by role; a row that is shorter or longer than the header is a fault."""
    if len(cells) != len(header.cells):
        raise RowFault(
            f"has {len(cells)} columns where the header has {len(header.cells)}", "give each row as many as the header"
        )
    return {role: cells[column] for role, column in header.index.items()}
