"""The logo: stacks of letters, each letter as high as its share of the column's information.

The outline of a letter is made once and moved to each place: logomaker makes it anew for every letter that it draws,
which takes most of the time of a page with several logos of 128 columns.
"""

from functools import cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from attentome.figures.style import BASE_COLOUR, FAINT
from attentome.motifs.logo import LETTERS

LOWEST = 0.5
"""px; lower letters are left out."""
WIDE = 0.96
"""Width of a letter, in columns."""
FADED = 0.28
"""Opacity of columns that the statistics do not use."""
GREY = dict.fromkeys(LETTERS, FAINT)
"""Colours of a logo that proves nothing."""


@cache
def letter_outline(letter):
    """Outline of a bold letter, scaled to the unit square, y upwards, as a matplotlib path."""
    path = TextPath((0, 0), letter, size=100, prop=FontProperties(weight="bold"))
    box = path.get_extents()
    return Outline((path.vertices - [box.x0, box.y0]) / [box.width, box.height], path.codes)


def letter_heights(counts, bits, top):
    """Heights of the letters of a logo.

    Parameters
    ----------
    counts : array_like, shape (n, 4)
        A, C, G, T in each column; weights will do.
    bits : array_like, shape (n,)
        Information of each column.
    top : float
        Bits; higher columns are cut to it.

    Returns
    -------
    ndarray, shape (n, 4)
        Bits.
    """
    counts = np.asarray(counts, float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
    return shares * np.clip(np.asarray(bits, float), 0, top)[:, None]


def draw_logo(axes, places, counts, bits, top, used=None, colours=BASE_COLOUR):
    """Draw a logo, in each column the highest letter on top.

    Parameters
    ----------
    axes : Axes
        Its vertical axis is set to 0 to ``top``; the horizontal axis must have its limits.
    places : array_like, shape (n,)
        Middle of each column, a column being 1 wide.
    counts, bits, top
        As in :func:`letter_heights`.
    used : array_like of bool, shape (n,), optional
        Columns in full colour; the others are faded.
    colours : dict of str to str

    Returns
    -------
    int
        Number of letters drawn.
    """
    axes.set_ylim(0, top)
    lowest = LOWEST / axes.bbox.height * top
    drawn = 0
    for i, (place, column) in enumerate(zip(places, letter_heights(counts, bits, top), strict=True)):
        floor = 0.0
        for base in np.argsort(column, kind="stable"):
            if column[base] >= lowest:
                box = Affine2D().scale(WIDE, column[base]).translate(place - WIDE / 2, floor)
                axes.add_artist(
                    PathPatch(
                        letter_outline(LETTERS[base]).transformed(box),
                        facecolor=colours[LETTERS[base]],
                        alpha=1.0 if used is None or used[i] else FADED,
                        linewidth=0,
                        clip_on=False,
                        zorder=3,
                        label=LETTERS[base],
                    )
                )
                drawn += 1
            floor += column[base]
    return drawn
