"""Match the heads of two networks by where they look and at which sequence."""

import numpy as np
from scipy.optimize import linear_sum_assignment

LAG = 6
"""Two heads may read the same bases through keys that lie this many nt apart: their convolutions overlap."""


def profile_similarity(one, other, lag=LAG):
    """Pearson correlation of the profiles of two networks' heads at the best lag.

    Parameters
    ----------
    one, other : ndarray, shape (heads, window), (other heads, window)
    lag : int
        Profiles may be shifted against each other by at most this many nt.

    Returns
    -------
    r : ndarray, shape (heads, other heads)
    lags : ndarray of int, same shape
        Shift of ``other``'s profile towards higher d that fits best, nt.
    """
    window = one.shape[-1]
    lag = min(lag, window // 4)
    steps = np.arange(-lag, lag + 1)
    found = np.stack(
        [
            _correlations(
                one[:, max(step, 0) : window + min(step, 0)], other[:, max(-step, 0) : window + min(-step, 0)]
            )
            for step in steps
        ]
    )
    best = found.argmax(0)
    return found.max(0), steps[best]


def logo_similarity(one, other, lag=LAG):
    """Correlation of the logos of two networks' heads, each relative to its head's peak, at the best lag.

    Parameters
    ----------
    one, other : ndarray, shape (heads, places, 4), (other heads, places, 4)
        Of :func:`changes_of_logos`.
    lag : int
        Logos may be shifted against each other by at most this many nt.

    Returns
    -------
    ndarray, shape (heads, other heads)
        Sum of products over the product of the lengths, 0 or more; a place that one logo lacks counts as unchanged.
    """
    norm = np.sqrt((one**2).sum((1, 2)))[:, None] * np.sqrt((other**2).sum((1, 2)))
    products = [
        one.reshape(len(one), -1) @ np.roll(other, step, 1).reshape(len(other), -1).T for step in range(-lag, lag + 1)
    ]
    return np.where(norm > 0, np.maximum(np.max(products, 0), 0) / np.where(norm > 0, norm, 1), 0.0)


def changes_of_logos(evidence, lag=LAG):
    """Changes of the bases by the weights of all effect logos, in the columns used, relative to each head's peak.

    Parameters
    ----------
    evidence : Evidence
    lag : int
        Number of places left free at either end.

    Returns
    -------
    ndarray of float, shape (heads, places, 4)
        The middle place is the peak; higher places lie downstream.
    """
    columns = evidence.effect_frequencies.shape[2]
    places = np.zeros((evidence.peak_d_heldout.size, 2 * (columns + lag) + 1, 4))
    for row, (layer, head) in zip(places, np.ndindex(evidence.peak_d_heldout.shape), strict=True):
        used, peak = evidence.used(layer, head), int(evidence.peak_d_heldout[layer, head])
        start = columns + lag + peak - (evidence.logo_range(layer, head)[1] - used.start)
        if evidence.effect_effective[layer, head] == 0:  # the head has no effect on the output
            continue
        change = evidence.effect_frequencies[layer, head, used] - evidence.background[1, layer, head, used]
        row[start : start + len(change)] = change
    return places


def match_heads(profile_r, logo_r):
    """Assign one partner to each head, with the highest sum of both similarities (Kuhn 1955).

    Parameters
    ----------
    profile_r, logo_r : ndarray, shape (heads, heads)

    Returns
    -------
    ndarray of int, shape (heads,)
        Number of the other network's head.
    """
    _, partner = linear_sum_assignment(-(profile_r + logo_r))
    return partner


def _correlations(one, other):
    """Pearson correlation of every row of one table with every row of the other; 0 where a row does not vary."""
    one, other = (part - part.mean(-1, keepdims=True) for part in (one.astype(float), other.astype(float)))
    norm = np.sqrt((one**2).sum(-1))[:, None] * np.sqrt((other**2).sum(-1))
    return np.where(norm > 0, one @ other.T / np.where(norm > 0, norm, 1), 0.0)
