"""The outcome of a run in words, and advice in the order to try: what assets/report/outcome.txt prints."""

import math

from attentome.evidence.control_tally import control_tally, tally_text
from attentome.report.outcome.checks import (
    MIN_TEST,
    MIN_TRAIN,
    beats_moved_labels,
    leaking_networks,
    rotated_pr_auc,
    share_graded,
    too_many_graded,
)
from attentome.report.text.items import items

NOT_LEARNED = "The network did not learn to find TSS"


def outcome_text(state, run, facts, checks, templates):
    """The outcome in one to four sentences, and what to try.

    Parameters
    ----------
    state : str
        Of :func:`attentome.report.outcome.verdict.run_state`.
    run : RunResults
    facts : dict
        As in ``outcome.json``.
    checks : list of dict
        Of :func:`attentome.report.outcome.checks.checks_of`.
    templates : Templates

    Returns
    -------
    (str, list of str)
    """
    rotated = rotated_pr_auc(run)
    values = {
        "calls": counts_of_calls(run),
        "rotated": rotated,
        "as_good": None if beats_moved_labels(run) else max(rotated, key=lambda entry: entry["value"]),
        "leaking": leaking_networks(run),
        "too_many_graded": too_many_graded(run),
        "tally": control_tally(run.tested),
        "tally_text": tally_text(run.tested),
    }
    if run.tested:
        rule = run.tested.grades["rule"]
        values |= {
            "alarm": rule["alarm"],
            "share_graded": share_graded(run),
            "max_q": rule["tests"]["S"]["max_q"],
            "seeds_needed": rule["tests"]["R"]["min_seeds"],
            "needed": networks_needed(run),
            "best_is_c": best_is_c(run),
            "first_failed": _first_failed(run.tested),
        }
    text = templates.plain(
        "outcome.txt",
        state=state,
        run=run,
        tested=run.tested,
        facts=facts,
        checks={check["name"]: check for check in checks},
        min_train=MIN_TRAIN,
        min_test=MIN_TEST,
        **values,
    )
    sentence, *advice = items(text)
    return sentence, advice


def counts_of_calls(run):
    """Count calls at an output of at least 0.5 and the sites of the arc that they find within 5 nt.

    Returns
    -------
    (int, int) or None
        Calls and found sites, from the curve ``pr_5nt``; None where there is no such curve.
    """
    if run.curves.empty:
        return None
    points = run.curves[(run.curves["curve"] == "pr_5nt") & (run.curves["threshold"] >= 0)]
    if points.empty:
        return 0, 0
    last = points.loc[points["threshold"].idxmin()]
    found = round(float(last["x"]) * run.metrics["n_sites"])
    return (round(found / float(last["y"])) if last["y"] > 0 else 0), found


def best_is_c(run):
    """Reasons why no head can have a grade better than C, as clauses; empty if heads can."""
    grades, rule, why = run.tested.grades, run.tested.grades["rule"]["tests"], []
    if grades["capped"]:
        n = grades["controls"]["rotated"]["networks"]
        few = {0: "networks on rotated labels are missing", 1: "1 network on rotated labels is too few"}.get(
            n, f"{n} networks on rotated labels are too few"
        )
        why.append(f"{few} for a test at q {rule['S']['max_q']} ({networks_needed(run)} needed)")
    if grades["seeds"] < rule["R"]["min_seeds"]:
        seeds = "one seed" if grades["seeds"] == 1 else f"{grades['seeds']} seeds"
        why.append(f"{seeds} cannot show that a head is reproducible ({rule['R']['min_seeds']} needed)")
    return why


def networks_needed(run):
    """Number of control networks of each kind with which a single head can reach the q of the rule."""
    grades = run.tested.grades
    return math.ceil(1 / grades["rule"]["tests"]["S"]["max_q"] - 1 / max(1, sum(grades["grades"].values())))


def _first_failed(tested):
    """The test that most unsupported heads failed first, how many of how many, and what the controls allow."""
    unsupported = tested.heads[tested.heads["grade"] == "unsupported"]
    counts = unsupported["first_failed"].value_counts()
    test = max("SLKRI", key=lambda letter: counts.get(letter, 0))
    kinds = [kind for kind in tested.grades["controls"].values() if kind["networks"]]
    return {
        "test": test,
        "n": counts.get(test, 0),
        "of": len(unsupported),
        "networks": min((kind["networks"] for kind in kinds), default=0),
        "q": max((kind["smallest_q"] for kind in kinds), default=None),
    }
