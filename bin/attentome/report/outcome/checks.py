"""Checks of a run: the labels carry a signal, the network learned it, and control networks did not."""

from attentome.evidence.control_tally import control_tally
from attentome.genome.ruler import signed
from attentome.labels.signal import aligned_bases, label_information, readings
from attentome.report.text.numbers import interval_text, number

LEARNED_FACTOR = 10
"""Learned: the lower end of the PR AUC interval lies above this many times the prevalence."""
MIN_TRAIN, MIN_TEST = 100, 30
"""Minimum numbers of sites in the training and test arcs; with fewer, learning is not judged."""
LABEL_BITS = 0.1
"""Bits; labels whose best aligned column holds less carry no visible signal."""
COMPARISON_BITS = 0.33
"""Best column of 1,840 sigma70 sites of E. coli K-12 (RegulonDB, selected by Clauwaert et al. 2021), same rule."""
NOT_GIVEN = "Not checked: sites and genome were not given."


def checks_of(run):
    """The checks of a run that may not have learned.

    Returns
    -------
    list of dict
        ``name``, ``question``, ``mark`` (alarm, fine or open), ``answer``, ``note``; ``reading`` (a better reading of
        the labels, or None) and ``falling`` (whether the loss still fell) of the checks of these.
    """
    checks = (_label_signal, _other_reading, _enough, _loss, _over_fitted, _assembly, _moved_labels, _control_heads)
    return [found for check in checks if (found := check(run))]


def _check(name, question, answer, alarm=None, note="", **more):
    """A check; it is open where ``alarm`` is None, and its note is for an alarm only."""
    mark = "open" if alarm is None else "alarm" if alarm else "fine"
    return {
        "name": name,
        "question": question,
        "mark": mark,
        "answer": answer,
        "note": note if mark == "alarm" else "",
        **more,
    }


def label_columns(run):
    """Bases and bits of the aligned labels, or None where sites or genome were not given."""
    if run.sites is None or not run.genome or run.sites.empty:
        return None
    return aligned_bases(), label_information(run.sites, run.genome)


def _label_signal(run):
    name, question = "label_signal", "Do the labels carry a signal?"
    columns = label_columns(run)
    if columns is None:
        return _check(name, question, NOT_GIVEN)
    bases, bits = columns
    best = int(bits.argmax())
    answer = (
        f"The best column of {len(run.sites):,} aligned sites, base {signed(int(bases[best]))}, holds "
        f"{number(float(bits[best]), 2)} bit. σ70 sites of E. coli reach {COMPARISON_BITS}."
    )
    return _check(name, question, answer, bits[best] < LABEL_BITS, "check this first")


def _other_reading(run):
    name, question = "other_reading", "Would another reading fit better?"
    if label_columns(run) is None:
        return _check(name, question, NOT_GIVEN)
    as_is, *others = readings(run.sites, run.genome)
    best = max(others, key=lambda reading: reading["bits"])
    better = best["bits"] >= LABEL_BITS and best["bits"] > 1.3 * as_is["bits"]
    answer = (
        "Tested: strands exchanged, and the − strand moved by up to 3 nt. "
        f"Best alternative, {best['name']}: base {signed(best['base'])} then holds {number(best['bits'], 2)} bit, "
        f"compared with {number(as_is['bits'], 2)} as given."
    )
    return _check(name, question, answer, better, "likely cause", reading=best["name"] if better else None)


def _enough(run):
    train, test = run.arc_sites("train"), run.metrics["n_sites"]
    answer = (
        f"{train:,} in the training arc ({MIN_TRAIN} needed, several hundred are better), {test:,} in the test arc "
        f"({MIN_TEST} needed)."
    )
    few = train < MIN_TRAIN or test < MIN_TEST
    return _check("enough_sites", "Are there enough sites to learn from?", answer, few, "too few")


