"""The rule that insertions show, from tables with known effects."""

import numpy as np
import pandas as pd
import pytest

from attentome.attribution.motif_rule import MOTIFS, NOTHING, RULE, SINGLE, rule_of, rules_table
from attentome.io.schemas.filters import IMPORTANCE, RULES, SETS

NETWORK = {"id": "n", "task": "task3", "network": "cnn-local", "activation": "relu", "control": "", "trial": 1}
LEARNED = {"together": 4.0, "together_low": 3.5, "own_share": 0.9, "single_share": 0.3, "decoy_high": -0.1}


@pytest.mark.parametrize(
    "change, rule",
    [
        ({}, RULE),
        ({"decoy_high": 0.0}, MOTIFS),
        ({"single_share": 0.5}, SINGLE),
        ({"single_share": 0.5, "decoy_high": 1.0}, SINGLE),
        ({"together": 0.9}, NOTHING),
        ({"together_low": -0.1, "single_share": np.nan, "own_share": np.nan}, NOTHING),
        ({"own_share": 0.5}, NOTHING),
        ({"together": np.nan}, NOTHING),
    ],
)
def test_the_rule(change, rule):
    assert rule_of(LEARNED | change) == rule


def importance(effects, kind="planted"):
    """Rows of motifs x outputs, on both strands 0.5 around the mean, all intervals 0.2 wide."""
    rows = [
        {**NETWORK, "motif": name, "name": name, "kind": kind, "strand": strand, "output": output, "sequences": 50}
        | {"effect": value + shift, "effect_low": value + shift - 0.1, "effect_high": value + shift + 0.1}
        for name, outputs in effects.items()
        for output, value in outputs.items()
        for strand, shift in (("+", 0.5), ("-", -0.5))
    ]
    return pd.DataFrame(rows, columns=list(IMPORTANCE.columns))


def test_a_set_of_motifs():
    effects = {"distinct": [1, 2, 4], "copies": [1, 2, 3], "with_decoy": [0, 1, 3], "shuffled": [0, 0, 0.4]}
    rows = [
        {**NETWORK, "kind": kind, "motifs": size, "output": "positive", "sequences": 50, "effect": value}
        | {"effect_low": value - 0.1, "effect_high": value + 0.1}
        | {"step": step, "step_low": step - 0.1, "step_high": step + 0.1}
        for kind, values in effects.items()
        for size, (value, step) in enumerate(zip(values, np.diff(values, prepend=0), strict=True), 1)
        for step in [-1 if kind == "with_decoy" else step]
    ]
    table = importance({"a": {"positive": 1.0}, "b": {"positive": 1.6}, "c": {"positive": 0.2}})
    decoys = importance({"d": {"positive": 9.0}}, "decoy")
    (row,) = rules_table(pd.concat([table, decoys]), pd.DataFrame(rows, columns=list(SETS.columns))).to_dict("records")
    assert list(row) == list(RULES.columns) and row["rule"] == RULE
    assert (row["factors"], row["largest_set"], row["rising"], row["best"]) == (3, 3, 3, "b")
    assert row["together"] == 4 and (row["together_low"], row["together_high"]) == pytest.approx((3.9, 4.1))
    shares = [row[name] for name in ("own_share", "single_share", "copies_share")]
    assert shares == pytest.approx([0.9, 0.4, 0.75])
    assert (row["decoy"], row["decoy_high"]) == pytest.approx((-1, -0.9))
    assert pd.isna(row["factors_own"]) and np.isnan(row["own_effect"])


def test_classes_that_are_factors():
    effects = {
        "a": {"a": 3.0, "b": 0.0, "c": -0.4},
        "b": {"a": 0.1, "b": 0.5, "c": 0.2},
        "c": {"a": 2.0, "b": 0, "c": 1},
    }
    (row,) = rules_table(importance(effects), pd.DataFrame(columns=list(SETS.columns))).to_dict("records")
    # b raises its own output most, but not on both strands; c raises the output of a more.
    assert (row["factors"], row["factors_own"]) == (3, 1)
    assert row["own_effect"] == pytest.approx(1.5) and row["other_effects"] == pytest.approx(1.9 / 6)
    assert row["rule"] == "" and pd.isna(row["largest_set"]) and np.isnan(row["together"])


def test_networks_without_planted_motifs_have_no_row():
    empty = [pd.DataFrame(columns=list(schema.columns)) for schema in (IMPORTANCE, SETS)]
    assert rules_table(*empty).empty and rules_table(importance({"a": {"y": 1.0}}, "matched"), empty[1]).empty
