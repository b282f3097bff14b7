"""Gather sums, sums of squares and maxima of attention scores, by head and distance.

Sums over a block are taken in float32, over a piece in float64, over the genome in whole numbers of 2^-bits. These can
be added in any order, so the result does not depend on how the genome was distributed.
"""

import numpy as np
import torch


class Moments:
    """Sums over the positions of a batch of pieces.

    Parameters
    ----------
    shape : tuple of int
        (b, layers, heads, window); the last index runs as in the bands of ``Network.scan``, keys upstream first.
    device : torch.device

    Attributes
    ----------
    total, squares : Tensor of float64
    highest : Tensor of float32
    """

    def __init__(self, shape, device):
        self.total = torch.zeros(shape, dtype=torch.float64, device=device)
        self.squares = torch.zeros(shape, dtype=torch.float64, device=device)
        self.highest = torch.zeros(shape, device=device)
        self._layers = list(zip(self.total.unbind(1), self.squares.unbind(1), self.highest.unbind(1), strict=True))

    def add(self, layer, band):
        """Take in a block (b, heads, m, window) of a layer (0-based) except for its squares; return its maxima.

        They have shape (b, heads, window).
        """
        total, _, highest = self._layers[layer]
        here = band.amax(2)
        total.add_(band.sum(2))
        torch.maximum(highest, here, out=highest)
        return here

    def add_squares(self, layer, band):
        """Take in the squares of a block. They overwrite its scores, which are still in the cache."""
        self._layers[layer][1].add_(band.square_().sum(2))


def whole_number_bits(n):
    """Number of binary places with which sums over n scores of 0..1 fit into int64."""
    return 62 - int(n).bit_length()


def to_whole(sums, bits):
    """float64 sums as whole numbers of 2^-bits: int64."""
    return np.rint(np.ldexp(sums, bits)).astype(np.int64)


def mean_and_variance(total, squares, n):
    """Mean and variance of n scores from their sums, float32; 0 where n is 0."""
    mean = total / max(n, 1)
    return mean.astype(np.float32), np.maximum(squares / max(n, 1) - mean**2, 0).astype(np.float32)
