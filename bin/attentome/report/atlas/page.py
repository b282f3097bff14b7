"""The head atlas as one page: every head in a cell of its own, all on the same scales, sorted by grade."""

from attentome.evidence.control_tally import tally_text
from attentome.evidence.grades import GRADES, NOT_GRADED, UNSUPPORTED
from attentome.figures.style import new_figure, times
from attentome.report.atlas.cells import (
    FAILED_NOTE,
    atlas_cells,
    control_cells,
    counts_sentence,
    grade_instead,
    rule_text,
)
from attentome.report.atlas.drawing import CellSize, draw_cell
from attentome.report.atlas.legend import legend
from attentome.report.html.templates import HIDDEN, NOT_USED, figure_svg
from attentome.report.text.peers import peer_sentences

LARGE_CELL, SMALL_CELL, CONTROL_CELL = CellSize(176, 86, 40), CellSize(130, 52), CellSize(130, 52, 40)
"""Cells of heads, of unsupported heads, of control heads."""
ORDERS = {"grade": "grade", "place": "layer × head", "distance": "distance", "height": "peak height", "need": "need"}
"""Orders of the cells and the words on their buttons; need is the change of the PR AUC without the head."""
MOST_COLUMNS = 6


def atlas_page(run, outcome, templates):
    """``atlas.html`` as text.

    Parameters
    ----------
    run : RunResults
    outcome : dict
        Of :func:`attentome.report.outcome.verdict.judge`.
    templates : Templates
    """
    cells, tested = atlas_cells(run, outcome), run.tested
    instead = grade_instead(run, outcome)
    orders = [*(() if instead else ("grade",)), "place", "distance", "need" if tested else "height"]
    judged = any(cell.grade in (*GRADES, UNSUPPORTED) for cell in cells)
    known = tested is not None and tally_text(tested) in outcome["sentence"]
    return templates.page(
        "atlas.html",
        run,
        outcome,
        cells=cells,
        drawings={cell.head.name: _cell_svg(cell, run) for cell in cells},
        example=_example(cells, instead),
        legend=legend(run, cells),
        sorted_by="sorted by grade" if judged else NOT_USED if instead == HIDDEN else NOT_GRADED,
        judged=judged,
        hidden=instead == HIDDEN,
        counts="" if known else counts_sentence(tested, cells),
        peers=peer_sentences(run),
        controls=[_control(control, run) for control in control_cells(tested)],
        layers=_map(cells),
        sections={} if instead else _sections(tested.grades["rule"]),
        orders={by: ORDERS[by] for by in orders},
        columns=min(MOST_COLUMNS, max(cell.head.head for cell in cells)),
        grades=GRADES,
        failed_note=FAILED_NOTE,
    )


def _cell_svg(cell, run):
    """Profile and logo of a head, as Markup."""
    high, d = cell.head.peak_top
    size = SMALL_CELL if cell.small else LARGE_CELL
    figure = new_figure(size.width, size.height)
    draw_cell(figure, 0, 0, size, run, cell)
    title = f"{cell.head.title}: mean score of the highest outputs, at most {times(high)} uniform at d = {d}"
    if cell.logo is not None:
        logo_of = "the held-out half" if cell.tested else f"{cell.head.numbers['windows']['n']} windows"
        title += f"; logo of {logo_of}"
    return figure_svg(figure, title, "tables/profiles.tsv.gz, group top: mean x window over d")


def _control(control, run):
    size = CONTROL_CELL if control.logo is not None else SMALL_CELL
    figure = new_figure(size.width, size.height)
    letters = draw_cell(figure, 0, 0, size, run, control)
    svg = figure_svg(figure, control.name, "bands.tsv, control_logos.tsv")
    return {"title": control.title, "svg": svg, "words": control.words(letters)}


def _example(cells, instead):
    """The cell that is explained: the first by grade, else one with a high peak and a rich logo."""
    if not instead:
        return cells[0]
    return max(cells, key=lambda cell: cell.head.numbers["logo"]["total_bits"] * min(cell.head.peak_top[0], 10))


def _map(cells):
    """Each layer's cells in the order of its heads, None where there is none."""
    by_place = {(cell.head.layer, cell.head.head): cell for cell in cells}
    layers = sorted({layer for layer, _ in by_place})
    columns = sorted({column for _, column in by_place})
    return {"columns": columns, "rows": {layer: [by_place.get((layer, one)) for one in columns] for layer in layers}}


def _sections(rule):
    """Grade to what it asks for, in the order of the sections of the page."""
    words = {entry["grade"]: rule_text(entry) for entry in rule["grades"]}
    return words | {UNSUPPORTED: "unsupported: tested, no claim is made", NOT_GRADED: NOT_GRADED}
