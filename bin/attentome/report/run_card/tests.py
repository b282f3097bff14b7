"""Tests of the heads on the run card: other networks, the grade rule, their cost."""

import re

import numpy as np

from attentome.evidence.control_tally import control_tally, tally_text
from attentome.report.outcome.sentences import best_is_c, networks_needed
from attentome.report.text.numbers import number

TESTS_OF_HEADS = ("MEASURE_HEADS", "KNOCKOUT", "MUTATE", "NAME_HEADS", "GRADE_HEADS")
"""Processes that run only for the tests of the heads, as in records; TRAIN of controls and replicates does too."""
ONE_SEED = "One seed{}: it was not tested whether another seed finds the same heads."


def part_of(record):
    """A task's process as the run card counts it: TRAIN apart for control networks and for replicates."""
    kind = record.get("tag", "").split("_")[0]
    if record["process"] == "TRAIN" and kind in ("control", "replicate"):
        return f"TRAIN, {kind}s"
    return record["process"]


def is_test(part):
    """Whether a process, as named by :func:`part_of`, runs only for the tests of the heads."""
    return part in TESTS_OF_HEADS or part.startswith("TRAIN, ")


def cost_of_tests(records):
    """CPU seconds of all tasks and of those for the tests of the heads, and their share (None without tasks)."""
    whole = sum(record["cpu_seconds"] for record in records)
    tests = sum(record["cpu_seconds"] for record in records if is_test(part_of(record)))
    return {
        "cpu_seconds": round(whole, 1),
        "cpu_seconds_of_tests": round(tests, 1),
        "share_of_tests": round(tests / whole, 4) if whole else None,
    }


def network_facts(run):
    """Replicates and controls, as in ``run_card.json``; None if heads were not tested.

    Returns
    -------
    dict or None
        ``seeds`` (network and PR AUC of each), ``controls`` (by kind: networks, heads, graded, best_grade, smallest_q,
        testable, pr_auc_lowest, pr_auc_median, pr_auc_highest, x_prevalence_highest), ``capped``, ``tally``,
        ``n_positions``, ``n_top`` and ``measured_view`` (receptive field).
    """
    if not run.tested:
        return None
    grades = run.tested.grades
    controls = {}
    for kind, facts in grades["controls"].items():
        values = [entry["value"] for entry in facts["pr_auc"]]
        controls[kind] = {
            **{name: facts[name] for name in ("networks", "heads", "graded", "best_grade", "smallest_q", "testable")},
            "pr_auc_lowest": min(values, default=None),
            "pr_auc_median": float(np.median(values)) if values else None,
            "pr_auc_highest": max(values, default=None),
            "x_prevalence_highest": max((one["value"] / one["prevalence"] for one in facts["pr_auc"]), default=None),
        }
    seeds = {"this one": grades["pr_auc"], **grades["replicates"]}
    view = run.tested.receptive_field
    return {
        "seeds": [{"network": name.replace("_", " "), "pr_auc": value} for name, value in seeds.items()],
        "controls": controls,
        "capped": grades["capped"],
        "why_best_is_c": best_is_c(run),
        "networks_needed": networks_needed(run),
        "tally": tally_text(run.tested),
        **{name: grades[name] for name in ("n_positions", "n_top")},
        "measured_view": {key: view.get(key) for key in ("measured", "within_context", "beyond_nt")} if view else None,
    }


def rule_facts(run):
    """The rule of grades as printed: checksum, tests, grades, alarm; None where heads were not tested."""
    if not run.tested:
        return None
    rule = run.tested.grades["rule"]
    return {"sha256": run.tested.grades["rule_sha256"], **rule, "lines": rule_lines(rule)}


def rule_lines(rule):
    """The rule in words: pairs of a letter and what it means, thresholds filled in.

    Parameters
    ----------
    rule : dict
        ``grade_rule.json``.
    """
    lines = []
    for letter, test in rule["tests"].items():
        passes = re.sub(
            "|".join(name for name in test if re.match("m[ai][xn]_", name)) or "$^",
            lambda match, test=test: number(test[match.group()]),
            test["passes"],
        )
        lines.append((letter, f"{test['name']}: {test['statistic']}. Passes if {passes}."))
    for entry in rule["grades"]:
        more = f" and one of {', '.join(entry['any'])}" if entry.get("any") else ""
        lines.append((entry["grade"], f"{' '.join(entry['all'])} passed{more}."))
    alarm = rule["alarm"]
    return [
        *lines,
        ("−", "Otherwise unsupported. A test that was not run is not passed."),
        (
            "!",
            f"No grade is used if the lower end of the PR AUC of a network on rotated labels is above "
            f"{number(alarm['max_rotated_pr_auc_x_prevalence'])} × its prevalence, or more than "
            f"{number(100 * alarm['max_graded_control_heads'])} % of all control heads have a grade.",
        ),
        (
            "%",
            f"A head with less than {number(100 * rule['least_content_share'])} % of content in the variance of its "
            "logit is called a position head. This is a description and no test.",
        ),
    ]


def not_tested(run):
    """What the tests of the heads did not cover, as sentences."""
    seed = f" ({run.training['seed']})" if "seed" in run.training else ""
    if not run.tested:
        return [
            "Controls: no random-weight and no rotated-label network was run, so none of the "
            f"{len(run.heads)} heads is graded.",
            ONE_SEED.format(seed),
            "No head was removed from the network (knock-out), and no base was mutated in silico.",
            "Logos were not compared with known motifs. The boxes on the rulers mark positions, not matches.",
        ]
    tested, grades = run.tested, run.tested.grades
    rotated, steps = grades["controls"]["rotated"], run.params.get("rotated_steps")
    return [
        line
        for line, applies in (
            ("No network was trained on rotated labels.", not rotated["networks"]),
            (
                f"Networks on rotated labels were trained for {number(100 * (steps or 1))} % of this network's steps.",
                rotated["networks"] and steps and steps < 1,
            ),
            (
                "Not every control head with a grade was knocked out and mutated. For control heads a missing test "
                "counts as passed, so their tally is an upper bound.",
                any(kind["at_most"] for kind in control_tally(tested)["kinds"].values()),
            ),
            (ONE_SEED.format(seed), grades["seeds"] == 1),
            (_measured_at(run), grades["n_positions"] < run.metrics["n_positions"]),
            (_knocked_out(run), True),
            (_mutated(run), True),
            (
                "Logos were compared only with the known promoter elements, with no motif database (--motifs).",
                not run.params.get("motifs") and not len(tested.motifs),
            ),
            ("A motif that is in no file of --motifs has no name in this report.", run.params.get("motifs")),
            (
                "No binding sites of transcription factors were given (--tf_sites).",
                not run.params.get("tf_sites") and not len(tested.enrichment),
            ),
        )
        if applies
    ]


def _measured_at(run):
    return (
        f"Heads were tested at {run.tested.grades['n_positions']:,} of the {run.metrics['n_positions']:,} "
        "positions of the test arc."
    )


def _knocked_out(run):
    if not len(run.tested.knockout):
        return "No head was removed from the network (knock-out)."
    pairs = len(run.tested.pairs)
    return (
        "Heads were removed one at a time"
        + (f" and in {pairs} pairs" if pairs else ", not in pairs")
        + "; not three or more together."
    )


def _mutated(run):
    if not len(run.tested.ism_profile):
        return "No base was mutated in silico."
    n = int(run.tested.ism_profile["n"].max())
    return (
        f"Bases were mutated at {n} of the {run.metrics['n_sites']} sites of the test arc, one base at a time; no "
        "insertion or deletion."
    )
