"""Sentences of a head's page: the claim that its grade supports, what was measured, the rule of the grades."""

import re

import numpy as np

from attentome.evidence.claims import CLAIMS, NO_NAME
from attentome.evidence.grades import FAILED, NOT_GRADED, NOT_RUN, PASSED, UNSUPPORTED
from attentome.figures.profile import CONTROL_TITLES
from attentome.figures.style import times
from attentome.genome.ruler import base_of_distance, signed
from attentome.heads.distances import anchor_text
from attentome.motifs.logo import TELLING_BITS, consensus
from attentome.report.text.heads import shared_bases
from attentome.report.text.numbers import number

RUN_WITH = {
    "S": "--random_networks",
    "L": "--random_networks",
    "K": "--controls true",
    "R": "--replicates",
    "I": "--controls true, --mutated_sites",
}
"""The parameter that runs a test."""


def minus(text):
    """Text with real minus signs before numbers."""
    return re.sub(r"-(?=\d)", "−", str(text))


def lead(row, hidden=False):
    """The claim that a head's grade supports."""
    if hidden:
        return "grades are not to be used in this run"
    if row["grade"] in CLAIMS:
        return minus(row["claim"] or NO_NAME)
    return {
        UNSUPPORTED: "unsupported: no claim is made about this head",
        NOT_GRADED: "not graded: too few control networks to compare with",
    }.get(row["grade"], f"grade {row['grade']}: {NO_NAME}")


def q_text(row, letter, networks):
    """The q-values of a test, in words: ``q 0.006 against random weights, 0.02 against rotated labels``."""
    parts = [
        f"{number(row[f'{letter}_q_{kind}'], 2)} against {words}"
        for kind, words in CONTROL_TITLES.items()
        if networks[kind]["networks"]
    ]
    return "q " + ", ".join(parts) if parts else "no control networks"


def first_failed_text(row, controls):
    """The first failed test of a head without support, in words."""
    d, high = int(row["peak_d_heldout"]), times(row["peak_x_uniform_heldout"])
    if row["S"] != PASSED:
        return (
            f"Its highest score, {d} nt upstream, is no sharper than in control networks ({high} uniform; "
            f"{q_text(row, 's', controls)})."
        )
    if row["L"] != PASSED:
        text = f"its effect logo holds no more information than theirs ({q_text(row, 'l', controls)})"
    elif row["K"] != PASSED:
        text = "the PR AUC does not measurably fall without it"
    else:
        text = "it was not found in the other seeds"
    return (
        f"It looks {d} nt upstream, more sharply than control heads ({high} uniform), but {text}. It passes no other "
        "test of the rule."
    )


def spelled(logo):
    """Consensus of an effect logo, N where columns hold little; empty where no column holds enough."""
    bits = np.where(logo["used"] == 1, logo["bits"], 0.0)
    text, _, _ = consensus(logo[list("ACGT")].to_numpy(float), bits, TELLING_BITS)
    return shared_bases({"consensus": text})


def sentence(row, view, logo, base, controls):
    """What was measured of a head: where, which sequence, how much, content share; or which test failed first.

    Parameters
    ----------
    row : dict
        Of ``heads.tsv``.
    view : HeadView
    logo : DataFrame
        Its effect logo.
    base : dict
        ``knockout.json``.
    controls : dict
        ``controls`` of ``grades.json``.
    """
    if row["grade"] == UNSUPPORTED:
        return " ".join([first_failed_text(row, controls), *_type(row)])
    upstream = "" if view.ahead == 0 else f" of {anchor_text(view.ahead)}"
    base_name = signed(base_of_distance(view.reach_d, view.label_shift))
    where = f"at base {base_name} when the output sits on a TSS"
    parts = [f"Looks {view.reach_d} nt upstream{upstream}, {where}."]
    if row["grade"] == NOT_GRADED:
        parts = [f"Its score over the highest outputs is highest {view.reach_d} nt upstream{upstream}, {where}."]
    bases = spelled(logo) if len(logo) else ""
    if row["L"] == PASSED and bases:
        parts.append(f"Its effect logo spells {bases}.")
    elif row["L"] == FAILED:
        parts.append("Its effect logo holds no more information than those of control heads.")
    loss = row["dprauc_zero"]
    if loss == loss:
        of = f", from {number(base['pr_auc'])}" if base else ""
        if loss < 0:
            doubt = "" if row["K"] == PASSED else ", but this may be chance (test K)"
            parts.append(f"Without it the PR AUC falls by {number(-loss, 2)}{of}{doubt}.")
        else:
            parts.append(f"Without it the PR AUC does not fall ({'+' * (loss > 0)}{number(loss, 2)}{of}).")
    return " ".join([*parts, *_type(row)])


def _type(row):
    share = row["content_share"]
    if share != share:
        return []
    return [f"{row['type'].capitalize()} head: {number(100 * share, 2)} % of the variance of its logit is content."]


def capped_text(grades):
    """Why C is the best grade of this run, or an empty text."""
    why = []
    if grades.get("capped"):
        n = grades["controls"]["rotated"]["networks"]
        why.append(f"{n} networks on rotated labels are too few for a q of 0.05 (--rotated_networks)")
    minimum = grades["rule"]["tests"]["R"]["min_seeds"]
    if grades.get("seeds", minimum) < minimum:
        why.append(f"R needs {minimum} seeds, this run has {grades['seeds']} (--replicates)")
    return f"C is the best grade in this run: {'; '.join(why)}." if why else ""


def counted_controls(tested):
    """The controls, counted: ``160 heads of 20 networks with random weights and ...``."""
    parts = [
        f"{about['heads']:,} heads of {about['networks']} networks with {CONTROL_TITLES[kind]}"
        for kind, about in tested.grades["controls"].items()
        if about["networks"]
    ]
    return " and ".join(parts) or "no control heads (none in this run)"


def rule_lines(grades):
    """The rule in lines of text: the grades, then each test, with its thresholds put in."""
    rule = grades["rule"]
    letters = []
    for entry in rule["grades"]:
        words = " ".join(entry["all"])
        if entry.get("any"):
            words += " and one of " + ", ".join(entry["any"])
        letters.append(f"{entry['grade']} = {words}")
    lines = [" · ".join([*letters, "else unsupported"]) + ". A test that was not run counts as not passed."]
    for letter, test in rule["tests"].items():
        passes = test["passes"]
        for name, value in test.items():
            if name.startswith(("max_", "min_")):
                shown = f"{100 * value:.0f} %" if name == "min_share" else f"{value:g}"
                passes = re.sub(rf"\b{name}\b", shown, passes)
        lines.append(f"{letter} {test['name']}: {test['statistic']}. Passes when {passes}.")
    return lines


def not_run_text(row):
    """The tests that were not run, with the parameter that runs them."""
    missing = [f"{letter} ({RUN_WITH[letter]})" for letter in RUN_WITH if row[letter] == NOT_RUN]
    return f"Not run: {', '.join(missing)}." if missing else ""
