"""Panel g of a head's page: each test in a strip, this head against the controls; and two small panels beside track f.

The scales of the strips are those of the run, the same for all its heads.
"""

import numpy as np
import pandas as pd

from attentome.evidence.grades import FAILED, NOT_RUN, PASSED
from attentome.figures.style import FAINT, GROUP_COLOUR, INK, RULE, SOFT, TEXT, escape, times
from attentome.figures.svg import Scale, nice_end, nice_ticks, path, svg, words_at
from attentome.heads.names import head_name, head_title
from attentome.report.text.numbers import number

WIDTH, LEFT, RIGHT, ROW, LANE = 640, 214, 432, 92, 14
"""Px of the strips: whole width, ends of the plots, height of a strip and of a lane in it."""
BLUE = GROUP_COLOUR["top"]
TITLES = {
    "S": ("Sharper than controls", "peak score ÷ uniform"),
    "L": ("Logo beyond chance", "told, bit × logit²"),
    "K": ("Needed by the model", "Δ PR AUC, 95 %"),
    "R": ("Found again", "head of each other seed"),
    "I": ("Mutants agree", "deletion area, logits"),
}
TOLD_RANGE = 1e-5
"""Of the highest value: where the axis of test L begins."""
SIGNED = {"zero": "zeroed", "mean": "mean", "uniform": "uniform"}


def strips_svg(tested, row, rule):
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
    str
        SVG.
    """
    parts = []
    for i, (letter, strip) in enumerate((("S", _sharp), ("L", _logo), ("K", _needed), ("R", _again), ("I", _mutants))):
        top = 4 + i * ROW
        parts += [
            test_box(letter, row[letter], 0, top + 2),
            words_at(34, top + 8, TITLES[letter][0], colour=INK, bold=True),
            words_at(34, top + 23, TITLES[letter][1]),
        ]
        drawn, words = strip(tested, row, rule, top)
        parts += drawn
        parts += [
            words_at(RIGHT + 14, top + 8 + 15 * j, line, colour=SOFT if j else INK, bold=not j)
            for j, line in enumerate(words)
        ]
        if i:
            parts.append(path([0, WIDTH], [top - 8] * 2, RULE, 0.6))
    return svg(
        WIDTH,
        5 * ROW,
        "The five tests",
        "tests/heads.tsv, controls.tsv, knockout.tsv, seeds.tsv, deletion_heads.tsv",
        parts,
    )


def test_box(letter, outcome, x, y, side=26):
    """A test's letter in a box: filled where passed, dashed where failed, dashed with a ? where not run."""
    inside, colour = ("?", SOFT) if outcome == NOT_RUN else (letter, "#fff" if outcome == PASSED else SOFT)
    fill, dash = (INK, "") if outcome == PASSED else ("#fff", ' stroke-dasharray="3 2"')
    edge = INK if outcome == PASSED else FAINT
    return (
        f'<g><title>{letter}: {escape(outcome)}</title><rect x="{x + 0.5}" y="{y + 0.5}" width="{side - 1}" '
        f'height="{side - 1}" rx="4" fill="{fill}" stroke="{edge}"{dash}/><text x="{x + side / 2}" '
        f'y="{y + side / 2 + 4}" font-size="{TEXT}" font-weight="bold" text-anchor="middle" fill="{colour}">'
        f"{inside}</text></g>"
    )


def ticks_svg(values, scale, y, hatched=False, colour=FAINT):
    """A tick for each value, those that would fall on one another once."""
    places = sorted({round(2 * scale(value)) / 2 for value in values if value == value})
    strokes = "".join(f"M{x:g} {y + 4:g}l{3 if hatched else 0} -8" for x in places)
    return f'<path d="{strokes}" stroke="{colour}" stroke-width="0.9" fill="none"/>'


def _lane(top, i):
    return top + 8 + LANE * i


def _axis(scale, ticks, y, unit=""):
    parts = [path([LEFT, RIGHT], [y, y], FAINT, 0.8)]
    for tick in ticks:
        name = number(tick, 3) + unit
        parts.append(path([scale(tick)] * 2, [y, y + 3], FAINT, 0.8) + words_at(scale(tick), y + 12, name, "middle"))
    return "".join(parts)


def _threshold(scale, value, top, bottom):
    return path([scale(value)] * 2, [top, bottom], INK, 1, "4 2.5")


def _dot(scale, value, y, shape="circle"):
    x = scale(value)
    if shape == "square":
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{BLUE}"/>'
    if shape == "triangle":
        return f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{BLUE}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{BLUE}"/>'


def _interval(scale, value, low, high, y, shape="circle"):
    return path([scale(low), scale(high)], [y, y], BLUE, 1.6) + _dot(scale, value, y, shape)


