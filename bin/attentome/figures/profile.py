"""Where a head looks: its mean score over the whole window and in the zoom, with what control heads do."""

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from attentome.figures.line_labels import name_lines, place_on_line, write_at
from attentome.figures.place_axis import INNER, LEFT, bracket, distance_axis, place_axis, ruler, to_pixels
from attentome.figures.style import (
    BAND,
    FAINT,
    GROUP_COLOUR,
    GROUP_DASH,
    GROUP_WIDTH,
    HIGH,
    INK,
    LOW,
    PX,
    RULE,
    SMALL,
    SOFT,
    VALUE_NORM,
    add_axes,
)
from attentome.heads.distances import GROUPS, anchor_text

CONTROL_TITLES = {"random": "random weights", "rotated": "rotated labels"}
BAND_STYLE = {
    "random": {"facecolor": BAND, "linewidth": 0.4},
    "rotated": {"facecolor": "none", "hatch": "/////", "linewidth": 0.5},
}


def control_bands(table):
    """The middle 95 % of the profiles of control heads.

    Parameters
    ----------
    table : DataFrame
        ``bands.tsv``; may be empty.

    Returns
    -------
    dict of str to (ndarray, ndarray)
        Kind of control to (low, high), multiples of uniform, each shape (window,).
    """
    if table.empty:
        return {}
    return {
        kind: (rows["low"].to_numpy(float), rows["high"].to_numpy(float))
        for kind, rows in table.sort_values("d").groupby("control")
    }


