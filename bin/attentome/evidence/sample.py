"""Choose the places of the test arc on which heads are measured, in two halves, and run a network there."""

import numpy as np

from attentome.attribution.knockout import KnockOut, knocked_out_outputs
from attentome.genome.arcs import Interval
from attentome.genome.contigs import flip, to_stream
from attentome.genome.pieces import arc_pieces, genome_pieces
from attentome.genome.strands import STRANDS, stream_key
from attentome.heads.moments import Moments
from attentome.heads.profile_merge import group_moments
from attentome.motifs.logo import letters
from attentome.network.predict import run_pieces

STRETCH = 4096
"""Longest stretch of the sample, nt."""
BOOTSTRAP_BLOCK = 1024
"""Blocks of a bootstrap over the sample, nt."""


def sample_halves(intervals, n_positions, stretch=STRETCH):
    """Choose stretches spread evenly over the first and over the second half of an arc.

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
        # As many as hold a quarter of the positions on each strand, by their mean length.
        wanted = max(1, min(len(parts), round(n_positions / 4 / (sum(map(len, parts)) / len(parts)))))
        halves.append([parts[len(parts) * (2 * i + 1) // (2 * wanted)] for i in range(wanted)])
    return halves


def _cut(intervals, first, last, stretch):
    """Stretches of the places [first, last) of an arc, whose places count along one strand."""
    parts, place = [], 0
    for part in intervals:
        low, high = max(first - place, 0), min(last - place, len(part))
        parts += [
            Interval(part.arc, part.contig, part.start + at, part.start + min(at + stretch, high))
            for at in range(low, high, stretch)
        ]
        place += len(part)
    return parts


class SampleHalf:
    """One half of the sample: its positions, the bases before them, and a network's scores and outputs there.

    Rows are its positions in the order of its pieces; ``codes[anchor[row] - d]`` is the base at distance d.
    """

    def __init__(self, network, genome, intervals, device, threads):
        self.network, self.genome, self.device, self.threads = network, genome, device, threads
        self.intervals = intervals
        self.pieces = arc_pieces(genome, intervals, STRETCH)
        window, ahead = network.config.window, network.config.ahead
        codes, anchors, length = [], [], 0
        for piece in self.pieces:
            codes.append(
                genome[piece.contig].window(piece.strand, piece.start + ahead - (window - 1), piece.stop + ahead)
            )
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
        yield from run_pieces(
            self.network, self.genome, pieces, self.device, 1, self.threads, lambda batch: watcher(batch[0])
        )

    def top_rows(self, n):
        """Rows of the n highest outputs, sorted."""
        return np.sort(np.argsort(-self.outputs, kind="stable")[:n])

    def top_profile(self, n):
        """Mean score over the n highest outputs: float32, shape (layers, heads, window), the last index is d."""
        streams = {
            (piece.contig, piece.strand): piece.place
            for piece in genome_pieces(self.genome, max(map(len, self.genome.values())))
        }
        places = np.concatenate(
            [streams[piece.contig, piece.strand] + np.arange(piece.start, piece.stop) for piece in self.pieces]
        )
        groups = {"top": np.sort(places[self.top_rows(n)])}
        return group_moments(self.network, self.genome, groups, self.device, self.threads)["mean_top"]

    def scores_at(self, distances):
        """Scores of all positions at one distance a head: float32, shape (layers, heads, n)."""
        window = self.network.config.window
        return np.concatenate(
            [
                watch.scores
                for _, _, watch in self._scan(self.pieces, lambda piece: _Column(len(piece), window - 1 - distances))
            ],
            -1,
        )

    def effects(self, shape):
        """Fall of the output if a head's output is replaced by its mean: float32, shape (layers, heads, n)."""
        variants = [(), *(((KnockOut(*at, "mean"),)) for at in np.ndindex(shape))]
        outputs = knocked_out_outputs(self.network, self.genome, self.intervals, variants, self.device, self.threads)
        strands = np.cumsum([0, *(len(part) for part in self.intervals for _ in range(2))])
        outputs = np.concatenate(
            [
                flip(outputs[:, first:last].T, strand).T
                for first, last, strand in zip(strands, strands[1:], STRANDS * len(self.intervals), strict=False)
            ],
            1,
        )
        return (outputs[0] - outputs[1:]).reshape(*shape, -1)

    def windows(self, rows, low, high):
        """Bases of windows, column 0 is d = ``high``: uint8, shape (len(rows), high - low + 1)."""
        return self.codes[self.anchor[rows][:, None] - np.arange(high, low - 1, -1)]

    def weighted(self, scores, low, high):
        """Frequencies of A, C, G, T per column weighted by the scores and without weights, and effective windows."""
        weights = scores.astype(np.float64)
        columns = [self.codes[self.anchor - d] for d in range(high, low - 1, -1)]
        sums, plain = (
            np.stack([letters(np.bincount(column, weight, minlength=6)) for column in columns])
            for weight in (weights, None)
        )
        logo, background = (part / np.maximum(part.sum(1, keepdims=True), 1e-300) for part in (sums, plain))
        return logo, background, weights.sum() ** 2 / max((weights**2).sum(), 1e-300)

    def pwm_scores(self, weights, high):
        """Sum of a PWM's log-odds in each window: shape (n,); column 0 of the PWM is d = ``high``."""
        table = np.zeros((len(weights), 6))
        table[:, [0, 2, 3, 1]] = weights
        return sum(row[self.codes[self.anchor - (high - column)]] for column, row in enumerate(table))

    def rows_of_equal_gc(self, rows, low, high, rng):
        """A random position for each of the given ones, whose window has the same or the nearest number of G and C."""
        strong = np.concatenate([[0], np.cumsum((self.codes == 2) | (self.codes == 3))])
        gc = strong[self.anchor - low + 1] - strong[self.anchor - high]
        order = np.argsort(gc, kind="stable")
        first, last = (np.searchsorted(gc[order], gc[rows], side) for side in ("left", "right"))
        return order[rng.integers(first, last)]

    def positions(self):
        """Places of the rows: contig, strand (plus or minus) and genomic position of the query, each of shape (n,)."""
        parts = [
            (
                np.full(len(piece), piece.contig),
                np.full(len(piece), piece.strand),
                to_stream(np.arange(piece.start, piece.stop), len(self.genome[piece.contig]), piece.strand),
            )
            for piece in self.pieces
        ]
        return [np.concatenate(values) for values in zip(*parts, strict=True)]

    def blocks(self):
        """Number of the genome block of each row: both strands of :data:`BOOTSTRAP_BLOCK` nt of a stretch together."""
        blocks, number = {}, 0
        for part in self.intervals:
            blocks[part.contig, part.start] = number + np.arange(len(part)) // BOOTSTRAP_BLOCK
            number = int(blocks[part.contig, part.start][-1]) + 1
        return np.concatenate([flip(here, strand) for here in blocks.values() for strand in STRANDS])

    def target(self, labels):
        """Labels of the rows."""
        return np.concatenate(
            [
                labels[stream_key(piece.contig, piece.strand)][
                    to_stream(np.arange(piece.start, piece.stop), len(self.genome[piece.contig]), piece.strand)
                ]
                for piece in self.pieces
            ]
        )


class _Sums:
    def __init__(self, shape, device):
        self.moments = Moments((1, *shape), device)

    def __call__(self, layer, start, band):
        self.moments.add(layer, band)


class _Column:
    """The scores of one piece at one place of the window for each head, keys upstream first."""

    def __init__(self, n, places):
        self.places, self.scores = places, np.zeros((*places.shape, n), np.float32)

    def __call__(self, layer, start, band):
        for head, place in enumerate(self.places[layer].tolist()):
            self.scores[layer, head, start : start + band.shape[2]] = band[0, head, :, place].cpu().numpy()
