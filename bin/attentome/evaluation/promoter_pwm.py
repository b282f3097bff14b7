"""A promoter as position weight matrices with gaps of free length between them, scanned over the genome.

Read 5' to 3', a promoter is

    -35 hexamer, spacer of 14 to 20 nt (its last three the extended -10), -10 hexamer, discriminator of 3 to 10 nt, TSS

and the bases -1, +1 and +2 around the TSS; it may lack the -35 hexamer or both. The score of a position is the log-odds
that a TSS is there, summed over all gaps and kinds, against a first-order Markov chain of the genome's own bases,
plus the prior of any position. :mod:`attentome.evaluation.promoter_pwm_fit` finds matrices, gap lengths and shares.

Coordinates are stream coordinates, 0-based (:mod:`attentome.genome.contigs`); logarithms are natural.
"""

from dataclasses import asdict, dataclass

import numpy as np

from attentome.genome.contigs import BASES, flip
from attentome.genome.strands import STRANDS, stream_key

HEXAMER, EXTENSION = 6, 3
SPACERS = np.arange(14, 21)
"""nt between the two hexamers."""
DISCRIMINATORS = np.arange(3, 11)
"""nt between the -10 hexamer and the TSS."""
START = (-1, 2)
"""Bases of the start block, offsets from the TSS, half-open."""
PWM_UPSTREAM = int(HEXAMER + SPACERS[-1] + HEXAMER + DISCRIMINATORS[-1])
"""Bases upstream of the TSS that its score depends on; one more for the chain."""
PWM_CHUNK = 1 << 20
"""Positions scored at once."""


@dataclass
class PromoterModel:
    """A promoter.

    Attributes
    ----------
    minus35, minus10, start : ndarray, shapes (6, 4), (9, 4), (3, 4)
        Probabilities of the bases, columns in the order of ``contigs.BASES``; minus10 holds the extension first.
    spacer : ndarray, shape (7,)
        Probability of each length in :data:`SPACERS`.
    discriminator : ndarray, shape (8,)
        Probability of each length in :data:`DISCRIMINATORS`.
    shares : ndarray, shape (3,)
        Of sites with neither hexamer, with the -10 alone, with both.
    chain : ndarray, shape (5, 4)
        Probability of a base after A, T, C, G (order of ``contigs.BASES``), and after an unknown base.
    prior : float
        Sites per position.
    n_sites : int
        Sites that it was fitted to.
    log_likelihood : float
        Mean over those sites, against the chain.
    """

    minus35: np.ndarray
    minus10: np.ndarray
    start: np.ndarray
    spacer: np.ndarray
    discriminator: np.ndarray
    shares: np.ndarray
    chain: np.ndarray
    prior: float
    n_sites: int = 0
    log_likelihood: float = float("-inf")

    @property
    def n_weights(self):
        """Free parameters of the promoter itself: 69."""
        matrices = (self.minus35, self.minus10, self.start)
        return sum(3 * len(matrix) for matrix in matrices) + sum(
            len(part) - 1 for part in (self.spacer, self.discriminator, self.shares)
        )

    def description(self):
        """The model as a dict of plain values, with the meaning of its columns."""
        return {
            "kind": "pwm_scanner",
            "bases": BASES,
            "n_weights": self.n_weights,
            "spacer_nt": SPACERS,
            "discriminator_nt": DISCRIMINATORS,
            **asdict(self),
        }


def base_chain(genome):
    """First-order Markov chain of the bases of both strands: (5, 4), the last row the composition."""
    counts = np.zeros((6, 6))
    for contig in genome.values():
        for strand in STRANDS:
            codes = contig.window(strand, -1, len(contig)).astype(np.int64)
            counts += np.bincount(6 * codes[:-1] + codes[1:], minlength=36).reshape(6, 6)
    counts = np.concatenate([counts[:4, :4], counts[:, :4].sum(0, keepdims=True)]) + 1
    return counts / counts.sum(1, keepdims=True)


