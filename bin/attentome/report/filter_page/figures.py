"""Figures of the page on filters: accuracy beside the share of filters that match, and logos of filters and motifs."""

import numpy as np

from attentome.figures.logo import draw_logo
from attentome.figures.style import FAINT, PALE, SOFT, add_axes, new_figure, page_svg
from attentome.motifs.matrices import column_bits
from attentome.report.html.templates import inline

COLOURS = {"exponential": "#0B4F8A", "relu": "#D97B00"}
"""Of the two activations that are compared; the others are grey."""
MARKS = {"": "o", "untrained": "x", "shuffled": "^"}
"""By control."""
COLUMN, HEIGHT, TOP_BITS = 11, 44, 2.0
"""px of a logo's column, of a logo; bits at its upper end."""


def scatter_svg(points, accuracy):
    """Accuracy and share of matching filters, a mark per network.

    Parameters
    ----------
    points : DataFrame
        ``activation``, ``control``, the column ``accuracy`` and ``share``, of one task, network and criterion.
    accuracy : str
        ``aupr`` or ``auroc``.
    """
    figure = new_figure(330, 230)
    axes = add_axes(figure, 46, 12, 270, 172, xlim=(0, 1), ylim=(-0.03, 1.03))
    for (activation, control), rows in points.groupby(["activation", "control"], sort=False):
        colour = COLOURS.get(activation, FAINT)
        filled = {"facecolors": "none"} if control == "shuffled" else {}
        axes.scatter(rows[accuracy], rows["share"], s=34, marker=MARKS[control], color=colour, zorder=3, **filled)
    axes.set_xlabel(f"{accuracy.upper()}, test sequences")
    axes.set_ylabel("share of filters that match")
    axes.grid(color=PALE, linewidth=0.8)
    return inline(page_svg(figure, "Accuracy and matching filters", "filters/networks.tsv, filters/summary.tsv"))


def logo_svg(frequencies, title, lead=0):
    """Logo of a matrix, 0 to 2 bits against a uniform background.

    Parameters
    ----------
    frequencies : ndarray, shape (width, 4)
        Of A, C, G, T.
    title : str
        Unique on its page.
    lead : int
        Empty columns before the first.
    """
    width = len(frequencies) * COLUMN
    figure = new_figure(lead * COLUMN + width + 4, HEIGHT)
    axes = add_axes(figure, 2 + lead * COLUMN, 1, width, HEIGHT - 4, xlim=(-0.5, len(frequencies) - 0.5))
    draw_logo(axes, np.arange(len(frequencies)), frequencies, column_bits(frequencies), TOP_BITS)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(SOFT)
    return inline(page_svg(figure, title, "filters/networks: MEME files"))
