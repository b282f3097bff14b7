"""What a cell of the atlas draws: a profile over all distances on the common log scale, and below it a logo.

The atlas page and the atlas figure share it. Lengths are px.
"""

from dataclasses import dataclass

import numpy as np

from attentome.figures.logo import GREY, draw_logo
from attentome.figures.place_axis import shade_elements, to_pixels
from attentome.figures.style import (
    BAND,
    BASE_COLOUR,
    FAINT,
    GROUP_COLOUR,
    HIGH,
    INK,
    LOW,
    PX,
    RULE,
    SMALL,
    SOFT,
    add_axes,
    along,
    times,
)
from attentome.motifs.elements import Element
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


def draw_profile(figure, left, top, size, run, values, colour, width=1.8, peak=None, bands=()):
    """Draw a profile with what lies under it: columns of elements, bands of control heads, 1×, the TSS.

    Parameters
    ----------
    figure : Figure
    left, top : float
        px of the upper left corner of the drawing.
    size : CellSize
    run : RunResults
    values : ndarray, shape (window,)
        Multiples of uniform.
    colour : str
    width : float
        px of the line.
    peak : (float, int), optional
        Height (multiples of uniform) and distance to be written on the highest point.
    bands : dict of str to (ndarray, ndarray)
        ``random`` and ``rotated`` to the lower and upper end of the band; of 8 far distances the lowest and the highest
        count.

    Returns
    -------
    Axes
        From 0 (½×) to 1 (110×).
    """
    axis = SqueezedAxis(run.profile["window"], size.width)
    axes = add_axes(figure, left, top + NAMES, size.width, size.profile)
    axes.axis("off")
    axes.set(xlim=axis.limits, ylim=(0, 1))
    _draw_ground(axes, axis, run)
    for kind, (low, high) in dict(bands).items():
        for (x, above), (_, below) in zip(axis.parts(high), axis.parts(-low), strict=True):
            ends = height(above), height(-below)
            if kind == "random":
                axes.fill_between(x, *ends, facecolor=BAND, linewidth=0, clip_on=False, zorder=1)
            else:
                for end in ends:
                    _line(axes, x, end, FAINT, 0.9, linestyle=(0, (3, 2)), zorder=1.5)
    parts = [(x, height(part)) for x, part in axis.parts(values)]
    for x, part in parts:
        _line(axes, x, part, colour, width, solid_joinstyle="round", zorder=3)
    if peak:
        _write_peak(axes, axis, parts, *peak)
    return axes


def _line(axes, x, y, colour, width, **style):
    axes.plot(x, y, color=colour, linewidth=width * PX, clip_on=False, **style)


def _draw_ground(axes, axis, run):
    elements = [Element(one["name"], one["from_base"], one["to_base"]) for one in run.elements if one["name"] in NAMED]
    shift = run.profile["label_shift"]
    px = 1 / axes.bbox.height
    for element, middle in shade_elements(axes, elements, shift, 0, axis.near - 1):
        _write(axes, middle, 1 + 8 * px, element.name.replace("-", "\N{MINUS SIGN}"), SOFT, ha="center")
    ends = [(0.5 - axis.near, 0.5), (axis.limits[0], axis.limits[0] + axis.far)]
    for part in ends[: 2 if axis.bins else 1]:
        _line(axes, part, [height(1)] * 2, RULE, 0.9, zorder=2)
        _line(axes, part, [-0.5 * px] * 2, FAINT, 1.0, zorder=2)
    if shift < axis.near:
        _line(axes, [-shift] * 2, [0, -6 * px], INK, 1.5, zorder=2)


def _write(axes, x, y, words, colour, **options):
    axes.text(x, y, words, color=colour, va="center", fontsize=SMALL * PX, zorder=6, **options)


def _write_peak(axes, axis, parts, high, d):
    """Write height and distance of the highest point beside it, where the words cross the fewest points of the line."""
    words = f"{times(high)} at {d}"
    long, (width, tall) = 6.4 * len(words), axes.bbox.size
    x, y = (float(value) for value in to_pixels(axes, axis.x(d), height(high)))
    points = [along(*to_pixels(axes, *part)) for part in parts]
    candidates = [
        (x + shift, min(y + rise, tall - 5.0), side)
        for rise in ((13, 0, 26) if high < 3 else (0, 8, -12, 16))
        for side, shift in (("right", -7), ("left", 7), ("right", 8), ("left", -8))
    ]

    def cost(candidate):
        left, middle, side = candidate
        left -= long if side == "right" else 0
        outside = max(0.0, -left) + max(0.0, left + long - width)
        crossed = sum(int(((px > left) & (px < left + long) & (abs(py - middle) < 8)).sum()) for px, py in points)
        return 100 * outside + crossed

    left, middle, side = min(candidates, key=cost)
    _write(axes, left / width, middle / tall, words, INK, ha=side, transform=axes.transAxes)


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
    drawn = draw_logo(
        axes, places, columns[list(LETTERS)], columns["bits"], bits or 2.0, colours=GREY if grey else BASE_COLOUR
    )
    _line(axes, axes.get_xlim(), [0, 0], RULE, 0.9)
    if bits:
        start, tick = axes.get_xlim()[0], 3.5 / size.width * COLUMNS
        _line(axes, [start, start], [0, bits], FAINT, 0.9)
        for level in (bits / 2, bits):
            _line(axes, [start, start + tick], [level] * 2, FAINT, 0.9)
    return axes, drawn


def draw_cell(figure, left, top, size, run, cell, bands):
    """Draw profile and logo of a head's cell; a small cell has a grey line and no logo."""
    head = cell.head
    if cell.small:
        draw_profile(figure, left, top, size, run, head.x_uniform("top"), FAINT, 1.3, bands=bands)
        return
    draw_profile(figure, left, top, size, run, head.x_uniform("top"), GROUP_COLOUR["top"], 1.8, head.peak_top, bands)
    if cell.logo is not None:
        draw_cell_logo(figure, left, top + size.logo_top, size, cell.logo, cell.logo_bits, cell.grey)


def draw_control_cell(figure, left, top, size, run, control):
    """Draw the highest score of all control heads of a kind at each distance, and one head's logo.

    Returns
    -------
    int or None
        Number of letters drawn; None where there is no logo.
    """
    bands = {control.kind: control.band}
    draw_profile(figure, left, top, size, run, control.highest, SOFT, 1.3, bands=bands)
    if control.logo is None:
        return None
    return draw_cell_logo(figure, left, top + size.logo_top, size, control.logo, run.tested.logo_bits, grey=True)[1]
