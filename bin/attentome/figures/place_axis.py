"""The axis of places that the panels of a head share: bases below, distances, ruler and TSS above.

The horizontal axis of every panel is -d, so that DNA runs 5' to 3' from left to right and d falls. All
panels have the same width and margins, so that they stand in register.
"""

import numpy as np
from matplotlib.patches import Rectangle

from attentome.figures.style import FAINT, INK, PALE, PX, SMALL, SOFT, text_width
from attentome.genome.ruler import distance_of_base, signed

WIDTH, LEFT, RIGHT = 960, 66, 16
INNER = WIDTH - LEFT - RIGHT
"""Px: width of the figures, their margins, what the axes have between them."""


def to_pixels(axes, x, y):
    """Data to px from the lower left corner of the axes.

    Parameters
    ----------
    axes : Axes
        Both axes linear.
    x, y : float or ndarray

    Returns
    -------
    (float or ndarray, float or ndarray)
    """
    box = axes.get_position()
    width, height = axes.figure.get_size_inches() * 96
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return (
        (np.asarray(x) - left) / (right - left) * box.width * width,
        (np.asarray(y) - bottom) / (top - bottom) * box.height * height,
    )


def shade_elements(axes, elements, label_shift, low, high):
    """Shade the columns of elements, as far as they lie between two distances.

    Parameters
    ----------
    axes : Axes
    elements : list of Element
    label_shift, low, high : int

    Returns
    -------
    list of (Element, float)
        Those that were shaded, and the middle of their columns.
    """
    shaded = []
    for element in elements:
        first, last = element.distances(label_shift)
        first, last = max(first, low), min(last, high)
        if first <= last:
            axes.axvspan(-last - 0.5, -first + 0.5, color=PALE, linewidth=0, zorder=0, clip_on=False)
            shaded.append((element, -(first + last) / 2))
    return shaded


def place_axis(axes, head):
    """Draw the lower axis with bases relative to the TSS, the columns of elements behind, the TSS line.

    Parameters
    ----------
    axes : Axes
    head : HeadView
    """
    shade_elements(axes, head.elements, head.label_shift, head.low, head.high)
    if head.low <= head.label_shift <= head.high:
        axes.axvline(-head.label_shift, color=INK, linewidth=0.8, zorder=1)
    ticks = _base_ticks(head)
    axes.set_xticks([-d for d, _ in ticks], [name for _, name in ticks])
    axes.set_xlim(-head.high - 0.5, -head.low + 0.5)
    axes.annotate(
        "base",
        (0, 0),
        xycoords="axes fraction",
        xytext=(-8 * PX, -7 * PX),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=SMALL * PX,
        color=SOFT,
    )


