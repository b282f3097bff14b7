"""Panels a to f of a head's page, in register with each other."""

from dataclasses import replace

import numpy as np

from attentome.figures.line_labels import along, name_lines
from attentome.figures.logo import GREY, LOWEST, draw_logo
from attentome.figures.place_axis import INNER, LEFT, WIDTH, to_pixels
from attentome.figures.profile import CONTROL_TITLES, control_bands, draw_whole_window, draw_zoom
from attentome.figures.style import INK, SOFT, add_axes, add_text, new_figure
from attentome.figures.tracks import add_track, draw_correlation, draw_mutagenesis
from attentome.figures.view import head_view
from attentome.heads.distances import GROUPS
from attentome.heads.names import head_name
from attentome.motifs.logo import LETTERS
from attentome.report.head_page.curves import deletion_figure, split_figure
from attentome.report.head_page.names import own_rows
from attentome.report.html.templates import figure_svg
from attentome.report.text.numbers import number

TOP, TALL = 6, 108
"""px above a track; height of an effect logo."""
MIXTURE_TALL, MIXTURE_STEP = 48, 74
HALF = INNER / 2 - 20
"""Width of a control head's logo, px."""


def view_of(head, peak_d_heldout, logo):
    """The view of a head on its page: the profile of the whole genome, in the zoom of its tested logo.

    Parameters
    ----------
    head : HeadResult
    peak_d_heldout : int
        Where the tests found the peak.
    logo : DataFrame
        Its rows of ``logos.tsv``; where there are none the zoom of the description counts.

    Returns
    -------
    HeadView
    """
    top = head.profile[head.profile["group"] == "top"].sort_values("d")
    view = head_view(head.numbers, {group: head.x_uniform(group) for group in GROUPS}, top["max"].to_numpy(float))
    if len(logo):
        view = replace(view, low=int(logo["d"].min()), high=int(logo["d"].max()))
    away = int(peak_d_heldout) - view.reach_d
    return replace(view, reach_d=int(peak_d_heldout), reach=(view.reach[0] + away, view.reach[1] + away))


def draw_panels(head, tested, row, view, logo):
    """Panels a to f and the two small ones.

    Parameters
    ----------
    head : HeadResult
    tested : HeadTests
    row : dict
        The head's row of ``heads.tsv``.
    view : HeadView
    logo : DataFrame
        Its rows of ``logos.tsv``.

    Returns
    -------
    dict of str to (Markup or None)
        Panel to its figure; None where its values are not part of the run.
    """
    at, measured = (view.layer - 1, view.head - 1), "tests/measured/curated"
    bands, controls = control_bands(tested.bands), tested.control_logos
    components, parts = own_rows(tested.components, row), tested.parts
    panels = dict.fromkeys(("logo", "mixture", "controls", "mutagenesis", "deletion", "split"))

    figure = new_figure(WIDTH, 148)
    draw_whole_window(figure, view, 8, bands)
    source = "profile.tsv: mean x window over d; bands.tsv"
    panels["window"] = figure_svg(figure, "Mean score over the whole window", source)

    figure = new_figure(WIDTH, 286)
    seeds = own_rows(tested.seed_profiles, row)
    networks = seeds.groupby("network", sort=True) if len(seeds) else ()
    lines = [rows.set_index("d")["x_uniform"].loc[view.distances].to_numpy() for _, rows in networks]
    draw_zoom(figure, view, 44, bands, lines, _test_arc(tested, view))
    source += "; seed_profiles.tsv; parts.safetensors: norm_mean, score_mean"
    panels["zoom"] = figure_svg(figure, "Mean score near the TSS", source)

    figure = new_figure(WIDTH, 122)
    draw_correlation(figure, view, head.spearman.sort_values("d")["rho"].to_numpy(float), TOP, 90)
    panels["correlation"] = figure_svg(figure, "Spearman correlation of score and output", "spearman.tsv: rho over d")

    if len(logo):
        best = controls.loc[controls["used"] == 1, "bits"].max() if len(controls) else None
        figure = effect_logo_figure(view, logo, tested.logo_bits, best)
        source = f"{measured}/logos.tsv: shares of A, C, G, T x bits over d; used = 0 is faded"
        panels["logo"] = figure_svg(figure, "Effect logo of the held-out half", source)
    if len(logo) and len(components):
        figure = mixture_figure(view, components)
        panels["mixture"] = figure_svg(figure, "Components of the effect logo", f"{measured}/components.tsv")
    if len(logo) and len(controls):
        figure = control_logo_figure(view, controls, tested.logo_bits)
        panels["controls"] = figure_svg(figure, "Effect logos of control heads", "tests/control_logos.tsv")
    if len(tested.ism_profile):
        figure = new_figure(WIDTH, 122)
        draw_mutagenesis(figure, view, tested.ism_profile, TOP, 90)
        source = "tests/ism_profile.tsv: mean_abs, lo, hi over d"
        panels["mutagenesis"] = figure_svg(figure, "Mean absolute effect of substitutions", source)
    if len(tested.deletion) and (tested.deletion["order"] == head_name(view.layer, view.head)).any():
        figure = deletion_figure(tested.deletion, view.layer, view.head)
        panels["deletion"] = figure_svg(figure, "Deletion curves", "tests/deletion.tsv: mean_output over k")
    if parts:
        figure = split_figure(parts["var_content"][at], parts["var_position"][at], view)
        source = f"{measured}/parts.safetensors: var_content, var_position over d"
        panels["split"] = figure_svg(figure, "Split of the logit", source)
    return panels


