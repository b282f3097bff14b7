"""Compare the network with peers without attention on the same labels and arc: what attention gains or costs.

Every model is measured by the same code. The bootstrap is paired: each draw of genome blocks is used for all models, so
the interval of a difference excludes variation that all of them share.
"""

import numpy as np

from attentome.evaluation.metrics import arc_statistic, bootstrap, call_peaks
from attentome.evaluation.stretches import stretches

NETWORK = "network"
PEERS = {"residual_cnn": "residual CNN", "pwm_scanner": "PWM scanner"}
"""Names of the peers in file names, and in text."""
PEER_METRICS = ("roc_auc", "pr_auc", "pr_auc_tolerant")
"""Metrics by which models are compared."""


def compare_peers(outputs, labels, intervals, tolerance, block_nt, n_resamples, seed):
    """Measure models on an arc, and the network's lead over each of the others.

    Parameters
    ----------
    outputs : dict of str to dict
        Name of a model (:data:`NETWORK` and others) to ``<contig>.<strand>`` to values by genomic position.
    labels : dict of str to ndarray
        Same keys as one model's outputs.
    intervals : list of Interval
        Of the arc.
    tolerance : int
        Of the tolerant PR AUC, nt.
    block_nt, n_resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    dict of str to dict
        Name of a model to ``roc_auc, pr_auc, pr_auc_tolerant``, each with ``value, lo, hi``; of the others also
        ``network_lead`` with the same three: the network's value less theirs.
    """
    names = [NETWORK, *(name for name in outputs if name != NETWORK)]
    metrics, n_blocks = arc_metrics_of([outputs[name] for name in names], labels, intervals, tolerance, block_nt)

    def values_and_leads(draw):
        values = metrics(draw)
        return np.concatenate([values, values[0] - values[1:]]).ravel()

    values, intervals = bootstrap(values_and_leads, n_blocks, n_resamples, seed)
    rows = np.column_stack([values, intervals]).reshape(-1, 3, 3)
    found = {name: _entry(row) for name, row in zip(names, rows, strict=False)}
    for name, row in zip(names[1:], rows[len(names) :], strict=True):
        found[name]["network_lead"] = _entry(row)
    return found


def arc_metrics_of(models, labels, intervals, tolerance, block_nt):
    """Metrics of several models under the same draw of genome blocks.

    Parameters
    ----------
    models : list of dict
        Outputs, each ``<contig>.<strand>`` to values by genomic position.
    labels, intervals, tolerance, block_nt
        As in :func:`compare_peers`.

    Returns
    -------
    metrics : callable
        Takes how often each block counts, shape (n_blocks,), and returns an array of shape (models,
        :data:`PEER_METRICS`).
    n_blocks : int
    """
    statistics = []
    for outputs in models:
        parts = stretches(outputs, labels, intervals)
        calls = {tolerance: [call_peaks(part.outputs, tolerance) for part in parts]}
        statistic, _, n_blocks = arc_statistic(parts, calls, block_nt)
        statistics.append(statistic)
    return lambda draw: np.array([statistic(draw) for statistic in statistics]), n_blocks


def _entry(row):
    return {
        metric: dict(zip(("value", "lo", "hi"), numbers, strict=True))
        for metric, numbers in zip(PEER_METRICS, row.tolist(), strict=True)
    }
