"""Panel g of a head's page: each test as a strip of points, this head against others.

The scales of the strips are those of the run, the same for all its heads.
"""

import numpy as np
import pandas as pd

from attentome.figures.scales import nice_ticks
from attentome.figures.strip import LANE, Strip
from attentome.figures.style import new_figure, times
from attentome.heads.names import head_title
from attentome.report.text.numbers import number

WIDTH, LEFT, INNER = 304, 74, 210
"""Px of a strip: whole width, left end and width of the plot."""
TITLES = {
    "S": ("Sharper than controls", "peak score ÷ uniform"),
    "L": ("Effect logo beyond chance", "effect information, bit × logit²"),
    "K": ("Needed by the model", "Δ PR AUC, 95 %"),
    "R": ("Found in other seeds", "best matching head of each seed"),
    "I": ("Deletion agrees", "deletion area, logits"),
}
LOGO_RANGE = 1e-5
"""Of the highest value: where the axis of test L begins."""
REPLACEMENTS = {"zero": ("zeroed", "o"), "mean": ("mean", "s"), "uniform": ("uniform", "^")}
"""Kinds of knock-out: their names and markers."""
SEEDS_SHOWN = 3
"""Partners in other seeds that are listed."""


def draw_strips(tested, row, rule):
    """The five strips.

    Parameters
    ----------
    tested : HeadTests
    row : dict
        The head's row of ``heads.tsv``.
    rule : dict
        ``grade_rule.json``.

    Returns
    -------
    list of dict
        ``letter``, ``title``, ``unit``, ``outcome``, ``figure`` (None where the test was not run), ``words`` (lines of
        text, the value first).
    """
    strips = []
    for letter, draw in (("S", _sharp), ("L", _logo), ("K", _needed), ("R", _reproducible), ("I", _deletion)):
        figure, words = draw(tested, row, rule)
        title, unit = TITLES[letter]
        strips.append(
            {"letter": letter, "title": title, "unit": unit, "outcome": row[letter], "figure": figure, "words": words}
        )
    return strips


def _new_strip(lanes, *scale, **options):
    figure = new_figure(WIDTH, LANE * len(lanes) + 30)
    return figure, Strip(figure, LEFT, 4, INNER, lanes, *scale, **options)


def _against_controls(tested, row, column, letter, low, high, ticks, unit):
    """The strip and the words of a test that compares a head with both kinds of control heads."""
    labels = [number(tick, 3) + unit for tick in ticks]
    figure, strip = _new_strip(["this head", "random", "rotated"], low, high, ticks, labels, log=True)
    strip.point(row[column], 0)
    controls, about = tested.controls, tested.grades["controls"]
    words = []
    for lane, kind in enumerate(("random", "rotated"), 1):
        values = controls.loc[controls["control"] == kind, column] if len(controls) else pd.Series(dtype=float)
        strip.ticks(values, lane, slanted=kind == "rotated")
        q = row[f"{letter}_q_{kind}"]
        if about[kind]["networks"] and q == q:
            above = row[f"{letter}_above_{kind}"]
            words.append(f"q {number(q, 2)} {kind}; {above:.0f}/{about[kind]['networks']} as high")
        else:
            words.append(f"{kind}: no control networks")
    smallest = [
        f"{number(about[kind]['smallest_q'], 2)} {kind}" for kind in ("random", "rotated") if about[kind]["networks"]
    ]
    if smallest:
        words.append(f"smallest q of a single head: {', '.join(smallest)}")
    return figure, words


def _sharp(tested, row, rule):
    keys = len(tested.parts["n"]) if tested.parts else 0
    everything = [*tested.heads["peak_x_uniform_heldout"], *_of_controls(tested, "peak_x_uniform_heldout")]
    low, high = min(0.8, *everything), max(keys, 10.0, *everything)
    ticks = [tick for tick in (1, 3, 10, 30, 100, 300, 1000) if low <= tick <= high]
    figure, words = _against_controls(tested, row, "peak_x_uniform_heldout", "s", low, high, ticks, "×")
    return figure, [times(row["peak_x_uniform_heldout"]), *words]


def _logo(tested, row, rule):
    # What is 0 or less, or next to nothing, lies at the left end.
    high = max(*tested.heads["effect_information"], *_of_controls(tested, "effect_information"), 1e-6)
    low = high * LOGO_RANGE
    ticks = [tick for tick in 10.0 ** np.arange(-12, 4, 2) if low <= tick <= high]
    figure, words = _against_controls(tested, row, "effect_information", "l", low, high, ticks, "")
    return figure, [number(row["effect_information"], 2), *words]


def _of_controls(tested, column):
    return tested.controls[column] if len(tested.controls) else []


