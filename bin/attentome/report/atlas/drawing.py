"""What a cell of the atlas draws: a profile over all distances on the common log scale, and below it a logo.

The atlas page and the atlas figure share it. Lengths are px.
"""

from dataclasses import dataclass

import numpy as np

from attentome.figures.line_labels import along, points_covered
from attentome.figures.logo import GREY, draw_logo
from attentome.figures.place_axis import shade_elements, to_pixels
from attentome.figures.style import (
    BAND,
    BASE_COLOUR,
    FAINT,
    HIGH,
    INK,
    LOW,
    PX,
    RULE,
    SOFT,
    add_axes,
    minus,
    text_width,
    times,
    write,
)
from attentome.figures.view import elements_of
from attentome.motifs.logo import LETTERS

NEAR = 100
"""Distances below this are drawn at full width, 1 nt a step; those beyond are squeezed, 8 nt a step."""
STEP = 8
GAP = 6
"""px between the squeezed part and the rest."""
COLUMNS = 24
"""Columns of a logo at most: the stretch with most information. Letters are equally wide in all cells."""
NAMED = ("-35", "-10")
"""Elements whose columns are drawn in every cell."""
NAMES = 16
"""px above a profile, for the names of elements."""
LOGO_GAP = 14
"""px between a profile and its logo, with the tick of the TSS."""


@dataclass(frozen=True)
class CellSize:
    """Width of a cell, height of its profile and of its logo, px."""

    width: float
    profile: float
    logo: float = 0

    @property
    def logo_top(self):
        """px from the upper end of the drawing to the logo."""
        return NAMES + self.profile + LOGO_GAP

    @property
    def height(self):
        """px of the whole drawing."""
        return self.logo_top + self.logo + 2 if self.logo else NAMES + self.profile + 7


