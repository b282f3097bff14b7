"""Figures of the run card: PR AUC as a dot beside a blind guess, the split as a ring or as bars."""

import math

import numpy as np
from markupsafe import Markup

from attentome.figures.profile import CONTROL_TITLES
from attentome.figures.style import BLUES, FAINT, GROUP_COLOUR, INK, RULE, SOFT, escape
from attentome.report.outcome.checks import LEARNED_FACTOR
from attentome.report.run_card.facts import MISSING
from attentome.report.text.numbers import interval_text, number
from attentome.report.text.peers import peer_rows


def dots_svg(run):
    """PR AUC of the network, of its peers and of the networks beside it on a log scale, with intervals, the prevalence
    and the line above which the network learned. A row of several networks shows a ring for each and prints the
    median."""
    metrics = run.metrics
    prevalence, entry = metrics["prevalence"], metrics["pr_auc"]
    rows = [("trained, 1 seed", [entry], INK)]
    rows += [(row["title"], [row["pr_auc"]], SOFT) for row in peer_rows(run) if row["network_lead"]]
    beside = _networks_beside(run)
    values = [one["value"] for _, dots, _ in [*rows, *beside] for one in dots if one["value"]]
    low = 10 ** math.floor(math.log10(max(min([prevalence, *values]) / 1.5, 1e-7)))
    left, right, wide = 124, 490, 560
    axis = 76 + 24 * (len(rows) - 1) + (24 * len(beside) + 24 if beside else 0)

    def x(value):
        share = (math.log10(max(value, low)) - math.log10(low)) / -math.log10(low)
        return left + share * (right - left)

    parts = [
        f'<svg width="{wide}" height="{axis + 28}" viewBox="0 0 {wide} {axis + 28}" font-size="12" role="img">'
        f"<title>PR AUC {interval_text(entry)}, prevalence {number(prevalence)}</title>",
        f'<path d="M{left} {axis}H{right}" stroke="{FAINT}"/>',
    ]
    guess, line = x(prevalence), x(min(1, LEARNED_FACTOR * prevalence))
    parts.append(
        f'<path d="M{guess:.1f} 22V{axis}" stroke="{INK}" stroke-dasharray="3 3"/>'
        f'<text x="{guess - 4:.1f}" y="12" text-anchor="{"end" if guess > 190 else "start"}" fill="{SOFT}">'
        f"prevalence {number(prevalence)}</text>"
    )
    parts.append(
        f'<path d="M{line:.1f} 22V{axis}" stroke="{FAINT}"/>'
        f'<text x="{line + 5:.1f}" y="30" fill="{SOFT}">{LEARNED_FACTOR} × prevalence</text>'
    )
    exponent = round(math.log10(low))
    for power in range(exponent, 1):
        value = 10**power
        parts.append(
            f'<path d="M{x(value):.1f} {axis}v4" stroke="{FAINT}"/><text x="{x(value):.1f}" y="{axis + 18}" '
            f'fill="{SOFT}" text-anchor="middle">{number(value)}</text>'
        )
    first = 48 + 24 * len(rows)
    placed = [(48 + 24 * i, row) for i, row in enumerate(rows)]
    if beside:
        parts.append(
            f'<text x="0" y="{first + 4}" fill="{SOFT}" font-size="11" stroke="#fff" stroke-width="4" '
            f'paint-order="stroke">at the {run.tested.grades["n_positions"]:,} '
            "positions measured for the tests:</text>"
        )
        placed += [(first + 24 + 24 * i, row) for i, row in enumerate(beside)]
    for y, (name, dots, colour) in placed:
        parts += _dots_row(name, dots, colour, y, (left, right), x, bold=y == 48)
    return Markup("".join(parts) + "</svg>")


def _networks_beside(run):
    """Rows of the seeds and the control networks: name, a dot for each network, colour; none without tests."""
    if not run.tested:
        return []
    grades = run.tested.grades
    seeds = [{"value": value} for value in (grades["pr_auc"], *grades["replicates"].values())]
    rows = [(f"trained, {len(seeds)} seed{'s' if len(seeds) > 1 else ''}", seeds, INK)]
    for kind in ("rotated", "random"):
        dots = [{"value": one["value"]} for one in grades["controls"][kind]["pr_auc"]]
        rows += [(f"{CONTROL_TITLES[kind]}, {len(dots)}", dots, SOFT)] if dots else []
    return rows


def _dots_row(name, dots, colour, y, ends, x, bold):
    left, right = ends
    parts = [f'<text x="0" y="{y + 4}" fill="{colour}">{name}</text><path d="M{left} {y}H{right}" stroke="{RULE}"/>']
    values = [one["value"] for one in dots if one.get("value") is not None]
    if dots[0].get("lo") is not None:
        parts.append(
            f'<path d="M{x(dots[0]["lo"]):.1f} {y}H{x(dots[0]["hi"]):.1f}" stroke="{GROUP_COLOUR["top"]}" '
            'stroke-width="4" opacity=".35"/>'
        )
    # Several networks: open rings, moved up and down so that each is seen.
    look = f'r="5" fill="{colour}"' if len(dots) == 1 else f'r="4" fill="#fff" fill-opacity=".6" stroke="{colour}"'
    for i, value in enumerate(sorted(values)):
        away = 0 if len(dots) == 1 else (-5, 0, 5)[i % 3]
        parts.append(f'<circle cx="{x(value):.1f}" cy="{y + away}" {look}/>')
    parts.append(
        f'<text x="{right + 12}" y="{y + 4}" font-weight="{"bold" if bold else "normal"}" '
        f'fill="{colour}">{number(float(np.median(values))) if values else MISSING}</text>'
    )
    return parts


