"""What the figures of one head draw, wherever its numbers come from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class HeadView:
    """A head as its figures show it.

    Attributes
    ----------
    layer, head : int
        Count from 1.
    window, ahead, label_shift : int
        Keys; nt from the query to d = 0; nt from the TSS to d = 0.
    reach_d : int
        Distance at whose key ``reach`` is given: the peak that the figure is about.
    low, high : int
        Distances of the zoomed panels, both included.
    reach : (int, int)
        Smallest and largest d that convolution alone brings into the key at the peak.
    sizes : dict of str to int
        Positions of each group of outputs.
    x_uniform : dict of str to ndarray, each shape (window,)
        Mean score of each group, multiples of uniform.
    highest : ndarray, shape (window,)
        Highest single score of the highest outputs.
    elements : list of Element
    """

    layer: int
    head: int
    window: int
    ahead: int
    label_shift: int
    reach_d: int
    low: int
    high: int
    reach: tuple
    sizes: dict
    x_uniform: dict
    highest: np.ndarray
    elements: list

    @property
    def distances(self):
        """Distances of the zoomed panels, rising."""
        return np.arange(self.low, self.high + 1)
