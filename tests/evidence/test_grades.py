"""Grades by the printed rule, of heads whose evidence is made up: sharp ones, ones like any control, all outcomes."""

import dataclasses
import json
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from evidence_fixture import made_up_evidence, softmax
from full_tables import write_tsv
from project import load_command

from attentome.evidence.claims import NO_NAME, claim, head_type, name_heads
from attentome.evidence.grades import (
    CONTROL_KINDS,
    FAILED,
    NOT_RUN,
    PASSED,
    TESTS,
    Controls,
    band_table,
    compare_with_controls,
    control_logos,
    grade,
    grade_controls,
    grade_heads,
    grade_summary,
    match_across_seeds,
    partner_profiles,
)
from attentome.evidence.head_evidence import write_evidence
from attentome.io.files import read_json, read_tsv, write_arrays, write_json

# Not a test of its own.
against_controls, compare_with_controls.__test__ = compare_with_controls, False

RULE_FILE = Path(__file__).parents[2] / "assets/grade_rule.json"
RULE = json.loads(RULE_FILE.read_text())


def letter(s, l, k, r, i):  # noqa: E741
    """The printed rule in other words."""
    if not s:
        return "unsupported"
    if l and r and k and i:
        return "A"
    if l and r and (k or i):
        return "B"
    if l and (k or r or i):
        return "C"
    return "D" if l or k or r or i else "unsupported"


def test_letters_of_all_outcomes():
    seen = []
    for outcome in product((PASSED, FAILED), repeat=5):
        expected = letter(*(each == PASSED for each in outcome))
        assert grade(dict(zip(TESTS, outcome, strict=True)), RULE) == expected, outcome
        seen.append(expected)
    # L and R and one of K and I; of the rest with L, all that have one of K, R and I; without L 7 of 8.
    assert [seen.count(each) for each in ("A", "B", "C", "D", "unsupported")] == [1, 2, 4, 8, 17]


def test_what_was_not_run_is_not_passed():
    for outcome in product((PASSED, FAILED, NOT_RUN), repeat=5):
        found = grade(dict(zip(TESTS, outcome, strict=True)), RULE)
        if outcome[0] == NOT_RUN:
            assert found == "not graded"
        else:
            assert found == letter(*(each == PASSED for each in outcome)), outcome


def test_too_few_rotated_networks_cap_at_c():
    for outcome in product((PASSED, FAILED, NOT_RUN), repeat=5):
        outcome = dict(zip(TESTS, outcome, strict=True))
        free, capped = (grade(outcome, RULE, capped) for capped in (False, True))
        assert capped == {"A": "C", "B": "C"}.get(free, free)


def networks(rng, n, **changes):
    return [made_up_evidence(rng, **({"layers": 1, "heads": 4, "window": 30} | changes)) for _ in range(n)]


def controls_of(rng, random=20, rotated=20, **changes):
    return Controls({"random": networks(rng, random, **changes), "rotated": networks(rng, rotated, **changes)})


def standing_out(rng, heads=4, window=30, which=(1, 3)):
    """Heads of which some look at one place far more sharply, and read there far more, than those of the controls."""
    evidence = made_up_evidence(rng, 1, heads, window)
    for head in which:
        evidence.mean_top[:, 0, head] = 0.1 / window
        evidence.mean_top[:, 0, head, 8 + head] = 0.9
        evidence.peak_d_heldout[0, head] = 8 + head
        evidence.effect_frequencies[0, head, window - 1 - 12 : window - 1 - 8] = softmax(2 * rng.normal(size=(4, 4)))
    return evidence


def knockout_of(heads, his):
    """knockout.tsv of one layer: ``his`` are the upper ends of the three PR AUC intervals of each head."""
    rows = [
        (1, head + 1, kind, metric, 0.5, -0.1, -0.2, hi if metric == "pr_auc" else 9.0)
        for head, three in zip(range(heads), his, strict=True)
        for kind, hi in zip(("zero", "mean", "uniform"), three, strict=True)
        for metric in ("loss", "pr_auc", "output_at_sites")
    ]
    return pd.DataFrame(rows, columns=["layer", "head", "kind", "metric", "value", "delta", "lo", "hi"])