def log_background(codes, chain):
    """Log-probability of each base after the one before it: (..., n + 1) to (..., n), 0 where not A, T, C or G."""
    table = np.zeros((6, 6))
    table[:, :4] = np.log(np.concatenate([chain, chain[4:]]))
    return table.ravel()[6 * codes[..., :-1].astype(np.intp) + codes[..., 1:]]


def block_scores(codes, background, matrix):
    """Log-odds of a matrix at each place where it fits.

    Parameters
    ----------
    codes : ndarray of uint8, shape (..., n)
    background : ndarray, shape (..., n)
        Of :func:`log_background`.
    matrix : ndarray, shape (width, 4)

    Returns
    -------
    ndarray, shape (..., n - width + 1)
        Index = first base of the block. Codes other than A, T, C or G count 0.
    """
    table = np.concatenate([np.log(matrix), np.zeros((len(matrix), 2))], 1)
    n = codes.shape[-1] - len(matrix) + 1
    scores = np.zeros((*codes.shape[:-1], n))
    for column, row in enumerate(table):
        here = slice(column, column + n)
        scores += row[codes[..., here]] - background[..., here]
    return scores


def part_scores(model, codes):
    """Log-odds of the -35, -10 and start blocks by their first base: three arrays of codes (..., 1 + n), each shorter
    than n by its width less one."""
    background = log_background(codes, model.chain)
    return [block_scores(codes[..., 1:], background, matrix) for matrix in (model.minus35, model.minus10, model.start)]


def places():
    """First bases of the blocks of a TSS at position :data:`PWM_UPSTREAM`.

    Returns
    -------
    minus35 : ndarray, shape (discriminators, spacers)
    minus10 : ndarray, shape (discriminators,)
        Of the extension before the hexamer.
    start : int
    """
    hexamer = PWM_UPSTREAM - DISCRIMINATORS - HEXAMER
    return hexamer[:, None] - SPACERS - HEXAMER, hexamer - EXTENSION, PWM_UPSTREAM + START[0]


def log_odds(model, codes):
    """Log-odds of a TSS at each position.

    Parameters
    ----------
    model : PromoterModel
    codes : ndarray of uint8, shape (PWM_UPSTREAM + n + START[1],)
        Codes of one stream; the first of the n positions is ``codes[1 + PWM_UPSTREAM]``.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    n = len(codes) - PWM_UPSTREAM - START[1]
    odds35, odds10, start = (np.exp(scores) for scores in part_scores(model, codes))
    _, places10, place = places()
    # From the first place of a -10 block on: the odds of that block, with or without a -35 hexamer before it.
    first = int(places10.min())
    with35 = np.full(len(odds10) - first, model.shares[1])
    for spacer, share in zip(SPACERS.tolist(), model.spacer, strict=True):
        there = first + EXTENSION - spacer - HEXAMER
        with35 += model.shares[2] * share * odds35[there : there + len(with35)]
    with35 *= odds10[first:]
    odds = np.full(n, model.shares[0])
    for begin, share in zip((places10 - first).tolist(), model.discriminator, strict=True):
        odds += share * with35[begin : begin + n]
    return np.log(odds * start[place : place + n] * model.prior)


def scan_genome(model, genome, label_shift):
    """Log-odds of every position of both strands, at the query's place like a network's outputs.

    Parameters
    ----------
    model : PromoterModel
    genome : dict of str to Contig
    label_shift : int
        Distance of the query downstream of the TSS, nt.

    Returns
    -------
    dict of str to ndarray of float32, shape (length,)
        ``<contig>.<strand>`` to outputs; index = genomic position of the query.
    """
    outputs = {}
    for contig in genome.values():
        for strand in STRANDS:
            stream = np.empty(len(contig), np.float32)
            for begin in range(0, len(contig), PWM_CHUNK):
                end = min(begin + PWM_CHUNK, len(contig))
                codes = contig.window(strand, begin - label_shift - 1 - PWM_UPSTREAM, end - label_shift + START[1] - 1)
                stream[begin:end] = log_odds(model, codes)
            outputs[stream_key(contig.name, strand)] = flip(stream, strand)
    return outputs
