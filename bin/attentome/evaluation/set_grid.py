"""Compare every network with every label set: the 2021 paper's Table 2, with intervals.

A network trained on one TSS set is compared with the labels of each set on the test arc. The PR AUC per nucleotide is
that of tolerance 0; with a tolerance, non-overlapping calls count.
"""

import pandas as pd

from attentome.evaluation.metrics import call_peaks, tolerance_metrics
from attentome.evaluation.stretches import stretches

TOLERANCES = (0, 1, 2, 5)
"""nt at which calls are compared with labels; 0 is the same as per nucleotide, since every position is then a call."""
GRID_METRICS = ("roc_auc", "pr_auc", *(f"pr_auc_{tolerance}nt" for tolerance in TOLERANCES))


def compare_with_sets(network, outputs, label_sets, intervals, block_nt, n_resamples, seed):
    """Compare one network's outputs with the labels of every set.

    Parameters
    ----------
    network : str
        Name of the set that the network was trained on.
    outputs : dict of str to ndarray
        ``<contig>.<strand>`` to values by genomic position of the query.
    label_sets : dict of str to dict
        Name of a label set to its arrays, keys as those of ``outputs``.
    intervals : list of Interval
        Of the test arc.
    block_nt, n_resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        ``train_set, test_set, metric, value, lo, hi, n_sites, prevalence``; a row for each set and metric of
        :data:`GRID_METRICS`.
    """
    rows, calls = [], None
    for name, labels in label_sets.items():
        parts = stretches(outputs, labels, intervals)
        if calls is None:
            calls = {
                tolerance: [call_peaks(part.outputs, tolerance) for part in parts]
                for tolerance in TOLERANCES
                if tolerance
            }
        found = tolerance_metrics(parts, calls, block_nt, n_resamples, seed)
        found["pr_auc_0nt"] = found["pr_auc"]
        rows += [
            (
                network,
                name,
                metric,
                *(found[metric][key] for key in ("value", "lo", "hi")),
                found["n_sites"],
                found["prevalence"],
            )
            for metric in GRID_METRICS
        ]
    return pd.DataFrame(rows, columns=["train_set", "test_set", "metric", "value", "lo", "hi", "n_sites", "prevalence"])