def _against_controls(tested, row, column, letter, scale, ticks, unit, top):
    """The strip and the words of a test that is held against both kinds of control heads."""
    controls = tested.controls
    parts = [words_at(LEFT - 6, _lane(top, 0), "this head", "end"), _dot(scale, row[column], _lane(top, 0))]
    words = []
    for i, (kind, name) in enumerate((("random", "random"), ("rotated", "rotated")), 1):
        values = controls.loc[controls["control"] == kind, column] if len(controls) else pd.Series(dtype=float)
        parts += [
            words_at(LEFT - 6, _lane(top, i), name, "end"),
            ticks_svg(values, scale, _lane(top, i), hatched=kind == "rotated"),
        ]
        about = tested.grades["controls"][kind]
        if about["networks"] and row[f"{letter}_q_{kind}"] == row[f"{letter}_q_{kind}"]:
            words.append(
                f"q {number(row[f'{letter}_q_{kind}'], 2)} {name}; {row[f'{letter}_above_{kind}']:.0f}/"
                f"{about['networks']} as high"
            )
        else:
            words.append(f"{name}: no control networks")
    least = [
        f"{number(tested.grades['controls'][kind]['smallest_q'], 2)} {kind}"
        for kind in ("random", "rotated")
        if tested.grades["controls"][kind]["networks"]
    ]
    if least:
        words += ["least q of a head alone:", ", ".join(least)]
    parts.append(_axis(scale, ticks, _lane(top, 3) - 5, unit))
    return parts, words


def _sharp(tested, row, rule, top):
    keys = len(tested.parts["n"]) if tested.parts else 0
    everything = [*tested.heads["peak_x_uniform_heldout"], *_of_controls(tested, "peak_x_uniform_heldout")]
    high = max(keys, 10.0, *everything)
    scale = Scale(min(0.8, *everything), high, LEFT, RIGHT - 14, log=True)
    parts, words = _against_controls(
        tested,
        row,
        "peak_x_uniform_heldout",
        "s",
        scale,
        [tick for tick in (1, 3, 10, 30, 100, 300, 1000) if tick <= high],
        "×",
        top,
    )
    return parts, [times(row["peak_x_uniform_heldout"]), *words]


def _logo(tested, row, rule, top):
    # What is 0 or less, or next to nothing, lies at the left end.
    high = max(*tested.heads["effect_information"], *_of_controls(tested, "effect_information"), 1e-6)
    scale = Scale(high * TOLD_RANGE, high, LEFT, RIGHT - 14, log=True)
    ticks = [tick for tick in 10.0 ** np.arange(-12, 4, 2) if scale.low <= tick <= high]
    parts, words = _against_controls(tested, row, "effect_information", "l", scale, ticks, "", top)
    return parts, [number(row["effect_information"], 2), *words]


def _of_controls(tested, column):
    return tested.controls[column] if len(tested.controls) else []


def _needed(tested, row, rule, top):
    heads = tested.heads
    if not row["dprauc_zero"] == row["dprauc_zero"]:
        return [], ["not run", "no table of knock-outs", "in this run"]
    scale = _scale_of(heads[[f"dprauc_{kind}_{end}" for kind in SIGNED for end in ("lo", "hi")]])
    parts = [_threshold(scale, 0, top, _lane(top, 4) - 5)]
    for i, (kind, shape) in enumerate((("zero", "circle"), ("mean", "square"), ("uniform", "triangle"))):
        name = f"dprauc_{kind}"
        parts += [
            words_at(LEFT - 6, _lane(top, i), SIGNED[kind], "end"),
            _interval(scale, row[name], row[f"{name}_lo"], row[f"{name}_hi"], _lane(top, i), shape),
        ]
    parts += [
        words_at(LEFT - 6, _lane(top, 3), "other heads", "end"),
        ticks_svg(_others(heads, row)["dprauc_zero"], scale, _lane(top, 3)),
        _axis(scale, nice_ticks(scale.low, scale.high), _lane(top, 4) - 5),
    ]
    base = tested.knockout_base
    blocks = [f"{base['n_blocks']} blocks of {base['block_nt']:,} nt"] if base else []
    return parts, [
        number(row["dprauc_zero"], 3),
        f"{number(row['dprauc_zero_lo'], 2)} to {number(row['dprauc_zero_hi'], 2)}, zeroed",
        *blocks,
        "all three must lie below 0",
    ]


def _scale_of(ends):
    """The scale of the intervals of all heads; 0 lies well inside it."""
    low, high = min(0.0, np.nanmin(ends)), max(0.0, np.nanmax(ends))
    margin = 0.08 * (high - low) or 1.0
    return Scale(low - margin, high + margin, LEFT, RIGHT - 14)


