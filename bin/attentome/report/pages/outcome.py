"""The page of a run whose network did not learn: what was measured, what the labels look like, what to try."""

from attentome.figures.style import BLUES, INK, add_axes, new_figure, page_svg
from attentome.genome.ruler import signed
from attentome.report.html.templates import inline
from attentome.report.outcome.checks import COMPARISON_BITS, label_columns
from attentome.report.run_card.figures import pr_auc_svg

NAMED_BASES = (-50, -35, -20, -10, 1)
"""Bases on the axis, relative to the TSS."""


def outcome_page(run, outcome, templates):
    """``not_learned.html`` as text.

    Parameters
    ----------
    run : RunResults
    outcome : dict
        Of :func:`attentome.report.outcome.verdict.judge`.
    templates : Templates
    """
    return templates.page("not_learned.html", run, outcome, dots=pr_auc_svg(run), labels=_labels_svg(run))


def _labels_svg(run):
    """Bits per base of the aligned sites as bars; None where sites or genome were not given."""
    columns = label_columns(run)
    if columns is None:
        return None
    bases, bits = columns
    figure = new_figure(510, 156)
    axes = add_axes(figure, 44, 8, 456, 122, xlim=(-0.7, len(bases) - 0.3), ylim=(0, max(0.4, 1.1 * bits.max())))
    axes.bar(range(len(bases)), bits, width=0.8, color=BLUES[0])
    axes.axhline(COMPARISON_BITS, color=INK, linewidth=0.8, linestyle=(0, (5, 4)))
    axes.set_xticks([list(bases).index(base) for base in NAMED_BASES], [signed(base) for base in NAMED_BASES])
    axes.set_ylabel("bits")
    title = f"Bits per base of {len(run.sites):,} aligned sites"
    return inline(page_svg(figure, title, "sites/sites.bed and the genome"))
