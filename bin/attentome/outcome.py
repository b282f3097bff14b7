"""The outcome of a run: what may be believed, in one sentence, and what to do where it did not work."""

from attentome.elements import signed
from attentome.label_signal import aligned_bases, label_information, readings

LEARNED_FACTOR = 10
"""Learned: the lower end of the PR AUC interval lies above this many times the prevalence."""
LEAST_TRAIN, LEAST_TEST = 100, 30
"""Sites in the training and in the test arc below which nothing is said about learning."""
LABEL_BITS = 0.1
"""Labels whose best aligned column holds less than this carry no visible signal."""
COMPARISON_BITS = 0.33
"""Best column of 1,840 sigma70 sites of E. coli K-12 (RegulonDB, selected by Clauwaert et al. 2021),
same rule."""

UNGRADED = "Heads are not graded: this version runs no control networks."
NOT_LEARNED = "The network did not learn to find TSS"
SYMBOLS = {"alarm": "!", "fine": "✓", "open": "–"}


def number(value, digits=3):
    """A number for print: ``digits`` significant digits, no exponent; None prints as "not recorded"."""
    if value is None or value != value:
        return "not recorded"
    if value == 0:
        return "0"
    text = f"{float(f'{value:.{digits}g}'):.10f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def interval_text(entry):
    """``0.31 (0.28 to 0.34)`` of a dict with value, lo and hi; without the interval where there is none."""
    if entry.get("lo") is None or entry.get("hi") is None:
        return number(entry.get("value"))
    return f"{number(entry['value'])} ({number(entry['lo'])} to {number(entry['hi'])})"


def run_state(run):
    """``too_few_sites``, ``not_learned`` or ``untested`` (learned, controls not run)."""
    if run.arc_sites("train") < LEAST_TRAIN or run.metrics["n_sites"] < LEAST_TEST:
        return "too_few_sites"
    low = run.metrics["pr_auc"].get("lo")
    if low is None or low <= LEARNED_FACTOR * run.metrics["prevalence"]:
        return "not_learned"
    return "untested"


def without_intervals(metrics):
    """Metrics without their intervals, as printed where there are too few sites for a bootstrap."""
    bare = dict(metrics)
    for name in ("pr_auc", "roc_auc", "pr_auc_tolerant"):
        if bare.get(name):
            bare[name] = {**bare[name], "lo": None, "hi": None}
    return bare


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


def judge(run):
    """The outcome of a run.

    Parameters
    ----------
    run : RunFacts

    Returns
    -------
    dict
        As written to ``outcome.json``: ``state``, ``sentence``, ``facts`` (numbers), ``checks`` (list of
        question, answer, verdict, mark) and ``advice`` (list, in the order to try).
    """
    state = run_state(run)
    metrics = run.metrics
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
        "graded_heads": None,
        "controls": 0,
    }
    checks = checks_of(run)
    return {
        "state": state,
        "sentence": _sentence(state, run),
        "facts": facts,
        "checks": checks,
        "advice": _advice(state, run, checks),
    }


def _sentence(state, run):
    metrics, n = run.metrics, len(run.heads)
    blind = f"where a blind guess scores {number(metrics['prevalence'])}"
    if state == "too_few_sites":
        counts = counts_of_calls(run)
        calls = (
            f" {counts[0]} calls at an output of 0.5 or more find {counts[1]} of the {metrics['n_sites']} "
            f"sites."
            if counts
            else ""
        )
        return (
            f"Too few sites to judge: {run.arc_sites('train')} in the training arc ({LEAST_TRAIN} needed) "
            f"and "
            f"{metrics['n_sites']} in the test arc ({LEAST_TEST} needed).{calls} Heads are not graded."
        )
    if state == "not_learned":
        return (
            f"{NOT_LEARNED}: PR AUC {interval_text(metrics['pr_auc'])} {blind}. Its heads therefore explain "
            f"nothing about promoters, and none is graded."
        )
    return (
        f"The network learned to find TSS: PR AUC {interval_text(metrics['pr_auc'])} {blind}. Its {n} "
        f"heads are "
        f"described below but not graded, because controls are not part of this run."
    )


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
    return _check(
        "label_signal", question, "alarm" if weak else "fine", answer, "look here first" if weak else ""
    )


