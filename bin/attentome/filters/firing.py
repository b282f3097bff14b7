"""How often and where filters fire: in real sequences against shuffled ones, on planted sites, and at an anchor.

A filter fires where its activation reaches a limit of its own, which its highest activation reaches in
:data:`TOP_SHARE` of the sequences and their shuffled copies together. So all filters fire in equally many sequences
(more only where activations are equal), and the limit does not depend on the activation function as half of a filter's
maximum does. Sequences and copies share it: if a sequence and its copy could be exchanged, a filter would fire in
either of them equally often. The lowest activation of a filter never counts.

Positions are 0-based; an activation at position i is that of the filter centred on base i. All p-values are one-sided.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import binom, fisher_exact, norm

from attentome.filters.pwms import HELD_ACTIVATIONS, WINDOW
from attentome.network.motif_cnn import one_hot

TOP_SHARE = 0.05
AROUND = 2
"""nt on either side of a filter's preferred position that count as this position."""


@dataclass(frozen=True, eq=False)
class Firing:
    """Where filters fire in sequences, and whether in the shuffled copy of each.

    Attributes
    ----------
    fires : ndarray of bool, shape (n, filters, length)
    copies : ndarray of bool, shape (n, filters)
        Whether the filter fires in the shuffled copy.
    strongest : ndarray of int, shape (n, filters)
        Position of the highest activation, the first of equal ones; -1 where all are equal or not numbers.
    """

    fires: np.ndarray
    copies: np.ndarray
    strongest: np.ndarray


