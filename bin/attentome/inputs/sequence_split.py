"""Divide sequences into training, validation and test so that near-identical ones stay in one part."""

import numpy as np

from attentome.genome.labelled_sequences import PARTS
from attentome.inputs.near_identical import RULE as NEAR_IDENTICAL

AT_RANDOM = (
    "at random: groups of near-identical sequences, from the largest to the smallest; of the parts that lack as many "
    "sequences or more, one is drawn in proportion to the number that it lacks, and if there is none, the part that "
    f"lacks most takes the group; {NEAR_IDENTICAL}"
)
BY_ARCS = (
    "by contiguous arcs of the genome; a sequence that is near-identical to one of another arc is dropped from "
    f"validation if the other is in training, and from test in either case; {NEAR_IDENTICAL}"
)


def split_at_random(groups, shares, rng):
    """Divide groups of sequences among the parts (:data:`AT_RANDOM`).

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
        Group of each sequence, from 0.
    shares : dict of str to float
        Share of the sequences of each part; they sum to 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8, shape (n,)
        Index into :data:`attentome.genome.labelled_sequences.PARTS`.
    """
    sizes = np.bincount(groups)
    lacking = np.array([shares[part] for part in PARTS]) * len(groups)
    part = np.zeros(len(sizes), np.uint8)
    for group, draw in zip(np.argsort(-sizes, kind="stable"), rng.random(len(sizes)), strict=True):
        weights = np.cumsum(np.where(lacking >= sizes[group], lacking, 0))
        fits = weights[-1] > 0
        part[group] = np.searchsorted(weights, draw * weights[-1], "right") if fits else lacking.argmax()
        lacking[part[group]] -= sizes[group]
    return part[groups]


def kept_in_arcs(groups, parts):
    """Which sequences stay when near-identical ones lie in several arcs (:data:`BY_ARCS`).

    Parameters
    ----------
    groups, parts : ndarray of int, shape (n,)
        Group of each sequence, from 0, and index of its part.

    Returns
    -------
    ndarray of bool, shape (n,)
        Of each group, the sequences of its first part stay.
    """
    first = np.full(groups.max() + 1, len(PARTS))
    np.minimum.at(first, groups, parts)
    return parts == first[groups]
