"""Filters to position weight matrices: the sequences at which a filter is most active, aligned and averaged.

Two sets of windows are used, because the choice decides what one sees:

- The published rule (Koo & Ploenzke 2021, released code): all windows whose activation exceeds half of the filter's
  maximum over all sequences. An exponential filter has few of them, a ReLU filter thousands, so that the sharpness of
  both matrices cannot be compared. A filter that is nowhere above 0 has none.
- Equally many windows of each filter, those with the highest activations.

A window is 20 nt, [i - 10, i + 10) for an activation at position i, and counts only if 0 < i - 10 and i + 10 < length
(strictly, as published). Column k of a filter of 19 columns lies in column k + 1 of the window.
"""

from dataclasses import dataclass

import numpy as np

from attentome.filters.criteria import MIN_SITES
from attentome.motifs.logo import base_counts, letters
from attentome.motifs.matrices import column_bits
from attentome.motifs.readers import Motif
from attentome.motifs.writers import write_motifs
from attentome.network.motif_cnn import one_hot

WINDOW = 20
"""nt."""
THRESHOLD = 0.5
"""Share of a filter's maximum that an activation has to exceed."""
EQUAL_WINDOWS = 40
CLIP_BITS, CLIP_FLANK = 0.5, 3
"""A matrix is clipped to the columns with more information than this (bits), and this many columns on either side."""
HELD_ACTIVATIONS = 4_000_000
"""Activations that are held at once, about."""


@dataclass(frozen=True, eq=False)
class FilterPwm:
    """Matrix of one filter.

    Attributes
    ----------
    filter : int
        Counts from 1.
    frequencies : ndarray, shape (20, 4)
        Of A, C, G, T in the windows; 0.25 where there are fewer than
        :data:`attentome.filters.criteria.MIN_SITES` windows.
    sites : int
        Windows.
    start, stop : int
        Columns [start, stop) that are left after clipping.
    """

    filter: int
    frequencies: np.ndarray
    sites: int
    start: int
    stop: int

    @property
    def name(self):
        """``filter1`` and so on."""
        return f"filter{self.filter}"

    def motif(self):
        """The clipped matrix with its true number of sites, as :class:`attentome.motifs.readers.Motif`."""
        return Motif(self.name, self.name, self.sites, self.frequencies[self.start : self.stop])


@dataclass(frozen=True, eq=False)
class ActivationProfile:
    """How often and where filters fire, that is, exceed :data:`THRESHOLD` x their maximum.

    Attributes
    ----------
    maximum : ndarray, shape (filters,)
        Highest activation.
    fired : ndarray, shape (filters, length)
        Share of the sequences in which the filter fires at the position.
    sequences : ndarray, shape (filters,)
        Share of the sequences in which it fires at all.
    """

    maximum: np.ndarray
    fired: np.ndarray
    sequences: np.ndarray


@dataclass(frozen=True, eq=False)
class FilterPwms:
    """Matrices of all filters of a network.

    Attributes
    ----------
    published : list of FilterPwm
        Of the windows of the published rule.
    equal : list of FilterPwm
        Of equally many windows each; fewer where fewer are above the filter's minimum.
    profile : ActivationProfile
    """

    published: list
    equal: list
    profile: ActivationProfile


def filter_pwms(network, codes, device="cpu", n_windows=EQUAL_WINDOWS):
    """Matrices of the first filters of a network, from the sequences at which they are active.

    Parameters
    ----------
    network : MotifCnn
        Read in evaluation mode, after its first activation.
    codes : ndarray of uint8, shape (n, length)
        Sequences; those of the test set, as published.
    device : str or torch.device
    n_windows : int
        Windows of each filter in ``equal``.

    Returns
    -------
    FilterPwms

    Raises
    ------
    ValueError
        If there are no sequences.
    """

    return pwms_of_activations(lambda: activation_batches(network, codes, device), codes, n_windows)


