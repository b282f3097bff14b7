"""Claims made by hand, whose truth is known, against planted parts whose distances are worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from attentome.evidence import grades
from attentome.io.files import write_tsv
from attentome.simulate import truth
from attentome.simulate.designs import DESIGNS, simulate_design
from attentome.simulate.minimal import simulate_genome
from attentome.simulate.truth import (
    CLAIM_COLUMNS,
    expected_parts,
    judge_claims,
    parts_of_minimal,
    position_error,
    read_claims,
    recall_table,
    summarise_runs,
)

NAN = float("nan")
PLACES = {
    "crp_61": (74, 89),
    "up": (58, 79),
    "crp_41": (54, 69),
    "minus35": (50, 55),
    "motif": (40, 47),
    "ext_minus10": (34, 35),
    "minus10": (27, 32),
    "scrambled_minus10": (27, 32),
}
"""Distances for a label 20 nt downstream of the TSS: base -p lies at 20 + p."""


@pytest.fixture(scope="module")
def expected():
    _, _, parts = simulate_design(DESIGNS["hard"], 120_000, 300, seed=2)
    return expected_parts(parts, 20)


def claims(*rows):
    return pd.DataFrame(rows, columns=CLAIM_COLUMNS)


def test_expected_distances_of_all_parts(expected):
    found = {row.part: (row.from_d, row.to_d) for row in expected.itertuples()}
    assert found == PLACES
    assert expected["to_d"].is_monotonic_decreasing
    by_part = expected.set_index("part")
    assert by_part["effect"].to_dict() == {part: int(part not in ("motif", "scrambled_minus10")) for part in PLACES}
    assert by_part["share"].dropna().to_dict() == pytest.approx(
        {"minus10": 1, "minus35": 0.3, "ext_minus10": 0.2, "up": 0.2, "crp_61": 0.15, "crp_41": 0.15}, abs=0.005
    )
    assert by_part["element"].to_dict() == {
        "crp_61": "CRP",
        "up": "UP",
        "crp_41": "CRP",
        "minus35": "-35",
        "ext_minus10": "ext. -10",
        "minus10": "-10",
        "motif": "",
        "scrambled_minus10": "",
    }


def test_expected_distances_follow_the_label_shift():
    _, truth = simulate_genome(30_000, 60, 10, seed=1)
    parts = parts_of_minimal(truth)
    assert len(parts) == 2 * 60 + 2 * 10
    for shift, places in (
        (20, {"minus35": (50, 55), "minus10": (27, 32)}),
        (0, {"minus35": (30, 35), "minus10": (7, 12)}),
    ):
        table = expected_parts(parts, shift)
        assert {row.part: (row.from_d, row.to_d) for row in table.itertuples()} == places
        assert table["share"].tolist() == [1, 1] and table["n"].tolist() == [60, 60]


@pytest.mark.parametrize(
    ("stretch", "part", "error"),
    [
        ((27, 32), (27, 32), 0),
        ((28, 33), (27, 32), 1),
        ((22, 27), (27, 32), 5),
        ((29, 30), (27, 32), 0),
        ((27, 35), (34, 35), 0),
        ((20, 90), (27, 32), 0),
        ((31, 34), (27, 32), 2),
        ((33, 34), (27, 32), 2),
        ((24, 35), (34, 36), 1),
        ((50, 51), (27, 32), 19),
    ],
)
def test_position_error_by_trying_all_moves(stretch, part, error):
    def within(inner, outer):
        return outer[0] <= inner[0] and inner[1] <= outer[1]

    moves = [
        abs(move)
        for move in range(-100, 101)
        for moved in [(stretch[0] + move, stretch[1] + move)]
        if within(moved, part) or within(part, moved)
    ]
    assert position_error(*stretch, *part) == min(moves) == error


def test_each_kind_of_claim_is_judged(expected):
    table = claims(
        (1, 1, "A", "-10", 0.01, 27, 32, 0),  # exact
        (1, 2, "B", "-35", 0.01, 52, 57, 2),  # 2 nt off
        (1, 3, "B", "-35", 0.01, 53, 58, 3),  # 3 nt off
        (1, 4, "C", "CRP class I", 0.02, 74, 89, 0),  # one of two places, by its longer name
        (2, 1, "C", "CRP", 0.02, 54, 69, 0),  # the other
        (2, 2, "A", "disc.", 0.01, 21, 26, 0),  # a name that nothing planted bears
        (2, 3, "A", "-10", 0.01, NAN, NAN, 0),  # a name without a stretch
        (2, 4, "B", "", NAN, 41, 46, NAN),  # the 8-mer of decoys
        (3, 1, "D", "", NAN, 29, 53, NAN),  # from the -10 to the -35 hexamer
        (3, 2, "D", "", NAN, NAN, NAN, NAN),  # says nothing
        (3, 3, "unsupported", "-10", 0.01, 27, 32, 0),  # not graded
        (3, 4, "C", "ext. -10", 0.03, 27, 35, 0),  # the TG and the hexamer behind it
        (4, 1, "C", "UP", 0.03, 58, 79, 4),  # the PWM itself fits better 4 nt off
        (4, 2, "C", "", NAN, 95, 99, NAN),  # where nothing is
        (4, 3, "C", "-100", 0.01, 27, 32, 0),
    )  # no blank behind the name
    judged = judge_claims(table, expected)
    assert judged["verdict"].tolist() == [
        "true",
        "true",
        "false",
        "true",
        "true",
        "false",
        "false",
        "false",
        "true",
        "silent",
        "not graded",
        "true",
        "false",
        "false",
        "false",
    ]
    assert judged["part"].tolist() == [
        "minus10",
        "minus35",
        "minus35",
        "crp_61",
        "crp_41",
        "",
        "",
        "",
        "",
        "",
        "",
        "ext_minus10",
        "up",
        "",
        "",
    ]
    errors = [0, 2, 3, 0, 0, NAN, NAN, NAN, NAN, NAN, NAN, 0, 4, NAN, NAN]
    np.testing.assert_array_equal(judged["error_nt"].to_numpy(), errors)
    recalled = recall_table(table, expected).set_index("part")
    assert recalled["recalled"].to_dict() == {
        "crp_61": 1,
        "up": 0,
        "crp_41": 1,
        "minus35": 1,
        "ext_minus10": 1,
        "minus10": 1,
    }
    assert (recalled.loc["minus35", ["layer", "head", "grade", "error_nt"]] == [1, 2, "B", 2]).all()
    assert recalled.loc["up", ["layer", "head", "grade", "error_nt"]].isna().all()
    assert recall_table(table, expected, tolerance=4)["recalled"].tolist() == [1] * 6
    assert judge_claims(table, expected, tolerance=0)["verdict"][1] == "false"


def test_decoy_parts_are_never_recalled(expected):
    """At the place of the 8-mer no name is right, and no unnamed head either."""
    table = claims(
        *[
            (1, head, "A", name, 0.001, 40, 47, 0)
            for head, name in enumerate(["-10", "-35", "UP", "CRP", "ext. -10", "motif", ""], 1)
        ]
    )
    assert (judge_claims(table, expected)["verdict"] == "false").all()
    assert recall_table(table, expected)["recalled"].sum() == 0


def test_the_best_head_of_several_is_named(expected):
    rows = [
        (2, 1, "B", "-10", 0.001, 27, 32, 0),
        (2, 2, "A", "-10", 0.04, 28, 33, 1),
        (1, 3, "A", "-10", 0.03, 28, 33, 1),
        (3, 1, "A", "-10", 0.03, 28, 33, 1),
    ]
    for turn in range(len(rows)):
        best = recall_table(claims(*rows[turn:], *rows[:turn]), expected).set_index("part").loc["minus10"]
        assert (best["layer"], best["head"], best["grade"], best["error_nt"]) == (1, 3, "A", 1)


def test_summary_of_runs(expected):
    ten, thirtyfive = ("-10", 0.01, 27, 32, 0), ("-35", 0.01, 51, 56, 1)
    one = claims(
        (1, 1, "A", *ten),
        (1, 2, "B", *thirtyfive),
        (1, 3, "C", "", NAN, 41, 46, NAN),
        (1, 4, "unsupported", "", NAN, NAN, NAN, NAN),
    )
    two = claims(
        (1, 1, "C", *ten),
        (1, 2, "D", "", NAN, NAN, NAN, NAN),
        (1, 3, "D", "", NAN, 28, 31, NAN),
        (1, 4, "C", "CRP", 0.02, 52, 67, 2),
    )
    three = claims(*[(1, head, "unsupported", "", NAN, NAN, NAN, NAN) for head in (1, 2, 3, 4)])
    random = claims((1, 1, "C", *ten), *[(1, head, "unsupported", "", NAN, NAN, NAN, NAN) for head in (2, 3, 4)])
    table = pd.concat(
        [
            one.assign(run="a", control=""),
            two.assign(run="b", control=""),
            three.assign(run="c", control=""),
            random.assign(run="d", control="random"),
            three.assign(run="e", control="rotated"),
        ],
        ignore_index=True,
    )
    summary, by_part = summarise_runs(table, expected)
    # Six parts in three runs: two, two and none recalled, 0, 1, 0 and 2 nt off.
    assert summary == pytest.approx(
        {
            "runs": 3,
            "parts": 6,
            "recall": 4 / 18,
            "error_median_nt": 0.5,
            "error_largest_nt": 2,
            "graded": 7,
            "true": 5,
            "false": 1,
            "silent": 1,
            "false_share": 1 / 6,
            "control_runs": 2,
            "control_heads": 8,
            "control_graded": 1,
            "control_graded_share": 1 / 8,
        }
    )
    by_part = by_part.set_index("part")
    assert by_part["recalled"].to_dict() == {
        "crp_61": 0,
        "up": 0,
        "crp_41": 1,
        "minus35": 1,
        "ext_minus10": 0,
        "minus10": 2,
    }
    assert by_part.loc["minus10", "best_grade"] == "A" and by_part.loc["minus10", "error_median_nt"] == 0
    assert by_part.loc["up", "best_grade"] == "" and np.isnan(by_part.loc["up", "error_largest_nt"])
    assert (by_part["runs"] == 3).all()
    shuffled, _ = summarise_runs(table.sample(frac=1, random_state=1), expected)
    assert shuffled == summary


def test_summary_without_trained_networks(expected):
    summary, by_part = summarise_runs(claims().assign(run="", control=""), expected)
    assert summary["runs"] == 0 and np.isnan(summary["recall"]) and np.isnan(summary["false_share"])
    assert summary["control_graded"] == 0 and len(by_part) == 0


def test_claims_are_read_as_written(tmp_path, expected):
    table = claims((1, 2, "A", "-10", 0.01, 27, 32, 0), (2, 1, "unsupported", "", NAN, NAN, NAN, NAN))
    write_tsv(tmp_path / "claims.tsv", table.assign(note="x"))
    found = read_claims(tmp_path / "claims.tsv")
    assert found["element"].tolist() == ["-10", ""] and found["layer"].tolist() == [1, 2]
    assert found["note"].tolist() == ["x", "x"] and found["from_d"].isna().tolist() == [False, True]
    assert judge_claims(found, expected)["verdict"].tolist() == ["true", "not graded"]
    (tmp_path / "none.tsv").write_text("\t".join(CLAIM_COLUMNS) + "\n")
    assert len(recall_table(read_claims(tmp_path / "none.tsv"), expected)) == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: column.* layer, head.* missing; write a tab-separated header"),
        ("layer\thead\n", "line 1: column.* grade, element.* missing"),
        (["1", "1", "A", "-10", "0.1", "27", "32"], "line 2: 7 cells, the header has 8; write one tab"),
        (["1.5", "1", "A", "-10", "0.1", "27", "32", "0"], "line 2: .*1.5.*; give whole numbers for layer and head"),
        (["1", "1", "A", "-10", "small", "27", "32", "0"], "line 2: .*small.*numbers or nan"),
        (
            ["1", "1", "E", "-10", "0.1", "27", "32", "0"],
            "line 2: grade 'E' is unknown; give A, B, C, D or unsupported",
        ),
        (
            ["1", "1", "A", "-10", "0.1", "32", "27", "0"],
            "line 2: from_d 32 and to_d 27 are not a stretch; give the smaller",
        ),
        (["1", "1", "A", "-10", "0.1", "32", "nan", "0"], "line 2: from_d 32 and to_d nan are not a stretch"),
    ],
)
def test_faulty_claims_are_refused_in_one_line(tmp_path, text, message):
    path = tmp_path / "claims.tsv"
    path.write_text(text if isinstance(text, str) else "\t".join(CLAIM_COLUMNS) + "\n" + "\t".join(text) + "\n")
    with pytest.raises(ValueError, match=f"claims.tsv: {message}") as fault:
        read_claims(path)
    assert "\n" not in str(fault.value)


def test_the_grades_of_claims_are_those_that_heads_get():
    assert (truth.CLAIM_GRADES, truth.CLAIM_UNSUPPORTED) == (grades.GRADES, grades.UNSUPPORTED)
