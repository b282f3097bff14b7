"""Panels a to f of a head's page, in register with each other, each as SVG."""

from attentome.figures.line_labels import write_at
from attentome.figures.logo import GREY, LOWEST, draw_logo
from attentome.figures.place_axis import INNER, LEFT, WIDTH
from attentome.figures.profile import CONTROL_TITLES, control_bands, draw_whole_window, draw_zoom
from attentome.figures.style import INK, SOFT, add_axes, add_text, new_figure, page_svg, text_width
from attentome.figures.tracks import add_track, draw_correlation, draw_mutagenesis
from attentome.figures.view import HeadView
from attentome.heads.distances import GROUPS
from attentome.motifs.elements import Element
from attentome.motifs.logo import LETTERS
from attentome.report.html.templates import inline
from attentome.report.text.numbers import number

TALL = 108
"""Height of an effect logo, px."""
TOP = 6
"""px above a track."""
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
    numbers = head.numbers
    zoom = numbers["zoom"]
    low, high = (logo["d"].min(), logo["d"].max()) if len(logo) else (zoom["from_d"], zoom["to_d"])
    away = int(peak_d_heldout) - numbers["peak_d_all"]
    top = head.profile[head.profile["group"] == "top"].sort_values("d")
    return HeadView(
        layer=head.layer,
        head=head.head,
        window=numbers["window"],
        ahead=numbers["ahead"],
        label_shift=numbers["label_shift"],
        reach_d=int(peak_d_heldout),
        low=int(low),
        high=int(high),
        reach=(numbers["key_reach"]["from_d"] + away, numbers["key_reach"]["to_d"] + away),
        sizes={group: numbers["groups"][group]["n"] for group in GROUPS},
        x_uniform={group: head.x_uniform(group) for group in GROUPS},
        highest=top["max"].to_numpy(float),
        elements=[Element(one["name"], one["from_base"], one["to_base"]) for one in numbers.get("elements", [])],
    )


def panel(figure, title, source):
    """A figure as Markup, with its title and the table that redoes it."""
    return inline(page_svg(figure, title, source))


def window_panel(view, bands):
    """Panel a: the profile over the whole window; ``bands`` is ``bands.tsv``."""
    figure = new_figure(WIDTH, 148)
    draw_whole_window(figure, view, 8, control_bands(bands))
    return panel(figure, "Mean score over the whole window", "profile.tsv: mean x window over d; bands.tsv")


def zoom_panel(view, bands, seeds, test_arc=None):
    """Panel b: the zoomed profile; ``seeds`` are this head's rows of ``seed_profiles.tsv``."""
    figure = new_figure(WIDTH, 286)
    networks = seeds.groupby("network", sort=True) if len(seeds) else ()
    lines = [rows.set_index("d")["x_uniform"].loc[view.distances].to_numpy() for _, rows in networks]
    draw_zoom(figure, view, 44, control_bands(bands), lines, test_arc)
    source = "profile.tsv: mean x window over d; bands.tsv; seed_profiles.tsv; parts.safetensors: norm_mean, score_mean"
    return panel(figure, "Mean score near the TSS", source)


def logo_figure(view, logo, bits, best_control=None):
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
        long = text_width(words) + 10
        columns = -logo["d"] + view.high + 0.5
        edge = long / INNER * (view.high - view.low + 1)
        at_left = logo.loc[columns < edge, "bits"].max()
        at_right = logo.loc[columns > view.high - view.low + 1 - edge, "bits"].max()
        level = best_control / bits * TALL
        y = max(level + 9, 14) if level < TALL - 18 else level - 10
        write_at(axes, INNER - long + 5 if at_left > at_right else 5, y, words, INK)
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
        share = 100 * rows["share"].iloc[0]
        add_text(
            figure, LEFT + 6, MIXTURE_STEP * i + 2, f"component {component}: {share:.0f} % of the weight", color=SOFT
        )
        axes = add_axes(figure, LEFT, MIXTURE_STEP * i + 18, INNER, MIXTURE_TALL)
        axes.set_xlim(-view.high - 0.5, -view.low + 0.5)
        draw_logo(axes, -rows["d"], rows[list(LETTERS)], rows["bits"], 2)
        axes.set_xticks([])
        axes.set_yticks([0, 2])
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


def correlation_panel(view, rho):
    """Panel e: rank correlation of score and output at each distance; ``rho`` of shape (window,)."""
    figure = new_figure(WIDTH, 122)
    draw_correlation(figure, view, rho, TOP, 90)
    return panel(figure, "Spearman correlation of score and output", "spearman.tsv: rho over d")


def mutagenesis_panel(view, profile):
    """Panel f: mean absolute effect of the substitutions of the base at each distance, with its interval."""
    figure = new_figure(WIDTH, 122)
    draw_mutagenesis(figure, view, profile, TOP, 90)
    return panel(figure, "Mean absolute effect of substitutions", "tests/ism_profile.tsv: mean_abs, lo, hi over d")
