"""Words beside lines, placed where they cover the least of what is drawn."""

from itertools import pairwise

import numpy as np

from attentome.figures.place_axis import to_pixels
from attentome.figures.style import text_width, write

TALL = 13.0
"""Height of a line of words, px."""
RISES = (14, 20, 30, 42, 56, 72, 90, 110, 132, 156, -14, -20, -30)
"""Heights above a line at which its name is tried, px."""
SHIFTS = (0.0, 0.5, -0.5, 0.62, -0.62)
"""Shifts of the name to the right of a point of its line, in widths of the name."""
STAND_OFF = 9
"""px; names that stand farther off their line have a leader."""


def name_lines(axes, d, lines, others=(), taken=()):
    """Write the name of each line near it, where it covers least, with a thin leader where it must stand off.

    Parameters
    ----------
    axes : Axes
        x = -d; its limits set.
    d : ndarray of int
        Distances of the points of the lines, nt.
    lines : list of (str, ndarray, str, str)
        Name, heights at ``d`` (data), colour of the name, colour of its leader. The first one has the first choice.
    others : list of ndarray
        Heights at ``d`` of lines without a name.
    taken : list of ndarray, each shape (n, 2)
        px of points that names keep clear of, besides the lines.
    """
    heights = [*(line[1] for line in lines), *others]
    paths = [to_pixels(axes, -d, np.nan_to_num(values)) for values in heights]
    busy = [*taken, *map(along, paths)]
    place = {"xycoords": "axes fraction", "ha": "center", "va": "center_baseline", "zorder": 6}
    for i, (name, _, ink, colour) in enumerate(lines):
        half = np.array([text_width(name) / 2 + 4, TALL / 2 + 3])
        at, middle = _place(axes.bbox.size, half, paths[i], [*paths[:i], *paths[i + 1 :]], np.concatenate(busy))
        write(axes, name, (0, 0), *middle, color=ink, **place)
        busy.append(points_of_box(*(middle - half), *(middle + half)))
        near = np.clip(at, middle - half + (4, 2), middle + half - (4, 2))
        if np.hypot(*(near - at)) > STAND_OFF:
            x, y = (np.stack([near, at]) / axes.bbox.size).T
            axes.plot(x, y, transform=axes.transAxes, color=colour, linewidth=0.7, zorder=2)


def _place(size, half, path, others, busy):
    """The point of a line (px) that a name of half the size ``half`` stands at, and the middle of the name."""
    points = along(path, 8)
    x, y = points.T
    apart = np.min([np.full(len(x), 40.0), *(abs(np.interp(x, *other[::-1].T) - y) for other in others)], axis=0)
    rise, shift, at = (values.ravel() for values in np.meshgrid(RISES, SHIFTS, range(len(points)), indexing="ij"))
    middles = np.stack([x[at] + 2 * shift * (half[0] + 3), y[at] + rise], axis=1)
    # Best where the line is high and far from the others, and its name close.
    costs = abs(rise) + 8 * abs(shift) - 1.5 * apart[at] - 0.9 * y[at]
    outside = abs(middles - size / 2) > size / 2 - (half[0] + 2, 8)
    costs = np.where(outside.any(axis=1), np.inf, costs)
    best, lowest = 0, np.inf
    for i in np.argsort(costs, kind="stable"):
        if costs[i] >= lowest:
            break
        cost = costs[i] + 100 * points_covered(busy, middles[i], half)
        if cost < lowest:
            best, lowest = i, cost
    return points[at[best]], middles[best]


def along(points, step=2.0):
    """Points on a line of straight pieces, at most ``step`` px apart.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Corners, px.
    step : float

    Returns
    -------
    ndarray, shape (m, 2)
        The corners are among them.
    """
    pieces = [np.linspace(a, b, int(np.hypot(*(b - a)) / step) + 2)[1:] for a, b in pairwise(points)]
    return np.concatenate([points[:1], *pieces])


def points_of_box(left, bottom, right, top):
    """Points all over a box (px), at most 4 px apart, shape (n, 2)."""
    columns, rows = np.arange(left, right, 4), np.arange(bottom, top, 4)
    return np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)


def points_covered(points, middle, half):
    """How many of the points (px, shape (n, 2)) lie in a box of which middle and half its size are given."""
    return int((np.abs(points - middle) < half).all(axis=1).sum())
