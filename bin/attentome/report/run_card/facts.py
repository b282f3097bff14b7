"""The facts of the run card, as in ``run_card.json``: labels, results, networks, cost, and what was not done."""

import re
from pathlib import Path

import numpy as np

from attentome.evidence.control_tally import control_tally, tally_text
from attentome.report.outcome.sentences import best_is_c, networks_needed
from attentome.report.outcome.verdict import grade_line, grades_shown
from attentome.report.run_card.cost import cost_of_tests, processes
from attentome.report.text.items import items
from attentome.report.text.numbers import number
from attentome.report.text.peers import peer_rows
from attentome.report.text.sets import set_text

MISSING = "not recorded"


def run_card(run, outcome, templates):
    """The facts of ``run_card.json``: sections 1 to 9 (6, the grade rule, where controls were run).

    Parameters
    ----------
    run : RunResults
    outcome : dict
        Of :func:`attentome.report.outcome.verdict.judge`.
    templates : Templates
        Of assets/report; ``not_done.txt`` holds what was not done.

    Returns
    -------
    dict
    """
    metrics, network = run.metrics, run.model.get("network", {})
    view = run.model.get("receptive_field", {})
    window, ahead = run.profile["window"], run.profile["ahead"]
    not_done = templates.plain("not_done.txt", run=run, tested=run.tested, tally=control_tally(run.tested))
    return {
        "run": run.name,
        "state": outcome["state"],
        "sentence": outcome["sentence"],
        "labels": {
            "rule": run.curation.get("rule", MISSING),
            "n_sites": run.curation.get("n_sites"),
            "sets": [_set_facts(run, audit) for audit in run.audits],
            "losses": run.labels.get("lost_at_ends"),
        },
        "result": {
            **{key: metrics[key] for key in ("arc", "n_positions", "n_sites", "prevalence", "pr_auc", "roc_auc")},
            "pr_auc_tolerant": metrics.get("pr_auc_tolerant"),
            "bootstrap": metrics.get("bootstrap"),
            "models": peer_rows(run),
        },
        "split": run.split.to_dict("records"),
        "network": {
            **network,
            "n_weights": run.model.get("n_weights", run.training.get("n_weights")),
            "label_shift": run.profile["label_shift"] - ahead,
            "origin": run.model.get("origin", MISSING),
            "view_of_one_head_nt": [ahead + 1 - window, ahead],
            "view_of_all_layers_nt": [-view["upstream_nt"], view["downstream_nt"]] if view else None,
        },
        "training": run.training or MISSING,
        "networks": _network_facts(run) if run.tested else None,
        "grades": {
            "shown": grades_shown(outcome["state"]),
            "counts": outcome["facts"]["grades"],
            "line": grade_line(run, outcome["state"]),
        },
        "grade_rule": _rule_facts(run.tested.grades) if run.tested else None,
        "time_and_memory": processes(run.records),
        "cost": cost_of_tests(run.records),
        "machine": next((record["machine"] for record in run.records if record.get("machine")), MISSING),
        "software": _software(run.records),
        "genome": {
            "file": run.genome_json.get("file"),
            "sha256": run.genome_json.get("sha256"),
            "contigs": run.genome_json.get("contigs", []),
        },
        "parameters": plain_parameters(run.params),
        "not_done": items(not_done),
    }


def _set_facts(run, audit):
    """A set: its sources, how its positions were changed, and how many of its sites were used."""
    row = run.sets.set_index("set").to_dict("index").get(audit["set"], {}) if len(run.sets) else {}
    sources = [entry for entry in run.sources if entry["set"] == audit["set"] and entry["role"] == "set"]
    return {
        "set": audit["set"],
        **set_text(audit, sources),
        "sentences": audit.get("sentences", []),
        **{name: audit.get(name) for name in ("rows", "sites")},
        **{name: row.get(name) for name in ("used", "confirmed")},
        "lost": {reason: n for reason, n in audit.get("lost", {}).items() if n},
        "sha256": audit["sha256"],
    }


def _network_facts(run):
    """Replicates and controls: PR AUC, smallest q, best possible grade, measured positions and view."""
    grades, view = run.tested.grades, run.tested.receptive_field
    seeds = {"this one": grades["pr_auc"], **grades["replicates"]}
    return {
        "seeds": [{"network": name.replace("_", " "), "pr_auc": value} for name, value in seeds.items()],
        "controls": {kind: _control_facts(facts) for kind, facts in grades["controls"].items()},
        "capped": grades["capped"],
        "why_best_is_c": best_is_c(run),
        "networks_needed": networks_needed(run),
        "tally": tally_text(run.tested),
        **{name: grades[name] for name in ("n_positions", "n_top")},
        "measured_view": {key: view.get(key) for key in ("measured", "within_context", "beyond_nt")} if view else None,
    }


def _control_facts(facts):
    values = [entry["value"] for entry in facts["pr_auc"]]
    return {
        **{name: facts[name] for name in ("networks", "heads", "graded", "best_grade", "smallest_q", "testable")},
        "pr_auc_lowest": min(values, default=None),
        "pr_auc_median": float(np.median(values)) if values else None,
        "pr_auc_highest": max(values, default=None),
        "x_prevalence_highest": max((one["value"] / one["prevalence"] for one in facts["pr_auc"]), default=None),
    }


def _rule_facts(grades):
    return {"sha256": grades["rule_sha256"], **grades["rule"], "lines": rule_lines(grades["rule"])}


def rule_lines(rule):
    """The rule in words: pairs of a letter and what it means, thresholds filled in.

    Parameters
    ----------
    rule : dict
        ``grade_rule.json``.
    """
    lines = []
    for letter, test in rule["tests"].items():
        passes = re.sub(r"\b(min|max)_\w+", lambda name, test=test: number(test[name.group()]), test["passes"])
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


def _software(records):
    """Versions of all software that the tasks recorded: name to version (several: comma separated)."""
    found = {}
    for record in records:
        for name, version in record.get("software", {}).items():
            found.setdefault(name, set()).add(str(version))
    return {name: ", ".join(sorted(found[name])) for name in sorted(found)}


def plain_parameters(parameters):
    """Parameters without folders of the machine: of an absolute path only the last part is kept."""
    return {
        name: Path(value).name if isinstance(value, str) and value.startswith("/") else value
        for name, value in parameters.items()
    }
