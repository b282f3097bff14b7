"""Names beside lines in the zoomed panel, placed so that they touch nothing."""

import numpy as np

from attentome.figures.place_axis import INNER, to_pixels
from attentome.figures.style import GROUP_COLOUR, GROUP_TEXT, PX, SMALL, along, text_width
from attentome.heads.distances import GROUPS


def group_label(group, n):
    """What the line of a group is called."""
    return {
        "top": f"{n:,} highest outputs",
        "all": f"all {n:,} positions",
        "bottom": f"{n:,} lowest outputs",
    }[group]


def name_lines(axes, head, d, lines, taken):
    """Write each group's name beside its line where it touches nothing; a thin leader where it must
    stand off.

    Parameters
    ----------
    axes : Axes
        Its limits set.
    head : HeadView
    d : ndarray of int
        Distances of the zoom, rising.
    lines : dict of str to ndarray
        Height of each group's line at ``d``.
    taken : list of (float, float, float, float)
        Px boxes (x0, y0, x1, y1) that other words have.
    """
    width, height = (float(v) for v in to_pixels(axes, axes.get_xlim()[1], axes.get_ylim()[1]))
    fine = np.linspace(-head.high, -head.low, 4 * (len(d) - 1) + 1)
    paths = {group: to_pixels(axes, fine, np.interp(fine, -d[::-1], lines[group][::-1])) for group in GROUPS}
    dense = [along(*path) for path in paths.values()]
    busy_x = np.concatenate([path[0] for path in dense])
    busy_y = np.concatenate([path[1] for path in dense])
    if head.low <= head.label_shift <= head.high:
        rise = np.linspace(0, height, 60)
        busy_x = np.concatenate([busy_x, np.full(60, float(to_pixels(axes, -head.label_shift, 0)[0]))])
        busy_y = np.concatenate([busy_y, rise])
    for group in GROUPS:
        name = group_label(group, head.sizes[group])
        long, tall = text_width(name), 13.0
        best = None
        path_x, path_y = paths[group]
        for i in range(0, len(path_x), 3):
            apart = min(abs(path_y[i] - paths[other][1][i]) for other in GROUPS if other != group)
            for rise in (14, 20, 30, 42, 56, 72, 90, 110, 132, 156, -14, -20, -30):
                y = path_y[i] + rise
                if not 8 <= y <= height - 8:
                    continue
                for shift in (0.0, 0.5, -0.5, 0.62, -0.62):
                    x = path_x[i] + shift * (long + 14)
                    box = (x - long / 2 - 4, y - tall / 2 - 3, x + long / 2 + 4, y + tall / 2 + 3)
                    if box[0] < 2 or box[2] > width - 2:
                        continue
                    cost = abs(rise) + 8 * abs(shift) - min(apart, 40) * 1.5
                    if group == "top":
                        cost -= 0.4 * path_y[i]
                    if best is not None and cost >= best[0]:
                        continue
                    if _touches(box, busy_x, busy_y, taken):
                        continue
                    best = (cost, x, y, box, path_x[i], path_y[i])
        if best is None:
            continue
        _, x, y, box, at_x, at_y = best
        taken = [*taken, box]
        axes.text(
            x / width,
            y / height,
            name,
            transform=axes.transAxes,
            ha="center",
            va="center_baseline",
            fontsize=SMALL * PX,
            color=GROUP_TEXT[group],
            zorder=6,
        )
        near_x = min(max(at_x, box[0] + 4), box[2] - 4)
        near_y = box[1] + 2 if at_y < y else box[3] - 2
        if np.hypot(near_x - at_x, near_y - at_y) > 9:
            axes.plot(
                [near_x / width, at_x / width],
                [near_y / height, at_y / height],
                transform=axes.transAxes,
                color=GROUP_COLOUR[group],
                linewidth=0.7,
                zorder=2,
            )


def write_at(axes, x, y, words, colour):
    """Write words that begin at px (x, y) of the axes; returns the px box that they take."""
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


def place_on_line(axes, words, x, y, lines, d, taken):
    """Find where words on a line may begin so that they lie near it and cross the fewest lines and words.

    Parameters
    ----------
    axes : Axes
        As wide as :data:`INNER`, its limits set.
    words : str
    x, y : ndarray
        Px of the points of the line.
    lines : list of ndarray
        Heights of all lines at ``d``, data.
    d : ndarray of int
    taken : list of (float, float, float, float)
        Px boxes of other words.

    Returns
    -------
    (float, float)
        Px of the left end of the middle of the words.
    """
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
                crossed = int(_inside(box, px, py).sum()) + 50 * sum(_overlap(box, other) for other in taken)
                best = min(best, (100 * crossed + abs(rise) - 0.6 * y[i], left, level))
    return best[1:]


def _inside(box, x, y):
    return (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])


def _overlap(box, other):
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _touches(box, busy_x, busy_y, taken):
    return _inside(box, busy_x, busy_y).any() or any(_overlap(box, other) for other in taken)
