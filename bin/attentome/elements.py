"""Promoter elements and the two rulers of every profile: distance from d = 0, and base relative to the
TSS.

d = 0 (the query, or the end of its window) lies ``label_shift`` nt downstream of the TSS, in reading direction. There
is no base 0: the first transcribed base is +1 and the base before it is -1.
"""

import csv
from dataclasses import dataclass

from attentome.formats import open_text


@dataclass(frozen=True)
class Element:
    """A named stretch of a promoter.

    Attributes
    ----------
    name : str
    first, last : int
        First and last base relative to the TSS, both included, ``first <= last``.
    source : str
        Where the coordinates come from.
    """

    name: str
    first: int
    last: int
    source: str = ""

    def distances(self, label_shift):
        """Smallest and largest distance (nt, both included) where d = 0 sits on the TSS +
        ``label_shift``."""
        return distance_of_base(self.last, label_shift), distance_of_base(self.first, label_shift)


def distance_of_base(base, label_shift):
    """Distance d (nt upstream of d = 0) of a base relative to the TSS.

    Parameters
    ----------
    base : int
        -1, -2, ... upstream of the TSS, +1, +2, ... from the TSS on; 0 does not exist.
    label_shift : int
        nt from the TSS to d = 0.

    Returns
    -------
    int
        May be negative: such a base lies downstream of d = 0.

    Raises
    ------
    ValueError
        For base 0.
    """
    if base == 0:
        raise ValueError("there is no base 0: the TSS is base +1 and the base before it is -1")
    return label_shift - base if base < 0 else label_shift + 1 - base


def base_of_distance(d, label_shift):
    """Base relative to the TSS (never 0) at distance ``d`` where d = 0 sits on the TSS +
    ``label_shift``."""
    return label_shift + 1 - d if d <= label_shift else label_shift - d


def signed(number):
    """A whole number with its sign, as printed: ``+1``, or ``−10`` with a real minus sign."""
    return f"+{number}" if number > 0 else str(number).replace("-", "\N{MINUS SIGN}")


def read_elements(path):
    """Read a table of elements.

    Parameters
    ----------
    path : str or Path
        TSV with the columns ``name``, ``from``, ``to`` (bases relative to the TSS, both included) and
        ``source``.

    Returns
    -------
    list of Element
        In the order of the file.

    Raises
    ------
    ValueError
        If a column is missing or a row has no valid bases; the message names file and row.
    """
    elements = []
    with open_text(path) as handle:
        reader = csv.DictReader(handle, delimiter="\t")
        missing = [column for column in ("name", "from", "to") if column not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(
                f"{path}: header: column(s) {', '.join(missing)} missing; "
                "write a tab-separated header 'name from to source'"
            )
        for number, row in enumerate(reader, 2):
            try:
                first, last = int(row["from"]), int(row["to"])
            except (TypeError, ValueError):
                raise ValueError(
                    f"{path}: row {number}: from and to must be whole numbers, "
                    f"found '{row['from']}' and '{row['to']}'"
                ) from None
            if first == 0 or last == 0 or first > last:
                raise ValueError(
                    f"{path}: row {number}: need from <= to and no base 0, found {first} and {last}; "
                    "the base before the TSS is -1, the TSS is 1"
                )
            elements.append(Element(row["name"], first, last, row.get("source") or ""))
    return elements
