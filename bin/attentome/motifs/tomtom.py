"""Find motifs of a database that resemble a head's matrix: Tomtom's p-values, their q, and hits of shuffled motifs.

Tomtom (Gupta et al. 2007, Genome Biol. 8:R24) as memelite 0.5.0 computes it, the package of J. Schreiber:

- A column of the query and a column of a target score minus their Euclidean distance, less the median of that query
  column against all columns of all targets. An alignment sums its overlapping columns; a query column without partner
  counts 0, the median ("complete score"). The best of all alignments counts, overhangs included.
- p is the chance that a target of the same length, its columns drawn at random and independently from the columns of
  all targets on both strands, has a best alignment that scores as high; the alignments count as independent. So the
  background is the given database, not a genome, and with fewer than :data:`FEW_MOTIFS` motifs p depends on which
  these are.
- The *target* is read on both strands: the better orientation counts, with 1 - (1 - p)^2 as the p of both. The query
  is not turned.

Columns of one motif are similar (a site rich in A and T is so throughout), which p does not take into account. Against
the 109 matrices of RegulonDB, random queries of 25 columns reach p = 0.01 2.5 times as often as p says, those of 6
columns 0.9 times. Motifs with shuffled columns keep this similarity, so every match comes with the number of hits
expected from them.

Columns of targets are not merged (``n_target_bins=None``), so a motif's p does not depend on the hashing of others, and
numba runs on one thread.
"""

import sys
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from attentome.io.numba_cache import use_writable_cache
from attentome.io.schemas.names import MOTIF_MATCHES
from attentome.motifs.logo import TELLING_BITS

MIN_COLUMNS = 4
"""A head with a shorter informative stretch is not compared with databases."""
SHUFFLES = 10
BEST = 5
"""Maximum number of matches listed for each head."""
FEW_MOTIFS = 25
SHARP_BITS = 1.5
"""Of the best column of a query."""
MATCH_COLUMNS = [column for column in MOTIF_MATCHES.columns if not column.startswith("expected_")]
"""Those of ``motif_matches.tsv`` without the places where the named element should lie, which NAME_HEADS adds."""


class Query(NamedTuple):
    """The informative stretch of a head's matrix.

    Attributes
    ----------
    layer, head : int
        Count from 1.
    to_d : int
        Distance (nt) of its first column; the others follow downstream.
    frequencies : ndarray, shape (columns, 4)
    """

    layer: int
    head: int
    to_d: int
    frequencies: np.ndarray


def informative_stretch(matrix, background, pseudocount=1.0):
    """The columns between the first and the last with :data:`~attentome.motifs.logo.TELLING_BITS` or more.

    Parameters
    ----------
    matrix : HeadMatrix
    background : ndarray, shape (4,)
        Frequencies of A, C, G, T.
    pseudocount : float
        Sequences of the background that are added.

    Returns
    -------
    Query or None
        None where it has fewer than :data:`MIN_COLUMNS` columns.
    """
    strong = np.flatnonzero(matrix.bits >= TELLING_BITS)
    if len(strong) == 0 or strong[-1] - strong[0] + 1 < MIN_COLUMNS:
        return None
    start, stop = int(strong[0]), int(strong[-1]) + 1
    frequencies = sharpened(matrix.frequencies(background, pseudocount)[start:stop], background)
    return Query(matrix.layer, matrix.head, matrix.to_d - start, frequencies)


