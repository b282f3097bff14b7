"""Attention scores at a random sample of places, kept in a file, and their rank correlation with the outputs.

A score is stored as its logarithm in 16 bits: 2,048 steps per factor of two down to 2^-32, so that ranks are those of
scores to within 1 part in 2,048 (scores below 2^-32 count as equal). The file is a numpy array that is written in parts
as the scores come, and never held in memory.
"""

import os
from bisect import bisect_left

import numpy as np

DROPPED_BITS = 12
LOWEST = (127 - 32) << (23 - DROPPED_BITS)
CODES = 1 << 16


def draw_places(n_places, n, seed):
    """A random sample of places: sorted int64, shape (min(n, n_places),), the same for the same seed."""
    return np.sort(np.random.default_rng(seed).choice(n_places, min(n, n_places), replace=False, shuffle=False))


def encode_scores(scores):
    """Scores in 0..1 (float32) to codes in their order (uint16), both ndarrays of one shape."""
    steps = (np.ascontiguousarray(scores).view(np.int32) >> DROPPED_BITS) - LOWEST
    return np.clip(steps, 0, CODES - 1).astype(np.uint16)


class SampleFile:
    """Write the scores at the sampled places to a ``.npy`` file.

    Parameters
    ----------
    path : str or Path
    places : ndarray of int64, shape (n,)
        Sorted.
    shape : tuple of int
        (layers, heads, window).

    The array is uint16, shape (layers, n, heads, window); the last index is t, 0 = the key farthest downstream.
    """

    def __init__(self, path, places, shape):
        layers, heads, window = shape
        array = np.lib.format.open_memmap(path, "w+", np.uint16, (layers, len(places), heads, window))
        self._offset = array.offset
        del array
        self._places = places.tolist()
        self._row_bytes = heads * window * 2
        self._file = open(path, "r+b")

    def put(self, layer, first, band):
        """Store the part of a block that is in the sample.

        Parameters
        ----------
        layer : int
            0-based.
        first : int
            Place of the block's first position.
        band : Tensor, shape (heads, m, window)
            Keys upstream first, as ``Network.scan`` shows them.
        """
        low = bisect_left(self._places, first)
        high = bisect_left(self._places, first + band.shape[1], low)
        if low < high:
            rows = [place - first for place in self._places[low:high]]
            scores = band[:, rows].cpu().numpy() if band.is_cuda else band.numpy()[:, rows]
            codes = encode_scores(scores.transpose(1, 0, 2)[..., ::-1])
            at = self._offset + (layer * len(self._places) + low) * self._row_bytes
            os.pwrite(self._file.fileno(), codes.tobytes(), at)

    def close(self):
        """Close the file once all scores are written."""
        self._file.close()


def spearman(codes, outputs):
    """Spearman's rank correlation of each column with the outputs, ties at their mean rank.

    Parameters
    ----------
    codes : ndarray of uint16, shape (n, columns)
    outputs : ndarray, shape (n,)

    Returns
    -------
    ndarray of float32, shape (columns,)
        0 where all codes of a column are equal.
    """
    values, which, counts = np.unique(outputs, return_inverse=True, return_counts=True)
    other = _middle_ranks(counts)[which]
    norm = np.sqrt((other**2).sum())
    rho = np.zeros(codes.shape[1], np.float32)
    for column, own in enumerate(np.ascontiguousarray(codes.T)):
        counts = np.bincount(own)
        ranks = _middle_ranks(counts)
        spread = np.sqrt((counts * ranks**2).sum())
        if spread > 0 and norm > 0:
            rho[column] = ranks[own] @ other / (spread * norm)
    return rho


def _middle_ranks(counts):
    """Mean rank of each value less the mean of all ranks, from how often each value occurs."""
    return np.cumsum(counts) - counts / 2 - counts.sum() / 2
