"""What the logits of a convolutional network gain from motifs that are inserted into null sequences.

:func:`motif_effects` inserts single motifs at the centre, :func:`pair_effects` pairs at several distances and in both
orders, :func:`set_effects` sets of motifs, with and without a decoy. An effect is the change of an output's logit from
the null sequence to the same sequence with the insertion: its mean over the null sequences and Student's 95 % interval.

A null sequence is a test sequence whose bases were shuffled so that its dinucleotides stay (:func:`null_sequences`).
What is inserted is drawn from the motif's matrix, anew for each null sequence, as the simulated tasks plant it. The
draws depend on the seed and on the motif's place in the list only: all networks get the same sequences. Insertions
replace bases; they do not move the ones beside them.

tangermeme inserts and compares: ``marginalize`` motifs and sets, ``space`` pairs. It assumes an order of the bases for
motifs given as text only; arrays stay in the order of the codes (A, T, C, G).
"""

from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import pandas as pd

from attentome.attribution.motif_rule import PLANTED
from attentome.filters.criteria import LOOSE_E
from attentome.filters.summary import mean_interval
from attentome.genome.contigs import BASES, OUTSIDE
from attentome.genome.dinucleotides import shuffle_dinucleotides
from attentome.io.numba_cache import use_writable_cache
from attentome.io.schemas.filters import MOTIF_EFFECTS, MOTIF_PAIRS, MOTIF_SETS
from attentome.motifs.matrices import CODES, reverse_complement
from attentome.network.motif_cnn import one_hot

DISTANCES = (0, 5, 10, 20, 40, 80)
"""nt between the motifs of a pair."""
BATCH = 500
"""Sequences that the network computes at once."""
MOST_MATCHED = 20
DECOY, MATCHED = "decoy", "matched"
"""Kinds of inserted motifs besides those of planted factors: of negative sequences only, matched by a filter."""
DISTINCT, WITH_DECOY, COPIES, DECOYS, SHUFFLED = "distinct", "with_decoy", "copies", "decoys", "shuffled"
SET_KINDS = (DISTINCT, WITH_DECOY, COPIES, DECOYS, SHUFFLED)
"""Kinds of sets: different positive factors; the same and one decoy; copies of one positive factor; decoys alone;
different positive factors, the columns of each in random order."""


@dataclass(frozen=True, eq=False)
class Insertion:
    """A motif to insert.

    Attributes
    ----------
    motif, name : str
        Its id, and its factor's or its own name.
    kind : str
        :data:`PLANTED`, :data:`DECOY` or :data:`MATCHED`.
    frequencies : ndarray, shape (columns, 4)
        Of A, C, G, T.
    """

    motif: str
    name: str
    kind: str
    frequencies: np.ndarray


def planted_motifs(facts, database, length):
    """Motifs that a simulated task plants: of its factors, then of its decoys.

    Parameters
    ----------
    facts : dict
        ``task.json``: ``classes`` (factors and the ids of their motifs, of which the first is planted) and, for task 3,
        ``decoys`` (ids).
    database : list of Motif
    length : int
        nt of a sequence; wider motifs are left out.

    Returns
    -------
    list of Insertion
    """
    by_id = {motif.id: motif for motif in database}
    wanted = [(ids[0], factor, PLANTED) for factor, ids in facts["classes"].items() if ids]
    wanted += [(id_, by_id[id_].name, DECOY) for id_ in facts.get("decoys", [])]
    found = [Insertion(id_, name, kind, by_id[id_].frequencies) for id_, name, kind in wanted]
    return [one for one in found if len(one.frequencies) <= length]


def matched_motifs(filters, database, length, limit=MOST_MATCHED):
    """Motifs of the database that the filters of a network match best: what to insert where nothing was planted.

    Parameters
    ----------
    filters : DataFrame
        ``filters.tsv`` of the network.
    database : list of Motif
    length : int
        nt of a sequence; wider motifs are left out.
    limit : int
        Maximum number of motifs.

    Returns
    -------
    list of Insertion
        By E of their best match (equally many windows of each filter), up to the loose limit of E.
    """
    by_id = {motif.id: motif for motif in database}
    best = filters[(filters["extraction"] == "equal") & (filters["any_E"] <= LOOSE_E)]
    best = best.sort_values(["any_E", "filter"]).drop_duplicates("any_motif")
    found = [
        Insertion(id_, name, MATCHED, by_id[id_].frequencies)
        for id_, name in zip(best["any_motif"], best["any_name"], strict=True)
    ]
    return [one for one in found if len(one.frequencies) <= length][:limit]


