"""Where things lie in an atlas cell: the squeezed distance axis, the common height scale, the letters of a logo.

What is drawn is a list of marks, which the atlas page turns into inline SVG and the atlas figure into PNG and SVG.
Lengths are px, y grows downwards.
"""

from typing import NamedTuple

import numpy as np

from attentome.figures.scales import height
from attentome.figures.style import BAND, BASE_COLOUR, FAINT, INK, PALE, RULE, SOFT, along, times
from attentome.motifs.logo import LETTERS

NEAR = 100
"""Distances below this are drawn at full width, 1 nt a step; those beyond are squeezed, 8 nt a step."""
STEP = 8
GAP = 6
MOST_LETTERS = 24
NAMED = ("-35", "-10")
"""Elements whose columns are drawn in every cell."""
LEAST = 0.015
"""Letters lower than this share of a logo's box are left out."""


class Mark(NamedTuple):
    """One thing drawn in a cell.

    Attributes
    ----------
    kind : {"area", "line", "words", "letter"}
    points : list of (float, float)
        px from the cell's upper left corner: corners of an area, points of a line, the middle of the line on which
        words stand, a letter's upper left corner and its size.
    colour : str
    width : float
        px of a line.
    dashed : bool
    words : str
    side : {"left", "center", "right"}
        Which part of the words lies at their point.
    """

    kind: str
    points: list
    colour: str
    width: float = 0.0
    dashed: bool = False
    words: str = ""
    side: str = "center"


class DistanceAxis:
    """The horizontal axis of a cell: d falls from left to right, the far part squeezed and set off by a gap.

    Parameters
    ----------
    window : int
    width : float
        px.
    """

    def __init__(self, window, width):
        self.window = window
        self.near = min(NEAR, window)
        self.bins = -(-(window - self.near) // STEP)
        self.far_width = min(0.22 * width, 3.0 * self.bins)
        self.left = self.far_width + (GAP if self.bins else 0)
        self.scale = (width - self.left) / self.near

    def x(self, d):
        """px from the left of distance ``d`` (its middle)."""
        if d < self.near:
            return self.left + (self.near - 0.5 - d) * self.scale
        which = (d - self.near) // STEP
        return (self.bins - 0.5 - which) * self.far_width / self.bins

    def lines(self, values):
        """A profile as (near, far) lists of (x px, value); the far part holds the maximum of each 8 nt.

        Parameters
        ----------
        values : ndarray, shape (window,)
        """
        near = [(self.x(d), float(values[d])) for d in range(self.near - 1, -1, -1)]
        starts = range(self.near, self.window, STEP)
        far = [(self.x(start), float(np.nanmax(values[start : start + STEP]))) for start in reversed(starts)]
        return near, far


def peak_label_place(axis, lines, words, high, d, tall):
    """Where the words on a peak stand in a cell: beside it or above it, where they cross least of the line.

    Parameters
    ----------
    axis : DistanceAxis
    lines : list of list of (float, float)
        Points of the profile as :meth:`DistanceAxis.lines` gives them.
    words : str
    high : float
        Height of the peak, x uniform.
    d : int
        Its distance.
    tall : float
        px of the profile.

    Returns
    -------
    (float, float, {"left", "right"})
        px from the upper left corner of the profile of the middle of the words' line, and which end of the
        words is there.
    """
    x, y = axis.x(d), height(high, tall)
    width = axis.x(0) + axis.scale / 2
    long = 6.4 * len(words)
    points = [along([px for px, _ in line], [height(value, tall) for _, value in line]) for line in lines if line]
    candidates = [
        (x + shift, max(y + rise, 5.0), side)
        for rise in ((-13, 0, -26) if high < 3 else (0, -8, 12, -16))
        for side, shift in (("right", -7), ("left", 7), ("right", 8), ("left", -8))
    ]

    def cost(candidate):
        left, middle, side = candidate
        left -= long if side == "right" else 0
        outside = max(0.0, -left) + max(0.0, left + long - width)
        crossed = sum(int(((px > left) & (px < left + long) & (abs(py - middle) < 8)).sum()) for px, py in points)
        return 100 * outside + crossed

    return min(candidates, key=cost)


def logo_letters(pwm, width, tall, bits=2.0):
    """Letters of a head's logo, placed in a box.

    Parameters
    ----------
    pwm : DataFrame
        ``pwm.tsv``; only columns with ``used`` = 1 are drawn, at most 24: the stretch with most information.
    width, tall : float
        px of the box. Letters are equally wide in all cells.
    bits : float
        What fills the height of the box; higher columns are cut to it.

    Returns
    -------
    (list of (letter, x, y, w, h), int, int)
        Upper left corner and size of each letter in px; smallest and largest d drawn.
    """
    used = pwm[pwm["used"] == 1].sort_values("d", ascending=False, ignore_index=True)
    if len(used) > MOST_LETTERS:
        sums = np.convolve(used["bits"], np.ones(MOST_LETTERS), "valid")
        start = int(sums.argmax())
        used = used.iloc[start : start + MOST_LETTERS].reset_index(drop=True)
    if used.empty:
        return [], 0, 0
    wide = width / MOST_LETTERS
    left = (width - wide * len(used)) / 2
    counts = used[list(LETTERS)].to_numpy(float)
    heights = (
        counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) * np.minimum(used["bits"], bits).to_numpy()[:, None]
    )
    letters = []
    for i, column in enumerate(heights):
        floor = tall
        for base in np.argsort(column, kind="stable"):
            high = column[base] / bits * tall
            floor -= high
            if column[base] >= LEAST * bits:
                letters.append((LETTERS[base], left + i * wide, floor, wide * 0.96, high))
    return letters, int(used["d"].min()), int(used["d"].max())


