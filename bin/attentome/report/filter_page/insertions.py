"""What inserted motifs do to the outputs: figures, a table and sentences for each task and network of the page."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.attribution.motif_rule import MIN_EFFECT, MOTIFS, NOTHING, PLANTED, RULE, SINGLE
from attentome.figures.style import FAINT, INK, PALE, SOFT, add_axes, minus, new_figure, page_svg
from attentome.io.schemas.filters import IMPORTANCE, PAIRS, RULES, SETS
from attentome.report.html.templates import inline

CELL, LEFT, TOP = 12, 62, 58
"""px of a cell of a heat map, and of the names beside and above it."""
SET_LINES = {
    "distinct": ("different factors", "#0B4F8A", "-"),
    "copies": ("copies of one factor", "#3B8FC4", (0, (5, 2))),
    "with_decoy": ("different factors and a decoy", "#A85C00", "-"),
    "decoys": ("decoys", "#C8461A", (0, (5, 2))),
    "shuffled": ("factors with shuffled columns", "#7D8790", (0, (1, 1.6))),
}
"""Kind of set: its name, colour and dash."""
PAIR_COLOURS = ("#0B4F8A", "#A85C00", "#00845F", "#7D8790", "#8A2B6B", "#C8461A")
LEARNED = {
    RULE: "learned the set of motifs",
    MOTIFS: "read the motifs of several factors, without an established effect of a decoy",
    SINGLE: "read a single motif",
    NOTHING: "show no effect of the motifs",
}
"""What a sentence says of networks with a rule."""
CONTROLS = {"": "trained", "shuffled": "shuffled labels", "untrained": "untrained"}
MOST_ACTIVATIONS = 2
"""Activations that are drawn; all of them are in the tables."""


@dataclass(frozen=True)
class Insertions:
    """Tables of COMPARE_FILTERS on insertions: ``effects`` of single motifs, ``pairs``, ``sets`` and ``rules``."""

    effects: pd.DataFrame
    pairs: pd.DataFrame
    sets: pd.DataFrame
    rules: pd.DataFrame


def read_insertions(folder):
    """Read the tables of a folder."""
    return Insertions(
        IMPORTANCE.read(folder / "importance.tsv"),
        PAIRS.read(folder / "motif_pairs.tsv"),
        SETS.read(folder / "motif_sets.tsv"),
        RULES.read(folder / "rules.tsv"),
    )


def insertion_part(insertions, task, network):
    """Figures and facts of a network on a task; empty if nothing was inserted.

    Parameters
    ----------
    insertions : Insertions
    task, network : str

    Returns
    -------
    dict
        ``sequences``, ``sentences``, ``rules`` (a row per activation and control), and figures by title: ``effects``
        (a heat map for several outputs, else points), ``sets``, ``pairs``.
    """
    effects, pairs, sets, rules = (
        table[(table["task"] == task) & (table["network"] == network)]
        for table in (insertions.effects, insertions.pairs, insertions.sets, insertions.rules)
    )
    if effects.empty:
        return {}
    title = f"{task} {network}"
    return {
        "sequences": int(effects["sequences"].max()),
        "outputs": effects["output"].nunique(),
        "planted": bool((effects["kind"] == PLANTED).any()),
        "sentences": rule_sentences(rules),
        "rules": _rule_rows(rules),
        "min_effect": f"{MIN_EFFECT:g}",
        "effects": _panels(effects, _effects_svg, f"{title} effects"),
        "sets": _panels(sets, _sets_svg, f"{title} sets"),
        "set_lines": SET_LINES,
        "pairs": _panels(pairs[pairs["control"] == ""], _pairs_svg, f"{title} pairs"),
    }


def rule_sentences(rules):
    """What the trained networks of each activation learned, a sentence each.

    Parameters
    ----------
    rules : DataFrame
        Of one task and network.

    Returns
    -------
    list of str
    """
    found = []
    for activation, rows in rules[rules["control"] == ""].groupby("activation", sort=False):
        if rows["factors_own"].notna().any():
            found.append(
                f"{activation.capitalize()}: {rows['factors_own'].mean():.1f} of {rows['factors'].iloc[0]} factors "
                f"raise their own output most; a factor changes its own output by {rows['own_effect'].mean():+.2f} and "
                f"another by {rows['other_effects'].mean():+.2f}."
            )
        if (rows["rule"] != "").any():
            counts = rows["rule"].value_counts(sort=False)
            text = ", ".join(f"{number} of {len(rows)} networks {LEARNED[rule]}" for rule, number in counts.items())
            text = f"{activation.capitalize()}: {text}."
            learned = rows[rows["rule"] != NOTHING]
            if len(learned):
                text += (
                    f" All {int(learned['largest_set'].iloc[0])} factors together change the logit by "
                    f"{learned['together'].mean():+.2f}; the best single motif explains "
                    f"{learned['single_share'].mean():.0%} of that, and as many copies of one factor "
                    f"{learned['copies_share'].mean():.0%}. A decoy changes it by {learned['decoy'].mean():+.2f}."
                )
            found.append(text)
    return [minus(sentence) for sentence in found]


def _rule_rows(rules):
    """Means over the trials of each activation and control."""
    numbers = [name for name in RULES.columns if RULES.kind(name) != "text" and name not in ("trial",)]
    rows = []
    for (activation, control), part in rules.groupby(["activation", "control"], sort=False):
        means = part[numbers].astype(float).mean().to_dict()
        counts = part["rule"].value_counts(sort=False)
        text = ", ".join(f"{rule} {number}" for rule, number in counts.items() if rule)
        rows.append(
            {**means, "activation": activation, "control": CONTROLS[control], "trials": len(part), "rule": text}
        )
    return rows


def _panels(table, draw, title):
    """Figures of the first activations, by activation and control, on one scale."""
    chosen = sorted(table["activation"].unique(), key=lambda name: (name not in ("exponential", "relu"), name))
    panels = {}
    for activation in chosen[:MOST_ACTIVATIONS]:
        for control, name in CONTROLS.items():
            rows = table[(table["activation"] == activation) & (table["control"] == control)]
            if len(rows):
                svg = inline(draw(rows, table, f"{title} {activation} {control}".strip()))
                panels.setdefault(activation, {})[f"{activation}, {name}"] = svg
    return panels


def _effects_svg(rows, everything, title):
    """Effects of single motifs, means over strands and trials: motifs x outputs, or points for one output."""
    if len(everything["output"].unique()) == 1 or (rows["kind"] != PLANTED).any():
        return _points_svg(rows, everything, title)
    means = rows.pivot_table("effect", "name", "output", sort=False)
    top = everything.groupby(["id", "name", "output"])["effect"].mean().abs().max()
    width, height = means.shape[1] * CELL, means.shape[0] * CELL
    figure = new_figure(LEFT + width + 6, TOP + height + 6)
    axes = add_axes(figure, LEFT, TOP, width, height)
    axes.pcolormesh(means.to_numpy()[::-1], cmap="PuOr", vmin=-top, vmax=top, edgecolors="white", linewidth=0.3)
    axes.set_xticks(np.arange(means.shape[1]) + 0.5, means.columns, rotation=90)
    axes.set_yticks(np.arange(means.shape[0]) + 0.5, means.index[::-1])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=7)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return page_svg(figure, title, "filters/importance.tsv")


def _points_svg(rows, everything, title):
    """Effects on the first output, a line per factor or matched motif, one for all decoys; limits of all panels."""
    first = rows["output"].iloc[0]
    of_first = everything[everything["output"] == first]
    limits = of_first["effect"].min(), of_first["effect"].max()
    margin = 0.05 * (limits[1] - limits[0]) + 1e-9
    rows = rows[rows["output"] == first]
    decoys = rows[rows["kind"] == "decoy"]
    lines = [(name, part, INK) for name, part in rows.drop(decoys.index).groupby("name", sort=False)]
    number = decoys["motif"].nunique()
    lines += [(f"{number} decoy{'s' * (number > 1)}", decoys, FAINT)] if number else []
    figure = new_figure(LEFT + 206, 14 + 17 * len(lines) + 38)
    axes = add_axes(figure, LEFT, 8, 190, 17 * len(lines), xlim=(limits[0] - margin, limits[1] + margin))
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    for at, (_, part, colour) in enumerate(lines):
        for strand, mark in (("+", ">"), ("-", "<")):
            effects = part.loc[part["strand"] == strand].groupby("motif", sort=False)["effect"].mean()
            axes.scatter(effects, [at] * len(effects), s=18, marker=mark, color=colour, zorder=3, linewidth=0)
    axes.set_yticks(range(len(lines)), [name for name, _, _ in lines])
    axes.grid(color=PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"change of the logit of {first}")
    return page_svg(figure, title, "filters/importance.tsv")


def _sets_svg(rows, everything, title):
    """Effect against the number of motifs, a line per kind of set."""
    margin = 0.05 * np.ptp(everything["effect"]) + 1e-9
    figure = new_figure(250, 200)
    most = int(everything["motifs"].max())
    axes = add_axes(figure, 44, 10, 194, 148, xlim=(-0.1, most + 0.1))
    axes.set_ylim(everything["effect"].min() - margin, everything["effect"].max() + margin)
    for kind, (_, colour, dash) in SET_LINES.items():
        means = rows[rows["kind"] == kind].groupby("motifs")["effect"].mean()
        means = means if kind == "with_decoy" else pd.concat([pd.Series({0: 0.0}), means])
        axes.plot(means.index, means, color=colour, linestyle=dash, linewidth=1.6)
    axes.set_xticks(range(most + 1))
    axes.set_xlabel("motifs inserted")
    axes.set_ylabel("change of the logit")
    axes.grid(color=PALE, linewidth=0.8)
    return page_svg(figure, title, "filters/motif_sets.tsv")


def _pairs_svg(rows, everything, title):
    """Interaction against the distance, a line per ordered pair, on the outputs of its motifs or, if none, on all."""

    def means(table):
        own = table[(table["output"] == table["first"]) | (table["output"] == table["second"])]
        own = own if len(own) else table
        keys = ["activation", "first", "second", "distance"]
        return own.groupby(keys, sort=False)["interaction"].mean()

    lines, limits = means(rows), means(everything)
    margin = 0.05 * np.ptp(limits) + 1e-9
    figure = new_figure(336, 200)
    axes = add_axes(figure, 52, 10, 192, 148)
    axes.set_ylim(min(limits.min(), 0) - margin, max(limits.max(), 0) + margin)
    axes.axhline(0, color=SOFT, linewidth=0.8)
    for at, ((first, second), line) in enumerate(lines.groupby(["first", "second"], sort=False)):
        places = line.index.get_level_values("distance")
        colour = PAIR_COLOURS[at % len(PAIR_COLOURS)]
        axes.plot(places, line, color=colour, marker="o", markersize=3, linewidth=1.4, label=f"{first} {second}")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.02), frameon=False, fontsize=7.5, handlelength=1.2)
    axes.set_xlabel("nt between the motifs")
    axes.set_ylabel("interaction, logit")
    axes.grid(color=PALE, linewidth=0.8)
    return page_svg(figure, title, "filters/motif_pairs.tsv")