def _base_ticks(head):
    """Distances and names of the round bases inside the zoom."""
    names = [*range(-10 * (head.window // 10 + 10), 0, 10), -35, 1, *range(10, head.label_shift + 2, 10)]
    crowded = {-30, -40} if head.low == 0 else {-35}
    pairs = sorted((distance_of_base(base, head.label_shift), base) for base in set(names) - crowded)
    return [(d, signed(base)) for d, base in pairs if head.low <= d <= head.high]


def distance_axis(axes, head):
    """Draw the upper axis with every tenth distance d of the zoom, nt; room for the ruler below it."""
    upper = axes.secondary_xaxis(1.0)
    ticks = [t for t in range(0, head.high + 1, 10) if t >= head.low]
    upper.set_xticks([-t for t in ticks], [f"{t}" for t in ticks])
    upper.tick_params(length=0, pad=20)
    upper.spines["top"].set_visible(False)
    axes.annotate(
        "d, nt",
        (0, 1),
        xycoords="axes fraction",
        xytext=(-8 * PX, 28 * PX),
        textcoords="offset points",
        ha="right",
        va="baseline",
        fontsize=SMALL * PX,
        color=SOFT,
    )


def ruler(axes, head):
    """Draw the ruler on top of the axes: boxes of the elements and of what is transcribed, and the TSS arrow.

    Parameters
    ----------
    axes : Axes
        As wide as :data:`INNER`, its limits set.
    head : HeadView

    Returns
    -------
    list of (float, float, float, float)
        The px boxes (x0, y0, x1, y1) inside the axes that words of the ruler take.
    """
    for element in head.elements:
        first, last = element.distances(head.label_shift)
        first, last = max(first, head.low), min(last, head.high)
        if first <= last:
            names = (element.name, element.name.split()[0].rstrip("."))
            _box(axes, head, first, last, [_minus(name) for name in names], margin=2)
    if not head.low <= head.label_shift <= head.high:
        return []
    if head.label_shift - 1 >= head.low:
        whole = f"{signed(2)} to {signed(head.label_shift + 1 - head.low)}, transcribed"
        names = (whole, "transcribed", "RNA")
        _box(axes, head, head.low, head.label_shift - 1, names, margin=4, color=SOFT)
    return [_tss_arrow(axes, head)]


def _px_per_nt(head):
    return INNER / (head.high - head.low + 1)


def _box(axes, head, first, last, names, margin, color=INK):
    """A box of the ruler from distance ``first`` to ``last``, with the first of the names that fits into it."""
    top = axes.get_ylim()[1]
    height = 14 / to_pixels(axes, 0, top)[1] * top
    width = last - first + 1
    axes.add_patch(
        Rectangle(
            (-last - 0.5, top),
            width,
            height,
            facecolor="white",
            edgecolor=FAINT,
            linewidth=0.8,
            clip_on=False,
            zorder=4,
        )
    )
    room = width * _px_per_nt(head) - margin
    axes.text(
        -(first + last) / 2,
        top + height / 2,
        next((name for name in names if text_width(name) <= room), ""),
        ha="center",
        va="center_baseline",
        zorder=5,
        fontsize=SMALL * PX,
        color=color,
    )


def _tss_arrow(axes, head):
    """The arrow of transcription with its words, or the words alone on the left where it has no room; returns
    the px box that they take."""
    shift, scale = head.label_shift, _px_per_nt(head)
    y = axes.get_ylim()[1] * 0.93
    room = (shift - head.low + 0.5) * scale
    end = min(30, room - text_width("TSS +1") - 6)
    left, level = to_pixels(axes, -shift, y)
    if end >= 12:
        axes.annotate(
            "TSS +1",
            (-shift, y),
            xytext=((end + 4) * PX, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize=SMALL * PX,
            zorder=5,
        )
        axes.annotate(
            "",
            xy=(-shift + end / scale, y),
            xytext=(-shift, y),
            zorder=5,
            arrowprops={
                "arrowstyle": "-|>",
                "color": INK,
                "linewidth": 0.9,
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 7,
            },
        )
        return left - 2, level - 9, left + end + 8 + text_width("TSS +1"), level + 9
    axes.annotate(
        "TSS +1",
        (-shift, y),
        xytext=(-4 * PX, 0),
        textcoords="offset points",
        va="center",
        ha="right",
        fontsize=SMALL * PX,
        zorder=5,
    )
    return left - 8 - text_width("TSS +1"), level - 9, left + 2, level + 9


def _minus(text):
    return text.replace("-", "\N{MINUS SIGN}")


def bracket(axes, head):
    """Draw the bracket under the lower axis: the bases that convolution alone brings into the key at the
    peak."""
    near, far = max(head.reach[0], head.low), min(head.reach[1], head.high)
    top = axes.get_ylim()[1]
    per_px = top / to_pixels(axes, 0, top)[1]
    low, high = -32 * per_px, -26 * per_px
    x0, x1 = -far - 0.4, -near + 0.4
    axes.plot(
        [x0, x0, x1, x1],
        [high, low, low, high],
        color=INK,
        linewidth=0.9,
        clip_on=False,
        solid_joinstyle="miter",
    )
    n = head.reach[1] - head.reach[0] + 1
    whole = (
        f"{n} nt can enter the key at d = {head.reach_d} by convolution alone "
        f"(layer {head.layer}, d {head.reach[0]}–{head.reach[1]})".replace("–-", "–−").replace("d -", "d −")
    )
    width = text_width(whole)
    end = float(to_pixels(axes, x1, 0)[0])
    left = end + 8 + width > INNER
    under = left and float(to_pixels(axes, x0, 0)[0]) - 8 < width
    axes.annotate(
        whole,
        (x0 if left and not under else x1, low),
        xytext=(0, -9 * PX) if under else (-7 * PX if left else 7 * PX, 0),
        va="center",
        textcoords="offset points",
        ha="right" if left else "left",
        fontsize=SMALL * PX,
        color=SOFT,
        annotation_clip=False,
    )
