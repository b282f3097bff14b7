"""Figures of the run card: the PR AUC beside a blind guess and other networks, and the arcs of the split."""

import math

import numpy as np

from attentome.figures.profile import CONTROL_TITLES
from attentome.figures.style import (
    BLUES,
    FAINT,
    GROUP_COLOUR,
    INK,
    RULE,
    SMALL,
    SOFT,
    TEXT,
    add_axes,
    add_text,
    new_figure,
    page_svg,
)
from attentome.report.html.templates import inline
from attentome.report.outcome.checks import LEARNED_FACTOR
from attentome.report.text.numbers import interval_text, number
from attentome.report.text.peers import peer_rows

LEFT, WIDTH, LANE, TOP = 124, 366, 24, 22
"""px: where the scale begins and how wide it is, from row to row, above the lines."""
ARC_COLOUR = {"train": RULE, "validation": BLUES[1], "test": BLUES[0]}
MAX_CONTIGS = 12
"""Contigs that are drawn."""


def pr_auc_svg(run):
    """:func:`pr_auc_figure` for a page, as Markup."""
    title = f"PR AUC {interval_text(run.metrics['pr_auc'])}, prevalence {number(run.metrics['prevalence'])}"
    return inline(page_svg(pr_auc_figure(run), title, "tables/metrics.tsv, run_card.json"))


def split_svg(run):
    """The arcs of the split as a ring (one contig) or as bars (several), as Markup; None if not recorded."""
    contigs = run.genome_json.get("contigs", [])
    if not len(run.split) or not contigs:
        return None
    figure = ring_figure(contigs[0], run.split) if len(contigs) == 1 else bars_figure(contigs, run.split)
    return inline(page_svg(figure, "Arcs of the split", "labels/split.tsv"))


def pr_auc_figure(run):
    """PR AUC of the network and of others on a log scale, with the prevalence and the line above which it learned.

    A row of one network is a dot with its interval, a row of several a ring for each; the median stands at the right.
    """
    peers = [(row["title"], [row["pr_auc"]], SOFT) for row in peer_rows(run) if row["network_lead"]]
    rows = [("trained, 1 seed", [run.metrics["pr_auc"]], INK), *peers, *_networks_beside(run.tested)]
    bottom = TOP + 30 + LANE * len(rows)
    figure = new_figure(560, bottom + 28)
    axes = add_axes(figure, LEFT, 0, WIDTH, bottom)
    values = [dot["value"] for _, dots, _ in rows for dot in dots if dot["value"]]
    _draw_scale(axes, bottom, values, run.metrics["prevalence"])
    for lane, (name, dots, colour) in enumerate(rows):
        y = TOP + 26 + LANE * lane
        if not dots:  # a line of text, which crosses the scale
            add_text(figure, 0, y, name, SMALL, va="center", color=colour, backgroundcolor="white")
        else:
            add_text(figure, 0, y, name, TEXT, va="center", color=colour)
            median = number(_draw_row(axes, y, dots, colour))
            weight = "normal" if lane else "bold"
            add_text(figure, LEFT + WIDTH + 12, y, median, TEXT, va="center", color=colour, weight=weight)
    return figure


def _draw_scale(axes, bottom, values, prevalence):
    lowest = math.floor(math.log10(max(min([prevalence, *values]) / 1.5, 1e-7)))
    powers = [10.0**power for power in range(lowest, 1)]
    axes.set(xscale="log", xlim=(powers[0], 1), ylim=(bottom, 0), yticks=[])
    axes.set_xticks(powers, [number(power) for power in powers])
    axes.minorticks_off()
    axes.spines["left"].set_visible(False)
    guess, learned = max(prevalence, powers[0]), min(1, max(LEARNED_FACTOR * prevalence, powers[0]))
    axes.plot([guess] * 2, [TOP, bottom], color=INK, linewidth=0.8, linestyle=(0, (4, 4)))
    axes.plot([learned] * 2, [TOP, bottom], color=FAINT, linewidth=0.8)
    side = "right" if math.log10(guess) > 0.8 * lowest else "left"
    axes.text(guess, TOP - 5, f"prevalence {number(prevalence)}", color=SOFT, ha=side)
    axes.annotate(f"{LEARNED_FACTOR} × prevalence", (learned, TOP + 9), (4, 0), textcoords="offset points", color=SOFT)


