"""How far apart sites of different TSS sets lie within one cluster, as a histogram, the rule printed beneath."""

import numpy as np

from attentome.figures.scales import count_axis
from attentome.figures.style import BLUES, SOFT, noted_figure, save_figure, use_style

SHOWN = 10
"""Distances shown at most, nt; what lies farther apart is counted in words."""


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
    total = int(distances["n"].sum())
    further = total - int(shown["n"].sum())
    note = f"{total:,} pairs of sites of different sets in one cluster. Light bars: more than {max_distance} nt apart."
    if further:
        note += f" {further:,} pairs are more than {SHOWN} nt apart (distances.tsv)."
    figure = noted_figure(620, 260, rule, note)
    axes = figure.subplots()
    axes.set_title("pairs of sites", loc="left", color=SOFT)
    colours = np.where(shown["distance_nt"] <= max_distance, BLUES[0], BLUES[2])
    axes.bar_label(axes.bar(shown["distance_nt"], shown["n"], width=0.72, color=colours), fmt="{:,.0f}")
    axes.set(xlim=(-0.6, SHOWN + 0.6), xticks=range(SHOWN + 1), xlabel="distance (nt)")
    axes.set_ylim(0, 1.12 * max([1, *shown["n"]]))
    count_axis(axes.yaxis)
    save_figure(figure, path, "Distances within clusters", "distances.tsv, column n")
