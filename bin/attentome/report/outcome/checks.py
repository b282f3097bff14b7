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
"""Best column of 1,840 sigma70 sites of E. coli K-12 (RegulonDB, selected by Clauwaert et al. 2021),
same rule."""
SYMBOLS = {"alarm": "!", "fine": "✓", "open": "–"}


def checks_of(run):
    """The checks of a run that may not have learned, as a list of dicts: name, question, mark,
    answer, note."""
    return [
        check
        for check in (
            _label_signal(run),
            _other_reading(run),
            _enough(run),
            _loss(run),
            _over_fitted(run),
            _assembly(run),
            _moved_labels(run),
            _control_heads(run),
        )
        if check
    ]


def _check(name, question, mark, answer, note=""):
    return {"name": name, "question": question, "mark": mark, "answer": answer, "note": note}


def label_columns(run):
    """Bases and bits of the aligned labels, or None where sites or genome were not given."""
    if run.sites is None or not run.genome or run.sites.empty:
        return None
    return aligned_bases(), label_information(run.sites, run.genome)


def _label_signal(run):
    question = "Do the labels carry a signal?"
    columns = label_columns(run)
    if columns is None:
        return _check("label_signal", question, "open", "Not checked: sites and genome were not given.")
    bases, bits = columns
    best = int(bits.argmax())
    weak = bits[best] < LABEL_BITS
    answer = (
        f"The best column of {len(run.sites):,} aligned sites, base {signed(int(bases[best]))}, holds "
        f"{number(float(bits[best]), 2)} bit. σ70 sites of E. coli reach {COMPARISON_BITS}."
    )
    return _check("label_signal", question, "alarm" if weak else "fine", answer, "check this first" if weak else "")


def _other_reading(run):
    question = "Would another reading fit better?"
    if run.sites is None or not run.genome or run.sites.empty:
        return _check("other_reading", question, "open", "Not checked: sites and genome were not given.")
    as_is, *others = readings(run.sites, run.genome)
    best = max(others, key=lambda reading: reading["bits"])
    better = best["bits"] >= LABEL_BITS and best["bits"] > 1.3 * as_is["bits"]
    tried = "HeadTests: strands exchanged, and the − strand moved by up to 3 nt."
    answer = (
        f"{tried} Best alternative, {best['name']}: base {signed(best['base'])} then holds {number(best['bits'], 2)} "
        f"bit, compared with {number(as_is['bits'], 2)} as given."
    )
    check = _check("other_reading", question, "alarm" if better else "fine", answer, "likely cause" if better else "")
    return {**check, "reading": best["name"] if better else None}


def _enough(run):
    train, test = run.arc_sites("train"), run.metrics["n_sites"]
    few = train < MIN_TRAIN or test < MIN_TEST
    return _check(
        "enough_sites",
        "Are there enough sites to learn from?",
        "alarm" if few else "fine",
        f"{train:,} in the training arc ({MIN_TRAIN} needed, several hundred are better), {test:,} in the "
        f"test arc ({MIN_TEST} needed).",
        "too few" if few else "",
    )


def _loss(run):
    question = "Did the loss fall?"
    if run.history.empty or run.history["train_loss"].dropna().empty:
        return _check("loss", question, "open", "Not recorded: the network was not trained in this run.")
    loss = run.history.dropna(subset=["train_loss"])
    first, last = float(loss["train_loss"].iloc[0]), float(loss["train_loss"].iloc[-1])
    lowest = float(loss["train_loss"].min())
    third = loss["train_loss"].iloc[-max(1, len(loss) // 3) :]
    falling = len(third) > 1 and last <= third.min() and last < 0.98 * float(third.iloc[0])
    fell = lowest < 0.98 * first
    last_step = int(loss["step"].iloc[-1])
    most = run.training.get("settings", {}).get("max_steps")
    of = f" of {most:,}" if most else ""
    answer = (
        f"Training loss {number(first)} at the first validation, {number(last)} at the last (step {last_step:,}{of})"
    )
    answer += ", still falling." if falling else "." if fell else ": it did not fall."
    mark = "fine" if fell else "alarm"
    return {
        **_check("loss", question, mark, answer, "training may be too short" if falling else ""),
        "falling": falling,
    }


def _over_fitted(run):
    arcs = run.metrics.get("arcs", {})
    train, test = arcs.get("train", {}).get("pr_auc"), arcs.get("test", {}).get("pr_auc")
    if train is None or test is None:
        return _check("over_fitted", "Is the network over-fitted?", "open", "Not recorded.")
    over = train > LEARNED_FACTOR * run.metrics["prevalence"] and train > 3 * test
    answer = f"PR AUC {number(train)} on the training arc, {number(test)} on the test arc."
    return _check(
        "over_fitted",
        "Is the network over-fitted?",
        "alarm" if over else "fine",
        ("Yes: " if over else "No: ") + answer,
    )


def _assembly(run):
    if run.sites is None or not run.genome_json:
        return None
    lengths = {entry["name"]: entry["length"] for entry in run.genome_json["contigs"]}
    outside = sum(1 for contig, end in zip(run.sites["contig"], run.sites["end"]) if end > lengths.get(contig, 0))
    answer = (
        "All sites lie on contigs of the genome. This does not show that they are of the same assembly."
        if not outside
        else f"{outside:,} sites lie on an unknown contig or beyond the end of their contig."
    )
    return _check("assembly", "Do sites and genome use the same assembly?", "alarm" if outside else "open", answer)


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


def _moved_labels(run):
    networks = rotated_pr_auc(run)
    if not networks:
        return None
    grades, leaking = run.tested.grades, leaking_networks(run)
    best = max(networks, key=lambda entry: entry["value"])
    behind = not beats_moved_labels(run)
    answer = (
        f"{len(leaking)} of {len(networks)} find their labels in the test arc. The best has PR AUC "
        f"{interval_text(best)}, where random guessing gives {number(best['prevalence'])}. The network has "
        f"{number(grades['pr_auc'])} at the {grades['n_positions']:,} measured positions."
    )
    note = "do not use the grades" if leaking else "the network is no better" if behind else ""
    question = "Do networks on rotated labels fail to learn, as they should?"
    return _check("moved_labels", question, "alarm" if note else "fine", answer, note)


def _control_heads(run):
    tally = control_tally(run.tested)
    if not tally["heads"]:
        return None
    most = run.tested.grades["rule"]["alarm"]["max_graded_control_heads"]
    answer = (
        f"{tally['graded']} of {tally['heads']:,} have a grade ({number(100 * tally['share'], 2)} %); the maximum "
        f"allowed is {number(100 * most, 2)} %."
    )
    alarm = too_many_graded(run)
    return _check(
        "control_heads",
        "Do control heads remain ungraded, as they should?",
        "alarm" if alarm else "fine",
        answer,
        "do not use the grades" if alarm else "",
    )
