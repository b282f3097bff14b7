"""Measure how well the outputs find the labels: ROC AUC, PR AUC by nucleotide and with a tolerance, block bootstrap.

Outputs are ranked; any monotone score will do. PR AUC is the average precision, sum over thresholds of
(recall step) x precision, without interpolation.
"""

from dataclasses import dataclass

import numpy as np


def ranked_counts(labels, outputs):
    """Cumulative true and false positives at each distinct threshold, from the highest output down.

    Parameters
    ----------
    labels : ndarray, shape (n,)
        1 or 0.
    outputs : ndarray, shape (n,)

    Returns
    -------
    thresholds, true_positives, false_positives : ndarray, shape (m,)
        Equal outputs share one threshold.
    """
    order = np.argsort(-outputs, kind="stable")
    ordered = outputs[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    true_positives = np.cumsum(labels[order], dtype=np.float64)[last]
    return ordered[last], true_positives, last + 1 - true_positives


def pr_auc(labels, outputs):
    """Average precision; nan where there is no positive. Shapes as in :func:`ranked_counts`."""
    return _average_precision(*ranked_counts(labels, outputs)[1:])


def pr_auc_trapezoid(labels, outputs):
    """Area below the straight lines between the points of the precision-recall curve, which starts at precision 1.

    The lines are too high between points that lie far apart; published values that were computed so (auc of
    scikit-learn) are compared with this one alone. nan where there is no positive. Shapes as in :func:`ranked_counts`.
    """
    _, true_positives, false_positives = ranked_counts(labels, outputs)
    if true_positives[-1] == 0:
        return float("nan")
    precision = np.append(1.0, true_positives / (true_positives + false_positives))
    return float(np.trapezoid(precision, np.append(0.0, true_positives / true_positives[-1])))


def roc_auc(labels, outputs):
    """Area under the ROC curve, ties counted half; nan where there is no positive or no negative."""
    return _roc_area(*ranked_counts(labels, outputs)[1:])


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
    """Call non-overlapping peaks on one stretch: the highest output first, without its neighbours within the tolerance.

    Parameters
    ----------
    outputs : ndarray, shape (n,)
        Outputs along the genome.
    tolerance : int
        Two calls lie more than this many nt apart.

    Returns
    -------
    ndarray of int64
        Positions of the calls, from the highest output down. If outputs are equal, the first along the genome wins.
    """
    taken = bytearray(len(outputs))
    calls = []
    mark = b"\x01" * (2 * tolerance + 1)
    for position in np.argsort(-outputs, kind="stable").tolist():
        if not taken[position]:
            calls.append(position)
            start, stop = max(position - tolerance, 0), min(position + tolerance + 1, len(taken))
            taken[start:stop] = mark[: stop - start]
    return np.array(calls, np.int64)


def match_calls(calls, labels, tolerance):
    """Assign each call to at most one label, and each label to at most one call.

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


@dataclass
class Stretch:
    """Outputs and labels along one strand of an interval.

    Attributes
    ----------
    contig : str
    start : int
        Genomic position of the first element, 0-based.
    outputs, labels : ndarray, shape (n,)
    """

    contig: str
    start: int
    outputs: np.ndarray
    labels: np.ndarray


def arc_metrics(stretches, tolerance, block_nt, n_resamples, seed):
    """ROC AUC, PR AUC and tolerant PR AUC of an arc, with 95 % intervals, and their curves.

    The intervals are percentiles over genome blocks drawn with replacement (both strands of a block together), as
    neighbouring positions are not independent. The calls of the tolerant PR are not repeated for each draw.

    Parameters
    ----------
    stretches : list of Stretch
        Both strands of each interval of the arc.
    tolerance : int
        For calls, nt.
    block_nt : int
        Length of a block.
    n_resamples : int
        0 leaves the intervals out.
    seed : int

    Returns
    -------
    metrics : dict
        ``n_positions, n_sites, prevalence``; ``roc_auc``, ``pr_auc`` and ``pr_auc_tolerant`` each with
        ``value, lo, hi``; ``bootstrap``.
    curves : list of (str, ndarray, ndarray, ndarray)
        Name, x, y, threshold of ``roc`` (false and true positive rate), ``pr`` and ``pr_<tolerance>nt`` (recall and
        precision).
    """
    calls = [call_peaks(part.outputs, tolerance) for part in stretches]
    metrics = tolerance_metrics(stretches, {tolerance: calls}, block_nt, n_resamples, seed)
    blocks, n_blocks = block_numbers(stretches, block_nt)
    places, hits, _ = tolerant_ranking(stretches, blocks, calls, tolerance)
    metrics["pr_auc_tolerant"] = metrics.pop(f"pr_auc_{tolerance}nt") | {
        "tolerance_nt": tolerance,
        "n_calls": len(places),
    }
    metrics["bootstrap"] = {"block_nt": block_nt, "n_blocks": n_blocks, "n_resamples": n_resamples}

    outputs = np.concatenate([part.outputs for part in stretches])
    labels = np.concatenate([part.labels for part in stretches])
    n_sites = metrics["n_sites"]
    thresholds, true_positives, false_positives = ranked_counts(labels, outputs)
    curves = [
        ("roc", false_positives / max(false_positives[-1], 1), true_positives / max(n_sites, 1), thresholds),
        ("pr", true_positives / max(n_sites, 1), true_positives / (true_positives + false_positives), thresholds),
    ]
    thresholds, true_positives, false_positives = ranked_counts(hits, outputs[places])
    curves.append(
        (
            f"pr_{tolerance}nt",
            true_positives / max(n_sites, 1),
            true_positives / (true_positives + false_positives),
            thresholds,
        )
    )
    return metrics, curves


def tolerance_metrics(stretches, calls, block_nt, n_resamples, seed):
    """ROC AUC, PR AUC, and PR AUC of the calls of several tolerances, with 95 % intervals as in :func:`arc_metrics`.

    Parameters
    ----------
    stretches : list of Stretch
        Both strands of each interval of the arc.
    calls : dict of int to list of ndarray
        Tolerance in nt to the calls of each stretch, of :func:`call_peaks`: they do not depend on the labels.
    block_nt, n_resamples, seed : int

    Returns
    -------
    dict
        ``n_positions, n_sites, prevalence``, and ``roc_auc, pr_auc, pr_auc_<tolerance>nt`` each with ``value, lo, hi``.
    """
    statistic, names, n_blocks = arc_statistic(stretches, calls, block_nt)
    labels = np.concatenate([part.labels for part in stretches])
    values, intervals = bootstrap(statistic, n_blocks, n_resamples, seed)
    return {
        "n_positions": len(labels),
        "n_sites": int(labels.sum()),
        "prevalence": float(labels.mean()),
        **{
            name: {"value": value, "lo": low, "hi": high}
            for name, value, (low, high) in zip(names, values, intervals, strict=True)
        },
    }


def arc_statistic(stretches, calls, block_nt):
    """ROC AUC, PR AUC, and PR AUC of the calls of several tolerances, as a statistic of :func:`bootstrap`.

    Parameters
    ----------
    stretches, calls, block_nt
        As in :func:`tolerance_metrics`.

    Returns
    -------
    statistic : callable
        Takes how often each block counts, shape (n_blocks,), and returns the values.
    names : list of str
        ``roc_auc, pr_auc, pr_auc_<tolerance>nt``, in the order of the values.
    n_blocks : int
    """
    blocks, n_blocks = block_numbers(stretches, block_nt)
    labels = np.concatenate([part.labels for part in stretches])
    exact = Ranking(labels, np.concatenate([part.outputs for part in stretches]), blocks)
    tolerant = [tolerant_ranking(stretches, blocks, found, tolerance)[2] for tolerance, found in calls.items()]
    labels_in_block = np.bincount(blocks, weights=labels, minlength=n_blocks)

    def statistic(draw):
        counts = exact.counts(draw)
        return (
            _roc_area(*counts),
            _average_precision(*counts),
            *(_average_precision(*ranking.counts(draw), labels_in_block @ draw) for ranking in tolerant),
        )

    return statistic, ["roc_auc", "pr_auc", *(f"pr_auc_{tolerance}nt" for tolerance in calls)], n_blocks


def block_numbers(stretches, block_nt):
    """Block of each position, shape (n,) over all stretches, both strands of a block together; and their number."""
    numbers, blocks = {}, []
    for part in stretches:
        grid = (part.start + np.arange(len(part.outputs))) // block_nt
        blocks.append(
            np.array(
                [numbers.setdefault((part.contig, number), len(numbers)) for number in range(grid[0], grid[-1] + 1)]
            )[grid - grid[0]]
        )
    return np.concatenate(blocks), len(numbers)


def tolerant_ranking(stretches, blocks, calls, tolerance):
    """Calls and whether each finds a label, as a ranking.

    Parameters
    ----------
    stretches : list of Stretch
    blocks : ndarray
        Of :func:`block_numbers`.
    calls : list of ndarray
        Of :func:`call_peaks`, for each stretch.
    tolerance : int
        nt.

    Returns
    -------
    calls : ndarray of int64
        Places in the concatenation of all stretches.
    hits : ndarray of bool
        Whether the call finds a label that no higher call has taken.
    ranking : Ranking
        A hit counts in the block of its label, so that every label is found at most once in every draw.
    """
    offset, places, hits, found_at = 0, [], [], []
    for part, here in zip(stretches, calls, strict=True):
        found = match_calls(here, part.labels, tolerance)
        places.append(here + offset)
        hits.append(found >= 0)
        found_at.append(found + offset)
        offset += len(part.outputs)
    places, hits, found_at = (np.concatenate(parts) for parts in (places, hits, found_at))
    outputs = np.concatenate([part.outputs for part in stretches])[places]
    return places, hits, Ranking(hits, outputs, np.where(hits, blocks[found_at], blocks[places]))


def bootstrap(statistic, n_blocks, n_resamples, seed):
    """Values of a statistic and their 95 % intervals over genome blocks drawn with replacement.

    Parameters
    ----------
    statistic : callable
        Takes how often each block counts, shape (n_blocks,), and returns m numbers.
    n_blocks, n_resamples, seed : int
        With ``n_resamples`` 0 the intervals are nan.

    Returns
    -------
    values : tuple of float
    intervals : ndarray, shape (m, 2)
    """
    values = statistic(np.ones(n_blocks))
    rng = np.random.default_rng(seed)
    draws = np.array(
        [statistic(np.bincount(rng.integers(0, n_blocks, n_blocks), minlength=n_blocks)) for _ in range(n_resamples)]
    )
    if not n_resamples:
        return values, np.full((len(values), 2), np.nan)
    return values, np.nanpercentile(draws, [2.5, 97.5], axis=0).T


class Ranking:
    """Labels in the order of the outputs, for repeated counting under block weights.

    Parameters
    ----------
    labels, outputs, blocks : ndarray, shape (n,)
        ``blocks`` are block numbers, counted from 0.
    """

    def __init__(self, labels, outputs, blocks):
        order = np.argsort(-outputs, kind="stable")
        ordered = outputs[order]
        self.last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
        self.labels = labels[order].astype(bool)
        self.blocks = blocks[order]

    def counts(self, draw):
        """True and false positives at each distinct threshold when block i counts ``draw[i]`` times."""
        weights = draw[self.blocks].astype(np.float64)
        total = np.cumsum(weights)
        true_positives = np.cumsum(weights * self.labels)
        return true_positives[self.last], (total - true_positives)[self.last]


def best_f1_threshold(stretches, tolerance):
    """The output above which calls have the highest F1 on an arc; nan where the arc holds no label."""
    labels = sum(int(part.labels.sum()) for part in stretches)
    outputs, hits = [], []
    for part in stretches:
        calls = call_peaks(part.outputs, tolerance)
        outputs.append(part.outputs[calls])
        hits.append(match_calls(calls, part.labels, tolerance) >= 0)
    thresholds, true_positives, false_positives = ranked_counts(np.concatenate(hits), np.concatenate(outputs))
    if labels == 0:
        return float("nan")
    return float(thresholds[np.argmax(2 * true_positives / (true_positives + false_positives + labels))])
