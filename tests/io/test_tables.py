"""Schemas of tables: they read what they write, name what does not fit, and docs/output.md explains every column."""

import re

import numpy as np
import pandas as pd
import pytest
from full_tables import all_schemas
from project import ROOT

from attentome.io.tables import EXPECTED, TableSchema

SMALL = TableSchema(
    "tests/small.tsv", "MAKE_SMALL", {"layer": "int", "lag": "int? nt", "rho": "float", "element": "text"}
)
ROWS = pd.DataFrame({"layer": [1, 2], "lag": [np.nan, 3], "rho": [0.5, np.nan], "element": ["-10", ""]})


def test_a_table_comes_back_as_it_was_written(tmp_path):
    SMALL.write(tmp_path / "small.tsv", ROWS)
    assert (tmp_path / "small.tsv").read_text() == "layer\tlag\trho\telement\n1\tnan\t0.5\t-10\n2\t3\tnan\t\n"
    pd.testing.assert_frame_equal(SMALL.read(tmp_path / "small.tsv"), ROWS, check_dtype=False)


def test_a_table_without_rows_is_its_header(tmp_path):
    for empty in (pd.DataFrame(), ROWS[:0]):
        SMALL.write(tmp_path / "small.tsv", empty)
        assert (tmp_path / "small.tsv").read_text() == "layer\tlag\trho\telement\n"
    assert list(SMALL.read(tmp_path / "small.tsv")) == list(SMALL.columns)


def test_columns_that_are_not_those_of_the_schema_are_not_written(tmp_path):
    for wrong in (ROWS.drop(columns="rho"), ROWS.assign(more=1), ROWS[["lag", "layer", "rho", "element"]]):
        with pytest.raises(ValueError, match="small.tsv: columns are .*, expected layer, lag, rho, element"):
            SMALL.write(tmp_path / "small.tsv", wrong)
    assert not (tmp_path / "small.tsv").exists()


def test_further_columns_may_stand_in_a_file(tmp_path):
    (tmp_path / "small.tsv").write_text("layer\tmore\tlag\trho\telement\n1\tx\t2\t3\t007\n")
    assert SMALL.read(tmp_path / "small.tsv")["element"].tolist() == ["007"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"column\(s\) layer, lag, rho, element missing"),
        ("layer\tlag\telement\n1\t2\tx\n", r"column\(s\) rho missing from the header"),
        (
            "layer\tlag\trho\telement\n1\t2\t3\tx\none\t2\t3\tx\n",
            "line 3: column layer holds 'one', expected whole numbers",
        ),
        ("layer\tlag\trho\telement\n1.5\t2\t3\tx\n", "line 2: column layer holds '1.5', expected whole numbers"),
        ("layer\tlag\trho\telement\nnan\t2\t3\tx\n", "line 2: column layer holds 'nan', expected whole numbers"),
        ("layer\tlag\trho\telement\n1\t2.5\t3\tx\n", "line 2: column lag holds '2.5', expected whole numbers or nan"),
        ("layer\tlag\trho\telement\n1\t2\thigh\tx\n", "line 2: column rho holds 'high', expected numbers"),
        ("layer\tlag\trho\telement\n1\t2\t\tx\n", "line 2: column rho holds '', expected numbers"),
    ],
)
def test_a_fault_names_file_column_and_remedy(tmp_path, text, message):
    (tmp_path / "small.tsv").write_text(text)
    with pytest.raises(ValueError, match=message) as fault:
        SMALL.read(tmp_path / "small.tsv")
    text = str(fault.value)
    assert text.startswith(f"{tmp_path / 'small.tsv'}: ") and "MAKE_SMALL writes small.tsv" in text
    assert "layer lag rho element" in text and "run it again" in text and "\n" not in text


def test_columns_that_are_read_as_they_should_be_are_not_copied(tmp_path, monkeypatch):
    SMALL.write(tmp_path / "small.tsv", ROWS.assign(lag=3))
    monkeypatch.setattr(pd, "to_numeric", None)
    SMALL.read(tmp_path / "small.tsv")


@pytest.mark.parametrize("schema", all_schemas(), ids=lambda schema: schema.file)
def test_every_column_is_documented(schema):
    """In the section of its folder, where its file is named too, or in docs/formats.md where that section says so."""
    text = (ROOT / "docs/output.md").read_text()
    sections = {part.partition("\n")[0]: part for part in re.split(r"^## ", text, flags=re.MULTILINE)}
    folder, _, _ = schema.file.partition("/")
    (section,) = (part for heading, part in sections.items() if f"`{folder}/`" in heading)
    assert f"{schema.file.split('/')[-1]}`" in section
    if "Columns and keys are in [formats.md]" in section:
        section = (ROOT / "docs/formats.md").read_text()
    for column in schema.columns:
        assert f"`{column.lstrip('#')}`" in section, f"docs/output.md does not explain {column} of {schema.file}"
        assert schema.kind(column) in EXPECTED
