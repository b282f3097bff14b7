"""The audit as small multiples: per set, what stands at each offset from its positions, strand by strand."""

from attentome.figures.style import (
    BLUES,
    FAINT,
    INK,
    RULE,
    SMALL,
    SOFT,
    TEXT,
    add_axes,
    add_text,
    new_figure,
    save_figure,
    text_width,
    use_style,
    wrap,
)
from attentome.sites.printed_sequence import OFFSETS

CHECKS = {
    "sequence": "printed sequence stands there",
    "agreement": "another set has a site there",
    "purine": "A or G stands there",
}
"""A column of panels each, and what its height is the share of."""
NOTHING = {"sequence": "no sequences printed", "agreement": "no other set", "purine": ""}
STRANDS = {"+": ("+", BLUES[0]), "-": ("−", "#D97B00")}
MARGIN, PANEL, HIGH, GAP, ROW, HEAD, LINE = 12, 216, 84, 22, 138, 62, 17
"""Lengths in px: margin, width and height of a panel, room between columns, from row to row, above, a line of text."""
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
    left = MARGIN + max(text_width(name, TEXT, "bold") for name in names) + 52
    width = left + len(CHECKS) * (PANEL + GAP) - GAP + MARGIN
    lines = wrap(NOTE, width - 2 * MARGIN)
    bottom = HEAD + len(names) * ROW + 2
    figure = new_figure(width, bottom + LINE * len(lines) + MARGIN)
    for column, (check, words) in enumerate(CHECKS.items()):
        x = left + column * (PANEL + GAP)
        add_text(figure, x, MARGIN, words, color=INK)
        for row, name in enumerate(names):
            y = HEAD + row * ROW
            axes = add_axes(figure, x, y, PANEL, HIGH)
            rows = table[(table["set"] == name) & (table["check"] == check)]
            _bars(axes, rows, NOTHING[check])
            _peaks(figure, x, y - 20, rows)
            if not column:
                add_text(figure, MARGIN, y + HIGH / 2 - 8, name, size=TEXT, weight="bold")
                axes.set_yticklabels(["0", "50 %", "100 %"])
        add_text(figure, x + PANEL / 2, bottom - 30, "offset (nt)", color=SOFT, ha="center")
    for number, line in enumerate(lines):
        add_text(figure, MARGIN, bottom + LINE * number, line, color=SOFT)
    save_figure(figure, path, "Audit of the TSS sets", "audit.tsv, column share")


def _bars(axes, rows, nothing):
    for number, (strand, (_, colour)) in enumerate(STRANDS.items()):
        of_strand = rows[rows["strand"] == strand]
        axes.bar(of_strand["offset"] + (number - 0.5) * 0.38, of_strand["share"], width=0.36, color=colour)
    axes.axhline(0.5, color=RULE, linewidth=0.8, zorder=0)
    axes.set(xlim=(OFFSETS[0] - 0.6, OFFSETS[-1] + 0.6), ylim=(0, 1), xticks=OFFSETS, yticks=[0, 0.5, 1])
    axes.set_xticklabels([f"{offset:+d}".replace("-", "−") if offset else "0" for offset in OFFSETS])
    axes.set_yticklabels([])
    if rows.empty:
        axes.text(0, 0.62, nothing, ha="center", color=FAINT)


def _peaks(figure, x, y, rows):
    """``+ strand 100 % at 0   − strand 74 % at +1`` above a panel."""
    for strand, (sign, colour) in STRANDS.items():
        of_strand = rows[rows["strand"] == strand]
        if len(of_strand):
            best = of_strand.loc[of_strand["share"].idxmax()]
            offset = f"{best['offset']:+d}".replace("-", "−") if best["offset"] else "0"
            text = f"{sign} strand {best['share']:.0%} at {offset}".replace("%", " %")
            add_text(figure, x, y, text, size=SMALL, color=colour if sign == "+" else "#A85C00")
            x += text_width(text) + 16