def _others(table, row):
    return table[(table["layer"] != row["layer"]) | (table["head"] != row["head"])]


def _again(tested, row, rule, top):
    test, seeds = rule["tests"]["R"], tested.seeds
    own = seeds[(seeds["layer"] == row["layer"]) & (seeds["head"] == row["head"])] if len(seeds) else seeds
    need = f"wanted: {test['min_share'] * 100:.0f} % of them, and {test['min_seeds']} seeds in all"
    if own.empty:
        return [], ["not run", "one seed alone", need]
    scale = Scale(-0.2, 1.0, LEFT, RIGHT - 14)
    parts = [_threshold(scale, test["min_r"], top, _lane(top, 1) - 5)]
    for i, (name, column) in enumerate((("profile r", "profile_r"), ("logo r", "logo_r"))):
        parts.append(words_at(LEFT - 6, _lane(top, i), name, "end"))
        for seed in own.itertuples():
            value = getattr(seed, column)
            if value == value:
                met = value >= test["min_r"] if column == "profile_r" else seed.logo_q <= test["max_q"]
                parts.append(
                    f'<circle cx="{scale(value):.1f}" cy="{_lane(top, i)}" r="4.5" stroke="{BLUE}" '
                    f'fill="{BLUE if met else "#fff"}"><title>{escape(seed_words(seed))}</title></circle>'
                )
    parts.append(_axis(scale, (0, 0.5, test["min_r"], 1), _lane(top, 2) - 5))
    partners = [f"{_seed(seed.network)}: {head_title(seed.match_layer, seed.match_head)}" for seed in own.itertuples()]
    parts.append(words_at(LEFT, _lane(top, 4) - 5, ", ".join(partners[:3]) + (" …" if len(partners) > 3 else "")))
    run = int(row["seeds_run"]) - 1
    return parts, [
        f"{int(row['seeds_found'])} of {run} other seeds",
        f"profile r ≥ {test['min_r']:g} and",
        f"logo q ≤ {test['max_q']:g} (filled dots)",
        *_halves(need),
    ]


def _halves(need):
    first, _, second = need.partition(", ")
    return [f"{first},", second]


def _seed(name):
    return name.replace("replicate_", "seed no. ")


def seed_words(seed):
    """A head's partner in another seed, in words; ``seed`` is a row of ``seeds.tsv``."""
    return (
        f"{_seed(seed.network)}: {head_title(seed.match_layer, seed.match_head)}, profile r "
        f"{number(seed.profile_r, 2)}, logo r {number(seed.logo_r, 2)}, logo q {number(seed.logo_q, 2)}"
    )


def _mutants(tested, row, rule, top):
    heads = tested.heads
    if not row["deletion_area"] == row["deletion_area"]:
        return [], ["not run", "no table of mutants", "in this run"]
    scale = _scale_of(heads[["deletion_lo", "deletion_hi"]])
    parts = [
        _threshold(scale, 0, top, _lane(top, 2) - 5),
        words_at(LEFT - 6, _lane(top, 0), "this head", "end"),
        _interval(scale, row["deletion_area"], row["deletion_lo"], row["deletion_hi"], _lane(top, 0)),
        words_at(LEFT - 6, _lane(top, 1), "other heads", "end"),
        ticks_svg(_others(heads, row)["deletion_area"], scale, _lane(top, 1)),
        _axis(scale, nice_ticks(scale.low, scale.high), _lane(top, 2) - 5),
    ]
    words = [
        number(row["deletion_area"], 3),
        f"{number(row['deletion_lo'], 2)} to {number(row['deletion_hi'], 2)}, must lie above 0",
    ]
    if row["ism_rho"] == row["ism_rho"]:
        words += [f"beside track f: ρ {number(row['ism_rho'], 2)},", f"q {number(row['ism_q'], 2)} (not in the rule)"]
    return parts, words


