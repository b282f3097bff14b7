"""Compare filters with a database of motifs, and count those that match the truth.

A match has Tomtom's p (:mod:`attentome.motifs.tomtom`), an E-value (p x motifs of the database, the published measure,
with a limit of 0.1), q by Benjamini and Hochberg over all filters and motifs, and its *cover*: the share of the motif's
information that the filter reproduces. Cover is needed because half a motif matches as well as a whole one: Tomtom asks
whether an alignment is better than chance, not whether it is complete.

**Cover** is defined on Tomtom's best alignment. In a logo, a base is as high as its frequency times the information of
its column. Motif and filter have in each column the lower of both heights in common
(:func:`attentome.motifs.matrices.common_bits`). Cover is the sum of what they have in common, over the information of
the whole motif; columns of the motif without partner add nothing. It is 1 for the motif itself, about a half for half
of its bits, and next to 0 for a uniform matrix. A filter that is sharper than the motif loses only the bits of the
motif's weaker bases.
"""

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from attentome.filters.criteria import CRITERIA, MIN_SITES, OF_ANY
from attentome.motifs.matrices import column_bits, common_bits, reverse_complement
from attentome.motifs.tomtom import tomtom_alignments

MATCH_COLUMNS = ["filter", "sites", "motif", "name", "p", "E", "q", "orientation", "offset", "overlap", "cover"]


def match_filters(pwms, database):
    """Compare every filter with every motif.

    Parameters
    ----------
    pwms : list of FilterPwm
        Clipped; those of fewer than :data:`attentome.filters.criteria.MIN_SITES` windows are not compared.
    database : list of Motif

    Returns
    -------
    DataFrame
        :data:`MATCH_COLUMNS`, a row per filter and motif, by filter and p: ``sites`` of the filter; ``motif`` the id;
        ``orientation`` + or - (the motif's reverse complement); ``offset`` the column of the motif, so oriented, at
        which the filter begins, negative where it begins before the motif; ``overlap`` columns in common.

    Raises
    ------
    ValueError
        If the database is empty.
    """
    if not database:
        raise ValueError("the database holds no motifs; give one or more")
    compared = [pwm for pwm in pwms if pwm.sites >= MIN_SITES]
    if not compared:
        return pd.DataFrame(columns=MATCH_COLUMNS)
    queries = [pwm.motif().frequencies for pwm in compared]
    p, offset, overlap, reverse = tomtom_alignments(queries, [motif.frequencies for motif in database])
    p = np.clip(p, 0.0, 1.0)
    q = false_discovery_control(p.ravel()).reshape(p.shape)
    rows = []
    for at, (pwm, query) in enumerate(zip(compared, queries, strict=True)):
        for to in np.argsort(p[at], kind="stable"):
            motif, turned, begins = database[to], bool(reverse[at, to]), int(offset[at, to])
            oriented = reverse_complement(motif.frequencies) if turned else motif.frequencies
            rows.append(
                (
                    pwm.filter,
                    pwm.sites,
                    motif.id,
                    motif.name,
                    p[at, to],
                    p[at, to] * len(database),
                    q[at, to],
                    "-" if turned else "+",
                    begins,
                    int(overlap[at, to]),
                    cover(query, oriented, begins),
                )
            )
    return pd.DataFrame(rows, columns=MATCH_COLUMNS)


def cover(frequencies, motif, offset):
    """Share of a motif's information that a filter reproduces; see the head of this module.

    Parameters
    ----------
    frequencies : ndarray, shape (columns, 4)
        Of the filter.
    motif : ndarray, shape (width, 4)
        In the orientation of the filter.
    offset : int
        Column of the motif at which the filter begins.

    Returns
    -------
    float
        0 to 1; nan where the motif has no information.
    """
    total = column_bits(motif).sum()
    if total == 0:
        return float("nan")
    first, stop = max(offset, 0), min(offset + len(frequencies), len(motif))
    if stop <= first:
        return 0.0
    common = common_bits(frequencies[first - offset : stop - offset], motif[first:stop])
    return float(common.sum() / total)


def truth_matches(table, truth):
    """Matches of filters with motifs of the truth.

    Parameters
    ----------
    table : DataFrame
        Of :func:`match_filters`.
    truth : dict of str to collection of str
        Names of factors to ids of their motifs.

    Returns
    -------
    DataFrame
        Rows of ``table`` whose motif belongs to a factor, and a column ``factor``; a motif of two factors
        has two rows.
    """
    pairs = [(motif, factor) for factor, ids in truth.items() for motif in ids]
    return table.merge(pd.DataFrame(pairs, columns=["motif", "factor"]), on="motif", how="inner")


def match_fractions(table, n_filters, truth):
    """How many filters match, and how many factors are found, by each criterion.

    Parameters
    ----------
    table : DataFrame
        Of :func:`match_filters`.
    n_filters : int
        Filters of the network, those without windows included.
    truth : dict of str to collection of str
        Names of the planted factors to ids of their motifs.

    Returns
    -------
    DataFrame
        A row per criterion of :data:`attentome.filters.criteria.CRITERIA`, or without a truth only of ``OF_ANY``:
        ``criterion``, ``max_E``, ``min_cover``, ``filters`` (those with a match that meets it), ``share`` (of all
        filters), ``factors`` (planted), ``factors_found``, ``found`` (their names, separated by commas).
    """
    truth = {factor: ids for factor, ids in truth.items() if ids}
    own = truth_matches(table, truth)
    rows = []
    for criterion in CRITERIA if truth else OF_ANY:
        max_e, min_cover = CRITERIA[criterion]
        among = table if criterion in OF_ANY else own
        met = among[(among["E"] <= max_e) & (among["cover"] >= min_cover)]
        found = [factor for factor in truth if criterion not in OF_ANY and factor in set(met["factor"])]
        filters = met["filter"].nunique()
        share = filters / n_filters if n_filters else float("nan")
        rows.append((criterion, max_e, min_cover, filters, share, len(truth), len(found), ",".join(found)))
    columns = ["criterion", "max_E", "min_cover", "filters", "share", "factors", "factors_found", "found"]
    return pd.DataFrame(rows, columns=columns)
