"""States of a run from small made-up folders, and that each place says the same of it."""

import json
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from project import ROOT
from report_run import TEMPLATES, options
from tested_fixture import write_tested

from attentome.evidence.control_tally import tally_text
from attentome.io.files import read_tsv
from attentome.report.multiqc.content import Sections
from attentome.report.multiqc.sections import sections
from attentome.report.multiqc.write import report_config
from attentome.report.outcome.verdict import judge, run_state
from attentome.report.run_card.facts import rule_lines, run_card
from attentome.report.run_card.figures import pr_auc_figure
from attentome.report.run_card.page import run_card_page
from attentome.report.tables import copied_tables, heads_table
from attentome.report.write import write_report
from attentome.results.run import read_run

MIXED = ["A", "B", "D", "unsupported"]
NONE = ["unsupported"] * 4
UNGRADED = ["not graded"] * 4


@pytest.fixture
def run_with(described, tmp_path):
    """Read the run with what its tests found, made up by ``write_tested``; files named in ``without`` are missing."""

    def read(grades, without=(), **made_up):
        write_tested(tmp_path / "tested", grades, **made_up)
        for name in without:
            (tmp_path / "tested" / name).unlink()
        return read_run(options(*described, tested=tmp_path / "tested"))

    return read


def test_graded(run_with):
    run = run_with(MIXED)
    outcome = judge(run, TEMPLATES)
    assert outcome["state"] == "learned_graded"
    assert outcome["sentence"] == (
        "The network learned to find TSS: PR AUC 0.31 (0.282 to 0.338), where random guessing gives 0.00275. 2 of 4 "
        "heads carry a grade of A to C: 1 A, 1 B, 0 C (1 D, 1 unsupported). By the same rule 0 of 80 heads of "
        "untrained networks and 0 of 80 heads of networks trained on rotated labels have a grade."
    )
    assert outcome["facts"]["graded_heads"] == 3 and outcome["facts"]["controls"] == 40
    assert outcome["facts"]["grades"]["unsupported"] == 1
    assert outcome["facts"]["capped"] is False and outcome["facts"]["seeds"] == 3
    assert outcome["advice"] == [] and outcome["facts"]["missing"] == []


def test_one_head_is_in_the_singular(run_with):
    assert "1 of 4 heads carries a grade of A to C" in judge(run_with(["D", "C", "D", "D"]), TEMPLATES)["sentence"]


def test_learned_but_none_graded(run_with):
    outcome = judge(run_with(NONE), TEMPLATES)
    assert outcome["state"] == "learned_none_graded"
    assert "None of its 4 heads has a grade." in outcome["sentence"]
    assert outcome["facts"]["graded_heads"] == 0
    assert outcome["advice"][0].startswith("4 of 4 unsupported heads are no sharper")
    assert "q of a single head is 0.049. For a finer test: --random_networks 40" in outcome["advice"][0], (
        "4 heads, 20 networks: 4/81"
    )


def test_advice_follows_the_most_frequent_first_failed_test(run_with):
    run = run_with(NONE)
    run.tested.heads["first_failed"] = ["S", "L", "L", "L"]
    assert judge(run, TEMPLATES)["advice"][0].startswith("3 of 4 unsupported heads are sharp, but")


@pytest.mark.parametrize(("value", "state"), [(0.0034, "control_alarm"), (0.0033, "learned_graded")])
def test_alarm_where_moved_labels_are_found(run_with, value, state):
    run = run_with(MIXED, rotated_pr_auc=value)  # its interval starts at 0.9 of it, and the prevalence is 0.001
    assert run_state(run) == state
    if state == "control_alarm":
        outcome = judge(run, TEMPLATES)
        assert outcome["sentence"].startswith("Do not use the grades. 20 of 20 networks trained on rotated labels")
        assert outcome["facts"]["graded_heads"] is None and outcome["facts"]["grades"] is None
        assert [line.split(":")[0] for line in outcome["advice"][:2]] == ["Overlapping arcs", "Repeats across arcs"]
        assert "in this run 1,905 nt" in outcome["advice"][2], "40,000 nt over 21"