def mutants_of(los):
    """Agreement and deletion curves of the heads of one layer: ``los`` are the lower ends of the areas."""
    return pd.DataFrame(
        [(1, head + 1, 0.5, 2, 0.01, 0.02, 1.0, lo, 2.0) for head, lo in enumerate(los)],
        columns=["layer", "head", "rho", "lag", "p", "q", "area", "lo", "hi"],
    )


def test_heads_that_stand_out_are_distinguished_from_those_that_do_not():
    rng = np.random.default_rng(1)
    controls, real = controls_of(rng), standing_out(rng)
    # The seeds have the heads in another order.
    others = {}
    for seed in (2, 3):
        order = rng.permutation(4)
        other = standing_out(rng)
        others[f"replicate_{seed}"] = dataclasses.replace(
            other,
            mean_top=real.mean_top[:, :, order],
            peak_d_heldout=real.peak_d_heldout[:, order],
            effect_frequencies=real.effect_frequencies[:, order],
        )
    knockout = knockout_of(4, [(-0.01, -0.01, -0.01)] * 3 + [(-0.01, 0.01, -0.01)])
    table, seeds = grade_heads(real, controls, others, knockout, mutants_of([1, 1, 1, 1]), RULE)
    assert table["grade"].tolist() == ["unsupported", "A", "unsupported", "B"]
    assert table["first_failed"].tolist() == ["S", "", "S", "K"]
    assert (table[["S", "L"]].to_numpy() == np.array([[FAILED], [PASSED]])[[0, 1, 0, 1]]).all()
    assert (table[["R", "I"]] == PASSED).all(axis=None) and table["K"].tolist() == [PASSED] * 3 + [FAILED]
    for name, values in (
        ("peak_x_uniform_heldout", real.peak_x_uniform_heldout),
        ("bits_heldout", real.bits),
        ("effect_information", real.effect_information),
        ("focus", real.focus),
        ("bits_attention", real.attention_bits),
        ("logo_auroc", real.auroc),
    ):
        np.testing.assert_allclose(table[name], values[0])
    for test, statistic in (("s", "peak_x_uniform_heldout"), ("l", "effect_information")):
        for kind in CONTROL_KINDS:
            null = np.array([getattr(one, statistic)[0] for one in controls.networks[kind]])
            for head in range(4):
                value = getattr(real, statistic)[0, head]
                assert table[f"{test}_p_{kind}"][head] == pytest.approx((1 + (null >= value).sum()) / 81)
                assert table[f"{test}_above_{kind}"][head] == (null >= value).any(1).sum()
            assert table[f"{test}_q_{kind}"][1] == pytest.approx(2 / 81)
    assert list(seeds) == [
        "layer",
        "head",
        "network",
        "match_layer",
        "match_head",
        "profile_r",
        "lag",
        "logo_r",
        "logo_p",
        "logo_q",
        "matched",
    ]
    assert len(seeds) == 8 and (table["seeds_run"] == 3).all() and (table["seeds_found"] == 2).all()
    np.testing.assert_allclose(seeds["profile_r"], 1, atol=1e-6)


def test_controls_count_one_by_one():
    """Both kinds have to be passed; one network of the other kind that is as sharp is enough to fail."""
    rng = np.random.default_rng(2)
    controls, real = controls_of(rng), standing_out(rng, which=[1])
    assert grade_heads(real, controls, {}, None, None, RULE)[0]["S"][1] == PASSED
    controls.networks["rotated"][7] = dataclasses.replace(real, mean_top=np.clip(real.mean_top * 1.01, 0, 1))
    found = grade_heads(real, controls, {}, None, None, RULE)[0]
    assert found["s_q_random"][1] <= 0.05 < found["s_q_rotated"][1] and found["s_above_rotated"][1] == 1
    assert found["S"][1] == FAILED and found["L"][1] == FAILED


