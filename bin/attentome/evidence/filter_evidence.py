"""Measurements of the first filters of one network, on which their grades rest.

Everything is measured on test sequences, of which a large set gives only evenly spaced ones: whether a filter fires
more in sequences of a class than in their shuffled copies, whether the network needs it, and whether it fires where it
should. Sequences of no class are left out of the first comparison, because a filter of the network need not find
anything in them. q-values are by Benjamini and Hochberg over the filters of the network.
"""

import numpy as np
import pandas as pd

from attentome.attribution.filter_ablation import ablate_filters
from attentome.evidence.null import q_values
from attentome.filters.criteria import LOOSE_E, MIN_SITES
from attentome.filters.describe import shuffled_database
from attentome.filters.firing import (
    at_anchor,
    compare_with_copies,
    measure_firing,
    motif_centres,
    on_sites,
    planted_sites,
)
from attentome.genome.contigs import BASES, UNKNOWN
from attentome.genome.dinucleotides import shuffle_dinucleotides
from attentome.io.schemas.filters import EVIDENCE
from attentome.motifs.tomtom import tomtom_alignments

MAX_SEQUENCES, MAX_ABLATED = 1000, 400
"""Test sequences on which firing is measured, and what the network loses without each filter."""
ANY_SITE = "any"


def evenly_spaced(rows, number):
    """At most ``number`` of some rows, from the first to the last."""
    return rows if len(rows) <= number else rows[np.linspace(0, len(rows) - 1, number).astype(int)]


def shuffled_copies(task, seed):
    """Test sequences and a copy of each with its dinucleotides shuffled.

    Parameters
    ----------
    task : LabelledSequences
    seed : int

    Returns
    -------
    rows : ndarray of int, shape (n,)
        Of at most :data:`MAX_SEQUENCES` test sequences.
    sequences, copies : ndarray of uint8, shape (n, length)
        An unknown base is one of the four at random.
    """
    rng = np.random.default_rng([seed, 45])
    rows = evenly_spaced(task.rows("test"), MAX_SEQUENCES)
    sequences = task.sequences[rows]
    unknown = sequences >= UNKNOWN
    sequences[unknown] = rng.integers(0, len(BASES), unknown.sum())
    return rows, sequences, shuffle_dinucleotides(sequences, rng)


def filter_evidence(network, task, copies, pwms, filters, database, truth, seed, anchored=False, device="cpu"):
    """Measure the filters of a network.

    Parameters
    ----------
    network : MotifCnn
        In evaluation mode.
    task : LabelledSequences
    copies : (ndarray of int, ndarray of uint8, ndarray of uint8)
        Of :func:`shuffled_copies`.
    pwms : FilterPwms
    filters : DataFrame
        Of :func:`attentome.filters.describe.describe_filters`.
    database : list of Motif
    truth : dict of str to list of str
        Planted factors and the ids of their motifs.
    seed : int
        Of the database with shuffled columns.
    anchored : bool
        The sequences are windows around sites.
    device : str or torch.device

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.EVIDENCE`, a row per filter.
    """
    rows, sequences, shuffled = copies
    firing = measure_firing(network, sequences, shuffled, device)
    in_class = task.labels[rows].any(axis=1)
    own = in_class if in_class.any() else ~in_class
    fires, in_copies = firing.fires.any(axis=2)[own], firing.copies[own]
    sharp_p = compare_with_copies(fires, in_copies)
    tested = evenly_spaced(task.rows("test"), MAX_ABLATED)
    ablation = ablate_filters(network, task.sequences[tested], task.labels[tested], device)
    (low, high), needed_p = ablation.interval(), ablation.p()
    if task.planted is not None:
        equal = filters[filters["extraction"] == "equal"]
        places = _places(firing, task, rows, pwms.equal, equal, truth)
    elif anchored:
        positive, length = task.labels[rows].any(axis=1), task.sequences.shape[1]
        places = [at_anchor(strongest, positive, length) for strongest in firing.strongest.T]
        places = [(str(position) if position >= 0 else "", *rest) for position, *rest in places]
    else:
        places = [("", np.nan, np.nan, np.nan)] * len(pwms.equal)
    place, placed, expected, placed_p = zip(*places, strict=True)
    table = {
        "filter": [pwm.filter for pwm in pwms.equal],
        "sequences": own.sum(),
        "fires": fires.sum(axis=0),
        "fires_shuffled": in_copies.sum(axis=0),
        "fires_both": (fires & in_copies).sum(axis=0),
        "sharp_p": sharp_p,
        "sharp_q": _q(sharp_p),
        "shuffled_E": _shuffled_matches(pwms.equal, database, seed),
        "loss_change": ablation.loss,
        "aupr_change": ablation.aupr,
        "auroc_change": ablation.auroc,
        "auroc_low": low,
        "auroc_high": high,
        "needed_p": needed_p,
        "needed_q": _q(needed_p),
        "place": place,
        "placed": placed,
        "placed_expected": expected,
        "placed_p": placed_p,
        "placed_q": _q(placed_p),
    }
    return pd.DataFrame(table)[list(EVIDENCE.columns)]


def _places(firing, task, rows, pwms, filters, truth):
    """For each filter the motifs on whose sites it should fire, and whether it does."""
    planted, sites = set(task.planted["motif"]), {}
    length = task.sequences.shape[1]
    for at, (pwm, row) in enumerate(zip(pwms, filters.itertuples(), strict=True)):
        same = next((ids for ids in truth.values() if row.any_motif in ids), [row.any_motif])
        motifs = sorted(planted & set(same)) if row.any_E <= LOOSE_E else []
        name = ",".join(motifs) or ANY_SITE
        if name not in sites:
            sites[name] = planted_sites(task.planted, rows, length, motifs or None)
        yield name, *on_sites(motif_centres(firing.fires[:, at], pwm), sites[name])


def _shuffled_matches(pwms, database, seed):
    """Best E of each filter in the database with shuffled columns; nan for a filter that is not compared."""
    motifs = [motif.frequencies for motif in shuffled_database(database, seed)]
    compared = [at for at, pwm in enumerate(pwms) if pwm.sites >= MIN_SITES]
    best = np.full(len(pwms), np.nan)
    if compared:
        p, *_ = tomtom_alignments([pwms[at].motif().frequencies for at in compared], motifs)
        best[compared] = np.clip(p, 0, 1).min(axis=1) * len(motifs)
    return best


def _q(p):
    """q-values of the p-values that are numbers; nan for the others."""
    p = np.asarray(p, float)
    found = np.full(p.shape, np.nan)
    known = np.isfinite(p)
    found[known] = q_values(p[known])
    return found
