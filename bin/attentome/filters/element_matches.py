"""Match the filters of one network with a database where nothing was planted, and find where these filters fire.

A filter fires at the position of its activation, the centre of its 19 columns. The motif that it spells lies beside
this centre; its bases follow from the filter's clipped matrix and the alignment with the motif. Positions are 0-based
in the sequence and half-open. Around sites they are given as bases as well: -1 before the TSS, +1 the TSS.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.filters.criteria import LOOSE_E, MIN_SITES
from attentome.filters.matches import match_filters
from attentome.filters.pwms import THRESHOLD, WINDOW, activation_batches
from attentome.genome.ruler import base_of_distance
from attentome.io.schemas.filters import MATCHES
from attentome.motifs.tomtom import SHUFFLES, tomtom_alignments

PEAK = 2
"""nt on either side of a filter's highest position that belong to its peak."""


@dataclass(frozen=True, eq=False)
class Firing:
    """Where the filters of a network fire in the test sequences.

    Attributes
    ----------
    inside, outside : ndarray, shape (filters, length)
        Share of the sequences that belong to a class, and of those that belong to none, in which the filter exceeds
        half of its maximum at the position; nan without such sequences.
    """

    inside: np.ndarray
    outside: np.ndarray


def firing_by_class(network, codes, labels, maximum, device="cpu"):
    """Where filters fire in sequences that belong to a class and in others.

    Parameters
    ----------
    network : MotifCnn
    codes : ndarray of uint8, shape (n, length)
    labels : ndarray, shape (n, classes)
    maximum : ndarray, shape (filters,)
        Highest activation of each filter (:class:`attentome.filters.pwms.ActivationProfile`).
    device : str or torch.device

    Returns
    -------
    Firing
    """
    belongs = np.asarray(labels).any(axis=1)
    shares = []
    for some in (codes[belongs], codes[~belongs]):
        fired = np.zeros((len(maximum), codes.shape[1]))
        for activations in activation_batches(network, some, device):
            fired += (activations > (THRESHOLD * maximum)[:, None]).sum(axis=0)
        shares.append(fired / len(some) if len(some) else np.full_like(fired, np.nan))
    return Firing(*shares)


def motif_matches(pwms, database, firing, upstream, seed):
    """Matches of a network's filters with a database and with its shuffled copies.

    Parameters
    ----------
    pwms : FilterPwms
    database : list of Motif
    firing : Firing
    upstream : int or None
        nt of a sequence before the TSS; None where the sequences are not windows around TSSs.
    seed : int
        Of the shuffled copies.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.MATCHES`: every match with E at most
        :data:`attentome.filters.criteria.LOOSE_E`. ``copy`` 0 is the database itself; of the others only filter, motif
        and E are given.
    """
    widths = {motif.id: len(motif.frequencies) for motif in database}
    rng = np.random.default_rng([seed, 45])
    copies = [[rng.permutation(motif.frequencies) for motif in database] for _ in range(SHUFFLES)]
    rows = []
    for extraction in ("published", "equal"):
        filters = getattr(pwms, extraction)
        by_number = {pwm.filter: pwm for pwm in filters}
        found = match_filters(filters, database)
        found = found.assign(first=~found.duplicated("filter"))
        for row in found[found["E"] <= LOOSE_E].itertuples():
            start = by_number[row.filter].start - WINDOW // 2 - int(row.offset)
            place = _place(firing, row.filter, start, widths[row.motif], upstream)
            rows.append(
                (extraction, 0, row.filter, row.motif, row.name, row.E, row.q, row.cover, row.orientation)
                + (int(row.first), *place)
            )
        rows += _shuffled_rows(extraction, filters, database, copies)
    table = pd.DataFrame(rows, columns=list(MATCHES.columns))
    whole = [name for name in MATCHES.columns if MATCHES.kind(name) == "int?"]
    return table.astype(dict.fromkeys(whole, "Int64"))


def base_of_position(position, upstream):
    """Base relative to the TSS, never 0, of a position in a window that begins ``upstream`` nt before the TSS."""
    return base_of_distance(upstream - position, 0)


def _place(firing, number, start, width, upstream):
    """Where a filter fires most, how often there and elsewhere, and the motif's place at this peak."""
    inside, outside = firing.inside[number - 1], firing.outside[number - 1]
    if not np.nansum(inside) > 0:
        return (pd.NA, pd.NA, np.nan, np.nan, np.nan, *(pd.NA,) * 4)
    peak = int(np.argmax(inside))
    elsewhere = np.abs(np.arange(len(inside)) - peak) > PEAK
    first, stop = peak + start, peak + start + width
    bases = [pd.NA if upstream is None else base_of_position(at, upstream) for at in (peak, first, stop - 1)]
    shares = inside[peak], inside[elsewhere].mean() if elsewhere.any() else np.nan, outside[peak]
    return (peak, bases[0], *shares, first, stop, *bases[1:])


def _shuffled_rows(extraction, filters, database, copies):
    """Matches with the shuffled copies of the database."""
    compared = [pwm for pwm in filters if pwm.sites >= MIN_SITES]
    if not compared:
        return
    queries = [pwm.motif().frequencies for pwm in compared]
    for copy, targets in enumerate(copies, 1):
        e = tomtom_alignments(queries, targets)[0].clip(0, 1) * len(targets)
        for at, to in np.argwhere(e <= LOOSE_E):
            head = (extraction, copy, compared[at].filter, database[to].id, database[to].name, e[at, to])
            yield (*head, np.nan, np.nan, "", 0, pd.NA, pd.NA, np.nan, np.nan, np.nan, *(pd.NA,) * 4)
