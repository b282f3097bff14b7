"""What might have been measured of a network's heads: profiles and logos drawn at random, of any shape and strength."""

import numpy as np

from attentome.evidence import Evidence
from attentome.heads import zoom_range


def made_up_evidence(rng, layers=2, heads=4, window=40, sharp=1.0, telling=0.1, key_context=(6, 0), n_best=5):
    """Evidence of heads that have nothing to do with each other.

    Parameters
    ----------
    rng : numpy Generator
    sharp, telling : float or ndarray, shape (layers, heads)
        Standard deviation of the logits of profiles, and of those of the columns of effect logos.

    Returns
    -------
    Evidence
        The halves' profiles differ by a little noise; 500 effective windows.
    """
    shape = layers, heads
    sharp, telling = np.broadcast_to(sharp, shape), np.broadcast_to(telling, shape)
    logits = sharp[..., None] * rng.normal(size=(*shape, window))
    mean_top = softmax(logits + 0.02 * rng.normal(size=(2, *shape, window))).astype(np.float32)
    peaks = mean_top[0].argmax(-1)
    columns = zoom_range(0, window)[1] + 1
    effect = softmax(telling[..., None, None] * rng.normal(size=(*shape, columns, 4)))
    attention = softmax(0.1 * rng.normal(size=(2, *shape, columns, 4)))
    counts = [rng.multinomial(50, [0.25] * 4, size=(*shape, columns)) for _ in range(2)]
    position = rng.integers(0, 1000, (*shape, n_best))
    return Evidence(
        mean_top=mean_top, mean_all=mean_top, peak_d=peaks, frequencies=attention.astype(np.float32),
        background=np.full((2, *shape, columns, 4), 0.25, np.float32), effective=np.full((2, *shape), 500.0),
        effect_frequencies=effect.astype(np.float32), effect_effective=np.full(shape, 500.0),
        effect_power=np.ones(shape), best_counts=counts[0],
        random_counts=counts[1], auroc=rng.random(shape),
        best={"contig": np.where(position % 2, "a", "b"), "strand": np.where(position % 3, "plus", "minus"),
              "position": position, "score": rng.random((*shape, n_best)).astype(np.float32),
              "output": rng.normal(size=(*shape, n_best)).astype(np.float32)},
        pr_auc=0.5, pr_auc_lo=0.4, pr_auc_hi=0.6, prevalence=0.001, slope=1.0,
        key_context=np.array([key_context] * layers), n_positions=10_000, n_top=250)


def softmax(logits):
    """Positive numbers that add up to 1 along the last axis."""
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)
