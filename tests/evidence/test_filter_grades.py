"""Grades of filters: a network whose filter was made from a planted motif, networks that learned nothing, the rule."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
import torch
from project import ROOT

from attentome.evidence.filter_evidence import evenly_spaced, filter_evidence, shuffled_copies
from attentome.evidence.filter_grades import (
    FILTER_TESTS,
    count_grades,
    filter_grade,
    grade_filters,
    match_trials,
)
from attentome.filters.describe import describe_filters
from attentome.filters.pwms import filter_pwms
from attentome.filters.summary import network_table
from attentome.io.schemas.filters import EVIDENCE, FILTER_GRADES, FILTER_REPLICATES, GRADE_COUNTS
from attentome.motifs.matrices import by_code, reverse_complement
from attentome.motifs.readers import Motif, read_motifs
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig
from attentome.simulate.motif_tasks import simulate_task1

MOTIFS = read_motifs(ROOT / "assets/filters/test_motifs.meme")
TRUTH = {motif.id: [motif.id] for motif in MOTIFS[:3]}
RULE = json.loads((ROOT / "assets/filters/grade_rule.json").read_text())
MADE, UNREAD = 1, 2
"""Filters made from m01: the output depends on the first; what reads the second is 0."""


def constructed(seed):
    """CNN-50 whose output for m01 is a multiple of what the first filter, the log-odds of m01, gives at its best."""
    network = MotifCnn(MotifCnnConfig("cnn-50", 3, activation="exponential"))
    network.initialise(torch.Generator().manual_seed(seed))
    odds = by_code(np.log2(MOTIFS[0].frequencies + 0.01) + 2).T
    first = (19 - odds.shape[1]) // 2
    with torch.no_grad():
        for at in (MADE - 1, UNREAD - 1):
            network.convolution.weight[at] = 0
            network.convolution.weight[at, :, first : first + odds.shape[1]] = torch.as_tensor(odds)
            network.first[1].running_mean[at] = 0.8 * odds.max(axis=0).sum()
        convolution, *dense = [part for part in network.rest if isinstance(part, (torch.nn.Conv1d, torch.nn.Linear))]
        convolution.weight[:, :2] = 0
        convolution.weight[0] = 0
        convolution.weight[0, MADE - 1, 2] = 1
        dense[0].weight[0] = 0
        dense[0].weight[0, :2] = 1
        network.output.weight[:] = 0
        network.output.weight[0, 0], network.output.bias[:] = 1, torch.tensor([-3.0, -1.0, -1.0])
    return network.eval()


def untrained(seed):
    network = MotifCnn(MotifCnnConfig("cnn-50", 3, activation="exponential"))
    return network.initialise(torch.Generator().manual_seed(seed)).eval()


@pytest.fixture(scope="module")
def graded():
    """Two constructed networks and two untrained ones, from their weights to their grades."""
    task = simulate_task1(MOTIFS[:3], sequences=750, seed=5, split=(0.1, 0.1, 0.8))
    copies, facts, found = shuffled_copies(task, 1), [], {"filters": {}, "evidence": {}, "motifs": {}}
    for control, trials, make in ((None, 2, constructed), ("untrained", 2, untrained)):
        for trial in range(1, trials + 1):
            name, network = f"{control}_{trial}", make(trial + 10 * bool(control))
            facts.append(
                {"id": name, "task": "task1", "network": "cnn-50", "activation": "exponential", "control": control}
                | {"trial": trial, "seed": 1, "epochs": 0, "diverged": False, "auroc": 0.5, "aupr": 0.5}
            )
            pwms = filter_pwms(network, task.sequences[task.rows("test")])
            filters, _ = describe_filters(pwms, MOTIFS, TRUTH, 1)
            found["filters"][name] = filters
            found["evidence"][name] = filter_evidence(network, task, copies, pwms, filters, MOTIFS, TRUTH, 1)
            found["motifs"][name] = [pwm.motif() for pwm in pwms.equal]
    networks = network_table(facts)
    replicates = match_trials(networks, found["motifs"], RULE["tests"]["R"])
    grades = grade_filters(networks, found["filters"], found["evidence"], replicates, RULE)
    return networks, found, replicates, grades


def test_a_filter_made_from_a_motif_on_which_the_output_depends_is_graded_best(graded):
    _, found, replicates, grades = graded
    assert list(grades.columns) == list(FILTER_GRADES.columns)
    for name in ("None_1", "None_2"):
        own = grades[grades["id"] == name].set_index("filter")
        assert own.loc[MADE, [*FILTER_TESTS, "grade", "motif"]].tolist() == ["passed"] * 5 + ["A", "m01"]
        evidence = found["evidence"][name].set_index("filter")
        assert list(found["evidence"][name].columns) == list(EVIDENCE.columns)
        assert evidence.loc[MADE, "place"] == "m01" and evidence.loc[MADE, "placed"] > 0.8
        assert evidence.loc[MADE, "auroc_high"] < -0.05
        # The same filter, but nothing reads it.
        assert own.loc[UNREAD, [*FILTER_TESTS, "grade"]].tolist() == ["passed", "passed", "failed", "passed"] + [
            "passed",
            "C",
        ]
        assert evidence.loc[UNREAD, ["loss_change", "auroc_change", "needed_p"]].tolist() == [0, 0, 1]
    assert list(replicates.columns) == list(FILTER_REPLICATES.columns)


def test_alone_it_is_graded_b_because_it_is_not_known_whether_it_is_found_again(graded):
    networks, found, _, _ = graded
    networks = networks[networks["id"] == "None_1"]
    replicates = match_trials(networks, found["motifs"], RULE["tests"]["R"])
    grades = grade_filters(networks, found["filters"], found["evidence"], replicates, RULE)
    assert len(replicates) == 0 and set(grades["R"]) == {""} and set(grades["other_trials"]) == {0}
    assert grades.loc[0, "grade"] == "B"


def test_networks_that_learned_nothing_have_no_graded_filter(graded):
    *_, grades = graded
    counts = count_grades(grades, RULE)
    assert list(counts.columns) == list(GRADE_COUNTS.columns)
    control = counts[counts["control"] == "untrained"].iloc[0]
    assert (control["trials"], control["filters"], control["graded"]) == (2, 64, 0)
    assert control[["A", "B", "C", "D", "unsupported"]].sum() == 64
    trained = counts[counts["control"] == ""].iloc[0]
    assert trained["graded"] >= 4 and trained["A"] == 2


def test_shuffled_copies_are_the_same_for_a_seed_and_others_for_another():
    task = simulate_task1(MOTIFS[:3], sequences=200, seed=5, split=(0.1, 0.1, 0.8))
    first, again, other = (shuffled_copies(task, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[2], again[2])
    assert not np.array_equal(first[2], other[2])
    np.testing.assert_array_equal(first[1], task.sequences[first[0]])
    task.sequences[first[0][3], 7] = 4
    assert shuffled_copies(task, 1)[1][3, 7] < 4 and task.sequences[first[0][3], 7] == 4
    assert evenly_spaced(np.arange(10), 4).tolist() == [0, 3, 6, 9]


def test_sequences_without_truth_have_a_place_where_they_are_aligned_at_an_anchor(graded):
    _, found, *_ = graded
    rng = np.random.default_rng(3)
    task = simulate_task1(MOTIFS[:3], sequences=300, seed=6, split=(0.1, 0.1, 0.8))
    labels = (np.arange(300) % 2)[:, None].repeat(3, axis=1).astype(np.uint8)
    sequences = rng.integers(0, 4, task.sequences.shape).astype(np.uint8)
    site = by_code(MOTIFS[0].frequencies).argmax(axis=1)
    sequences[1::2, 120 : 120 + len(site)] = site
    task = type(task)(sequences, labels, task.part, task.classes)
    network = constructed(1)
    pwms = filter_pwms(network, task.sequences[task.rows("test")])
    filters, _ = describe_filters(pwms, MOTIFS, {}, 1)
    for anchored in (True, False):
        table = filter_evidence(
            network, task, shuffled_copies(task, 1), pwms, filters, MOTIFS, {}, 1, anchored
        ).set_index("filter")
        if anchored:
            row = table.loc[MADE]
            assert (
                abs(int(row["place"]) - 120 - len(site) // 2) <= 3
                and row["placed"] > 0.9 > 0.1 > row["placed_expected"]
            )
            assert row["placed_q"] < 1e-6
            # Sequences of no class, half of them, are not compared with their shuffled copies.
            positives = int(task.labels[task.rows("test"), 0].sum())
            assert row["sequences"] == positives < 0.6 * len(task.rows("test"))
            assert row["fires"] > 5 * row["fires_shuffled"] and row["sharp_q"] < 0.01
        else:
            assert set(table["place"]) == {""} and table[["placed", "placed_p", "placed_q"]].isna().all(axis=None)


def trials(**motifs):
    """A table of trials of one network, and the matrices of their filters."""
    facts = [
        {"id": name, "task": "task1", "network": "cnn-2", "activation": "relu", "control": None, "trial": at}
        | {"seed": 1, "epochs": 1, "diverged": False, "auroc": 0.5, "aupr": 0.5}
        for at, name in enumerate(motifs, 1)
    ]
    made = {
        name: [Motif(f"filter{number}", "", 40, matrix) for number, matrix in own.items()]
        for name, own in motifs.items()
    }
    return network_table(facts), made


def test_a_filter_is_found_again_shifted_and_on_the_other_strand_but_not_by_half():
    uniform, matrices = np.full((3, 4), 0.25), [motif.frequencies for motif in MOTIFS]
    longer = np.concatenate([uniform, matrices[0]])
    half = matrices[1][: len(matrices[1]) // 2]
    others = {at + 2: matrices[at] for at in range(4, 20)}
    networks, motifs = trials(
        first={1: matrices[0], 2: matrices[1], 3: matrices[2]},
        second={5: reverse_complement(longer), 6: half} | {at + 10: one for at, one in others.items()},
    )
    table = match_trials(networks, motifs, RULE["tests"]["R"]).set_index(["id", "filter"])
    assert table.loc[("first", 1), ["other_filter", "found"]].tolist() == [5, 1]
    assert table.loc[("second", 5), ["other_filter", "found"]].tolist() == [1, 1]
    assert table.loc[("first", 1), "cover"] == pytest.approx(1) and table.loc[
        ("first", 1), "cover_back"
    ] == pytest.approx(1)
    assert table.loc[("first", 2), "found"] == 0 and table.loc[("second", 6), "found"] == 0
    assert table.loc[("second", 6), "other_filter"] == 2 and table.loc[("second", 6), "cover"] < 0.7
    assert table.loc[("second", 6), "cover_back"] == pytest.approx(1)


def test_a_filter_without_windows_is_in_no_comparison():
    networks, motifs = trials(first={1: MOTIFS[0].frequencies}, second={1: np.full((20, 4), 0.25)})
    motifs["second"][0] = Motif("filter1", "", 0, np.full((20, 4), 0.25))
    assert len(match_trials(networks, motifs, RULE["tests"]["R"])) == 0


def test_grades_follow_the_letters():
    outcomes = {
        letters: dict(zip("SMNRP", letters, strict=True)) for letters in product(("passed", "failed", ""), repeat=5)
    }
    for letters, found in outcomes.items():
        s, m, n, r, p = (letter == "passed" for letter in letters)
        expected = "unsupported"
        if s and m and n and r and letters[4] in ("passed", ""):
            expected = "A"
        elif s and m and n:
            expected = "B"
        elif s and m and (r or p):
            expected = "C"
        elif s and (m or n or r or p):
            expected = "D"
        assert filter_grade(found, RULE) == expected
        assert m or expected in ("D", "unsupported")


def test_a_match_has_to_beat_the_shuffled_database_of_the_whole_network(graded):
    networks, found, replicates, _ = graded
    networks = networks[networks["id"] == "None_1"]
    evidence = found["evidence"]["None_1"].copy()
    best = found["filters"]["None_1"].query("extraction == 'equal' and filter == 1")["any_E"].iloc[0]
    evidence.loc[evidence["filter"] == 20, "shuffled_E"] = best / 2
    grades = grade_filters(networks, found["filters"], {"None_1": evidence}, replicates, RULE)
    assert grades.loc[grades["filter"] == MADE, "M"].tolist() == ["failed"]
    evidence["shuffled_E"] = np.nan
    grades = grade_filters(networks, found["filters"], {"None_1": evidence}, replicates, RULE)
    assert grades.loc[grades["filter"] == MADE, "M"].tolist() == ["passed"]


def test_values_that_are_no_numbers_pass_nothing(graded):
    networks, found, replicates, _ = graded
    networks = networks[networks["id"] == "None_1"]
    evidence = found["evidence"]["None_1"].copy()
    columns = [name for name in evidence if evidence[name].dtype.kind == "f"]
    evidence[columns] = np.nan
    filters = found["filters"]["None_1"].assign(any_E=np.nan, any_q=np.nan, any_cover=np.nan)
    grades = grade_filters(networks, {"None_1": filters}, {"None_1": evidence}, replicates[:0], RULE)
    assert set(grades["grade"]) == {"unsupported"} and "passed" not in set(grades[list("SMNP")].to_numpy().ravel())
    assert pd.unique(grades["R"]).tolist() == [""]