def _loss(run):
    name, question = "loss", "Did the loss fall?"
    history = run.history if run.history.empty else run.history.dropna(subset=["train_loss"])
    if history.empty:
        return _check(name, question, "Not recorded: the network was not trained in this run.")
    loss = history["train_loss"]
    first, last = float(loss.iloc[0]), float(loss.iloc[-1])
    third = loss.iloc[-max(1, len(loss) // 3) :]
    falling = len(third) > 1 and last <= third.min() and last < 0.98 * float(third.iloc[0])
    fell = loss.min() < 0.98 * first
    most = run.training.get("settings", {}).get("max_steps")
    step = f"{int(history['step'].iloc[-1]):,}" + (f" of {most:,}" if most else "")
    trend = ", still falling." if falling else "." if fell else ": it did not fall."
    answer = f"Training loss {number(first)} at the first validation, {number(last)} at the last (step {step}){trend}"
    note = "training may be too short" if falling else ""
    return {**_check(name, question, answer, not fell), "note": note, "falling": falling}


def _over_fitted(run):
    name, question = "over_fitted", "Is the network over-fitted?"
    train, test = (run.metrics.get("arcs", {}).get(arc, {}).get("pr_auc") for arc in ("train", "test"))
    if train is None or test is None:
        return _check(name, question, "Not recorded.")
    over = train > LEARNED_FACTOR * run.metrics["prevalence"] and train > 3 * test
    answer = f"PR AUC {number(train)} on the training arc, {number(test)} on the test arc."
    return _check(name, question, f"{'Yes' if over else 'No'}: {answer}", over)


def _assembly(run):
    if run.sites is None or not run.genome_json:
        return None
    lengths = {entry["name"]: entry["length"] for entry in run.genome_json["contigs"]}
    outside = sum(1 for contig, end in zip(run.sites["contig"], run.sites["end"]) if end > lengths.get(contig, 0))
    answer = (
        f"{outside:,} sites lie on an unknown contig or beyond the end of their contig."
        if outside
        else "All sites lie on contigs of the genome. This does not show that they are of the same assembly."
    )
    return _check("assembly", "Do sites and genome use the same assembly?", answer, True if outside else None)


def rotated_pr_auc(run):
    """PR AUC of each network trained on rotated labels: dicts of value, lo, hi, prevalence; none without controls."""
    return run.tested.grades["controls"]["rotated"]["pr_auc"] if run.tested else []


def leaking_networks(run):
    """Those networks trained on rotated labels that find them in the test arc, by the rule's alarm, best first."""
    if not run.tested:
        return []
    factor = run.tested.grades["rule"]["alarm"]["max_rotated_pr_auc_x_prevalence"]
    leaking = [entry for entry in rotated_pr_auc(run) if entry["lo"] > factor * entry["prevalence"]]
    return sorted(leaking, key=lambda entry: -entry["value"])


def beats_moved_labels(run):
    """Whether the network is better than every network trained on rotated labels, at the same positions."""
    return all(run.tested.grades["pr_auc"] > entry["value"] for entry in rotated_pr_auc(run))


def too_many_graded(run):
    """Whether more control heads have a grade than the rule's alarm allows, where heads could be graded at all."""
    if not run.tested or not run.tested.grades["controls"]["random"]["testable"]:
        return False
    share = control_tally(run.tested)["share"]
    return share > run.tested.grades["rule"]["alarm"]["max_graded_control_heads"]


def share_graded(run):
    """The share of control heads with a grade beside the rule's maximum, in brackets: ``(2.5 %; the maximum ...)``."""
    share, most = control_tally(run.tested)["share"], run.tested.grades["rule"]["alarm"]["max_graded_control_heads"]
    return "" if share is None else f"({number(100 * share, 2)} %; the maximum allowed is {number(100 * most, 2)} %)"


def _moved_labels(run):
    networks = rotated_pr_auc(run)
    if not networks:
        return None
    grades, leaking = run.tested.grades, leaking_networks(run)
    best = max(networks, key=lambda entry: entry["value"])
    answer = (
        f"{len(leaking)} of {len(networks)} find their labels in the test arc. The best has PR AUC "
        f"{interval_text(best)}, where random guessing gives {number(best['prevalence'])}. The network has "
        f"{number(grades['pr_auc'])} at the {grades['n_positions']:,} measured positions."
    )
    question = "Do networks on rotated labels fail to learn, as they should?"
    note = "do not use the grades" if leaking else "the network is no better"
    return _check("moved_labels", question, answer, bool(leaking) or not beats_moved_labels(run), note)


def _control_heads(run):
    tally = control_tally(run.tested)
    if not tally["heads"]:
        return None
    answer = f"{tally['graded']} of {tally['heads']:,} have a grade {share_graded(run)}."
    question = "Do control heads remain ungraded, as they should?"
    return _check("control_heads", question, answer, too_many_graded(run), "do not use the grades")
