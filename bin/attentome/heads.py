"""One attention head in numbers: where it looks, what its best windows share, how its score goes with
the output."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.elements import base_of_distance
from attentome.formats import STRAND_SIGN
from attentome.genome import OUTSIDE, UNKNOWN, decode, to_stream

LETTERS = "ACGT"
GROUPS = ("top", "all", "bottom")
"""Groups of positions: the highest outputs, every position of the arc, the lowest outputs."""
ZOOM = 100
"""Width of the zoomed panels and of the logo, nt."""
MARGIN = 5
"""The statistics of a logo use the bases in reach of the key and this many nt on either side."""
CONSENSUS_BITS = 0.25
"""Columns with less information than this have no letter in a consensus (noise of 50 windows stays
below it)."""
SITE_TOLERANCE = 5
"""A window lies at a known TSS when its query is at most this many nt from TSS + label shift."""
SAME_SEQUENCE = 0.8
"""Windows that agree in this share of their bases or more count as one."""

_COLUMN = np.array([0, 3, 1, 2, 4, 4])


def head_name(layer, head):
    """Name of a head in files: ``L1_H2`` (both numbers count from 1)."""
    return f"L{layer}_H{head}"


def head_title(layer, head):
    """Name of a head as shown: ``L1·H2`` (both numbers count from 1)."""
    return f"L{layer}\N{MIDDLE DOT}H{head}"


def zoom_range(peak_d, window):
    """Distances shown in the zoomed panels.

    Parameters
    ----------
    peak_d : int
    window : int
        Number of keys of the network.

    Returns
    -------
    (int, int)
        Smallest and largest d, both included: 0 to 99 (less in a smaller window), or, where the peak lies
        farther away, 100 nt round the peak.
    """
    width = min(ZOOM, window)
    if peak_d < width:
        return 0, width - 1
    low = min(peak_d - width // 2, window - width)
    return low, low + width - 1


def key_reach(peak_d, layer, conv_width, padding):
    """Bases that can enter the key at distance ``peak_d`` by convolution alone.

    Parameters
    ----------
    peak_d : int
    layer : int
        Counts from 1.
    conv_width : int
        Bases per convolution.
    padding : {"causal", "same"}

    Returns
    -------
    (int, int)
        Smallest and largest d, both included. With ``same`` padding the smallest may be negative (downstream
        of the query).
    """
    if padding == "same":
        half = (conv_width - 1) // 2 * layer
        return peak_d - half, peak_d + half
    return peak_d, peak_d + (conv_width - 1) * layer


def genome_background(genome):
    """Frequencies of A, C, G, T over both strands of all contigs, shape (4,); N and the like are left out."""
    counts = sum(np.bincount(contig.tokens, minlength=6) for contig in genome.values())
    a_t, c_g = counts[0] + counts[1], counts[2] + counts[3]
    both = np.array([a_t, c_g, c_g, a_t], float)
    return both / both.sum() if both.sum() else np.full(4, 0.25)


def window_tokens(genome, windows, low, high):
    """Bases of windows as read 5' to 3' on the query's strand.

    Parameters
    ----------
    genome : dict of str to Contig
    windows : DataFrame
        Columns ``contig``, ``strand`` (+ or -), ``query`` (0-based genomic).
    low, high : int
        Smallest and largest distance from the query, both included.

    Returns
    -------
    ndarray of uint8, shape (n, high - low + 1)
        Column 0 is d = ``high``, the last column is d = ``low``.
    """
    rows = []
    for contig, sign, query in zip(windows["contig"], windows["strand"], windows["query"], strict=True):
        strand = "plus" if sign == "+" else "minus"
        position = to_stream(int(query), len(genome[contig]), strand)
        rows.append(genome[contig].window(strand, position - high, position - low + 1))
    return np.array(rows, np.uint8).reshape(len(windows), high - low + 1)


def base_counts(tokens):
    """Counts of A, C, G, T per column; unknown bases and places outside a contig are not counted.

    Parameters
    ----------
    tokens : ndarray of uint8, shape (n, columns)

    Returns
    -------
    ndarray of int, shape (columns, 4)
    """
    letters = _COLUMN[tokens]
    return np.stack([(letters == base).sum(axis=0) for base in range(4)], axis=1)


def information(counts, background):
    """Information of each column of a logo, small-sample corrected.

    Parameters
    ----------
    counts : ndarray, shape (columns, 4)
        Counts of A, C, G, T.
    background : ndarray, shape (4,)
        Frequencies of A, C, G, T; positive, sum 1.

    Returns
    -------
    ndarray of float, shape (columns,)
        Bits: relative entropy to the background less 3 / (2 ln 2 n), with n the bases of the column, never
        below 0 (Schneider et al. 1986, J. Mol. Biol. 188:415). A column without bases has 0.
    """
    counts = np.asarray(counts, float)
    n = counts.sum(axis=1)
    frequency = counts / np.maximum(n, 1)[:, None]
    terms = np.where(frequency > 0, frequency * np.log2(np.maximum(frequency, 1e-300) / background), 0.0)
    corrected = terms.sum(axis=1) - 3 / (2 * np.log(2) * np.maximum(n, 1))
    return np.where(n > 0, np.maximum(corrected, 0.0), 0.0)


def consensus(counts, bits, threshold=CONSENSUS_BITS):
    """Most frequent bases from the first to the last informative column.

    Parameters
    ----------
    counts : ndarray, shape (columns, 4)
    bits : ndarray, shape (columns,)
    threshold : float
        Columns below it are written ``n``.

    Returns
    -------
    (str, int, int)
        The letters and their columns [start, stop); empty string and 0, 0 where no column reaches the
        threshold.
    """
    strong = np.flatnonzero(bits >= threshold)
    if len(strong) == 0:
        return "", 0, 0
    start, stop = int(strong[0]), int(strong[-1]) + 1
    best = np.asarray(counts).argmax(axis=1)
    text = "".join(LETTERS[best[i]] if bits[i] >= threshold else "n" for i in range(start, stop))
    return text, start, stop


def distinct_windows(tokens, same=SAME_SEQUENCE):
    """Which windows differ from every earlier one that was kept.

    Parameters
    ----------
    tokens : ndarray of uint8, shape (n, columns)
        In order of rank.
    same : float
        Windows with this share of equal bases (N and outside never count as equal) or more are one.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    kept = []
    distinct = np.zeros(len(tokens), bool)
    for i, row in enumerate(tokens):
        known = row < UNKNOWN
        if all(((row == tokens[j]) & known).mean() < same for j in kept):
            kept.append(i)
            distinct[i] = True
    return distinct


