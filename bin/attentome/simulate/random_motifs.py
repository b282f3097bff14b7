"""Invent motifs that look like those of transcription factors: the source of ``assets/filters/test_motifs.meme``.

Run ``PYTHONPATH=bin python -m attentome.simulate.random_motifs`` to write that file again.
"""

from pathlib import Path

import numpy as np

from attentome.motifs.matrices import column_bits, common_bits, reverse_complement
from attentome.motifs.readers import Motif
from attentome.motifs.writers import write_motifs

SEED = 2021
SITES = 200
WIDTHS = (8, 15)
"""Minimum and maximum number of columns."""
BITS = (11.0, 18.0)
"""Minimum and maximum information of a motif."""
MAX_ALIKE = 0.5
"""Share of the less informative motif's bits that two motifs may have in common, on either strand."""
PREFERRED, KIND_SHARES = (1, 2, 4), (0.6, 0.2, 0.2)
"""Bases that a column of each kind prefers, and how often it is of that kind."""
NO_PREFERENCE = 2
STRENGTHS = (0.88, 0.99)
"""Minimum and maximum share of the sites that follow the preference. With these numbers motifs have 14 bits on average
and half of their columns more than 1.5 bits, as the 12 motifs of task 1 in Koo & Ploenzke 2021."""


def random_motifs(seed=SEED, positives=12, decoys=14):
    """Invent motifs that neither resemble each other nor their own reverse complements.

    Parameters
    ----------
    seed : int
    positives, decoys : int
        26 together: with fewer than 25 motifs Tomtom's p depends much on which they are.

    Returns
    -------
    list of Motif
        ``m01``, ``m02``, ... and ``d01``, ``d02``, ...; frequencies are counts of :data:`SITES` sites.
    """
    rng = np.random.default_rng(seed)
    names = [f"m{number + 1:02d}" for number in range(positives)]
    names += [f"d{number + 1:02d}" for number in range(decoys)]
    matrices = []
    while len(matrices) < len(names):
        matrix = _random_matrix(rng)
        if not BITS[0] <= column_bits(matrix).sum() <= BITS[1]:
            continue
        if likeness(matrix, reverse_complement(matrix)) > MAX_ALIKE:
            continue
        if all(
            max(likeness(matrix, other), likeness(reverse_complement(matrix), other)) <= MAX_ALIKE for other in matrices
        ):
            matrices.append(matrix)
    return [Motif(name, name, SITES, matrix) for name, matrix in zip(names, matrices, strict=True)]


def likeness(first, second):
    """Largest share of the less informative matrix's bits that two have in common, over all offsets on one strand."""
    flat = np.full((len(second) - 1, 4), 0.25)
    padded = np.concatenate([flat, first, flat])
    offsets = range(len(padded) - len(second) + 1)
    common = max(common_bits(padded[at : at + len(second)], second).sum() for at in offsets)
    return common / min(column_bits(first).sum(), column_bits(second).sum())


def _random_matrix(rng):
    """Frequencies of :data:`SITES` sites drawn from random columns; those without a preference lie at the ends."""
    kinds = np.sort(rng.choice(len(KIND_SHARES), rng.integers(WIDTHS[0], WIDTHS[1] + 1), p=KIND_SHARES))
    ends = int((kinds == NO_PREFERENCE).sum())
    kinds = np.roll(
        np.concatenate([rng.permutation(kinds[: len(kinds) - ends]), kinds[len(kinds) - ends :]]),
        rng.integers(ends + 1),
    )
    columns = []
    for kind in kinds:
        preferred = np.zeros(4)
        preferred[rng.permutation(4)[: PREFERRED[kind]]] = 1 / PREFERRED[kind]
        strength = rng.uniform(*STRENGTHS)
        columns.append(strength * preferred + (1 - strength) * rng.dirichlet(np.ones(4)))
    return np.array([rng.multinomial(SITES, column) for column in columns]) / SITES


if __name__ == "__main__":
    write_motifs(Path(__file__).parents[3] / "assets/filters/test_motifs.meme", random_motifs())