def activation_batches(network, codes, device="cpu"):
    """Activations of the first filters, some sequences at a time.

    Parameters
    ----------
    network : MotifCnn
    codes : ndarray of uint8, shape (n, length)
    device : str or torch.device

    Yields
    ------
    ndarray, shape (sequences, filters, length)
    """
    size = max(1, HELD_ACTIVATIONS // (network.convolution.out_channels * codes.shape[1]))
    for at in range(0, len(codes), size):
        yield network.filter_activations(one_hot(codes[at : at + size], device)).cpu().numpy()


def pwms_of_activations(batches, codes, n_windows=EQUAL_WINDOWS):
    """Matrices of filters of which the activations are given.

    Parameters
    ----------
    batches : callable
        Returns an iterator over ndarrays of shape (sequences, filters, length), which follow the sequences in order. It
        is called twice. An activation that is not a number never counts.
    codes : ndarray of uint8, shape (n, length)
    n_windows : int

    Returns
    -------
    FilterPwms
    """
    if len(codes) == 0:
        raise ValueError("there are no sequences to read the filters from; give one or more")
    maximum, sequence, position = _highest(batches, codes.shape[1], n_windows)
    counts, sites, profile = _over_threshold(batches, codes, maximum)
    of_equal = []
    for rows, places in zip(sequence, position, strict=True):
        rows, places = rows[rows >= 0], places[rows >= 0]
        windows = codes[rows[:, None], places[:, None] + np.arange(-WINDOW // 2, WINDOW - WINDOW // 2)]
        of_equal.append((base_counts(windows), len(rows)))
    return FilterPwms(
        [_pwm(at, own, int(n)) for at, (own, n) in enumerate(zip(counts, sites, strict=True))],
        [_pwm(at, own, n) for at, (own, n) in enumerate(of_equal)],
        profile,
    )


def clip(frequencies, bits=CLIP_BITS, flank=CLIP_FLANK):
    """Columns [start, stop) from the first to the last with more than ``bits``, and ``flank`` on either side.

    The released code keeps the whole matrix where the only such column is the first (it asks whether any index is not
    0); here that column counts like every other. Without such a column the whole matrix is kept, as published.
    """
    strong = np.flatnonzero(column_bits(frequencies) > bits)
    if len(strong) == 0:
        return 0, len(frequencies)
    return max(int(strong[0]) - flank, 0), min(int(strong[-1]) + flank + 1, len(frequencies))


def write_filters(path, pwms):
    """Write clipped matrices as a MEME file; ``nsites`` is the number of windows (the released code wrote the width).

    Parameters
    ----------
    path : str or Path
    pwms : list of FilterPwm
    """
    write_motifs(path, [pwm.motif() for pwm in pwms])


def _inside(length):
    """Positions [first, stop) whose windows lie inside the sequence."""
    return WINDOW // 2 + 1, length - (WINDOW - WINDOW // 2)


def _highest(batches, length, n_windows):
    """Maximum of each filter; sequence and position of its highest windows, shape (filters, n_windows), -1 for none.

    Of equal activations the first counts. Windows at the filter's minimum do not count: a filter that is 0 nearly
    everywhere has no windows there.
    """
    first, stop = _inside(length)
    top = minimum = None
    done = 0
    for activations in batches():
        activations = np.where(np.isnan(activations), -np.inf, activations)
        if top is None:
            shape = activations.shape[1], n_windows
            top, place = np.full(shape, -np.inf), np.full(shape, -1)
            maximum, minimum = np.full(shape[0], -np.inf), np.full(shape[0], np.inf)
        maximum = np.maximum(maximum, activations.max(axis=(0, 2)))
        minimum = np.minimum(minimum, activations.min(axis=(0, 2)))
        for at in range(len(top)):
            values = activations[:, at, first:stop].ravel()
            better = np.flatnonzero(values > top[at, -1])
            both = np.concatenate([top[at], values[better]])
            order = np.argsort(-both, kind="stable")[:n_windows]
            top[at] = both[order]
            place[at] = np.concatenate([place[at], better + done * (stop - first)])[order]
        done += len(activations)
    place[top <= minimum[:, None]] = -1
    width = max(stop - first, 1)
    return maximum, np.where(place >= 0, place // width, -1), np.where(place >= 0, place % width + first, -1)


def _over_threshold(batches, codes, maximum):
    """Counts of bases in the windows of the published rule, shape (filters, 20, 4); their number; the profile."""
    n, length = codes.shape
    first, stop = _inside(length)
    counts, sites = np.zeros((len(maximum), WINDOW, 4)), np.zeros(len(maximum), np.int64)
    fired, sequences = np.zeros((len(maximum), length), np.int64), np.zeros(len(maximum), np.int64)
    done = 0
    for activations in batches():
        fires = activations > (THRESHOLD * maximum)[:, None]
        fired += fires.sum(axis=0)
        sequences += fires.any(axis=2).sum(axis=0)
        here = codes[done : done + len(fires)]
        done += len(fires)
        if stop <= first:
            continue
        inside = fires[:, :, first:stop].transpose(1, 0, 2).reshape(len(maximum), -1).astype(np.float32)
        sites += np.rint(inside.sum(axis=1, dtype=float)).astype(np.int64)
        bases = letters((here[..., None] == np.arange(4)).astype(np.float32))
        for column in range(WINDOW):
            shift = column - WINDOW // 2
            counts[:, column] += inside @ bases[:, first + shift : stop + shift].reshape(-1, 4)
    return counts, sites, ActivationProfile(maximum, fired / n, sequences / n)


def _pwm(at, counts, sites):
    total = counts.sum(axis=1, keepdims=True)
    known = (total > 0) & (sites >= MIN_SITES)
    frequencies = np.where(known, counts / np.maximum(total, 1), 0.25)
    return FilterPwm(at + 1, frequencies, sites, *clip(frequencies))
