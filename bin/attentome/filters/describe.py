"""Describe the first filters of one network: a row per filter, and the shares that match, beside a shuffled database.

Both extractions of :mod:`attentome.filters.pwms` are described, because the published one confounds the activation with
the number of windows. The shuffled database holds the same motifs, each with its columns in random order: it keeps the
composition of every motif and breaks its sequence.
"""

import numpy as np
import pandas as pd

from attentome.filters.criteria import GIVEN, SHUFFLED
from attentome.filters.matches import match_filters, match_fractions, truth_matches
from attentome.io.schemas.filters import FILTERS, FRACTIONS
from attentome.motifs.matrices import column_bits
from attentome.motifs.readers import Motif


def shuffled_database(motifs, seed):
    """Shuffle the columns of each motif.

    Parameters
    ----------
    motifs : list of Motif
    seed : int

    Returns
    -------
    list of Motif
        Same ids, names and order.
    """
    rng = np.random.default_rng([seed, 44])
    return [Motif(one.id, one.name, one.sites, rng.permutation(one.frequencies)) for one in motifs]


def describe_filters(pwms, database, truth, seed):
    """Compare the filters of a network with a database and with its shuffled copy.

    Parameters
    ----------
    pwms : FilterPwms
        Of :func:`attentome.filters.pwms.filter_pwms`.
    database : list of Motif
    truth : dict of str to list of str
        Planted factors and the ids of their motifs; empty where nothing is known.
    seed : int
        Of the shuffled database.

    Returns
    -------
    filters : DataFrame
        Columns of :data:`attentome.io.schemas.filters.FILTERS`: for each extraction (``published``, ``equal``) and
        filter the best match in the database (``any_``) and the best with a motif of the truth; nan and empty text
        where there is none.
    fractions : DataFrame
        Columns of :data:`attentome.io.schemas.filters.FRACTIONS`: for each extraction and database (``given``,
        ``shuffled``) the criteria of :func:`attentome.filters.matches.match_fractions`.
    """
    databases = {GIVEN: database, SHUFFLED: shuffled_database(database, seed)}
    rows, shares = [], []
    for extraction in ("published", "equal"):
        filters = getattr(pwms, extraction)
        for name, motifs in databases.items():
            matches = match_filters(filters, motifs)
            found = match_fractions(matches, len(filters), truth)
            shares.append(found.assign(extraction=extraction, database=name))
            if name == GIVEN:
                rows += _rows(extraction, filters, matches, truth, pwms.profile)
    return (
        pd.DataFrame(rows, columns=list(FILTERS.columns)).astype({"offset": "Int64", "any_offset": "Int64"}),
        pd.concat(shares, ignore_index=True)[list(FRACTIONS.columns)],
    )


def _rows(extraction, filters, matches, truth, profile):
    best = {row.filter: row for row in matches.groupby("filter", sort=False).head(1).itertuples()}
    own = truth_matches(matches, truth)
    best_own = {row.filter: row for row in own.groupby("filter", sort=False).head(1).itertuples()}
    nothing = ("", "", np.nan, np.nan, np.nan, "", pd.NA)
    for pwm in filters:
        any_of, of_truth = best.get(pwm.filter), best_own.get(pwm.filter)
        yield (
            extraction,
            pwm.filter,
            pwm.sites,
            pwm.stop - pwm.start,
            column_bits(pwm.frequencies[pwm.start : pwm.stop]).sum(),
            profile.maximum[pwm.filter - 1],
            profile.sequences[pwm.filter - 1],
            *(_match(any_of, "motif", "name") if any_of else nothing),
            *(_match(of_truth, "factor", "motif") if of_truth else nothing),
        )


def _match(row, *names):
    return [getattr(row, name) for name in (*names, "E", "q", "cover", "orientation", "offset")]
