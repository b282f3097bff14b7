"""The outcome of a run in words, and advice in the order to try."""

import math

from attentome.evidence.control_tally import control_tally, tally_text
from attentome.report.outcome.checks import MIN_TEST, MIN_TRAIN, leaking_networks, rotated_pr_auc, too_many_graded
from attentome.report.text.numbers import interval_text, number

UNGRADED = "Heads are not graded because this run has no controls."
GRADES_HIDDEN = "Do not use the grades: see the outcome."
NOT_LEARNED = "The network did not learn to find TSS"
NO_ROTATED = "networks on rotated labels are missing"
ONLY_NEW = "only new results are computed"
ADVICE_FIRST_FAILED = {
    "S": "{n} of {of} unsupported heads are no sharper than the heads of control networks (S). With {networks} "
    "networks of each kind, the smallest q of a single head is {q}. For a finer test: --random_networks {more} "
    "--rotated_networks {more}.",
    "L": "{n} of {of} unsupported heads are sharp, but their effect logos hold no more information than those of "
    "control networks (L), and they pass no other test. More sites or longer training may sharpen the logos.",
    "K": "{n} of {of} unsupported heads are not needed alone (K). Heads may replace each other: see "
    "tables/knockout_pairs.tsv.",
    "R": "{n} of {of} unsupported heads are not found again in other seeds (R). For a stronger test: --replicates 5.",
    "I": "{n} of {of} unsupported heads do not look where mutations matter (I). For a stronger test: more "
    "--mutated_sites.",
}


def outcome_sentence(state, run, missing=()):
    """The outcome in one to four sentences.

    Parameters
    ----------
    state : str
        Of :func:`attentome.report.outcome.verdict.run_state`.
    run : RunResults
    missing : list of str
        Of :func:`attentome.report.outcome.verdict.missing_parts`.
    """
    metrics = run.metrics
    found = f"PR AUC {interval_text(metrics['pr_auc'])}, where random guessing gives {number(metrics['prevalence'])}"
    if state == "too_few_sites":
        return _too_few(run)
    if state == "not_learned":
        return (
            f"{NOT_LEARNED}: {found}{_no_better(run)}. Its heads therefore explain nothing about promoters and are not "
            "graded."
        )
    if state == "control_alarm":
        return f"Do not use the grades. {' '.join(_alarms(run))} The network: {found}. {tally_text(run.tested)}"
    learned = f"The network learned to find TSS: {found}"
    if state == "untested":
        why = _why_untested(run)
        return f"{learned}. Its {len(run.heads)} heads are described but not graded, because {why}."
    parts = f" Parts are missing: {'; '.join(missing)}." if state == "partial" else ""
    return f"{learned}{_graded(run)}{parts} {tally_text(run.tested)}"


def _too_few(run):
    counts = counts_of_calls(run)
    calls = (
        f" {counts[0]} calls at an output of at least 0.5 find {counts[1]} of the {run.metrics['n_sites']} sites."
        if counts
        else ""
    )
    return (
        f"Too few sites to judge: {run.arc_sites('train')} in the training arc ({MIN_TRAIN} needed) and "
        f"{run.metrics['n_sites']} in the test arc ({MIN_TEST} needed).{calls} Heads are not graded."
    )


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


def _no_better(run):
    best = max(rotated_pr_auc(run), key=lambda entry: entry["value"], default=None)
    if best is None or run.tested.grades["pr_auc"] > best["value"]:
        return ""
    return (
        f", and a network trained on rotated labels does as well ({number(best['value'])}, compared with "
        f"{number(run.tested.grades['pr_auc'])} at the same positions)"
    )


def _alarms(run):
    leaking, lines = leaking_networks(run), []
    if leaking:
        factor = run.tested.grades["rule"]["alarm"]["max_rotated_pr_auc_x_prevalence"]
        finds = "finds" if len(leaking) == 1 else "find"
        lines.append(
            f"{len(leaking)} of {len(rotated_pr_auc(run))} networks trained on rotated labels {finds} these labels in "
            f"the test arc, which should be impossible: PR AUC up to {interval_text(leaking[0])}, where random "
            f"guessing gives {number(leaking[0]['prevalence'])} (alarm: lower end above {factor} × that)."
        )
    if too_many_graded(run):
        tally, most = control_tally(run.tested), run.tested.grades["rule"]["alarm"]["max_graded_control_heads"]
        lines.append(
            f"{tally['graded']} of {tally['heads']:,} heads of control networks have a grade "
            f"({number(100 * tally['share'], 2)} %; the maximum allowed is {number(100 * most, 2)} %)."
        )
    return lines


def _why_untested(run):
    if not run.tested:
        return "this run has no controls"
    random = run.tested.grades["controls"]["random"]
    return (
        f"there are too few control networks: with {random['networks']} of random weights the smallest q of a single "
        f"head is {number(random['smallest_q'], 2)}, and {_max_q(run)} is needed"
    )


