"""Tracks of a head's page along d, all in register: logos, correlation, mutagenesis.

They are written as SVG by hand: letters are outlined once a page (:func:`definitions`) and used again, so that a page
is small and drawn in a fraction of a second. Lengths are px, y grows downwards; d falls from left to right.
"""

from dataclasses import dataclass

import numpy as np

from attentome.figures.letters import letter_svg_path
from attentome.figures.place_axis import INNER, LEFT, WIDTH
from attentome.figures.style import BASE_COLOUR, FAINT, GROUP_COLOUR, INK, PALE, SMALL, SOFT, escape, text_width
from attentome.figures.svg import Scale, nice_end, path, svg, words_at
from attentome.genome.ruler import base_of_distance, distance_of_base, signed
from attentome.heads.distances import GROUPS
from attentome.motifs.elements import Element
from attentome.motifs.logo import LETTERS
from attentome.report.text.numbers import number

KIND_WORDS = {"random": "random weights", "rotated": "rotated labels"}
LEAST = 1 / 200
"""Letters lower than this share of a logo's scale are left out."""


@dataclass(frozen=True)
class View:
    """A head as its figures show it: what of the whole genome was described, in the zoom of its tested logo.

    Attributes
    ----------
    layer, head : int
        Count from 1.
    window, ahead, label_shift : int
        Keys; nt from the query to d = 0; nt from the TSS to d = 0.
    peak_d_heldout : int
        Where the tests found the peak.
    low, high : int
        Distances of the zoomed panels, both included.
    reach : (int, int)
        Smallest and largest d that convolution alone brings into the key at the peak.
    sizes : dict of str to int
        Positions of each group of outputs.
    x_uniform : dict of str to ndarray, each shape (window,)
        Mean score of each group, multiples of uniform.
    highest : ndarray, shape (window,)
        Highest single score of the highest outputs.
    elements : list of Element
    """

    layer: int
    head: int
    window: int
    ahead: int
    label_shift: int
    peak_d_heldout: int
    low: int
    high: int
    reach: tuple
    sizes: dict
    x_uniform: dict
    highest: np.ndarray
    elements: list

    @property
    def reach_d(self):
        """Distance at whose key ``reach`` is given."""
        return self.peak_d_heldout

    @property
    def px(self):
        """Px a nt in the zoomed panels."""
        return INNER / (self.high - self.low + 1)

    def x(self, d):
        """Px of the middle of distance ``d`` in the zoomed panels."""
        return LEFT + (self.high + 0.5 - d) * self.px


def view_of(head, peak_d_heldout, logo):
    """The view of a head.

    Parameters
    ----------
    head : HeadResult
    peak_d_heldout : int
        Where the tests found the peak.
    logo : DataFrame
        Its rows of ``logos.tsv``; where there are none the zoom of the description counts.
    """
    numbers = head.numbers
    low, high = (
        (int(logo["d"].min()), int(logo["d"].max()))
        if len(logo)
        else (numbers["zoom"]["from_d"], numbers["zoom"]["to_d"])
    )
    away = int(peak_d_heldout) - numbers["peak_d_all"]
    top = head.profile[head.profile["group"] == "top"].sort_values("d")
    return View(
        layer=head.layer,
        head=head.head,
        window=numbers["window"],
        ahead=numbers["ahead"],
        label_shift=numbers["label_shift"],
        peak_d_heldout=int(peak_d_heldout),
        low=low,
        high=high,
        reach=(numbers["key_reach"]["from_d"] + away, numbers["key_reach"]["to_d"] + away),
        sizes={group: numbers["groups"][group]["n"] for group in GROUPS},
        x_uniform={group: head.x_uniform(group) for group in GROUPS},
        highest=top["max"].to_numpy(float),
        elements=[Element(one["name"], one["from_base"], one["to_base"]) for one in numbers.get("elements", [])],
    )


def definitions():
    """The letters' outlines and the hatching, to stand once in a page."""
    letters = "".join(f'<path id="g{letter}" d="{letter_svg_path(letter)}"/>' for letter in LETTERS)
    return (
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
        + letters
        + '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0 0V5" stroke="{FAINT}" stroke-width="1.2"/></pattern>'
        "</defs></svg>"
    )


