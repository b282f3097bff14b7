"""How far apart sites of different TSS sets lie within one cluster, as a histogram, the rule printed beneath."""

import numpy as np

from attentome.figures.style import BLUES, INK, SOFT, add_axes, add_text, new_figure, save_figure, use_style, wrap

MARGIN, BARS, LINE = 12, 190, 17
LEFT, WIDTH, COLUMN = 74, 620, 62
"""Lengths in px: room left of the bars, width of the figure, widest column."""
SHOWN = 10
"""Distances shown at most; what lies farther apart is counted in words."""


def plot_distances(distances, max_distance, rule, path):
    """Draw the distance table and write it as SVG and as PNG at twice the size; same numbers, same bytes.

    Parameters
    ----------
    distances : DataFrame
        Of :func:`attentome.sites.curation.distance_table`.
    max_distance : int
        nt; pairs farther apart are in one cluster through others.
    rule : str
        Sentence printed beneath.
    path : Path
        Without suffix.
    """
    use_style()
    shown = distances[distances["distance_nt"] <= SHOWN]
    further = int(distances["n"].sum() - shown["n"].sum())
    total = int(distances["n"].sum())
    note = f"{total:,} pairs of sites of different sets in one cluster. Light bars: more than {max_distance} nt apart."
    if further:
        note += f" {further:,} pairs are more than {SHOWN} nt apart (distances.tsv)."
    lines = [*wrap(rule, WIDTH - 2 * MARGIN), *wrap(note, WIDTH - 2 * MARGIN)]
    text = MARGIN + 26 + BARS + 50
    figure = new_figure(WIDTH, text + LINE * len(lines) + MARGIN)
    add_text(figure, LEFT, MARGIN, "pairs of sites", color=SOFT)
    axes = add_axes(figure, LEFT, MARGIN + 26, min(COLUMN * len(shown), WIDTH - LEFT - MARGIN), BARS)
    colours = np.where(shown["distance_nt"] <= max_distance, BLUES[0], BLUES[2])
    axes.bar(shown["distance_nt"], shown["n"], width=0.72, color=colours)
    for place, n in zip(shown["distance_nt"], shown["n"]):
        axes.text(place, n, f"{n:,}", ha="center", va="bottom")
    axes.set(
        xlim=(-0.6, len(shown) - 0.4),
        xlabel="distance (nt)",
        ylim=(0, 1.12 * max(int(shown["n"].max()) if len(shown) else 0, 1)),
    )
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    for number, line in enumerate(lines):
        add_text(figure, MARGIN, text + LINE * number, line, color=INK)
    save_figure(figure, path, "Distances within clusters", "distances.tsv, column n")
