"""The head atlas as a figure: five cells a row, 1,170 px wide, for the MultiQC report and for print."""

from matplotlib import rcParams
from matplotlib.patches import FancyBboxPatch

from attentome.evidence.grades import NOT_RUN, PASSED
from attentome.figures.style import BADGES, FAINT, INK, PX, SMALL, SOFT, TEXT, new_figure, text_width, wrap
from attentome.report.atlas.cells import FAILED_NOTE, atlas_cells, control_cells, counts_sentence
from attentome.report.atlas.drawing import NAMES, CellSize, draw_cell
from attentome.report.atlas.legend import legend
from attentome.report.html.templates import HIDDEN, NOT_USED

WIDTH, MARGIN, LINE = 1170, 14, 16
TEXT_WIDTH = WIDTH - 2 * MARGIN - 30
"""px of a line of words, with room for type that is drawn wider than it is measured."""
LARGE_CELL, COLUMNS, ROW, TESTED_ROW = CellSize(208, 84, 36), 5, 206, 222
SMALL_CELL, SMALL_COLUMNS, SMALL_ROW = CellSize(128, 50), 8, 112
"""Cells of heads, and of unsupported heads: size, number in a row, height of a row."""
HEAD = 18
"""px from the middle of a cell's heading to its drawing."""
MIDDLE = {"va": "center_baseline"}


