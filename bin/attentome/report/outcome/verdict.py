"""The outcome of a run: its state, the sentence that sums it up, checks and advice."""

from itertools import product

from attentome.evidence.control_tally import control_tally, tally_text
from attentome.heads.names import head_title
from attentome.report.outcome.checks import (
    LEARNED_FACTOR,
    MIN_TEST,
    MIN_TRAIN,
    beats_moved_labels,
    checks_of,
    leaking_networks,
    too_many_graded,
)
from attentome.report.outcome.sentences import outcome_text
from attentome.report.text.peers import peer_rows

GRADED = ("learned_graded", "learned_none_graded", "partial")
"""States in which grades may be used."""


def run_state(run):
    """The state of a run.

    Returns
    -------
    str
        ``too_few_sites``, ``not_learned``, ``control_alarm`` (a network on rotated labels finds them, or too many
        control heads have a grade), ``untested`` (learned, but controls were not run or are too few), ``partial``
        (graded, but something is missing), ``learned_none_graded`` or ``learned_graded``.
    """
    if run.arc_sites("train") < MIN_TRAIN or run.metrics["n_sites"] < MIN_TEST:
        return "too_few_sites"
    low = run.metrics["pr_auc"].get("lo")
    if low is None or low <= LEARNED_FACTOR * run.metrics["prevalence"]:
        return "not_learned"
    if not run.tested:
        return "untested"
    if leaking_networks(run) or too_many_graded(run):
        return "control_alarm"
    if not beats_moved_labels(run):
        return "not_learned"
    grades = run.tested.grades["grades"]
    if not n_graded(grades) + grades["unsupported"]:
        return "untested"
    if missing_parts(run):
        return "partial"
    return "learned_graded" if n_graded(grades) else "learned_none_graded"


def n_graded(grades):
    """Heads with a grade, A to D."""
    return sum(grades[letter] for letter in "ABCD")


def missing_parts(run):
    """Requested parts that are missing, as clauses that name the process; empty if heads were not tested."""
    if not run.tested:
        return []
    return [*_missing_heads(run), *_missing_tables(run.tested), *_missing_networks(run)]


def _missing_heads(run):
    network = run.model.get("network", {})
    layers, heads = (range(1, network.get(name, 0) + 1) for name in ("layers", "heads"))
    described = {(head.layer, head.head) for head in run.heads}
    graded = set(run.tested.heads[["layer", "head"]].itertuples(index=False, name=None))
    lost = {
        process: [head_title(*place) for place in product(layers, heads) if place not in there]
        for process, there in (("DESCRIBE_HEAD", described), ("GRADE_HEADS", graded))
    }
    return [f"{process} returned nothing for {', '.join(titles)}" for process, titles in lost.items() if titles]


def _missing_tables(tested):
    parts = (
        (tested.knockout, "KNOCK_OUT_HEADS returned nothing, so K was not tested"),
        (tested.deletion_heads, "MUTATE_SITES returned nothing, so I was not tested"),
        (tested.elements, "NAME_HEADS returned nothing, so no head has a name"),
    )
    return [text for table, text in parts if not len(table.columns)]


def _missing_networks(run):
    params, grades = run.params, run.tested.grades
    there = {kind: facts["networks"] for kind, facts in grades["controls"].items()}
    parts = [(params.get("random_networks"), there["random"], "networks of random weights")]
    if not params.get("model"):
        parts += [
            (params.get("rotated_networks"), there["rotated"], "networks on rotated labels"),
            (params.get("replicates"), grades["seeds"], "seeds"),
        ]
    return [f"TRAIN or MEASURE_HEADS returned {n} of {asked} {what}" for asked, n, what in parts if asked and n < asked]


def grades_shown(state):
    """Whether grades may be shown in a state: not after a control alarm, nor if nothing was learned."""
    return state in GRADED


def heads_shown(run, state):
    """Whether heads are drawn: if the network learned, or with ``--show_unlearned``."""
    return state != "not_learned" or bool(run.params.get("show_unlearned"))


def grade_line(run, state):
    """The sentence printed with all grades: the tally of the control heads, or why there are no grades."""
    if grades_shown(state):
        return tally_text(run.tested)
    if run.tested and state != "untested":
        return "Do not use the grades: see the outcome."
    return "Heads are not graded because this run has no controls."


def without_intervals(metrics):
    """Metrics without intervals, as printed if there are too few sites for a bootstrap."""
    bare = dict(metrics)
    for name in ("pr_auc", "roc_auc", "pr_auc_tolerant"):
        if bare.get(name):
            bare[name] = {**bare[name], "lo": None, "hi": None}
    return bare


def judge(run, templates):
    """The outcome of a run.

    Parameters
    ----------
    run : RunResults
    templates : Templates
        Of assets/report; ``outcome.txt`` holds the words.

    Returns
    -------
    dict
        As written to ``outcome.json``: ``state``, ``sentence``, ``facts`` (numbers), ``checks`` (of
        :func:`attentome.report.outcome.checks.checks_of`) and ``advice`` (list, in the order to try).
    """
    state, metrics, tally = run_state(run), run.metrics, control_tally(run.tested)
    grades = run.tested.grades if run.tested else {}
    facts = {
        "run": run.name,
        **{name: metrics[name] for name in ("arc", "n_positions", "n_sites")},
        "sites_train": run.arc_sites("train"),
        **{name: metrics[name] for name in ("prevalence", "pr_auc", "roc_auc")},
        "pr_auc_tolerant": metrics.get("pr_auc_tolerant"),
        "learned_above": LEARNED_FACTOR * metrics["prevalence"],
        "n_heads": len(run.heads),
        "graded_heads": n_graded(grades["grades"]) if grades_shown(state) else None,
        "grades": grades["grades"] if grades_shown(state) else None,
        "controls": tally["networks"],
        "control_tally": tally if run.tested else None,
        "capped": grades.get("capped"),
        "seeds": grades.get("seeds", 1),
        "missing": missing_parts(run),
        "peers": peer_rows(run),
    }
    checks = checks_of(run)
    sentence, advice = outcome_text(state, run, facts, checks, templates)
    return {"state": state, "sentence": sentence, "facts": facts, "checks": checks, "advice": advice}
