"""The outcome of a run in words: one sentence on what may be believed, and what to try, in order."""

import math

from attentome.evidence.control_tally import control_tally, tally_text
from attentome.report.outcome.checks import LEAST_TEST, LEAST_TRAIN, leaking_networks, rotated_pr_auc, too_many_graded
from attentome.report.text.numbers import interval_text, number

UNGRADED = "Heads are not graded: controls are not part of this run."
GRADES_HIDDEN = "Grades are not to be used: see the outcome."
NOT_LEARNED = "The network did not learn to find TSS"
NONE_GRADED = "but no single head can be shown to do a nameable job"
ONLY_NEW = "only what is new is computed"
ADVICE_FIRST_FAILED = {
    "S": "{n} of {of} unsupported heads are no sharper than the heads of control networks (S). With {networks} "
    "networks of a kind a lone head reaches q {q} at best: --random_networks {more} --rotated_networks {more} makes "
    "the test finer.",
    "L": "{n} of {of} unsupported heads are sharp, but what moves the output through them spells no more than in "
    "control networks (L), and no other test backs them: more sites, or a longer training, may sharpen the logos.",
    "K": "{n} of {of} unsupported heads are not needed alone (K). Heads may share the work: "
    "tables/knockout_pairs.tsv tells.",
    "R": "{n} of {of} unsupported heads do not come again in other seeds (R): --replicates 5 tells more.",
    "I": "{n} of {of} unsupported heads do not look where mutants matter (I): more --mutated_sites tell more.",
}


def outcome_sentence(state, run, missing=()):
    """One sentence (or two, three) on what may be believed.

    Parameters
    ----------
    state : str
        Of :func:`attentome.report.outcome.verdict.run_state`.
    run : RunResults
    missing : list of str
        Of :func:`attentome.report.outcome.verdict.missing_parts`.
    """
    metrics = run.metrics
    found = f"PR AUC {interval_text(metrics['pr_auc'])} where a blind guess scores {number(metrics['prevalence'])}"
    if state == "too_few_sites":
        return _too_few(run)
    if state == "not_learned":
        return (
            f"{NOT_LEARNED}: {found}{_no_better(run)}. Its heads therefore explain nothing about promoters, and none "
            "is graded."
        )
    if state == "control_alarm":
        return f"Do not use the grades. {' '.join(_alarms(run))} The network itself: {found}. {tally_text(run.tested)}"
    learned = f"The network learned to find TSS: {found}"
    if state == "untested":
        why = _why_untested(run)
        return f"{learned}. Its {len(run.heads)} heads are described below but not graded, because {why}."
    parts = f" Parts are missing: {'; '.join(missing)}." if state == "partial" else ""
    return f"{learned}{_graded(run)}{parts} {tally_text(run.tested)}"


def _too_few(run):
    counts = counts_of_calls(run)
    calls = (
        f" {counts[0]} calls at an output of 0.5 or more find {counts[1]} of the {run.metrics['n_sites']} sites."
        if counts
        else ""
    )
    return (
        f"Too few sites to judge: {run.arc_sites('train')} in the training arc ({LEAST_TRAIN} needed) and "
        f"{run.metrics['n_sites']} in the test arc ({LEAST_TEST} needed).{calls} Heads are not graded."
    )


