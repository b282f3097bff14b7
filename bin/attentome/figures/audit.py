"""The audit as small multiples: per set, what stands at each offset from its positions, strand by strand."""

from attentome.figures.style import (
    BLUES,
    FAINT,
    INK,
    PX,
    RULE,
    TEXT,
    minus,
    noted_figure,
    save_figure,
    text_width,
    use_style,
    write,
)
from attentome.sites.printed_sequence import OFFSETS

CHECKS = {
    "sequence": ("printed sequence stands there", "no sequences printed"),
    "agreement": ("another set has a site there", "no other set"),
    "purine": ("A or G stands there", ""),
}
"""A column of panels each: what its height is the share of, and what an empty panel says."""
STRANDS = {"+": ("+", BLUES[0], BLUES[0], "left"), "-": ("−", "#D97B00", "#A85C00", "right")}
"""Sign of a strand, colours of its bars and of its words, and where they stand above a panel."""
PANEL, ROW, HEAD = 268, 124, 50
"""Lengths in px: width of a panel, from row to row, above the first row."""
NOTE = (
    "Share of rows (printed sequences, at the positions as printed) or of sites (the other two, after coordinate "
    "fix and lift-over) by offset: nt added to the positions, in genome coordinates on either strand. Above each "
    "panel: where either strand is highest. A real set on the right positions is highest at 0."
)


def plot_audit(table, path):
    """Draw the audit table and write it as SVG and as PNG at twice the size; same numbers, same bytes.

    Parameters
    ----------
    table : DataFrame
        ``set, check, strand, offset, share, n`` of :func:`attentome.sites.audit.audit_sets`.
    path : Path
        Without suffix.
    """
    use_style()
    names = list(dict.fromkeys(table["set"]))
    left = max(text_width(name, TEXT, "bold") for name in names) + 60
    figure = noted_figure(left + PANEL * len(CHECKS), HEAD + ROW * len(names), NOTE)
    panels = figure.subplots(len(names), len(CHECKS), sharex=True, sharey=True, squeeze=False)
    for name, row in zip(names, panels):
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", size=TEXT * PX, weight="bold", color=INK)
        for (check, (_, nothing)), axes in zip(CHECKS.items(), row):
            _draw_panel(axes, table[(table["set"] == name) & (table["check"] == check)], nothing)
    for (words, _), top, bottom in zip(CHECKS.values(), panels[0], panels[-1]):
        write(top, words, (0, 1), 0, 34, xycoords="axes fraction")
        bottom.set_xlabel("offset (nt)")
    save_figure(figure, path, "Audit of the TSS sets", "audit.tsv, column share")


def _draw_panel(axes, rows, nothing):
    for number, (strand, (sign, colour, ink, side)) in enumerate(STRANDS.items()):
        of_strand = rows[rows["strand"] == strand]
        axes.bar(of_strand["offset"] + (number - 0.5) * 0.38, of_strand["share"], width=0.36, color=colour)
        if len(of_strand):
            best = of_strand.loc[of_strand["share"].idxmax()]
            words = f"{sign} strand {100 * best['share']:.0f} % at {_signed(best['offset'])}"
            axes.set_title(words, loc=side, color=ink)
    axes.axhline(0.5, color=RULE, linewidth=0.8, zorder=0)
    axes.set(xlim=(OFFSETS[0] - 0.6, OFFSETS[-1] + 0.6), ylim=(0, 1))
    axes.set_xticks(OFFSETS, map(_signed, OFFSETS))
    axes.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    if rows.empty:
        axes.text(0, 0.62, nothing, ha="center", color=FAINT)


def _signed(offset):
    return minus(f"{offset:+d}") if offset else "0"
