"""Outputs of a trained network, piece by piece.

Each piece comes with the exact context that the network needs, also across the origin of a circular contig. So the
outputs depend neither on where the genome is cut nor on how many pieces are computed at once (except for the rounding
of float32). On a CPU every piece has one thread.
"""

from itertools import groupby, islice

import numpy as np

from attentome.genome.contigs import flip
from attentome.genome.pieces import arc_pieces
from attentome.network.device import as_tokens
from attentome.network.threads import in_order

ARC_PIECE = 16384
"""Pieces of an arc, nt: shorter than those of a genome, so that several threads have work."""


def run_pieces(network, genome, pieces, device, batch_size=1, threads=1, watcher=None):
    """Run the network over pieces.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``; any object with its ``context`` and ``scan``.
    genome : dict of str to Contig
    pieces : list of Piece
    device : torch.device
    batch_size : int
        Pieces of one length computed at once.
    threads : int
        Batches computed side by side, on a CPU.
    watcher : callable, optional
        ``watcher(pieces)`` returns the function that gets the attention scores of a batch, see ``Network.scan``.

    Yields
    ------
    pieces : list of Piece
        One batch; the batches come in order.
    outputs : ndarray of float32, shape (len(pieces), length)
        logit(TSS) - logit(not TSS).
    watch : object
        The function that ``watcher`` returned, or None.
    """
    upstream, downstream = network.context()

    def compute(batch):
        codes = np.stack(
            [
                genome[piece.contig].window(piece.strand, piece.start - upstream, piece.stop + downstream)
                for piece in batch
            ]
        )
        watch = watcher(batch) if watcher else None
        return batch, network.scan(as_tokens(codes, device), watch).cpu().numpy(), watch

    yield from in_order(compute, batches(pieces, batch_size), threads)


def batches(pieces, size):
    """Lists of at most ``size`` neighbours of one length, in order."""
    for _, run in groupby(pieces, len):
        while batch := list(islice(run, size)):
            yield batch


def predict_intervals(network, genome, intervals, device, batch_size=1, threads=1, piece=ARC_PIECE):
    """Outputs at all positions of intervals, both strands.

    Parameters
    ----------
    network, genome, device, batch_size, threads
        See :func:`run_pieces`.
    intervals : list of Interval
    piece : int
        Longest piece, nt; no effect on the results beyond rounding.

    Returns
    -------
    ndarray of float32, shape (n,)
        logit(TSS) - logit(not TSS) in the order of ``arcs.arc_values``: index = place of the query.
    """
    batches_run = run_pieces(network, genome, arc_pieces(genome, intervals, piece), device, batch_size, threads)
    outputs = np.concatenate([values.ravel() for _, values, _ in batches_run])
    first = 0
    for part in intervals:
        minus = slice(first + len(part), first + 2 * len(part))
        outputs[minus] = flip(outputs[minus], "minus").copy()
        first = minus.stop
    return outputs