@pytest.mark.parametrize(
    ("random", "rotated", "s", "grades"),
    [
        (0, 0, NOT_RUN, {"not graded"}),
        (0, 20, NOT_RUN, {"not graded"}),
        (19, 20, NOT_RUN, {"not graded"}),
        (20, 0, PASSED, {"C"}),
        (20, 19, PASSED, {"C"}),
        (20, 20, PASSED, {"A"}),
    ],
)
def test_too_few_networks_of_a_kind(random, rotated, s, grades):
    """With 4 heads 20 networks reach 4 / 81, 19 no more than 4 / 77."""
    rng = np.random.default_rng(3)
    controls, real = controls_of(rng, random, rotated), standing_out(rng, which=[0, 1, 2, 3])
    table, _ = grade_heads(
        real, controls, {"2": real, "3": real}, knockout_of(4, [(-1, -1, -1)] * 4), mutants_of([1] * 4), RULE
    )
    assert set(table["S"]) == set(table["L"]) == {s}
    if s == PASSED:
        assert (table["R"] == PASSED).all()
    assert set(table["grade"]) == grades
    if not random:
        assert table["s_p_random"].isna().all() and (table["s_above_random"] == -1).all()


@pytest.mark.parametrize("n_others", [0, 1, 2])
def test_one_or_two_seeds_are_never_better_than_c(n_others):
    rng = np.random.default_rng(4)
    real = standing_out(rng, which=[0, 1, 2, 3])
    table, seeds = grade_heads(
        real,
        controls_of(rng),
        {f"r{i}": real for i in range(n_others)},
        knockout_of(4, [(-1, -1, -1)] * 4),
        mutants_of([1] * 4),
        RULE,
    )
    assert set(table["grade"]) == {"A" if n_others == 2 else "C"}
    assert set(table["R"]) == {PASSED if n_others == 2 else NOT_RUN}
    assert len(seeds) == 4 * n_others and list(seeds)[:3] == ["layer", "head", "network"]


def test_needed_means_all_three_intervals():
    rng = np.random.default_rng(5)
    controls, real = controls_of(rng), standing_out(rng)
    for which in range(3):
        for hi, passed in ((-1e-6, True), (0.0, False), (0.2, False)):
            his = [[-0.1] * 3 for _ in range(4)]
            his[2][which] = hi
            table, _ = grade_heads(real, controls, {}, knockout_of(4, his), None, RULE)
            assert table["K"].tolist() == [PASSED, PASSED, PASSED if passed else FAILED, PASSED]
            assert table[f"dprauc_{('zero', 'mean', 'uniform')[which]}_hi"][2] == hi
    # Heads that were not knocked out are not run.
    knockout = knockout_of(4, [(-1, -1, -1)] * 4)
    table, _ = grade_heads(real, controls, {}, knockout[knockout["head"] < 3], None, RULE)
    assert table["K"].tolist() == [PASSED, PASSED, NOT_RUN, NOT_RUN] and table["I"].tolist() == [NOT_RUN] * 4


def test_mutants_need_an_area_above_nothing():
    rng = np.random.default_rng(6)
    table, _ = grade_heads(standing_out(rng), controls_of(rng), {}, None, mutants_of([0.0, 1e-6, -0.1, np.nan]), RULE)
    assert table["I"].tolist() == [FAILED, PASSED, FAILED, NOT_RUN]
    np.testing.assert_array_equal(table["deletion_lo"], [0, 1e-6, -0.1, np.nan])
    assert (table["ism_rho"] == 0.5).all() and (table["ism_q"] == 0.02).all()
    # L and I: C; S alone would be unsupported.
    assert table["grade"].tolist() == ["unsupported", "C", "unsupported", "D"]


