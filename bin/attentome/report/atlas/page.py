"""The head atlas as one page: every head in a cell of its own, all on the same scales, sorted by grade."""

from attentome.evidence.control_tally import tally_text
from attentome.evidence.grades import GRADES, NOT_GRADED, NOT_RUN, UNSUPPORTED
from attentome.figures.letters import letter_svg_path
from attentome.figures.style import FAINT, GROUP_COLOUR, SMALL, SOFT, escape, times
from attentome.motifs.logo import LETTERS
from attentome.report.atlas.cells import (
    EDGE,
    FAILED_NOTE,
    FILL,
    HIDDEN,
    NOT_USED,
    ON_FILL,
    ORDER,
    SQUARE,
    atlas_cells,
    control_bands,
    control_cells,
    control_words,
    counts_sentence,
    delta_words,
    grade_instead,
    grade_words,
    legend,
)
from attentome.report.atlas.geometry import DistanceAxis, ground_marks, logo_marks, profile_marks
from attentome.report.html.frame import badge, page, warning
from attentome.report.text.peers import peer_sentences

CELL, TALL, LOGO = 176, 86, 40
GAP = 14
"""px between a profile and its logo."""
SMALL_CELL, SMALL_TALL = 130, 52
TOP = 16
"""px above a profile, for the names of elements."""

STYLE = """
#grades,#row,#grades section{display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start}
#grades{gap:22px 30px}#grades section{max-width:100%}
#grades h3{width:0;min-width:100%;margin:0;padding-bottom:3px;border-bottom:1.5px solid var(--ink)}
#grades .note{width:100%;max-width:none;margin:0}
#grades .unsupported{width:100%}#grades .unsupported h3{border-bottom:1.5px dashed var(--faint)}
#grades,#row{margin-top:16px}#grades[hidden]{display:none}
#row.place{display:grid}
.cell svg,.how svg{width:100%;height:auto}
.cell{display:block;width:184px;color:inherit;text-decoration:none;padding:4px;border-radius:6px;break-inside:avoid}
.cell.small{width:138px;color:var(--soft)}#row.place .cell{width:auto}#row.place .small{max-width:138px}
.cell:hover,.cell:focus{background:var(--pale);outline:1px solid var(--rule)}
.cell b{font-size:14px;margin-left:8px}.cell.small b{font-size:13px}.cell .note,.how .note{float:right;line-height:26px}
.how b{font-size:14px;margin-left:8px}
.title{display:flex;align-items:baseline;white-space:nowrap}
.title .badge{flex:none}.title .say{margin-left:7px;font-size:12px;overflow:hidden;text-overflow:ellipsis}
.small .badge{width:18px;height:18px;line-height:15px;font-size:12px}
.tests{display:flex;gap:3px;margin-top:5px;font-size:11px;align-items:center}
.tests i{font-style:normal;width:17px;height:17px;line-height:15px;text-align:center;border:1px dashed var(--faint);
 border-radius:3px;color:var(--soft)}
.tests i.passed{background:var(--ink);border:1px solid var(--ink);color:#fff;font-weight:bold}
.tests i.open{border:1px solid transparent}
.tests span{margin-left:auto;color:var(--soft);font-variant-numeric:tabular-nums}
.tests strong{color:var(--ink)}
.why{font-size:12px;line-height:1.25;margin-top:2px}
.top{display:flex;flex-wrap:wrap;gap:0 40px;align-items:start}
.top>div:first-child{flex:1 1 640px}.top>div{max-width:100%;overflow-x:auto}
.how{display:grid;grid-template-columns:184px minmax(0,1fr);gap:18px;align-items:start}
.how ul{margin:0;padding-left:18px;font-size:13px}
.nothing{display:flex;gap:14px}.nothing div{width:138px;font-size:12px;line-height:1.3}
.map{border-collapse:separate;border-spacing:4px;font-size:12px}
.map td{padding:0;text-align:center;color:var(--soft)}
.map a{display:block;min-width:42px;padding:3px 2px;border:1.5px dashed var(--faint);border-radius:5px;
 text-decoration:none;color:var(--ink);line-height:1.15}
.map small{display:block;font-size:11px}
.controls{margin-top:18px}.controls
button{font:inherit;font-size:13px;padding:4px 12px;margin:2px 6px 2px 0;background:#fff;
 border:1px solid var(--faint);border-radius:5px;cursor:pointer}
.controls button[aria-pressed=true]{background:var(--ink);color:#fff}
@media (max-width:700px){body{padding:14px 14px 30px}nav{flex-wrap:wrap;gap:4px 14px}.how{grid-template-columns:1fr}
 .how>div{max-width:184px}.cell{width:calc(50% - 6px)}.map{border-spacing:2px}.map a{min-width:30px}
 #row.place{grid-template-columns:1fr 1fr!important}#grades section{width:100%}}
@media print{#grades section{width:100%}.cell{width:calc(16.6% - 12px)}.cell.small{width:calc(12.5% - 13px)}
 #row.place{grid-template-columns:repeat(6,1fr)!important}}
""" + "".join(
    f".map a.grade{grade}{{background:{fill};color:{ON_FILL[grade]};border:1.5px solid {EDGE[grade]}}}\n"
    for grade, fill in FILL.items()
)