@pytest.mark.parametrize(("graded", "state"), [(3, "learned_graded"), (4, "control_alarm")])
def test_alarm_above_two_percent_of_the_control_heads(run_with, graded, state):
    outcome = judge(run_with(MIXED, graded_controls=graded), TEMPLATES)
    assert outcome["state"] == state
    if state == "control_alarm":
        words = "Do not use the grades. 4 of 160 heads of control networks have a grade (2.5 %"
        assert outcome["sentence"].startswith(words)


@pytest.mark.parametrize(("value", "state"), [(0.7, "not_learned"), (0.699, "learned_graded")])
def test_learned_means_better_than_every_network_on_moved_labels(run_with, value, state):
    run = run_with(MIXED)
    run.tested.grades["controls"]["rotated"]["pr_auc"][7] = {
        "value": value,
        "lo": 0.002,
        "hi": 0.8,
        "prevalence": 0.001,
    }
    outcome = judge(run, TEMPLATES)
    assert outcome["state"] == state
    assert ("a network trained on rotated labels does as well (0.7, compared with 0.7" in outcome["sentence"]) == (
        state == "not_learned"
    )


def test_not_learned_comes_before_what_the_tests_found(run_with):
    run = run_with(MIXED)
    run.metrics["pr_auc"]["lo"] = run.metrics["prevalence"]
    outcome = judge(run, TEMPLATES)
    assert outcome["state"] == "not_learned" and outcome["facts"]["grades"] is None
    assert set(heads_table(run)["grade"]) == {"?"}
    run.metrics["n_sites"] = 3
    assert run_state(run) == "too_few_sites"


@pytest.mark.parametrize("networks", [0, 18])
def test_too_few_controls_leave_the_heads_untested(run_with, networks):
    outcome = judge(run_with(UNGRADED, networks=networks), TEMPLATES)
    assert outcome["state"] == "untested"
    assert f"there are too few control networks: with {networks} of random weights" in outcome["sentence"]
    assert "--random_networks 20 --rotated_networks 20 -resume" in outcome["advice"][1]


def test_without_controls(described):
    outcome = judge(read_run(options(*described)), TEMPLATES)
    assert outcome["state"] == "untested"
    assert "not graded, because this run has no controls" in outcome["sentence"]
    assert "--controls true -resume" in outcome["advice"][1]


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("knockout.tsv", "KNOCK_OUT_HEADS returned nothing, so K was not tested"),
        ("deletion_heads.tsv", "MUTATE_SITES returned nothing, so I was not tested"),
        ("element_matches.tsv", "NAME_HEADS returned nothing, so no head has a name"),
    ],
)
def test_partial_names_what_is_missing(run_with, without, words):
    outcome = judge(run_with(MIXED, without=[without]), TEMPLATES)
    assert outcome["state"] == "partial" and f"Parts are missing: {words}." in outcome["sentence"]
    assert "2 of 4 heads carry a grade" in outcome["sentence"] and "-resume" in outcome["advice"][0]
    assert judge(run_with(UNGRADED, without=[without], networks=0), TEMPLATES)["state"] == "untested"


def test_heads_without_a_page_and_lost_networks_are_missing(run_with):
    run = run_with(MIXED)
    run.params.update(random_networks=25, rotated_networks=20, replicates=5)
    run = replace(run, heads=run.heads[:2])
    outcome = judge(run, TEMPLATES)
    assert outcome["state"] == "partial"
    assert outcome["facts"]["missing"] == [
        "DESCRIBE_HEAD returned nothing for L1·H3, L1·H4",
        "TRAIN or MEASURE_HEADS returned 20 of 25 networks of random weights",
        "TRAIN or MEASURE_HEADS returned 3 of 5 seeds",
    ]
    run.params["model"] = "model"
    assert judge(run, TEMPLATES)["facts"]["missing"][1:] == [
        "TRAIN or MEASURE_HEADS returned 20 of 25 networks of random weights"
    ]


def test_a_name_that_no_head_has_is_not_missing(run_with):
    assert run_state(run_with(MIXED, elements=False)) == "learned_graded"


