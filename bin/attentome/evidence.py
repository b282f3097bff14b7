"""What is held against chance about the heads of a network, measured on the test arc the same way for every network.

The real network, its replicates and the control networks all go through this, at the same places: stretches spread over
the test arc, both strands, in two halves. Where a head looks is read off the first half; how sharply it looks there and
at which sequence is measured on the second. Nothing is tested on the positions on which it was chosen.

The logo that is tested weighs every window by the head's score. The 50 windows that a head likes best look like a motif
in any network: untrained heads show as many bits there as trained ones, because a few dozen of so many windows that any
function of the sequence picks are alike. What a head prefers among all windows tells them apart (docs/trust.md).

d = 0 .. window - 1 counts upstream from the end of the window, which is the query itself unless the network looks
ahead.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from safetensors import safe_open

from attentome.formats import write_arrays
from attentome.genome import to_stream
from attentome.heads import used_range, zoom_range
from attentome.labels import Interval, stream_key
from attentome.logo import base_counts, letters
from attentome.metrics import pr_auc, roc_auc
from attentome.moments import Moments
from attentome.pieces import Piece, arc_pieces
from attentome.predict import run_pieces

N_POSITIONS = 400_000
"""Positions of the test arc, both strands counted, on which heads are measured; all of a shorter arc."""
STRETCH = 4096
N_TOP = 250
"""Highest outputs of each half over which profiles are taken."""
N_WINDOWS = 50
"""Windows in the logo of the best ones."""
BEST_SHARE = 0.01
"""A PWM is asked to tell this share of a head's highest scores from the rest."""
PSEUDOCOUNT = 0.5


def write_evidence(path, evidence):
    """Write an :class:`Evidence`; texts become rows of ``best``, numbers go into the header."""
    arrays = {name: value for name, value in vars(evidence).items() if isinstance(value, np.ndarray)}
    contigs, which = np.unique(evidence.best["contig"], return_inverse=True)
    best = {**evidence.best, "contig": which.reshape(evidence.best["contig"].shape),
            "strand": (evidence.best["strand"] == "minus").astype(np.uint8)}
    numbers = {name: value for name, value in vars(evidence).items() if isinstance(value, (int, float))}
    write_arrays(path, {**arrays, **{f"best.{name}": value for name, value in best.items()}},
                 {"attentome": json.dumps({**numbers, "contigs": contigs.tolist()})})


