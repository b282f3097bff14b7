"""The facts of the run card: labels, results, cost, and what was not done."""

from pathlib import Path

from attentome.report.outcome.verdict import grade_line, grades_shown
from attentome.report.run_card.tests import cost_of_tests, is_test, network_facts, not_tested, part_of, rule_facts
from attentome.report.text.numbers import number
from attentome.report.text.peers import NOT_RUN, peer_rows
from attentome.report.text.sets import contig_text, fix_text, format_text, lift_text, source_text

MISSING = "not recorded"


def processes(records):
    """Time and memory per process.

    Parameters
    ----------
    records : list of dict
        ``record.json`` of each task.

    Returns
    -------
    list of dict
        ``process`` (TRAIN apart for controls and replicates), ``tasks``, ``seconds_total``, ``seconds_longest``,
        ``cpu_seconds`` (of all threads), ``peak_memory_mb``, ``for_tests`` (whether it runs for the tests of the heads
        alone), in the order of the steps.
    """
    order = [
        "SIMULATE",
        "FETCH",
        "CHECK_INPUTS",
        "HARMONISE",
        "AUDIT",
        "CURATE",
        "LABEL",
        "TRAIN",
        "TRAIN, replicates",
        "TRAIN, controls",
        "SCAN_PROMOTERS",
        "PREDICT",
        "JOIN_OUTPUTS",
        "EVALUATE",
        "COMPARE_PEERS",
        "COMPARE_SETS",
        "GRID",
        "PROFILE",
        "DESCRIBE_HEAD",
        "MEASURE_HEADS",
        "KNOCKOUT",
        "MUTATE",
        "NAME_HEADS",
        "GRADE_HEADS",
    ]
    groups = {}
    for record in records:
        groups.setdefault(part_of(record), []).append(record)
    names = sorted(groups, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [
        {
            "process": name,
            "tasks": len(groups[name]),
            "seconds_total": round(sum(record["seconds"] for record in groups[name]), 1),
            "seconds_longest": max(record["seconds"] for record in groups[name]),
            "cpu_seconds": round(sum(record["cpu_seconds"] for record in groups[name]), 1),
            "peak_memory_mb": max(record["peak_memory_mb"] for record in groups[name]),
            "for_tests": is_test(name),
        }
        for name in names
    ]


def software(records):
    """Versions of all software that the tasks recorded: name to version (several: comma separated)."""
    found = {}
    for record in records:
        for name, version in record.get("software", {}).items():
            found.setdefault(name, set()).add(str(version))
    return {name: ", ".join(sorted(found[name])) for name in sorted(found)}


def not_done(run):
    """What this run did not do, as sentences from its parameters and results."""
    lines = [
        *not_tested(run),
        "One genome and one split; no other strain or species.",
        "Labels were not compared with sequencing reads. A TSS that no set contains counts as an error of the network.",
        "Outputs are not calibrated: 0.8 is a score, not a probability.",
        "Heads are profiled on the whole genome, and the network was trained on most of it.",
    ]
    if not run.peers:
        lines.append(NOT_RUN)
    if not run.training:
        lines.append(
            "The network was not trained in this run (--model). Its training, its seed and whether it was trained on "
            "the test arc are unknown."
        )
    if run.metrics["pr_auc"].get("lo") is None:
        lines.append("No interval: too few sites for a bootstrap over genome blocks.")
    if run.training.get("stop_reason", "").startswith("max_steps"):
        lines.append("Training ended at the maximum number of steps and not by early stopping.")
    if run.profile.get("n_spearman", 0) < run.profile.get("n_all", 0):
        lines.append(
            f"Spearman correlations use a random sample of {run.profile['n_spearman']:,} of the "
            f"{run.profile['n_all']:,} positions (standard error {number(run.profile['spearman_error'], 1)})."
        )
    if run.labels.get("lost_at_ends"):
        lines.append(f"{run.labels['lost_at_ends']} sites at the ends of linear contigs have no label.")
    return lines


def plain_parameters(parameters):
    """Parameters without folders of the machine: of an absolute path only the last part is kept."""
    return {
        name: Path(value).name if isinstance(value, str) and value.startswith("/") else value
        for name, value in parameters.items()
    }


def run_card(run, outcome):
    """The facts of ``run_card.json``: sections 1 to 9 (6, the grade rule, where controls were run).

    Parameters
    ----------
    run : RunResults
    outcome : dict

    Returns
    -------
    dict
    """
    metrics, network = run.metrics, run.model.get("network", {})
    view = run.model.get("receptive_field", {})
    window, ahead = run.profile["window"], run.profile["ahead"]
    shift = run.profile["label_shift"] - ahead
    machine = next((record["machine"] for record in run.records if record.get("machine")), {})
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
            "label_shift": shift,
            "origin": run.model.get("origin", MISSING),
            "view_of_one_head_nt": [ahead + 1 - window, ahead],
            "view_of_all_layers_nt": [-view["upstream_nt"], view["downstream_nt"]] if view else None,
        },
        "training": run.training or MISSING,
        "networks": network_facts(run),
        "grades": {
            "shown": grades_shown(outcome["state"]),
            "counts": outcome["facts"]["grades"],
            "line": grade_line(run, outcome["state"]),
        },
        "grade_rule": rule_facts(run),
        "time_and_memory": processes(run.records),
        "cost": cost_of_tests(run.records),
        "machine": machine or MISSING,
        "software": software(run.records),
        "genome": {
            "file": run.genome_json.get("file"),
            "sha256": run.genome_json.get("sha256"),
            "contigs": run.genome_json.get("contigs", []),
        },
        "parameters": plain_parameters(run.params),
        "not_done": not_done(run),
    }


def _set_facts(run, audit):
    row = run.sets[run.sets["set"] == audit["set"]] if len(run.sets) else run.sets
    first = row.iloc[0] if len(row) else {}
    return {
        "set": audit["set"],
        "sources": source_text(
            [entry for entry in run.sources if entry["set"] == audit["set"] and entry["role"] == "set"]
        )
        or audit["files"],
        "format": format_text(audit),
        "contigs": contig_text(audit),
        "assembly": lift_text(audit),
        "moved": fix_text(audit),
        "sentences": audit.get("sentences", []),
        "rows": audit.get("rows"),
        "sites": audit.get("sites"),
        "used": int(first["used"]) if len(row) else None,
        "confirmed": int(first["confirmed"]) if len(row) else None,
        "lost": {reason: n for reason, n in audit.get("lost", {}).items() if n},
        "sha256": audit["sha256"],
    }
