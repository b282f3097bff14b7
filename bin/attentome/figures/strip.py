"""Strips of points: values of one head and of others on one scale, a lane for each kind."""

import numpy as np
from matplotlib.ticker import NullLocator

from attentome.figures.style import FAINT, GROUP_COLOUR, INK, PX, add_axes

LANE = 14
"""Height of a lane, px."""
BLUE = GROUP_COLOUR["top"]
TICK_STYLE = {"color": FAINT, "linestyle": "none", "markersize": 8 * PX, "markeredgewidth": 0.7}
SLANTED = [(-0.2, -0.5), (0.2, 0.5)]


class Strip:
    """One strip: axes with lanes from the top down.

    Parameters
    ----------
    figure : Figure
    left, top, width : float
        px.
    lanes : list of str
        Names of the lanes.
    low, high : float
        Ends of the scale; what lies outside is drawn on the nearer end.
    ticks : list of float
    labels : list of str
        Of the ticks.
    log : bool
    """

    def __init__(self, figure, left, top, width, lanes, low, high, ticks, labels, log=False):
        self.low, self.high = low, high
        self.axes = axes = add_axes(figure, left, top, width, LANE * len(lanes))
        axes.set_xscale("log" if log else "linear")
        axes.set_xlim(low, high)
        axes.set_ylim(len(lanes) - 0.5, -0.5)
        axes.set_xticks(ticks, labels)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_yticks(range(len(lanes)), lanes)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)

    def ticks(self, values, lane, slanted=False):
        """Draw a tick for each value; those less than half a px apart once."""
        values = np.clip(np.asarray(values, float), self.low, self.high)
        values = values[np.isfinite(values)]
        scaled = self.axes.xaxis.get_transform().transform(values) if len(values) else values
        ends = self.axes.xaxis.get_transform().transform(np.array([self.low, self.high], float))
        px = np.round(2 * (scaled - ends[0]) / (ends[1] - ends[0]) * self.axes.bbox.width)
        values = values[np.unique(px, return_index=True)[1]]
        marker = SLANTED if slanted else "|"
        self.axes.plot(values, [lane] * len(values), marker=marker, clip_on=False, label="ticks", **TICK_STYLE)

    def point(self, value, lane, marker="o", filled=True, interval=None):
        """Draw a point, with a line from end to end of its interval where there is one."""
        if interval:
            self.axes.plot(np.clip(interval, self.low, self.high), [lane] * 2, color=BLUE, linewidth=1.2, zorder=3)
        self.axes.plot(
            np.clip([value], self.low, self.high),
            [lane],
            marker=marker,
            color=BLUE,
            linestyle="none",
            markersize=8.5 * PX,
            markeredgewidth=0.75,
            markerfacecolor=BLUE if filled else "white",
            clip_on=False,
            zorder=4,
            label="point",
        )

    def threshold(self, value):
        """Draw a dashed line at a value, over all lanes."""
        self.axes.axvline(value, color=INK, linewidth=0.75, linestyle=(0, (5, 3)), zorder=1, label="threshold")
