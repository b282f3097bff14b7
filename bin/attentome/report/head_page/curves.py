"""Two small panels of a head's page: deletion curves, and the split of the logit into content and position."""

import numpy as np

from attentome.figures.place_axis import to_pixels
from attentome.figures.scales import nice_end, nice_ticks
from attentome.figures.style import FAINT, GROUP_COLOUR, GROUP_TEXT, INK, add_axes, new_figure, write
from attentome.heads.names import head_name
from attentome.report.text.numbers import number

WIDTH, LEFT, TOP, TALL, BOTTOM = 470, 62, 8, 142, 40
"""px."""


def deletion_figure(curves, layer, head):
    """Mean output while bases are replaced in three orders: this head's, that of mutagenesis, random.

    Parameters
    ----------
    curves : DataFrame
        ``deletion.tsv``.
    layer, head : int

    Returns
    -------
    Figure
    """
    orders = (
        ("random", "random order", FAINT, INK, 1.1, (0, (5, 2))),
        ("ism", "order of mutagenesis", INK, INK, 1.1, (0, (6, 2, 1, 2))),
        (head_name(layer, head), "order of this head", GROUP_COLOUR["top"], GROUP_TEXT["top"], 1.5, "-"),
    )
    steps = sorted(curves["k"].unique())
    place = {k: i for i, k in enumerate(steps)}
    figure, axes = _new_panel(128, "mean output, logits", "bases replaced")
    low, high = curves["mean_output"].min(), curves["mean_output"].max()
    step = nice_end((high - low) / 4 or 1)
    low, high = step * np.floor(low / step), step * np.ceil(high / step)
    high = max(high, low + step)
    axes.set(xlim=(0, max(len(steps) - 1, 1)), ylim=(low, high))
    axes.set_xticks(list(place.values()), steps)
    ticks = nice_ticks(low, high)
    axes.set_yticks(ticks, [number(tick, 2) for tick in ticks])
    ends = []
    for order, name, colour, ink, width, dash in orders:
        rows = curves[curves["order"] == order].sort_values("k")
        if len(rows):
            axes.plot(rows["k"].map(place), rows["mean_output"], color=colour, linewidth=width, linestyle=dash)
            ends.append((rows["mean_output"].iloc[-1], name, ink))
    _name_ends(axes, ends)
    return figure


def split_figure(content, position, view):
    """Variance of the two terms of a head's logit at each distance of the zoom.

    Parameters
    ----------
    content, position : ndarray, shape (window,)
    view : HeadView

    Returns
    -------
    Figure
    """
    d = view.distances
    figure, axes = _new_panel(78, "variance of the logit", "distance d, nt")
    high = nice_end(np.nan_to_num([content[d], position[d]]).max())
    axes.set(xlim=(-view.high - 0.5, -view.low + 0.5), ylim=(0, high))
    ticks = range(view.low - view.low % -20, view.high + 1, 20)
    axes.set_xticks([-tick for tick in ticks], ticks)
    axes.set_yticks([0, high / 2, high], [number(tick, 2) for tick in (0, high / 2, high)])
    lines = (
        (content, "content", GROUP_COLOUR["top"], "-"),
        (position, "position", GROUP_TEXT["all"], (0, (5, 2))),
    )
    for values, _, colour, dash in lines:
        axes.plot(-d, values[d], color=colour, linewidth=1.2, linestyle=dash)
    _name_ends(axes, [(np.nan_to_num(values[d])[0], name, colour) for values, name, colour, _ in lines])
    return figure


def _new_panel(right, unit, below):
    figure = new_figure(WIDTH, TOP + TALL + BOTTOM)
    axes = add_axes(figure, LEFT, TOP, WIDTH - LEFT - right, TALL)
    axes.set(ylabel=unit, xlabel=below)
    return figure, axes


def _name_ends(axes, ends):
    """Write the names of lines at their right ends, moved apart; ``ends`` holds height, name and colour."""
    levels = spread([float(to_pixels(axes, 0, height)[1]) for height, *_ in ends], 14)
    for level, (_, name, colour) in zip(levels, ends):
        write(axes, name, (1, 0), 6, level, xycoords="axes fraction", va="center_baseline", color=colour)


def spread(places, gap):
    """Places moved apart so that no two are nearer than ``gap``, their order kept."""
    order = np.argsort(places, kind="stable")
    found = np.array(places, float)
    for before, after in zip(order, order[1:]):
        found[after] = max(found[after], found[before] + gap)
    return found.tolist()
