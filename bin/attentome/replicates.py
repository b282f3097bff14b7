"""The same head again: heads of two networks matched by where they look and at which sequence."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from attentome.heads import zoom_range

LAG = 6
"""Two heads may read the same bases through keys that lie this many nt apart: their convolutions overlap."""


def profile_similarity(one, other, lag=LAG):
    """Pearson correlation of the profiles of two networks' heads at the best lag.

    Parameters
    ----------
    one, other : ndarray, shape (heads, window), (other heads, window)
    lag : int
        Profiles may be moved against each other by up to so many nt.

    Returns
    -------
    r : ndarray, shape (heads, other heads)
    lags : ndarray of int, same shape
        ``other``'s profile moved by so many nt towards higher d fits best.
    """
    window = one.shape[-1]
    lag = min(lag, window // 4)
    steps = np.arange(-lag, lag + 1)
    found = np.stack([_correlations(one[:, max(step, 0):window + min(step, 0)],
                                    other[:, max(-step, 0):window + min(-step, 0)]) for step in steps])
    best = found.argmax(0)
    return found.max(0), steps[best]


def logo_similarity(one, other, lag=LAG):
    """Pearson correlation of two logos, each relative to its head's peak, at the best lag.

    Parameters
    ----------
    one, other : (ndarray of shape (columns, 4), int)
        What the weights changed (frequencies less background) in the columns used, and how far the first column lies
        upstream of the peak, nt.
    lag : int

    Returns
    -------
    float
        Over the columns that either has; a column that one lacks counts as unchanged. 0 where nothing varies.
    """
    best = 0.0
    (first, at_first), (second, at_second) = one, other
    norm = np.sqrt((first ** 2).sum() * (second ** 2).sum())
    if norm == 0:
        return 0.0
    for step in range(-lag, lag + 1):
        start = at_first - at_second + step      # column of `first` that meets column 0 of `second`
        low, high = max(start, 0), min(start + len(second), len(first))
        if low < high:
            best = max(best, float((first[low:high] * second[low - start:high - start]).sum() / norm))
    return best


def change_of_logo(evidence, layer, head):
    """What :func:`logo_similarity` takes of a head (both numbers count from 0): the mean of both halves."""
    used = evidence.used(layer, head)
    change = (evidence.frequencies[:, layer, head, used] - evidence.background[:, layer, head, used]).mean(0)
    peak = int(evidence.peak_d[layer, head])
    return change.astype(float), zoom_range(peak, evidence.window)[1] - used.start - peak


def match_heads(profile_r, logo_r):
    """One partner for each head: the assignment with the highest sum of both similarities (Kuhn 1955).

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
    norm = np.sqrt((one ** 2).sum(-1))[:, None] * np.sqrt((other ** 2).sum(-1))
    return np.where(norm > 0, one @ other.T / np.where(norm > 0, norm, 1), 0.0)
