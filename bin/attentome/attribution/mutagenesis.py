"""In-silico mutagenesis: how the output at labelled positions changes with every single base.

The output is logit(TSS) - logit(not TSS) at the query. Distance d is counted upstream from the downstream end of the
query's window, the query itself unless the network looks ahead. Each mutant is the query's whole context with one base
changed, so the effects are those of the network in prediction. Bases that are unknown or beyond the end of a linear
contig are left unchanged.

Source: Zhou & Troyanskaya 2015 (DeepSEA), there with 1,000-nt sequences and every substitution of each base.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from attentome.genome.arcs import arc_positions, arc_values
from attentome.genome.contigs import BASES, UNKNOWN, to_stream
from attentome.genome.ruler import base_of_distance
from attentome.genome.strands import STRANDS, sign_of, stream_key
from attentome.network.device import as_tokens
from attentome.network.threads import in_order

MOST_DISTANCES = 192
"""Maximum number of distances mutated by default."""
DOWNSTREAM_OF_TSS = 64
"""Bases downstream of the TSS that are mutated if the window is longer than the maximum."""
RESAMPLES = 1000


@dataclass(frozen=True)
class Effects:
    """Effects of single bases on the output at each query.

    Attributes
    ----------
    queries : DataFrame
        As :func:`choose_queries` gives it; n rows.
    distances : ndarray of int, shape (m,)
        d of the bases, ascending by 1.
    codes : ndarray of uint8, shape (n, m)
        The original bases, on the query's strand.
    output : ndarray of float64, shape (n,)
        Output at the query for the original sequence.
    delta : ndarray of float32, shape (n, m, 4)
        Output with the base replaced by each code, less ``output``; NaN for the base itself and at unknown ones.
    """

    queries: pd.DataFrame
    distances: np.ndarray
    codes: np.ndarray
    output: np.ndarray
    delta: np.ndarray

    @property
    def known(self):
        """Whether a base is one of the four: bool, shape (n, m)."""
        return self.codes < UNKNOWN

    @property
    def mean_delta(self):
        """Mean change over the three substitutions: shape (n, m), NaN at unknown bases."""
        return self._over_substitutions(self.delta)

    @property
    def mean_abs(self):
        """Mean absolute change over the three substitutions: shape (n, m), NaN at unknown bases."""
        return self._over_substitutions(np.abs(self.delta))

    def _over_substitutions(self, values):
        # Summed as float64 where a base is known; elsewhere all four are NaN.
        return np.where(self.known, np.nansum(values, -1, dtype=np.float64) / 3, np.nan)


def choose_queries(genome, labels, intervals, n, seed):
    """Draw a random sample of the labelled positions of an arc, both strands.

    Parameters
    ----------
    genome : dict of str to Contig
    labels : dict of str to ndarray of uint8
        ``<contig>.<strand>`` to labels by genomic position; the label lies at the query, not at the TSS.
    intervals : list of Interval
    n : int
        Maximum number of positions; all are taken if there are fewer.
    seed : int

    Returns
    -------
    DataFrame
        contig, strand (plus or minus), position (genomic, 0-based); in the order of ``arcs.arc_positions``.

    Raises
    ------
    ValueError
        If the labels do not fit the genome or the arc holds none.
    """
    for part in intervals:
        for strand in STRANDS:
            key = stream_key(part.contig, strand)
            if part.contig not in genome or len(labels.get(key, ())) != len(genome[part.contig]):
                raise ValueError(
                    f"labels: {key} is missing or not as long as the genome's contig; give the labels and "
                    "the split that were made for this genome"
                )
    labelled = np.flatnonzero(arc_values(labels, intervals)) if intervals else []
    if not len(labelled):
        raise ValueError("labels: the arc holds no labelled position to mutate; choose another arc or more sites")
    chosen = np.sort(np.random.default_rng(seed).permutation(labelled)[:n])
    contig, strand, position = (values[chosen] for values in arc_positions(intervals))
    return pd.DataFrame({"contig": contig, "strand": strand, "position": position})


def choose_distances(window, label_shift, most=MOST_DISTANCES):
    """Distances to mutate: the whole window, or ``most`` of it around the TSS.

    Parameters
    ----------
    window : int
        Positions of the window, nt.
    label_shift : int
        nt from the TSS to d = 0.
    most : int

    Returns
    -------
    ndarray of int
        Ascending by 1. In a longer window they begin :data:`DOWNSTREAM_OF_TSS` nt downstream of the TSS, or at d = 0.
    """
    first = min(max(label_shift - DOWNSTREAM_OF_TSS, 0), max(window - most, 0))
    return np.arange(first, min(first + most, window))


def query_windows(network, genome, queries):
    """Context that the network needs to score each query alone, as codes on its strand.

    Returns
    -------
    ndarray of uint8, shape (n, upstream + 1 + downstream)
        Index ``upstream + ahead - d`` holds the base at distance d.
    """
    upstream, downstream = network.context()
    windows = []
    for contig, strand, position in queries[["contig", "strand", "position"]].itertuples(index=False):
        place = to_stream(position, len(genome[contig]), strand)
        windows.append(genome[contig].window(strand, place - upstream, place + 1 + downstream))
    return np.stack(windows)


def place_of_distance(network, d):
    """Index within :func:`query_windows` of the base(s) at distance d.

    Raises
    ------
    ValueError
        If a distance lies outside the context of the network.
    """
    upstream, downstream = network.context()
    ahead = network.config.ahead
    place = upstream + ahead - np.asarray(d)
    if place.size and not (place.min() >= 0 and place.max() <= upstream + downstream):
        raise ValueError(
            f"distances {np.min(d)} to {np.max(d)}: the network's outputs depend on the distances "
            f"{ahead - downstream} to {upstream + ahead} at most"
        )
    return place


def outputs_of(network, windows, device, batch=16, threads=1):
    """Compute the outputs of windows that each hold one query's whole context.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``; any object with its ``scan``.
    windows : iterable of ndarray of uint8, shape (upstream + 1 + downstream,)
        Read one by one as needed.
    device : torch.device
    batch : int
        Windows computed at once; no effect on the results beyond rounding.
    threads : int
        Batches computed side by side, on a CPU.

    Returns
    -------
    ndarray of float64, shape (n,)
        logit(TSS) - logit(not TSS).
    """

    def compute(part):
        return network.scan(as_tokens(np.stack(part), device))[:, 0].cpu().numpy()

    windows = iter(windows)
    parts = in_order(compute, iter(lambda: list(islice(windows, batch)), []), threads)
    # Copied at once: thousands of small arrays among large temporary ones would fragment the memory.
    return np.fromiter((value for part in parts for value in part), np.float64)


def mutate(network, genome, queries, from_d, to_d, device, batch=16, threads=1):
    """Measure the change of the output for each of the three substitutions of every base.

    Parameters
    ----------
    network, device, batch, threads
        See :func:`outputs_of`.
    genome : dict of str to Contig
    queries : DataFrame
        contig, strand (plus or minus), position (genomic, 0-based).
    from_d, to_d : int
        First and last distance, both included.

    Returns
    -------
    Effects

    Raises
    ------
    ValueError
        If the network's output does not depend on bases that far away.
    """
    distances = np.arange(from_d, to_d + 1)
    places = place_of_distance(network, distances)
    windows = query_windows(network, genome, queries)
    codes = windows[:, places]
    known = codes < UNKNOWN
    # Site, base and new code of each mutant.
    site, which, new = np.nonzero(known[:, :, None] & (codes[:, :, None] != np.arange(4)))

    def sequences():
        yield from windows
        for i, place, code in zip(site, places[which], new, strict=True):
            mutant = windows[i].copy()
            mutant[place] = code
            yield mutant

    outputs = outputs_of(network, sequences(), device, batch, threads)
    output, mutants = np.split(outputs, [len(windows)])
    delta = np.full((*codes.shape, 4), np.nan, np.float32)
    delta[site, which, new] = mutants - output[site]
    return Effects(queries, distances, codes, output, delta)


def ism_table(effects, label_shift):
    """Rows of ``ism.tsv.gz``: contig, query (genomic, 0-based), strand, d, base, ref, alt, delta.

    Parameters
    ----------
    effects : Effects
    label_shift : int
        nt from the TSS to d = 0.
    """
    site, which, new = np.nonzero(~np.isnan(effects.delta))
    letters = np.array(list(BASES))
    rows, d = effects.queries.iloc[site], effects.distances[which]
    return pd.DataFrame(
        {
            "contig": rows["contig"].to_numpy(),
            "query": rows["position"].to_numpy(),
            "strand": rows["strand"].map(sign_of).to_numpy(),
            "d": d,
            "base": bases_of(effects.distances, label_shift)[which],
            "ref": letters[effects.codes[site, which]],
            "alt": letters[new],
            "delta": effects.delta[site, which, new],
        }
    )


def ism_profile(effects, label_shift, seed=1):
    """Mean absolute effect at each distance, with a 95 % bootstrap interval over the sites.

    Returns
    -------
    DataFrame
        d, base, mean_abs, lo, hi (logit units), n (sites whose base is known there); NaN where n is 0.
    """
    mean, low, high = interval_over_sites(effects.mean_abs, seed)
    return pd.DataFrame(
        {
            "d": effects.distances,
            "base": bases_of(effects.distances, label_shift),
            "mean_abs": mean,
            "lo": low,
            "hi": high,
            "n": effects.known.sum(0),
        }
    )


def bases_of(distances, label_shift):
    """Bases relative to the TSS of distances where d = 0 lies ``label_shift`` nt downstream of it: ndarray of int."""
    return np.array([base_of_distance(int(d), label_shift) for d in distances])


def interval_over_sites(values, seed, resamples=RESAMPLES):
    """Mean over sites and its 95 % percentile interval, by drawing sites with replacement.

    Parameters
    ----------
    values : ndarray, shape (sites, m)
        NaN where a site has no value.
    seed : int
    resamples : int

    Returns
    -------
    mean, low, high : ndarray, shape (m,)
        NaN where no site has a value.
    """
    known = ~np.isnan(values)
    values = np.where(known, values, 0.0).astype(np.float64)
    n = len(values)
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), resamples)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = values.sum(0) / known.sum(0)
        drawn = (draws @ values) / (draws @ known)
    interval = np.full((2, values.shape[1]), np.nan)
    some = known.any(0)
    interval[:, some] = np.nanpercentile(drawn[:, some], [2.5, 97.5], axis=0)
    return mean, *interval
