"""Join the networks of a run: means over trials with their intervals, controls beside them."""

from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import t

from attentome.io.schemas.filters import ATTRIBUTIONS, NETWORKS, SUMMARY

CONFIDENCE = 0.95


def mean_interval(values, confidence=CONFIDENCE):
    """Mean over trials and its interval.

    Parameters
    ----------
    values : sequence of float
        One per trial; nan is left out.
    confidence : float

    Returns
    -------
    mean, low, high : float
        Student's t interval; both ends are nan with fewer than two values. All nan without any.
    """
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return (np.nan,) * 3
    mean = float(values.mean())
    if len(values) == 1:
        return mean, np.nan, np.nan
    half = float(_quantile(confidence, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


@cache
def _quantile(confidence, degrees):
    return t.ppf((1 + confidence) / 2, degrees)


def network_table(facts):
    """A row per network.

    Parameters
    ----------
    facts : list of dict
        Contents of ``network.json``.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.NETWORKS`, by task, network, activation, control and trial;
        ``control`` is empty for a network that was trained on the task.
    """
    rows = [{**one, "control": one["control"] or "", "diverged": int(one["diverged"])} for one in facts]
    table = pd.DataFrame(rows, columns=list(NETWORKS.columns))
    return table.sort_values(["task", "network", "activation", "control", "trial"], ignore_index=True)


def summarise(networks, fractions):
    """Means over the trials of each network and activation, and of their controls.

    Parameters
    ----------
    networks : DataFrame
        Of :func:`network_table`.
    fractions : dict of str to DataFrame
        Id of a network to its ``fractions.tsv``.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.SUMMARY`, in the order of ``networks``. ``trials`` counts all
        networks, ``diverged`` those whose training diverged; their filters count as they are. ``factors_found`` is a
        mean over trials, ``factors_found_any_trial`` counts the factors that at least one trial found.
    """
    both = pd.concat([table.assign(id=name) for name, table in fractions.items()], ignore_index=True)
    both = networks.merge(both, on="id", validate="one_to_many")
    keys = ["task", "network", "activation", "control", "extraction", "database", "criterion"]
    rows = []
    for key, part in both.groupby(keys, sort=False):
        share, low, high = mean_interval(part["share"])
        names = {name for text in part["found"] for name in text.split(",") if name}
        rows.append(
            (
                *key,
                len(part),
                int(part["diverged"].sum()),
                part["auroc"].mean(),
                part["aupr"].mean(),
                share,
                low,
                high,
                int(part["factors"].iloc[0]),
                part["factors_found"].mean(),
                len(names),
            )
        )
    return pd.DataFrame(rows, columns=list(SUMMARY.columns))


def attribution_table(networks, attributions):
    """A row per network and attribution method.

    Parameters
    ----------
    networks : DataFrame
        Of :func:`network_table`.
    attributions : dict of str to DataFrame
        Id of a network to its ``attribution.tsv``; not all networks need one.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.ATTRIBUTIONS`, in the order of ``networks``.
    """
    return joined_table(networks, attributions, ATTRIBUTIONS)


def joined_table(networks, tables, schema):
    """Rows of a table that each network has, with the network before them.

    Parameters
    ----------
    networks : DataFrame
        Of :func:`network_table`.
    tables : dict of str to DataFrame
        Id of a network to its table; not all networks need one.
    schema : TableSchema
        Of the joined table.

    Returns
    -------
    DataFrame
        In the order of ``networks``.
    """
    if not tables:
        return pd.DataFrame(columns=list(schema.columns))
    both = pd.concat([table.assign(id=name) for name, table in tables.items()], ignore_index=True)
    both = networks.drop(columns=["auroc", "aupr"]).merge(both, on="id", validate="one_to_many")
    return both[list(schema.columns)]
