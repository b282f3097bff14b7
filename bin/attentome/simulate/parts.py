"""The parts of a simulated promoter: their letters, their places, and how they are written into a genome.

Bases are relative to the TSS (+1; there is no base 0), 5' to 3' on the promoter's strand, so that an upstream base b
lies at stream position TSS + b.
"""

from dataclasses import dataclass

import numpy as np

from attentome.genome.contigs import decode, encode, interval_to_stream, reverse_complement


@dataclass(frozen=True)
class PromoterPart:
    """A part of a promoter.

    Attributes
    ----------
    element : str
        Its name, as in ``assets/elements.tsv``.
    consensus : str
        A, C, G, T; W is A or T with equal probability; N is left unchanged.
    first : int
        Base of its first letter.
    source : str
    """

    element: str
    consensus: str
    first: int
    source: str

    @property
    def last(self):
        """Base of its last letter."""
        return self.first + len(self.consensus) - 1


_CRP = "TGTGANNNNNNTCACA"
PARTS = {
    "up": PromoterPart("UP", "NNAAAWWTWTTTTNNNAAANNN", -59, "Estrem et al. 1998, PNAS 95:9761"),
    "crp_61": PromoterPart("CRP", _CRP, -69, "class I, centre -61.5; Busby and Ebright 1999, J. Mol. Biol. 293:199"),
    "crp_41": PromoterPart("CRP", _CRP, -49, "class II, centre -41.5; Busby and Ebright 1999, J. Mol. Biol. 293:199"),
    "minus35": PromoterPart("-35", "TTGACA", -35, "Hawley and McClure 1983, Nucleic Acids Res. 11:2237"),
    "ext_minus10": PromoterPart("ext. -10", "TG", -15, "Keilty and Rosenberg 1987, J. Biol. Chem. 262:6389"),
    "minus10": PromoterPart("-10", "TATAAT", -12, "Hawley and McClure 1983, Nucleic Acids Res. 11:2237"),
}
"""By the name of the part in tables. The place of the -35 hexamer is that with a spacer of 17 nt; it is 1 nt nearer or
farther with 16 or 18 nt. The second CRP site takes the place of the -35 hexamer."""


def spread_places(count, width, length, random):
    """Draw starts of ``count`` intervals of ``width`` nt on ``length`` nt, uniform over all non-overlapping placements.

    Raises
    ------
    ValueError
        If they do not fit.
    """
    free = length - count * width
    if free < 0:
        raise ValueError(
            f"{count} elements of {width} nt do not fit on {length} nt; lengthen the genome or plant fewer"
        )
    return np.sort(random.choice(free + count, count, replace=False)) + np.arange(count) * (width - 1)


def plant(tokens, first, consensus, conservation, strand, random):
    """Write a part into a genome.

    Parameters
    ----------
    tokens : ndarray of uint8, shape (length,)
        Codes of the plus strand, changed in place.
    first : int
        Stream position of the first letter.
    consensus : str
        As in :class:`PromoterPart`.
    conservation : float
        Probability that a letter is the consensus; otherwise it is one of the four at random.
    strand : {"plus", "minus"}
    random : numpy.random.Generator

    Returns
    -------
    start, end : int
        Genomic interval, 0-based half-open.
    letters : str
        The letters there now, 5' to 3' on the strand.
    """
    letters = encode(consensus)
    kept = random.random(len(letters)) < conservation
    others = random.integers(0, 4, len(letters))
    weak = np.array(list(consensus)) == "W"
    if weak.any():
        letters[weak] = encode("AT")[random.integers(0, 2, weak.sum())]
    start, end = interval_to_stream(first, first + len(letters), len(tokens), strand)
    present = tokens[start:end] if strand == "plus" else reverse_complement(tokens[start:end])
    letters = np.where(np.array(list(consensus)) == "N", present, np.where(kept, letters, others)).astype(np.uint8)
    tokens[start:end] = letters if strand == "plus" else reverse_complement(letters)
    return start, end, decode(letters)


def letter_probabilities(consensus, conservation):
    """Probability of each letter after :func:`plant` has written on uniform random bases.

    Returns
    -------
    ndarray, shape (len(consensus), 4)
        Columns in the order of ``contigs.BASES``.
    """
    wanted = {"W": encode("AT"), "N": encode("ATCG")}
    table = np.full((len(consensus), 4), (1 - conservation) / 4)
    for row, letter in zip(table, consensus):
        codes = wanted.get(letter, encode(letter))
        row[codes] += conservation / len(codes)
    return table
