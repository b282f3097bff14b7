"""Describe one attention head: where it looks, what its best windows share, how its score follows the output."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.genome.contigs import decode
from attentome.genome.ruler import base_of_distance
from attentome.heads.distances import GROUPS, key_reach, used_range, zoom_range
from attentome.heads.names import head_name
from attentome.heads.windows import SITE_TOLERANCE, distinct_windows, nearest_sites, share_at_sites, window_tokens
from attentome.motifs.logo import LETTERS, base_counts, consensus, genome_background, information


@dataclass
class Head:
    """Measurements of one head.

    Attributes
    ----------
    layer, head : int
        Count from 1.
    window, ahead, label_shift : int
        Keys of the network; nt from the query to d = 0; nt from the TSS to d = 0.
    peak_d_all : int
        Distance at which the windows were chosen.
    low, high : int
        Distances of the zoomed panels, both included.
    reach, used : (int, int)
        Smallest and largest d that convolution alone brings into the key; the same with the margin, inside
        the zoom.
    mean, maximum : dict of str to ndarray, each shape (window,)
        Score per group and distance.
    rho : ndarray, shape (window,)
        Spearman correlation of score and output.
    sizes : dict of str to int
        Positions per group, and ``spearman``.
    windows : DataFrame
        In order of rank, with ``distinct``, ``nearest_tss``, ``nearest_tss_nt`` and ``sequence``.
    tokens : ndarray of uint8, shape (n windows, high - low + 1)
    counts : ndarray of int, shape (high - low + 1, 4)
        A, C, G, T per column; column 0 is d = ``high``.
    bits : ndarray of float, shape (high - low + 1,)
    background : ndarray, shape (4,)
    expected_at_sites : float
    """

    layer: int
    head: int
    window: int
    ahead: int
    label_shift: int
    padding: str
    conv_width: int
    peak_d_all: int
    low: int
    high: int
    reach: tuple
    used: tuple
    mean: dict
    maximum: dict
    rho: np.ndarray
    sizes: dict
    windows: pd.DataFrame
    tokens: np.ndarray
    counts: np.ndarray
    bits: np.ndarray
    background: np.ndarray
    expected_at_sites: float

    @property
    def reach_d(self):
        """Distance at whose key ``reach`` is given."""
        return self.peak_d_all

    @property
    def distances(self):
        """Distances of the zoomed panels as drawn, from the farthest to the nearest, shape (high -
        low + 1,)."""
        return np.arange(self.high, self.low - 1, -1)

    @property
    def in_use(self):
        """Which columns of the logo the statistics use, shape (high - low + 1,), bool."""
        return (self.distances >= self.used[0]) & (self.distances <= self.used[1])


def describe_head(layer, head, arrays, profile, windows, genome, sites):
    """Gather the numbers of one head.

    Parameters
    ----------
    layer, head : int
        Count from 1.
    arrays : dict of str to ndarray
        Tensors of ``profile.safetensors``, each [layers, heads, window].
    profile : dict
        ``profile.json``.
    windows : DataFrame
        ``windows.tsv`` of all heads; the best ``n_windows`` at the head's peak are described.
    genome : dict of str to Contig
    sites : DataFrame
        Curated sites, BED columns.

    Returns
    -------
    Head

    Raises
    ------
    ValueError
        If the network has no such head or the head has no windows.
    """
    if not (1 <= layer <= profile["layers"] and 1 <= head <= profile["heads"]):
        raise ValueError(
            f"profile.json: layer {layer}, head {head}: the network has {profile['layers']} layers of "
            f"{profile['heads']} heads; both numbers count from 1"
        )
    peak = int(profile["peak_d_all"][layer - 1][head - 1])
    own = windows[(windows["layer"] == layer) & (windows["head"] == head) & (windows["d"] == peak)]
    own = own[own["rank"] <= profile["n_windows"]].sort_values("rank", ignore_index=True)
    if own.empty:
        raise ValueError(f"windows.tsv: no row for layer {layer}, head {head}: it was made from another network")
    width, shift = profile["window"], profile["label_shift"]
    low, high = zoom_range(peak, width)
    reach = key_reach(peak, profile["key_context"][layer - 1])
    used = used_range(peak, profile["key_context"][layer - 1], low, high)
    tokens = window_tokens(genome, own, low, high)
    background = genome_background(genome)
    counts = base_counts(tokens)
    nearest, offset = nearest_sites(own, sites, genome, shift)
    own = own.assign(
        distinct=distinct_windows(tokens),
        nearest_tss=nearest,
        nearest_tss_nt=offset,
        sequence=[decode(row) for row in tokens],
    )
    at = layer - 1, head - 1
    return Head(
        layer=layer,
        head=head,
        window=width,
        ahead=profile["ahead"],
        label_shift=shift,
        padding=profile["padding"],
        conv_width=profile["conv_width"],
        peak_d_all=peak,
        low=low,
        high=high,
        reach=reach,
        used=used,
        mean={group: np.asarray(arrays[f"mean_{group}"][at], float) for group in GROUPS},
        maximum={group: np.asarray(arrays[f"max_{group}"][at], float) for group in GROUPS},
        rho=np.asarray(arrays["spearman"][at], float),
        sizes={
            "top": profile["n_top"],
            "all": profile["n_all"],
            "bottom": profile["n_bottom"],
            "spearman": profile["n_spearman"],
        },
        windows=own,
        tokens=tokens,
        counts=counts,
        bits=information(counts, background),
        background=background,
        expected_at_sites=share_at_sites(sites, genome, shift) * len(own),
    )


def head_numbers(head, elements=()):
    """The numbers of ``head.json``.

    Parameters
    ----------
    head : Head
    elements : list of Element
        Written with their distances at the run's label shift.

    Returns
    -------
    dict
        Distances in nt, heights in multiples of uniform attention (score x window), information in bits.
    """
    shift, width = head.label_shift, head.window
    peaks = {}
    for group in GROUPS:
        mean = np.nan_to_num(head.mean[group], nan=-1.0)
        d = int(mean.argmax())
        peaks[group] = {
            "d": d,
            "base": base_of_distance(d, shift),
            "x_uniform": float(mean[d] * width),
            "x_uniform_at_peak_d_all": float(mean[head.peak_d_all] * width),
            "highest_score": float(np.nanmax(head.maximum[group])),
            "n": head.sizes[group],
        }
    distances, in_use = head.distances, head.in_use
    used_bits = np.where(in_use, head.bits, 0.0)
    text, start, stop = consensus(head.counts, used_bits)
    best = int(used_bits.argmax())
    rho = np.nan_to_num(head.rho)
    strongest = int(np.abs(rho).argmax())
    at_sites = int((np.abs(head.windows["nearest_tss_nt"]) <= SITE_TOLERANCE).sum())
    return {
        "layer": head.layer,
        "head": head.head,
        "name": head_name(head.layer, head.head),
        "window": width,
        "ahead": head.ahead,
        "label_shift": shift,
        "padding": head.padding,
        "conv_width": head.conv_width,
        "peak_d_all": head.peak_d_all,
        "peak_base_all": base_of_distance(head.peak_d_all, shift),
        "groups": peaks,
        "zoom": {"from_d": head.low, "to_d": head.high},
        "key_reach": {"from_d": head.reach[0], "to_d": head.reach[1]},
        "windows": {
            "n": len(head.windows),
            "distinct": int(head.windows["distinct"].sum()),
            "plus": int((head.windows["strand"] == "+").sum()),
            "minus": int((head.windows["strand"] == "-").sum()),
            "at_known_sites": at_sites,
            "expected_at_known_sites": head.expected_at_sites,
            "tolerance_nt": SITE_TOLERANCE,
            "score_highest": float(head.windows["score"].max()),
            "score_lowest": float(head.windows["score"].min()),
        },
        "logo": {
            "from_d": head.used[0],
            "to_d": head.used[1],
            "total_bits": float(used_bits.sum()),
            "best_column": {
                "d": int(distances[best]),
                "base": base_of_distance(int(distances[best]), shift),
                "bits": float(used_bits[best]),
                "letter": LETTERS[int(head.counts[best].argmax())],
            },
            "consensus": text,
            "consensus_from_d": int(distances[stop - 1]) if text else None,
            "consensus_to_d": int(distances[start]) if text else None,
            "background": dict(zip(LETTERS, head.background.tolist(), strict=True)),
        },
        "elements": [
            {
                "name": element.name,
                "from_base": element.first,
                "to_base": element.last,
                "from_d": element.distances(shift)[0],
                "to_d": element.distances(shift)[1],
                "source": element.source,
            }
            for element in elements
        ],
        "spearman": {
            "d": strongest,
            "rho": float(rho[strongest]),
            "rho_at_peak_d_all": float(rho[head.peak_d_all]),
            "n": head.sizes["spearman"],
        },
    }