class SqueezedAxis:
    """The horizontal axis of a cell: -d, the far part squeezed and set off by a gap.

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
        far = min(0.22 * width, 3.0 * self.bins)
        left = far + (GAP if self.bins else 0)
        self.scale = (width - left) / self.near
        self.far = far / self.scale
        self.limits = (0.5 - self.near - left / self.scale, 0.5)

    def x(self, d):
        """Place of the middle of distance ``d``: -d, but for the squeezed part."""
        if d < self.near:
            return -float(d)
        which = (d - self.near) // STEP
        return self.limits[0] + (self.bins - 0.5 - which) * self.far / self.bins

    def parts(self, values):
        """Split a profile into its parts as drawn, the squeezed one with the maximum of each 8 nt.

        Parameters
        ----------
        values : ndarray, shape (window,)

        Returns
        -------
        list of (ndarray, ndarray)
            Places and values, from left to right, of the near part and, where there is one, of the far part.
        """
        near = np.arange(self.near - 1, -1, -1)
        parts = [(-near.astype(float), values[near])]
        starts = range(self.near, self.window, STEP)[::-1]
        if self.bins:
            highest = np.array([np.nanmax(values[start : start + STEP]) for start in starts])
            parts.append((np.array([self.x(start) for start in starts]), highest))
        return parts


def height(value):
    """A height in multiples of uniform on the common log2 scale, from 0 (½×) to 1 (110×)."""
    return np.log2(np.clip(value, LOW, HIGH) / LOW) / np.log2(HIGH / LOW)


def draw_cell(figure, left, top, size, run, cell):
    """Draw a profile with what lies under it (columns of elements, bands of control heads, 1×, the TSS), and a logo.

    Parameters
    ----------
    figure : Figure
    left, top : float
        px of the upper left corner of the drawing.
    size : CellSize
    run : RunResults
    cell : Cell or ControlCell

    Returns
    -------
    int or None
        Number of letters of the logo that are high enough to be drawn; None where there is no logo.
    """
    axis = SqueezedAxis(run.profile["window"], size.width)
    axes = add_axes(figure, left, top + NAMES, size.width, size.profile)
    axes.axis("off")
    axes.set(xlim=axis.limits, ylim=(0, 1))
    _draw_ground(axes, axis, run)
    for kind, (low, high) in cell.bands.items():
        # Of 8 far distances the lowest and the highest count.
        for (x, above), (_, below) in zip(axis.parts(high), axis.parts(-low), strict=True):
            ends = height(above), height(-below)
            if kind == "random":
                axes.fill_between(x, *ends, facecolor=BAND, linewidth=0, clip_on=False, zorder=1)
            else:
                for end in ends:
                    _line(axes, x, end, FAINT, 0.9, linestyle=(0, (3, 2)), zorder=1.5)
    parts = [(x, height(part)) for x, part in axis.parts(cell.values)]
    for x, part in parts:
        _line(axes, x, part, cell.colour, 1.8 if cell.peak else 1.3, solid_joinstyle="round", zorder=3)
    if cell.peak:
        _write_peak(axes, axis, parts, *cell.peak)
    if cell.logo is None:
        return None
    return draw_cell_logo(figure, left, top + size.logo_top, size, cell.logo, cell.logo_bits, cell.grey)[1]


def _line(axes, x, y, colour, width, **style):
    axes.plot(x, y, color=colour, linewidth=width * PX, clip_on=False, **style)


def _draw_ground(axes, axis, run):
    shift = run.profile["label_shift"]
    px = 1 / axes.bbox.height
    named = elements_of(one for one in run.elements if one["name"] in NAMED)
    for element, first, last in shade_elements(axes, named, shift, 0, axis.near - 1):
        write(axes, minus(element.name), (-(first + last) / 2, 1), 0, 8, color=SOFT, ha="center", va="center")
    ends = [(0.5 - axis.near, 0.5), (axis.limits[0], axis.limits[0] + axis.far)]
    for part in ends[: 2 if axis.bins else 1]:
        _line(axes, part, [height(1)] * 2, RULE, 0.9, zorder=2)
        _line(axes, part, [-0.5 * px] * 2, FAINT, 1.0, zorder=2)
    if shift < axis.near:
        _line(axes, [-shift] * 2, [0, -6 * px], INK, 1.5, zorder=2)


def _write_peak(axes, axis, parts, high, d):
    """Write height and distance of the highest point beside it, where the words cover the least of the line."""
    words = f"{times(high)} at {d}"
    half, (width, tall) = text_width(words) / 2, axes.bbox.size
    x, y = to_pixels(axes, axis.x(d), height(high))
    points = np.concatenate([along(to_pixels(axes, *part)) for part in parts])
    middles = [
        (x + shift, min(y + rise, tall - 5))
        for rise in ((13, 0, 26) if high < 3 else (0, 8, -12, 16))
        for shift in (-half - 7, half + 7, 8 - half, half - 8)
    ]

    def cost(middle):
        outside = max(0.0, half - middle[0]) + max(0.0, middle[0] + half - width)
        return 100 * outside + points_covered(points, middle, (half, 8))

    at = {"xycoords": "axes fraction", "ha": "center", "va": "center"}
    write(axes, words, (0, 0), *min(middles, key=cost), color=INK, zorder=6, **at)


def logo_columns(pwm):
    """The columns of a logo that a cell draws, from left to right: those in use, at most :data:`COLUMNS`."""
    used = pwm[pwm["used"] == 1].sort_values("d", ascending=False, ignore_index=True)
    if len(used) > COLUMNS:
        start = int(np.convolve(used["bits"], np.ones(COLUMNS), "valid").argmax())
        used = used.iloc[start : start + COLUMNS].reset_index(drop=True)
    return used


def draw_cell_logo(figure, left, top, size, pwm, bits=None, grey=False):
    """Draw a logo above a line, centred.

    Parameters
    ----------
    figure : Figure
    left, top : float
        px of the upper left corner of the logo.
    size : CellSize
    pwm : DataFrame
        ``pwm.tsv`` or the rows of ``logos.tsv``.
    bits : float, optional
        Full height, marked by an axis at the left with ticks at half and full; without it 2 bits and no axis.
    grey : bool
        Letters without the colours of the bases.

    Returns
    -------
    (Axes, int)
        Number of letters that are high enough to be drawn.
    """
    columns = logo_columns(pwm)
    axes = add_axes(figure, left, top, size.width, size.logo)
    axes.axis("off")
    axes.set_xlim(-0.5 * COLUMNS, 0.5 * COLUMNS)
    places = np.arange(len(columns)) + 0.5 - len(columns) / 2
    colours = GREY if grey else BASE_COLOUR
    drawn = draw_logo(axes, places, columns[list(LETTERS)], columns["bits"], bits or 2.0, colours=colours)
    _line(axes, axes.get_xlim(), [0, 0], RULE, 0.9)
    if bits:
        start, tick = axes.get_xlim()[0], 3.5 / size.width * COLUMNS
        _line(axes, [start, start], [0, bits], FAINT, 0.9)
        for level in (bits / 2, bits):
            _line(axes, [start, start + tick], [level] * 2, FAINT, 0.9)
    return axes, drawn
