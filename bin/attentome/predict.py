"""Outputs of a trained network at every position of both strands.

The genome is cut into segments; each comes with the exact context that the network asks for, so the outputs depend
neither on the segments' length nor on how many are computed at once (beyond the rounding of float32).
"""

from itertools import islice

import numpy as np
import torch

from attentome.formats import STRANDS
from attentome.genome import OUTSIDE, interval_to_stream
from attentome.labels import Interval
from attentome.model import as_tokens, tss_logit
from attentome.parallel import in_order

SEGMENT = 4096


def segments(genome, intervals, segment=SEGMENT):
    """Cut both strands of intervals into segments.

    Parameters
    ----------
    genome : dict of str to Contig
    intervals : list of Interval
    segment : int
        Longest segment, nt.

    Yields
    ------
    index : int
        First place of the segment's interval and strand in the concatenation (plus before minus, as ``arc_values``).
    part : Interval
    strand : str
    start, stop : int
        Stream coordinates, 0-based half-open.
    """
    index = 0
    for part in intervals:
        for strand in STRANDS:
            first, last = interval_to_stream(part.start, part.end, len(genome[part.contig]), strand)
            for start in range(first, last, segment):
                yield index, part, strand, start, min(start + segment, last)
            index += len(part)


def run_segments(network, genome, intervals, device, batch_size, threads=1, keep_scores=False, segment=SEGMENT):
    """Run the network over intervals, batch by batch.

    Parameters
    ----------
    network : Network
        In evaluation mode.
    genome : dict of str to Contig
    intervals : list of Interval
    device : torch.device
    batch_size : int
        Segments computed at once.
    threads : int
        Batches computed side by side, on a CPU.
    keep_scores : bool
        Also give the attention scores.
    segment : int

    Yields
    ------
    places : ndarray of int64, shape (n,)
        Places in the concatenation of the intervals (order of ``labels.arc_values``: genomic within each strand).
    outputs : ndarray of float32, shape (n,)
        logit(TSS) - logit(not TSS).
    scores : list of Tensor, shape (heads, n, window), one a layer, or None
    """
    upstream, downstream = network.context()

    def compute(batch):
        codes = np.full((len(batch), upstream + segment + downstream), OUTSIDE, np.uint8)
        for row, (_, part, strand, start, stop) in enumerate(batch):
            window = genome[part.contig].window(strand, start - upstream, stop + downstream)
            codes[row, :len(window)] = window
        with torch.inference_mode():
            logits, scores = network(as_tokens(codes, device), keep_scores)
            return batch, tss_logit(logits).cpu().numpy(), scores

    batches = in_batches(segments(genome, intervals, segment), batch_size)
    for batch, outputs, scores in in_order(compute, batches, threads):
        for row, (index, part, strand, start, stop) in enumerate(batch):
            n = stop - start
            first, last = interval_to_stream(part.start, part.end, len(genome[part.contig]), strand)
            stream_places = np.arange(start, stop)
            places = index + (stream_places - first if strand == "plus" else last - 1 - stream_places)
            yield places, outputs[row, :n], [layer[row, :, :n] for layer in scores] if keep_scores else None


def in_batches(items, size):
    """Lists of ``size`` items, the last one perhaps shorter."""
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch


def predict_intervals(network, genome, intervals, device, batch_size, threads=1, segment=SEGMENT):
    """Outputs at all positions of intervals, both strands.

    Returns
    -------
    ndarray of float32, shape (n,)
        logit(TSS) - logit(not TSS) in the order of ``labels.arc_values``: index = place of the query.
    """
    outputs = np.empty(sum(2 * len(part) for part in intervals), np.float32)
    for places, values, _ in run_segments(network, genome, intervals, device, batch_size, threads, segment=segment):
        outputs[places] = values
    return outputs


def predict_genome(network, genome, device, batch_size, threads=1):
    """Outputs at every position of both strands of the whole genome.

    Returns
    -------
    dict of (contig, strand) to ndarray of float32, shape (length,)
        Index = genomic position of the query.
    """
    outputs = {}
    for contig in genome.values():
        whole = Interval("all", contig.name, 0, len(contig))
        both = predict_intervals(network, genome, [whole], device, batch_size, threads)
        outputs[contig.name, "plus"], outputs[contig.name, "minus"] = np.split(both, 2)
    return outputs


def at_tss(outputs, strand, label_shift, circular):
    """Move outputs from the queries to the TSS that they stand for (the label shift undone).

    Parameters
    ----------
    outputs : ndarray, shape (length,)
        Index = genomic position of the query.
    strand : {"plus", "minus"}
    label_shift : int
    circular : bool

    Returns
    -------
    ndarray of the same shape
        Index = genomic position of the TSS; nan where a linear contig ends before the query.
    """
    step = -label_shift if strand == "plus" else label_shift
    moved = np.roll(outputs, step)
    if not circular and label_shift:
        moved = moved.copy()
        if strand == "plus":
            moved[-label_shift:] = np.nan
        else:
            moved[:label_shift] = np.nan
    return moved
