"""Motifs that the filters of a run spell where nothing was planted, over trials and beside shuffled databases.

A filter that matches a motif of a large database has proven little, so every count stands beside the same count against
:data:`attentome.motifs.tomtom.SHUFFLES` copies of the database, each with the columns of every motif in random order.
The q of a match by these copies is the expected number of matches with a copy that are as good or better, over the
number of matches with the database that are, pooled over the trials of a network.
"""

import numpy as np
import pandas as pd

from attentome.io.schemas.filters import ELEMENTS
from attentome.motifs.tomtom import SHUFFLES

NEAR = 2
"""nt by which two places of a motif may differ and still count as the same."""
GROUP = ["task", "network", "activation", "control", "extraction"]


def element_table(networks, matches, filters):
    """Motifs that filters spell, over the trials of each network and activation and of their controls.

    Parameters
    ----------
    networks : DataFrame
        Of :func:`attentome.filters.summary.network_table`.
    matches : dict of str to DataFrame
        Id of a network to its ``matches.tsv``; networks of tasks with planted motifs have none.
    filters : dict of str to int
        Id of a network to its number of filters.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.ELEMENTS`. Of each task, network and extraction, all motifs that
        any of its networks spells have a row for each activation and control, so that they can be compared.
    """
    own = networks[networks["id"].isin(matches)]
    if own.empty:
        return pd.DataFrame(columns=list(ELEMENTS.columns))
    every = own.merge(pd.concat([table.assign(id=name) for name, table in matches.items()]), on="id")
    rows = []
    for key, ids in own.groupby(GROUP[:-1], sort=False)["id"]:
        for extraction in ("published", "equal"):
            alike = every[(every["task"] == key[0]) & (every["network"] == key[1])]
            alike = alike[alike["extraction"] == extraction]
            spelled = alike[alike["copy"] == 0].drop_duplicates("motif").sort_values("motif")
            part = alike[alike["id"].isin(ids)]
            given, copies = part[part["copy"] == 0], part[part["copy"] > 0]
            given = given.assign(q_shuffled=shuffled_q(given["E"], copies["E"]))
            by_motif, chance = dict(list(given.groupby("motif"))), copies["motif"].value_counts() / SHUFFLES
            total = sum(filters[one] for one in ids)
            for motif, name in spelled[["motif", "name"]].itertuples(index=False):
                head = (*key, extraction, motif, name, len(ids))
                rows.append((*head, *_element(by_motif.get(motif, given[:0]), chance.get(motif, 0.0), total)))
    table = pd.DataFrame(rows, columns=list(ELEMENTS.columns))
    whole = [name for name in ELEMENTS.columns if ELEMENTS.kind(name) == "int?"]
    return table.astype(dict.fromkeys(whole, "Int64"))


def shuffled_q(given, copies, n_copies=SHUFFLES):
    """The q of matches by those with shuffled copies of the database.

    Parameters
    ----------
    given, copies : sequence of float
        E of all matches with the database, and with all copies together.
    n_copies : int

    Returns
    -------
    ndarray of float, shape (len(given),)
        For each match the lowest ratio, over all limits of E that include it, of the matches with the copies (and one
        more, because a finite number of copies may have none), divided by their number, to the matches with the
        database; at most 1.
    """
    given, copies = np.asarray(given, float), np.sort(np.asarray(copies, float))
    order = np.argsort(given, kind="stable")
    limits = given[order]
    better = np.searchsorted(limits, limits, "right")
    ratio = (np.searchsorted(copies, limits, "right") + 1) / n_copies / np.maximum(better, 1)
    found = np.empty(len(given))
    found[order] = np.minimum.accumulate(np.minimum(ratio, 1.0)[::-1])[::-1]
    return found


def _element(matches, chance, total):
    """The cells of a motif in the table of elements, from all matches of a group's filters with it."""
    if matches.empty:
        return (0, 0, total, chance, 0, 0, *(np.nan,) * 4, "", pd.NA, "", pd.NA, pd.NA, *(np.nan,) * 3, *(pd.NA,) * 4)
    best = matches.sort_values(["E", "id", "filter"]).iloc[0]
    near = (matches["start"] - best["start"]).abs() <= NEAR
    return (
        matches["id"].nunique(),
        len(matches),
        total,
        chance,
        int(matches["first"].sum()),
        int(near.fillna(False).sum()),
        best["E"],
        best["q"],
        best["q_shuffled"],
        best["cover"],
        best["id"],
        best["filter"],
        best["orientation"],
        *best[["position", "base", "share", "elsewhere", "outside", "start", "end", "base_from", "base_to"]],
    )
