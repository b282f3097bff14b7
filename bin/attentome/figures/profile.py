"""Where a head looks: its mean score over the whole window and in the zoom, with what control heads do."""

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from attentome.figures.line_labels import along, name_lines, points_of_box
from attentome.figures.place_axis import INNER, LEFT, bracket, distance_axis, place_axis, ruler, to_pixels
from attentome.figures.style import (
    BAND,
    FAINT,
    GROUP_COLOUR,
    GROUP_DASH,
    GROUP_TEXT,
    GROUP_WIDTH,
    HIGH,
    INK,
    LOW,
    RULE,
    SOFT,
    VALUE_NORM,
    add_axes,
    write,
)
from attentome.heads.distances import GROUPS, anchor_text

GROUP_NAME = {"top": "{:,} highest outputs", "all": "all {:,} positions", "bottom": "{:,} lowest outputs"}
CONTROL_TITLES = {"random": "random weights", "rotated": "rotated labels"}
BAND_STYLE = {
    "random": {"facecolor": BAND, "linewidth": 0.4},
    "rotated": {"facecolor": "none", "hatch": "/////", "linewidth": 0.5},
}
TEST_ARC_STYLE = (
    {"linestyle": "-", "linewidth": 0.9, "zorder": 2.5},
    {"linestyle": (0, (6, 2, 1, 2)), "linewidth": 1.6, "zorder": 4},
)
"""Lines of the mean score and of the value norm on the test arc."""


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
    for kind, ends in dict(bands).items():
        axes.fill_between(-d, *np.clip(ends, LOW, HIGH), edgecolor=FAINT, zorder=0.5, **BAND_STYLE[kind])
    _draw_groups(axes, d, {group: np.clip(view.x_uniform[group], LOW, HIGH) for group in GROUPS}, width=0.8)
    axes.set_yscale("log", base=2)
    axes.set_ylim(LOW, HIGH)
    axes.yaxis.set_major_locator(FixedLocator([1, 8, 64]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticklabels(["1×", "8×", "64×"])
    axes.axhline(1, color=RULE, linewidth=0.8, zorder=0)
    axes.set(xlim=(-view.window + 0.5, 0.5), xticks=[], ylabel="× uniform")
    if view.high - view.low + 1 < view.window:
        _frame_zoom(axes, view)
    strip = add_axes(figure, LEFT, top + 84, INNER, 10)
    extent = (-view.window + 0.5, 0.5, 0, 1)
    shades = np.nan_to_num(view.highest)[::-1][None]
    strip.imshow(shades, aspect="auto", cmap="Greys", vmin=0, vmax=1, interpolation="nearest", extent=extent)
    step = 100 if view.window > 200 else 20
    ticks = [*range(0, view.window - step // 2, step), view.window - 1]
    strip.set_xticks([-tick for tick in ticks], ticks)
    strip.set_yticks([0.5], ["max"])
    strip.tick_params(length=0)
    strip.spines[["top", "right"]].set_visible(True)
    strip.set_xlabel(f"distance d upstream of {anchor_text(view.ahead)}, nt", labelpad=2)
    return axes


def _frame_zoom(axes, view):
    left, width = -view.high - 0.5, view.high - view.low + 1
    style = {"fill": False, "edgecolor": INK, "linewidth": 0.9, "clip_on": False, "zorder": 5}
    axes.add_patch(Rectangle((left, LOW), width, HIGH - LOW, **style))
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    write(axes, "shown below", (left, HIGH), 4, -4, va="top", bbox=behind)


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
    groups = {group: view.x_uniform[group][d] for group in GROUPS}
    arc = [np.nan_to_num(values[d]) for values in test_arc[:2]] if test_arc else []
    axes.set_ylim(0, max(4.0, 1.16 * max(np.nanmax(values) for values in [*groups.values(), *arc, *seeds])))
    axes.set_ylabel("mean score, × uniform")
    elements = place_axis(axes, view)
    for kind, ends in bands.items():
        axes.fill_between(-d, *ends, edgecolor=FAINT, zorder=2, **BAND_STYLE[kind])
    _draw_groups(axes, d, groups)
    for values in seeds:
        axes.plot(-d, values, color=GROUP_COLOUR["top"], linewidth=0.7, alpha=0.6, zorder=2.8)
    for values, style in zip(arc, TEST_ARC_STYLE):
        axes.plot(-d, values, color=VALUE_NORM, **style)
    distance_axis(axes, view)
    bracket(axes, view)
    tss = ruler(axes, view, elements)
    taken = []
    if tss:
        taken = [points_of_box(*tss), along(to_pixels(axes, -view.label_shift, axes.get_ylim()))]
    lines = [
        (GROUP_NAME[group].format(view.sizes[group]), groups[group], GROUP_TEXT[group], GROUP_COLOUR[group])
        for group in GROUPS
    ]
    if test_arc:
        names = f"score, {test_arc[2]:,} of the test arc", f"value norm, same {test_arc[2]:,}"
        lines += [(name, values, VALUE_NORM, VALUE_NORM) for name, values in zip(names, arc)]
    if bands:
        words = "bands: " + ", ".join(CONTROL_TITLES[kind] for kind in CONTROL_TITLES if kind in bands)
        lines.append((words, np.max([high for _, high in bands.values()], axis=0), SOFT, FAINT))
    name_lines(axes, d, lines, [*seeds, *(low for low, _ in bands.values())], taken)
    return axes


def _draw_groups(axes, d, lines, width=1.0):
    for group in reversed(GROUPS):
        style = {"linestyle": GROUP_DASH[group], "linewidth": width * GROUP_WIDTH[group], "clip_on": False}
        axes.plot(-d, lines[group], color=GROUP_COLOUR[group], zorder=3, **style)
