"""Compare heads with chance: empirical p-values from control heads, q-values, and the smallest possible q."""

import numpy as np
from scipy.stats import false_discovery_control


def empirical_p(values, null):
    """Share of a null at least as high as each value, the value itself included.

    Parameters
    ----------
    values : ndarray, any shape
    null : ndarray, shape (n,)

    Returns
    -------
    ndarray of float, shape of ``values``
        (1 + number of null values at least as high) / (1 + n): never 0; uniform where values are drawn from the null.
        NaN counts as the lowest value.
    """
    ordered = np.sort(np.nan_to_num(np.asarray(null, float).ravel(), nan=-np.inf))
    values = np.nan_to_num(np.asarray(values, float), nan=-np.inf)
    return (1 + len(ordered) - np.searchsorted(ordered, values, "left")) / (1 + len(ordered))


def q_values(p):
    """q-values of Benjamini & Hochberg (1995) over all p-values of an array of any shape."""
    p = np.asarray(p, float)
    return false_discovery_control(p.ravel()).reshape(p.shape) if p.size else p


def smallest_q(n_heads, n_networks):
    """The smallest q that a single one of ``n_heads`` can reach against as many heads in each of ``n_networks``."""
    return min(1.0, n_heads / (1 + n_networks * n_heads))


def null_band(null, low=2.5, high=97.5):
    """Percentiles over the first axis, nan where it is empty: two ndarrays."""
    null = np.asarray(null, float)
    if not len(null):
        return np.full(null.shape[1:], np.nan), np.full(null.shape[1:], np.nan)
    return tuple(np.percentile(null, [low, high], axis=0))
