"""The outcome of a run: its state, the sentence that sums it up, checks and advice."""

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
from attentome.report.outcome.sentences import GRADES_HIDDEN, UNGRADED, outcome_advice, outcome_sentence

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
    expected = [
        (layer, head)
        for layer in range(1, network.get("layers", 0) + 1)
        for head in range(1, network.get("heads", 0) + 1)
    ]
    graded = set(run.tested.heads[["layer", "head"]].itertuples(index=False, name=None))
    described = {(head.layer, head.head) for head in run.heads}
    lines = []
    for process, there in (("DESCRIBE_HEAD", described), ("GRADE_HEADS", graded)):
        lost = [head_title(layer, head) for layer, head in expected if (layer, head) not in there]
        lines += [f"{process} returned nothing for {', '.join(lost)}"] if lost else []
    return lines


def _missing_tables(tested):
    parts = (
        (tested.knockout, "KNOCK_OUT_HEADS returned nothing, so K was not tested"),
        (tested.deletion_heads, "MUTATE_SITES returned nothing, so I was not tested"),
        (tested.elements, "NAME_HEADS returned nothing, so no head has a name"),
    )
    return [words for table, words in parts if not len(table.columns)]


def _missing_networks(run):
    params, grades = run.params, run.tested.grades
    asked = {"random": params.get("random_networks")}
    if not params.get("model"):
        asked |= {"rotated": params.get("rotated_networks"), "replicates": params.get("replicates")}
    there = {kind: facts["networks"] for kind, facts in grades["controls"].items()} | {"replicates": grades["seeds"]}
    words = {"random": "networks of random weights", "rotated": "networks on rotated labels", "replicates": "seeds"}
    return [
        f"TRAIN or MEASURE_HEADS returned {there[kind]} of {n} {words[kind]}"
        for kind, n in asked.items()
        if n and there[kind] < n
    ]


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
    return GRADES_HIDDEN if run.tested and state != "untested" else UNGRADED


def without_intervals(metrics):
    """Metrics without intervals, as printed if there are too few sites for a bootstrap."""
    bare = dict(metrics)
    for name in ("pr_auc", "roc_auc", "pr_auc_tolerant"):
        if bare.get(name):
            bare[name] = {**bare[name], "lo": None, "hi": None}
    return bare


def judge(run):
    """The outcome of a run.

    Parameters
    ----------
    run : RunResults

    Returns
    -------
    dict
        As written to ``outcome.json``: ``state``, ``sentence``, ``facts`` (numbers), ``checks`` (list of
        question, answer, verdict, mark) and ``advice`` (list, in the order to try).
    """
    state, missing = run_state(run), missing_parts(run)
    metrics, tally = run.metrics, control_tally(run.tested)
    facts = {
        "run": run.name,
        "arc": metrics["arc"],
        "n_positions": metrics["n_positions"],
        "n_sites": metrics["n_sites"],
        "sites_train": run.arc_sites("train"),
        "prevalence": metrics["prevalence"],
        "pr_auc": metrics["pr_auc"],
        "roc_auc": metrics["roc_auc"],
        "pr_auc_tolerant": metrics.get("pr_auc_tolerant"),
        "learned_above": LEARNED_FACTOR * metrics["prevalence"],
        "n_heads": len(run.heads),
        "graded_heads": n_graded(run.tested.grades["grades"]) if grades_shown(state) else None,
        "grades": run.tested.grades["grades"] if grades_shown(state) else None,
        "controls": tally["networks"],
        "control_tally": tally if run.tested else None,
        "capped": run.tested.grades["capped"] if run.tested else None,
        "seeds": run.tested.grades["seeds"] if run.tested else 1,
        "missing": missing,
    }
    checks = checks_of(run)
    return {
        "state": state,
        "sentence": outcome_sentence(state, run, missing),
        "facts": facts,
        "checks": checks,
        "advice": outcome_advice(state, run, checks),
    }
