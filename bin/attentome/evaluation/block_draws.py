"""Draw genome blocks with replacement, for intervals of the metrics of one arc."""

import numpy as np


def block_draws(n_blocks, n_resamples, seed):
    """How often each block counts, float64, (1 + n_resamples, n_blocks): once, then as ``metrics.bootstrap`` draws."""
    rng = np.random.default_rng(seed)
    return np.array(
        [
            np.ones(n_blocks),
            *(np.bincount(rng.integers(0, n_blocks, n_blocks), minlength=n_blocks) for _ in range(n_resamples)),
        ]
    )


def drawn_pr_auc(labels, outputs, blocks, draws):
    """Average precision under many draws of genome blocks, exactly as ``metrics`` counts it, ties included.

    Only the thresholds at which a label is found matter. How many positions of each block lie at or above each of them
    is counted once; a draw is then one product.

    Parameters
    ----------
    labels, outputs, blocks : ndarray, shape (n,)
        ``labels`` are 1 or 0, with at least one 1; ``blocks`` are block numbers, counted from 0.
    draws : ndarray, shape (m, n_blocks)

    Returns
    -------
    ndarray, shape (m,)
        nan where no label is drawn.
    """
    thresholds = np.unique(outputs[labels == 1])
    matter = outputs >= thresholds[0]
    reached = np.searchsorted(thresholds, outputs[matter], "right") - 1
    shape = len(thresholds), draws.shape[1]
    cell = reached * shape[1] + blocks[matter]
    at = np.bincount(cell, minlength=np.prod(shape)).reshape(shape)[::-1]
    labels_at = np.bincount(cell[labels[matter] == 1], minlength=np.prod(shape)).reshape(shape)[::-1]
    # Whole numbers: exact in any order.
    found = at.cumsum(0).astype(np.float64) @ draws.T
    new = labels_at.astype(np.float64) @ draws.T
    true = new.cumsum(0)
    return _ratio((new * true / np.maximum(found, 1e-300)).sum(0), true[-1])


def drawn_metrics(labels, outputs, blocks, draws):
    """:data:`PEER_METRICS` under many draws of genome blocks: shape (3, m); arguments as in :func:`drawn_pr_auc`."""
    site = labels == 1
    loss = np.logaddexp(0, np.where(site, -outputs, outputs), dtype=np.float64)
    return np.array(
        [
            drawn_pr_auc(labels, outputs, blocks, draws),
            _drawn_mean(loss, blocks, draws),
            _drawn_mean(outputs[site], blocks[site], draws),
        ]
    )


def _drawn_mean(values, blocks, draws):
    total, count = (np.bincount(blocks, weights, draws.shape[1]) for weights in (values, None))
    return _ratio((draws * total).sum(1), (draws * count).sum(1))


def _ratio(part, whole):
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