def counts_of_calls(run):
    """Calls at an output of 0.5 or more, and how many of the arc's sites they find within 5 nt.

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


def _no_better(run):
    best = max(rotated_pr_auc(run), key=lambda entry: entry["value"], default=None)
    if best is None or run.tested.grades["pr_auc"] > best["value"]:
        return ""
    return (
        f", and a network trained on moved labels does as well ({number(best['value'])}, against "
        f"{number(run.tested.grades['pr_auc'])} at the same positions)"
    )


def _alarms(run):
    leaking, lines = leaking_networks(run), []
    if leaking:
        factor = run.tested.grades["rule"]["alarm"]["max_rotated_pr_auc_x_prevalence"]
        finds = "finds" if len(leaking) == 1 else "find"
        lines.append(
            f"{len(leaking)} of {len(rotated_pr_auc(run))} networks trained on moved labels {finds} them in the test "
            f"arc, where nothing can be learned: PR AUC up to {interval_text(leaking[0])} where a blind guess scores "
            f"{number(leaking[0]['prevalence'])} (lower end above {factor} × that)."
        )
    if too_many_graded(run):
        tally, most = control_tally(run.tested), run.tested.grades["rule"]["alarm"]["max_graded_control_heads"]
        lines.append(
            f"{tally['graded']} of {tally['heads']:,} heads of control networks have a grade "
            f"({number(100 * tally['share'], 2)} %, at most {number(100 * most, 2)} % may)."
        )
    return lines


def _why_untested(run):
    if not run.tested:
        return "controls are not part of this run"
    random = run.tested.grades["controls"]["random"]
    return (
        f"control networks are too few: with {random['networks']} of random weights a lone head reaches q "
        f"{number(random['smallest_q'], 2)} at best, and {_max_q(run)} is needed"
    )


def _graded(run):
    grades = run.tested.grades["grades"]
    n, best = sum(grades.values()), sum(grades[letter] for letter in "ABC")
    rest = ", ".join(
        f"{grades[name]} {name}" for name in ("D", "unsupported", "not graded") if grades[name] or name != "not graded"
    )
    if not best and not grades["D"]:
        return f", {NONE_GRADED}: of {n} heads none has a grade."
    counts = ", ".join(f"{grades[letter]} {letter}" for letter in "ABC")
    caps = best_is_c(run)
    return f". {best} of {n} heads {'carries' if best == 1 else 'carry'} a grade of A to C: {counts} ({rest})." + (
        f" C is the best grade here: {' and '.join(caps)}." if caps else ""
    )


def best_is_c(run):
    """Why no head can have a grade better than C, as clauses; none where heads can."""
    grades, why = run.tested.grades, []
    if grades["capped"]:
        n = grades["controls"]["rotated"]["networks"]
        found = f"{n} on moved labels {'are' if n > 1 else 'is'} too few" if n else "none on moved labels is there"
        why.append(f"of control networks {found} to test against at q {_max_q(run)} ({networks_needed(run)} needed)")
    least = grades["rule"]["tests"]["R"]["min_seeds"]
    if grades["seeds"] < least:
        seeds = "one seed cannot" if grades["seeds"] == 1 else f"{grades['seeds']} seeds cannot"
        why.append(f"{seeds} show that a head comes again ({least} needed)")
    return why


def networks_needed(run):
    """Control networks of a kind with which a lone head can reach the rule's q."""
    return math.ceil(1 / _max_q(run) - 1 / max(1, sum(run.tested.grades["grades"].values())))


def _max_q(run):
    return run.tested.grades["rule"]["tests"]["S"]["max_q"]


def outcome_advice(state, run, checks):
    """What to try, in order, as a list of sentences.

    Parameters
    ----------
    state : str
    run : RunResults
    checks : list of dict
        Of :func:`attentome.report.outcome.checks.checks_of`.
    """
    if state == "untested":
        return _advice_untested(run)
    if state == "control_alarm":
        return _suspects(run)
    if state == "learned_none_graded":
        return [
            _of_first_failed(run),
            "What the network as a whole needs is still told by its mutants (tests/ism_profile.tsv).",
        ]
    if state in ("learned_graded", "partial"):
        again = ["Run again with -resume: what is missing is computed, all else is kept."] if state == "partial" else []
        return again + _advice_capped(run)
    return _advice_not_learned(state, run, checks)


def _advice_untested(run):
    first = (
        "Take a profile or a logo as a description of this network, not as evidence: without control networks "
        "nobody can say how much of it an untrained network shows too."
    )
    if not run.tested:
        return [first, f"To test and grade the heads run again with --controls true -resume: {ONLY_NEW}."]
    needed = networks_needed(run)
    rotated = "" if run.params.get("model") else f" --rotated_networks {needed}"
    return [first, f"To grade the heads run again with --random_networks {needed}{rotated} -resume: {ONLY_NEW}."]


