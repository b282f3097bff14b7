"""Best score that any network could reach on a self-test genome, from its parts, their places and their shares."""

import numpy as np

from attentome.genome.contigs import encode, flip, reverse_complement
from attentome.genome.strands import STRANDS
from attentome.simulate.designs import DECOYS, PROMOTER_CLASSES, decoy_counts
from attentome.simulate.parts import PARTS, letter_probabilities


def oracle_outputs(sequence, design, promoters, unknown=()):
    """Log-odds that each position is a TSS rather than a decoy or a random base.

    The likelihood ratio of a class or a kind of decoy against uniform bases is the product of those of its parts at
    their places, with the spacers in their shares. Classes and kinds are weighted by their numbers. The 8-mer and the
    scrambled -10 carry no information on TSSs and are left out. The surroundings of a promoter are not modelled, so a
    neighbour of a TSS is scored like any other position.

    Parameters
    ----------
    sequence : str
        Plus strand of a circular genome.
    design : Design
    promoters : int
        Number of promoters planted.
    unknown : sequence of str
        Parts to ignore; the loss in score measures how much they are needed.

    Returns
    -------
    dict of str to ndarray, shape (length,)
        By strand (``plus``, ``minus``); index = genomic position.
    """
    outputs, streams = {}, 2 * len(sequence)
    known = [part for part in PARTS if part not in unknown]
    for strand in STRANDS:
        stream = encode(sequence) if strand == "plus" else reverse_complement(encode(sequence))
        odds = {part: _part_odds(stream, part, design) for part in known}
        site = sum(share * promoters / streams * _product(odds, parts) for share, parts in PROMOTER_CLASSES.values())
        other = 1 + sum(
            count / streams * _product(odds, DECOYS[kind]) for kind, count in decoy_counts(design, promoters).items()
        )
        outputs[strand] = flip(np.log(site) - np.log(other), strand)
    return outputs


def _product(odds, parts):
    return np.prod([odds[part] for part in parts if part in odds], axis=0)


def _part_odds(stream, part, design):
    """Likelihood ratio of a part against uniform bases, by stream position of the TSS: shape (length,)."""
    table = letter_probabilities(PARTS[part].consensus, design.conservation) / 0.25
    shifts = {0: 1.0}
    if part == "minus35":
        shifts = {-1: design.spacer_16, 0: 1 - design.spacer_16 - design.spacer_18, 1: design.spacer_18}
    total = np.zeros(len(stream))
    for shift, share in shifts.items():
        odds = np.full(len(stream), share)
        for column, row in enumerate(table):
            odds *= row[np.roll(stream, -(PARTS[part].first - shift + column))]
        total += odds
    return total