def ring_svg(run):
    """The split as a ring (one contig) or as bars (several contigs), with coordinates and sites."""
    contigs = run.genome_json.get("contigs", [])
    if not len(run.split) or not contigs:
        return Markup(f"<p>{MISSING}</p>")
    fill = {"train": RULE, "validation": "url(#hatch)", "test": BLUES[0]}
    hatch = (
        f'<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{BLUES[2]}"/>'
        f'<rect width="2" height="6" fill="{BLUES[1]}"/></pattern></defs>'
    )
    if len(contigs) > 1:
        return _bars(run, contigs, fill, hatch)
    length = contigs[0]["length"]
    cx, cy, outer, inner = 240, 130, 92, 64
    parts = [
        f'<svg width="480" height="260" viewBox="0 0 480 260" font-size="12" role="img"><title>Arcs of the '
        f"split"
        f"</title>{hatch}"
    ]
    merged = _arcs(run.split, length, contigs[0]["circular"])
    for arc, start, end, sites in merged:
        parts.append(
            f'<path d="{_sector(cx, cy, outer, inner, start / length, end / length)}" fill="{fill[arc]}" '
            'stroke="#fff" stroke-width="2"/>'
        )
        x, y = _place(cx, cy, outer + 12, (start + end) / 2 / length)
        # Above the middle the second line of the words lies between the first and the ring.
        y -= 12 if y < cy else 0
        anchor = "start" if x > cx else "end"
        share = (end - start) / length
        parts.append(
            f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{INK}" font-weight="bold">'
            f"{arc} {share:.0%}".replace("%", " %")
            + f'</text><text x="{x:.0f}" y="{y + 14:.0f}" '
            f'text-anchor="{anchor}" fill="{SOFT}">{sites:,} sites</text>'
        )
    name = contigs[0]["name"]
    shape = "circular" if contigs[0]["circular"] else "linear"
    parts.append(
        f'<text x="{cx}" y="{cy - 12}" text-anchor="middle" font-weight="bold" '
        f'fill="{INK}">{escape(name)}</text>'
        f'<text x="{cx}" y="{cy + 5}" text-anchor="middle" fill="{SOFT}">{length:,} nt</text>'
        f'<text x="{cx}" y="{cy + 21}" text-anchor="middle" fill="{SOFT}">{shape}</text>'
        f'<path d="M{cx} {cy - inner - 4}v8" stroke="{INK}"/>'
        f'<text x="{cx}" y="{cy - inner + 16}" text-anchor="middle" fill="{SOFT}">0</text>'
    )
    return Markup("".join(parts) + "</svg>")


def _arcs(split, length, circular):
    """Arcs as (arc, start, end, sites); pieces of one arc that meet at the origin of a circle become one."""
    pieces = [
        [row.arc, int(row.start), int(row.end), int(row.sites)] for row in split.sort_values("start").itertuples()
    ]
    if circular and len(pieces) > 1 and pieces[0][0] == pieces[-1][0] and pieces[0][1] == 0 and pieces[-1][2] == length:
        first = pieces.pop(0)
        pieces[-1][2] += first[2]
        pieces[-1][3] += first[3]
    return pieces


def _place(cx, cy, radius, turn):
    angle = 2 * math.pi * turn - math.pi / 2
    return cx + radius * math.cos(angle), cy + radius * math.sin(angle)


def _sector(cx, cy, outer, inner, start, end):
    large = int(end - start > 0.5)
    x0, y0 = _place(cx, cy, outer, start)
    x1, y1 = _place(cx, cy, outer, min(end, start + 0.9999))
    x2, y2 = _place(cx, cy, inner, min(end, start + 0.9999))
    x3, y3 = _place(cx, cy, inner, start)
    return (
        f"M{x0:.2f} {y0:.2f}A{outer} {outer} 0 {large} 1 {x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}"
        f"A{inner} {inner} 0 {large} 0 {x3:.2f} {y3:.2f}Z"
    )


def _bars(run, contigs, fill, hatch):
    longest = max(entry["length"] for entry in contigs)
    shown = contigs[:12]
    parts = [
        f'<svg width="480" height="{30 * len(shown) + 30}" font-size="12" role="img"><title>Arcs of the split'
        f"</title>{hatch}"
    ]
    for i, entry in enumerate(shown):
        parts.append(f'<text x="0" y="{30 * i + 18}" fill="{INK}">{escape(entry["name"][:18])}</text>')
        for row in run.split[run.split["contig"] == entry["name"]].itertuples():
            parts.append(
                f'<rect x="{130 + 340 * row.start / longest:.1f}" y="{30 * i + 6}" height="16" '
                f'width="{340 * (row.end - row.start) / longest:.1f}" fill="{fill[row.arc]}" stroke="#fff"/>'
            )
    parts.append(
        f'<text x="130" y="{30 * len(shown) + 20}" fill="{SOFT}">grey: train, hatched: validation, dark: test</text>'
    )
    return Markup("".join(parts) + "</svg>")
