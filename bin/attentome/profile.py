"""Where every attention head looks: profiles over an arc, gathered in one pass.

For each layer, head and distance d = 0 .. window - 1 (upstream, nt; 0 = the query itself) the mean and the maximum
score, over all positions of the arc and over those with the highest and the lowest outputs; the windows with the
highest score at the head's peak distance; and Spearman's correlation of score and output over a random sample of
positions (Clauwaert et al. 2021, analysis of the heads, there on a 1 % sample). Nothing of the size positions x window
is kept but that sample.
"""

import numpy as np
import torch
from scipy.stats import rankdata

from attentome.predict import run_segments

GROUPS = ("all", "top", "bottom")
QUANTUM = 1 << 20


class BestPlaces:
    """The places with the highest scores in each of many columns, whatever the order in which they come.

    Scores are compared in steps of 2^-20, far above the rounding of float32 and far below anything that matters; of
    equal scores the lower place wins. So the choice depends neither on batches nor on the order of the segments.

    Parameters
    ----------
    columns : tuple of int
        Shape of the columns, such as (heads, window).
    n : int
        How many places to keep.
    device : torch.device
    """

    def __init__(self, columns, n, device):
        self.keys = torch.full((*columns, n), -1, dtype=torch.int64, device=device)

    def update(self, scores, highest, places):
        """Take in scores.

        Parameters
        ----------
        scores : Tensor, shape (heads, m, window)
        highest : Tensor, shape (heads, window)
            Their maximum over the m positions.
        places : int64 Tensor, shape (m,)
        """
        head, d = torch.nonzero(self._steps(highest) >= self.keys[..., -1] >> 32, as_tuple=True)
        if len(head):
            new = (self._steps(scores[head, :, d]) << 32) | (0xFFFFFFFF - places)
            n = self.keys.shape[-1]
            self.keys[head, d] = torch.cat([self.keys[head, d], new], -1).topk(n, sorted=True)[0]

    def best(self, head, d):
        """Places (int64) and scores (float) of one column, the highest score first; fewer than n if fewer were seen."""
        keys = self.keys[head, d].cpu().numpy()
        keys = keys[keys >= 0]
        return 0xFFFFFFFF - (keys & 0xFFFFFFFF), (keys >> 32) / QUANTUM

    @staticmethod
    def _steps(scores):
        return (scores.double() * QUANTUM).round().long()


