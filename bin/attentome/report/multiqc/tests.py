"""The sections of the MultiQC report about the tests of the heads: control networks, knock-outs, pairs of heads."""

import numpy as np
import pandas as pd

from attentome.heads.names import head_title
from attentome.report.multiqc.content import parent
from attentome.report.text.numbers import interval_text, number

LEAST_TOLD = 1e-6
"""bit x logit²; what is less is drawn there."""
GROUPS = {"rotated": "moved labels", "random": "random weights"}


def tested_sections(run, card):
    """Contents of the sections about the tests, by name; none where heads were not tested.

    Parameters
    ----------
    run : RunResults
    card : dict

    Returns
    -------
    dict of str to dict
        MultiQC custom content.
    """
    if not run.tested:
        return {}
    found = {}
    if len(run.tested.controls):
        found["attentome_controls"] = _controls(run.tested, card)
    if len(run.tested.knockout):
        found["attentome_knockout"] = _knockout(run.tested)
    if len(run.tested.pairs):
        found["attentome_pairs"] = _pairs(run.tested)
    return found


def _controls(tested, card):
    tabs, labels = [], []
    for column, name, axis in (
        ("peak_x_uniform_heldout", "Sharpness", "height of the peak, log2 × uniform"),
        ("effect_information", "Logo", "told by the held-out effect logo, log10 of bit × logit²"),
    ):
        groups = {"trained": tested.heads[column]}
        for kind, words in GROUPS.items():
            groups[words] = tested.controls.loc[tested.controls["control"] == kind, column]
        if column == "peak_x_uniform_heldout":
            groups = {words: np.log2(values.clip(lower=0.25)) for words, values in groups.items()}
        else:
            groups = {words: np.log10(values.clip(lower=LEAST_TOLD)) for words, values in groups.items()}
        tabs.append(
            {
                f"{words} ({len(values)} heads)": [round(float(value), 4) for value in values.dropna()]
                for words, values in groups.items()
                if len(values)
            }
        )
        labels.append({"name": name, "xlab": axis})
    lone = "; ".join(
        f"{number(card['networks']['controls'][kind]['smallest_q'])} against {words}" for kind, words in GROUPS.items()
    )
    return {
        "id": "attentome_controls",
        **parent("heads"),
        "section_name": "Controls",
        "description": f"Heads of this network beside all heads of the control networks, by the same recipe. "
        f"{card['grades']['line']} The smallest q that a lone head can reach: {lone}. Data: tables/heads.tsv, "
        "tables/controls.tsv.",
        "plot_type": "boxplot",
        "pconfig": {
            "id": "attentome_controls_plot",
            "title": "Heads: this network and control networks",
            "sort_samples": False,
            "boxpoints": "all",
            "data_labels": labels,
        },
        "data": tabs,
    }


def _knockout(tested):
    rows = tested.knockout[(tested.knockout["metric"] == "pr_auc") & (tested.knockout["kind"] == "zero")]
    shown = rows["delta"].where((rows["hi"] < 0) | (rows["lo"] > 0))
    data = {}
    for layer, head, value in zip(rows["layer"], rows["head"], shown, strict=True):
        data.setdefault(f"layer {layer}", {})[f"head {head}"] = None if pd.isna(value) else round(float(value), 4)
    base, most = tested.knockout_base, float(shown.abs().max()) if shown.notna().any() else 0.01
    of = (
        (
            f" of the PR AUC {number(base['pr_auc'])} of the {base['arc']} arc ({base['n_sites']:,} sites, 95 % "
            f"intervals by a bootstrap over {base['n_blocks']} genome blocks)"
        )
        if base
        else ""
    )
    return {
        "id": "attentome_knockout",
        **parent("heads"),
        "section_name": "Knock-outs",
        "description": f"Change{of} when one head is zeroed. A cell is empty where the interval holds 0: that the head "
        "is not needed alone does not say that nothing in it is used. Data: tables/knockout.tsv.",
        "plot_type": "heatmap",
        "pconfig": {
            "id": "attentome_knockout_plot",
            "title": "Heads: change of the PR AUC without each",
            "xlab": "head",
            "ylab": "layer",
            "zlab": "Δ PR AUC",
            "min": -most,
            "max": most,
            "cluster_rows": False,
            "cluster_cols": False,
            "square": False,
            "display_values": True,
            "tt_decimals": 3,
            "colstops": [[0, "#2F7CA8"], [0.5, "#ffffff"], [1, "#D97B00"]],
        },
        "data": data,
    }


def _pairs(tested):
    data = {}
    for row in tested.pairs.sort_values("delta", kind="stable").itertuples():
        data[f"{head_title(row.layer, row.head)} + {head_title(row.layer2, row.head2)}"] = {
            "delta": interval_text({"value": row.delta, "lo": row.delta_lo, "hi": row.delta_hi}),
            "sum": number(row.sum_of_single),
            "more": interval_text({"value": row.interaction, "lo": row.interaction_lo, "hi": row.interaction_hi}),
        }
    return {
        "id": "attentome_pairs",
        **parent("heads"),
        "section_name": "Pairs of heads",
        "description": "Two heads zeroed together, of those that the network needs most. Below 0 in the last column: "
        "the pair is needed more than the sum of both, so one stands in for the other. Data: "
        "tables/knockout_pairs.tsv.",
        "plot_type": "table",
        "pconfig": {
            "id": "attentome_pairs_table",
            "title": "Heads: pairs knocked out together",
            "col1_header": "Pair",
            "sort_rows": False,
            "no_violin": True,
        },
        "headers": {
            "delta": {"title": "Δ PR AUC (95 %)", "description": "Change without both heads", "scale": False},
            "sum": {"title": "Sum of single", "description": "Changes without each head, added", "scale": False},
            "more": {"title": "Pair less sum (95 %)", "description": "Interaction of both heads", "scale": False},
        },
        "data": data,
    }
