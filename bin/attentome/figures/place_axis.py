"""The axis of places that the panels of a head share: bases below, distances, ruler and TSS above.

The horizontal axis of every panel is -d, so that DNA runs 5' to 3' from left to right and d falls. All
panels have the same width and margins, so that they stand in register.
"""

import numpy as np
from matplotlib.patches import Rectangle

from attentome.figures.style import FAINT, INK, PALE, SOFT, minus, text_width, write
from attentome.genome.ruler import distance_of_base, signed

WIDTH, LEFT, RIGHT = 960, 66, 16
INNER = WIDTH - LEFT - RIGHT
"""Px: width of the figures, their margins, what the axes have between them."""


def to_pixels(axes, x, y):
    """Data to px from the lower left corner of the axes, whose limits are set.

    Parameters
    ----------
    axes : Axes
    x, y : float or ndarray

    Returns
    -------
    ndarray, shape (2,) or (n, 2)
    """
    return axes.transData.transform(np.stack(np.broadcast_arrays(x, y), axis=-1)) - axes.bbox.min


def shade_elements(axes, elements, label_shift, low, high):
    """Shade the columns of elements, as far as they lie between two distances.

    Parameters
    ----------
    axes : Axes
    elements : list of Element
    label_shift, low, high : int

    Returns
    -------
    list of (Element, int, int)
        Those that were shaded, with the smallest and largest distance of their columns.
    """
    shaded = []
    for element in elements:
        first, last = element.distances(label_shift)
        first, last = max(first, low), min(last, high)
        if first <= last:
            axes.axvspan(-last - 0.5, -first + 0.5, color=PALE, linewidth=0, zorder=0, clip_on=False)
            shaded.append((element, first, last))
    return shaded


def place_axis(axes, head):
    """Draw the lower axis with bases relative to the TSS, the columns of elements behind, the TSS line.

    Parameters
    ----------
    axes : Axes
    head : HeadView

    Returns
    -------
    list of (Element, int, int)
        As of :func:`shade_elements`.
    """
    if head.low <= head.label_shift <= head.high:
        axes.axvline(-head.label_shift, color=INK, linewidth=0.8, zorder=1)
    ticks = _base_ticks(head)
    axes.set_xticks([-d for d, _ in ticks], [name for _, name in ticks])
    axes.set_xlim(-head.high - 0.5, -head.low + 0.5)
    write(axes, "base", (0, 0), -8, -7, xycoords="axes fraction", ha="right", va="top", color=SOFT)
    return shade_elements(axes, head.elements, head.label_shift, head.low, head.high)


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
    upper.set_xticks([-t for t in ticks], ticks)
    upper.tick_params(length=0, pad=20)
    upper.spines["top"].set_visible(False)
    write(axes, "d, nt", (0, 1), -8, 28, xycoords="axes fraction", ha="right", va="baseline", color=SOFT)


def ruler(axes, head, elements):
    """Draw the ruler on top of the axes: boxes of the elements and of what is transcribed, and the TSS arrow.

    Parameters
    ----------
    axes : Axes
        As wide as :data:`INNER`, its limits set.
    head : HeadView
    elements : list of (Element, int, int)
        Of :func:`place_axis`.

    Returns
    -------
    (float, float, float, float) or None
        The px box (x0, y0, x1, y1) inside the axes that the words at the TSS take.
    """
    for element, first, last in elements:
        _box(axes, head, first, last, [minus(element.name), minus(element.name.split()[0].rstrip("."))], margin=2)
    if not head.low <= head.label_shift <= head.high:
        return None
    if head.label_shift - 1 >= head.low:
        whole = f"{signed(2)} to {signed(head.label_shift + 1 - head.low)}, transcribed"
        _box(axes, head, head.low, head.label_shift - 1, [whole, "transcribed", "RNA"], margin=4, color=SOFT)
    return _tss_arrow(axes, head)


def _px_per_nt(head):
    return INNER / (head.high - head.low + 1)


def _box(axes, head, first, last, names, margin, color=INK):
    """A box of the ruler from distance ``first`` to ``last``, with the first of the names that fits into it."""
    top, width = axes.get_ylim()[1], last - first + 1
    height = 14 / axes.bbox.height * top
    style = {"facecolor": "white", "edgecolor": FAINT, "linewidth": 0.8, "clip_on": False, "zorder": 4}
    axes.add_patch(Rectangle((-last - 0.5, top), width, height, **style))
    room = width * _px_per_nt(head) - margin
    name = next((name for name in names if text_width(name) <= room), "")
    axes.text(-(first + last) / 2, top + height / 2, name, ha="center", va="center_baseline", zorder=5, color=color)


def _tss_arrow(axes, head):
    """The arrow of transcription with its words, or the words alone on the left where it has no room; their box."""
    words, shift, scale = "TSS +1", head.label_shift, _px_per_nt(head)
    y, long = axes.get_ylim()[1] * 0.93, text_width(words)
    end = min(30, (shift - head.low + 0.5) * scale - long - 6)
    left, level = to_pixels(axes, -shift, y)
    if end < 12:
        write(axes, words, (-shift, y), -4, va="center", ha="right", zorder=5)
        return left - 8 - long, level - 9, left + 2, level + 9
    write(axes, words, (-shift, y), end + 4, va="center", ha="left", zorder=5)
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 7}
    axes.annotate("", xy=(-shift + end / scale, y), xytext=(-shift, y), zorder=5, arrowprops=arrow)
    return left - 2, level - 9, left + end + 8 + long, level + 9


def bracket(axes, head):
    """Draw the bracket under the lower axis: the bases that convolution alone brings into the key at the peak."""
    near, far = max(head.reach[0], head.low), min(head.reach[1], head.high)
    per_px = axes.get_ylim()[1] / axes.bbox.height
    low, high = -32 * per_px, -26 * per_px
    x0, x1 = -far - 0.4, -near + 0.4
    style = {"color": INK, "linewidth": 0.9, "clip_on": False, "solid_joinstyle": "miter"}
    axes.plot([x0, x0, x1, x1], [high, low, low, high], **style)
    n = head.reach[1] - head.reach[0] + 1
    words = (
        f"{n} nt can enter the key at d = {head.reach_d} by convolution alone "
        f"(layer {head.layer}, d {minus(head.reach[0])}–{minus(head.reach[1])})"
    )
    start, end = (float(to_pixels(axes, x, 0)[0]) for x in (x0, x1))
    if end + 8 + text_width(words) <= INNER:
        write(axes, words, (x1, low), 7, va="center", ha="left", color=SOFT)
    elif start - 8 >= text_width(words):
        write(axes, words, (x0, low), -7, va="center", ha="right", color=SOFT)
    else:
        write(axes, words, (x1, low), 0, -9, va="center", ha="right", color=SOFT)
