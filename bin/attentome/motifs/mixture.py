"""The effect logo of a head as a mixture: two components at one place, each with a matrix of its own.

A head that reads more than one sequence at a place (half of a factor's site in some promoters, the -35 in others) has
an effect logo in which they blur. Its windows are separated by a mixture of position weight matrices, fitted by EM as
MEME does it (Bailey and Elkan 1994, ISMB 2:28), but for weighted windows that are all aligned already. How many
sequences a head reads is not known: two components are asked for. A head that reads one sequence shows it in both, or
in one beside a remainder. Known elements are looked for in the components as in the whole logo.
"""

import numpy as np

from attentome.motifs.logo import letters

N_COMPONENTS = 2
EM_STARTS, EM_STEPS = 4, 200
"""Random starts of EM, and maximum number of steps of each."""
EM_TOLERANCE = 1e-6
"""Nats a window: a smaller gain ends EM."""
COMPONENT_PSEUDOCOUNT = 0.5
"""Windows of the background added to each component."""


def split_mixture(windows, weights, background, seed, n_components=N_COMPONENTS):
    """Fit a mixture of components to weighted windows.

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
    n_components : int

    Returns
    -------
    shares : ndarray of float, shape (n_components,)
        Of the weight, highest first; all 0 where no window has weight.
    frequencies : ndarray of float, shape (n_components, columns, 4)
        A, C, G, T; 0 where the component has no share.
    effective : ndarray of float, shape (n_components,)
        Number of windows of equal weight that would be as informative, for each component.
    """
    n, columns = windows.shape
    if weights.sum() <= 0:
        return np.zeros(n_components), np.zeros((n_components, columns, 4)), np.zeros(n_components)
    bases = letters((windows[..., None] == np.arange(6)).astype(np.float64)).reshape(n, columns * 4)
    weights = weights / weights.sum()
    added = COMPONENT_PSEUDOCOUNT * (weights**2).sum() * background.ravel()
    rng = np.random.default_rng(seed)
    fits = [_fit(bases, weights, added, rng.dirichlet(np.ones(n_components), n)) for _ in range(EM_STARTS)]
    _, belongs = max(fits, key=lambda fit: fit[0])
    shares = weights @ belongs
    order = np.argsort(-shares, kind="stable")
    own = weights[:, None] * belongs[:, order]
    effective = own.sum(0) ** 2 / np.maximum((own**2).sum(0), 1e-300)
    frequencies = _normalised(own.T @ bases)
    return shares[order], frequencies, effective


def _fit(bases, weights, added, belongs):
    """EM from a first guess to which component each window belongs: log-likelihood of a window, and the last guess."""
    before = -np.inf
    for _ in range(EM_STEPS):
        shares = weights @ belongs
        components = _normalised((weights[:, None] * belongs).T @ bases + added)
        logs = (
            np.log(np.maximum(shares, 1e-300))
            + bases @ np.log(np.maximum(components, 1e-300)).reshape(len(components), -1).T
        )
        highest = logs.max(1, keepdims=True)
        totals = highest + np.log(np.exp(logs - highest).sum(1, keepdims=True))
        belongs = np.exp(logs - totals)
        likelihood = float(weights @ totals[:, 0])
        if likelihood - before < EM_TOLERANCE:
            break
        before = likelihood
    return likelihood, belongs


def _normalised(sums):
    """Sums of each base, shape (components, columns x 4), as frequencies: shape (components, columns, 4)."""
    sums = sums.reshape(len(sums), -1, 4)
    return sums / np.maximum(sums.sum(-1, keepdims=True), 1e-300)