SCRIPT = """
const row = document.getElementById("row"), grades = document.getElementById("grades");
const buttons = document.querySelectorAll("button[data-by]");
const cells = [...document.querySelectorAll("a.cell[data-layer]")];
const homes = cells.map(cell => cell.parentNode);
const keys = {
  place: cell => 0,
  distance: cell => +cell.dataset.distance,
  height: cell => -cell.dataset.height,
  need: cell => +cell.dataset.need,
};
function order(by) {
  const key = cell => [keys[by](cell), +cell.dataset.layer, +cell.dataset.head];
  const compare = (a, b) => key(a).map((value, i) => value - key(b)[i]).find(step => step) || 0;
  if (by === "grade") cells.forEach((cell, i) => homes[i].append(cell));
  else [...cells].sort(compare).forEach(cell => row.append(cell));
  row.className = by;
  if (grades) grades.hidden = by !== "grade";
  buttons.forEach(button => button.setAttribute("aria-pressed", button.dataset.by === by));
}
buttons.forEach(button => button.addEventListener("click", () => order(button.dataset.by)));
"""
ORDERS = {"grade": "grade", "place": "layer × head", "distance": "distance", "height": "peak height", "need": "need"}
"""Orders of the cells and the words on their buttons; need is the change of the PR AUC without the head."""


def svg_marks(marks):
    """Marks as SVG; the page holds the letters' outlines once, as ``#gA`` and so on."""
    anchor = {"left": "start", "center": "middle", "right": "end"}
    parts = []
    for mark in marks:
        x, y = mark.points[0]
        points = " ".join(f"{px:.1f},{py:.1f}" for px, py in mark.points)
        if mark.kind == "area":
            parts.append(f'<polygon points="{points}" fill="{mark.colour}"/>')
        elif mark.kind == "line":
            dash = ' stroke-dasharray="3 2"' if mark.dashed else ""
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{mark.colour}" '
                f'stroke-width="{mark.width}"{dash} stroke-linejoin="round"/>'
            )
        elif mark.kind == "words":
            parts.append(
                f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="{SMALL}" fill="{mark.colour}" '
                f'text-anchor="{anchor[mark.side]}">{escape(mark.words)}</text>'
            )
        else:
            wide, high = mark.points[1]
            parts.append(
                f'<use href="#g{mark.words}" transform="translate({x:.1f} {y:.1f}) scale({wide / 100:.4f} '
                f'{high / 100:.4f})" fill="{mark.colour}"/>'
            )
    return "".join(parts)


def _svg(width, tall, title, content):
    return (
        f'<svg width="{width}" height="{tall}" role="img" viewBox="0 0 {width} {tall}">'
        f"<title>{escape(title)}</title>{content}</svg>"
    )


def definitions(run):
    """What every cell of the page uses, once: outlines of A, C, G, T, and what lies under the profiles of large and of
    small cells."""
    bands = control_bands(run.tested)
    grounds = "".join(
        f'<g id="{name}">'
        + svg_marks(
            ground_marks(
                DistanceAxis(run.profile["window"], width), tall, TOP, run.elements, run.profile["label_shift"], bands
            )
        )
        + "</g>"
        for name, width, tall in (("ground", CELL, TALL), ("low-ground", SMALL_CELL, SMALL_TALL))
    )
    letters = "".join(f'<path id="g{letter}" d="{letter_svg_path(letter)}"/>' for letter in LETTERS)
    return (
        f'<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>{letters}{grounds}</defs></svg>'
    )