def _graded(run):
    grades = run.tested.grades["grades"]
    n, best = sum(grades.values()), sum(grades[letter] for letter in "ABC")
    rest = ", ".join(
        f"{grades[name]} {name}" for name in ("D", "unsupported", "not graded") if grades[name] or name != "not graded"
    )
    if not best and not grades["D"]:
        return f". None of its {n} heads has a grade."
    counts = ", ".join(f"{grades[letter]} {letter}" for letter in "ABC")
    caps = best_is_c(run)
    return f". {best} of {n} heads {'carries' if best == 1 else 'carry'} a grade of A to C: {counts} ({rest})." + (
        f" C is the best possible grade in this run: {' and '.join(caps)}." if caps else ""
    )


def best_is_c(run):
    """Reasons why no head can have a grade better than C, as clauses; empty if heads can."""
    grades, why = run.tested.grades, []
    if grades["capped"]:
        n = grades["controls"]["rotated"]["networks"]
        few = f"{n} network{'s' * (n > 1)} on rotated labels {'are' if n > 1 else 'is'} too few" if n else NO_ROTATED
        why.append(f"{few} for a test at q {_max_q(run)} ({networks_needed(run)} needed)")
    minimum = grades["rule"]["tests"]["R"]["min_seeds"]
    if grades["seeds"] < minimum:
        seeds = "one seed cannot" if grades["seeds"] == 1 else f"{grades['seeds']} seeds cannot"
        why.append(f"{seeds} show that a head is reproducible ({minimum} needed)")
    return why


def networks_needed(run):
    """Number of control networks of each kind with which a single head can reach the q of the rule."""
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
            "The mutants still show which bases the whole network needs (tests/ism_profile.tsv).",
        ]
    if state in ("learned_graded", "partial"):
        again = ["Run again with -resume: only the missing parts are computed."] if state == "partial" else []
        return again + _advice_capped(run)
    return _advice_not_learned(state, run, checks)


def _advice_untested(run):
    first = (
        "A profile or a logo describes this network and is no evidence: without control networks it is unknown how "
        "much of it an untrained network shows as well."
    )
    if not run.tested:
        return [first, f"To test and grade the heads run again with --controls true -resume: {ONLY_NEW}."]
    needed = networks_needed(run)
    rotated = "" if run.params.get("model") else f" --rotated_networks {needed}"
    return [first, f"To grade the heads run again with --random_networks {needed}{rotated} -resume: {ONLY_NEW}."]


def _advice_capped(run):
    grades, minimum = run.tested.grades, run.tested.grades["rule"]["tests"]["R"]["min_seeds"]
    wanted = [f"--rotated_networks {networks_needed(run)}"] if grades["capped"] else []
    wanted += [f"--replicates {minimum}"] if grades["seeds"] < minimum else []
    if wanted and run.params.get("model"):
        return [
            "A given network (--model) has no replicates and no networks on rotated labels. Train the network in this "
            "pipeline to reach a grade better than C."
        ]
    return [f"For grades better than C run again with {' '.join(wanted)} -resume."] if wanted else []


def _suspects(run):
    networks = len(rotated_pr_auc(run))
    length = sum(contig["length"] for contig in run.genome_json.get("contigs", []))
    step = f" (in this run {round(length / (networks + 1)):,} nt)" if length and networks else ""
    return [
        "Overlapping arcs: check labels/split.tsv, and whether sites near the ends of an arc occur in two arcs.",
        "Repeats across arcs: the same sequence in the training arc and in the test arc, such as insertion elements, "
        "rRNA operons or duplicated contigs.",
        f"A rotation that is too short: successive networks move the labels by a further 1/{networks + 1} of the "
        f"genome{step}. If that is less than a window, rotated labels still lie close to TSS.",
        "The control heads that have a grade are listed in tables/controls.tsv.",
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
            "Check the strand column of your tables: + and − seem to be exchanged."
            if "exchanged" in reading
            else "Check the coordinates of your tables: 0-based and 1-based positions seem to be mixed "
            f"(better {reading})."
        )
        advice.append(f"{what} Correct the tables, then run again with -resume.")
    elif found["label_signal"]["mark"] == "alarm":
        advice.append(
            "The aligned sites share no sequence. Check that the TSS sets and the genome are of the same assembly, and "
            "that the position column holds the TSS."
        )
    if state == "too_few_sites" or found["enough_sites"]["mark"] == "alarm":
        advice.append("Use more TSS: add another set, or lower --min_support.")
    if found["over_fitted"]["mark"] == "alarm":
        advice.append(
            "The network has memorised the training arc. Use more sites, or a smaller network (--preset cpu or tiny) "
            "with --dropout 0.2."
        )
    if found["loss"].get("falling"):
        steps = run.training.get("settings", {}).get("max_steps") or int(run.history["step"].max())
        advice.append(f"Train longer: --max_steps {int(steps) * 4} (the loss was still falling).")
    elif found["loss"]["mark"] == "alarm":
        advice.append(
            "The loss did not fall. Try another --learning_rate (a third, or three times as high) or another --seed."
        )
    if state == "not_learned" and not run.params.get("show_unlearned"):
        advice.append(
            "To see the profiles and logos of this network anyway, use --show_unlearned. Each page then states that "
            "the network did not learn."
        )
    return advice