@pytest.mark.parametrize(
    ("n_others", "n_same", "outcome"), [(5, 4, PASSED), (5, 3, FAILED), (4, 3, FAILED), (4, 4, PASSED), (2, 1, FAILED)]
)
def test_reproducible_means_four_of_five_other_seeds(n_others, n_same, outcome):
    rng = np.random.default_rng(7)
    real = standing_out(rng, which=[0, 1, 2, 3])
    others = {f"r{i}": real if i < n_same else made_up_evidence(rng, 1, 4, 30) for i in range(n_others)}
    table, seeds = grade_heads(real, controls_of(rng), others, None, None, RULE)
    assert set(table["R"]) == {outcome} and (table["seeds_found"] == n_same).all()
    assert seeds.groupby("network")["matched"].mean().to_dict() == {
        name: float(i < n_same) for i, name in enumerate(others)
    }


def test_same_head_needs_its_profile_and_its_logo():
    rng = np.random.default_rng(8)
    controls, real = controls_of(rng), standing_out(rng, which=[0, 1, 2, 3])
    strange = made_up_evidence(rng, 1, 4, 30, sharp=0.2, telling=0.5)
    elsewhere = dataclasses.replace(real, mean_top=strange.mean_top)
    reads_else = dataclasses.replace(real, effect_frequencies=strange.effect_frequencies)
    seeds = match_across_seeds(real, {"a": real, "b": elsewhere, "c": reads_else}, controls, RULE["tests"]["R"])
    by_network = seeds.groupby("network")
    assert by_network["matched"].sum().to_dict() == {"a": 4, "b": 0, "c": 0}
    assert (seeds[seeds["network"] == "c"]["profile_r"] > 0.99).all()
    assert (seeds[seeds["network"] == "b"]["profile_r"] < 0.8).all()
    # Partners that do not count have no profile; those that do, their own.
    profiles = partner_profiles(seeds, {"a": real, "b": elsewhere, "c": reads_else})
    assert profiles.groupby(["layer", "head", "network"]).size().to_dict() == {
        (1, head, "a"): 30 for head in range(1, 5)
    }
    own = profiles.sort_values(["head", "d"])["x_uniform"].to_numpy().reshape(4, 30)
    np.testing.assert_allclose(own, 30 * real.mean_top[:, 0].mean(0), rtol=1e-5)
    # Against all heads of all controls: the least p is 1 in 161.
    assert seeds["logo_p"].min() == pytest.approx(1 / 161)
    assert (seeds[seeds["network"] == "a"]["logo_q"] <= 0.05).all()


def test_network_like_the_controls_seldom_passes():
    """Networks drawn like the controls: of 20 no more than one has a head that is called sharp, or that has a logo."""
    rng = np.random.default_rng(9)
    pool = [
        SimpleNamespace(peak_x_uniform_heldout=one.peak_x_uniform_heldout, effect_information=one.effect_information)
        for one in networks(rng, 600, heads=8, window=12)
    ]
    for statistic in ("peak_x_uniform_heldout", "effect_information"):
        found = []
        for _ in range(600):
            real, *others = (pool[i] for i in rng.choice(600, 41, replace=False))
            values = against_controls(real, Controls({"random": others[:20], "rotated": others[20:]}), statistic)
            found.append([values[f"q_{kind}"] <= 0.05 for kind in CONTROL_KINDS])
        found = np.array(found)
        # Two standard errors of a share of 5 %.
        assert 0.02 < found.any(2).mean() < 0.05 + 2 * 0.009
        assert found.all(1).mean() < 0.01


def test_of_exchangeable_networks_few_heads_are_graded():
    """22 networks of each kind, so that each has 21 of its own to be held against."""
    table = grade_controls(controls_of(np.random.default_rng(10), 22, 22, heads=3, window=12), RULE)
    assert len(table) == 2 * 22 * 3
    assert table["grade"].isin(["A", "B", "C", "D"]).mean() <= 0.02
    assert not (table["grade"] == "not graded").any()
    assert (table[["K", "I"]] == NOT_RUN).all(axis=None)
    assert table["network"].tolist() == np.repeat(np.arange(1, 23), 3).tolist() * 2
    assert table["control"].tolist() == ["random"] * 66 + ["rotated"] * 66


