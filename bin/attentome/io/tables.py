"""A table between two steps: its columns, written and read by one schema.

The schemas themselves are in :mod:`attentome.io.schemas`, a module for each stage, so that a change of one table runs
only those tasks again that write or read it.
"""

from dataclasses import dataclass
from pathlib import Path

from attentome.io.files import write_tsv

EXPECTED = {"int": "whole numbers", "int?": "whole numbers or nan", "float": "numbers", "text": "text"}
"""Kinds of columns. A float may be nan."""


@dataclass(frozen=True)
class TableSchema:
    """The columns of one kind of table.

    Attributes
    ----------
    file : str
        Path below the folder of results, as in ``docs/output.md``; ``<...>`` stands for a name.
    maker : str
        Process that writes it.
    columns : dict of str to str
        Name to kind (one of :data:`EXPECTED`) and, behind a blank, unit; in the order of the file.
    """

    file: str
    maker: str
    columns: dict

    def kind(self, column):
        """Kind of a column without its unit."""
        return self.columns[column].partition(" ")[0]

    def write(self, path, table):
        """Write a data frame as TSV; without rows, the header alone.

        Raises
        ------
        ValueError
            If its columns are not those of the schema, in their order.
        """
        if len(table) == 0:
            table = table.reindex(columns=list(self.columns))
        if list(table.columns) != list(self.columns):
            raise ValueError(f"{path}: columns are {', '.join(table.columns)}, expected {', '.join(self.columns)}")
        write_tsv(path, table)

    def read(self, path):
        """Read a TSV file into a data frame and check its columns; further ones may stand in it.

        Raises
        ------
        ValueError
            If a column is missing or holds anything of another kind; names file, column and remedy.
        """
        import pandas as pd

        text = {column: str for column in self.columns if self.kind(column) == "text"}
        try:
            table = pd.read_csv(path, sep="\t", dtype=text, keep_default_na=False, na_values=["nan"])
        except pd.errors.EmptyDataError:
            table = pd.DataFrame()
        missing = [column for column in self.columns if column not in table.columns]
        if missing:
            raise ValueError(f"{path}: column(s) {', '.join(missing)} missing from the header; {self._remedy(path)}")
        for column in self.columns:
            self._check_kind(path, table[column])
        return table

    def _check_kind(self, path, values):
        import pandas as pd

        kind = self.kind(values.name)
        fits = {"text": True, "float": values.dtype.kind in "iuf"}.get(kind, values.dtype.kind in "iu")
        if fits or len(values) == 0:
            return
        numbers = pd.to_numeric(values, errors="coerce")
        wrong = (numbers.isna() & values.notna()).to_numpy()
        if kind != "float":
            wrong = wrong | (numbers.notna() & (numbers % 1 != 0)).to_numpy()
        if kind == "int":
            wrong = wrong | values.isna().to_numpy()
        if wrong.any():
            row = int(wrong.argmax())
            raise ValueError(
                f"{path}: line {row + 2}: column {values.name} holds '{values.iloc[row]}', expected {EXPECTED[kind]}; "
                f"{self._remedy(path)}"
            )

    def _remedy(self, path):
        return (
            f"{self.maker} writes {Path(path).name} with the columns {' '.join(self.columns)}: run it again with this "
            "version, or correct the file"
        )