def measure_firing(network, codes, shuffled, device="cpu", held=HELD_ACTIVATIONS):
    """Where the first filters of a network fire.

    Parameters
    ----------
    network : MotifCnn
    codes, shuffled : ndarray of uint8, shape (n, length)
        Sequences, and a shuffled copy of each.
    device : str or torch.device
    held : int
        Activations that are held at once, about; without effect on the result.

    Returns
    -------
    Firing
        A filter with activations that are not numbers fires nowhere.
    """
    size = max(1, held // (network.convolution.out_channels * codes.shape[1]))

    def batches(sequences):
        for at in range(0, len(sequences), size):
            yield network.filter_activations(one_hot(sequences[at : at + size], device))

    ends = [(some.amax(dim=2), some.amin(dim=(0, 2))) for of in (codes, shuffled) for some in batches(of)]
    highest, lowest = torch.cat([high for high, _ in ends]), torch.stack([low for _, low in ends]).amin(dim=0)
    limit = top_limit(highest)
    fires, strongest = [], []
    for some in batches(codes):
        fires.append(((some >= limit[:, None]) & (some > lowest[:, None])).cpu().numpy())
        best, place = some.max(dim=2)
        strongest.append(torch.where(best > some.amin(dim=2), place, -1).cpu().numpy())
    copies = ((highest >= limit) & (highest > lowest))[len(codes) :]
    return Firing(np.concatenate(fires), copies.cpu().numpy(), np.concatenate(strongest))


def top_limit(highest):
    """Limit of each filter: the lowest value among its highest; nan where a value is not a number.

    Parameters
    ----------
    highest : Tensor, shape (sequences, filters)
        Highest activation in each sequence.
    """
    number = max(1, round(TOP_SHARE * len(highest)))
    limit = highest.topk(number, dim=0).values[-1]
    return torch.where(highest.isnan().any(dim=0), torch.nan, limit)


def compare_with_copies(fires, copies):
    """Whether filters fire in more sequences than shuffled copies.

    Parameters
    ----------
    fires, copies : ndarray of bool, shape (n, filters)
        Whether a filter fires in a sequence, and in its copy.

    Returns
    -------
    ndarray of float, shape (filters,)
        p of the exact sign test over the pairs in one half of which the filter fires; 1 without such a pair.
    """
    more, fewer = (fires & ~copies).sum(axis=0), (copies & ~fires).sum(axis=0)
    return binom.sf(more - 1, more + fewer, 0.5)


def on_sites(fires, sites):
    """Whether the positions at which a filter fires lie on sites.

    The null is a random circular shift of the positions in each sequence: the expected number on sites is their number
    x the share of the sequence that sites cover. The differences between found and expected are independent over the
    sequences, with mean 0. Their sum over the root of the sum of their squares is about standard normal; it is
    conservative for rare hits.

    Parameters
    ----------
    fires, sites : ndarray of bool, shape (n, length)

    Returns
    -------
    share, expected, p : float
        Share of the positions that lie on sites, and that expected of shifted ones; both nan, and p 1, where the filter
        does not fire.
    """
    hits, number = (fires & sites).sum(axis=1), fires.sum(axis=1)
    if not number.any():
        return np.nan, np.nan, 1.0
    expected = number * sites.mean(axis=1)
    excess = hits - expected
    spread = np.sqrt((excess**2).sum())
    p = norm.sf(excess.sum() / spread) if spread > 0 else 1.0
    return hits.sum() / number.sum(), expected.sum() / number.sum(), float(p)


def at_anchor(strongest, positive, length):
    """Whether a filter is strongest at one position of the positives more often than of the negatives.

    Sequences are aligned at an anchor. The position that most of every second positive prefer, give or take
    :data:`AROUND` nt, is tested on the other positives against the negatives (Fisher's exact test).

    Parameters
    ----------
    strongest : ndarray of int, shape (n,)
        Position of the highest activation of each sequence; negative ones are left out.
    positive : ndarray of bool, shape (n,)
    length : int
        nt of the sequences.

    Returns
    -------
    position : int
        -1 where no positive is left.
    share, expected, p : float
        Share of the other positives and of the negatives that are strongest there.
    """
    known = strongest >= 0
    own, others = strongest[known & positive], strongest[known & ~positive]
    first, second = own[::2], own[1::2]
    if not len(second) or not len(others):
        return -1, np.nan, np.nan, 1.0
    near = np.convolve(np.bincount(first, minlength=length), np.ones(2 * AROUND + 1, int), "same")
    position = int(near.argmax())
    of_own, of_others = (int((np.abs(some - position) <= AROUND).sum()) for some in (second, others))
    table = [[of_own, len(second) - of_own], [of_others, len(others) - of_others]]
    return position, of_own / len(second), of_others / len(others), float(fisher_exact(table, "greater").pvalue)


def motif_centres(fires, pwm):
    """Move positions at which a filter fires to the base in the middle of its motif.

    Parameters
    ----------
    fires : ndarray of bool, shape (n, length)
    pwm : FilterPwm
        Its clipped columns are the motif.

    Returns
    -------
    ndarray of bool, shape (n, length)
        Bases beyond the ends are left out.
    """
    shift, length = (pwm.start + pwm.stop - 1) // 2 - WINDOW // 2, fires.shape[1]
    moved = np.zeros_like(fires)
    moved[:, max(shift, 0) : length + min(shift, 0)] = fires[:, max(-shift, 0) : length - max(shift, 0)]
    return moved


def planted_sites(planted, rows, length, motifs=None):
    """Bases on planted sites.

    Parameters
    ----------
    planted : DataFrame
        :attr:`attentome.genome.labelled_sequences.LabelledSequences.planted`.
    rows : ndarray of int, shape (n,)
        Sequences, ascending.
    length : int
    motifs : collection of str, optional
        Ids of the motifs that count; all if not given.

    Returns
    -------
    ndarray of bool, shape (n, length)
    """
    chosen = planted[planted["sequence"].isin(rows)]
    if motifs is not None:
        chosen = chosen[chosen["motif"].isin(motifs)]
    at = np.searchsorted(rows, chosen["sequence"])
    steps = np.zeros((len(rows), length + 1), int)
    np.add.at(steps, (at, chosen["start"]), 1)
    np.add.at(steps, (at, chosen["end"]), -1)
    return steps.cumsum(axis=1)[:, :length] > 0