def cell_svg(cell):
    """Profile and logo of a head as inline SVG."""
    head = cell.head
    values, window = head.x_uniform("top"), head.numbers["window"]
    high, d = head.peak_top
    title = f"{head.title}: mean score of the highest outputs, at most {times(high)} uniform at d = {d}"
    if cell.small:
        marks = profile_marks(DistanceAxis(window, SMALL_CELL), values, SMALL_TALL, TOP, FAINT, 1.3)
        return _svg(SMALL_CELL, TOP + SMALL_TALL + 7, title, '<use href="#low-ground"/>' + svg_marks(marks))
    marks = profile_marks(DistanceAxis(window, CELL), values, TALL, TOP, GROUP_COLOUR["top"], peak=head.peak_top)
    if cell.logo is not None:
        marks += logo_marks(cell.logo, CELL, LOGO, TOP + TALL + GAP, cell.logo_bits, cell.grey)
        logo_of = "the held-out half" if cell.tested else f"{head.numbers['windows']['n']} windows"
        title += f"; logo of {logo_of}"
    return _svg(CELL, TOP + TALL + GAP + LOGO + 2, title, '<use href="#ground"/>' + svg_marks(marks))


def cell_content(cell):
    """Badge, name, what may be said, drawing, tests, as HTML."""
    title, say = f"<b>{cell.head.title}</b>", escape(cell.words)
    if not cell.tested:
        return f'{badge(cell.grade)}{title}<span class="note">{say}</span>{cell_svg(cell)}'
    if cell.small:
        return f'<span class="title">{badge(cell.grade)}{title}</span>{cell_svg(cell)}<div class="why">{say}</div>'
    squares = "".join(
        f'<i class="{SQUARE[outcome]}" title="{test}: {outcome}">{"?" if outcome == NOT_RUN else test}</i>'
        for test, outcome in cell.tests.items()
    )
    delta = delta_words(cell.delta)
    delta = f"<strong>{delta}</strong>" if cell.needed else delta
    return (
        f'<span class="title">{badge(cell.grade)}{title}<span class="say" title="{say}">{say}</span></span>'
        f'{cell_svg(cell)}<div class="tests">{squares}<span title="change of the PR AUC without this head">{delta}'
        "</span></div>"
    )


def cell_html(cell):
    """A head's cell, one link to the head's page."""
    head = cell.head
    high, d = head.peak_top
    need = "Infinity" if cell.delta != cell.delta else f"{cell.delta:.6f}"
    return (
        f'<a class="cell{" small" if cell.small else ""}" id="{head.name}" href="heads/{head.name}.html" '
        f'data-layer="{head.layer}" data-head="{head.head}" data-distance="{d}" data-height="{high:.4f}" '
        f'data-grade="{cell.grade}" data-need="{need}">{cell_content(cell)}</a>\n'
    )


def head_map(cells):
    """Table of layers and heads; each square links to the head's cell and says where its peak lies."""
    by_place = {(cell.head.layer, cell.head.head): cell for cell in cells}
    layers = sorted({layer for layer, _ in by_place})
    columns = sorted({column for _, column in by_place})
    rows = ["<tr><td>head</td>" + "".join(f"<td>{column}</td>" for column in columns) + "</tr>"]
    for layer in layers:
        squares = "".join(_square(by_place.get((layer, column))) for column in columns)
        rows.append(f"<tr><td>layer {layer}</td>{squares}</tr>")
    return f'<table class="map">{"".join(rows)}</table>'


def _square(cell):
    if cell is None:
        return "<td></td>"
    head = cell.head
    kind = f' class="grade{cell.grade}"' if cell.grade in GRADES else ""
    words = NOT_USED if cell.grade == HIDDEN else cell.grade
    return (
        f'<td><a{kind} href="#{head.name}" title="{head.title}: {words}">{cell.badge}'
        f"<small>d {head.peak_top[1]}</small></a></td>"
    )


def nothing_html(run):
    """The control cells: what heads look like that can have learned nothing; empty where there are none."""
    cells = []
    axis = DistanceAxis(run.profile["window"], SMALL_CELL)
    for control in control_cells(run.tested):
        bands = {control.kind: control.band}
        marks = ground_marks(axis, SMALL_TALL, TOP, run.elements, run.profile["label_shift"], bands)
        marks += profile_marks(axis, control.highest, SMALL_TALL, TOP, SOFT, 1.3)
        tall, logo = TOP + SMALL_TALL + 7, []
        if control.logo is not None:
            logo = logo_marks(control.logo, SMALL_CELL, LOGO, tall + 2, run.tested.logo_bits, grey=True)
            tall += LOGO + 4
        words = control_words(control, logo)
        drawn = _svg(SMALL_CELL, tall, control.name, svg_marks(marks + logo))
        cells.append(f"<div><b>{control.title}</b>{drawn}{words}</div>")
    return f'<h2>What nothing looks like</h2><div class="nothing">{"".join(cells)}</div>' if cells else ""