def test_the_best_grade_is_said_where_it_is_c(run_with):
    outcome = judge(run_with(["C", "C", "D", "unsupported"], seeds=1), TEMPLATES)
    assert outcome["state"] == "learned_graded"
    assert (
        "C is the best possible grade in this run: one seed cannot show that a head is reproducible (3 needed)."
        in outcome["sentence"]
    )
    assert outcome["advice"] == ["For grades better than C run again with --replicates 3 -resume."]
    run = run_with(["C", "C", "D", "unsupported"])
    run.tested.grades["capped"] = True
    run.tested.grades["controls"]["rotated"].update(networks=5, testable=False, smallest_q=0.19)
    outcome = judge(run, TEMPLATES)
    assert (
        "C is the best possible grade in this run: 5 networks on rotated labels are too few for a test at q 0.05 "
        "(20 needed)."
    ) in outcome["sentence"]
    assert outcome["facts"]["capped"] and "--rotated_networks 20" in outcome["advice"][0]
    run.params["model"] = "model"
    assert "--model" in judge(run, TEMPLATES)["advice"][0] and "-resume" not in judge(run, TEMPLATES)["advice"][0]


STATES = {
    "learned_graded": {"grades": MIXED},
    "learned_none_graded": {"grades": NONE},
    "control_alarm": {"grades": MIXED, "rotated_pr_auc": 0.01},
    "partial": {"grades": MIXED, "without": ["knockout.tsv"]},
    "untested": {"grades": UNGRADED, "networks": 0},
}


@pytest.mark.parametrize("state", STATES)
def test_the_same_sentence_stands_everywhere(run_with, state):
    run = run_with(**STATES[state])
    outcome = judge(run, TEMPLATES)
    assert outcome["state"] == state
    card = run_card(run, outcome, TEMPLATES)
    readme = TEMPLATES.plain("README.txt", run=run, outcome=outcome, heads_shown=True, version="1")
    assert outcome["sentence"] in readme.split("\n")
    assert card["sentence"] == outcome["sentence"] and outcome["sentence"] in run_card_page(
        card, run, outcome, TEMPLATES
    )
    assert outcome["sentence"] in report_config(run, outcome, Sections(run, card, TEMPLATES))["report_comment"]
    assert all(line in run_card_page(card, run, outcome, TEMPLATES) for line in outcome["advice"])
    json.dumps(card)


def test_tally_in_text(run_with):
    run = run_with(MIXED, graded_controls=2)
    assert tally_text(run.tested) == (
        "By the same rule 0 of 80 heads of untrained networks and at most 2 of 80 heads of networks trained on "
        "rotated labels have a grade (best: D)."
    )
    # Knock-outs and mutants of the graded heads were run: the tally is no bound but a count.
    run.tested.controls[["K", "I"]] = "not run"
    run.tested.controls.loc[run.tested.controls["grade"] == "D", ["K", "I"]] = ["failed", "passed"]
    assert "and 2 of 80 heads of networks trained" in tally_text(run.tested)
    assert "No control network" in tally_text(None)
    run.tested.grades["controls"]["rotated"].update(heads=0, networks=0, graded=0, best_grade=None)
    assert "0 of 0 heads of networks trained on rotated labels (none was run)" in tally_text(run.tested)


def test_tables_hold_what_the_tests_found(run_with, tmp_path):
    run = run_with(MIXED)
    table = heads_table(run)
    source = read_tsv(tmp_path / "tested" / "heads.tsv")
    assert list(table["grade"]) == MIXED
    assert list(table["claim"].fillna("")) == ["detects -10", "likely reads -35", "", ""]
    for column in ("S", "dprauc_uniform_lo", "seeds_found", "content_share", "s_q_rotated", "deletion_hi"):
        assert list(table[column]) == list(source[column]), column
    assert list(table["n_networks_above"]) == [0, 0, 0, 40]
    copied = copied_tables(run)
    assert list(copied) == ["controls.tsv", "seeds.tsv", "knockout.tsv", "knockout_pairs.tsv"]
    pd.testing.assert_frame_equal(copied["controls.tsv"], read_tsv(tmp_path / "tested" / "controls.tsv"))
    assert "knockout.tsv" not in copied_tables(run_with(MIXED, without=["knockout.tsv"]))


def test_tables_hide_grades_that_may_not_be_used(run_with, described):
    table = heads_table(run_with(MIXED, rotated_pr_auc=0.01))
    assert set(table["grade"]) == {"?"} and table[["claim", "element", "element_q"]].isna().all(axis=None)
    assert list(table["S"]) == ["passed", "passed", "passed", "failed"], "what was measured stays"
    untested = heads_table(read_run(options(*described)))
    assert list(untested) == list(table) and set(untested["grade"]) == {"?"}
    assert untested[["S", "claim", "dprauc_zero", "n_networks_above"]].isna().all(axis=None)


