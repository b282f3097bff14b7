"""Profiles of a head's page: the whole window and the zoom, with the bands of control heads and the value norm."""

import numpy as np

from attentome.figures.line_labels import name_lines
from attentome.figures.place_axis import INNER, LEFT, WIDTH, bracket, distance_axis, place_axis, ruler, to_pixels
from attentome.figures.scales import height
from attentome.figures.style import (
    BAND,
    FAINT,
    GROUP_COLOUR,
    GROUP_DASH,
    GROUP_WIDTH,
    INK,
    PX,
    RULE,
    SMALL,
    SOFT,
    VALUE_NORM,
    add_axes,
    along,
    new_figure,
    svg_text,
    text_width,
)
from attentome.figures.svg import path, svg, words_at
from attentome.heads.distances import GROUPS, anchor_text
from attentome.report.head_page.tracks import KIND_WORDS

DASHES = {"top": "", "all": "5 2", "bottom": "1 1.6"}


def whole_window(view, bands):
    """Panel a: the whole window on the log scale of all heads, the bands of control heads, the highest scores."""
    tall, top = 78, 8

    def x(d):
        return LEFT + (view.window - 0.5 - d) / view.window * INNER

    d = np.arange(view.window)
    parts = [path([LEFT, LEFT + INNER], [top + height(1, tall)] * 2, RULE, 0.8)]
    for kind, rows in bands.groupby("control", sort=True):
        places = [*zip(rows["d"], rows["high"]), *reversed([*zip(rows["d"], rows["low"])])]
        ends = [f"{x(one):.1f} {top + height(value, tall):.1f}" for one, value in places]
        fill = BAND if kind == "random" else "url(#hatch)"
        parts.append(f'<path d="M{"L".join(ends)}Z" fill="{fill}" stroke="{FAINT}" stroke-width="0.4"/>')
    for group in reversed(GROUPS):
        heights = [top + height(value, tall) if value == value else np.nan for value in view.x_uniform[group]]
        parts.append(path(x(d), heights, GROUP_COLOUR[group], GROUP_WIDTH[group] * 0.8, DASHES[group]))
    parts += [words_at(LEFT - 6, top + height(value, tall), f"{value}×", "end") for value in (1, 8, 64)]
    parts.append(path([LEFT, LEFT, LEFT + INNER], [top, top + tall, top + tall], FAINT, 0.8))
    if view.high - view.low + 1 < view.window:
        left, right = x(view.high + 0.5), x(view.low - 0.5)
        parts.append(
            f'<rect x="{left:.1f}" y="{top}" width="{right - left:.1f}" height="{tall}" fill="none" '
            f'stroke="{INK}"/>{words_at(left + 5, top + 9, "shown below", colour=INK)}'
        )
    under = top + tall + 6
    wide = INNER / view.window
    for one, value in enumerate(np.nan_to_num(view.highest)):
        if value >= 0.01:
            grey = round(255 * (1 - value))
            parts.append(
                f'<rect x="{x(one) - wide / 2:.1f}" y="{under}" width="{wide + 0.1:.1f}" height="10" '
                f'fill="rgb({grey},{grey},{grey})"/>'
            )
    parts.append(
        f'<rect x="{LEFT}" y="{under}" width="{INNER}" height="10" fill="none" stroke="{FAINT}" '
        f'stroke-width="0.8"/>{words_at(LEFT - 6, under + 5, "max", "end")}'
    )
    step = 100 if view.window > 200 else 20
    ticks = [*range(0, view.window - step // 2, step), view.window - 1]
    parts += [words_at(x(tick), under + 22, str(tick), "middle") for tick in ticks]
    parts.append(
        words_at(LEFT + INNER / 2, under + 38, f"distance d upstream of {anchor_text(view.ahead)}, nt", "middle")
    )
    return svg(
        WIDTH, under + 46, "Mean score over the whole window", "profile.tsv: mean x window over d; bands.tsv", parts
    )


def zoom_figure(view, bands, seeds, sites=None):
    """Panel b: the zoomed profile, linear, with the bands of control heads, as SVG.

    Parameters
    ----------
    view : View
    bands : DataFrame
        ``bands.tsv``.
    seeds : DataFrame
        This head's rows of ``seed_profiles.tsv``.
    sites : (ndarray, ndarray, int), optional
        Mean score and mean length of what arrives, both as multiples of uniform, shape (window,), at so many of the
        test arc's highest outputs.
    """
    figure = new_figure(WIDTH, 286)
    axes = add_axes(figure, LEFT, 44, INNER, 196)
    d = np.arange(view.low, view.high + 1)
    lines = {group: view.x_uniform[group][d] for group in GROUPS}
    more = [np.nan_to_num(values[d]) for values in sites[:2]] if sites else []
    again = (
        [rows.set_index("d")["x_uniform"].loc[d].to_numpy() for _, rows in seeds.groupby("network", sort=True)]
        if len(seeds)
        else []
    )
    drawn = [*lines.values(), *more, *again]
    axes.set_ylim(0, max(4.0, 1.16 * max(np.nanmax(values) for values in drawn)))
    place_axis(axes, view, view.elements)
    for kind, rows in bands.groupby("control", sort=True):
        rows = rows.set_index("d").loc[d]
        style = (
            {"facecolor": BAND, "linewidth": 0.4}
            if kind == "random"
            else {"facecolor": "none", "hatch": "/////", "linewidth": 0.5}
        )
        axes.fill_between(-d, rows["low"], rows["high"], edgecolor=FAINT, zorder=2, **style)
    for group in reversed(GROUPS):
        axes.plot(
            -d,
            lines[group],
            color=GROUP_COLOUR[group],
            linestyle=GROUP_DASH[group],
            linewidth=GROUP_WIDTH[group],
            zorder=3,
        )
    for values in again:
        axes.plot(-d, values, color=GROUP_COLOUR["top"], linewidth=0.7, alpha=0.6, zorder=2.8)
    axes.set_ylabel("mean score, × uniform")
    taken = ruler(axes, view, view.elements)
    if len(bands):
        words = "bands: " + ", ".join(KIND_WORDS[kind] for kind in KIND_WORDS if (bands["control"] == kind).any())
        top = bands.groupby("d")["high"].max().loc[d].to_numpy()
        place = _free_place(axes, words, *to_pixels(axes, -d, top), [*drawn, top], d, taken)
        taken.append(_words(axes, *place, words, SOFT))
        low = float(to_pixels(axes, 0, bands[bands["d"].isin(d)]["low"].min())[1])
        high = float(to_pixels(axes, 0, top.max())[1])
        if high - low < 20:
            # Words keep clear of a band that is thin enough to leave them room.
            taken.append((0, low, INNER, high))
    names = (f"score, {sites[2]:,} of the test arc", f"value norm, same {sites[2]:,}") if sites else ()
    for name, values, dash, width, layer in zip(names, more, ("-", (0, (6, 2, 1, 2))), (0.9, 1.6), (2.5, 4)):
        axes.plot(-d, values, color=VALUE_NORM, linestyle=dash, linewidth=width, zorder=layer)
        x, y = to_pixels(axes, -d, values)
        near = [(x[i] - 4, y[i] - 4, x[i] + 4, y[i] + 4) for i in np.flatnonzero(y > 18)]
        place = _free_place(axes, name, x, y, drawn, d, taken)
        taken += [_words(axes, *place, name, VALUE_NORM), *near]
    distance_axis(axes, view)
    bracket(axes, view)
    name_lines(axes, view, d, lines, taken)
    return svg_text(
        figure,
        "Mean score near the TSS",
        "profile.tsv: mean x window over d; bands.tsv; "
        "seed_profiles.tsv; norm_mean and score_mean of parts.safetensors",
    )


def _words(axes, x, y, words, colour):
    """Write words beginning at px (x, y) of the axes; returns their box."""
    axes.annotate(
        words,
        (0, 0),
        xycoords="axes fraction",
        xytext=(x * PX, y * PX),
        textcoords="offset points",
        va="center_baseline",
        fontsize=SMALL * PX,
        color=colour,
        zorder=6,
    )
    return x - 2, y - 8, x + text_width(words) + 2, y + 8


def _free_place(axes, words, x, y, lines, d, taken):
    """Px where words on a line may begin so that they lie near it and cross least of all lines and words."""
    width, tall = INNER, float(to_pixels(axes, 0, axes.get_ylim()[1])[1])
    long = text_width(words)
    px, py = np.concatenate([along(*to_pixels(axes, -d, values)) for values in lines], axis=1)
    best = (np.inf, 6.0, tall / 2)
    for i in range(0, len(x), 2):
        for rise in (14, 24, 40, 60, 80, -16):
            for left in (x[i] - long - 10, x[i] + 10):
                level = y[i] + rise
                if not (2 <= left <= width - long - 2 and 8 <= level <= tall - 8):
                    continue
                box = (left - 2, level - 8, left + long + 2, level + 8)
                crossed = int(((px > box[0]) & (px < box[2]) & (py > box[1]) & (py < box[3])).sum())
                crossed += sum(
                    50
                    for other in taken
                    if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
                )
                best = min(best, (100 * crossed + abs(rise) - 0.6 * y[i], left, level))
    return best[1:]
