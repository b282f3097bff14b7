"""How well the outputs find the labels: ROC AUC, PR AUC per nucleotide and with a tolerance, block bootstrap.

Outputs are ranked; any monotone score will do. PR AUC is the average precision, sum over thresholds of
(recall step) x precision, without interpolation.
"""

import numpy as np


def ranked_counts(labels, outputs, weights=None):
    """Cumulative true and false positives at each distinct threshold, from the highest output down.

    Parameters
    ----------
    labels : ndarray, shape (n,)
        1 or 0.
    outputs : ndarray, shape (n,)
    weights : ndarray, shape (n,), optional
        How often each position counts.

    Returns
    -------
    thresholds, true_positives, false_positives : ndarray, shape (m,)
        Equal outputs share one threshold.
    """
    order = np.argsort(-outputs, kind="stable")
    ordered = outputs[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    labels = labels[order].astype(np.float64)
    weights = np.ones(len(order)) if weights is None else weights[order].astype(np.float64)
    true_positives = np.cumsum(labels * weights)[last]
    false_positives = np.cumsum((1 - labels) * weights)[last]
    return ordered[last], true_positives, false_positives


def pr_auc(labels, outputs, weights=None):
    """Average precision; nan where there is no positive. Shapes as in :func:`ranked_counts`."""
    return _average_precision(*ranked_counts(labels, outputs, weights)[1:])


def roc_auc(labels, outputs, weights=None):
    """Area under the ROC curve, ties counted half; nan where there is no positive or no negative."""
    return _roc_area(*ranked_counts(labels, outputs, weights)[1:])


def _average_precision(true_positives, false_positives, n_positive=None):
    n_positive = true_positives[-1] if n_positive is None else n_positive
    if n_positive == 0:
        return float("nan")
    found = np.maximum(true_positives + false_positives, 1e-300)
    return float(np.sum(np.diff(true_positives, prepend=0) * true_positives / found) / n_positive)


def _roc_area(true_positives, false_positives):
    if true_positives[-1] == 0 or false_positives[-1] == 0:
        return float("nan")
    area = np.trapezoid(np.append(0, true_positives), np.append(0, false_positives))
    return float(area / true_positives[-1] / false_positives[-1])


def call_peaks(outputs, tolerance):
    """Non-overlapping peak calls on one stretch: the highest output first, its neighbours within the tolerance out.

    Parameters
    ----------
    outputs : ndarray, shape (n,)
        Outputs along the genome.
    tolerance : int
        Two calls lie more than this many nt apart.

    Returns
    -------
    ndarray of int64
        Positions of the calls, from the highest output down. Of equal outputs the first along the genome wins.
    """
    taken = bytearray(len(outputs))
    calls = []
    mark = b"\x01" * (2 * tolerance + 1)
    for position in np.argsort(-outputs, kind="stable").tolist():
        if not taken[position]:
            calls.append(position)
            start, stop = max(position - tolerance, 0), min(position + tolerance + 1, len(taken))
            taken[start:stop] = mark[:stop - start]
    return np.array(calls, np.int64)


def match_calls(calls, labels, tolerance):
    """Which calls find a label of their own.

    Parameters
    ----------
    calls : ndarray of int64
        Positions from the highest output down.
    labels : ndarray, shape (n,)
        1 at the labelled positions.
    tolerance : int
        A call takes the nearest label within this many nt that no higher call has taken (upstream one first on ties).

    Returns
    -------
    ndarray of int64, shape (len(calls),)
        Position of the label that each call finds, -1 where none.
    """
    free = labels.astype(bool).copy()
    steps = sorted(range(-tolerance, tolerance + 1), key=lambda step: (abs(step), step))
    found = np.full(len(calls), -1, np.int64)
    near = np.convolve(labels.astype(np.int64), np.ones(2 * tolerance + 1, np.int64), "same") > 0
    for index in np.flatnonzero(near[calls]):
        for step in steps:
            position = calls[index] + step
            if 0 <= position < len(free) and free[position]:
                free[position] = False
                found[index] = position
                break
    return found


def tolerant_pr(hit, outputs, n_positive, weights=None, positive_weights=None):
    """Precision and recall of calls.

    Parameters
    ----------
    hit : bool ndarray, shape (n_calls,)
        Whether the call found a label of its own.
    outputs : ndarray, shape (n_calls,)
    n_positive : float
        (Weighted) number of labels to be found.
    weights : ndarray, shape (n_calls,), optional

    Returns
    -------
    average_precision : float
    precision, recall, thresholds : ndarray
    """
    thresholds, true_positives, false_positives = ranked_counts(hit, outputs, weights)
    precision = true_positives / np.maximum(true_positives + false_positives, 1e-300)
    recall = true_positives / n_positive if n_positive else np.full(len(true_positives), np.nan)
    return _average_precision(true_positives, false_positives, n_positive), precision, recall, thresholds


def block_bootstrap(statistic, blocks, n_blocks, n_resamples, seed):
    """95 % interval of a statistic over resampled genome blocks.

    Parameters
    ----------
    statistic : callable
        Takes the weight of each block, an ndarray of shape (n_blocks,), and returns a tuple of numbers.
    blocks : int
        Unused positions cost nothing: weights are per block.
    n_resamples : int
    seed : int

    Returns
    -------
    list of (float, float)
        2.5th and 97.5th percentile of each number; nan values are left out.
    """
    rng = np.random.default_rng(seed)
    draws = np.array([statistic(np.bincount(rng.integers(0, n_blocks, n_blocks), minlength=n_blocks))
                      for _ in range(n_resamples)], float)
    return [tuple(float(value) for value in np.nanpercentile(column, [2.5, 97.5])) for column in draws.T]
