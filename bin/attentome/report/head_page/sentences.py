"""The words of a head's page: what may be said, one sentence from numbers, captions, names, the rule."""

import re

import numpy as np

from attentome.evidence.claims import CLAIMS, NO_NAME
from attentome.evidence.grades import FAILED, NOT_GRADED, NOT_RUN, PASSED, UNSUPPORTED
from attentome.figures.style import escape, times
from attentome.heads.distances import anchor_text
from attentome.heads.names import head_name, head_title
from attentome.motifs.logo import TELLING_BITS, consensus
from attentome.report.head_page.tracks import KIND_WORDS, base_words
from attentome.report.html.frame import table
from attentome.report.text.heads import shared_bases
from attentome.report.text.numbers import number

UNTESTED = "not graded: controls are not part of this run"
ALPHA, MOST = 0.05, 5
"""Names with a higher q stand in plain type; so many are listed."""


def minus(text):
    """Text with real minus signs before numbers."""
    return re.sub(r"-(?=\d)", "−", str(text))


def lead(row, hidden=False):
    """What may be said of a head, by its grade."""
    if hidden:
        return "grades are not to be used in this run"
    if row["grade"] in CLAIMS:
        return minus(row["claim"] or NO_NAME)
    return {
        UNSUPPORTED: "unsupported: no claim is made about this head",
        NOT_GRADED: "not graded: too few control networks to test against",
    }.get(row["grade"], f"grade {row['grade']}: {NO_NAME}")


def against(row, letter, networks):
    """The q-values of a test, in words: ``q 0.006 against random weights, 0.02 against rotated labels``."""
    parts = [
        f"{number(row[f'{letter}_q_{kind}'], 2)} against {words}"
        for kind, words in KIND_WORDS.items()
        if networks[kind]["networks"]
    ]
    return "q " + ", ".join(parts) if parts else "no control networks"


def failed_words(row, controls):
    """The first failed test of a head without support, in words."""
    d = int(row["peak_d_heldout"])
    if row["S"] != PASSED:
        return (
            f"Its highest score, {d} nt upstream, is no sharper than in networks that learned nothing "
            f"({times(row['peak_x_uniform_heldout'])} uniform; {against(row, 's', controls)})."
        )
    high = times(row["peak_x_uniform_heldout"])
    start = f"It looks {d} nt upstream, more sharply than control heads ({high} uniform), but"
    if row["L"] != PASSED:
        text = f"it tells no more by its effect logo than they do ({against(row, 'l', controls)})"
    elif row["K"] != PASSED:
        text = "removing it costs nothing that can be measured"
    else:
        text = "it was not found again in the other seeds"
    return f"{start} {text}, and no other test of the rule is passed."


def spelled(logo):
    """What an effect logo spells, with N for columns that tell nothing; empty where no column does."""
    bits = np.where(logo["used"] == 1, logo["bits"], 0.0)
    text, _, _ = consensus(logo[list("ACGT")].to_numpy(float), bits, TELLING_BITS)
    return shared_bases({"consensus": text})


def sentence(row, view, logo, base, controls):
    """One sentence from a head's numbers: where, what, how much, content share; of an unsupported head what failed.

    Parameters
    ----------
    row : dict
        Of ``heads.tsv``.
    view : View
    logo : DataFrame
        Its effect logo.
    base : dict
        ``knockout.json``.
    controls : dict
        ``controls`` of ``grades.json``.
    """
    if row["grade"] == UNSUPPORTED:
        return " ".join([failed_words(row, controls), *_type(row)])
    upstream = "" if view.ahead == 0 else f" of {anchor_text(view.ahead)}"
    where = f"at base {base_words(view.peak_d_heldout, view.label_shift)} when the output sits on a TSS"
    parts = [f"Looks {view.peak_d_heldout} nt upstream{upstream}, {where}."]
    if row["grade"] == NOT_GRADED:
        parts = [f"Its score over the highest outputs is highest {view.peak_d_heldout} nt upstream{upstream}, {where}."]
    word = spelled(logo) if len(logo) else ""
    if row["L"] == PASSED and word:
        parts.append(f"Its effect logo spells {word}.")
    elif row["L"] == FAILED:
        parts.append("It tells no more of the sequence than control heads do.")
    loss = row["dprauc_zero"]
    if loss == loss:
        of = f", from {number(base['pr_auc'])}" if base else ""
        if loss < 0:
            doubt = "" if row["K"] == PASSED else ", but that may be chance (test K)"
            parts.append(f"Without it the PR AUC falls by {number(-loss, 2)}{of}{doubt}.")
        else:
            parts.append(f"Without it the PR AUC does not fall ({_signed(loss)}{of}).")
    return " ".join([*parts, *_type(row)])


def _type(row):
    if not row["content_share"] == row["content_share"]:
        return []
    return [
        f"{row['type'].capitalize()} head: {percent(row['content_share'])} % of the variance of its logit is content."
    ]


def percent(share):
    """A share in per cent, to two digits."""
    return number(100 * share, 2)


def _signed(value):
    return ("+" if value > 0 else "") + number(value, 2)


def capped_words(grades):
    """Why C is the best grade of this run, or an empty text."""
    why = []
    if grades.get("capped"):
        n = grades["controls"]["rotated"]["networks"]
        why.append(f"{n} networks on rotated labels are too few for a q of 0.05 (--rotated_networks)")
    least = grades["rule"]["tests"]["R"]["min_seeds"]
    if grades.get("seeds", least) < least:
        why.append(f"R needs {least} seeds, this run has {grades['seeds']} (--replicates)")
    return f"C is the best grade in this run: {'; '.join(why)}." if why else ""


