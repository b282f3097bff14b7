"""Strips of points: values of one head and of others on one scale, a lane for each kind."""

import numpy as np
from matplotlib.ticker import NullLocator

from attentome.figures.style import FAINT, GROUP_COLOUR, INK, PX, add_axes, new_figure

WIDTH, LEFT, INNER, LANE = 304, 74, 210, 14
"""Px of a strip: whole width, left end and width of the plot, height of a lane."""
BLUE = GROUP_COLOUR["top"]
TICK_STYLE = {"color": FAINT, "linestyle": "none", "markersize": 8 * PX, "markeredgewidth": 0.7}
POINT_STYLE = {"color": BLUE, "linestyle": "none", "markersize": 8.5 * PX, "markeredgewidth": 0.75}
SLANTED = [(-0.2, -0.5), (0.2, 0.5)]


class Strip:
    """One strip in a figure of its own (``figure``): axes with lanes from the top down.

    Parameters
    ----------
    lanes : list of str
        Names of the lanes.
    low, high : float
        Ends of the scale; what lies outside is drawn on the nearer end.
    ticks : list of float
    labels : list of str
        Of the ticks.
    log : bool
    """

    def __init__(self, lanes, low, high, ticks, labels, log=False):
        self.low, self.high = low, high
        self.figure = new_figure(WIDTH, LANE * len(lanes) + 30)
        self.axes = axes = add_axes(self.figure, LEFT, 4, INNER, LANE * len(lanes))
        axes.set_xscale("log" if log else "linear")
        axes.set(xlim=(low, high), ylim=(len(lanes) - 0.5, -0.5))
        axes.set_xticks(ticks, labels)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_yticks(range(len(lanes)), lanes)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)

    def ticks(self, values, lane, slanted=False):
        """Draw a tick for each value; those less than half a px apart once."""
        values = np.clip(np.asarray(values, float), self.low, self.high)
        values = values[np.isfinite(values)]
        places = self.axes.transData.transform(np.column_stack([values, np.zeros(len(values))]))[:, 0]
        values = values[np.unique(np.round(2 * places), return_index=True)[1]]
        marker = SLANTED if slanted else "|"
        self.axes.plot(values, [lane] * len(values), marker=marker, clip_on=False, label="ticks", **TICK_STYLE)

    def point(self, value, lane, marker="o", filled=True, interval=None):
        """Draw a point, with a line from end to end of its interval where there is one."""
        if interval:
            self.axes.plot(np.clip(interval, self.low, self.high), [lane] * 2, color=BLUE, linewidth=1.2, zorder=3)
        style = {"markerfacecolor": BLUE if filled else "white", "clip_on": False, "zorder": 4, "label": "point"}
        self.axes.plot(np.clip([value], self.low, self.high), [lane], marker=marker, **POINT_STYLE, **style)

    def threshold(self, value):
        """Draw a dashed line at a value, over all lanes."""
        self.axes.axvline(value, color=INK, linewidth=0.75, linestyle=(0, (5, 3)), zorder=1, label="threshold")
