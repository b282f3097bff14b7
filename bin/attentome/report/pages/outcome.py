"""The page of a run whose network did not learn: what was measured, what the labels look like, what
to try."""

from markupsafe import Markup

from attentome.figures.style import BLUES, FAINT, INK, SOFT
from attentome.genome.ruler import signed
from attentome.report.outcome.checks import COMPARISON_BITS, SYMBOLS, label_columns
from attentome.report.run_card.figures import dots_svg
from attentome.report.text.peers import peer_rows


def outcome_page(run, outcome, templates):
    """``not_learned.html`` as text.

    Parameters
    ----------
    run : RunResults
    outcome : dict
        Of :func:`attentome.report.outcome.verdict.judge`.
    templates : Templates
    """
    return templates.page(
        "not_learned.html",
        run,
        outcome,
        dots=dots_svg(run),
        labels=_labels_svg(run),
        peers=peer_rows(run),
        symbols=SYMBOLS,
    )


def _labels_svg(run):
    columns = label_columns(run)
    if columns is None:
        return None
    bases, bits = columns
    top = max(0.4, 1.1 * float(bits.max()))
    left, base, tall, step = 44, 130, 112, 7.6
    wide = left + step * len(bases) + 10
    parts = [
        f'<svg width="{wide:.0f}" height="156" viewBox="0 0 {wide:.0f} 156" font-size="11" '
        f'role="img"><title>Bits per '
        f"base of {len(run.sites):,} aligned sites</title>",
        f'<path d="M{left} {base - tall}V{base}H{wide}" fill="none" stroke="{FAINT}"/>',
    ]
    for value in (0, round(top / 1.1, 1)):
        y = base - value / top * tall
        parts.append(
            f'<path d="M{left - 4} {y:.1f}h4" stroke="{FAINT}"/><text x="{left - 7}" y="{y + 4:.1f}" '
            f'fill="{SOFT}" '
            f'text-anchor="end">{value:g}</text>'
        )
    parts.append(
        f'<text x="{left - 34}" y="{base - tall / 2:.0f}" fill="{SOFT}" text-anchor="middle" '
        f'transform="rotate(-90 {left - 34} {base - tall / 2:.0f})">bits</text>'
    )
    y = base - COMPARISON_BITS / top * tall
    if y > base - tall:
        parts.append(f'<path d="M{left} {y:.1f}H{wide}" stroke="{INK}" stroke-dasharray="4 3"/>')
    for i, (name, value) in enumerate(zip(bases, bits)):
        x = left + i * step
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{base - value / top * tall:.1f}" width="{step - 1.5:.1f}" '
            f'height="{max(0.8, value / top * tall):.1f}" fill="{BLUES[0]}"/>'
        )
        if name in (-50, -35, -20, -10, 1):
            parts.append(
                f'<text x="{x + step / 2:.1f}" y="{base + 16}" fill="{SOFT}" text-anchor="middle">'
                f"{signed(int(name))}</text>"
            )
    return Markup("".join(parts) + "</svg>")
