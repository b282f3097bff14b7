"""Figures of one head: profile (panels a and b), logo (c) and Spearman correlation (e), in register with
each other."""

import numpy as np
from matplotlib import rcParams
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from attentome.figures.line_labels import name_lines
from attentome.figures.place_axis import INNER, LEFT, RIGHT, WIDTH, bracket, distance_axis, place_axis, ruler
from attentome.figures.style import (
    BASE_COLOUR,
    FAINT,
    GROUP_COLOUR,
    GROUP_DASH,
    GROUP_WIDTH,
    HIGH,
    INK,
    LOW,
    PX,
    RULE,
    SMALL,
    SOFT,
    TITLE,
    add_axes,
    add_text,
    new_figure,
    wrap,
)
from attentome.heads.distances import GROUPS, anchor_text
from attentome.heads.names import head_title
from attentome.motifs.logo import LETTERS


def profile_figure(head, elements):
    """Panels a (whole window, log scale) and b (zoom, linear) of a head's mean score.

    Parameters
    ----------
    head : Head
    elements : list of Element

    Returns
    -------
    Figure
    """
    figure = new_figure(WIDTH, 512)
    _heading(
        figure,
        6,
        "a",
        "Does it look anywhere far away?",
        f"Mean score over all {head.window} keys, log scale ½× to 110× for every head; 1× is uniform "
        f"attention "
        f"(1/{head.window}). Strip: highest single score, white 0 to black 1.",
    )
    _whole_window(figure, head, top=46)
    _heading(
        figure,
        186,
        "b",
        "Where does it look, when the output is high?",
        f"DNA runs 5′ to 3′ on the strand of the query. Bases are true where d = 0 sits on TSS + "
        f"{head.label_shift}; for all positions only d counts.{_far(head)}",
    )
    axes = add_axes(figure, LEFT, 262, INNER, 196)
    _zoom(figure, axes, head, elements)
    return figure


def logo_figure(head, elements):
    """Panel c: logo of the head's windows, in register with panel b. Returns a Figure."""
    figure = new_figure(WIDTH, 196)
    used = f"d {head.used[0]}–{head.used[1]}"
    _heading(
        figure,
        6,
        "c",
        f"What do its {len(head.windows)} best windows share?",
        f"Highest scores at d = {head.peak_d_all}. Bits against the genome's bases, small-sample corrected. "
        f"Full colour: {used}, used for all numbers.",
    )
    axes = add_axes(figure, LEFT, 52, INNER, 108)
    _letters(axes, head)
    axes.set_ylim(0, 2)
    axes.set_yticks([0, 1, 2])
    axes.set_ylabel("bits")
    place_axis(axes, head, elements)
    return figure


def spearman_figure(head, elements):
    """Panel e: rank correlation of score and output at each distance, not multiplied. Returns a Figure."""
    figure = new_figure(WIDTH, 190)
    rho = np.nan_to_num(head.rho[head.low : head.high + 1][::-1])
    limit = 0.5 if np.abs(rho).max(initial=0) <= 0.5 else 1.0
    _heading(
        figure,
        6,
        "e",
        "Does the output rise with the score?",
        f"Spearman ρ of score and output at each d over {head.sizes['spearman']:,} positions, not multiplied "
        f"by the score. Axis −{limit:g} to {limit:g}.",
    )
    axes = add_axes(figure, LEFT, 52, INNER, 102)
    axes.bar(-head.distances, rho, width=0.8, color=GROUP_COLOUR["top"], linewidth=0)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    axes.set_ylim(-limit, limit)
    axes.set_yticks([-limit, 0, limit], [f"−{limit:g}", "0", f"{limit:g}"])
    axes.set_ylabel("ρ")
    place_axis(axes, head, elements)
    return figure


def _far(head):
    return f" The peak lies far: d {head.low} to {head.high}." if head.low > 0 else ""


def _heading(figure, top, letter, question, note):
    add_text(figure, 20, top, letter, TITLE, weight="bold")
    add_text(figure, LEFT - 24, top, question, TITLE, weight="bold")
    for row, line in enumerate(wrap(note, WIDTH - LEFT + 24 - RIGHT)):
        add_text(figure, LEFT - 24, top + 18 + 14 * row, line, color=SOFT)


