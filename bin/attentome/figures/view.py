"""What the figures of one head draw, wherever its numbers come from."""

from dataclasses import dataclass

import numpy as np

from attentome.heads.distances import GROUPS
from attentome.motifs.elements import Element


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


def head_view(numbers, x_uniform, highest):
    """The view of a head as it was described, with the zoom and the peak of ``head.json``.

    Parameters
    ----------
    numbers : dict
        ``head.json``.
    x_uniform, highest
        As in :class:`HeadView`.

    Returns
    -------
    HeadView
    """
    return HeadView(
        **{name: numbers[name] for name in ("layer", "head", "window", "ahead", "label_shift")},
        reach_d=numbers["peak_d_all"],
        low=numbers["zoom"]["from_d"],
        high=numbers["zoom"]["to_d"],
        reach=(numbers["key_reach"]["from_d"], numbers["key_reach"]["to_d"]),
        sizes={group: numbers["groups"][group]["n"] for group in GROUPS},
        x_uniform=x_uniform,
        highest=highest,
        elements=elements_of(numbers.get("elements", [])),
    )


def elements_of(entries):
    """Elements of the entries ``elements`` of ``head.json``."""
    return [Element(one["name"], one["from_base"], one["to_base"]) for one in entries]