def _sections(cells, run):
    words = grade_words(run.tested.grades["rule"])
    parts = []
    for grade in ORDER:
        own = [cell for cell in cells if cell.grade == grade]
        if own:
            note = f'<p class="note">{FAILED_NOTE}.</p>' if grade == UNSUPPORTED else ""
            heading = f"<h3>{own[0].badge}<small>{words[grade]}</small></h3>{note}"
            parts.append(
                f'<section class="{grade.replace(" ", "-")}">{heading}{"".join(map(cell_html, own))}</section>\n'
            )
    return f'<div id="grades">{"".join(parts)}</div>\n'


def _peers(run):
    words = peer_sentences(run)
    return f"<p>{escape(words)} Table: run_card.html.</p>\n" if words else ""


def _lead(run, outcome, cells):
    """The outcome, then how many heads have which grade beside how many control heads have one."""
    sentence = escape(outcome["sentence"])
    kind = "alarm" if cells[0].grade == HIDDEN else "lead"
    if run.tested is None:
        return (
            f'{warning(outcome)}<p class="lead">{sentence}</p>\n{_peers(run)}'
            "<p>Heads are not graded: controls are not part of this run. A logo alone proves nothing: choosing 50 "
            "windows by any rule makes some logo.</p>"
        )
    known = tally_text(run.tested) in outcome["sentence"]
    counts = "" if known else f"<p>{escape(counts_sentence(run.tested, cells))}</p>\n"
    return f'{warning(outcome)}<p class="{kind}">{sentence}</p>\n{counts}{_peers(run)}'


def atlas_page(run, outcome):
    """``atlas.html`` as text.

    Parameters
    ----------
    run : RunResults
    outcome : dict
        Of :func:`attentome.report.outcome.verdict.judge`.
    """
    cells = atlas_cells(run, outcome)
    instead = grade_instead(run, outcome)
    by_grade = not instead
    columns = min(6, max(cell.head.head for cell in cells))
    example = (
        cells[0]
        if by_grade
        else max(cells, key=lambda cell: cell.head.numbers["logo"]["total_bits"] * min(cell.head.peak_top[0], 10))
    )
    orders = ["grade"] * by_grade + ["place", "distance", "need" if run.tested else "height"]
    buttons = "".join(
        f'<button data-by="{by}" aria-pressed="{str(by == orders[0]).lower()}">{ORDERS[by]}</button>\n' for by in orders
    )
    row = "" if by_grade else "".join(map(cell_html, cells))
    judged = any(cell.grade in (*GRADES, UNSUPPORTED) for cell in cells)
    sorted_by = "sorted by what their evidence allows" if judged else NOT_USED if instead == HIDDEN else NOT_GRADED
    signs = "letter: grade; –: unsupported; " if judged else f"{cells[0].badge}: {sorted_by}; "
    data = (
        "; bands and logos: what was found of control heads and of the held-out half"
        if run.tested
        else ", heads/L·_H·/pwm.tsv (logos)"
    )
    body = f"""
<h1>Head atlas: {len(cells)} attention heads, {sorted_by}</h1>
{_lead(run, outcome, cells)}
{definitions(run)}
<div class="top"><div><h2>How to read a cell</h2>
<div class="how"><div>{cell_content(example)}</div>
<ul>{"".join(f"<li>{escape(item)}</li>" for item in legend(run, example))}</ul></div></div>
<div><h2>Where they sit</h2>{head_map(cells)}<p class="note">{signs}d: distance of the highest
point</p>
{nothing_html(run)}</div></div>
<div class="controls">Order: {buttons}</div>
{_sections(cells, run) if by_grade else ""}<div id="row" class="{orders[0]}" style="grid-template-columns:repeat({
        columns
    },minmax(0,232px))">
{row}</div>
<footer>Data: <a href="tables/profiles.tsv.gz">tables/profiles.tsv.gz</a> (group top: mean × window),
<a href="tables/heads.tsv">tables/heads.tsv</a>{data}. The same figure:
<a href="atlas.png">atlas.png</a>, <a href="atlas.svg">atlas.svg</a>. In layers 2 and above d is the place of
a hidden state, not proof that only that base is used. Without script the heads stand in the order {
        ORDERS[orders[0]]
    }.</footer>
<script>{SCRIPT}</script>"""
    return page(f"Head atlas · {run.name}", body, run.name, style=STYLE)