def _letters(axes, head, least=0.012):
    """Draw the stacks of a logo, the highest letter on top; letters below ``least`` bits are left out."""
    from logomaker import Glyph

    frequency = head.counts / np.maximum(head.counts.sum(axis=1, keepdims=True), 1)
    heights = frequency * np.minimum(head.bits, 2)[:, None]
    for d, column, in_use in zip(head.distances, heights, head.in_use, strict=True):
        floor = 0.0
        for i in np.argsort(column, kind="stable"):
            if column[i] >= least:
                Glyph(
                    -float(d),
                    LETTERS[i],
                    floor,
                    floor + column[i],
                    ax=axes,
                    color=BASE_COLOUR[LETTERS[i]],
                    font_name=rcParams["font.family"][0],
                    zorder=3,
                    alpha=1.0 if in_use else 0.28,
                )
            floor += column[i]


def _whole_window(figure, head, top):
    axes = add_axes(figure, LEFT, top + 4, INNER, 78)
    d = np.arange(head.window)
    for group in reversed(GROUPS):
        axes.plot(
            -d,
            np.clip(head.mean[group] * head.window, LOW, HIGH),
            color=GROUP_COLOUR[group],
            linestyle=GROUP_DASH[group],
            linewidth=GROUP_WIDTH[group] * 0.8,
        )
    axes.set_yscale("log", base=2)
    axes.set_ylim(LOW, HIGH)
    axes.yaxis.set_major_locator(FixedLocator([1, 8, 64]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticklabels(["1×", "8×", "64×"])
    axes.axhline(1, color=RULE, linewidth=0.8, zorder=0)
    axes.set_xlim(-head.window + 0.5, 0.5)
    step = 100 if head.window > 200 else 20
    ticks = [0, *range(step, head.window, step)]
    if head.window - 1 - ticks[-1] > step * 0.4:
        ticks.append(head.window - 1)
    axes.set_xticks([-t for t in ticks], [f"{t}" for t in ticks])
    axes.set_ylabel("× uniform")
    if head.high - head.low + 1 < head.window:
        left = -head.high - 0.5
        axes.add_patch(
            Rectangle(
                (left, LOW),
                head.high - head.low + 1,
                HIGH - LOW,
                fill=False,
                edgecolor=INK,
                linewidth=0.9,
                clip_on=False,
                zorder=5,
            )
        )
        axes.annotate(
            "shown below",
            (left, HIGH),
            xytext=(4 * PX, -4 * PX),
            textcoords="offset points",
            va="top",
            ha="left",
            fontsize=SMALL * PX,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    strip = add_axes(figure, LEFT, top + 104, INNER, 10)
    strip.imshow(
        head.maximum["top"][::-1][None],
        aspect="auto",
        cmap="Greys",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        extent=(-head.window + 0.5, 0.5, 0, 1),
    )
    strip.set_xticks([])
    strip.set_yticks([0.5], ["max"])
    strip.tick_params(length=0)
    for side in ("top", "right"):
        strip.spines[side].set_visible(True)
    strip.set_xlabel(f"distance d upstream of {anchor_text(head.ahead)}, nt", labelpad=2)


def _zoom(figure, axes, head, elements):
    d = np.arange(head.low, head.high + 1)
    lines = {group: head.mean[group][d] * head.window for group in GROUPS}
    highest = max(np.nanmax(values) for values in lines.values())
    axes.set_ylim(0, max(4.0, highest * 1.16))
    place_axis(axes, head, elements)
    for group in reversed(GROUPS):
        axes.plot(
            -d,
            lines[group],
            color=GROUP_COLOUR[group],
            linestyle=GROUP_DASH[group],
            linewidth=GROUP_WIDTH[group],
            zorder=3,
            clip_on=False,
        )
    axes.set_ylabel("mean score, × uniform")
    taken = ruler(axes, head, elements)
    distance_axis(axes, head)
    bracket(axes, head)
    name_lines(axes, head, d, lines, taken)


def figure_notes(head):
    """Title and description (data file and rows) of the three figures, by file name without suffix."""
    name = head_title(head.layer, head.head)
    far = f"d {head.low} to {head.high}"
    return {
        "profile": (
            f"{name}: mean attention score by distance",
            f"profile.tsv: mean x window over d per group (a: all d; b: {far}); strip: max of group top",
        ),
        "logo": (
            f"{name}: logo of its {len(head.windows)} best windows",
            f"pwm.tsv: A, C, G, T as shares x bits over d ({far}); columns with used = 0 are faded",
        ),
        "spearman": (
            f"{name}: Spearman correlation of score and output by distance",
            f"spearman.tsv: rho over {far}",
        ),
    }
