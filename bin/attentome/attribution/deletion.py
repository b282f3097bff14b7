"""Deletion curves: how fast the output falls as bases are replaced in the order given by a head or by mutagenesis.

If the network needs the bases that a head prefers, the output falls faster than with bases in random order. A base is
never removed, which would move its neighbours, but replaced by another one at random. All orders use the same
replacements, so they differ only in their order.
"""

import numpy as np
import pandas as pd

from attentome.attribution.mutagenesis import interval_over_sites, outputs_of, place_of_distance, query_windows

DELETION_STEPS = (1, 2, 4, 8, 16, 32)
"""Numbers of bases replaced."""
RANDOM_ORDERS = 4
"""Random replacements of each site's bases, over which outputs are averaged; each has its own random order."""
ISM, RANDOM = "ism", "random"


def ism_order(effects):
    """Order by mutagenesis of each site itself: bases whose loss lowers the output most come first.

    Returns
    -------
    ndarray, shape (n, m)
        Larger values first.
    """
    return -effects.mean_delta


def deletion_curves(network, genome, effects, orders, seed, device, batch=16, threads=1, draws=RANDOM_ORDERS):
    """Compute outputs after replacing the first k bases of each order, and of a random one.

    Parameters
    ----------
    network, genome, device, batch, threads
        See :func:`attentome.attribution.mutagenesis.mutate`.
    effects : Effects
        Of these queries; only its distances are replaced.
    orders : dict of str to ndarray, shape (n, m)
        Larger values first; if equal, the smaller d. Unknown bases are skipped.
    seed : int
    draws : int

    Returns
    -------
    dict of str to ndarray, shape (n, 1 + len(DELETION_STEPS))
        Mean output over the draws of each site with 0, 1, 2, 4, ... bases replaced, of ``random`` and each order.
    """
    windows, places = query_windows(network, genome, effects.queries), place_of_distance(network, effects.distances)
    random = np.random.default_rng(seed)
    shape = draws, *effects.codes.shape
    # A base other than the present one: 1 to 3 codes further.
    replaced = (effects.codes + random.integers(1, 4, shape)) % 4
    chance = random.random(shape)
    ranked = {RANDOM: _ranked(chance, effects.known)}
    for name, order in orders.items():
        ranked[name] = _ranked(np.broadcast_to(order, shape), effects.known)

    def sequences():
        for first in ranked.values():
            for draw, site in np.ndindex(shape[:2]):
                for k in DELETION_STEPS:
                    mutant = windows[site].copy()
                    these = first[draw, site, : min(k, effects.known[site].sum())]
                    mutant[places[these]] = replaced[draw, site, these]
                    yield mutant

    outputs = outputs_of(network, sequences(), device, batch, threads).reshape(
        len(ranked), *shape[:2], len(DELETION_STEPS)
    )
    outputs = outputs.mean(1, dtype=np.float64)
    return {name: np.column_stack([effects.output, part]) for name, part in zip(ranked, outputs, strict=True)}


def _ranked(order, known):
    """Indices of the bases in their order, unknown ones last: (..., m) to (..., m)."""
    return np.argsort(-np.where(known, order, -np.inf), -1, kind="stable")


def deletion_table(curves, seed=1):
    """Rows of ``deletion.tsv``: order, k (bases replaced), mean_output over the sites, lo, hi (95 %, bootstrap)."""
    rows = []
    for name, outputs in curves.items():
        rows += [(name, *row) for row in zip((0, *DELETION_STEPS), *interval_over_sites(outputs, seed), strict=True)]
    return pd.DataFrame(rows, columns=["order", "k", "mean_output", "lo", "hi"])


def area(curves, name):
    """Area between the random curve and another, for each site: shape (n,).

    The mean over :data:`DELETION_STEPS` of random output less the other's, in logits; above 0 where the other falls
    faster.
    """
    return (curves[RANDOM] - curves[name])[:, 1:].mean(1)


def area_table(curves, names, seed=1):
    """Rows of ``deletion_heads.tsv``: layer, head, area, lo, hi (95 %, bootstrap over the sites).

    Parameters
    ----------
    curves : dict
        See :func:`deletion_curves`.
    names : dict of (int, int) to str
        Layer and head, both from 1, to the name of the order.
    seed : int
    """
    rows = []
    for numbers, name in names.items():
        rows.append((*numbers, *(values[0] for values in interval_over_sites(area(curves, name)[:, None], seed))))
    return pd.DataFrame(rows, columns=["layer", "head", "area", "lo", "hi"])