def atlas_figure(run, outcome):
    """All heads in the order of the atlas page, as a Figure of 1,170 px width; below them, where there are any, the
    control cells."""
    cells, controls = atlas_cells(run, outcome), control_cells(run.tested)
    large, small = [cell for cell in cells if not cell.small], [cell for cell in cells if cell.small]
    lines, failed = _lines(run, outcome, cells), wrap(f"– unsupported. {FAILED_NOTE}.", TEXT_WIDTH) if small else []
    row = TESTED_ROW if run.tested else ROW
    # Where each block of cells starts, and where the figure ends.
    large_top = MARGIN + LINE * len(lines) + 16
    failed_top = large_top + row * -(-len(large) // COLUMNS)
    small_top = failed_top + LINE * len(failed) + 16
    controls_top = small_top + SMALL_ROW * -(-len(small) // SMALL_COLUMNS) if small else failed_top
    whole = controls_top + (LINE + ROW) * bool(controls) + 10
    figure = new_figure(WIDTH, whole)
    # Words and badges stand in axes over the whole figure, in px with y downwards.
    axes = figure.add_axes([0, 0, 1, 1], xlim=(0, WIDTH), ylim=(whole, 0))
    axes.axis("off")
    for i, (words, options) in enumerate(lines):
        _write(axes, MARGIN, MARGIN + LINE * (i + 0.5), words, **options)
    for cell, left, top in _places(large, large_top, LARGE_CELL, COLUMNS, row):
        _large_cell(axes, cell, run, left, top)
    for i, words in enumerate(failed):
        _write(axes, MARGIN, failed_top + LINE * (i + 0.5), words, color=SOFT)
    for cell, left, top in _places(small, small_top, SMALL_CELL, SMALL_COLUMNS, SMALL_ROW):
        _small_cell(axes, cell, run, left, top)
    if controls:
        _write(axes, MARGIN, controls_top + LINE / 2, "What control heads look like", TEXT, weight="bold")
    for i, control in enumerate(controls):
        _control_cell(axes, control, run, MARGIN + 450 * i, controls_top + LINE + 14)
    return figure


def _lines(run, outcome, cells):
    """The figure's first lines, each with how it is written."""
    warnings = []
    if outcome["state"] == "not_learned":
        warnings.append("The network did not learn to find TSS: these heads explain nothing about promoters.")
    if cells[0].grade == HIDDEN:
        warnings.append(f"{NOT_USED.capitalize()}.")
    counts = counts_sentence(run.tested, cells)
    notes = [] if run.tested else ["heads are not graded"]
    note = " ".join(f"{line[0].upper()}{line[1:]}." for line in [*notes, *legend(run, cells)])
    return [
        *((line, {"size": TEXT, "weight": "bold"}) for line in warnings),
        *((line, {"size": TEXT}) for line in wrap(counts, TEXT_WIDTH, TEXT) if counts),
        *((line, {"color": SOFT}) for line in wrap(note, TEXT_WIDTH)),
    ]


def _places(cells, top, size, columns, row):
    """Each cell with the px of its left end and of its top."""
    step = (WIDTH - 2 * MARGIN - size.width) / (columns - 1)
    for i, cell in enumerate(cells):
        yield cell, MARGIN + i % columns * step, top + i // columns * row


def _write(axes, x, y, text, size=SMALL, **options):
    return axes.text(x, y, text, fontsize=size * PX, **{"ha": "left", "va": "center", **options})


def _fitting(words, width):
    """Words cut so that they fit a width."""
    if text_width(words) <= width:
        return words
    while words and text_width(f"{words}…") > width:
        words = words[:-1]
    return f"{words}…"


def _box(axes, left, top, side, letter, colours, size=SMALL, dashed=False):
    """A square with a letter; ``colours`` are those of its fill, of the letter and of its edge."""
    fill, ink, edge = colours
    square = FancyBboxPatch((left, top), side, side, boxstyle="round,pad=0,rounding_size=3", linewidth=0.9)
    square.set(facecolor=fill, edgecolor=edge, linestyle=(0, (3, 2)) if dashed else "-")
    axes.add_artist(square)
    _write(axes, left + side / 2, top + side / 2 + 0.5, letter, size, ha="center", weight="bold", color=ink, **MIDDLE)


def _large_cell(axes, cell, run, left, top):
    graded, title = cell.grade in BADGES, cell.head.title
    _box(axes, left + 1, top - 10, 20, cell.badge, BADGES.get(cell.grade, ("none", SOFT, FAINT)), TEXT, not graded)
    _write(axes, left + 30, top, title, TEXT, weight="bold", **MIDDLE)
    start = 30 + text_width(title, TEXT, "bold") + 7
    _write(axes, left + start, top, _fitting(cell.words, LARGE_CELL.width - start), color=SOFT, **MIDDLE)
    draw_cell(axes.figure, left, top + HEAD, LARGE_CELL, run, cell)
    foot = top + HEAD + LARGE_CELL.height + 4
    for i, (test, outcome) in enumerate(cell.tests.items()):
        colours = (INK, "white", INK) if outcome == PASSED else ("none", SOFT, "none" if outcome == NOT_RUN else FAINT)
        _box(axes, left + 19 * i, foot, 15, "?" if outcome == NOT_RUN else test, colours, dashed=outcome != PASSED)
    style = {"color": INK, "weight": "bold"} if cell.needed else {"color": SOFT}
    _write(axes, left + LARGE_CELL.width, foot + 8, cell.change, ha="right", **style)


def _small_cell(axes, cell, run, left, top):
    _box(axes, left + 1, top - 7, 14, cell.badge, ("none", SOFT, FAINT), dashed=True)
    _write(axes, left + 21, top, cell.head.title, weight="bold", color=SOFT, **MIDDLE)
    draw_cell(axes.figure, left, top + 10, SMALL_CELL, run, cell)
    _write(axes, left, top + 10 + SMALL_CELL.height + 7, _fitting(cell.words, SMALL_CELL.width), color=SOFT)


def _control_cell(axes, control, run, left, top):
    _write(axes, left, top, control.title, weight="bold", **MIDDLE)
    letters = draw_cell(axes.figure, left, top + HEAD, LARGE_CELL, run, control)
    for i, line in enumerate(wrap(control.words(letters), LARGE_CELL.width)):
        _write(axes, left + LARGE_CELL.width + 12, top + HEAD + 8 + NAMES + LINE * i, line, color=SOFT)


def figure_notes():
    """Title and description of the figure's SVG."""
    return (
        "Head atlas",
        "tables/profiles.tsv.gz (group top: mean x window over d) and heads/L*_H*/pwm.tsv (columns with used = 1); "
        "where heads are tested tables/heads.tsv, and bands.tsv, control_logos.tsv and logos.tsv of the tests; type "
        f"{rcParams['font.family'][0]}",
    )