def draw_whole_window(figure, view, top, bands=()):
    """Draw the profile over all keys, log scale, and below it the highest single scores as a strip of grey.

    Parameters
    ----------
    figure : Figure
    view : HeadView
    top : float
        px from the figure's upper end.
    bands : dict of str to (ndarray, ndarray)
        Of :func:`control_bands`.

    Returns
    -------
    Axes
        Of the profile.
    """
    axes = add_axes(figure, LEFT, top, INNER, 78)
    d = np.arange(view.window)
    for kind, (low, high) in dict(bands).items():
        ends = np.clip(low, LOW, HIGH), np.clip(high, LOW, HIGH)
        axes.fill_between(-d, *ends, edgecolor=FAINT, zorder=0.5, **BAND_STYLE[kind])
    for group in reversed(GROUPS):
        axes.plot(-d, np.clip(view.x_uniform[group], LOW, HIGH), **_group_style(group, 0.8))
    axes.set_yscale("log", base=2)
    axes.set_ylim(LOW, HIGH)
    axes.yaxis.set_major_locator(FixedLocator([1, 8, 64]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticklabels(["1×", "8×", "64×"])
    axes.axhline(1, color=RULE, linewidth=0.8, zorder=0)
    axes.set_xlim(-view.window + 0.5, 0.5)
    axes.set_xticks([])
    axes.set_ylabel("× uniform")
    if view.high - view.low + 1 < view.window:
        _frame_of_zoom(axes, view)
    strip = add_axes(figure, LEFT, top + 84, INNER, 10)
    strip.imshow(
        np.nan_to_num(view.highest)[::-1][None],
        aspect="auto",
        cmap="Greys",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        extent=(-view.window + 0.5, 0.5, 0, 1),
    )
    step = 100 if view.window > 200 else 20
    ticks = [*range(0, view.window - step // 2, step), view.window - 1]
    strip.set_xticks([-tick for tick in ticks], [str(tick) for tick in ticks])
    strip.set_yticks([0.5], ["max"])
    strip.tick_params(length=0)
    strip.spines[["top", "right"]].set_visible(True)
    strip.set_xlabel(f"distance d upstream of {anchor_text(view.ahead)}, nt", labelpad=2)
    return axes


def _frame_of_zoom(axes, view):
    left, width = -view.high - 0.5, view.high - view.low + 1
    style = {"fill": False, "edgecolor": INK, "linewidth": 0.9, "clip_on": False, "zorder": 5}
    axes.add_patch(Rectangle((left, LOW), width, HIGH - LOW, **style))
    axes.annotate(
        "shown below",
        (left, HIGH),
        xytext=(4 * PX, -4 * PX),
        textcoords="offset points",
        va="top",
        fontsize=SMALL * PX,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )


def draw_zoom(figure, view, top, bands=(), seeds=(), test_arc=None):
    """Draw the zoomed profile, linear, with the ruler above it and the bracket of the key below.

    Parameters
    ----------
    figure : Figure
    view : HeadView
    top : float
        px from the figure's upper end to the axes; distances and ruler stand above, 42 px.
    bands : dict of str to (ndarray, ndarray)
        Of :func:`control_bands`.
    seeds : sequence of ndarray, each shape (high - low + 1,)
        The same head in other networks, multiples of uniform, at the distances of the zoom.
    test_arc : (ndarray, ndarray, int), optional
        Mean score and value norm, both as multiples of uniform, shape (window,), and the number of
        highest outputs of the test arc that they are means over.

    Returns
    -------
    Axes
    """
    axes = add_axes(figure, LEFT, top, INNER, 196)
    d = view.distances
    bands = {kind: (low[d], high[d]) for kind, (low, high) in dict(bands).items()}
    lines = {group: view.x_uniform[group][d] for group in GROUPS}
    more = [np.nan_to_num(values[d]) for values in test_arc[:2]] if test_arc else []
    drawn = [*lines.values(), *more, *seeds]
    axes.set_ylim(0, max(4.0, 1.16 * max(np.nanmax(values) for values in drawn)))
    place_axis(axes, view)
    axes.set_ylabel("mean score, × uniform")
    for kind, ends in bands.items():
        axes.fill_between(-d, *ends, edgecolor=FAINT, zorder=2, **BAND_STYLE[kind])
    for group in reversed(GROUPS):
        axes.plot(-d, lines[group], zorder=3, clip_on=False, **_group_style(group))
    for values in seeds:
        axes.plot(-d, values, color=GROUP_COLOUR["top"], linewidth=0.7, alpha=0.6, zorder=2.8)
    taken = ruler(axes, view)
    if bands:
        taken += _name_bands(axes, bands, drawn, d, taken)
    names = (f"score, {test_arc[2]:,} of the test arc", f"value norm, same {test_arc[2]:,}") if test_arc else ()
    for name, values, dash, width, layer in zip(names, more, ("-", (0, (6, 2, 1, 2))), (0.9, 1.6), (2.5, 4)):
        axes.plot(-d, values, color=VALUE_NORM, linestyle=dash, linewidth=width, zorder=layer)
        x, y = to_pixels(axes, -d, values)
        near = [(x[i] - 4, y[i] - 4, x[i] + 4, y[i] + 4) for i in np.flatnonzero(y > 18)]
        place = place_on_line(axes, name, x, y, drawn, d, taken)
        taken += [write_at(axes, *place, name, VALUE_NORM), *near]
    distance_axis(axes, view)
    bracket(axes, view)
    name_lines(axes, view, d, lines, taken)
    return axes


def _group_style(group, width=1.0):
    return {
        "color": GROUP_COLOUR[group],
        "linestyle": GROUP_DASH[group],
        "linewidth": GROUP_WIDTH[group] * width,
    }


def _name_bands(axes, bands, drawn, d, taken):
    """Name the bands; returns the boxes that other words keep clear of."""
    words = "bands: " + ", ".join(CONTROL_TITLES[kind] for kind in CONTROL_TITLES if kind in bands)
    upper = np.max([high for _, high in bands.values()], axis=0)
    place = place_on_line(axes, words, *to_pixels(axes, -d, upper), [*drawn, upper], d, taken)
    boxes = [write_at(axes, *place, words, SOFT)]
    low = float(to_pixels(axes, 0, min(low.min() for low, _ in bands.values()))[1])
    high = float(to_pixels(axes, 0, upper.max())[1])
    if high - low < 20:
        # Words keep clear of a band that is thin enough to leave them room.
        boxes.append((0, low, INNER, high))
    return boxes
