"""The page of a run whose network did not learn: what was measured, what the labels look like, what
to try."""

from attentome.figures.style import BLUES, FAINT, INK, SOFT, escape
from attentome.genome.ruler import signed
from attentome.report.html.frame import page
from attentome.report.html.peer_table import peer_table
from attentome.report.outcome.checks import COMPARISON_BITS, SYMBOLS, label_columns
from attentome.report.outcome.sentences import NOT_LEARNED
from attentome.report.run_card.figures import dots_svg
from attentome.report.text.numbers import interval_text

STYLE = """
.columns{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 40px}
.checks td{padding:5px 18px 5px 0}.checks td:nth-child(2){font-weight:bold;white-space:nowrap}
.checks td:last-child{color:var(--soft);white-space:nowrap}
.mark{display:inline-block;width:22px;height:22px;line-height:19px;text-align:center;
 border:1.5px solid var(--faint);
 border-radius:4px}.mark.alarm{background:var(--ink);border-color:var(--ink);color:#fff;font-weight:bold;padding:0;margin:0}
.mark.open{border-style:dashed}
"""


def outcome_page(run, outcome):
    """``not_learned.html`` as text.

    Parameters
    ----------
    run : RunFacts
    outcome : dict
        Of :func:`attentome.report.outcome.verdict.judge`.
    """
    metrics = run.metrics
    shown = bool(run.params.get("show_unlearned"))
    checks = "".join(
        f'<tr><td><span class="mark '
        f'{check["mark"]}">{SYMBOLS[check["mark"]]}</span></td><td>{escape(check["question"])}'
        f"</td><td>{escape(check['answer'])}</td><td>{escape(check['note'])}</td></tr>\n"
        for check in outcome["checks"]
    )
    atlas = "The atlas is shown all the same (--show_unlearned)." if shown else "The atlas is not shown."
    body = f"""
<h1>{escape(run.name)}: the network did not learn to find TSS</h1>
<p class="lead">{escape(outcome["sentence"])} {atlas}</p>
<div class="columns"><div><h2>What was measured <small>PR AUC on the {escape(metrics["arc"])} arc, log
scale</small></h2> {dots_svg(run)}<p class="note">PR AUC {interval_text(metrics["pr_auc"])}, ROC AUC
{interval_text(metrics["roc_auc"])}; {metrics["n_sites"]:,} sites in {metrics["n_positions"]:,} positions.
Data: tables/metrics.tsv.</p>{peer_table(run)}</div>
<div><h2>What the labels look like <small>information per base, all sites
aligned</small></h2>{_labels_svg(run)}</div></div>
<h2>Why? Checked for you</h2>
<table class="checks"><tbody>{checks}</tbody></table>
<div class="box"><h2>What to try, in this
order</h2><ol>{"".join(f"<li>{escape(line)}</li>" for line in outcome["advice"])}
</ol></div>
<footer>Kept for you: model, outputs, profiles and all tables. Nothing was deleted; -resume uses again what a
change does not touch. The same facts: <a href="outcome.json">outcome.json</a>.</footer>"""
    return page(f"{NOT_LEARNED} · {run.name}", body, run.name, style=STYLE, heads=shown)


def _labels_svg(run):
    columns = label_columns(run)
    if columns is None:
        return "<p>Not drawn: sites and genome were not given to this step.</p>"
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
    return (
        "".join(parts) + f'</svg><p class="note">{len(run.sites):,} sites as read 5′ to 3′, base relative to the TSS; '
        "against the genome's bases, small-sample corrected. Dashed: the best column of 1,840 σ70 sites of E. coli. "
        "Data: sites/sites.bed and the genome.</p>"
    )