def null_sequences(codes, number, seed):
    """Shuffle the first sequences without unknown bases.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n, length)
        Codes of the bases.
    number : int
        Maximum number of null sequences.
    seed : int

    Returns
    -------
    ndarray of uint8, shape (at most number, length)

    Raises
    ------
    ValueError
        If fewer than two sequences are left.
    """
    known = codes[(codes < len(BASES)).all(axis=1)][:number]
    if len(known) < 2:
        raise ValueError(f"{len(known)} test sequence(s) without N: insertions need two or more; give more sequences")
    return shuffle_dinucleotides(known, np.random.default_rng([seed, 51]))


def motif_effects(network, nulls, motifs, outputs, seed, batch=BATCH):
    """Effect of each motif at the centre of the null sequences, on either strand.

    Parameters
    ----------
    network : Module
        From one-hot sequences to logits, in evaluation mode; computed on its device and in its precision.
    nulls : ndarray of uint8, shape (n, length)
    motifs : list of Insertion
        No longer than the sequences.
    outputs : list of str
        Names of the logits.
    seed : int
    batch : int
        It changes results by rounding only.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.MOTIF_EFFECTS`.
    """
    inserted, rows = _Inserted(network, nulls, batch), []
    for at, motif in enumerate(motifs):
        for strand in "+-":
            effects = inserted.effect(_instances(motif, strand, len(nulls), seed, at))
            rows += [
                (motif.motif, motif.name, motif.kind, strand, output, *_mean(effects[:, to]))
                for to, output in enumerate(outputs)
            ]
    return pd.DataFrame(rows, columns=list(MOTIF_EFFECTS.columns))


def pair_effects(network, nulls, motifs, outputs, seed, distances=DISTANCES, batch=BATCH):
    """Effect of every two motifs at several distances in both orders, beside the sum of their single effects.

    Both motifs lie on the + strand. The first one of a pair stays where it is, the other moves away from it; the single
    effects are measured at these very places.

    Parameters
    ----------
    network, nulls, outputs, seed, batch
        As for :func:`motif_effects`.
    motifs : list of Insertion
        The same list as there, or its beginning, so that the same sequences are inserted.
    distances : sequence of int
        nt between the motifs; those that do not fit into the sequences are left out.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.MOTIF_PAIRS`: ``interaction`` is the effect of both less the sum
        of the single ones.
    """
    inserted, rows, length = _Inserted(network, nulls, batch), [], nulls.shape[1]
    instances = [_instances(motif, "+", len(nulls), seed, at) for at, motif in enumerate(motifs)]
    for first, second in permutations(range(len(motifs)), 2):
        pair = [instances[first], instances[second]]
        widths = [one.shape[1] for one in pair]
        fitting = [distance for distance in sorted(distances) if sum(widths) + distance <= length]
        if not fitting:
            continue
        start = (length - sum(widths) - fitting[-1]) // 2
        both, alone = inserted.pair_effects(pair, fitting, start), inserted.effect(pair[0], start)
        for at, distance in enumerate(fitting):
            total = alone + inserted.effect(pair[1], start + widths[0] + distance)
            for to, output in enumerate(outputs):
                of_both, number = both[at][:, to], len(nulls)
                interaction = _mean(of_both - total[:, to])
                means = (_mean(of_both)[1], _mean(total[:, to])[1])
                rows.append((motifs[first].motif, motifs[second].motif, distance, output, number, *means))
                rows[-1] += interaction[1:]
    return pd.DataFrame(rows, columns=list(MOTIF_PAIRS.columns))


