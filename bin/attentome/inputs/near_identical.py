"""Find sequences that are nearly the same, on either strand, so that they stay in one part."""

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
    distinct, group = _same_sequences(sequences)
    kmers, counts = _kmer_sets(distinct)
    _, linked = connected_components(_links(kmers, counts), directed=False)
    return _by_occurrence(linked[group])


def same_sequence_groups(sequences):
    """Group sequences that are the same or the reverse complement of each other: as :func:`near_identical_groups`."""
    return _by_occurrence(_same_sequences(sequences)[1])


def _same_sequences(sequences):
    """Distinct sequences, on the strand that sorts first, and the index into them of each sequence."""
    other = reverse_complement(sequences)
    rows = np.arange(len(sequences))
    first = (sequences != other).argmax(axis=1)
    lower = (sequences[rows, first] <= other[rows, first])[:, None]
    distinct, group = np.unique(np.where(lower, sequences, other), axis=0, return_inverse=True)
    return distinct, group.ravel()


def _by_occurrence(group):
    _, first, group = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(len(first), int)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[group]


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
    """Each k-mer as a number, int64, shape (n, length - K + 1)."""
    places = sequences.shape[1] - K + 1
    numbers = np.zeros((len(sequences), places), np.int64)
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
