"""Test whether a head looks where single bases matter: its scores at labelled queries against in-silico mutagenesis.

A key at distance d holds the bases d - downstream .. d + upstream by convolution alone (``Network.key_context``), so
the base that makes a head look at d may be some nt away. Three such *lags* are tried, the two ends of that reach and
its middle; the agreement is the highest of their Spearman correlations between the mean absolute effect of the base at
d + lag and the head's mean score at d.

Null: the head's profile rotated against that of the effects, by every number of nt but 0, with the same best of three.
All rotations count, including those by a few nt. Without them, a head that matches the effects by chance would often
be compared without its closest competitors: with 13 lags, about 10 % of pairs of unrelated profiles of 128 nt would
then have p <= 0.01. As a consequence p is never below lags / distances, so three lags are tried and not all.
"""

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, rankdata

from attentome.attribution.mutagenesis import query_windows
from attentome.network.device import as_tokens
from attentome.network.threads import in_order

MOST_LAG = 12
"""Farthest lag, nt; a stem of convolutions may reach farther."""
ROUNDING = 1e-12
"""Correlations that differ by less are equal."""


def head_scores(network, genome, queries, device, batch=16, threads=1):
    """Scores of all heads at the queries.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome, queries, device, batch, threads
        See :func:`attentome.attribution.mutagenesis.mutate`.

    Returns
    -------
    ndarray of float32, shape (n, layers, heads, window)
        The last index is the distance d of the key.
    """
    windows = query_windows(network, genome, queries)

    def compute(part):
        found = [None] * network.config.layers

        def watch(layer, start, band):
            found[layer] = band[:, :, 0].flip(-1).cpu().numpy()

        network.scan(as_tokens(part, device), watch)
        return np.stack(found, 1)

    parts = (windows[start : start + batch] for start in range(0, len(windows), batch))
    return np.concatenate(list(in_order(compute, parts, threads)))


def key_lags(upstream, downstream):
    """Lags to try for keys of a reach (nt): the two ends, at most :data:`MOST_LAG`, and the middle; ascending.

    A lag is the distance of the base upstream of the key.
    """
    first, last = -min(downstream, MOST_LAG), min(upstream, MOST_LAG)
    return sorted({first, (first + last) // 2, last})


def turned_correlations(effect, score):
    """Spearman correlation of a profile with each rotation of another.

    Parameters
    ----------
    effect, score : ndarray, shape (m,)

    Returns
    -------
    ndarray, shape (m,)
        At k, that of ``effect`` and ``np.roll(score, k)``; all 0 where one of them is constant.
    """
    effect, score = _standard_ranks(effect), _standard_ranks(score)
    m = len(effect)
    turns = (np.arange(m) - np.arange(m)[:, None]) % m
    return score[turns] @ effect / m


def agreement(effect, score, lags):
    """Agreement of one head, and how often its rotated profile agrees as well.

    Parameters
    ----------
    effect, score : ndarray, shape (m,)
        Mean absolute effect of the base, and mean score of the key, at the same distances, ascending by 1.
    lags : list of int

    Returns
    -------
    rho : float
    lag : int
        The best one: nt from the key upstream to the base; if tied, the one nearest to 0.
    p : float
        (1 + rotations that agree at least as well) / (1 + rotations); not below len(lags) / m.
    shifts : int
        Rotations, m - 1.
    """
    rho = turned_correlations(effect, score)
    best = np.max([np.roll(rho, -lag) for lag in lags], 0)
    lag = min(lags, key=lambda lag: (-rho[lag % len(rho)].round(12), abs(lag)))
    return float(best[0]), lag, float(np.mean(best >= best[0] - ROUNDING)), len(rho) - 1


def head_agreement_table(effects, scores, key_contexts, heads):
    """Rows of ``ism_heads.tsv``, one per head.

    Parameters
    ----------
    effects : Effects
        Its distances lie within the window.
    scores : ndarray, shape (n, layers, heads, window)
    key_contexts : list of (int, int)
        ``Network.key_context`` of each layer.
    heads : list of (int, int)
        Layer and head, both from 1.

    Returns
    -------
    DataFrame
        layer, head, rho, lag, p, q (Benjamini-Hochberg over these heads), rho_sites (mean over the sites of the
        correlation of the site's own effects and scores at that lag; a description), shifts, p_min (the smallest
        possible p).
    """
    # A base that exists at no site changes nothing.
    known = effects.known
    mean = np.nansum(effects.mean_abs, 0) / np.maximum(known.sum(0), 1)
    rows = []
    for layer, head in heads:
        here = scores[:, layer - 1, head - 1, effects.distances]
        lags = key_lags(*key_contexts[layer - 1])
        rho, lag, p, shifts = agreement(mean, here.mean(0, dtype=np.float64), lags)
        own = [_spearman(effects.mean_abs[i, known[i]], np.roll(here[i], lag)[known[i]]) for i in range(len(here))]
        rows.append((layer, head, rho, lag, p, np.mean(own), shifts, len(lags) / (shifts + 1)))
    table = pd.DataFrame(rows, columns=["layer", "head", "rho", "lag", "p", "rho_sites", "shifts", "p_min"])
    table.insert(5, "q", false_discovery_control(table["p"]) if len(table) else [])
    return table


def base_scores(scores, distances, lag):
    """Assign a head's scores to bases: that of the key at d goes to the base at d + lag.

    Parameters
    ----------
    scores : ndarray, shape (n, window)
    distances : ndarray of int, shape (m,)
    lag : int

    Returns
    -------
    ndarray, shape (n, m)
        -1, below every score, where the key would lie outside the window.
    """
    key = distances - lag
    inside = (key >= 0) & (key < scores.shape[1])
    return np.where(inside, scores[:, key.clip(0, scores.shape[1] - 1)], -1)


def _spearman(a, b):
    return float(np.mean(_standard_ranks(a) * _standard_ranks(b))) if len(a) > 1 else 0.0


def _standard_ranks(values):
    """Ranks with mean 0 and variance 1, or all 0."""
    ranks = rankdata(values)
    ranks -= ranks.mean()
    spread = ranks.std()
    return ranks / spread if spread else ranks
