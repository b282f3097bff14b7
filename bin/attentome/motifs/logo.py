"""The logo of aligned sequences: counts of the bases, information per column, consensus."""

import numpy as np

LETTERS = "ACGT"
CONSENSUS_BITS = 0.25
"""Columns with less information than this have no letter in a consensus (noise of 50 windows stays
below it)."""
TELLING_BITS = 0.05
"""Columns of a logo of weighted windows with less than this are uninformative: it is made of thousands of windows."""
_COLUMN = np.array([0, 3, 1, 2, 4, 4])


def genome_background(genome):
    """Frequencies of A, C, G, T over both strands of all contigs, shape (4,); N and the like are left out."""
    counts = sum(np.bincount(contig.tokens, minlength=6) for contig in genome.values())
    a_t, c_g = counts[0] + counts[1], counts[2] + counts[3]
    both = np.array([a_t, c_g, c_g, a_t], float)
    return both / both.sum() if both.sum() else np.full(4, 0.25)


def letters(by_code):
    """Reorder numbers by base code, shape (..., 6), to A, C, G, T: shape (..., 4)."""
    return np.asarray(by_code)[..., [0, 2, 3, 1]]


def base_counts(tokens):
    """Counts of A, C, G, T per column; unknown bases and places outside a contig are not counted.

    Parameters
    ----------
    tokens : ndarray of uint8, shape (n, columns)

    Returns
    -------
    ndarray of int, shape (columns, 4)
    """
    letters = _COLUMN[tokens]
    return np.stack([(letters == base).sum(axis=0) for base in range(4)], axis=1)


def information(counts, background):
    """Information of each column of a logo, small-sample corrected.

    Parameters
    ----------
    counts : ndarray, shape (columns, 4)
        Counts of A, C, G, T.
    background : ndarray, shape (4,)
        Frequencies of A, C, G, T; positive, sum 1.

    Returns
    -------
    ndarray of float, shape (columns,)
        Bits: relative entropy to the background less 3 / (2 ln 2 n), with n the bases of the column, never
        below 0 (Schneider et al. 1986, J. Mol. Biol. 188:415). A column without bases has 0.
    """
    counts = np.asarray(counts, float)
    n = counts.sum(axis=1)
    frequency = counts / np.maximum(n, 1)[:, None]
    terms = np.where(frequency > 0, frequency * np.log2(np.maximum(frequency, 1e-300) / background), 0.0)
    corrected = terms.sum(axis=1) - 3 / (2 * np.log(2) * np.maximum(n, 1))
    return np.where(n > 0, np.maximum(corrected, 0.0), 0.0)


def consensus(counts, bits, threshold=CONSENSUS_BITS):
    """Most frequent bases from the first to the last informative column.

    Parameters
    ----------
    counts : ndarray, shape (columns, 4)
    bits : ndarray, shape (columns,)
    threshold : float
        Columns below it are written ``n``.

    Returns
    -------
    (str, int, int)
        The letters and their columns [start, stop); empty string and 0, 0 where no column reaches the
        threshold.
    """
    strong = np.flatnonzero(bits >= threshold)
    if len(strong) == 0:
        return "", 0, 0
    start, stop = int(strong[0]), int(strong[-1]) + 1
    best = np.asarray(counts).argmax(axis=1)
    text = "".join(LETTERS[best[i]] if bits[i] >= threshold else "n" for i in range(start, stop))
    return text, start, stop
