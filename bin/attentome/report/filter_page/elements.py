"""Motifs that filters spell where nothing was planted: a table for the page, activations side by side."""

import pandas as pd

from attentome.genome.ruler import signed

SHOWN = 20
"""Motifs in a table of the page; all are in ``filters/elements.tsv``."""
MAX_Q = 0.05
"""A motif whose best match has no lower q by the shuffled databases may have been found by chance."""
EXTRACTIONS = {"equal": "equally many windows", "published": "published windows"}


def element_part(elements, task, network):
    """What the page says on the motifs that filters of a network spell.

    Parameters
    ----------
    elements : DataFrame
        Of :data:`attentome.io.schemas.filters.ELEMENTS`.
    task, network : str

    Returns
    -------
    dict
        ``activations``; ``tables``, for each extraction its ``title``, ``rows`` (a motif, its ``cells`` by activation,
        and ``controls``: the filters of control networks that match it) and the number of motifs ``left_out``;
        ``sites``: whether places are bases relative to a TSS. Empty where motifs were planted or none is spelled.
    """
    own = elements[(elements["task"] == task) & (elements["network"] == network)]
    trained = own[own["control"] == ""]
    if not (trained["filters"] > 0).any():
        return {}
    return {
        "activations": trained["activation"].unique().tolist(),
        "sites": bool(own["base"].notna().any()),
        "max_q": MAX_Q,
        "tables": [_table(own[own["extraction"] == name], title) for name, title in EXTRACTIONS.items()],
    }


def _table(own, title):
    """Motifs by the lowest q of their best match, then by the number of filters."""
    trained = own[(own["control"] == "") & (own["filters"] > 0)]
    order = trained.groupby("motif", sort=True).agg(q=("q_shuffled", "min"), filters=("filters", "sum"))
    order = order.sort_values(["q", "filters"], ascending=[True, False], kind="stable").index
    rows = []
    for motif in order[:SHOWN]:
        of_motif = own[own["motif"] == motif]
        cells = {row.activation: _cell(row) for row in of_motif[of_motif["control"] == ""].itertuples()}
        controls = of_motif[of_motif["control"] != ""]
        tested = int(controls["filters_total"].sum())
        rows.append(
            {
                "motif": motif,
                "name": of_motif["name"].iloc[0],
                "cells": cells,
                "controls": f"{controls['filters'].sum()} of {tested}" if tested else "none trained",
            }
        )
    return {"title": title, "rows": rows, "left_out": max(len(order) - SHOWN, 0)}


def _cell(row):
    """One motif and activation, as text and numbers."""
    found = {name: getattr(row, name) for name in ("filters", "filters_total", "filters_shuffled", "trials")}
    if row.filters == 0:
        return found
    return found | {
        "trials_found": row.trials_found,
        "same_place": row.same_place,
        "q": row.q_shuffled,
        "orientation": row.orientation,
        "place": _place(row),
        "share": row.share,
        "elsewhere": row.elsewhere,
    }


def _place(row):
    """``−12 to −7``, bases relative to the TSS, or bases of the sequence from 1."""
    if pd.isna(row.start):
        return ""
    if pd.notna(row.base_from):
        return f"{signed(int(row.base_from))} to {signed(int(row.base_to))}"
    return f"{int(row.start) + 1} to {int(row.end)}"