def set_effects(network, nulls, positives, decoys, outputs, seed, batch=BATCH):
    """Effect of growing sets of motifs: the logit against the number of motifs, by kind of set.

    A sequence is divided into equally long stretches, one more than the largest set has motifs; each motif lies in the
    middle of a stretch of its own, on a random strand. Each null sequence has its own order of stretches, factors and
    decoys. A set grows by one motif at a time and keeps those that it has, so that a step compares sequences which
    differ in one motif.

    Parameters
    ----------
    network, nulls, outputs, seed, batch
        As for :func:`motif_effects`.
    positives, decoys : list of Insertion

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.MOTIF_SETS`, by kind (:data:`SET_KINDS`) and size: ``motifs``
        counts positive factors, or decoys where there are no others. ``step`` is the change by the last motif: the
        decoy where there is one among others. Without rows where there are no factors, no decoys, or no room for two.
    """
    if not positives or not decoys:
        return pd.DataFrame(columns=list(MOTIF_SETS.columns))
    widest = max(len(motif.frequencies) for motif in [*positives, *decoys])
    most = min(len(positives), nulls.shape[1] // widest - 1)
    inserted, rows = _Inserted(network, nulls, batch), []
    layouts = _set_layouts(positives, decoys, most, *nulls.shape, seed) if most >= 1 else {}
    effects = {key: inserted.effect(layout, 0) for key, layout in layouts.items()}
    for (kind, size), effect in effects.items():
        before = effects.get((DISTINCT, size) if kind == WITH_DECOY else (kind, size - 1), np.zeros_like(effect))
        for to, output in enumerate(outputs):
            change = _mean(effect[:, to] - before[:, to])[1:]
            rows.append((kind, size, output, *_mean(effect[:, to]), *change))
    return pd.DataFrame(rows, columns=list(MOTIF_SETS.columns))


def _set_layouts(positives, decoys, most, number, length, seed):
    """What is inserted, by kind and size of the set: codes, shape (number, length), OUTSIDE where nothing is."""
    rng = np.random.default_rng([seed, 52])

    def shuffled(count):
        return rng.permuted(np.tile(np.arange(count), (number, 1)), axis=1)

    stretch = length // (most + 1)
    starts, order, others = stretch * shuffled(most + 1), shuffled(len(positives)), shuffled(len(decoys))
    mixed = [replace(one, frequencies=rng.permutation(one.frequencies)) for one in positives]
    grown = {
        DISTINCT: (positives, order),
        COPIES: (positives, order[:, [0] * most]),
        DECOYS: (decoys, others.take(range(most), axis=1, mode="wrap")),
        SHUFFLED: (mixed, order),
    }
    layouts = {}
    for kind, (motifs, chosen) in grown.items():
        layout = np.full((number, length), OUTSIDE, np.uint8)
        for place in range(most):
            layout = _with_one_more(layout, motifs, chosen[:, place], starts[:, place], stretch, rng)
            layouts[kind, place + 1] = layout
    for size in range(1, most + 1):
        own = np.random.default_rng([seed, 54])  # the same decoy beside every number of factors
        layouts[WITH_DECOY, size] = _with_one_more(
            layouts[DISTINCT, size], decoys, others[:, 0], starts[:, most], stretch, own
        )
    return layouts


def _with_one_more(layout, motifs, chosen, starts, stretch, rng):
    """A copy of a layout with one more motif in each sequence, in the middle of a stretch, on a random strand."""
    layout = layout.copy()
    for row, (which, start) in enumerate(zip(chosen, starts, strict=True)):
        matrix = motifs[which].frequencies
        (sequence,) = _draw(matrix if rng.random() < 0.5 else reverse_complement(matrix), 1, rng)
        at = start + (stretch - len(sequence)) // 2
        layout[row, at : at + len(sequence)] = sequence
    return layout


class _Inserted:
    """Effects of insertions into the null sequences of a network; the null sequences are computed once."""

    def __init__(self, network, nulls, batch):
        use_writable_cache("tangermeme")
        weight = next(network.parameters())
        self.network, self.batch, self.device = network, batch, weight.device
        self.bases = lambda codes: one_hot(codes, weight.device, weight.dtype)
        self.nulls = self.bases(nulls)
        self.before = self.predict(network, self.nulls)

    def predict(self, network, bases):
        from tangermeme.predict import predict

        return predict(network, bases, batch_size=self.batch, device=self.device)

    def logits(self, network, bases):
        return self.before if bases is self.nulls else self.predict(network, bases)

    def effect(self, codes, start=None):
        """Effects of codes that are inserted at a start (None: at the centre), shape (n, outputs)."""
        from tangermeme.marginalize import marginalize

        found = marginalize(self.network, self.nulls, self.bases(codes), start=start, func=self.logits)
        return (found.y_after - found.y_before).double().numpy()

    def pair_effects(self, pair, distances, start):
        """Effects of two insertions at each distance, shape (distances, n, outputs)."""
        from tangermeme.space import space

        spacing = [[distance] for distance in distances]
        bases = [self.bases(codes) for codes in pair]
        found = space(self.network, self.nulls, bases, spacing, start=start, func=self.logits)
        return (found.y_afters - found.y_before[:, None]).double().numpy().transpose(1, 0, 2)


def _instances(motif, strand, number, seed, at):
    """Sequences drawn from a motif on a strand, codes of shape (number, columns)."""
    matrix = motif.frequencies if strand == "+" else reverse_complement(motif.frequencies)
    return _draw(matrix, number, np.random.default_rng([seed, 53, at, "+-".index(strand)]))


def _draw(frequencies, number, rng):
    summed = np.cumsum(frequencies, axis=1)[:, :3]
    return CODES[(rng.random((number, len(frequencies), 1)) >= summed).sum(axis=2)]


def _mean(values):
    """Number of finite values, their mean and its interval."""
    return (int(np.isfinite(values).sum()), *mean_interval(values))
