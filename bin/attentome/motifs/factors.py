"""Read which motifs of a database a simulated task plants, and which of its motifs count as the same factor."""

from typing import NamedTuple

from attentome.io.text import text_lines

COLUMNS = ("factor", "motifs", "tasks")
TASKS = ("1", "3")


class Factor(NamedTuple):
    """A factor that a task plants.

    Attributes
    ----------
    name : str
    motifs : tuple of str
        Ids in the database. The first is planted; a filter that matches any of them has found the factor.
    """

    name: str
    motifs: tuple


def read_factors(path, motifs, task):
    """Read the factors of a task.

    Parameters
    ----------
    path : str or Path
        TSV such as assets/filters/jaspar2016_factors.tsv: ``factor``, ``motifs`` (ids, separated by commas) and
        ``tasks`` (numbers, separated by commas).
    motifs : list of Motif
        The database.
    task : str
        ``1`` or ``3``.

    Returns
    -------
    list of Factor
        Those of the task, in the order of the table.

    Raises
    ------
    ValueError
        In one line: file, line, what is wrong, what to do.
    """
    known, found = {motif.id for motif in motifs}, []
    lines = iter(text_lines(path))
    number, header = next(lines, (1, ""))
    if tuple(header.split("\t")) != COLUMNS:
        raise ValueError(f"{path}: line {number}: the header is not {' '.join(COLUMNS)}; separate columns by tabs")
    for number, line in lines:
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != len(COLUMNS) or not all(cells):
            raise ValueError(f"{path}: line {number}: expected {len(COLUMNS)} cells; fill {', '.join(COLUMNS)}")
        name, ids, tasks = cells[0], *(tuple(part.strip() for part in cell.split(",")) for cell in cells[1:])
        missing = [motif for motif in ids if motif not in known]
        if missing:
            raise ValueError(
                f"{path}: line {number}: no motif {', '.join(missing)} in the database; "
                "give the ids of the motif file that --motifs names"
            )
        if name in [one.name for one in found]:
            raise ValueError(f"{path}: line {number}: factor {name} is there twice; put its motifs into one line")
        strange = [each for each in tasks if each not in TASKS]
        if strange:
            raise ValueError(f"{path}: line {number}: task {', '.join(strange)} is unknown; give {' or '.join(TASKS)}")
        if task in tasks:
            found.append(Factor(name, ids))
    if not found:
        raise ValueError(f"{path}: no factor is of task {task}; write {task} into the column tasks of one or more")
    return found