def _track(view, scale, ticks, unit, parts, title, source, room=26):
    """A track along d: elements behind, TSS line, ``parts``, the value axis on the left, bases below."""
    top, bottom = sorted((scale.start, scale.stop))
    back = []
    for element in view.elements:
        first, last = element.distances(view.label_shift)
        first, last = max(first, view.low), min(last, view.high)
        if first <= last:
            back.append(
                f'<rect x="{view.x(last + 0.5):.1f}" y="{top}" width="{(last - first + 1) * view.px:.1f}" '
                f'height="{bottom - top}" fill="{PALE}"/>'
            )
    if view.low <= view.label_shift <= view.high:
        back.append(path([view.x(view.label_shift)] * 2, [top, bottom], INK, 0.8))
    back.append(path([LEFT, LEFT, LEFT + INNER], [top, bottom, bottom], FAINT, 0.8))
    back += [words_at(LEFT - 6, scale(value), number(value, 3), "end") for value in ticks]
    middle = (top + bottom) / 2
    back.append(
        f'<text transform="translate(16 {middle}) rotate(-90)" font-size="{SMALL}" fill="{SOFT}" '
        f'text-anchor="middle">{escape(unit)}</text>'
    )
    back.append(words_at(LEFT - 6, bottom + 12, "base", "end"))
    names = [*range(-10 * (view.window // 10 + 1), 0, 10), 1, *range(10, view.label_shift + 2, 10)]
    for base in names:
        d = distance_of_base(base, view.label_shift)
        if view.low <= d <= view.high:
            back.append(
                path([view.x(d)] * 2, [bottom, bottom + 3], FAINT, 0.8)
                + words_at(view.x(d), bottom + 12, signed(base), "middle")
            )
    return svg(WIDTH, bottom + room, title, source, [*back, *parts])


def letters_at(rows, x, wide, scale, colours=BASE_COLOUR):
    """The stacks of a logo, letters as high as their share of the column's bits, the highest on top.

    Parameters
    ----------
    rows : DataFrame
        d, A, C, G, T, bits, used.
    x : callable
        d to the px of the column's middle.
    wide : float
        Px of a column.
    scale : Scale
        Bits to px; columns that are higher than its end are cut to it.
    colours : dict of str to str
    """
    parts = []
    counts = rows[list(LETTERS)].to_numpy(float)
    heights = counts / np.maximum(counts.sum(1, keepdims=True), 1e-9)
    heights *= np.clip(rows["bits"].to_numpy(), 0, scale.high)[:, None]
    for d, column, in_use in zip(rows["d"], heights, rows["used"], strict=True):
        floor = 0.0
        for i in np.argsort(column, kind="stable"):
            if column[i] >= LEAST * scale.high:
                y = scale(floor + column[i])
                size = f"{0.0096 * wide:.4f} {(scale(floor) - y) / 100:.4f}"
                fade = "" if in_use else ' opacity="0.28"'
                parts.append(
                    f'<use href="#g{LETTERS[i]}" transform="translate({x(d) - 0.48 * wide:.1f} {y:.1f}) '
                    f'scale({size})" fill="{colours[LETTERS[i]]}"{fade}/>'
                )
            floor += column[i]
    return parts


def logo_track(view, logo, bits, line=None):
    """Panel c: the effect logo of the held-out half, 0 to ``bits``; ``line``: bits of the best control column."""
    scale = Scale(0, bits, 114, 6)
    parts = letters_at(logo, view.x, view.px, scale)
    if line is not None:
        words = f"best column of the control logos: {number(line, 2)} bit"
        long = text_width(words) + 10
        at_left = logo.loc[view.x(logo["d"]) < LEFT + long, "bits"].max()
        at_right = logo.loc[view.x(logo["d"]) > LEFT + INNER - long, "bits"].max()
        side = (LEFT + 5, "start") if not at_left > at_right else (LEFT + INNER - 5, "end")
        level = scale(line)
        parts.append(
            path([LEFT, LEFT + INNER], [level] * 2, INK, 1, "5 3")
            + words_at(side[0], min(level - 9, 100) if level > 24 else level + 10, words, side[1], INK)
        )
    return _track(
        view,
        scale,
        (0, bits / 2, bits),
        "bits",
        parts,
        "Effect logo of the held-out half",
        "tests/measured/curated/logos.tsv: shares of A, C, G, T x bits over d; used = 0 is faded",
    )


def words_track(view, words):
    """The words that the effect logo is split into, one below the other, 0 to 2 bits, in register with panel c."""
    parts, top = [], 0
    for word, rows in words.groupby("component"):
        scale = Scale(0, 2, top + 66, top + 18)
        parts += letters_at(rows.assign(used=1), view.x, view.px, scale)
        parts.append(
            path([LEFT, LEFT, LEFT + INNER], [top + 18, top + 66, top + 66], FAINT, 0.8)
            + "".join(words_at(LEFT - 6, scale(value), number(value), "end") for value in (0, 2))
            + words_at(LEFT + 6, top + 9, f"word {word}: {100 * rows['share'].iloc[0]:.0f} % of the weight")
        )
        top += 74
    return svg(WIDTH, top, "Words of the effect logo", "tests/measured/curated/components.tsv", parts)


def control_logo_track(view, logos, bits):
    """Panel d: the control head's logo of each kind, in letters of the same size as in panel c, grey."""
    scale, room = Scale(0, bits, 128, 20), INNER / 2 - 20
    columns = int(room / view.px)
    parts = [words_at(LEFT - 6, scale(value), number(value, 3), "end") for value in (0, bits / 2, bits)]
    for kind, left in zip(KIND_WORDS, (LEFT, LEFT + INNER / 2 + 20)):
        rows = logos[logos["control"] == kind]
        if rows.empty:
            parts.append(words_at(left + 6, 9, f"{KIND_WORDS[kind]}: no such network in this run"))
            continue
        used = rows.loc[rows["used"] == 1, "d"]
        high = int((used.min() + used.max()) // 2 + columns // 2)
        rows = rows[(rows["d"] <= high) & (rows["d"] > high - columns)]

        def x(d, left=left, high=high):
            return left + (high - d + 0.5) * view.px

        one = rows.iloc[0]
        peak = int(one["d"] - one["from_peak"])
        parts += letters_at(rows, x, view.px, scale, dict.fromkeys(LETTERS, FAINT))
        parts.append(
            path([left, left, left + room], [20, 128, 128], FAINT, 0.8)
            + path([x(peak)] * 2, [128, 133], INK, 1.2)
            + words_at(x(peak), 141, f"d = {peak}", "middle")
            + words_at(
                left + 6,
                9,
                f"{KIND_WORDS[kind]}: network {one['network']}, layer "
                f"{one['layer']}, head {one['head']}, {number(one['bits_heldout'], 2)} bit",
            )
        )
    return svg(WIDTH, 150, "Effect logos of control heads", "tests/control_logos.tsv", parts)


def spearman_track(view, rho):
    """Panel e: rank correlation of score and output at each distance; ``rho`` of shape (window,)."""
    limit = 0.5 if np.abs(np.nan_to_num(rho)).max(initial=0) <= 0.5 else 1.0
    scale = Scale(-limit, limit, 96, 6)
    return _track(
        view,
        scale,
        (-limit, 0, limit),
        "ρ",
        [
            path([LEFT, LEFT + INNER], [scale(0)] * 2, FAINT, 0.8),
            _bars(view, scale, range(len(rho)), rho, GROUP_COLOUR["top"]),
        ],
        "Spearman correlation of score and output",
        "spearman.tsv: rho over d",
    )


def mutagenesis_track(view, profile):
    """Panel f: mean absolute effect of the substitutions of the base at each distance, with its interval."""
    high = nice_end(profile["hi"].max())
    scale = Scale(0, high, 96, 6)
    shown = profile[(profile["d"] >= view.low) & (profile["d"] <= view.high) & profile["mean_abs"].notna()]
    ends = "".join(f"M{view.x(row.d):.1f} {scale(row.lo):.1f}V{scale(row.hi):.1f}" for row in shown.itertuples())
    return _track(
        view,
        scale,
        (0, high / 2, high),
        "|Δ logit|",
        [_bars(view, scale, profile["d"], profile["mean_abs"], SOFT), f'<path d="{ends}" stroke="{INK}" fill="none"/>'],
        "Mean absolute effect of substitutions",
        "tests/ism_profile.tsv: mean_abs, lo, hi over d",
    )


def _bars(view, scale, distances, values, colour):
    wide, zero = 0.8 * view.px, scale(0)
    bars = "".join(
        f"M{view.x(d) - wide / 2:.1f} {zero:.1f}h{wide:.1f}V{scale(value):.1f}h{-wide:.1f}z"
        for d, value in zip(distances, values, strict=True)
        if view.low <= d <= view.high and value == value
    )
    return f'<path d="{bars}" fill="{colour}"/>'


def base_words(d, label_shift):
    """The base at a distance, as printed."""
    return signed(base_of_distance(int(d), label_shift))
