"""Panel g of a head's page: each test as a strip of points, this head against others.

The scales of the strips are those of the run, the same for all its heads.
"""

import numpy as np
import pandas as pd

from attentome.figures.scales import nice_ticks
from attentome.figures.strip import Strip
from attentome.figures.style import times
from attentome.heads.names import head_title
from attentome.report.head_page.names import own_rows
from attentome.report.text.numbers import number

KINDS = ("random", "rotated")
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
    return [
        {"letter": letter, "title": title, "unit": unit, "outcome": row[letter], "figure": figure, "words": words}
        for letter, title, unit, (figure, words) in (
            ("S", "Sharper than controls", "peak score ÷ uniform", _sharp(tested, row)),
            ("L", "Effect logo beyond chance", "effect information, bit × logit²", _logo(tested, row)),
            ("K", "Needed by the model", "Δ PR AUC, 95 %", _needed(tested, row)),
            ("R", "Found in other seeds", "best matching head of each seed", _reproducible(tested, row, rule)),
            ("I", "Deletion agrees", "deletion area, logits", _deletion(tested, row)),
        )
    ]


def _new_strip(lanes, low, high, ticks, unit="", log=False):
    return Strip(lanes, low, high, ticks, [number(tick, 3) + unit for tick in ticks], log)


def _against_controls(tested, row, column, letter, low, high, ticks, unit=""):
    """The strip and the words of a test that compares a head with both kinds of control heads."""
    strip = _new_strip(["this head", *KINDS], low, high, ticks, unit, log=True)
    strip.point(row[column], 0)
    controls, about = tested.controls, tested.grades["controls"]
    words = []
    for lane, kind in enumerate(KINDS, 1):
        values = controls.loc[controls["control"] == kind, column] if len(controls) else pd.Series(dtype=float)
        strip.ticks(values, lane, slanted=kind == "rotated")
        q, networks = row[f"{letter}_q_{kind}"], about[kind]["networks"]
        if networks and q == q:
            words.append(f"q {number(q, 2)} {kind}; {row[f'{letter}_above_{kind}']:.0f}/{networks} as high")
        else:
            words.append(f"{kind}: no control networks")
    smallest = [f"{number(about[kind]['smallest_q'], 2)} {kind}" for kind in KINDS if about[kind]["networks"]]
    if smallest:
        words.append(f"smallest q of a single head: {', '.join(smallest)}")
    return strip.figure, words


def _sharp(tested, row):
    column, keys = "peak_x_uniform_heldout", len(tested.parts["n"]) if tested.parts else 0
    everything = _of_all(tested, column)
    low, high = min(0.8, *everything), max(keys, 10.0, *everything)
    ticks = [tick for tick in (1, 3, 10, 30, 100, 300, 1000) if low <= tick <= high]
    figure, words = _against_controls(tested, row, column, "s", low, high, ticks, "×")
    return figure, [times(row[column]), *words]


def _logo(tested, row):
    # What is 0 or less, or next to nothing, lies at the left end.
    column = "effect_information"
    high = max(*_of_all(tested, column), 1e-6)
    low = high * LOGO_RANGE
    ticks = [tick for tick in 10.0 ** np.arange(-12, 4, 2) if low <= tick <= high]
    figure, words = _against_controls(tested, row, column, "l", low, high, ticks)
    return figure, [number(row[column], 2), *words]


def _of_all(tested, column):
    """Values of all heads and control heads."""
    return [*tested.heads[column], *(tested.controls[column] if len(tested.controls) else [])]


def _needed(tested, row):
    if np.isnan(row["dprauc_zero"]):
        return None, ["not run", "no table of knock-outs in this run"]
    intervals = [f"dprauc_{kind}_{end}" for kind in REPLACEMENTS for end in ("lo", "hi")]
    strip = _among_heads([*(name for name, _ in REPLACEMENTS.values()), "other heads"], tested.heads[intervals])
    for lane, (kind, (_, marker)) in enumerate(REPLACEMENTS.items()):
        name = f"dprauc_{kind}"
        strip.point(row[name], lane, marker, interval=(row[f"{name}_lo"], row[f"{name}_hi"]))
    strip.ticks(_others(tested.heads, row)["dprauc_zero"], len(REPLACEMENTS))
    base = tested.knockout_base
    blocks = [f"{base['n_blocks']} blocks of {base['block_nt']:,} nt"] if base else []
    zeroed = f"{_interval(row, 'dprauc_zero')}, zeroed"
    return strip.figure, [number(row["dprauc_zero"], 3), zeroed, *blocks, "all three must lie below 0"]


def _deletion(tested, row):
    if np.isnan(row["deletion_area"]):
        return None, ["not run", "no table of mutants in this run"]
    strip = _among_heads(["this head", "other heads"], tested.heads[["deletion_lo", "deletion_hi"]])
    strip.point(row["deletion_area"], 0, interval=(row["deletion_lo"], row["deletion_hi"]))
    strip.ticks(_others(tested.heads, row)["deletion_area"], 1)
    words = [number(row["deletion_area"], 3), f"{_interval(row, 'deletion')}, must lie above 0"]
    if row["ism_rho"] == row["ism_rho"]:
        words.append(f"with panel f: ρ {number(row['ism_rho'], 2)}, q {number(row['ism_q'], 2)} (not in the rule)")
    return strip.figure, words


def _among_heads(lanes, ends):
    """A strip that holds the ends of the intervals of all heads, 0 well inside it as the threshold."""
    low, high = min(0.0, np.nanmin(ends)), max(0.0, np.nanmax(ends))
    margin = 0.08 * (high - low) or 1.0
    low, high = low - margin, high + margin
    strip = _new_strip(lanes, low, high, nice_ticks(low, high))
    strip.threshold(0)
    return strip


def _others(table, row):
    return table[(table["layer"] != row["layer"]) | (table["head"] != row["head"])]


def _interval(row, name):
    return f"{number(row[f'{name}_lo'], 2)} to {number(row[f'{name}_hi'], 2)}"


def _reproducible(tested, row, rule):
    test, own = rule["tests"]["R"], own_rows(tested.seeds, row)
    need = f"needed: {test['min_share'] * 100:.0f} % of them, and {test['min_seeds']} seeds in all"
    if own.empty:
        return None, ["not run", "one seed only", need]
    strip = _new_strip(["profile r", "logo r"], -0.2, 1.0, [0, 0.5, test["min_r"], 1])
    strip.threshold(test["min_r"])
    for seed in own.itertuples():
        if seed.profile_r == seed.profile_r:
            strip.point(seed.profile_r, 0, filled=seed.profile_r >= test["min_r"])
        if seed.logo_r == seed.logo_r:
            strip.point(seed.logo_r, 1, filled=seed.logo_q <= test["max_q"])
    more = [f"and {len(own) - SEEDS_SHOWN} more: tests/seeds.tsv"] if len(own) > SEEDS_SHOWN else []
    return strip.figure, [
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