def deletion_svg(curves, layer, head, width=470):
    """Mean output while bases are replaced in the order of mutagenesis, of the head, at random.

    Parameters
    ----------
    curves : DataFrame
        ``deletion.tsv``.
    layer, head : int
    width : int
    """
    orders = (
        ("random", "random order", FAINT, 1.4, "5 2"),
        ("ism", "order of mutagenesis", INK, 1.4, "6 2 1 2"),
        (head_name(layer, head), "order of this head", BLUE, 2, ""),
    )
    shown = [(curves[curves["order"] == name].sort_values("k"), *style) for name, *style in orders]
    shown = [one for one in shown if len(one[0])]
    values = np.concatenate([one[0]["mean_output"] for one in shown])
    step = nice_end((values.max() - values.min()) / 4 or 1)
    low, high = step * np.floor(values.min() / step), step * np.ceil(values.max() / step)
    left, right, top, bottom = 62, width - 128, 8, 150
    scale, ks = Scale(low, max(high, low + step), bottom, top), sorted(curves["k"].unique())
    x = {k: left + i * (right - left) / max(len(ks) - 1, 1) for i, k in enumerate(ks)}
    parts = [path([left, left, right], [top, bottom, bottom], FAINT, 0.8)]
    parts += [
        words_at(left - 6, scale(tick), number(float(tick), 2), "end") for tick in np.arange(low, high + step / 2, step)
    ]
    parts += [words_at(x[k], bottom + 11, str(k), "middle") for k in ks]
    parts.append(words_at((left + right) / 2, bottom + 27, "bases replaced", "middle"))
    parts.append(
        f'<text transform="translate(16 {(top + bottom) / 2}) rotate(-90)" font-size="11" fill="{SOFT}" '
        'text-anchor="middle">mean output, logits</text>'
    )
    ends = []
    for rows, name, colour, wide, dash in shown:
        parts.append(path([x[k] for k in rows["k"]], [scale(v) for v in rows["mean_output"]], colour, wide, dash))
        ends.append((scale(rows["mean_output"].iloc[-1]), name, BLUE if colour == BLUE else INK))
    places = spread([y for y, *_ in ends], 14)
    parts += [words_at(right + 6, y, name, colour=colour) for y, (_, name, colour) in zip(places, ends)]
    return svg(width, bottom + 36, "Deletion curves", "tests/deletion.tsv: mean_output over k", parts)


def split_svg(content, position, low, high, width=470):
    """Variance of the two terms of a head's logit over the labelled positions, at each distance of the zoom.

    Parameters
    ----------
    content, position : ndarray, shape (window,)
    low, high : int
        Distances of the zoom, both included.
    width : int
    """
    d = np.arange(low, high + 1)
    left, right, top, bottom = 62, width - 78, 8, 150
    values = np.nan_to_num(np.concatenate([content[d], position[d]]))
    scale = Scale(0, nice_end(values.max()), bottom, top)
    x = left + (high + 0.5 - d) / len(d) * (right - left)
    parts = [path([left, left, right], [top, bottom, bottom], FAINT, 0.8)]
    parts += [words_at(left - 6, scale(tick), number(tick, 2), "end") for tick in (0, scale.high / 2, scale.high)]
    parts += [
        words_at(left + (high + 0.5 - one) / len(d) * (right - left), bottom + 11, str(one), "middle")
        for one in range(low - low % -20, high + 1, 20)
    ]
    parts.append(words_at((left + right) / 2, bottom + 27, "distance d, nt", "middle"))
    parts.append(
        f'<text transform="translate(16 {(top + bottom) / 2}) rotate(-90)" font-size="11" fill="{SOFT}" '
        'text-anchor="middle">variance of the logit</text>'
    )
    ends = []
    for line, name, colour, dash in ((content, "content", BLUE, ""), (position, "position", "#A85C00", "5 2")):
        heights = [scale(value) if value == value else np.nan for value in line[d]]
        parts.append(path(x, heights, colour, 1.6, dash))
        ends.append((heights[0] if heights[0] == heights[0] else bottom, name, colour))
    places = spread([y for y, *_ in ends], 14)
    parts += [words_at(right + 6, y, name, colour=colour) for y, (_, name, colour) in zip(places, ends)]
    return svg(
        width,
        bottom + 36,
        "Split of the logit",
        "tests/measured/curated/parts.safetensors: var_content, var_position over d",
        parts,
    )


def spread(places, gap):
    """Places moved apart so that no two are nearer than ``gap``, their order kept."""
    order = np.argsort(places, kind="stable")
    found = np.array(places, float)
    for before, after in zip(order, order[1:]):
        found[after] = max(found[after], found[before] + gap)
    return found.tolist()


def boxes_html(row, rule):
    """The five tests as boxes with their names and outcomes, for a page's head."""
    words = {PASSED: "pass", FAILED: "fail", NOT_RUN: "not run"}
    kinds = {PASSED: "pass", FAILED: "fail", NOT_RUN: "fail"}
    return (
        '<div class="tests">'
        + "".join(
            f'<div class="{kinds[row[letter]]}"><b>{"?" if row[letter] == NOT_RUN else letter}</b>{test["name"]}<br>'
            f"<i>{words[row[letter]]}</i></div>"
            for letter, test in rule["tests"].items()
        )
        + "</div>"
    )
