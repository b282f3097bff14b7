"""The head atlas as a figure: five cells a row, 1,170 px wide, for the MultiQC report and for print."""

from matplotlib import rcParams
from matplotlib.patches import FancyBboxPatch

from attentome.evidence.grades import NOT_RUN, PASSED
from attentome.figures.profile import control_bands
from attentome.figures.style import FAINT, INK, PX, SMALL, SOFT, TEXT, new_figure, text_width, wrap
from attentome.report.atlas.cells import (
    EDGE,
    FAILED_NOTE,
    FILL,
    HIDDEN,
    NOT_USED,
    ON_FILL,
    atlas_cells,
    control_cells,
    control_text,
    counts_sentence,
    delta_text,
)
from attentome.report.atlas.drawing import NAMES, CellSize, draw_cell, draw_control_cell

WIDTH, COLUMNS, MARGIN = 1170, 5, 14
LARGE = CellSize(208, 84, 36)
TEXT_WIDTH = WIDTH - 2 * MARGIN - 30
"""px of a line of words, with room for type that is drawn wider than it is measured."""
SMALL_COLUMNS, LOW = 8, CellSize(128, 50)
ROW, TESTED_ROW, SMALL_ROW = 206, 222, 112
HEAD = 18
"""px from the middle of a cell's heading to its drawing."""
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
    # Words and badges stand in axes over the whole figure, in px with y downwards.
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(whole, 0)
    axes.axis("off")
    for i, (words, options) in enumerate(lines):
        _write(axes, MARGIN, MARGIN + LINE * (i + 0.5), words, **options)
    bands = control_bands(run.tested.bands) if run.tested else {}
    step = (WIDTH - 2 * MARGIN - LARGE.width) / (COLUMNS - 1)
    for i, cell in enumerate(large):
        _large_cell(axes, cell, run, bands, MARGIN + i % COLUMNS * step, top + i // COLUMNS * row)
    for i, words in enumerate(small_rows):
        _write(axes, MARGIN, small_top + LINE * (i + 0.5), words, color=SOFT)
    small_step = (WIDTH - 2 * MARGIN - LOW.width) / (SMALL_COLUMNS - 1)
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
        _write(axes, MARGIN, controls_top + LINE / 2, "What control heads look like", TEXT, weight="bold")
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
        "all cells; thin line: 1×."
    )
    if run.tested and len(run.tested.bands):
        note += " Grey: 95 % of the heads of untrained networks; dashed: 95 % of those of networks with rotated labels."
    note += (
        " DNA runs 5′ to 3′; columns: −35 and −10; tick: TSS (+1); all true where d = 0 sits on "
        f"TSS + {run.profile['label_shift']}."
    )
    if run.profile["window"] > 100:
        note += f" Left of the gap: d {run.profile['window'] - 1} to 100, squeezed."
    if run.tested:
        note += f" Logo: effect logo of the held-out half, {run.tested.logo_scale}; grey: test L was not passed."
    else:
        note += f" Logo: {run.profile['n_windows']} best windows, 2 bits high."
    if any(cell.tests for cell in cells):
        names = ", ".join(f"{test} {entry['name']}" for test, entry in run.tested.grades["rule"]["tests"].items())
        note += (
            f" Tests ({names}): filled passed, dashed failed, ? not run. At the right: change of the PR AUC "
            "without the head, bold where test K was passed."
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


def _large_cell(axes, cell, run, bands, left, top):
    head, middle = cell.head, {"va": "center_baseline"}
    fill, ink = FILL.get(cell.grade), ON_FILL.get(cell.grade, SOFT)
    _box(axes, left + 1, top - 10, 20, cell.badge, fill, ink, TEXT, dashed=cell.grade not in FILL)
    _write(axes, left + 30, top, head.title, TEXT, weight="bold", **middle)
    if cell.tested:
        start = 30 + text_width(head.title, TEXT, "bold") + 7
        _write(axes, left + start, top, _fitting(cell.words, LARGE.width - start), color=SOFT, **middle)
    else:
        _write(axes, left + LARGE.width, top, cell.words, ha="right", color=SOFT, **middle)
    draw_cell(axes.figure, left, top + HEAD, LARGE, run, cell, bands)
    foot = top + HEAD + LARGE.height + 4
    for i, (test, outcome) in enumerate(cell.tests.items()):
        letter, passed = "?" if outcome == NOT_RUN else test, outcome == PASSED
        fill, ink = (INK, "white") if passed else (None, SOFT)
        _box(axes, left + 19 * i, foot, 15, letter, fill, ink, dashed=not passed and outcome != NOT_RUN)
    style = {"color": INK, "weight": "bold"} if cell.needed else {"color": SOFT}
    _write(axes, left + LARGE.width, foot + 8, delta_text(cell.delta), ha="right", **style)


def _small_cell(axes, cell, run, bands, left, top):
    _box(axes, left + 1, top - 7, 14, cell.badge, None, SOFT, dashed=True)
    _write(axes, left + 21, top, cell.head.title, weight="bold", color=SOFT, va="center_baseline")
    draw_cell(axes.figure, left, top + 10, LOW, run, cell, bands)
    _write(axes, left, top + 10 + LOW.height + 7, _fitting(cell.words, LOW.width), color=SOFT)


def _control_cell(axes, control, run, left, top):
    _write(axes, left, top, control.title, weight="bold", va="center_baseline")
    letters = draw_control_cell(axes.figure, left, top + HEAD, LARGE, run, control)
    for i, line in enumerate(wrap(control_text(control, letters), LARGE.width)):
        _write(axes, left + LARGE.width + 12, top + HEAD + 8 + NAMES + LINE * i, line, color=SOFT)


def figure_notes():
    """Title and description of the figure's SVG."""
    return (
        "Head atlas",
        "tables/profiles.tsv.gz (group top: mean x window over d) and heads/L*_H*/pwm.tsv (columns with used = 1); "
        "where heads are tested tables/heads.tsv, and bands.tsv, control_logos.tsv and logos.tsv of the tests; type "
        f"{rcParams['font.family'][0]}",
    )
