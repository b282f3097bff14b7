"""The words of a head: its windows as a mixture of words at one place, each with a matrix of its own.

A head that reads more than one word at a place (half of a factor's site in some promoters, the -35 in others) has an
effect logo in which they blur. The windows that make it are told apart by a mixture of position weight matrices, fitted
by EM as MEME does it (Bailey and Elkan 1994, ISMB 2:28), but for weighted windows that are all aligned already. How
many words a head reads is not known: two are asked for, and a head that reads one shows it in both or shows it once
beside a remainder. Known elements are looked for in the words as in the whole logo.
"""

import numpy as np

from attentome.motifs.logo import letters

WORDS = 2
STARTS, STEPS = 4, 200
"""EM is run from so many random starts, in at most so many steps."""
TOLERANCE = 1e-6
"""Nats a window: a smaller gain ends EM."""
PSEUDOCOUNT = 0.5
"""Windows of the background added to each word."""


def split_words(windows, weights, background, seed, n_words=WORDS):
    """Fit a mixture of words to weighted windows.

    Parameters
    ----------
    windows : ndarray of uint8, shape (n, columns)
        Base codes; others than A, C, G, T count as unknown.
    weights : ndarray of float, shape (n,)
        0 or more.
    background : ndarray, shape (columns, 4)
        Frequencies of A, C, G, T that pseudocounts have.
    seed : int or list of int
        Of the random starts.
    n_words : int

    Returns
    -------
    shares : ndarray of float, shape (n_words,)
        Of the weight, highest first; all 0 where no window has weight.
    frequencies : ndarray of float, shape (n_words, columns, 4)
        A, C, G, T; 0 where the word has no share.
    effective : ndarray of float, shape (n_words,)
        So many windows of equal weight would tell as much of each word.
    """
    n, columns = windows.shape
    if weights.sum() <= 0:
        return np.zeros(n_words), np.zeros((n_words, columns, 4)), np.zeros(n_words)
    bases = letters((windows[..., None] == np.arange(6)).astype(np.float64)).reshape(n, columns * 4)
    weights = weights / weights.sum()
    added = PSEUDOCOUNT * (weights**2).sum() * background.ravel()
    rng = np.random.default_rng(seed)
    fits = [_fit(bases, weights, added, rng.dirichlet(np.ones(n_words), n)) for _ in range(STARTS)]
    _, belongs = max(fits, key=lambda fit: fit[0])
    shares = weights @ belongs
    order = np.argsort(-shares, kind="stable")
    own = weights[:, None] * belongs[:, order]
    effective = own.sum(0) ** 2 / np.maximum((own**2).sum(0), 1e-300)
    frequencies = _normalised(own.T @ bases)
    return shares[order], frequencies, effective


def _fit(bases, weights, added, belongs):
    """EM from a first guess to which word each window belongs: log-likelihood of a window, and the last guess."""
    before = -np.inf
    for _ in range(STEPS):
        shares = weights @ belongs
        words = _normalised((weights[:, None] * belongs).T @ bases + added)
        logs = np.log(np.maximum(shares, 1e-300)) + bases @ np.log(np.maximum(words, 1e-300)).reshape(len(words), -1).T
        highest = logs.max(1, keepdims=True)
        totals = highest + np.log(np.exp(logs - highest).sum(1, keepdims=True))
        belongs = np.exp(logs - totals)
        likelihood = float(weights @ totals[:, 0])
        if likelihood - before < TOLERANCE:
            break
        before = likelihood
    return likelihood, belongs


def _normalised(sums):
    """Sums of each base, shape (words, columns x 4), as frequencies: shape (words, columns, 4)."""
    sums = sums.reshape(len(sums), -1, 4)
    return sums / np.maximum(sums.sum(-1, keepdims=True), 1e-300)