def profile_heads(network, genome, intervals, outputs, device, n_extreme=500, n_windows=50, n_spearman=10000, seed=1,
                  batch_size=1, threads=1, log=print):
    """Profile all heads of a network over an arc.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    intervals : list of Interval
        The arc.
    outputs : ndarray of float32, shape (n,)
        The network's outputs over the arc, in the order of ``labels.arc_values``.
    device : torch.device
    n_extreme : int
        Positions in each of the groups ``top`` and ``bottom`` (highest and lowest outputs).
    n_windows : int
        Windows kept for each head.
    n_spearman : int
        Size of the random sample for the correlation.
    seed : int
        Of that sample.
    batch_size : int
        Segments computed at once; no effect on the results.
    threads : int
        Batches computed side by side, on a CPU; no effect on the results.
    log : callable
        Gets a progress line now and then.

    Returns
    -------
    profile : dict of str to ndarray of float32, shape (layers, heads, window)
        ``mean_all, max_all, mean_top, max_top, mean_bottom, max_bottom, spearman``; the last index is d.
    windows : list of dict
        ``layer, head`` (1-based), ``d, rank, place`` (place in the arc's order), ``score, output``.
    facts : dict
        ``n_all, n_top, n_bottom, n_spearman, n_windows, peak_d`` (layers x heads).
    """
    config = network.config
    shape = (config.layers, config.heads, config.window)
    n = len(outputs)
    order = np.argsort(outputs, kind="stable")
    n_extreme = min(n_extreme, n // 2)
    member = np.zeros(n, np.int8)
    member[order[n - n_extreme:]] = 1
    member[order[:n_extreme]] = 2
    sample = np.sort(np.random.default_rng(seed).choice(n, min(n_spearman, n), replace=False))
    in_sample = np.full(n, -1, np.int64)
    in_sample[sample] = np.arange(len(sample))
    sampled = torch.zeros(len(sample), *shape, device=device)

    total = {group: torch.zeros(shape, dtype=torch.float64, device=device) for group in GROUPS}
    highest = {group: torch.zeros(shape, device=device) for group in GROUPS}
    best = [BestPlaces(shape[1:], n_windows, device) for _ in range(config.layers)]
    done, reported = 0, 0
    for places, _, scores in run_segments(network, genome, intervals, device, batch_size, threads, keep_scores=True):
        rows = {group: torch.from_numpy(np.flatnonzero(member[places] == code)).to(device)
                for code, group in ((1, "top"), (2, "bottom"))}
        sample_rows = np.flatnonzero(in_sample[places] >= 0)
        sample_places = torch.from_numpy(in_sample[places[sample_rows]]).to(device)
        sample_rows = torch.from_numpy(sample_rows).to(device)
        places_here = torch.from_numpy(places).to(device)
        for layer, here in enumerate(scores):
            maximum = here.amax(1)
            total["all"][layer] += here.sum(1, dtype=torch.float64)
            highest["all"][layer] = torch.maximum(highest["all"][layer], maximum)
            best[layer].update(here, maximum, places_here)
            for group, chosen in rows.items():
                if len(chosen):
                    part = here[:, chosen]
                    total[group][layer] += part.sum(1, dtype=torch.float64)
                    highest[group][layer] = torch.maximum(highest[group][layer], part.amax(1))
            if len(sample_rows):
                sampled[sample_places, layer] = here[:, sample_rows].transpose(0, 1)
        done += len(places)
        if done * 10 // n > reported:
            reported = done * 10 // n
            log(f"profiled {done:,} of {n:,} positions")

    sizes = {"all": n, "top": n_extreme, "bottom": n_extreme}
    profile = {}
    for group in GROUPS:
        profile[f"mean_{group}"] = (total[group] / max(sizes[group], 1)).float().cpu().numpy()
        profile[f"max_{group}"] = highest[group].cpu().numpy()
    sampled = sampled.cpu().numpy()
    profile["spearman"] = np.stack([np.stack([spearman(sampled[:, layer, head], outputs[sample])
                                              for head in range(config.heads)]) for layer in range(config.layers)])
    peaks = profile["mean_all"].argmax(-1)
    windows = windows_at(best, peaks, outputs)
    facts = {f"n_{group}": size for group, size in sizes.items()}
    facts |= {"n_spearman": len(sample), "n_windows": n_windows, "peak_d": peaks}
    return profile, windows, facts


def windows_at(best, peaks, outputs):
    """The best windows of each head at its peak distance.

    Parameters
    ----------
    best : list of BestPlaces
        One a layer.
    peaks : ndarray of int, shape (layers, heads)
    outputs : ndarray, shape (n,)

    Returns
    -------
    list of dict
        See :func:`profile_heads`.
    """
    rows = []
    for layer in range(peaks.shape[0]):
        for head in range(peaks.shape[1]):
            d = int(peaks[layer, head])
            for rank, (place, score) in enumerate(zip(*best[layer].best(head, d), strict=True), 1):
                rows.append({"layer": layer + 1, "head": head + 1, "d": d, "rank": rank, "place": int(place),
                             "score": float(score), "output": float(outputs[place])})
    return rows


def spearman(scores, outputs):
    """Spearman's rank correlation of each column with the outputs, ties at their mean rank.

    Parameters
    ----------
    scores : ndarray, shape (n, window)
    outputs : ndarray, shape (n,)

    Returns
    -------
    ndarray of float32, shape (window,)
        0 where all scores of a column are equal.
    """
    ranks = rankdata(scores, axis=0)
    ranks -= ranks.mean(0)
    other = rankdata(outputs)
    other -= other.mean()
    norm = np.sqrt((ranks ** 2).sum(0) * (other ** 2).sum())
    return np.divide(other @ ranks, norm, out=np.zeros(scores.shape[1]), where=norm > 0).astype(np.float32)