def test_control_network_that_stands_out_is_reported():
    """Rotated network 5 of 22 has heads like a trained one's, of which 2, 3 and 4 were tested further."""
    rng = np.random.default_rng(11)
    controls = controls_of(rng, 20, 22)
    controls.networks["rotated"][4] = standing_out(rng, which=[0, 1, 2, 3])
    further = [{kind: [None] * len(each) for kind, each in controls.networks.items()} for _ in range(2)]
    further[0]["rotated"][4] = knockout_of(4, [(1, 1, 1)] * 3 + [(-1, -1, -1)]).query("head > 1")
    further[1]["rotated"][4] = mutants_of([-1, 2, -1, -1]).query("head > 1")
    table = grade_controls(controls, RULE, *further)
    graded = table[table["grade"].isin(["A", "B", "C", "D"])]
    assert graded[["control", "network"]].to_numpy().tolist() == [["rotated", 5]] * 4
    assert (graded[["S", "L"]] == PASSED).all(axis=None) and (graded["R"] == FAILED).all()
    # What is not known of a head counts for it.
    assert [(row.head, row.K, row.I, row.grade) for row in graded.itertuples()] == [
        (1, NOT_RUN, NOT_RUN, "C"),
        (2, FAILED, PASSED, "C"),
        (3, FAILED, FAILED, "D"),
        (4, PASSED, FAILED, "C"),
    ]


def test_no_controls_no_table():
    assert grade_controls(Controls({"random": [], "rotated": []}), RULE).empty


def test_band_holds_the_middle_of_all_heads():
    rng = np.random.default_rng(12)
    controls = controls_of(rng, 30, 0)
    table = band_table(controls)
    assert list(table) == ["control", "d", "low", "high", "highest", "n_networks", "n_heads"]
    assert set(table["control"]) == {"random"} and table["d"].tolist() == list(range(30))
    assert set(table["n_networks"]) == {30} and set(table["n_heads"]) == {120}
    profiles = np.array(
        [
            30 * one.mean_top[:, 0, head].astype(float).mean(0)
            for one in controls.networks["random"]
            for head in range(4)
        ]
    )
    for d in range(30):
        row = table.iloc[d]
        assert row["highest"] == pytest.approx(profiles[:, d].max())
        assert (profiles[:, d] < row["low"]).sum() == (profiles[:, d] > row["high"]).sum() == 3
    assert band_table(Controls({"random": [], "rotated": []})).empty


def test_logo_shown_of_controls_is_the_95th_of_a_hundred():
    rng = np.random.default_rng(13)
    controls = controls_of(rng, 25, 10)
    table = control_logos(controls)
    for kind, n in (("random", 25), ("rotated", 10)):
        rows = table[table["control"] == kind]
        assert len(rows) == 30 and len(rows[["network", "layer", "head", "bits_heldout"]].drop_duplicates()) == 1
        number, head, bits = rows.iloc[0][["network", "head", "bits_heldout"]]
        one = controls.networks[kind][number - 1]
        assert bits == pytest.approx(one.bits[0, head - 1])
        every = np.array([each.bits for each in controls.networks[kind]]).ravel()
        assert (every < bits).sum() == int(0.95 * 4 * n)
        np.testing.assert_allclose(rows[list("ACGT")], one.effect_frequencies[0, head - 1], atol=1e-6)
        assert (rows["from_peak"] == rows["d"] - one.peak_d_heldout[0, head - 1]).all()
    assert control_logos(Controls({"random": [], "rotated": []})).empty