def _needed(tested, row, rule):
    heads = tested.heads
    if np.isnan(row["dprauc_zero"]):
        return None, ["not run", "no table of knock-outs in this run"]
    low, high = _ends(heads[[f"dprauc_{kind}_{end}" for kind in REPLACEMENTS for end in ("lo", "hi")]])
    ticks = nice_ticks(low, high)
    lanes = [*(name for name, _ in REPLACEMENTS.values()), "other heads"]
    figure, strip = _new_strip(lanes, low, high, ticks, [number(tick, 3) for tick in ticks])
    strip.threshold(0)
    for lane, (kind, (_, marker)) in enumerate(REPLACEMENTS.items()):
        name = f"dprauc_{kind}"
        strip.point(row[name], lane, marker, interval=(row[f"{name}_lo"], row[f"{name}_hi"]))
    strip.ticks(_others(heads, row)["dprauc_zero"], len(lanes) - 1)
    base = tested.knockout_base
    blocks = [f"{base['n_blocks']} blocks of {base['block_nt']:,} nt"] if base else []
    zeroed = f"{number(row['dprauc_zero_lo'], 2)} to {number(row['dprauc_zero_hi'], 2)}, zeroed"
    return figure, [number(row["dprauc_zero"], 3), zeroed, *blocks, "all three must lie below 0"]


def _ends(values):
    """Ends of the scale of the intervals of all heads; 0 lies well inside it."""
    low, high = min(0.0, np.nanmin(values)), max(0.0, np.nanmax(values))
    margin = 0.08 * (high - low) or 1.0
    return low - margin, high + margin


def _others(table, row):
    return table[(table["layer"] != row["layer"]) | (table["head"] != row["head"])]


def _reproducible(tested, row, rule):
    test, seeds = rule["tests"]["R"], tested.seeds
    own = seeds[(seeds["layer"] == row["layer"]) & (seeds["head"] == row["head"])] if len(seeds) else seeds
    need = f"needed: {test['min_share'] * 100:.0f} % of them, and {test['min_seeds']} seeds in all"
    if own.empty:
        return None, ["not run", "one seed only", need]
    ticks = [0, 0.5, test["min_r"], 1]
    lanes = ["profile r", "logo r"]
    figure, strip = _new_strip(lanes, -0.2, 1.0, ticks, [number(tick, 2) for tick in ticks])
    strip.threshold(test["min_r"])
    for seed in own.itertuples():
        if seed.profile_r == seed.profile_r:
            strip.point(seed.profile_r, 0, filled=seed.profile_r >= test["min_r"])
        if seed.logo_r == seed.logo_r:
            strip.point(seed.logo_r, 1, filled=seed.logo_q <= test["max_q"])
    more = [f"and {len(own) - SEEDS_SHOWN} more: tests/seeds.tsv"] if len(own) > SEEDS_SHOWN else []
    return figure, [
        f"{int(row['seeds_found'])} of {int(row['seeds_run']) - 1} other seeds",
        f"filled: profile r ≥ {test['min_r']:g}, logo q ≤ {test['max_q']:g}",
        need,
        *map(_partner_text, own.head(SEEDS_SHOWN).itertuples()),
        *more,
    ]


def _partner_text(seed):
    """The matching head of another seed, in words; ``seed`` is a row of ``seeds.tsv``."""
    name, head = seed.network.replace("replicate_", "seed no. "), head_title(seed.match_layer, seed.match_head)
    values = {"profile r": seed.profile_r, "logo r": seed.logo_r, "logo q": seed.logo_q}
    return f"{name}: {head}, " + ", ".join(f"{what} {number(value, 2)}" for what, value in values.items())


def _deletion(tested, row, rule):
    heads = tested.heads
    if np.isnan(row["deletion_area"]):
        return None, ["not run", "no table of mutants in this run"]
    low, high = _ends(heads[["deletion_lo", "deletion_hi"]])
    ticks = nice_ticks(low, high)
    labels = [number(tick, 3) for tick in ticks]
    figure, strip = _new_strip(["this head", "other heads"], low, high, ticks, labels)
    strip.threshold(0)
    strip.point(row["deletion_area"], 0, interval=(row["deletion_lo"], row["deletion_hi"]))
    strip.ticks(_others(heads, row)["deletion_area"], 1)
    words = [
        number(row["deletion_area"], 3),
        f"{number(row['deletion_lo'], 2)} to {number(row['deletion_hi'], 2)}, must lie above 0",
    ]
    if row["ism_rho"] == row["ism_rho"]:
        words.append(f"with panel f: ρ {number(row['ism_rho'], 2)}, q {number(row['ism_q'], 2)} (not in the rule)")
    return figure, words
