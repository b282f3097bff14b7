"""Decoys of simulated task 3: motifs that the positive ones do not resemble, by a rule that is printed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.motifs.tomtom import tomtom_alignments

LIKE_E = 0.1
"""Tomtom E-value of a match with a positive motif, up to which a motif is too similar to be a decoy."""


@dataclass(frozen=True, eq=False)
class Decoys:
    """Motifs of the negative class that no positive motif resembles.

    Attributes
    ----------
    kept : list of Motif
        In the order in which they were drawn.
    removed : DataFrame
        ``motif`` and ``name`` of each that was drawn and rejected, ``like`` (id of the positive motif that it resembles
        most), ``p`` and ``E`` of that match.
    rule : str
        The rule in one sentence, with its numbers.
    """

    kept: list
    removed: pd.DataFrame
    rule: str


def choose_decoys(motifs, positives, number=None, seed=0, max_e=LIKE_E):
    """Draw the decoys of task 3: motifs that no positive motif resembles.

    Koo & Ploenzke 2021 drew 65 motifs and removed 10 by their place in the draw. Here the others are taken in random
    order; one is removed if Tomtom, with the positive motifs as queries and all motifs as database, finds a match with
    E (p x motifs of the database) of ``max_e`` or less on either strand.

    Parameters
    ----------
    motifs : list of Motif
        The whole set, with or without the positive motifs.
    positives : list of Motif
        Recognised among ``motifs`` by their ids.
    number : int or None
        Decoys wanted; None: all that are left.
    seed : int
    max_e : float

    Returns
    -------
    Decoys

    Raises
    ------
    ValueError
        If fewer than ``number`` are left.
    """
    own = {motif.id for motif in positives}
    others = [motif for motif in motifs if motif.id not in own]
    database = [*positives, *others]
    p = tomtom_alignments([motif.frequencies for motif in positives], [motif.frequencies for motif in database])[0][
        :, len(positives) :
    ]
    rule = (
        f"A decoy has no Tomtom match with a positive motif with E = p x {len(database)} of {max_e:g} or less; "
        "decoys are drawn at random from the others."
    )
    kept, removed = [], []
    for at in np.random.default_rng([seed, 33]).permutation(len(others)):
        motif, nearest = others[at], int(p[:, at].argmin())
        best = float(p[nearest, at])
        if best * len(database) <= max_e:
            removed.append((motif.id, motif.name, positives[nearest].id, best, best * len(database)))
        else:
            kept.append(motif)
        if len(kept) == number:
            break
    if number is not None and len(kept) < number:
        raise ValueError(f"{number} decoys are wanted, but only {len(kept)} of {len(others)} motifs are left. {rule}")
    return Decoys(kept, pd.DataFrame(removed, columns=["motif", "name", "like", "p", "E"]), rule)
