"""Promoter elements and the two rulers of every profile: distance from d = 0, and base relative to the TSS.

d = 0 (the query, or the end of its window) lies ``label_shift`` nt downstream of the TSS, in reading direction. There
is no base 0: the first transcribed base is +1 and the base before it is -1.
"""

import csv
from dataclasses import dataclass

from attentome.genome.ruler import distance_of_base
from attentome.io.files import open_text


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
        """Smallest and largest distance (nt, both included) where d = 0 is at the TSS +
        ``label_shift``."""
        return distance_of_base(self.last, label_shift), distance_of_base(self.first, label_shift)


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
                    f"{path}: row {number}: from and to must be whole numbers, found '{row['from']}' and '{row['to']}'"
                ) from None
            if first == 0 or last == 0 or first > last:
                raise ValueError(
                    f"{path}: row {number}: need from <= to and no base 0, found {first} and {last}; "
                    "the base before the TSS is -1, the TSS is 1"
                )
            elements.append(Element(row["name"], first, last, row.get("source") or ""))
    return elements
