"""Whether two TSS sets are on one assembly: how far one set's sites must move to meet the other's, by stretch.

Sets of one organism share many TSS to the base. So among all distances between sites of two sets, one is far more
frequent than any other: 0 if they are on one assembly; beyond an insertion or deletion that only one of the
assemblies has, its length.
"""

import numpy as np
import pandas as pd

WINDOW = 5_000
"""Largest distance compared, nt."""
STRETCHES = (250_000, 1_000_000, None)
"""Lengths of the stretches, nt, tried in this order: longer ones, at last whole contigs, where sites are few."""
BLUR = 1
"""Distances this near count as one, nt."""
ONE_ASSEMBLY = 3
"""Up to this distance two sets are on one assembly, nt; ``agreement`` measures such offsets."""
MIN_PAIRS, MIN_PEAK_FOLD = 8, 3.0
"""The most frequent distance needs this many pairs, and this many times those of any other over 10 nt from it."""
APART = 10
SHIFT_COLUMNS = ["contig", "start", "end", "shift", "pairs"]


def position_shifts(sites, others, contigs):
    """Measure how far the sites of a set must move to meet those of others.

    Parameters
    ----------
    sites, others : DataFrame
        ``contig``, ``start`` (the TSS, 0-based), ``strand``.
    contigs : dict of str to int
        Length in nt.

    Returns
    -------
    DataFrame
        ``contig, start, end, shift, pairs``: stretches [start, end) of the set's coordinates where one distance stands
        out (see :data:`MIN_PAIRS`), that distance (nt to add) and its pairs. Empty where none does.
    """
    pairs = _pairs(sites, others)
    for stretch in STRETCHES:
        rows = []
        for contig, length in contigs.items():
            of_contig = pairs[pairs["contig"] == contig]
            n = max(1, round(length / stretch)) if stretch else 1
            edges = np.linspace(0, length, n + 1).astype(int)
            number = np.searchsorted(edges, of_contig["start"], side="right") - 1
            for one in np.unique(number):
                shift, n_pairs = _outstanding(of_contig["distance"].to_numpy()[number == one])
                if shift is not None:
                    rows.append((contig, edges[one], edges[one + 1], shift, n_pairs))
        if rows:
            return pd.DataFrame(rows, columns=SHIFT_COLUMNS)
    return pd.DataFrame(columns=SHIFT_COLUMNS)


def _pairs(sites, others):
    """All pairs of a site and another set's on the same strand up to :data:`WINDOW` apart: contig, start, distance."""
    parts = [
        pd.DataFrame({"contig": pd.Series(dtype=str), "start": pd.Series(dtype=int), "distance": pd.Series(dtype=int)})
    ]
    groups = dict(iter(others.groupby(["contig", "strand"])["start"]))
    for key, start in sites.groupby(["contig", "strand"])["start"]:
        if key not in groups:
            continue
        start, goal = np.unique(start), np.unique(groups[key])
        first, last = np.searchsorted(goal, start - WINDOW), np.searchsorted(goal, start + WINDOW, side="right")
        n = last - first
        within = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
        here = np.repeat(start, n)
        parts.append(
            pd.DataFrame({"contig": key[0], "start": here, "distance": goal[np.repeat(first, n) + within] - here})
        )
    return pd.concat(parts, ignore_index=True)


def _outstanding(distances):
    """The distance that stands out, and its pairs; ``(None, 0)`` where none does."""
    counts = np.bincount(distances + WINDOW, minlength=2 * WINDOW + 1)
    blurred = np.convolve(counts, np.ones(2 * BLUR + 1, int), "same")
    best = int(blurred.argmax())
    elsewhere = np.abs(np.arange(len(blurred)) - best) > APART
    if blurred[best] < max(MIN_PAIRS, MIN_PEAK_FOLD * blurred[elsewhere].max()):
        return None, 0
    near = slice(max(best - BLUR, 0), best + BLUR + 1)
    return near.start + int(counts[near].argmax()) - WINDOW, int(blurred[best])


def first_beyond(sites, others, contig, shift):
    """First position (0-based) from which the sites of a set are off by ``shift``: the place that best separates pairs
    at distance 0 from pairs at ``shift``; 0 if no pair is at distance 0."""
    pairs = _pairs(sites[sites["contig"] == contig], others)
    pairs = pairs[(pairs["distance"].abs() <= BLUR) | ((pairs["distance"] - shift).abs() <= BLUR)].sort_values("start")
    good = np.where(pairs["distance"].abs() <= BLUR, 1, -1)
    score = np.concatenate([[0], np.cumsum(good)])
    cut = int(score.argmax())
    return 0 if cut == 0 else int(pairs["start"].iloc[min(cut, len(pairs) - 1)])
