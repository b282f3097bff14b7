"""The head atlas as a figure: five cells a row, 1,170 px wide, for the MultiQC report and for print."""

from matplotlib import rcParams
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.transforms import Affine2D

from attentome.evidence.grades import NOT_RUN, PASSED
from attentome.figures.letters import letter_outline
from attentome.figures.style import FAINT, GROUP_COLOUR, INK, PX, SMALL, SOFT, TEXT, new_figure, text_width, wrap
from attentome.report.atlas.cells import (
    EDGE,
    FAILED_NOTE,
    FILL,
    HIDDEN,
    NOT_USED,
    ON_FILL,
    atlas_cells,
    control_bands,
    control_cells,
    control_words,
    counts_sentence,
    delta_words,
)
from attentome.report.atlas.geometry import DistanceAxis, ground_marks, logo_marks, profile_marks

WIDTH, COLUMNS, MARGIN, CELL, TALL, LOGO = 1170, 5, 14, 208, 84, 36
TEXT_WIDTH = WIDTH - 2 * MARGIN - 30
"""px of a line of words, with room for type that is drawn wider than it is measured."""
SMALL_COLUMNS, SMALL_CELL, SMALL_TALL = 8, 128, 50
GAP = 14
"""px between a profile and its logo."""
ROW, TESTED_ROW, SMALL_ROW = 206, 222, 112
HEAD = 26
"""px from the middle of a cell's heading to its drawing."""
NAMES = 16
"""px above a profile, for the names of elements."""
LINE = 16


