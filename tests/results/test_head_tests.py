"""The one scale of all effect logos of a run."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tested_fixture import write_tested

from attentome.results.head_tests import read_tested


@pytest.fixture
def tested(tmp_path):
    write_tested(tmp_path, ["A", "D"], heads_a_layer=2)
    return read_tested(tmp_path)


@pytest.mark.parametrize(
    ("head", "control", "bits", "words"),
    [
        (0.0, 0.0, 0.25, "0 to 0.25 bit,"),
        (0.25, 0.1, 0.25, "0 to 0.25 bit,"),
        (0.26, 0.1, 0.5, "0 to 0.5 bit,"),
        (0.1, 0.7, 1.0, "0 to 1 bit,"),
        (1.01, 0.1, 1.5, "0 to 1.5 bits,"),
        (1.6, 1.7, 2.0, "0 to 2 bits,"),
        (2.4, 0.1, 2.0, "0 to 2 bits,"),
    ],
)
def test_scale_holds_the_highest_used_column_of_heads_and_controls(tested, head, control, bits, words):
    for table, highest in ((tested.logos, head), (tested.control_logos, control)):
        table["bits"] = np.where(table["used"] == 1, highest / 2, 1.9)
        table.loc[table.index[table["used"] == 1][-1:], "bits"] = highest
    assert tested.logo_bits == bits and tested.logo_scale.startswith(words)


def test_scale_where_there_are_no_logos(tested):
    nothing = pd.DataFrame()
    assert replace(tested, control_logos=nothing).logo_bits == 1
    assert replace(tested, logos=nothing).logo_bits == 0.25
    assert replace(tested, logos=nothing, control_logos=nothing).logo_bits == 0.25
    tested.logos["used"] = 0
    assert replace(tested, control_logos=nothing).logo_bits == 0.25