def nearest_sites(windows, sites, genome, label_shift):
    """The known TSS nearest to each window, on its strand.

    Parameters
    ----------
    windows : DataFrame
        Columns ``contig``, ``strand``, ``query`` (0-based genomic).
    sites : DataFrame
        BED columns; ``start`` is the TSS, 0-based.
    genome : dict of str to Contig
    label_shift : int

    Returns
    -------
    (ndarray of int64, ndarray of float)
        0-based genomic position of the TSS (-1 where the contig's strand has none), and nt from TSS + label
        shift to the query in reading direction (negative: the query lies upstream of it; NaN where there is
        none).
    """
    nearest = np.full(len(windows), -1, np.int64)
    offset = np.full(len(windows), np.nan)
    groups = {key: group["start"].to_numpy() for key, group in sites.groupby(["contig", "strand"])}
    for row, (name, sign, query) in enumerate(
        zip(windows["contig"], windows["strand"], windows["query"], strict=True)
    ):
        positions = groups.get((name, sign))
        if positions is None:
            continue
        direction = 1 if sign == "+" else -1
        away = (int(query) - positions) * direction - label_shift
        contig = genome[name]
        if contig.circular:
            half = len(contig) // 2
            away = (away + half) % len(contig) - half
        best = int(np.abs(away).argmin())
        nearest[row], offset[row] = positions[best], away[best]
    return nearest, offset


def share_at_sites(sites, genome, label_shift, tolerance=SITE_TOLERANCE):
    """Share of all positions of the genome, both strands, that lie at a known TSS + label shift.

    Parameters
    ----------
    sites : DataFrame
    genome : dict of str to Contig
    label_shift : int
    tolerance : int
        nt on either side.

    Returns
    -------
    float
        Times the number of windows: how many of them chance puts there.
    """
    covered = total = 0
    for name, contig in genome.items():
        for sign in STRAND_SIGN.values():
            positions = sites.loc[(sites["contig"] == name) & (sites["strand"] == sign), "start"].to_numpy()
            query = positions + (label_shift if sign == "+" else -label_shift)
            places = (query[:, None] + np.arange(-tolerance, tolerance + 1)).ravel()
            if contig.circular:
                places = places % len(contig)
            places = places[(places >= 0) & (places < len(contig))]
            covered += len(np.unique(places))
            total += len(contig)
    return covered / max(total, 1)