def test_summary_counts_what_stands_beside_the_grades():
    rng = np.random.default_rng(14)
    controls, real = controls_of(rng, 20, 12), standing_out(rng)
    of_kind = {kind: {f"{kind}_{i}": one for i, one in enumerate(controls.networks[kind])} for kind in CONTROL_KINDS}
    of_kind["replicate"] = {"replicate_2": dataclasses.replace(real, pr_auc=0.25)}
    of_kind["random"]["random_3"].pr_auc = 0.125
    heads = pd.DataFrame({"grade": ["A", "C", "C", "unsupported"]})
    of_controls = pd.DataFrame(
        {
            "control": ["random"] * 80 + ["rotated"] * 48,
            "grade": ["D"] * 2 + ["unsupported"] * 78 + ["C", "D"] + ["not graded"] * 46,
        }
    )
    found = grade_summary(real, of_kind, heads, of_controls, RULE)
    assert found["grades"] == {"A": 1, "B": 0, "C": 2, "D": 0, "unsupported": 1, "not graded": 0}
    random, rotated = found["controls"]["random"], found["controls"]["rotated"]
    assert (random["networks"], random["heads"], random["graded"], random["best_grade"]) == (20, 80, 2, "D")
    assert (rotated["networks"], rotated["heads"], rotated["graded"], rotated["best_grade"]) == (12, 48, 2, "C")
    assert random["smallest_q"] == 4 / 81 and random["testable"] is True
    assert rotated["smallest_q"] == 4 / 49 and rotated["testable"] is False and found["capped"] is True
    assert [each["value"] for each in random["pr_auc"]][:5] == [0.5, 0.5, 0.5, 0.125, 0.5]
    assert found["seeds"] == 2 and found["replicates"] == {"replicate_2": 0.25} and found["pr_auc"] == 0.5


# Names.


ELEMENTS = pd.DataFrame(
    [
        (1, 1, "-10", 0.04, 0.01, 1, 1, 27, 32),
        (1, 1, "-35", 0.001, 0.0001, 0, 0, 50, 55),
        (1, 1, "UP", 0.002, 0.001, 1, np.nan, 60, 80),
        (1, 2, "-35", 0.01, 0.002, 0, 0, 50, 55),
        (1, 3, "-10", 0.01, 0.002, 1, -2, 25, 30),
        (1, 4, "-10", 0.01, 0.003, 1, 0, 27, 32),
        (1, 4, "-35", 0.01, 0.002, 1, 0, 50, 55),
    ],
    columns=["layer", "head", "element", "q", "p", "named", "shift_nt", "place_from_d", "place_to_d"],
)


def graded(*grades):
    return pd.DataFrame({"layer": 1, "head": np.arange(len(grades)) + 1, "grade": grades})


def test_words_go_with_the_grade():
    for letters, words in (
        ("A", "detects -10"),
        ("B", "likely reads -10"),
        ("C", "may read -10"),
        ("D", ""),
        ("unsupported", ""),
        ("not graded", ""),
    ):
        assert claim(letters, "-10") == words
        assert claim(letters, "") == (NO_NAME if letters in "ABC" else "")


def test_element_is_one_that_is_named():
    table = name_heads(graded("A", "B", "C", "A", "B"), ELEMENTS, None, RULE)
    # Of those at their place the lowest q; a tie goes to the lower p.
    assert table["element"].tolist() == ["UP", "", "-10", "-35", ""]
    assert table["claim"].tolist() == ["detects UP", NO_NAME, "may read -10", "detects -35", NO_NAME]
    row = table.iloc[2]
    assert (row["element_q"], row["element_from_d"], row["element_to_d"], row["element_shift_nt"]) == (0.01, 25, 30, -2)
    assert np.isnan(table["element_shift_nt"][0]) and table["element_from_d"][0] == 60
    assert np.isnan(table["element_q"][1]) and (table["type"] == "").all() and table["content_share"].isna().all()


def test_no_name_below_c():
    table = name_heads(graded("D", "unsupported", "unsupported", "not graded"), ELEMENTS, np.full(4, 0.5), RULE)
    assert (table["claim"] == "").all() and (table["element"][1:] == "").all()
    assert (name_heads(graded("A", "B", "C"), None, None, RULE)["claim"] == NO_NAME).all()
    assert (name_heads(graded("A"), ELEMENTS.iloc[:0], None, RULE)["claim"] == NO_NAME).all()


