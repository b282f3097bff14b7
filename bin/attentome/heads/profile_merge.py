"""Combine the parts that the shards wrote into the profile of the whole genome.

The groups ``top`` and ``bottom``, the places with the highest and the lowest outputs, are known only when all outputs
are: their scores are computed again here, each with its own context.
"""

import numpy as np

from attentome.genome.pieces import Piece, positions_of
from attentome.genome.strands import STRANDS
from attentome.heads.best_places import merge_keys, places_and_scores
from attentome.heads.moments import Moments, mean_and_variance, whole_number_bits
from attentome.heads.score_sample import spearman
from attentome.network.predict import run_pieces


def merge_sums(folders, n_strand):
    """Mean, variance and maximum over all places, and the mean of each strand.

    Parameters
    ----------
    folders : list of Path
        What ``profile.profile_shard`` wrote.
    n_strand : int
        Places of one strand of the genome.

    Returns
    -------
    dict of str to ndarray of float32, shape (layers, heads, window)
        ``mean_all, variance_all, max_all, mean_plus, mean_minus``.
    """
    bits = whole_number_bits(2 * n_strand)
    sums, squares = (
        np.ldexp(sum(np.load(folder / f"{name}.npy") for folder in folders).astype(np.float64), -bits)
        for name in ("sums", "squares")
    )
    highest = np.max([np.load(folder / "highest.npy") for folder in folders], axis=(0, 1))
    mean, variance = mean_and_variance(sums.sum(0), squares.sum(0), 2 * n_strand)
    strands = {
        f"mean_{strand}": (part / n_strand).astype(np.float32) for strand, part in zip(STRANDS, sums, strict=True)
    }
    return {"mean_all": mean, "variance_all": variance, "max_all": highest, **strands}


def sample_correlation(folders, outputs):
    """Spearman's correlation of scores and outputs over the random sample of ``profile.profile_shard``.

    Parameters
    ----------
    folders : list of Path
    outputs : ndarray of float32, shape (places,)

    Returns
    -------
    rho : ndarray of float32, shape (layers, heads, window)
    n : int
        Places in the sample.
    """
    chosen = outputs[np.concatenate([np.load(folder / "sample_places.npy") for folder in folders])]
    layers = len(np.load(folders[0] / "sample.npy", mmap_mode="r"))
    return np.stack([_layer_correlation(folders, layer, chosen) for layer in range(layers)]), len(chosen)


def _layer_correlation(folders, layer, chosen):
    # The files are mapped again for each layer: pages read earlier would count as this process's memory until then.
    samples = [np.load(folder / "sample.npy", mmap_mode="r")[layer] for folder in folders]
    return np.stack(
        [
            spearman(np.concatenate([sample[:, head] for sample in samples]), chosen)
            for head in range(samples[0].shape[1])
        ]
    )


def extreme_places(outputs, n):
    """Places of the n highest and of the n lowest outputs, each sorted; at most half of all places each."""
    n = min(n, len(outputs) // 2)
    order = np.argsort(outputs, kind="stable")
    return {"top": np.sort(order[len(order) - n :]), "bottom": np.sort(order[:n])}


def group_moments(network, genome, groups, device, threads=1):
    """Mean, variance and maximum of the scores over groups of places.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    groups : dict of str to ndarray of int64
        Places of each group, sorted.
    device : torch.device
    threads : int

    Returns
    -------
    dict of str to ndarray of float32, shape (layers, heads, window)
        ``mean_<group>, variance_<group>, max_<group>``; the last index is t.
    """
    config = network.config
    shape = (config.layers, config.heads, config.window)

    def watcher(batch):
        return _GroupWatch(batch[0], groups, shape, device)

    # Neighbours share their context where this is less work than computing it twice.
    near = max(1, sum(network.context()) // 2)
    pieces = pieces_around(genome, np.unique(np.concatenate(list(groups.values()))), near)
    sums = {group: [np.zeros(shape), np.zeros(shape), np.zeros(shape, np.float32)] for group in groups}
    for _, _, watch in run_pieces(network, genome, pieces, device, 1, threads, watcher):
        for group, moments in watch.moments.items():
            total, squares, highest = sums[group]
            total += moments.total[0].cpu().numpy()
            squares += moments.squares[0].cpu().numpy()
            np.maximum(highest, moments.highest[0].cpu().numpy(), out=highest)
    found = {}
    for group, (total, squares, highest) in sums.items():
        mean, variance = mean_and_variance(total, squares, len(groups[group]))
        found |= {f"mean_{group}": mean, f"variance_{group}": variance, f"max_{group}": highest}
    return {name: np.ascontiguousarray(array[..., ::-1]) for name, array in found.items()}


class _GroupWatch:
    """Sums over those positions of one piece that are in a group."""

    def __init__(self, piece, groups, shape, device):
        self.rows = {}
        for group, places in groups.items():
            low, high = np.searchsorted(places, [piece.place, piece.place + len(piece)])
            if low < high:
                self.rows[group] = places[low:high] - piece.place
        self.moments = {group: Moments((1, *shape), device) for group in self.rows}

    def __call__(self, layer, start, band):
        for group, rows in self.rows.items():
            here = rows[(rows >= start) & (rows < start + band.shape[2])] - start
            if len(here):
                chosen = band[:, :, here.tolist()]
                self.moments[group].add(layer, chosen)
                self.moments[group].add_squares(layer, chosen)


def pieces_around(genome, places, near):
    """Pieces that hold the given places and little else.

    Parameters
    ----------
    genome : dict of str to Contig
    places : ndarray of int64, sorted
    near : int
        Places of one strand at most this many nt apart share a piece.

    Returns
    -------
    list of Piece
    """
    contigs, strands, positions = positions_of(genome, places)
    pieces = []
    for place, name, strand, at in zip(places.tolist(), contigs, strands, positions.tolist(), strict=True):
        start = at if strand == "plus" else len(genome[name]) - 1 - at
        last = pieces[-1] if pieces else None
        if last and (last.contig, last.strand) == (name, strand) and start - last.stop < near:
            pieces[-1] = Piece(name, strand, last.start, start + 1, last.place)
        else:
            pieces.append(Piece(name, strand, start, start + 1, place))
    return pieces


def best_windows(folders, peaks, distances, outputs):
    """List the places with the highest scores of each head, at its peak and at any distance requested.

    Parameters
    ----------
    folders : list of Path
    peaks : ndarray of int, shape (layers, heads)
    distances : list of int
    outputs : ndarray of float32, shape (places,)

    Returns
    -------
    dict of str to ndarray
        Columns ``layer, head`` (1-based), ``d, rank`` (1-based), ``place, score, output``.
    """
    stored = [np.load(folder / "best.npy", mmap_mode="r") for folder in folders]
    rows = []
    for (layer, head), peak in np.ndenumerate(peaks):
        for d in sorted({int(peak), *distances}):
            places, scores = places_and_scores(merge_keys([keys[layer, head, d] for keys in stored]))
            head_rows = np.full((len(places), 3), (layer + 1, head + 1, d))
            rows.append((head_rows, np.arange(1, len(places) + 1), places, scores))
    heads, ranks, places, scores = map(np.concatenate, zip(*rows, strict=True))
    return {
        "layer": heads[:, 0],
        "head": heads[:, 1],
        "d": heads[:, 2],
        "rank": ranks,
        "place": places,
        "score": scores,
        "output": outputs[places],
    }