def sharpened(frequencies, background, bits=SHARP_BITS):
    """Make a weak logo as strong as motifs of databases: multiply its log-odds by one factor, 1 or more.

    A head's logo is made of all windows, few of which hold the motif. It shows the letters of the motif, but not its
    frequencies.

    Parameters
    ----------
    frequencies : ndarray, shape (columns, 4)
        Above 0.
    background : ndarray, shape (4,)
    bits : float
        Of the most informative column afterwards, where it has less.

    Returns
    -------
    ndarray, shape (columns, 4)
    """
    odds = np.log(frequencies / background)

    def powered(factor):
        weights = background * np.exp(factor * (odds - odds.max(axis=1, keepdims=True)))
        return weights / weights.sum(axis=1, keepdims=True)

    def best(factor):
        found = powered(factor)
        return (found * np.log2(np.maximum(found, 1e-300) / background)).sum(axis=1).max()

    if not odds.any() or best(1) >= bits:
        return frequencies
    low, high = 1.0, 2.0
    while best(high) < bits and high < 2**20:
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if best(middle) < bits else (low, middle)
    return powered(high)


def tomtom_alignments(queries, targets):
    """Best alignment of every query with every target.

    Parameters
    ----------
    queries, targets : list of ndarray, each shape (columns, 4)
        Frequencies of A, C, G, T.

    Returns
    -------
    p : ndarray of float, shape (queries, targets)
    offset : ndarray of int, same shape
        Column of the target, in its orientation, at which the query begins; negative where the query begins before it.
    overlap : ndarray of int, same shape
        Columns in common.
    reverse : ndarray of bool, same shape
        Whether the target's reverse complement aligns better.
    """
    use_writable_cache("memelite")
    from memelite import tomtom

    torch = sys.modules.get("torch")  # numba sets the number of threads for all of OpenMP, and so for PyTorch
    threads = torch and torch.get_num_threads()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="tomtom was given")
        p, _, offset, overlap, reverse = tomtom(
            [query.T for query in queries], [target.T for target in targets], n_target_bins=None, n_jobs=1
        )
    if torch:
        torch.set_num_threads(threads)
    return p, offset.astype(int), overlap.astype(int), reverse.astype(bool)


def match_motifs(queries, databases, seed, shuffles=SHUFFLES, best=BEST):
    """Find the best matches of each query.

    Parameters
    ----------
    queries : list of Query
    databases : dict of str to list of Motif
        Motifs by the name of their file; all of them together are the background of p.
    seed : int
    shuffles : int
        How often the columns of every motif are shuffled.
    best : int
        Matches listed of each query.

    Returns
    -------
    DataFrame
        :data:`MATCH_COLUMNS`, of each query the best first: ``motif`` is the motif's id; ``q`` by Benjamini and
        Hochberg over all queries x motifs; ``orientation`` + or - (the motif's reverse complement); ``place_from_d``
        and ``place_to_d`` the distances (nt, both included) that the whole motif covers, overhanging parts included;
        ``shuffled_hits_expected`` how many motifs of databases with shuffled columns match this query with this p or a
        lower one, on average.
    """
    motifs = [(database, motif) for database, content in databases.items() for motif in content]
    if not queries or not motifs:
        return pd.DataFrame(columns=MATCH_COLUMNS)
    matrices = [motif.frequencies for _, motif in motifs]
    stretches = [query.frequencies for query in queries]
    p, offset, overlap, reverse = tomtom_alignments(stretches, matrices)
    q = false_discovery_control(p.ravel()).reshape(p.shape)
    rng = np.random.default_rng(seed)
    chance = np.concatenate(
        [tomtom_alignments(stretches, [rng.permutation(matrix) for matrix in matrices])[0] for _ in range(shuffles)],
        axis=1,
    )
    rows = []
    for i, query in enumerate(queries):
        for j in np.argsort(p[i], kind="stable")[:best]:
            database, motif = motifs[j]
            to_d = query.to_d + int(offset[i, j])
            rows.append(
                (
                    query.layer,
                    query.head,
                    database,
                    motif.id,
                    motif.name,
                    p[i, j],
                    q[i, j],
                    offset[i, j],
                    "-" if reverse[i, j] else "+",
                    overlap[i, j],
                    to_d - len(matrices[j]) + 1,
                    to_d,
                    (chance[i] <= p[i, j]).sum() / shuffles,
                )
            )
    return pd.DataFrame(rows, columns=MATCH_COLUMNS)
