"""Fit the promoter of :mod:`attentome.evaluation.promoter_pwm` to sites by expectation maximisation.

The lengths of the two gaps of a site are unknown, as is whether it has both hexamers, the -10 alone or neither. Each
step weighs all of these by their probability under the current model, and counts bases and lengths again with these
weights (Dempster, Laird & Rubin 1977; on sequence motifs Lawrence & Reilly 1990). This climbs only to the nearest
optimum, so it starts from a guess at each of the usual gaps and continues from the best.
"""

from itertools import product

import numpy as np

from attentome.evaluation.promoter_pwm import (
    DISCRIMINATORS,
    EXTENSION,
    HEXAMER,
    PWM_UPSTREAM,
    SPACERS,
    START,
    PromoterModel,
    base_chain,
    part_scores,
    places,
)
from attentome.genome.contigs import flip, interval_to_stream
from attentome.genome.strands import STRANDS, stream_key

GUESSES = sorted(product((5, 6, 7, 8), (16, 17, 18)), key=lambda gaps: abs(gaps[0] - 6) + abs(gaps[1] - 17))
"""Discriminator and spacer at which the first matrices are read, nt; the most common ones of sigma70 first."""
ALIKE = 0.02
"""Mean log-likelihoods of a site that differ by less are equal. If the extended -10 is uninformative, the -10 block
fits as well 1 nt off, with both gaps changed; then the more common guess counts."""
TRIAL_STEPS, MOST_STEPS = 8, 200
STILL = 1e-6
"""EM ends when a step raises the mean log-likelihood of a site by less."""


def fit_promoter(genome, labels, intervals, label_shift):
    """Fit a promoter to the labelled sites of some intervals.

    Parameters
    ----------
    genome : dict of str to Contig
    labels : dict of str to ndarray
        ``<contig>.<strand>`` to uint8 labels of the queries by genomic position.
    intervals : list of Interval
        The training arc; nothing else of the labels is read.
    label_shift : int
        Distance of the query downstream of the TSS, nt.

    Returns
    -------
    PromoterModel

    Raises
    ------
    ValueError
        If the intervals hold no label.
    """
    windows = site_windows(genome, labels, intervals, label_shift)
    if not len(windows):
        raise ValueError("the training arc holds no site: use more sites, or another --split")
    chain = base_chain(genome)
    prior = len(windows) / sum(2 * len(part) for part in intervals)
    tried = [improve(first_guess(windows, chain, prior, *guess), windows, TRIAL_STEPS) for guess in GUESSES]
    highest = max(model.log_likelihood for model in tried)
    return improve(next(model for model in tried if model.log_likelihood >= highest - ALIKE), windows, MOST_STEPS)


def site_windows(genome, labels, intervals, label_shift):
    """Codes around the TSS of the labelled sites of some intervals, in reading direction.

    Returns
    -------
    ndarray of uint8, shape (sites, 1 + PWM_UPSTREAM + START[1])
        The TSS is column 1 + PWM_UPSTREAM.
    """
    windows = [np.empty((0, 1 + PWM_UPSTREAM + START[1]), np.uint8)]
    for part in intervals:
        contig = genome[part.contig]
        for strand in STRANDS:
            start, stop = interval_to_stream(part.start, part.end, len(contig), strand)
            queries = start + np.flatnonzero(flip(labels[stream_key(part.contig, strand)], strand)[start:stop])
            windows += [
                contig.window(strand, tss - 1 - PWM_UPSTREAM, tss + START[1])[None]
                for tss in (queries - label_shift).tolist()
            ]
    return np.concatenate(windows)


def first_guess(windows, chain, prior, discriminator, spacer):
    """A promoter with the bases at fixed gaps as its matrices, and all lengths equally probable.

    Parameters
    ----------
    windows : ndarray of uint8
        Of :func:`site_windows`.
    chain : ndarray, shape (5, 4)
    prior : float
    discriminator, spacer : int
        nt.

    Returns
    -------
    PromoterModel
    """
    hexamer, one = PWM_UPSTREAM - discriminator - HEXAMER, np.ones((len(windows), 1))
    return PromoterModel(
        _matrix(windows, [hexamer - spacer - HEXAMER], one, HEXAMER, chain),
        _matrix(windows, [hexamer - EXTENSION], one, EXTENSION + HEXAMER, chain),
        _matrix(windows, [PWM_UPSTREAM + START[0]], one, START[1] - START[0], chain),
        np.full(len(SPACERS), 1 / len(SPACERS)),
        np.full(len(DISCRIMINATORS), 1 / len(DISCRIMINATORS)),
        np.array([0.1, 0.3, 0.6]),
        chain,
        prior,
    )


def improve(model, windows, steps):
    """Improve a promoter by steps of EM.

    Parameters
    ----------
    model : PromoterModel
        Where to start.
    windows : ndarray of uint8
        Of :func:`site_windows`.
    steps : int
        Maximum number; fewer if the likelihood stops rising.

    Returns
    -------
    PromoterModel
        Its ``log_likelihood`` is that of the model before the last step.
    """
    places35, places10, start = places()
    n, gaps = len(windows), len(DISCRIMINATORS)
    for _ in range(steps):
        scores35, scores10, scores_start = part_scores(model, windows)
        minus10 = scores10[:, places10] + np.log(model.discriminator)
        both = minus10[:, :, None] + scores35[:, places35] + np.log(model.spacer * model.shares[2])
        kinds = np.concatenate(
            [np.full((n, 1), np.log(model.shares[0])), minus10 + np.log(model.shares[1]), both.reshape(n, -1)], 1
        )
        highest = kinds.max(1, keepdims=True)
        weights = np.exp(kinds - highest)
        total = weights.sum(1, keepdims=True)
        likelihood = float((np.log(total) + highest).mean() + scores_start[:, start].mean())
        weights /= total
        alone, both = weights[:, 1 : 1 + gaps], weights[:, 1 + gaps :]
        by_gaps = both.reshape(n, gaps, -1)
        minus10 = alone + by_gaps.sum(2)
        still = likelihood - model.log_likelihood < STILL
        model = PromoterModel(
            _matrix(windows, places35.ravel(), both, HEXAMER, model.chain),
            _matrix(windows, places10, minus10, EXTENSION + HEXAMER, model.chain),
            _matrix(windows, [start], np.ones((n, 1)), START[1] - START[0], model.chain),
            _shares(by_gaps.sum((0, 1))),
            _shares(minus10.sum(0)),
            _shares(np.array([weights[:, 0].sum(), alone.sum(), both.sum()])),
            model.chain,
            model.prior,
            n,
            likelihood,
        )
        if still:
            break
    return model


def _matrix(windows, firsts, weights, width, chain):
    """Probabilities of the bases of a block that starts at ``firsts`` with ``weights`` (n, firsts); one pseudo-count
    per column, distributed like the genome's bases."""
    counts = np.zeros((width, 6))
    for first, weight in zip(firsts, weights.T, strict=True):
        for column in range(width):
            counts[column] += np.bincount(windows[:, 1 + first + column], weight, 6)
    counts = counts[:, :4] + chain[4]
    return counts / counts.sum(1, keepdims=True)


def _shares(counts):
    return (counts + 1) / (counts + 1).sum()