def control_words(tested):
    """The controls, counted: ``160 heads of 20 random-weight networks and ...``."""
    parts = [
        f"{about['heads']:,} heads of {about['networks']} networks with {KIND_WORDS[kind]}"
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


def names_html(tested, row, params):
    """Panel h: what the head's effect logo is called, by elements, motifs and known sites."""
    own = {name: _own(getattr(tested, name), row) for name in ("elements", "motifs", "enrichment")}
    may_name = row["grade"] in CLAIMS
    parts = [_elements(own["elements"], len(tested.elements) > 0, may_name)]
    if len(own["motifs"]):
        shuffled = own["motifs"].groupby("database")["shuffled_hits_expected"].max()
        parts.append(
            table(
                ["motif", "place d", "q"],
                [
                    [
                        f"{escape(one['name'] or one['motif'])} <small>{escape(one['database'])}</small>",
                        _place(one["place_from_d"], one["place_to_d"]),
                        _q(one["q"]),
                    ]
                    for one in own["motifs"].sort_values("q").head(MOST).to_dict("records")
                ],
                {"q"},
            )
        )
        expected = ", ".join(f"{number(value, 2)} in {escape(name)}" for name, value in shuffled.items())
        parts.append(f'<p class="note">As close by chance, from motifs with shuffled columns: {expected}.</p>')
    else:
        parts.append(
            _empty("motif database", params.get("motifs"), "--motifs FILE", "no motif was close enough to be listed")
        )
    if len(own["enrichment"]):
        parts.append(
            table(
                ["factor", "windows on sites", "by chance", "q"],
                [
                    [escape(one["factor"]), f"{one['observed']:.0f}", number(one["expected"], 2), _q(one["q"])]
                    for one in own["enrichment"].sort_values("q").head(MOST).to_dict("records")
                ],
                {"windows on sites", "by chance", "q"},
            )
        )
    else:
        parts.append(
            _empty(
                "sites of transcription factors",
                params.get("tf_sites"),
                "--tf_sites FILE",
                "no factor has sites enough",
            )
        )
    return "\n".join(parts)


def _own(frame, row):
    return frame[(frame["layer"] == row["layer"]) & (frame["head"] == row["head"])] if len(frame) else frame


def _empty(what, given, parameter, nothing):
    return f'<p class="note">{what.capitalize()}: {nothing if given else f"none given; {parameter} fills this"}.</p>'


def _elements(own, there, may_name):
    if not there:
        return '<p class="note">Known elements: not compared in this run.</p>'
    own = own[own["p"].notna()].sort_values(["named", "q", "p"], ascending=[False, True, True], kind="stable")
    own = own.drop_duplicates("element").head(MOST)
    if own.empty:
        return '<p class="note">Known elements: the logo holds no column at any element that tells enough.</p>'
    rows = []
    for one in own.to_dict("records"):
        named = may_name and one["named"] == 1 and one["q"] <= ALPHA
        cells = [
            escape(minus(one["element"])),
            f"word {one['component']}" if one["component"] else "all",
            _place(one["place_from_d"], one["place_to_d"]),
            _place(one["expected_from_d"], one["expected_to_d"]),
            "–" if one["shift_nt"] != one["shift_nt"] else minus(f"{one['shift_nt']:+.0f}").replace("+0", "0"),
            _q(one["q"]),
        ]
        rows.append([f"<b>{cell}</b>" for cell in cells] if named else cells)
    return table(["element", "in", "place d", "expected", "shift", "q"], rows, {"shift", "q"})


def _place(first, last):
    return "no place" if first != first or first is None else f"{first:.0f}–{last:.0f}"


def _q(q):
    return "–" if q != q else number(q, 2)


def pairs_html(tested, row):
    """What knocking the head out together with another one does, the strongest interaction first."""
    pairs = tested.pairs
    if not len(pairs):
        return '<p class="note">Pairs: none was knocked out together; --knockout_pairs N fills this.</p>'
    mine = (
        (pairs["layer"] == row["layer"]) & (pairs["head"] == row["head"]),
        (pairs["layer2"] == row["layer"]) & (pairs["head2"] == row["head"]),
    )
    own = pairs[mine[0] | mine[1]]
    if own.empty:
        return '<p class="note">Pairs: none with this head was knocked out.</p>'
    own = own.loc[own["interaction"].abs().sort_values(ascending=False, kind="stable").index].head(MOST)
    rows = []
    for one in own.to_dict("records"):
        first = (one["layer"], one["head"]) == (row["layer"], row["head"])
        layer, head = (one["layer2"], one["head2"]) if first else (one["layer"], one["head"])
        delta, alone, more, low, high = (
            minus(f"{one[name]:.3f}")
            for name in ("delta", "sum_of_single", "interaction", "interaction_lo", "interaction_hi")
        )
        rows.append(
            [
                f'<a href="{head_name(layer, head)}.html">{head_title(layer, head)}</a>',
                delta,
                alone,
                f'<span style="white-space:nowrap">{more} ({low} to {high})</span>',
            ]
        )
    return table(
        ["zeroed with", "Δ PR AUC", "sum alone", "interaction (95 %)"],
        rows,
        {"Δ PR AUC", "sum alone", "interaction (95 %)"},
    )


def not_run_words(row):
    """The tests that were not run, with the parameter that runs them."""
    why = {
        "S": "--random_networks",
        "L": "--random_networks",
        "K": "--controls true",
        "R": "--replicates",
        "I": "--controls true, --mutated_sites",
    }
    missing = [f"{letter} ({why[letter]})" for letter in why if row[letter] == NOT_RUN]
    return f"Not run: {', '.join(missing)}." if missing else ""