@dataclass
class Head:
    """All that is measured about one head.

    Attributes
    ----------
    layer, head : int
        Count from 1.
    window, label_shift : int
        Keys of the network; nt from the TSS to the query.
    peak_d : int
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
    label_shift: int
    padding: str
    conv_width: int
    peak_d: int
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
        ``windows.tsv`` of all heads.
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
    own = windows[(windows["layer"] == layer) & (windows["head"] == head)].sort_values(
        "rank", ignore_index=True
    )
    if own.empty:
        raise ValueError(
            f"windows.tsv: no row for layer {layer}, head {head}: it was made from another network"
        )
    width, shift = profile["window"], profile["label_shift"]
    peak = int(profile["peak_d"][layer - 1][head - 1])
    low, high = zoom_range(peak, width)
    reach = key_reach(peak, layer, profile["conv_width"], profile["padding"])
    used = max(low, reach[0] - MARGIN), min(high, reach[1] + MARGIN)
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
        label_shift=shift,
        padding=profile["padding"],
        conv_width=profile["conv_width"],
        peak_d=peak,
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
            "x_uniform_at_peak_d": float(mean[head.peak_d] * width),
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
        "label_shift": shift,
        "padding": head.padding,
        "conv_width": head.conv_width,
        "peak_d": head.peak_d,
        "peak_base": base_of_distance(head.peak_d, shift),
        "peak_x_uniform": {group: peaks[group]["x_uniform"] for group in GROUPS},
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
            "rho_at_peak_d": float(rho[head.peak_d]),
            "n": head.sizes["spearman"],
        },
    }


def profile_table(head):
    """Rows of ``profile.tsv``: layer, head, group, d, base, mean, max, n (scores as they are, 0 to 1)."""
    bases = [base_of_distance(d, head.label_shift) for d in range(head.window)]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "layer": head.layer,
                    "head": head.head,
                    "group": group,
                    "d": np.arange(head.window),
                    "base": bases,
                    "mean": head.mean[group],
                    "max": head.maximum[group],
                    "n": head.sizes[group],
                }
            )
            for group in GROUPS
        ],
        ignore_index=True,
    )


def spearman_table(head):
    """Rows of ``spearman.tsv``: layer, head, d, rho, rho_times_mean (rho x mean score of all
    positions), n."""
    return pd.DataFrame(
        {
            "layer": head.layer,
            "head": head.head,
            "d": np.arange(head.window),
            "rho": head.rho,
            "rho_times_mean": head.rho * head.mean["all"],
            "n": head.sizes["spearman"],
        }
    )


def pwm_table(head):
    """Rows of ``pwm.tsv``: d, base, A, C, G, T (counts), bits, used (0 or 1), from the farthest d to
    the nearest."""
    return pd.DataFrame(
        {
            "d": head.distances,
            "base": [base_of_distance(int(d), head.label_shift) for d in head.distances],
            **{letter: head.counts[:, i] for i, letter in enumerate(LETTERS)},
            "bits": head.bits,
            "used": head.in_use.astype(int),
        }
    )


def window_table(head, genome):
    """Rows of ``windows.bed``.

    Parameters
    ----------
    head : Head
    genome : dict of str to Contig

    Returns
    -------
    DataFrame
        BED6 (the zoomed range on the genome, cut at the ends of the contig; where a circular contig's end
        divides it, the longer part; score = attention x 1000), then layer, head, rank, query, d, attention,
        output, distinct, nearest_tss, nearest_tss_nt, sequence.
    """
    rows = []
    for window in head.windows.itertuples():
        length = len(genome[window.contig])
        if window.strand == "+":
            start, end = window.query - head.high, window.query - head.low + 1
        else:
            start, end = window.query + head.low, window.query + head.high + 1
        start, end = _longer_part(start, end, length, genome[window.contig].circular)
        rows.append(
            (
                window.contig,
                start,
                end,
                head_name(head.layer, head.head),
                round(1000 * window.score),
                window.strand,
            )
        )
    frame = pd.DataFrame(rows, columns=["contig", "start", "end", "name", "score", "strand"])
    own = head.windows
    return frame.assign(
        layer=head.layer,
        head=head.head,
        rank=own["rank"],
        query=own["query"],
        d=head.peak_d,
        attention=own["score"],
        output=own["output"],
        distinct=own["distinct"].astype(int),
        nearest_tss=own["nearest_tss"],
        nearest_tss_nt=own["nearest_tss_nt"],
        sequence=own["sequence"],
    )


def _longer_part(start, end, length, circular):
    if circular:
        if start < 0 or start >= length:
            start, end = start % length, start % length + (end - start)
        if end > length and end - length > length - start:
            return 0, end - length
    return max(0, start), min(end, length)


def meme_text(head):
    """The used columns of the logo as a motif in MEME 4 text format, with the genome's background.

    Parameters
    ----------
    head : Head

    Returns
    -------
    str
        Frequencies as counted, without pseudocount; a column without bases holds the background.
    """
    counts = head.counts[head.in_use].astype(float)
    n = counts.sum(axis=1, keepdims=True)
    frequency = np.where(n > 0, counts / np.maximum(n, 1), head.background)
    background = " ".join(
        f"{letter} {value:.5f}" for letter, value in zip(LETTERS, head.background, strict=True)
    )
    name = head_name(head.layer, head.head)
    lines = [
        "MEME version 4",
        "",
        "ALPHABET= ACGT",
        "",
        "strands: + -",
        "",
        "Background letter frequencies",
        background,
        "",
        f"MOTIF {name} d{head.used[1]}-{head.used[0]}",
        f"letter-probability matrix: alength= 4 w= {len(frequency)} nsites= {int(n.max())} E= 0",
    ]
    lines += [" " + " ".join(f"{value:.6f}" for value in row) for row in frequency]
    return "\n".join(lines) + "\n"


def agreement(head):
    """Where each window agrees with the logo.

    Parameters
    ----------
    head : Head

    Returns
    -------
    ndarray of bool, shape (n windows, high - low + 1)
        True where the base is the most frequent one of a column that holds :data:`CONSENSUS_BITS` or more.
    """
    letters = _COLUMN[np.where(head.tokens == OUTSIDE, UNKNOWN, head.tokens)]
    return (letters == head.counts.argmax(axis=1)) & (head.bits >= CONSENSUS_BITS)
