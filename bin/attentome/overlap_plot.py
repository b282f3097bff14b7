"""The overlap of TSS sets as an UpSet-like figure: one bar per combination of sets, the rule printed beneath."""

import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COMBINATIONS_SHOWN = 24
INK, KEPT, DROPPED, EMPTY = "#1B2733", "#0B4F8A", "#93C3DC", "#D5DAE0"
_STYLE = {"font.family": ["Liberation Sans", "DejaVu Sans"], "font.size": 9, "svg.hashsalt": "attentome",
          "svg.fonttype": "path", "text.color": INK, "axes.edgecolor": INK, "axes.labelcolor": INK,
          "xtick.color": INK, "ytick.color": INK}


def plot_overlap(overlap, sets, rule, path):
    """Draw the overlap table and write it as SVG and as PNG at twice the size; same numbers, same bytes.

    Parameters
    ----------
    overlap : DataFrame
        Of :func:`attentome.curate.overlap_table`; the 24 largest combinations that occur are drawn.
    sets : DataFrame
        Of :func:`attentome.curate.sets_table`.
    rule : str
        Sentence printed beneath.
    path : Path
        Without suffix.
    """
    shown = overlap[overlap["n"] > 0].sort_values("n", ascending=False, kind="stable").head(COMBINATIONS_SHOWN)
    left_out = int((overlap["n"] > 0).sum()) - len(shown)
    names = list(sets["set"])
    columns, rows = len(shown), len(names)
    width = max(6.5, 3.2 + 0.5 * columns)
    note = "Dark bars: kept. Light bars: too few sets."
    if left_out:
        note += f" {left_out} smaller combinations are in overlap.tsv."
    lines = textwrap.wrap(rule, int(width * 15)) + [note]
    height = 2.4 + 0.34 * rows + 0.18 * len(lines) + 0.5
    with matplotlib.rc_context(_STYLE):
        figure = plt.figure(figsize=(width, height))
        # Places in inches from the lower left corner, so that nothing moves when sets or lines are added.
        base = 0.2 + 0.18 * len(lines) + 0.35
        label = 0.15 + 0.075 * max(len(name) for name in names)
        dots_left = label + 1.5 + 0.25

        def axes(left, bottom, wide, high):
            return figure.add_axes([left / width, bottom / height, wide / width, high / height])

        dots = axes(dots_left, base, width - dots_left - 0.15, 0.34 * rows)
        bars = axes(dots_left, base + 0.34 * rows + 0.12, width - dots_left - 0.15, 1.9)
        sizes = axes(label, base, 1.5, 0.34 * rows)
        _draw_combinations(bars, dots, shown, names)
        _draw_sizes(sizes, sets)
        figure.text(0.12 / width, 0.12 / height, "\n".join(lines), va="bottom", linespacing=1.35)
        figure.savefig(f"{path}.svg", metadata={"Date": None})
        figure.savefig(f"{path}.png", dpi=200, metadata={"Software": None})
        plt.close(figure)


def _draw_combinations(bars, dots, shown, names):
    places = range(len(shown))
    colours = [KEPT if kept else DROPPED for kept in shown["kept"]]
    bars.bar(places, shown["n"], color=colours, width=0.62)
    for place, n in zip(places, shown["n"]):
        bars.text(place, n, f"{n:,}", ha="center", va="bottom")
    bars.set(ylabel="clusters", xticks=[], xlim=(-0.6, len(shown) - 0.4))
    bars.margins(y=0.12)
    bars.spines[["top", "right"]].set_visible(False)
    for place, (text, colour) in enumerate(zip(shown["sets"], colours)):
        present = [row for row, name in enumerate(names) if name in text.split(",")]
        absent = [row for row in range(len(names)) if row not in present]
        dots.plot([place] * len(absent), absent, "o", color=EMPTY, markersize=7)
        dots.plot([place] * len(present), present, "o-", color=colour, markersize=7, linewidth=2)
    dots.set(xlim=bars.get_xlim(), ylim=(len(names) - 0.5, -0.5))
    dots.axis("off")


def _draw_sizes(axes, sets):
    axes.barh(range(len(sets)), sets["sites"], color=INK, height=0.5)
    for place, n in enumerate(sets["sites"]):
        axes.text(n, place, f"{n:,} ", ha="right", va="center")
    axes.set(yticks=range(len(sets)), ylim=(len(sets) - 0.5, -0.5), xticks=[], xlabel="sites of the set")
    axes.set_yticklabels(sets["set"])
    axes.invert_xaxis()
    axes.set_xlim(1.75 * max(sets["sites"].max(), 1), 0)
    axes.tick_params(left=False)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
