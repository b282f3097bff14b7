"""A matrix of frequencies: its information, its other strand, and the order of its bases.

Two orders of the bases are in use. Sequences and the inputs of networks follow the codes of
:data:`attentome.genome.contigs.BASES` (A, T, C, G); matrices of motifs follow :data:`attentome.motifs.logo.LETTERS`
(A, C, G, T). :func:`attentome.motifs.logo.letters` turns the first into the second, :func:`by_code` the second into
the first. Nothing else in the library converts between them.
"""

import numpy as np

from attentome.genome.contigs import BASES
from attentome.motifs.logo import LETTERS

CODES = np.array([BASES.index(letter) for letter in LETTERS], np.uint8)
"""Codes of A, C, G, T."""
_PLACES = np.array([LETTERS.index(base) for base in BASES])


def by_code(by_letter):
    """Reorder numbers by A, C, G, T along the last axis to the order of the codes; shape (..., 4) stays."""
    return np.asarray(by_letter)[..., _PLACES]


def reverse_complement(frequencies):
    """A matrix as the other strand reads it.

    Parameters
    ----------
    frequencies : ndarray, shape (columns, 4)
        Of A, C, G, T, 5' to 3'.

    Returns
    -------
    ndarray, shape (columns, 4)
    """
    return np.asarray(frequencies)[::-1, ::-1]


def column_bits(frequencies):
    """Information of each column against a uniform background, without a correction for small samples.

    Parameters
    ----------
    frequencies : ndarray, shape (..., columns, 4)
        Rows sum to 1.

    Returns
    -------
    ndarray of float, shape (..., columns)
        Bits: 2 + sum of p log2 p, between 0 and 2.
    """
    frequencies = np.asarray(frequencies, float)
    terms = frequencies * np.log2(np.where(frequencies > 0, frequencies, 1.0))
    return np.clip(2.0 + terms.sum(axis=-1), 0.0, 2.0)


def common_bits(first, second):
    """Bits that the logos of two aligned matrices have in common.

    In a logo a base is as high as its frequency times the information of its column. Two columns have the lower of both
    heights in common, summed over the bases: all of it if they are equal, next to nothing if their bases differ.

    Parameters
    ----------
    first, second : ndarray, shape (columns, 4)
        Frequencies in the same order of bases.

    Returns
    -------
    ndarray of float, shape (columns,)
        Bits, at most those of either column.
    """
    heights = [np.asarray(matrix) * column_bits(matrix)[:, None] for matrix in (first, second)]
    return np.minimum(*heights).sum(axis=-1)
