"""Gather where every attention head looks, in the same pass over the genome that computes the outputs.

For each strand, layer, head and t the sum, the sum of squares and the maximum of the scores over all positions; the
places with the highest scores at every t; and the scores themselves at a random sample of places (Clauwaert et al.
2021, analysis of the heads, there all of it on a 1 % sample). t = 0 .. window - 1 counts upstream from the end of the
window, which is the query itself unless the network looks ahead. Nothing of the size positions x window is ever kept
in memory.

A shard of the genome writes its part into a folder; ``profile_merge`` combines the parts.
"""

from pathlib import Path

import numpy as np

from attentome.genome.pieces import OutputFile, genome_pieces, share_of
from attentome.genome.strands import STRANDS
from attentome.heads.best_places import BestPlaces
from attentome.heads.moments import Moments, to_whole, whole_number_bits
from attentome.heads.score_sample import SampleFile, draw_places
from attentome.network.predict import run_pieces

N_BEST = 500
N_SAMPLE = 100_000


class PieceWatch:
    """Statistics of the scores of one batch of pieces, see ``Network.scan``."""

    def __init__(self, pieces, shape, best, sample, device):
        self.places = [piece.place for piece in pieces]
        self.moments = Moments((len(pieces), *shape), device)
        self.best, self.sample = best, sample

    def __call__(self, layer, start, band):
        highest = self.moments.add(layer, band)
        places = [place + start for place in self.places]
        self.best.take(layer, places, band, highest)
        for row, place in enumerate(places):
            self.sample.put(layer, place, band[row])
        self.moments.add_squares(layer, band)


def profile_shard(
    network,
    genome,
    folder,
    device,
    shard=1,
    shards=1,
    batch_size=1,
    threads=1,
    n_best=N_BEST,
    n_sample=N_SAMPLE,
    seed=1,
    piece=None,
    log=print,
):
    """Compute outputs and profile sums of one shard of the genome in one pass.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    folder : str or Path
        Where the arrays are written: ``outputs.npy`` (float32, shape (places of the shard,)), ``sums.npy`` and
        ``squares.npy`` (int64, shape (2 strands, layers, heads, window), in units of 2^-bits, see ``moments``),
        ``highest.npy`` (float32), ``best.npy`` (int64 keys, shape (layers, heads, window, n_best), see
        ``best_places``), ``sample_places.npy`` and ``sample.npy`` (see ``score_sample``). The index of the window is t.
    device : torch.device
    shard, shards : int
        Which share of the pieces, the first is 1.
    batch_size, threads : int
        See ``predict.run_pieces``.
    n_best : int
        Places kept for each head and t.
    n_sample : int
        Places of the whole genome in the random sample.
    seed : int
        Of that sample.
    piece : int, optional
        Longest piece, nt.
    log : callable
        Gets a progress line from time to time.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = network.config
    shape = (config.layers, config.heads, config.window)
    n_places = 2 * sum(map(len, genome.values()))
    pieces = share_of(genome_pieces(genome, *[piece] if piece else []), shard, shards)
    first = pieces[0].place if pieces else 0
    n = sum(map(len, pieces))
    bits = whole_number_bits(n_places)
    sums, squares = np.zeros((2, 2, *shape), np.int64)
    highest = np.zeros((2, *shape), np.float32)
    best = BestPlaces(shape, n_best)
    sampled = draw_places(n_places, n_sample, seed)
    sampled = sampled[(sampled >= first) & (sampled < first + n)]
    sample = SampleFile(folder / "sample.npy", sampled, shape)
    outputs = OutputFile(folder / "outputs.npy", pieces)

    def watcher(batch):
        return PieceWatch(batch, shape, best, sample, device)

    done = reported = 0
    for batch, values, watch in run_pieces(network, genome, pieces, device, batch_size, threads, watcher):
        outputs.add(values)
        parts = zip(
            batch,
            watch.moments.total.cpu().numpy(),
            watch.moments.squares.cpu().numpy(),
            watch.moments.highest.cpu().numpy(),
            strict=True,
        )
        for part, total, square, maximum in parts:
            strand = STRANDS.index(part.strand)
            sums[strand] += to_whole(total, bits)
            squares[strand] += to_whole(square, bits)
            np.maximum(highest[strand], maximum, out=highest[strand])
            done += len(part)
        if done * 10 // n > reported:
            reported = done * 10 // n
            log(f"{done:,} of {n:,} positions")
    sample.close()
    outputs.close()
    np.save(folder / "sample_places.npy", sampled)
    for name, array in (("sums", sums), ("squares", squares), ("highest", highest)):
        np.save(folder / f"{name}.npy", array[..., ::-1])
    np.save(folder / "best.npy", best.keys()[..., ::-1, :])
