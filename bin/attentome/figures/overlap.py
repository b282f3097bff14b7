"""The overlap of TSS sets as an UpSet-like figure: one bar per combination of sets, the rule printed beneath."""

from pathlib import Path

from attentome.figures.style import (
    BLUES,
    INK,
    SMALL,
    SOFT,
    add_axes,
    add_text,
    new_figure,
    save_figure,
    text_width,
    use_style,
    wrap,
)

COMBINATIONS_SHOWN = 24
KEPT, DROPPED, EMPTY = BLUES[0], BLUES[2], "#D5DAE0"
MARGIN, COLUMN, ROW, BARS, SIZES, LINE = 12, 46, 30, 180, 150, 17
"""Lengths in px: margin, a combination's column, a set's row, heights and widths of the bars, a line of text."""


def plot_overlap(overlap, sets, rule, path):
    """Draw the overlap table and write it as SVG and as PNG at twice the size; same numbers, same bytes.

    Parameters
    ----------
    overlap : DataFrame
        Of :func:`attentome.sites.curation.overlap_table`; the 24 largest combinations that occur are drawn.
    sets : DataFrame
        Of :func:`attentome.sites.curation.sets_table`.
    rule : str
        Sentence printed beneath.
    path : Path
        Without suffix.
    """
    use_style()
    occurring = overlap[overlap["n"] > 0].sort_values("n", ascending=False, kind="stable")
    shown = occurring.head(COMBINATIONS_SHOWN)
    names = list(sets["set"])
    label = max(text_width(name) for name in [*names, "sites of the set"]) + 8
    left = MARGIN + label + SIZES + 62
    width = max(left + COLUMN * len(shown) + MARGIN, 620)
    note = "Dark bars: kept by the rule. Light bars: too little support."
    if len(occurring) > len(shown):
        note += f" {len(occurring) - len(shown)} smaller combinations are in overlap.tsv."
    lines = [*wrap(rule, width - 2 * MARGIN), note]
    matrix = MARGIN + 20 + BARS + 10
    text = matrix + ROW * len(names) + 30
    figure = new_figure(width, text + LINE * len(lines) + MARGIN)
    add_text(figure, left, MARGIN, "clusters per combination of sets", color=SOFT)
    bars = add_axes(figure, left, MARGIN + 20, width - left - MARGIN, BARS)
    dots = add_axes(figure, left, matrix, width - left - MARGIN, ROW * len(names))
    _draw_combinations(bars, dots, shown, names)
    _draw_sizes(add_axes(figure, MARGIN + label, matrix, SIZES, ROW * len(names)), sets)
    add_text(figure, MARGIN + label + SIZES, matrix + ROW * len(names) + 4, "sites of the set", color=SOFT, ha="right")
    for number, line in enumerate(lines):
        add_text(figure, MARGIN, text + LINE * number, line, color=INK)
    save_figure(figure, Path(path), "Overlap of the TSS sets", "overlap.tsv, column n; sets.tsv, column sites")


def _draw_combinations(bars, dots, shown, names):
    places = range(len(shown))
    colours = [KEPT if kept else DROPPED for kept in shown["kept"]]
    bars.bar(places, shown["n"], color=colours, width=0.62)
    for place, n in zip(places, shown["n"]):
        bars.text(place, n, f"{n:,}", ha="center", va="bottom")
    bars.set(xticks=[], xlim=(-0.6, len(shown) - 0.4))
    bars.yaxis.set_major_formatter("{x:,.0f}")
    bars.yaxis.get_major_locator().set_params(integer=True)
    bars.margins(y=0.12)
    for place, (text, colour) in enumerate(zip(shown["sets"], colours)):
        present = [row for row, name in enumerate(names) if name in text.split(",")]
        absent = [row for row in range(len(names)) if row not in present]
        dots.plot([place] * len(absent), absent, "o", color=EMPTY, markersize=6)
        dots.plot([place] * len(present), present, "o-", color=colour, markersize=7, linewidth=2)
    dots.set(xlim=bars.get_xlim(), ylim=(len(names) - 0.5, -0.5))
    dots.axis("off")


def _draw_sizes(axes, sets):
    axes.barh(range(len(sets)), sets["sites"], color=INK, height=0.5)
    for place, n in enumerate(sets["sites"]):
        axes.text(n, place, f"{n:,} ", ha="right", va="center")
    axes.set(
        yticks=range(len(sets)), ylim=(len(sets) - 0.5, -0.5), xticks=[], xlim=(1.6 * max(sets["sites"].max(), 1), 0)
    )
    axes.set_yticklabels(sets["set"], fontsize=SMALL * 72 / 96, color=INK)
    axes.tick_params(left=False)
    axes.spines[["left", "bottom"]].set_visible(False)
