"""Tracks along d below the zoomed profile and in register with it: axes, correlation, mutagenesis."""

import numpy as np

from attentome.figures.place_axis import INNER, LEFT, place_axis
from attentome.figures.scales import nice_end
from attentome.figures.style import FAINT, GROUP_COLOUR, INK, SOFT, add_axes, minus

BAR = 0.8
"""Width of a bar, nt."""


def add_track(figure, view, top, tall, unit, ticks):
    """Axes of a track: elements behind, the TSS line, bases below, the value axis at the left.

    Parameters
    ----------
    figure : Figure
    view : HeadView
    top, tall : float
        px of the upper end of the axes, and their height.
    unit : str
    ticks : list of float
        From the lower to the upper end of the value axis.

    Returns
    -------
    Axes
        x = -d.
    """
    axes = add_axes(figure, LEFT, top, INNER, tall)
    axes.set_ylim(ticks[0], ticks[-1])
    axes.set_yticks(ticks, [minus(f"{tick:g}") for tick in ticks])
    axes.set_ylabel(unit)
    place_axis(axes, view)
    return axes


def draw_correlation(figure, view, rho, top, tall):
    """Draw Spearman's rank correlation of score and output at each distance; ``rho`` of shape (window,)."""
    limit = 0.5 if np.abs(np.nan_to_num(rho)).max(initial=0) <= 0.5 else 1.0
    axes = add_track(figure, view, top, tall, "ρ", [-limit, 0, limit])
    axes.bar(-view.distances, np.nan_to_num(rho[view.distances]), BAR, color=GROUP_COLOUR["top"], linewidth=0)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    return axes


def draw_mutagenesis(figure, view, profile, top, tall):
    """Draw the mean absolute effect of the substitutions of the base at each distance, with its interval.

    Parameters
    ----------
    figure : Figure
    view : HeadView
    profile : DataFrame
        ``ism_profile.tsv``: ``d``, ``mean_abs``, ``lo``, ``hi``.
    top, tall : float
    """
    high = nice_end(profile["hi"].max())
    axes = add_track(figure, view, top, tall, "|Δ logit|", [0, high / 2, high])
    shown = profile[profile["d"].between(view.low, view.high) & profile["mean_abs"].notna()]
    axes.bar(-shown["d"], shown["mean_abs"], BAR, color=SOFT, linewidth=0)
    axes.vlines(-shown["d"], shown["lo"], shown["hi"], color=INK, linewidth=0.75)
    return axes
