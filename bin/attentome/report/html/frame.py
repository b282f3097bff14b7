"""The frame of every page: one style, links by relative address, nothing from outside."""

import re

from attentome.figures.style import BLUES, escape
from attentome.report.outcome.sentences import NOT_LEARNED

SIGNS = {"unsupported": "–", "not graded": "?", "hidden": "!"}
"""What stands in a badge that has no letter; ``hidden`` where grades are not to be used."""

STYLE = (
    """
:root{--ink:#1B2733;--soft:#55606B;--faint:#7D8790;--rule:#C9CFD5;--pale:#F4F6F7}
*{box-sizing:border-box}
body{margin:0 auto;padding:22px 34px 40px;max-width:1240px;background:#fff;color:var(--ink);
 font:14px/1.45 "Liberation Sans",Arial,Helvetica,"DejaVu Sans",sans-serif}
nav{display:flex;gap:18px;font-size:12px;color:var(--faint);border-bottom:1px solid var(--rule);
 padding-bottom:7px}
nav b{font-weight:normal;margin-right:auto}
a{color:#0B4F8A}
h1{font-size:26px;line-height:1.2;margin:18px 0 6px}
h2{font-size:16px;margin:26px 0 6px;border-top:1px solid var(--rule);padding-top:14px}
h2 small,h3 small{font-weight:normal;color:var(--soft);font-size:12px;margin-left:8px}
h3{font-size:14px;margin:14px 0 4px}
p{margin:5px 0;max-width:1000px}
.lead{font-size:16px}
.note{color:var(--soft);font-size:12px}
.alarm{border:2px solid var(--ink);border-radius:6px;padding:8px 14px;font-weight:bold;margin:12px 0}
.box{border:1px solid var(--ink);border-radius:6px;padding:6px 18px 12px;margin:20px 0}
.box h2{border:0;padding:0;margin:10px 0 4px}
table{border-collapse:collapse;font-size:13px}
th{text-align:left;font-weight:normal;color:var(--soft);border-bottom:1px solid var(--faint);
 padding:3px 14px 3px 0}
td{padding:3px 14px 3px 0;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
code,.mono{font-family:"Liberation Mono","DejaVu Sans Mono",monospace;font-size:12px;overflow-wrap:anywhere}
svg{display:block;max-width:100%}
svg text{font-family:"Liberation Sans",Arial,Helvetica,"DejaVu Sans",sans-serif}
footer{margin-top:26px;border-top:1px solid var(--ink);padding-top:8px;font-size:12px;color:var(--soft)}
.badge{display:inline-block;width:26px;height:26px;line-height:23px;text-align:center;
 border:1.5px dashed var(--faint);
 border-radius:5px;font-weight:bold;color:var(--soft);background:#fff}
"""
    + "".join(
        f".badge.grade{letter}{{background:{colour};border:1.5px solid {border};color:{text}}}\n"
        for letter, colour, border, text in zip(
            "ABCD", BLUES, (*BLUES[:3], "var(--faint)"), ("#fff", "#fff", "var(--ink)", "var(--ink)")
        )
    )
    + """dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 16px;margin:6px 0;font-size:13px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media print{body{padding:0;max-width:none}nav,.controls{display:none}
 *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
)


def page(title, body, run_name, root="", style="", heads=True):
    """A whole HTML page.

    Parameters
    ----------
    title : str
    body : str
        HTML.
    run_name : str
    root : str
        Relative address of the results folder from the page: empty or ``../``.
    style : str
        CSS of this page.
    heads : bool
        Whether the atlas exists and can be linked.

    Returns
    -------
    str
    """
    links = (
        [f'<a href="{root}atlas.html">Head atlas</a>'] if heads else [f'<a href="{root}not_learned.html">Outcome</a>']
    )
    links += [
        f'<a href="{root}run_card.html">Run card</a>',
        f'<a href="{root}multiqc/multiqc_report.html">MultiQC report</a>',
        f'<a href="{root}README.txt">All files</a>',
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">\n'
        f"<style>{STYLE}{style}</style></head>\n<body>\n"
        f"<nav><b>Attentome · run {escape(run_name)}</b>{''.join(links)}</nav>\n{body}\n</body></html>\n"
    )


def warning(outcome):
    """The line that every page of a network that did not learn carries; empty otherwise."""
    return (
        f'<p class="alarm">{NOT_LEARNED}: what follows explains nothing about promoters.</p>\n'
        if outcome["state"] == "not_learned"
        else ""
    )


def badge(grade):
    """The badge of a grade as HTML: its letter on a fill that is the deeper the better the grade, or a sign in dashes.

    Parameters
    ----------
    grade : str
        A, B, C, D, ``unsupported``, ``not graded`` or ``hidden``.
    """
    words = "grades are not to be used" if grade == "hidden" else grade if grade in SIGNS else f"grade {grade}"
    kind = "" if grade in SIGNS else f" grade{grade}"
    return f'<span class="badge{kind}" title="{words}">{SIGNS.get(grade, grade)}</span>'


def inline(svg):
    """SVG text made fit to stand inside a page that holds several: ids that nothing refers to are dropped."""
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    return re.sub(r' id="([^"]+)"', lambda match: match.group(0) if match.group(1) in used else "", svg)


def table(columns, rows, numeric=()):
    """An HTML table; cells are HTML already. ``numeric`` names the columns that are set flush right."""
    kinds = ['class="n"' if column in numeric else "" for column in columns]
    head = "".join(f"<th {kind}>{escape(column)}</th>" for column, kind in zip(columns, kinds))
    body = "".join(
        "<tr>" + "".join(f"<td {kind}>{cell}</td>" for cell, kind in zip(row, kinds)) + "</tr>\n" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n".replace("<td >", "<td>").replace(
        "<th >", "<th>"
    )


def facts(pairs):
    """A list of names and values, as HTML."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs) + "</dl>\n"