def _other_reading(run):
    question = "Is another reading better?"
    if run.sites is None or not run.genome or run.sites.empty:
        return _check("other_reading", question, "open", "Not checked: sites and genome were not given.")
    as_is, *others = readings(run.sites, run.genome)
    best = max(others, key=lambda reading: reading["bits"])
    better = best["bits"] >= LABEL_BITS and best["bits"] > 1.3 * as_is["bits"]
    tried = "Tried: strands exchanged, and the − strand moved by up to 3 nt."
    answer = (
        f"{tried} Best {best['name']}: base {signed(best['base'])} then holds {number(best['bits'], 2)} bit, "
        f"against {number(as_is['bits'], 2)} as they are."
    )
    check = _check(
        "other_reading", question, "alarm" if better else "fine", answer, "likely cause" if better else ""
    )
    return {**check, "reading": best["name"] if better else None}


def _enough(run):
    train, test = run.arc_sites("train"), run.metrics["n_sites"]
    few = train < LEAST_TRAIN or test < LEAST_TEST
    return _check(
        "enough_sites",
        "Enough sites to learn from?",
        "alarm" if few else "fine",
        f"{train:,} in the training arc ({LEAST_TRAIN} needed, some hundreds are better), {test:,} in the "
        f"test arc ({LEAST_TEST} needed).",
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
        f"Training {number(first)} at the first validation, {number(last)} at the last (step "
        f"{last_step:,}{of})"
    )
    answer += ", still falling." if falling else "." if fell else ": it did not fall."
    mark = "fine" if fell else "alarm"
    return {**_check("loss", question, mark, answer, "may be short" if falling else ""), "falling": falling}


def _over_fitted(run):
    arcs = run.metrics.get("arcs", {})
    train, test = arcs.get("train", {}).get("pr_auc"), arcs.get("test", {}).get("pr_auc")
    if train is None or test is None:
        return _check("over_fitted", "Over-fitted?", "open", "Not recorded.")
    over = train > LEARNED_FACTOR * run.metrics["prevalence"] and train > 3 * test
    answer = f"PR AUC {number(train)} on the training arc, {number(test)} on the test arc."
    return _check(
        "over_fitted", "Over-fitted?", "alarm" if over else "fine", ("Yes: " if over else "No: ") + answer
    )


def _assembly(run):
    if run.sites is None or not run.genome_json:
        return None
    lengths = {entry["name"]: entry["length"] for entry in run.genome_json["contigs"]}
    outside = sum(
        1 for contig, end in zip(run.sites["contig"], run.sites["end"]) if end > lengths.get(contig, 0)
    )
    answer = (
        "All sites lie on contigs of the genome. That they are of the same assembly cannot be told from this."
        if not outside
        else f"{outside:,} sites lie on no contig of the genome or beyond its end."
    )
    return _check("assembly", "Same assembly?", "alarm" if outside else "open", answer)


def _advice(state, run, checks):
    found = {check["name"]: check for check in checks}
    advice = []
    if state == "untested":
        return [
            "Take a profile or a logo as a description of this network, not as evidence: without control "
            "networks "
            "nobody can say how much of it an untrained network shows too."
        ]
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
            "Try another --learning_rate (a third, or three times as much) or another --seed: the loss did "
            "not fall."
        )
    if state == "not_learned" and not run.params.get("show_unlearned"):
        advice.append(
            "To see the profiles and logos of this network all the same: --show_unlearned. Each page then "
            "says that the network did not learn."
        )
    return advice