def read_evidence(path):
    """Read what :func:`write_evidence` wrote."""
    with safe_open(path, "numpy") as file:
        header = json.loads(file.metadata()["attentome"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    best = {name.removeprefix("best."): arrays.pop(name) for name in list(arrays) if name.startswith("best.")}
    best["contig"] = np.array(header.pop("contigs"))[best["contig"]]
    best["strand"] = np.where(best["strand"] == 1, "minus", "plus")
    return Evidence(**arrays, best=best, **header)


@dataclass
class Evidence:
    """What was measured of the heads of one network; the last index of a profile is d.

    Attributes
    ----------
    mean_top, mean_all : ndarray of float32, shape (2, layers, heads, window)
        Mean score over the highest outputs and over all positions, of each half.
    peak_d : ndarray of int64, shape (layers, heads)
        Where the first half's ``mean_top`` is highest.
    frequencies : ndarray of float32, shape (2, layers, heads, columns, 4)
        A, C, G, T round ``peak_d``, each window weighted by the head's score there; of each half. Column 0 is the
        farthest d of ``heads.zoom_range``.
    background : ndarray of float32, shape (2, layers, heads, columns, 4)
        The same without weights.
    effective : ndarray of float32, shape (2, layers, heads)
        So many windows of equal weight would tell as much: (sum of weights)^2 / sum of squares.
    best_counts : ndarray of int64, shape (layers, heads, columns, 4)
        Of the ``N_WINDOWS`` windows of the second half with the highest scores.
    random_counts : ndarray of int64, same shape
        Of as many windows of the second half, drawn at random but each with the GC content of one of those.
    auroc : ndarray of float64, shape (layers, heads)
        How well the first half's weighted PWM tells the second half's highest scores from the rest.
    best : dict of str to ndarray, shape (layers, heads, N_WINDOWS)
        ``contig, strand, position, score, output`` of the best windows of the second half; position of the query,
        genomic, 0-based.
    pr_auc, prevalence : float
        Of the network's outputs at these positions, against the labels that it was trained on.
    key_context : ndarray of int64, shape (layers, 2)
        How far upstream and downstream of a key convolutions reach, nt.
    n_positions, n_top : int
        Of both halves; of each half.
    """

    mean_top: np.ndarray
    mean_all: np.ndarray
    peak_d: np.ndarray
    frequencies: np.ndarray
    background: np.ndarray
    effective: np.ndarray
    best_counts: np.ndarray
    random_counts: np.ndarray
    auroc: np.ndarray
    best: dict
    pr_auc: float
    prevalence: float
    key_context: np.ndarray
    n_positions: int
    n_top: int

    @property
    def window(self):
        """Keys of each query."""
        return self.mean_top.shape[-1]

    @property
    def sharpness(self):
        """Mean score of the second half's highest outputs at the first half's peak, x uniform: (layers, heads)."""
        return np.take_along_axis(self.mean_top[1], self.peak_d[..., None], -1)[..., 0].astype(float) * self.window

    @property
    def focus(self):
        """1 - entropy / log(window) of the second half's mean profile over the highest outputs: (layers, heads)."""
        share = self.mean_top[1] / self.mean_top[1].sum(-1, keepdims=True)
        entropy = -(share * np.log(np.maximum(share, 1e-30))).sum(-1, dtype=np.float64)
        return 1 - entropy / np.log(self.window)

    def used(self, layer, head):
        """Columns of a head's logo (both numbers count from 0) that the statistics use: slice."""
        peak = int(self.peak_d[layer, head])
        _, high = zoom_range(peak, self.window)
        nearest, farthest = used_range(peak, self.key_context[layer], self.window)
        return slice(high - farthest, high - nearest + 1)

    @property
    def column_bits(self):
        """Information of the second half's weighted logo, corrected for its size and not cut at 0.

        Returns
        -------
        ndarray, shape (layers, heads, columns)
            Relative entropy to the same columns without weights less 3 / (2 ln 2 n), with n effective windows
            (Schneider et al. 1986, J. Mol. Biol. 188:415). Its mean is 0 where the head does not look at the sequence.
        """
        return divergence(self.frequencies[1], self.background[1], self.effective[1][..., None])

    @property
    def bits(self):
        """Sum of :attr:`column_bits` over the columns used: (layers, heads)."""
        return self._sum_used(self.column_bits)

    def best_bits(self, counts):
        """The same of counted windows, such as ``best_counts`` or ``random_counts``: (layers, heads)."""
        n = counts.sum(-1)
        return self._sum_used(divergence(counts / np.maximum(n, 1)[..., None], self.background[1], np.maximum(n, 1)))

    def _sum_used(self, columns):
        return np.array([[columns[layer, head, self.used(layer, head)].sum() for head in range(columns.shape[1])]
                         for layer in range(columns.shape[0])])


def divergence(frequencies, background, n):
    """Relative entropy of columns to a background less 3 / (2 ln 2 n), bits.

    Parameters
    ----------
    frequencies, background : ndarray, shape (..., 4)
    n : ndarray, broadcast to shape (...)

    Returns
    -------
    ndarray, shape (...)
        Not cut at 0.
    """
    there = (frequencies > 0) & (background > 0)
    ratio = np.where(there, frequencies, 1.0) / np.where(there, background, 1.0)
    return (np.where(there, frequencies, 0.0) * np.log2(ratio)).sum(-1) - 3 / (2 * np.log(2) * n)


def sample_halves(intervals, n_positions=N_POSITIONS, stretch=STRETCH):
    """Stretches spread evenly over the first and over the second half of an arc.

    Parameters
    ----------
    intervals : list of Interval
        The arc.
    n_positions : int
        Positions to take, both strands counted.
    stretch : int
        Longest stretch, nt.

    Returns
    -------
    list of two lists of Interval
    """
    total = sum(map(len, intervals))
    halves = []
    for first, last in ((0, total // 2), (total // 2, total)):
        parts = _cut(intervals, first, last, stretch)
        wanted = max(1, min(len(parts), round(n_positions / 4 / stretch)))
        halves.append([parts[len(parts) * (2 * i + 1) // (2 * wanted)] for i in range(wanted)])
    return halves


def _cut(intervals, first, last, stretch):
    """Stretches of the places [first, last) of an arc, whose places count along one strand."""
    parts, place = [], 0
    for part in intervals:
        low, high = max(first - place, 0), min(last - place, len(part))
        parts += [Interval(part.arc, part.contig, part.start + at, part.start + min(at + stretch, high))
                  for at in range(low, high, stretch)]
        place += len(part)
    return parts


def measure_heads(network, genome, labels, intervals, seed, device, threads=1, n_positions=N_POSITIONS, n_top=N_TOP):
    """Measure the heads of one network.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    labels : dict of str to ndarray
        ``<contig>.<strand>`` to the labels that the network was trained on, by genomic position.
    intervals : list of Interval
        The test arc.
    seed : int
        Of the windows drawn at random.
    device : torch.device
    threads : int
    n_positions, n_top : int

    Returns
    -------
    Evidence
    """
    halves = [_Half(network, genome, part, device, threads) for part in sample_halves(intervals, n_positions)]
    n_top = min(n_top, *(len(half.outputs) // 2 for half in halves))
    mean_top = np.stack([half.top_profile(n_top) for half in halves])
    peaks = mean_top[0].argmax(-1)
    first, second = (half.scores_at(peaks) for half in halves)
    heads = {at: _measure_head(halves, first[at], second[at], int(peaks[at]), network, at, seed)
             for at in np.ndindex(peaks.shape)}
    found = {name: np.stack([head[name] for head in heads.values()]) for name in next(iter(heads.values()))}
    found = {name: values.reshape(*peaks.shape, *values.shape[1:]) for name, values in found.items()}
    found |= {name: np.moveaxis(found[name], 2, 0) for name in ("frequencies", "background", "effective")}
    rows = found.pop("rows")
    contig, strand, position = (values[rows] for values in halves[1].positions())
    target = np.concatenate([half.target(labels) for half in halves])
    outputs = np.concatenate([half.outputs for half in halves])
    return Evidence(
        mean_top=mean_top, mean_all=np.stack([half.mean for half in halves]), peak_d=peaks, **found,
        best={"contig": contig, "strand": strand, "position": position, "score": np.take_along_axis(second, rows, -1),
              "output": halves[1].outputs[rows]},
        pr_auc=pr_auc(target, outputs), prevalence=float(target.mean()),
        key_context=np.array([network.key_context(layer) for layer in range(network.config.layers)]),
        n_positions=len(outputs), n_top=n_top)


def _measure_head(halves, first, second, peak, network, at, seed):
    """Logos of one head; ``first`` and ``second`` are its scores at its peak at all positions of the two halves."""
    window = network.config.window
    low, high = zoom_range(peak, window)
    logos = [half.weighted(scores, low, high) for half, scores in zip(halves, (first, second), strict=True)]
    used = used_range(peak, network.key_context(at[0]), window)
    columns = slice(high - used[1], high - used[0] + 1)
    weights = pwm(*(part[columns] if np.ndim(part) else part for part in logos[0]))
    order = np.argsort(-second, kind="stable")
    is_best = np.zeros(len(second), np.uint8)
    is_best[order[:max(1, round(BEST_SHARE * len(order)))]] = 1
    rows = order[:N_WINDOWS]
    drawn = halves[1].rows_of_equal_gc(rows, low, high, np.random.default_rng([seed, *at]))
    return {"frequencies": np.stack([logo[0] for logo in logos]), "background": np.stack([logo[1] for logo in logos]),
            "effective": np.array([logo[2] for logo in logos]),
            "best_counts": base_counts(halves[1].windows(rows, low, high)),
            "random_counts": base_counts(halves[1].windows(drawn, low, high)),
            "auroc": np.float64(roc_auc(is_best, halves[1].word_scores(weights, used[1]))), "rows": rows}


def pwm(frequencies, background, n):
    """Log-odds of the bases of a weighted logo.

    Parameters
    ----------
    frequencies, background : ndarray, shape (columns, 4)
    n : float
        Windows behind the frequencies; ``PSEUDOCOUNT`` windows of the background are added.

    Returns
    -------
    ndarray of float, shape (columns, 4)
        log2; 0 where the background is 0.
    """
    smoothed = (frequencies * n + background * PSEUDOCOUNT) / (n + PSEUDOCOUNT)
    safe = np.where(background > 0, background, 1.0)
    return np.log2(np.where(background > 0, np.maximum(smoothed, 1e-12) / safe, 1.0))


class _Half:
    """One half of the sample: its positions, the bases before them, and what a network makes of them.

    Rows are its positions in the order of its pieces; ``codes[anchor[row] - d]`` is the base at distance d.
    """

    def __init__(self, network, genome, intervals, device, threads):
        self.network, self.genome, self.device, self.threads = network, genome, device, threads
        self.pieces = arc_pieces(genome, intervals, STRETCH)
        window, ahead = network.config.window, network.config.ahead
        codes, anchors, length = [], [], 0
        for piece in self.pieces:
            codes.append(genome[piece.contig].window(piece.strand, piece.start + ahead - (window - 1),
                                                     piece.stop + ahead))
            anchors.append(length + window - 1 + np.arange(len(piece)))
            length += len(codes[-1])
        self.codes, self.anchor = np.concatenate(codes), np.concatenate(anchors)
        shape = network.config.layers, network.config.heads, window
        sums, outputs = np.zeros(shape), []
        for _, values, watch in self._scan(self.pieces, lambda piece: _Sums(shape, device)):
            outputs.append(values[0])
            sums += watch.moments.total[0].cpu().numpy()
        self.outputs = np.concatenate(outputs)
        self.mean = (sums[..., ::-1] / len(self.outputs)).astype(np.float32)

    def _scan(self, pieces, watcher):
        yield from run_pieces(self.network, self.genome, pieces, self.device, 1, self.threads,
                              lambda batch: watcher(batch[0]))

    def top_profile(self, n):
        """Mean score over the n highest outputs: float32, shape (layers, heads, window), the last index is d."""
        rows = np.sort(np.argsort(-self.outputs, kind="stable")[:n])
        shape = self.mean.shape
        parts = _pieces_with(self.pieces, rows, max(1, sum(self.network.context()) // 2))
        sums = np.zeros(shape)
        for _, _, watch in self._scan(parts, lambda piece: _Rows(piece, rows, shape)):
            sums += watch.total
        return (sums[..., ::-1] / len(rows)).astype(np.float32)

    def scores_at(self, distances):
        """Scores of all positions at one distance a head: float32, shape (layers, heads, n)."""
        window = self.network.config.window
        return np.concatenate([watch.scores for _, _, watch in self._scan(
            self.pieces, lambda piece: _Column(len(piece), window - 1 - distances))], -1)

    def windows(self, rows, low, high):
        """Bases of windows, column 0 is d = ``high``: uint8, shape (len(rows), high - low + 1)."""
        return self.codes[self.anchor[rows][:, None] - np.arange(high, low - 1, -1)]

    def weighted(self, scores, low, high):
        """Frequencies of A, C, G, T per column weighted by the scores and without weights, and effective windows."""
        weights = scores.astype(np.float64)
        columns = [self.codes[self.anchor - d] for d in range(high, low - 1, -1)]
        sums, plain = (np.stack([letters(np.bincount(column, weight, minlength=6)) for column in columns])
                       for weight in (weights, None))
        logo, background = (part / np.maximum(part.sum(1, keepdims=True), 1e-300) for part in (sums, plain))
        return logo, background, weights.sum() ** 2 / max((weights ** 2).sum(), 1e-300)

    def word_scores(self, weights, high):
        """Sum of a PWM's log-odds in each window: shape (n,); column 0 of the PWM is d = ``high``."""
        table = np.zeros((len(weights), 6))
        table[:, [0, 2, 3, 1]] = weights
        return sum(row[self.codes[self.anchor - (high - column)]] for column, row in enumerate(table))

    def rows_of_equal_gc(self, rows, low, high, rng):
        """A random position for each of the given ones, its window with as many G and C, or as near as there is."""
        strong = np.concatenate([[0], np.cumsum((self.codes == 2) | (self.codes == 3))])
        gc = strong[self.anchor - low + 1] - strong[self.anchor - high]
        order = np.argsort(gc, kind="stable")
        first, last = (np.searchsorted(gc[order], gc[rows], side) for side in ("left", "right"))
        return order[rng.integers(first, last)]

    def positions(self):
        """Where the rows lie: contig, strand (plus or minus) and genomic position of the query, each of shape (n,)."""
        parts = [(np.full(len(piece), piece.contig), np.full(len(piece), piece.strand),
                  to_stream(np.arange(piece.start, piece.stop), len(self.genome[piece.contig]), piece.strand))
                 for piece in self.pieces]
        return [np.concatenate(values) for values in zip(*parts, strict=True)]

    def target(self, labels):
        """Labels of the rows."""
        return np.concatenate([labels[stream_key(piece.contig, piece.strand)][
            to_stream(np.arange(piece.start, piece.stop), len(self.genome[piece.contig]), piece.strand)]
            for piece in self.pieces])


class _Sums:
    def __init__(self, shape, device):
        self.moments = Moments((1, *shape), device)

    def __call__(self, layer, start, band):
        self.moments.add(layer, band)


class _Rows:
    """Sums of the scores of chosen positions of one piece."""

    def __init__(self, piece, rows, shape):
        low, high = np.searchsorted(rows, [piece.place, piece.place + len(piece)])
        self.rows, self.total = rows[low:high] - piece.place, np.zeros(shape)

    def __call__(self, layer, start, band):
        here = self.rows[(self.rows >= start) & (self.rows < start + band.shape[2])] - start
        if len(here):
            self.total[layer] += band[0][:, here.tolist()].double().sum(1).cpu().numpy()


class _Column:
    """The scores of one piece at one place of the window for each head, keys upstream first."""

    def __init__(self, n, places):
        self.places, self.scores = places, np.zeros((*places.shape, n), np.float32)

    def __call__(self, layer, start, band):
        for head, place in enumerate(self.places[layer].tolist()):
            self.scores[layer, head, start:start + band.shape[2]] = band[0, head, :, place].cpu().numpy()


def _pieces_with(pieces, rows, near):
    """Parts of pieces that hold the given places and little else; places up to so many nt apart share a part."""
    found = []
    for piece in pieces:
        here = rows[(rows >= piece.place) & (rows < piece.place + len(piece))]
        for part in np.split(here, np.flatnonzero(np.diff(here) > near) + 1) if len(here) else []:
            start = piece.start + int(part[0]) - piece.place
            stop = piece.start + int(part[-1]) - piece.place + 1
            found.append(Piece(piece.contig, piece.strand, start, stop, int(part[0])))
    return found


def logo_table(evidence):
    """The held-out logos of all heads: the second half's windows, each weighted by the head's score.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    DataFrame
        layer, head (counted from 1), d (falling), A, C, G, T (effective counts: frequencies times effective windows),
        bits (corrected, not cut at 0), used (1 where the statistics use the column).
    """
    rows = []
    for layer, head in np.ndindex(evidence.peak_d.shape):
        low, high = zoom_range(int(evidence.peak_d[layer, head]), evidence.window)
        used = np.zeros(high - low + 1, int)
        used[evidence.used(layer, head)] = 1
        counts = evidence.frequencies[1, layer, head] * evidence.effective[1, layer, head]
        rows.append(pd.DataFrame({"layer": layer + 1, "head": head + 1, "d": np.arange(high, low - 1, -1),
                                  **{letter: counts[:, i] for i, letter in enumerate("ACGT")},
                                  "bits": evidence.column_bits[layer, head], "used": used}))
    return pd.concat(rows, ignore_index=True)


def window_table(evidence, genome, ahead):
    """The best windows of all heads in the second half: where the bases lie that convolution brings into the key.

    Parameters
    ----------
    evidence : Evidence
    genome : dict of str to Contig
    ahead : int
        nt from the query to d = 0.

    Returns
    -------
    DataFrame
        layer, head, contig, start, end (0-based half-open, of the bases used by the logo; cut at a contig's ends),
        strand, rank, query (genomic, 0-based), score, output.
    """
    rows = []
    for layer, head in np.ndindex(evidence.peak_d.shape):
        peak = int(evidence.peak_d[layer, head])
        nearest, farthest = used_range(peak, evidence.key_context[layer], evidence.window)
        best = {name: values[layer, head] for name, values in evidence.best.items()}
        plus = best["strand"] == "plus"
        anchor = best["position"] + np.where(plus, ahead, -ahead)
        lengths = np.array([len(genome[name]) for name in best["contig"]])
        start = np.where(plus, anchor - farthest, anchor + nearest)
        end = start + farthest - nearest + 1
        rows.append(pd.DataFrame({
            "layer": layer + 1, "head": head + 1, "contig": best["contig"], "start": np.clip(start, 0, lengths - 1),
            "end": np.clip(end, 1, lengths), "strand": np.where(plus, "+", "-"), "rank": np.arange(1, len(start) + 1),
            "query": best["position"], "score": best["score"], "output": best["output"]}))
    return pd.concat(rows, ignore_index=True)