def _test_arc(tested, view):
    """Mean score and value norm over the highest outputs of the test arc, x uniform, and their number; or None."""
    if not tested.parts:
        return None
    at = view.layer - 1, view.head - 1
    arrives = tested.parts["norm_mean"][at]
    share = arrives / max(np.nansum(arrives), 1e-30)
    return tested.parts["score_mean"][at] * view.window, share * view.window, int(tested.parts["n"].max())


def effect_logo_figure(view, logo, bits, best_control=None):
    """Panel c: the effect logo of the held-out half.

    Parameters
    ----------
    view : HeadView
    logo : DataFrame
        Rows of ``logos.tsv``.
    bits : float
        Full height.
    best_control : float, optional
        Bits of the best column of the control heads' logos.

    Returns
    -------
    Figure
    """
    figure = new_figure(WIDTH, TOP + TALL + 26)
    axes = add_track(figure, view, TOP, TALL, "bits", [0, bits / 2, bits])
    draw_logo(axes, -logo["d"], logo[list(LETTERS)], logo["bits"], bits, logo["used"].to_numpy(bool))
    if best_control is not None:
        axes.axhline(best_control, color=INK, linewidth=0.75, linestyle=(0, (5, 3)))
        words = f"best column of the control logos: {number(best_control, 2)} bit"
        line = words, np.full(len(view.distances), best_control), INK, INK
        tops = along(to_pixels(axes, -logo["d"], logo["bits"]))
        name_lines(axes, view.distances, [line], taken=[tops])
    return figure


def mixture_figure(view, components):
    """The components that the effect logo is split into, one below the other, 0 to 2 bits.

    Parameters
    ----------
    view : HeadView
    components : DataFrame
        The head's rows of ``components.tsv``.

    Returns
    -------
    Figure
    """
    groups = list(components.groupby("component"))
    figure = new_figure(WIDTH, MIXTURE_STEP * len(groups))
    for i, (component, rows) in enumerate(groups):
        words = f"component {component}: {100 * rows['share'].iloc[0]:.0f} % of the weight"
        add_text(figure, LEFT + 6, MIXTURE_STEP * i + 2, words, color=SOFT)
        axes = add_axes(figure, LEFT, MIXTURE_STEP * i + 18, INNER, MIXTURE_TALL)
        axes.set(xlim=(-view.high - 0.5, -view.low + 0.5), xticks=[], yticks=[0, 2])
        draw_logo(axes, -rows["d"], rows[list(LETTERS)], rows["bits"], 2)
    return figure


def control_logo_figure(view, logos, bits):
    """Panel d: the logo of one control head of each kind, grey, its letters of the same size as in panel c.

    Parameters
    ----------
    view : HeadView
    logos : DataFrame
        ``control_logos.tsv``.
    bits : float
        Full height.

    Returns
    -------
    Figure
    """
    figure = new_figure(WIDTH, 152)
    columns = HALF / INNER * (view.high - view.low + 1)
    for (kind, words), left in zip(CONTROL_TITLES.items(), (LEFT, LEFT + INNER / 2 + 20)):
        rows = logos[logos["control"] == kind]
        if rows.empty:
            add_text(figure, left + 6, 2, f"{words}: no such network in this run", color=SOFT)
            continue
        one = rows.iloc[0]
        words += f": network {one['network']}, layer {one['layer']}, head {one['head']}"
        add_text(figure, left + 6, 2, f"{words}, {number(one['bits_heldout'], 2)} bit", color=SOFT)
        used = rows.loc[rows["used"] == 1, "d"]
        high = int((used.min() + used.max()) // 2 + int(columns) // 2)
        rows = rows[(rows["d"] <= high) & (rows["d"] > high - int(columns))]
        axes = add_axes(figure, left, 20, HALF, TALL)
        axes.set_xlim(-high - 0.5, -high - 0.5 + columns)
        draw_logo(axes, -rows["d"], rows[list(LETTERS)], rows["bits"], bits, rows["used"].to_numpy(bool), GREY)
        peak = int(one["d"] - one["from_peak"])
        axes.set_xticks([-peak], [f"d = {peak}"])
        ticks = [0, bits / 2, bits] if left == LEFT else []
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    return figure


def lowest_letter(bits):
    """Height below which letters of an effect logo are left out, bits."""
    return LOWEST / TALL * bits