def test_run_card_counts_what_the_tests_cost(run_with):
    run = run_with(MIXED)
    run.records = [
        {**run.records[0], "process": process, "tag": tag, "cpu_seconds": seconds}
        for process, tag, seconds in (
            ("TRAIN", "curated", 20.0),
            ("TRAIN", "residual_cnn", 10.0),
            ("TRAIN", "replicate_2", 22.0),
            ("TRAIN", "control_random_01 to control_random_10", 1.0),
            ("TRAIN", "control_rotated_01", 12.0),
            ("MEASURE_HEADS", "curated", 3.0),
            ("KNOCKOUT", "", 8.0),
            ("DESCRIBE_HEAD", "L1_H1", 9.0),
        )
    ]
    card = run_card(run, judge(run, TEMPLATES), TEMPLATES)
    # for the tests 22 + 1 + 12 + 3 + 8 = 46, besides 20 + 10 + 9
    assert card["cost"] == {"cpu_seconds": 85, "cpu_seconds_of_tests": 46, "share_of_tests": round(46 / 85, 4)}
    rows = {row["process"]: (row["tasks"], row["cpu_seconds"], row["for_tests"]) for row in card["time_and_memory"]}
    assert rows["TRAIN"] == (2, 30, False) and rows["TRAIN, controls"] == (2, 13, True)
    assert rows["TRAIN, replicates"] == (1, 22, True) and rows["DESCRIBE_HEAD"] == (1, 9, False)
    outcome = judge(run, TEMPLATES)
    assert "took 46 s of 1 min 25 s of CPU time, 54 %" in run_card_page(card, run, outcome, TEMPLATES)


def test_run_card_prints_the_rule_with_its_numbers(run_with):
    run = run_with(MIXED)
    outcome = judge(run, TEMPLATES)
    card = run_card(run, outcome, TEMPLATES)
    page = run_card_page(card, run, outcome, TEMPLATES)
    assert "ab" * 32 in page and "0 of 80 heads of untrained networks" in page
    lines = dict(rule_lines(json.loads((ROOT / "assets/grade_rule.json").read_text())))
    assert list(lines) == ["S", "L", "K", "R", "I", "A", "B", "C", "D", "−", "!", "%"]
    assert lines["B"] == "S L R passed and one of K, I." and lines["A"] == "S L K R I passed."
    assert "q at most 0.05 against the heads" in lines["S"]
    assert "r at least 0.8 and q at most 0.05 in at least 0.8 of the other seeds, with at least 3 seeds" in lines["R"]
    assert not any("_" in words for words in lines.values())
    assert "above 3 × its prevalence, or more than 2 %" in lines["!"]
    for words in (
        "3; PR AUC 0.7 (this one), 0.69 (replicate 2)",
        "0.0494 for a single head against rotated labels",
        "20 networks; PR AUC 0.001 to 0.001, at most 1 × prevalence",
        "measured view",
        "5 Training and controls",
    ):
        assert words in page, words
    # One dot for the whole arc, then 3 seeds and 2 x 20 controls.
    rows = [line for line in pr_auc_figure(run).axes[0].lines if line.get_label() == "networks"]
    assert [len(row.get_xdata()) for row in rows] == [1, 3, 20, 20]
    assert rows[0].get_xdata() == [run.metrics["pr_auc"]["value"]] and max(rows[1].get_xdata()) == 0.7
    assert "20 networks" in page and "at the 32,768 positions measured for the tests:" in page