def atlas_figure(run, outcome):
    """All heads in the order of the atlas page, as a Figure of 1,170 px width; below them, where there are any, the
    control cells."""
    cells, controls = atlas_cells(run, outcome), control_cells(run.tested)
    large, small = [cell for cell in cells if not cell.small], [cell for cell in cells if cell.small]
    row = TESTED_ROW if run.tested else ROW
    lines = _lines(run, outcome, cells)
    top = MARGIN + LINE * len(lines) + 16
    # Where each block of cells starts, and where the figure ends.
    small_top = top + row * -(-len(large) // COLUMNS)
    small_rows = wrap(f"– unsupported. {FAILED_NOTE}.", TEXT_WIDTH) if small else []
    controls_top = small_top + LINE * len(small_rows) + (16 + SMALL_ROW * -(-len(small) // SMALL_COLUMNS)) * bool(small)
    whole = controls_top + (LINE + ROW) * bool(controls) + 10
    figure = new_figure(WIDTH, whole)
    # One set of axes over the whole figure, in px with y downwards: places are the same as in the page.
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(whole, 0)
    axes.axis("off")
    for i, (words, options) in enumerate(lines):
        _write(axes, MARGIN, MARGIN + LINE * (i + 0.5), words, **options)
    bands = control_bands(run.tested)
    step = (WIDTH - 2 * MARGIN - CELL) / (COLUMNS - 1)
    for i, cell in enumerate(large):
        _cell(axes, cell, run, bands, MARGIN + i % COLUMNS * step, top + i // COLUMNS * row)
    for i, words in enumerate(small_rows):
        _write(axes, MARGIN, small_top + LINE * (i + 0.5), words, color=SOFT)
    small_step = (WIDTH - 2 * MARGIN - SMALL_CELL) / (SMALL_COLUMNS - 1)
    for i, cell in enumerate(small):
        _small_cell(
            axes,
            cell,
            run,
            bands,
            MARGIN + i % SMALL_COLUMNS * small_step,
            small_top + LINE * len(small_rows) + 16 + i // SMALL_COLUMNS * SMALL_ROW,
        )
    if controls:
        _write(axes, MARGIN, controls_top + LINE / 2, "What nothing looks like", TEXT, weight="bold")
    for i, control in enumerate(controls):
        _control_cell(axes, control, run, MARGIN + 2 * i * step, controls_top + LINE + 14)
    return figure


def _lines(run, outcome, cells):
    """The figure's first lines, each with how it is written."""
    lines = []
    if outcome["state"] == "not_learned":
        lines.append(
            (
                "The network did not learn to find TSS: these heads explain nothing about promoters.",
                {"size": TEXT, "weight": "bold"},
            )
        )
    if cells[0].grade == HIDDEN:
        lines.append((f"{NOT_USED.capitalize()}.", {"size": TEXT, "weight": "bold"}))
    counts = counts_sentence(run.tested, cells)
    lines += [(line, {"size": TEXT}) for line in wrap(counts, TEXT_WIDTH, TEXT) if counts]
    note = "" if run.tested else "Heads are not graded. "
    note += (
        f"Line: mean score of the {run.profile['n_top']:,} highest outputs, × uniform, log scale ½× to 110× in "
        "all cells; thin line 1×."
    )
    if control_bands(run.tested):
        note += " Grey: 95 % of the heads of untrained networks; dashed: of networks with moved labels."
    note += (
        " DNA runs 5′ to 3′; columns −35 and −10, tick TSS (+1), true where d = 0 sits on "
        f"TSS + {run.profile['label_shift']}."
    )
    if run.profile["window"] > 100:
        note += f" Left of the gap: d {run.profile['window'] - 1} to 100, squeezed."
    if run.tested:
        note += f" Logo: held-out half, by effect, {run.tested.logo_scale}; grey: L is not passed."
    else:
        note += f" Logo: {run.profile['n_windows']} best windows, 2 bits high."
    if any(cell.tests for cell in cells):
        names = ", ".join(f"{test} {entry['name']}" for test, entry in run.tested.grades["rule"]["tests"].items())
        note += (
            f" Tests ({names}): filled passed, dashed failed, ? not run. At the right the change of the PR AUC "
            "without the head, bold where K is passed."
        )
    return lines + [(line, {"color": SOFT}) for line in wrap(note, TEXT_WIDTH)]


def _write(axes, x, y, text, size=SMALL, **options):
    return axes.text(x, y, text, fontsize=size * PX, **{"ha": "left", "va": "center", **options})


def _fitting(words, width, size=SMALL):
    """Words cut so that they fit a width."""
    if text_width(words, size) <= width:
        return words
    while words and text_width(f"{words}…", size) > width:
        words = words[:-1]
    return f"{words}…"


def _box(axes, left, top, side, letter, fill, ink, size=SMALL, dashed=False):
    """A square with a letter; without a fill its outline is dashed or left out, a light fill has an outline."""
    edge = EDGE["D"] if fill == FILL["D"] else fill or (FAINT if dashed else "none")
    axes.add_artist(
        FancyBboxPatch(
            (left, top),
            side,
            side,
            boxstyle="round,pad=0,rounding_size=3",
            facecolor=fill or "none",
            edgecolor=edge,
            linestyle=(0, (3, 2)) if dashed else "-",
            linewidth=0.9,
        )
    )
    _write(
        axes,
        left + side / 2,
        top + side / 2 + 0.5,
        letter,
        size,
        ha="center",
        va="center_baseline",
        weight="bold",
        color=ink,
    )


def _draw(axes, marks, left, top):
    """Marks of a cell whose upper left corner lies at ``left``, ``top``."""
    for mark in marks:
        points = [(left + x, top + y) for x, y in mark.points]
        if mark.kind == "area":
            axes.add_artist(Polygon(points, facecolor=mark.colour, linewidth=0))
        elif mark.kind == "line":
            axes.add_artist(
                Line2D(
                    *zip(*points, strict=True),
                    color=mark.colour,
                    linewidth=mark.width * 0.8,
                    linestyle=(0, (3, 2)) if mark.dashed else "-",
                    solid_joinstyle="round",
                )
            )
        elif mark.kind == "words":
            _write(axes, *points[0], mark.words, color=mark.colour, ha=mark.side)
        else:
            (x, y), (wide, high) = points[0], mark.points[1]
            place = Affine2D().scale(wide, -high).translate(x, y + high)
            outline = letter_outline(mark.words).transformed(place)
            axes.add_artist(PathPatch(outline, facecolor=mark.colour, linewidth=0))


def _ground(run, width, tall, bands):
    axis = DistanceAxis(run.profile["window"], width)
    return axis, ground_marks(axis, tall, NAMES, run.elements, run.profile["label_shift"], bands)


def _cell(axes, cell, run, bands, left, top):
    head = cell.head
    _box(
        axes,
        left + 1,
        top - 10,
        20,
        cell.badge,
        FILL.get(cell.grade),
        ON_FILL.get(cell.grade, SOFT),
        TEXT,
        dashed=cell.grade not in FILL,
    )
    _write(axes, left + 30, top, head.title, TEXT, weight="bold", va="center_baseline")
    if cell.tested:
        start = 30 + text_width(head.title, TEXT, "bold") + 7
        _write(axes, left + start, top, _fitting(cell.words, CELL - start), color=SOFT, va="center_baseline")
    else:
        _write(axes, left + CELL, top, cell.words, ha="right", color=SOFT, va="center_baseline")
    axis, marks = _ground(run, CELL, TALL, bands)
    marks += profile_marks(axis, head.x_uniform("top"), TALL, NAMES, GROUP_COLOUR["top"], peak=head.peak_top)
    if cell.logo is not None:
        marks += logo_marks(cell.logo, CELL, LOGO, NAMES + TALL + GAP, cell.logo_bits, cell.grey)
    _draw(axes, marks, left, top + HEAD - 8)
    foot = top + HEAD - 8 + NAMES + TALL + GAP + LOGO + 6
    for i, (test, outcome) in enumerate(cell.tests.items()):
        letter, passed = "?" if outcome == NOT_RUN else test, outcome == PASSED
        _box(
            axes,
            left + 19 * i,
            foot,
            15,
            letter,
            INK if passed else None,
            "white" if passed else SOFT,
            dashed=not passed and outcome != NOT_RUN,
        )
    _write(
        axes,
        left + CELL,
        foot + 8,
        delta_words(cell.delta),
        ha="right",
        color=INK if cell.needed else SOFT,
        weight="bold" if cell.needed else "normal",
    )


def _small_cell(axes, cell, run, bands, left, top):
    _box(axes, left + 1, top - 7, 14, cell.badge, None, SOFT, dashed=True)
    _write(axes, left + 21, top, cell.head.title, weight="bold", color=SOFT, va="center_baseline")
    axis, marks = _ground(run, SMALL_CELL, SMALL_TALL, bands)
    marks += profile_marks(axis, cell.head.x_uniform("top"), SMALL_TALL, NAMES, FAINT, 1.3)
    _draw(axes, marks, left, top + 10)
    _write(axes, left, top + 10 + NAMES + SMALL_TALL + 14, _fitting(cell.words, SMALL_CELL), color=SOFT)


def _control_cell(axes, control, run, left, top):
    _write(axes, left, top, control.title, weight="bold", va="center_baseline")
    axis, marks = _ground(run, CELL, TALL, {control.kind: control.band})
    marks += profile_marks(axis, control.highest, TALL, NAMES, SOFT, 1.3)
    logo = []
    if control.logo is not None:
        logo = logo_marks(control.logo, CELL, LOGO, NAMES + TALL + GAP, run.tested.logo_bits, grey=True)
    _draw(axes, marks + logo, left, top + HEAD - 8)
    for i, line in enumerate(wrap(control_words(control, logo), CELL)):
        _write(axes, left + CELL + 12, top + HEAD + NAMES + LINE * i, line, color=SOFT)


def figure_notes():
    """Title and description of the figure's SVG."""
    return (
        "Head atlas",
        "tables/profiles.tsv.gz (group top: mean x window over d) and heads/L*_H*/pwm.tsv (columns with used = 1); "
        "where heads are tested tables/heads.tsv, and bands.tsv, control_logos.tsv and logos.tsv of the tests; type "
        f"{rcParams['font.family'][0]}",
    )
