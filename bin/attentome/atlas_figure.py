"""The head atlas as a figure: five cells a row, 1,170 px wide, for the MultiQC report and for print."""

from matplotlib import rcParams
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.transforms import Affine2D

from attentome.cell_geometry import DistanceAxis, height, letter_outline, logo_letters, peak_label_place
from attentome.page import cell_bases
from attentome.style import (
    BASE_COLOUR,
    FAINT,
    GROUP_COLOUR,
    INK,
    PALE,
    PX,
    RULE,
    SMALL,
    SOFT,
    TEXT,
    new_figure,
    times,
)

WIDTH, COLUMNS, MARGIN, CELL, TALL, LOGO = 1170, 5, 14, 208, 84, 36
ROW = 206


def atlas_figure(run, outcome):
    """All heads in the order layer x head, as a Figure of 1,170 px width."""
    rows = -(-len(run.heads) // COLUMNS)
    top = 46 if outcome["state"] != "not_learned" else 66
    whole = top + rows * ROW + 30
    figure = new_figure(WIDTH, whole)
    # One set of axes over the whole figure, in px with y downwards: places are the same as in the page.
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(whole, 0)
    axes.axis("off")
    if outcome["state"] == "not_learned":
        _write(
            axes,
            MARGIN,
            16,
            "The network did not learn to find TSS: these heads explain nothing about promoters.",
            TEXT,
            weight="bold",
        )
    note = (
        f"Heads are not graded. Line: mean score of the {run.profile['n_top']:,} highest outputs, × "
        f"uniform, log scale "
        "½× to 110× in all cells; thin line 1×."
    )
    _write(axes, MARGIN, top - 30, note, color=SOFT)
    far = (
        f" Left of the gap: d {run.profile['window'] - 1} to 100, squeezed."
        if run.profile["window"] > 100
        else ""
    )
    _write(
        axes,
        MARGIN,
        top - 14,
        f"DNA runs 5′ to 3′; columns −35 and −10, tick TSS (+1), true where d = 0 sits on "
        f"TSS + {run.profile['label_shift']}.{far} Logo: {run.profile['n_windows']} best windows, "
        "2 bits high.",
        color=SOFT,
    )
    step = (WIDTH - 2 * MARGIN - CELL) / (COLUMNS - 1)
    for i, head in enumerate(run.heads):
        _cell(
            axes,
            head,
            run.elements,
            run.profile["label_shift"],
            MARGIN + (i % COLUMNS) * step,
            top + 14 + (i // COLUMNS) * ROW,
        )
    return figure


def _write(axes, x, y, text, size=SMALL, **options):
    return axes.text(x, y, text, fontsize=size * PX, **{"ha": "left", "va": "center", **options})


def _cell(axes, head, elements, shift, left, top):
    axes.add_patch(
        FancyBboxPatch(
            (left + 1, top - 10),
            20,
            20,
            boxstyle="round,pad=0,rounding_size=4",
            fill=False,
            edgecolor=FAINT,
            linestyle=(0, (3, 2)),
            linewidth=0.9,
        )
    )
    _write(
        axes, left + 11, top + 0.5, "?", TEXT, ha="center", va="center_baseline", weight="bold", color=SOFT
    )
    _write(axes, left + 30, top, head.title, TEXT, weight="bold", va="center_baseline")
    shared = cell_bases(head.numbers["logo"])
    _write(axes, left + CELL, top, shared, ha="right", color=SOFT, va="center_baseline")
    y0 = top + 34
    axis = DistanceAxis(head.numbers["window"], CELL)
    for element in elements:
        first, last = max(element["from_d"], 0), min(element["to_d"], axis.near - 1)
        if element["name"] not in ("-35", "-10") or first > last:
            continue
        x0, x1 = axis.x(last) - axis.scale / 2, axis.x(first) + axis.scale / 2
        axes.add_patch(Rectangle((left + x0, y0), x1 - x0, TALL, facecolor=PALE, linewidth=0))
        _write(axes, left + (x0 + x1) / 2, y0 - 8, element["name"].replace("-", "−"), ha="center", color=SOFT)
    near, far = axis.lines(head.x_uniform("top"))
    for line, x0, x1 in ((near, axis.left, CELL), (far, 0, axis.far_width)):
        if not line:
            continue
        axes.plot([left + x0, left + x1], [y0 + height(1, TALL)] * 2, color=RULE, linewidth=0.7)
        axes.plot([left + x0, left + x1], [y0 + TALL] * 2, color=FAINT, linewidth=0.8)
        axes.plot(
            [left + x for x, _ in line],
            [y0 + height(value, TALL) for _, value in line],
            color=GROUP_COLOUR["top"],
            linewidth=1.5,
            solid_joinstyle="round",
        )
    if shift < axis.near:
        axes.plot([left + axis.x(shift)] * 2, [y0 + TALL, y0 + TALL + 6], color=INK, linewidth=1.2)
    high, d = head.peak
    words = f"{times(high)} at {d}"
    x, y, side = peak_label_place(axis, [near, far], words, high, d, TALL)
    _write(axes, left + x, y0 + y, words, ha=side)
    base = y0 + TALL + 14
    axes.plot([left, left + CELL], [base + LOGO] * 2, color=RULE, linewidth=0.7)
    for letter, lx, ly, w, h in logo_letters(head.pwm, CELL, LOGO)[0]:
        place = Affine2D().scale(w, -h).translate(left + lx, base + ly + h)
        axes.add_patch(
            PathPatch(letter_outline(letter).transformed(place), facecolor=BASE_COLOUR[letter], linewidth=0)
        )


def figure_notes():
    """Title and description of the figure's SVG."""
    return (
        "Head atlas",
        f"tables/profiles.tsv.gz (group top: mean x window over d) and heads/L*_H*/pwm.tsv (columns with "
        f"used = 1); type {rcParams['font.family'][0]}",
    )
