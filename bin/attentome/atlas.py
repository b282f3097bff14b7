"""The head atlas as one page: every head in a cell of its own, all on the same scales."""

from attentome.cell_geometry import (
    DistanceAxis,
    height,
    letter_svg_path,
    logo_letters,
    peak_label_place,
)
from attentome.heads import origin_words
from attentome.logo import LETTERS
from attentome.outcome import UNGRADED
from attentome.page import cell_bases, page, warning
from attentome.peer_words import peer_sentences
from attentome.style import BASE_COLOUR, FAINT, GROUP_COLOUR, INK, PALE, RULE, SOFT, escape, times

CELL, TALL, LOGO = 176, 86, 40

STYLE = """
#heads{display:grid;gap:20px 14px;margin-top:14px}
.cell svg,.how svg{width:100%;height:auto}
.cell{display:block;color:inherit;text-decoration:none;padding:4px;border-radius:6px;break-inside:avoid}
.cell:hover,.cell:focus{background:var(--pale);outline:1px solid var(--rule)}
.cell b{font-size:14px;margin-left:8px}.cell .note{float:right;line-height:26px}
.top{display:grid;grid-template-columns:minmax(0,1fr) max-content;gap:40px;align-items:start}
.how{display:grid;grid-template-columns:200px minmax(0,1fr);gap:18px;align-items:start}
.how ul{margin:0;padding-left:18px;font-size:13px}
.map{border-collapse:separate;border-spacing:4px;font-size:12px}
.map td{padding:0;text-align:center;color:var(--soft)}
.map a{display:block;min-width:46px;padding:3px 2px;border:1.5px dashed var(--faint);border-radius:5px;
 text-decoration:none;color:var(--ink);line-height:1.15}
.map small{display:block;color:var(--soft);font-size:11px}
.controls{margin-top:18px}.controls
button{font:inherit;font-size:13px;padding:4px 12px;margin-right:6px;background:#fff;
 border:1px solid var(--faint);border-radius:5px;cursor:pointer}
.controls button[aria-pressed=true]{background:var(--ink);color:#fff}
@media print{#heads{grid-template-columns:repeat(6,1fr)!important}.cell svg{width:100%}}
"""

SCRIPT = """
const grid = document.getElementById("heads");
const cells = [...grid.children];
const keys = {
  place: cell => [+cell.dataset.layer, +cell.dataset.head],
  distance: cell => [+cell.dataset.distance],
  height: cell => [-cell.dataset.height],
};
function order(by) {
  const key = keys[by];
  const compare = (a, b) => {
    const left = [...key(a), ...keys.place(a)], right = [...key(b), ...keys.place(b)];
    const i = left.findIndex((value, at) => value !== right[at]);
    return i < 0 ? 0 : left[i] - right[i];
  };
  cells.sort(compare).forEach(cell => grid.append(cell));
  document.querySelectorAll("button[data-by]").forEach(
    button => button.setAttribute("aria-pressed", button.dataset.by === by));
}
document.querySelectorAll("button[data-by]").forEach(
  button => button.addEventListener("click", () => order(button.dataset.by)));
"""


def cell_svg(head, elements, label_shift):
    """Profile and logo of a head as inline SVG (the page holds the letters' outlines once, as ``#gA``
    and so on)."""
    axis = DistanceAxis(head.numbers["window"], CELL)
    top = 16
    parts = [
        f'<svg width="{CELL}" height="{top + TALL + 16 + LOGO}" role="img" '
        f'viewBox="0 0 {CELL} {top + TALL + 16 + LOGO}"><title>{escape(_title(head))}</title>'
    ]
    named = {}
    for element in elements:
        first, last = max(element["from_d"], 0), min(element["to_d"], axis.near - 1)
        if first > last:
            continue
        left, right = axis.x(last) - axis.scale / 2, axis.x(first) + axis.scale / 2
        if element["name"] in ("-35", "-10"):
            named[element["name"]] = (left + right) / 2
            parts.append(
                f'<rect x="{left:.1f}" y="{top}" width="{right - left:.1f}" height="{TALL}" fill="{PALE}"/>'
            )
    for name, x in named.items():
        parts.append(
            f'<text x="{x:.1f}" y="{top - 5}" font-size="11" fill="{SOFT}" text-anchor="middle">'
            f"{name.replace('-', '−')}</text>"
        )
    one = top + height(1, TALL)
    near, far = axis.lines(head.x_uniform("top"))
    for line, x0, x1 in ((near, axis.left, CELL), (far, 0, axis.far_width)):
        if not line:
            continue
        parts.append(
            f'<path d="M{x0:.1f} {one:.1f}H{x1:.1f}" stroke="{RULE}"/>'
            f'<path d="M{x0:.1f} {top + TALL + 0.5}H{x1:.1f}" stroke="{FAINT}"/>'
        )
        points = " ".join(f"{x:.1f},{top + height(value, TALL):.1f}" for x, value in line)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{GROUP_COLOUR["top"]}" stroke-width="1.8" '
            'stroke-linejoin="round"/>'
        )
    if label_shift < axis.near:
        x = axis.x(label_shift)
        parts.append(f'<path d="M{x:.1f} {top + TALL}v6" stroke="{INK}" stroke-width="1.5"/>')
    high, d = head.peak
    words = f"{times(high)} at {d}"
    x, y, side = peak_label_place(axis, [near, far], words, high, d, TALL)
    parts.append(
        f'<text x="{x:.1f}" y="{top + y + 4:.1f}" font-size="11" fill="{INK}" '
        f'text-anchor="{"end" if side == "right" else "start"}">{words}</text>'
    )
    letters, _, _ = logo_letters(head.pwm, CELL, LOGO)
    base = top + TALL + 14
    parts.append(f'<path d="M0 {base + LOGO + 0.5}H{CELL}" stroke="{RULE}"/>')
    for letter, x, y, w, h in letters:
        parts.append(
            f'<use href="#g{letter}" transform="translate({x:.1f} {base + y:.1f}) scale({w / 100:.4f} '
            f'{h / 100:.4f})" fill="{BASE_COLOUR[letter]}"/>'
        )
    return "".join(parts) + "</svg>"