def test_run_card_says_what_was_not_done_beside_the_tests(run_with):
    run = run_with(MIXED, graded_controls=1)
    run.params["rotated_steps"] = 0.125
    run.metrics["n_positions"] = 80_000
    text = " ".join(run_card(run, judge(run, TEMPLATES), TEMPLATES)["not_done"])
    for words in (
        "trained for 12.5 % of",
        "counts as passed, so their tally is an upper bound",
        "at 32,768 of the 80,000 positions",
        "in 1 pairs",
        "mutated at 20 of the 44 sites",
        "no motif database (--motifs)",
        "(--tf_sites)",
        "One genome and one split",
    ):
        assert words in text, words
    assert "no random-weight" not in text and "One seed" not in text
    run.params.update(motifs="a.meme", tf_sites="b.bed")
    text = " ".join(run_card(run, judge(run, TEMPLATES), TEMPLATES)["not_done"])
    assert "no file of --motifs" in text and "(--tf_sites)" not in text
    bare = run_with(MIXED, seeds=1, without=["knockout.tsv", "ism_profile.tsv"])
    text = " ".join(run_card(bare, judge(bare, TEMPLATES), TEMPLATES)["not_done"])
    for words in ("One seed (1)", "No head was removed", "No base was mutated"):
        assert words in text, words


def test_sections_of_the_multiqc_report(run_with, described):
    run = run_with(MIXED, graded_controls=1)
    outcome = judge(run, TEMPLATES)
    found = sections(run, run_card(run, outcome, TEMPLATES), described[0] / "overlap.png", TEMPLATES).found
    general = next(iter(found["attentome_general"]["data"].values()))
    assert general["graded"] == "3 of 4"
    heads = found["attentome_heads"]
    assert [row["grade"] for row in heads["data"].values()] == ["A", "B", "D", "−"]
    assert [row["claim"] for row in heads["data"].values()] == ["detects −10", "likely reads −35", "", ""]
    assert [row["tests"] for row in heads["data"].values()] == ["S L K R I", "S L K R ·", "S · · · I", "· · K · ·"]
    for name in ("attentome_heads", "attentome_controls", "attentome_atlas"):
        assert "at most 1 of 80 heads of networks trained on rotated labels have a grade" in found[name]["description"]
    boxes = found["attentome_controls"]["data"]
    assert [len(values) for values in boxes[1].values()] == [4, 80, 80]
    cells = found["attentome_knockout"]["data"]["layer 1"]
    assert cells["head 1"] == -0.12 and cells["head 3"] is None, "the interval of head 3 holds 0"
    assert found["attentome_pairs"]["data"]["L1·H1 + L1·H2"]["more"] == "−0.1 (−0.15 to −0.05)"
    alarm = run_with(MIXED, rotated_pr_auc=0.01)
    found = sections(
        alarm, run_card(alarm, judge(alarm, TEMPLATES), TEMPLATES), described[0] / "overlap.png", TEMPLATES
    ).found
    assert {(row["grade"], row["claim"]) for row in found["attentome_heads"]["data"].values()} == {("!", "")}
    assert next(iter(found["attentome_general"]["data"].values()))["graded"] == "? of 4"
    assert "Do not use the grades" in found["attentome_heads"]["description"]


def test_whole_report_of_a_graded_run(run_with, tmp_path):
    outcome = write_report(run_with(MIXED, graded_controls=1), tmp_path / "report", TEMPLATES, multiqc=True)
    text = (tmp_path / "report/multiqc/multiqc_report.html").read_text()
    assert outcome["sentence"] in text
    for name in ("attentome_controls", "attentome_knockout", "attentome_pairs"):
        assert f'id="mqc-section-wrapper-{name}"' in text, name
    for name in ("outcome.json", "README.txt", "run_card.html", "run_card.json", "multiqc/multiqc_report.html"):
        words = (tmp_path / "report" / name).read_text()
        assert json.dumps(outcome["sentence"])[1:-1] in words, name
        assert str(tmp_path) not in words, name
    assert (tmp_path / "report/tables/controls.tsv").is_file()


def test_an_alarm_is_a_result_and_no_failure(described, tmp_path):
    write_tested(tmp_path / "tested", MIXED, rotated_pr_auc=0.01)
    folder, heads = described
    given = options(folder, heads)
    done = subprocess.run(
        [
            sys.executable,
            ROOT / "bin/write_report.py",
            "--heads",
            *heads,
            "--metrics",
            given.metrics,
            "--profile_json",
            given.profile_json,
            "--labels_json",
            given.labels_json,
            "--split",
            given.split,
            "--tested",
            tmp_path / "tested",
            "--templates",
            ROOT / "assets/report",
            "--out",
            tmp_path / "report",
            "--no_multiqc",
            "--record",
            tmp_path / "record.json",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Do not use the grades.")