def test_type_of_a_head_by_its_share_of_content():
    shares = [0.0, 0.0999, 0.1, 0.5, 0.9, 0.901, 1.0, np.nan]
    expected = ["position", "position", "mixed", "mixed", "mixed", "sequence", "sequence", ""]
    assert [head_type(share, RULE) for share in shares] == expected
    table = name_heads(graded(*"ABCDABCD"), None, np.array(shares), RULE)
    assert table["type"].tolist() == expected
    np.testing.assert_array_equal(table["content_share"], shares)


# The command.

KEPT_OUT = [f"{number:02}" for number in range(5, 21)]
"""Ends of the ids of controls that a quicker run does without."""


@pytest.fixture
def folder(tmp_path):
    """What GRADE_HEADS gets, of one real network, two seeds and 20 controls of each kind."""
    rng = np.random.default_rng(15)
    real, controls = standing_out(rng), controls_of(rng)
    listed = [{"id": "curated", "seed": 1}]
    found = {"curated": real}
    for number in (2, 3):
        listed.append({"id": f"replicate_{number}", "control": "replicate", "seed": number})
        found[f"replicate_{number}"] = real
    for kind in CONTROL_KINDS:
        for number, one in enumerate(controls.networks[kind], 1):
            listed.append({"id": f"control_{kind}_{number:02}", "control": kind})
            found[f"control_{kind}_{number:02}"] = one
    for name, evidence in found.items():
        write_evidence(tmp_path / "measured" / name / "evidence.safetensors", evidence)
    write_arrays(tmp_path / "measured/curated/parts.safetensors", {"content_share": np.array([[0.05, 0.5, 0.95, 0.2]])})
    write_json(tmp_path / "networks.json", listed)
    write_tsv(
        tmp_path / "knocked/curated/knockout.tsv", knockout_of(4, [(-0.01, -0.01, -0.01)] * 3 + [(0.01, -0.01, -0.01)])
    )
    agreement = mutants_of([1, 1, 1, 1])
    write_tsv(tmp_path / "mutated/curated/ism_heads.tsv", agreement[["layer", "head", "rho", "lag", "p", "q"]])
    write_tsv(tmp_path / "mutated/curated/deletion_heads.tsv", agreement[["layer", "head", "area", "lo", "hi"]])
    write_tsv(tmp_path / "element_matches.tsv", ELEMENTS.assign(named=1))
    (tmp_path / "nothing.tsv").touch()
    return tmp_path


def command(folder, monkeypatch, *further, names=None):
    names = names or [start["id"] for start in read_json(folder / "networks.json")]
    given = [
        "--networks",
        folder / "networks.json",
        "--measured",
        *(folder / "measured" / name for name in names),
        "--rule",
        RULE_FILE,
        "--out",
        folder / "out",
        "--record",
        folder / "record.json",
        *further,
    ]
    monkeypatch.setattr(sys, "argv", ["grade_heads.py", *map(str, given)])
    load_command("grade_heads").main()


def test_command_grades_and_names(folder, monkeypatch):
    command(
        folder,
        monkeypatch,
        "--knocked",
        folder / "knocked",
        "--mutated",
        folder / "mutated",
        "--elements",
        folder / "element_matches.tsv",
    )
    out = folder / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "bands.tsv",
        "control_logos.tsv",
        "controls.tsv",
        "grades.json",
        "heads.tsv",
        "seed_profiles.tsv",
        "seeds.tsv",
    ]
    heads = read_tsv(out / "heads.tsv")
    assert heads["grade"].tolist() == ["unsupported", "A", "unsupported", "B"]
    assert heads["claim"].tolist() == ["", "detects -35", "", "likely reads -35"]
    assert heads["type"].tolist() == ["position", "mixed", "sequence", "mixed"]
    assert heads["element_from_d"].tolist()[1] == 50
    assert len(read_tsv(out / "seeds.tsv")) == 8 and len(read_tsv(out / "controls.tsv")) == 160
    assert set(read_tsv(out / "seed_profiles.tsv")["network"]) <= {"replicate_2", "replicate_3"}
    assert len(read_tsv(out / "bands.tsv")) == 60 and len(read_tsv(out / "control_logos.tsv")) == 60
    summary = read_json(out / "grades.json")
    assert summary["grades"] == {"A": 1, "B": 1, "C": 0, "D": 0, "unsupported": 2, "not graded": 0}
    assert summary["rule"] == RULE and len(summary["rule_sha256"]) == 64 and summary["seeds"] == 3
    assert summary["controls"]["rotated"]["networks"] == 20 and not summary["capped"]
    assert read_json(folder / "record.json")["process"] == "GRADE_HEADS"


