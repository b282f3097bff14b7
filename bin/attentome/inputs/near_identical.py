"""Find sequences that are nearly the same, on either strand, so that they stay in one part."""

import hashlib

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from attentome.genome.contigs import BASES, reverse_complement

K = 12
"""Length of the k-mers compared, nt."""
SHARE = 0.5
"""Share of its k-mers that one sequence must find in the other."""
RULE = (
    f"two sequences are near-identical if they have {SHARE:.0%} or more of their distinct {K}-mers in common (of those "
    f"of the sequence that has more; a {K}-mer and its reverse complement are one); groups by single linkage"
)
COMPARED_AT_ONCE = 20_000_000
"""Maximum number of pairs of equal k-mers held in memory, unless one sequence alone has more."""
BLOCK = 8192
"""Sequences turned to one strand at once."""


def near_identical_groups(sequences):
    """Group near-identical sequences (:data:`RULE`).

    Independent substitutions at one base in 18 (5.6 %) leave half of the 12-mers of a sequence, and so does a shift
    by half of its length.

    Parameters
    ----------
    sequences : ndarray of uint8, shape (n, length)
        Codes of A, T, C, G; length of :data:`K` or more.

    Returns
    -------
    ndarray of int, shape (n,)
        Group of each sequence, numbered from 0 by first occurrence.
    """
    same = same_sequence_groups(sequences)
    _, first = np.unique(same, return_index=True)
    kmers, counts = _kmer_sets(sequences[first])
    _, linked = connected_components(_links(kmers, counts), directed=False)
    _, first, group = np.unique(linked[same], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[group]


def same_sequence_groups(sequences):
    """Group sequences that are the same or the reverse complement of each other: as :func:`near_identical_groups`."""
    numbers, groups = {}, np.empty(len(sequences), int)
    for first in range(0, len(sequences), BLOCK):
        for row, sequence in enumerate(_one_strand(sequences[first : first + BLOCK]), first):
            digest = hashlib.blake2b(sequence, digest_size=16).digest()
            groups[row] = numbers.setdefault(digest, len(numbers))
    return groups


def _one_strand(sequences):
    """Each sequence on the strand that sorts first."""
    other = reverse_complement(sequences)
    rows, place = np.arange(len(sequences)), (sequences != other).argmax(axis=1)
    return np.where((sequences[rows, place] <= other[rows, place])[:, None], sequences, other)


def _kmer_sets(sequences):
    """Matrix of 0 and 1 (sequences x k-mers in two or more sequences), and the number of k-mers of each sequence."""
    numbers = np.sort(np.minimum(_kmers(sequences), _kmers(reverse_complement(sequences))[:, ::-1]), axis=1)
    new = np.ones(numbers.shape, bool)
    new[:, 1:] = numbers[:, 1:] != numbers[:, :-1]
    row, _ = np.nonzero(new)
    _, column, times = np.unique(numbers[new], return_inverse=True, return_counts=True)
    shared = times[column] > 1
    ones = np.ones(shared.sum(), np.int32)
    matrix = csr_array((ones, (row[shared], column[shared])), shape=(len(sequences), len(times)))
    return matrix, new.sum(axis=1)


def _kmers(sequences):
    """Each k-mer as a number, int32, shape (n, length - K + 1)."""
    places = sequences.shape[1] - K + 1
    numbers = np.zeros((len(sequences), places), np.int32)
    for step in range(K):
        numbers = numbers * len(BASES) + sequences[:, step : step + places]
    return numbers


def _links(kmers, counts):
    """Links between near-identical sequences, a sparse matrix of n x n."""
    turned = kmers.T.tocsr()
    pairs = np.cumsum(kmers @ np.diff(turned.indptr))
    rows, columns, first = [], [], 0
    while first < len(counts):
        before = pairs[first - 1] if first else 0
        stop = max(first + 1, int(np.searchsorted(pairs, before + COMPARED_AT_ONCE, "right")))
        common = (kmers[first:stop] @ turned).tocoo()
        row, column = common.row + first, common.col
        near = common.data >= SHARE * np.maximum(counts[row], counts[column])
        rows.append(row[near])
        columns.append(column[near])
        first = stop
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    return coo_array((np.ones(len(rows), bool), (rows, columns)), shape=(len(counts), len(counts)))
