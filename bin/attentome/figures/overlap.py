"""The overlap of TSS sets as an UpSet-like figure: one bar per combination of sets, the rule printed beneath."""

from attentome.figures.scales import count_axis
from attentome.figures.style import BLUES, INK, SOFT, noted_figure, save_figure, text_width, use_style

COMBINATIONS_SHOWN = 24
KEPT, DROPPED, EMPTY = BLUES[0], BLUES[2], "#D5DAE0"
COLUMN, ROW, BARS, SIZES = 46, 30, 180, 150
"""Lengths in px: a combination's column, a set's row, heights and widths of the bars."""


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
    note = "Dark bars: kept by the rule. Light bars: too little support."
    if len(occurring) > len(shown):
        note += f" {len(occurring) - len(shown)} smaller combinations are in overlap.tsv."
    names = max(map(text_width, sets["set"]))
    columns, rows = max(COLUMN * len(shown), 350), ROW * len(sets)
    figure = noted_figure(names + SIZES + columns + 100, BARS + rows + 70, rule, note)
    axes = figure.subplot_mosaic(
        [[".", "bars"], ["sizes", "dots"]], height_ratios=[BARS, rows], width_ratios=[SIZES, columns]
    )
    _draw_combinations(axes["bars"], axes["dots"], shown, list(sets["set"]))
    _draw_sizes(axes["sizes"], sets)
    save_figure(figure, path, "Overlap of the TSS sets", "overlap.tsv, column n; sets.tsv, column sites")


def _draw_combinations(bars, dots, shown, names):
    colours = [KEPT if kept else DROPPED for kept in shown["kept"]]
    bars.set_title("clusters per combination of sets", loc="left", color=SOFT)
    bars.bar_label(bars.bar(range(len(shown)), shown["n"], color=colours, width=0.62), fmt="{:,.0f}")
    bars.set(xticks=[], xlim=(-0.6, len(shown) - 0.4))
    bars.margins(y=0.12)
    count_axis(bars.yaxis)
    for place, (text, colour) in enumerate(zip(shown["sets"], colours)):
        present = [row for row, name in enumerate(names) if name in text.split(",")]
        absent = [row for row in range(len(names)) if row not in present]
        dots.plot([place] * len(absent), absent, "o", color=EMPTY, markersize=6)
        dots.plot([place] * len(present), present, "o-", color=colour, markersize=7, linewidth=2)
    dots.set(xlim=bars.get_xlim(), ylim=(len(names) - 0.5, -0.5))
    dots.axis("off")


def _draw_sizes(axes, sets):
    axes.set(ylim=(len(sets) - 0.5, -0.5), xticks=[], xlim=(1.6 * max(sets["sites"].max(), 1), 0))
    axes.bar_label(axes.barh(range(len(sets)), sets["sites"], color=INK, height=0.5), fmt="{:,.0f} ")
    axes.set_yticks(range(len(sets)), sets["set"], color=INK)
    axes.set_xlabel("sites of the set", loc="right")
    axes.tick_params(left=False)
    axes.spines[["left", "bottom"]].set_visible(False)