def _title(head):
    high, d = head.peak
    return (
        f"{head.title}: mean score of the highest outputs, at most {times(high)} uniform at d = {d}; logo of "
        f"{head.numbers['windows']['n']} windows"
    )


def letter_definitions():
    """Outlines of A, C, G, T, to be used by every logo of a page."""
    return (
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
        + "".join(f'<path id="g{letter}" d="{letter_svg_path(letter)}"/>' for letter in LETTERS)
        + "</defs></svg>"
    )


def cell(head, elements, label_shift):
    """A head's cell: badge, name and drawing, one link to the head's page."""
    high, d = head.peak
    shared = cell_bases(head.numbers["logo"])
    return (
        f'<a class="cell" id="{head.name}" href="heads/{head.name}.html" data-layer="{head.layer}" '
        f'data-head="{head.head}" data-distance="{d}" data-height="{high:.4f}">'
        f'<span class="badge" title="not graded">?</span><b>{head.title}</b>'
        f'<span class="note">{escape(shared)}</span>{cell_svg(head, elements, label_shift)}</a>\n'
    )


def head_map(heads):
    """Table of layers and heads; each square links to the head's cell and says where its peak lies."""
    by_place = {(head.layer, head.head): head for head in heads}
    layers = sorted({head.layer for head in heads})
    columns = sorted({head.head for head in heads})
    rows = ["<tr><td>head</td>" + "".join(f"<td>{column}</td>" for column in columns) + "</tr>"]
    for layer in layers:
        squares = []
        for column in columns:
            head = by_place.get((layer, column))
            squares.append(
                f'<td><a href="#{head.name}" title="{head.title}: not graded">?<small>d '
                f"{head.peak[1]}</small>"
                "</a></td>"
                if head
                else "<td></td>"
            )
        rows.append(f"<tr><td>layer {layer}</td>{''.join(squares)}</tr>")
    return f'<table class="map">{"".join(rows)}</table>'


def _peers(run):
    words = peer_sentences(run)
    return f"<p>{escape(words)} Table: run_card.html.</p>\n" if words else ""


def atlas_page(run, outcome):
    """``atlas.html`` as text.

    Parameters
    ----------
    run : RunFacts
    outcome : dict
        Of :func:`attentome.outcome.judge`.
    """
    shift = run.profile["label_shift"]
    window = run.profile["window"]
    heads = run.heads
    columns = min(6, max(head.head for head in heads))
    example = max(heads, key=lambda head: head.numbers["logo"]["total_bits"] * min(head.peak[0], 10))
    far = (
        f"<li>left of the gap: d {window - 1} to 100, squeezed (the highest of 8 nt)</li>"
        if window > 100
        else ""
    )
    body = f"""
<h1>Head atlas: {len(heads)} attention heads, not graded</h1>
{warning(outcome)}<p class="lead">{escape(outcome["sentence"])}</p>
{_peers(run)}<p>{UNGRADED} A logo alone proves nothing: choosing 50 windows by any rule makes some logo.</p>
{letter_definitions()}
<div class="top"><div><h2>How to read a cell</h2>
<div class="how"><div><span class="badge">?</span>
<b>{example.title}</b>{cell_svg(example, run.elements, shift)}</div>
<ul><li>?: not graded; then layer · head, and the bases that its best windows share (n: any)</li>
<li>line: mean score over the {run.profile["n_top"]:,} highest outputs of the whole genome, in
multiples of uniform attention (1× = 1/{window}, thin line); log scale ½× to 110×, the same in all cells</li>
<li>the peak's height and its distance d, nt upstream of {origin_words(run.profile["ahead"])}</li>
<li>DNA runs 5′ to 3′ from left to right; columns: −35 and −10 boxes, tick: TSS (+1), all true where
d = 0 sits on TSS + {shift}</li>{far}
<li>logo of the {run.profile["n_windows"]} windows with the highest score at the head's peak; its height is 2
bits in all cells; it is centred, not in register with the line above</li>
<li>each cell leads to the head's own page</li></ul></div></div>
<div><h2>Where they sit</h2>{head_map(heads)}<p class="note">?: not graded; d: distance of the highest
point</p></div></div>
<div class="controls">Order: <button data-by="place" aria-pressed="true">layer × head</button><button
 data-by="distance" aria-pressed="false">distance</button><button data-by="height" aria-pressed="false">peak
 height</button></div>
<div id="heads" style="grid-template-columns:repeat({columns},minmax(0,232px))">
{"".join(cell(head, run.elements, shift) for head in heads)}</div>
<footer>Data: <a href="tables/profiles.tsv.gz">tables/profiles.tsv.gz</a> (group top: mean × window),
<a href="tables/heads.tsv">tables/heads.tsv</a>, heads/L·_H·/pwm.tsv (logos). The same figure:
<a href="atlas.png">atlas.png</a>, <a href="atlas.svg">atlas.svg</a>. In layers 2 and above d is the place of
a hidden state, not proof that only that base is used. Without script the heads stand in the order layer ×
head.</footer>
<script>{SCRIPT}</script>"""
    return page(f"Head atlas · {run.name}", body, run.name, style=STYLE)