def _advice_capped(run):
    grades, least = run.tested.grades, run.tested.grades["rule"]["tests"]["R"]["min_seeds"]
    wanted = [f"--rotated_networks {networks_needed(run)}"] if grades["capped"] else []
    wanted += [f"--replicates {least}"] if grades["seeds"] < least else []
    if wanted and run.params.get("model"):
        return [
            "A network that was given (--model) has no replicates and no networks on moved labels: train it here "
            "to reach a grade better than C."
        ]
    return [f"For grades better than C run again with {' '.join(wanted)} -resume."] if wanted else []


def _suspects(run):
    networks = len(rotated_pr_auc(run))
    length = sum(contig["length"] for contig in run.genome_json.get("contigs", []))
    step = f" (here {round(length / (networks + 1)):,} nt)" if length and networks else ""
    return [
        "Arcs that overlap: look at labels/split.tsv, and whether sites near the ends of an arc stand in two of them.",
        "Repeats across arcs: the same sequence in the training arc and in the test arc, such as insertion elements, "
        "rRNA operons or contigs that are copies of each other.",
        f"A rotation that is too short: the labels of each network on moved labels lie a further 1/{networks + 1} of "
        f"the genome away{step}. Where that is less than a window, moved labels still lie beside TSS.",
        "Which control heads have a grade: tables/controls.tsv.",
    ]


def _of_first_failed(run):
    heads = run.tested.heads
    unsupported = heads[heads["grade"] == "unsupported"]
    counts = unsupported["first_failed"].value_counts()
    most = max(ADVICE_FIRST_FAILED, key=lambda test: counts.get(test, 0))
    kinds = run.tested.grades["controls"]
    networks = min(kind["networks"] for kind in kinds.values() if kind["networks"])
    q = max(kind["smallest_q"] for kind in kinds.values() if kind["networks"])
    return ADVICE_FIRST_FAILED[most].format(
        n=counts.get(most, 0), of=len(unsupported), networks=networks, q=number(q, 2), more=2 * networks
    )


def _advice_not_learned(state, run, checks):
    found = {check["name"]: check for check in checks}
    advice = []
    reading = found["other_reading"].get("reading")
    if reading:
        what = (
            "Look at the strand column of your tables: + and − seem to be exchanged."
            if "exchanged" in reading
            else "Look at the coordinates of your tables: 0-based and 1-based positions seem to be mixed "
            f"(better {reading})."
        )
        advice.append(f"{what} Correct the tables, then run again with -resume.")
    elif found["label_signal"]["mark"] == "alarm":
        advice.append(
            "Check that the TSS sets and the genome are of the same assembly, and that the position column "
            "holds the TSS: the aligned sites share no sequence."
        )
    if state == "too_few_sites" or found["enough_sites"]["mark"] == "alarm":
        advice.append("Give more TSS: another set, or a lower --min_support.")
    if found["over_fitted"]["mark"] == "alarm":
        advice.append(
            "The training arc is learned by heart: more sites, or a smaller network (--preset cpu or tiny) "
            "with --dropout 0.2."
        )
    if found["loss"].get("falling"):
        steps = run.training.get("settings", {}).get("max_steps") or int(run.history["step"].max())
        advice.append(f"Train longer: --max_steps {int(steps) * 4} (the loss was still falling).")
    elif found["loss"]["mark"] == "alarm":
        advice.append(
            "Try another --learning_rate (a third, or three times as much) or another --seed: the loss did not fall."
        )
    if state == "not_learned" and not run.params.get("show_unlearned"):
        advice.append(
            "To see the profiles and logos of this network all the same: --show_unlearned. Each page then "
            "says that the network did not learn."
        )
    return advice