def test_command_without_tests_or_controls(folder, monkeypatch):
    """An empty file is a table that was not made, and so is a folder without one of the network."""
    write_json(folder / "networks.json", [{"id": "curated"}])
    (folder / "none").mkdir()
    command(
        folder,
        monkeypatch,
        "--knocked",
        folder / "none",
        "--mutated",
        folder / "none",
        "--elements",
        folder / "nothing.tsv",
    )
    heads = read_tsv(folder / "out/heads.tsv")
    assert (heads["grade"] == "not graded").all() and (heads[list(TESTS)] == NOT_RUN).all(axis=None)
    assert (heads["first_failed"] == "S").all() and (heads["claim"] == "").all()
    assert read_tsv(folder / "out/seeds.tsv").empty and read_tsv(folder / "out/controls.tsv").empty
    assert read_json(folder / "out/grades.json")["controls"]["random"]["testable"] is False


def test_command_for_a_model_that_was_given(folder, monkeypatch):
    """It has random networks beside it, and neither seeds nor rotated ones: C at best."""
    listed = [start for start in read_json(folder / "networks.json") if start.get("control") in (None, "random")]
    write_json(folder / "networks.json", listed)
    command(folder, monkeypatch, "--knocked", folder / "knocked", "--mutated", folder / "mutated")
    heads = read_tsv(folder / "out/heads.tsv")
    assert heads["grade"].tolist() == ["unsupported", "C", "unsupported", "C"]
    assert heads["s_q_rotated"].isna().all() and set(heads["R"]) == {NOT_RUN}
    summary = read_json(folder / "out/grades.json")
    assert summary["capped"] and summary["seeds"] == 1 and summary["controls"]["rotated"]["networks"] == 0


def test_command_names_the_control_heads_to_be_tested(folder, monkeypatch):
    """With 4 heads, 20 networks of a kind are too few for one head alone of one of them; two are tested."""
    write_evidence(folder / "measured/control_rotated_07/evidence.safetensors", standing_out(np.random.default_rng(16)))
    command(folder, monkeypatch, "--screen", folder / "screen.json")
    assert read_json(folder / "screen.json") == [{"id": "control_rotated_07", "heads": ["L1_H2", "L1_H4"]}]
    assert not (folder / "out").exists()


def test_command_does_not_depend_on_the_order_of_the_networks(folder, monkeypatch):
    listed = [start for start in read_json(folder / "networks.json") if start["id"][-2:] not in KEPT_OUT]
    tables = []
    for order in (listed, listed[5:] + listed[:5]):
        write_json(folder / "networks.json", order)
        command(folder, monkeypatch)
        tables.append((folder / "out/heads.tsv").read_text())
    assert len(listed) == 3 + 2 * 4 and tables[0] == tables[1]


@pytest.mark.parametrize("cut", [10, 200, -100])
def test_cut_evidence_ends_in_one_line(folder, monkeypatch, capsys, cut):
    path = folder / "measured/control_random_03/evidence.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(SystemExit) as exit_info:
        command(folder, monkeypatch)
    lines = capsys.readouterr().err.splitlines()
    assert exit_info.value.code == 2 and len(lines) == 1 and "evidence.safetensors" in lines[0]
    assert not (folder / "out").exists()