def ground_marks(axis, tall, top, elements, label_shift, bands):
    """What lies under the line of every profile: columns of elements, what control heads do, 1x, 0, the TSS.

    Parameters
    ----------
    axis : DistanceAxis
    tall, top : float
        px of the profile, and of what stands above it.
    elements : list of dict
        ``name``, ``from_d``, ``to_d``.
    label_shift : int
    bands : dict of str to (ndarray, ndarray)
        ``random`` and ``rotated`` to the lower and upper end of the band, x uniform, each shape (window,); of 8 far
        distances the lowest and the highest count.

    Returns
    -------
    list of Mark
    """
    marks, parts = [], [(axis.left, axis.x(0) + axis.scale / 2), (0.0, axis.far_width)][: 2 if axis.bins else 1]
    for element in elements:
        first, last = max(element["from_d"], 0), min(element["to_d"], axis.near - 1)
        if element["name"] in NAMED and first <= last:
            left, right = axis.x(last) - axis.scale / 2, axis.x(first) + axis.scale / 2
            marks.append(Mark("area", _corners(left, top, right, top + tall), PALE))
            name = element["name"].replace("-", "\N{MINUS SIGN}")
            marks.append(Mark("words", [((left + right) / 2, top - 8)], SOFT, words=name))
    for kind, (low, high) in bands.items():
        upper = [[(x, top + height(value, tall)) for x, value in line] for line in axis.lines(high) if line]
        lower = [[(x, top + height(-value, tall)) for x, value in line] for line in axis.lines(-low) if line]
        for above, below in zip(upper, lower, strict=True):
            if kind == "random":
                marks.append(Mark("area", above + below[::-1], BAND))
            else:
                marks += [Mark("line", line, FAINT, 0.9, dashed=True) for line in (above, below)]
    for left, right in parts:
        marks.append(Mark("line", [(left, top + height(1, tall)), (right, top + height(1, tall))], RULE, 0.9))
        marks.append(Mark("line", [(left, top + tall + 0.5), (right, top + tall + 0.5)], FAINT, 1.0))
    if label_shift < axis.near:
        x = axis.x(label_shift)
        marks.append(Mark("line", [(x, top + tall), (x, top + tall + 6)], INK, 1.5))
    return marks


def profile_marks(axis, values, tall, top, colour, width=1.8, peak=None):
    """The line of a profile, and words on its highest point.

    Parameters
    ----------
    axis : DistanceAxis
    values : ndarray, shape (window,)
        x uniform.
    tall, top : float
    colour : str
    width : float
        px of the line.
    peak : (float, int), optional
        Height (x uniform) and distance that the words tell; without it there are none.

    Returns
    -------
    list of Mark
    """
    near, far = axis.lines(values)
    marks = [
        Mark("line", [(x, top + height(value, tall)) for x, value in line], colour, width)
        for line in (near, far)
        if line
    ]
    if peak:
        words = f"{times(peak[0])} at {peak[1]}"
        x, y, side = peak_label_place(axis, [near, far], words, *peak, tall)
        marks.append(Mark("words", [(x, top + y)], INK, words=words, side=side))
    return marks


def logo_marks(pwm, width, tall, top, bits=None, grey=False):
    """The letters of a logo above a line; as :func:`logo_letters` places them.

    Parameters
    ----------
    pwm : DataFrame
    width, tall, top : float
    bits : float, optional
        Full height, told by an axis at the left with ticks at 0, half, full; without it 2 bits and no axis.
    grey : bool
        Letters without the colours of the bases.

    Returns
    -------
    list of Mark
    """
    letters, _, _ = logo_letters(pwm, width, tall, bits or 2.0)
    axis = [[(0.5, top), (0.5, top + tall)], *([(0.5, y), (4, y)] for y in (top + 0.5, top + tall / 2))] if bits else []
    return [
        Mark("line", [(0, top + tall + 0.5), (width, top + tall + 0.5)], RULE, 0.9),
        *(Mark("line", points, FAINT, 0.9) for points in axis),
        *(
            Mark("letter", [(x, top + y), (w, h)], FAINT if grey else BASE_COLOUR[letter], words=letter)
            for letter, x, y, w, h in letters
        ),
    ]


def _corners(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]