def _networks_beside(tested):
    """Rows of the seeds and the control networks, below a line without dots; none without tests."""
    if not tested:
        return []
    grades = tested.grades
    seeds = [grades["pr_auc"], *grades["replicates"].values()]
    rows = [(f"trained, {len(seeds)} seed{'s' * (len(seeds) > 1)}", seeds, INK)]
    for kind in ("rotated", "random"):
        values = [one["value"] for one in grades["controls"][kind]["pr_auc"]]
        rows += [(f"{CONTROL_TITLES[kind]}, {len(values)}", values, SOFT)] if values else []
    return [
        (f"at the {grades['n_positions']:,} positions measured for the tests:", [], SOFT),
        *((name, [{"value": value} for value in values], colour) for name, values, colour in rows),
    ]


def _draw_row(axes, y, dots, colour):
    """Draw the networks of a row; returns their median, None where none is recorded."""
    axes.axhline(y, color=RULE, linewidth=0.8, zorder=1)
    if dots[0].get("lo") is not None:
        ends = np.clip([dots[0]["lo"], dots[0]["hi"]], axes.get_xlim()[0], 1)
        axes.plot(ends, [y] * 2, color=GROUP_COLOUR["top"], linewidth=3, alpha=0.35)
    values = sorted(dot["value"] for dot in dots if dot["value"] is not None)
    # Several networks: open rings, moved up and down so that each is seen.
    face, away = (colour, [0]) if len(dots) == 1 else ((1, 1, 1, 0.6), [-5, 0, 5])
    ring = {"color": colour, "markerfacecolor": face, "clip_on": False, "label": "networks"}
    axes.plot(np.clip(values, axes.get_xlim()[0], 1), y + np.resize(away, len(values)), "o", **ring)
    return float(np.median(values)) if values else None


def ring_figure(contig, split):
    """The arcs of the only contig as a ring from its origin at the top, clockwise, with their shares and sites."""
    figure = new_figure(480, 260)
    axes = add_axes(figure, 0, 0, 480, 260, xlim=(-240, 240), ylim=(-130, 130))
    axes.axis("off")
    length, pieces = contig["length"], _arcs(split, contig)
    start = pieces[0][1] / length
    axes.pie(
        [end - start for _, start, end, _ in pieces],
        radius=92,
        startangle=90 - 360 * start,
        counterclock=False,
        colors=[ARC_COLOUR[arc] for arc, *_ in pieces],
        wedgeprops={"width": 28, "edgecolor": "white", "linewidth": 1.5},
        frame=True,
    )
    for arc, start, end, sites in pieces:
        turn = math.pi * (start + end) / length
        x, y = 104 * math.sin(turn), 111 * math.cos(turn)
        side = "left" if x > 0 else "right"
        axes.text(x, y + 1, f"{arc} {100 * (end - start) / length:.0f} %", ha=side, va="bottom", weight="bold", size=9)
        axes.text(x, y - 2, f"{sites:,} sites", ha=side, va="top", color=SOFT, size=9)
    axes.text(0, 12, contig["name"], ha="center", va="center", weight="bold", size=9, parse_math=False)
    shape = "circular" if contig["circular"] else "linear"
    axes.text(0, -12, f"{length:,} nt\n{shape}", ha="center", va="center", color=SOFT, size=9)
    axes.plot([0, 0], [60, 68], color=INK, linewidth=0.8)
    axes.text(0, 56, "0", ha="center", va="top", color=SOFT, size=9)
    return figure


def _arcs(split, contig):
    """Arcs as (arc, start, end, sites); pieces of one arc that meet at the origin of a circle become one."""
    pieces = split.sort_values("start")[["arc", "start", "end", "sites"]].to_numpy().tolist()
    first, last = pieces[0], pieces[-1]
    meet = first[1] == 0 and last[2] == contig["length"]
    if contig["circular"] and len(pieces) > 1 and first[0] == last[0] and meet:
        return [*pieces[1:-1], [last[0], last[1], last[2] + first[2], last[3] + first[3]]]
    return pieces


def bars_figure(contigs, split):
    """The arcs of the first contigs, a bar for each contig."""
    contigs = contigs[:MAX_CONTIGS]
    figure = new_figure(480, 30 * len(contigs) + 30)
    axes = add_axes(figure, 130, 0, 340, 30 * len(contigs), ylim=(len(contigs) - 0.5, -0.5))
    axes.axis("off")
    for i, contig in enumerate(contigs):
        add_text(figure, 0, 30 * i + 15, contig["name"][:18], TEXT, va="center", parse_math=False)
        rows = split[split["contig"] == contig["name"]]
        colours = [ARC_COLOUR[arc] for arc in rows["arc"]]
        axes.barh([i] * len(rows), rows["end"] - rows["start"], 0.55, rows["start"], color=colours, edgecolor="white")
    axes.set_xlim(0, max(contig["length"] for contig in contigs))
    add_text(figure, 130, 30 * len(contigs) + 8, "grey: train, blue: validation, dark: test", TEXT, color=SOFT)
    return figure
