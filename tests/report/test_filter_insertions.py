"""Inserted motifs on the page of --mode filters: panels, table and sentences, from tables with known effects."""

import re

import pandas as pd
import pytest
from project import ROOT

from attentome.attribution.motif_rule import NOTHING, RULE, rules_table
from attentome.io.schemas.filters import IMPORTANCE, PAIRS, RULES, SETS
from attentome.report.filter_page.insertions import SET_LINES, Insertions, insertion_part, rule_sentences
from attentome.report.html.templates import Templates

NAME = "<b>factor</b>"


def networks(task):
    return [
        {"id": f"{task} {activation} {control} {trial}", "task": task, "network": "cnn-2", "activation": activation}
        | {"control": control, "trial": trial}
        for activation in ("exponential", "relu")
        for control in ("", "untrained")
        for trial in ((1, 2) if not control else (1,))
    ]


def interval(name, value):
    return {name: value, f"{name}_low": value - 0.1, f"{name}_high": value + 0.1}


@pytest.fixture(scope="module")
def insertions():
    """Task 1: each factor raises its own output by 2; task 3: each of two raises the logit by 1, a decoy lowers it."""
    effects, pairs, sets = [], [], []
    for task, names, outputs in (
        ("task1", (NAME, "m02"), (NAME, "m02")),
        ("task3", (NAME, "m02", "m03"), ("positive",)),
    ):
        for network in networks(task):
            learned = 0.0 if network["control"] else 1.0
            for at, name in enumerate(names):
                kind = "decoy" if name == "m03" else "planted"
                for output in outputs:
                    value = learned * (2.0 * (name == output) if task == "task1" else 0.4 * (at + 1))
                    effects += [
                        {**network, "motif": f"id{at}", "name": name, "kind": kind, "strand": strand, "output": output}
                        | {"sequences": 50, **interval("effect", value)}
                        for strand in "+-"
                    ]
            pairs += [
                {**network, "first": "id0", "second": "id1", "distance": distance, "output": output, "sequences": 50}
                | {"effect": 1.0, "single_effects": 0.5, **interval("interaction", 0.5)}
                for distance in (0, 10)
                for output in outputs
            ]
            if task == "task3":
                sets += [
                    {**network, "kind": kind, "motifs": size, "output": "positive", "sequences": 50}
                    | interval("effect", learned * size * (kind in ("distinct", "copies")))
                    | interval("step", learned * (-1 if kind == "with_decoy" else 1))
                    for kind in SET_LINES
                    for size in (1, 2)
                ]
    frames = [
        pd.DataFrame(rows, columns=list(schema.columns))
        for rows, schema in ((effects, IMPORTANCE), (pairs, PAIRS), (sets, SETS))
    ]
    return Insertions(*frames, rules_table(frames[0], frames[2]))


def text_of(part):
    page = Templates(ROOT / "assets/report").plain("filter_insertions.html", part={"insertions": part})
    return page, " ".join(re.sub("<[^>]*>", " ", page).split())


def test_classes_that_are_factors_have_heat_maps(insertions):
    part = insertion_part(insertions, "task1", "cnn-2")
    assert {activation: list(panels) for activation, panels in part["effects"].items()} == {
        activation: [f"{activation}, trained", f"{activation}, untrained"] for activation in ("exponential", "relu")
    }
    assert [list(panels) for panels in part["pairs"].values()] == [["exponential, trained"], ["relu, trained"]]
    assert part["sets"] == {} and part["sequences"] == 50
    assert part["sentences"][0] == (
        "Exponential: 2.0 of 2 factors raise their own output most; a factor changes its own output by +2.00 and "
        "another by +0.00."
    )
    page, text = text_of(part)
    assert page.count("<svg") == 6 and "purple on the diagonal" in text and "<b>factor" not in page


def test_a_class_that_is_a_set_has_lines_a_table_and_the_rule(insertions):
    part = insertion_part(insertions, "task3", "cnn-2")
    assert [len(panels) for panels in part["sets"].values()] == [2, 2]
    assert part["sentences"][1] == (
        "Relu: 2 of 2 networks learned the set of motifs. All 2 factors together change the logit by +2.00; the best "
        "single motif explains 40% of that, and as many copies of one factor 100%. A decoy changes it by \u22121.00."
    )
    page, text = text_of(part)
    assert page.count("<svg") == 4 + 4 + 2 and "1 decoy" in page and "1 decoys" not in page
    rows = {(row["activation"], row["control"]): row for row in part["rules"]}
    assert rows["relu", "trained"]["trials"] == 2 and rows["relu", "untrained"]["rule"] == f"{NOTHING} 1"
    assert f"{NOTHING} 1" in text and "+2.00" in text


def test_sentences_count_the_trials_of_each_rule():
    row = {"activation": "relu", "control": "", "largest_set": 5, "together": 4.0, "single_share": 0.3}
    row |= {"copies_share": 0.8, "decoy": -0.2, "rule": RULE}
    table = pd.DataFrame([row, row, {**row, "rule": NOTHING, "together": 0.1}], columns=list(RULES.columns))
    (sentence,) = rule_sentences(table)
    assert sentence.startswith(
        "Relu: 2 of 3 networks learned the set of motifs, 1 of 3 networks show no effect of the motifs. All 5 factors "
        "together change the logit by +4.00;"
    )


def test_nothing_was_inserted(insertions):
    assert insertion_part(insertions, "task1", "cnn-50") == {}
