"""Knock out attention heads: the network's outputs on an arc without them, and the loss of performance.

A head's output, d_head numbers for each query, is replaced before W_O combines the heads. ``zero``: by zeros. ``mean``:
by its mean over all positions of the arc, so that the next layers get usual input. ``uniform``: by the mean of the
values in the query's window, as if the head looked equally at all existing keys; it still reads but no longer chooses.

A *variant* of the network is the tuple of its knock-outs; () is the intact network. Variants are computed together as
long as they are the same: those that differ in one layer share its attention, and only the later layers are computed
for each. The intervals come from a paired bootstrap: the same draws of genome blocks are used for every variant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
import torch

from attentome.evaluation.block_draws import block_draws, drawn_metrics
from attentome.evaluation.metrics import block_numbers
from attentome.evaluation.stretches import bootstrap_block, stretches
from attentome.genome.arcs import arc_values
from attentome.genome.contigs import OUTSIDE, flip
from attentome.genome.pieces import arc_pieces
from attentome.genome.strands import STRANDS, stream_key
from attentome.heads.names import numbers_of_head
from attentome.network.predict import ARC_PIECE, run_pieces
from attentome.network.streaming import chunk_of, scan_changed_layer, scan_stem, window_means
from attentome.network.transformer import Network

KNOCKOUT_KINDS = ("zero", "mean", "uniform")
KNOCKOUT_METRICS = ("pr_auc", "loss", "output_at_sites")
"""PR AUC per nucleotide; mean cross-entropy, nats; mean output at the labelled positions."""


@dataclass(frozen=True)
class KnockOut:
    """A head, layer and head counted from 0, and which of :data:`KNOCKOUT_KINDS` is put in place of what it found."""

    layer: int
    head: int
    kind: str = "zero"


@dataclass(frozen=True)
class Scanner:
    """Interface that ``predict.run_pieces`` needs from a network: ``context()`` and ``scan(tokens, watch)``."""

    context: Callable
    scan: Callable


@torch.inference_mode()
def scan_variants(network, variants, means, tokens, _watch=None):
    """Compute the outputs of all variants over a stretch.

    Parameters
    ----------
    network : Network
        In evaluation mode.
    variants : list of tuple of KnockOut
    means : Tensor, shape (layers, heads, d_head), or None
        Of :func:`mean_of_heads`; only ``mean`` needs them.
    tokens : int64 Tensor, shape (b, upstream + n + downstream)

    Returns
    -------
    Tensor, shape (b, variants, n)
        Of each as ``Network.scan`` gives it.
    """
    chunk = chunk_of(network.config, tokens.device)
    outputs = [None] * len(variants)
    # Layer, states before it, and the variants that have these states in common.
    waiting = [(0, *_first_states(network, tokens, chunk), range(len(variants)))]
    while waiting:
        number, x, exists, which = waiting.pop()
        if number == len(network.layers):
            output = network.tss_logits(x, chunk)
            for variant in which:
                outputs[variant] = output
            continue
        same = {}
        for variant in which:
            same.setdefault(tuple(each for each in variants[variant] if each.layer == number), []).append(variant)
        changes = [_change(knock_outs, means, network.config.window) for knock_outs in same]
        states, exists = scan_changed_layer(network.layers[number], x, exists, network.u, network.v, chunk, changes)
        # Last in, first out: the intact network, from which variants branch off in every layer, waits for the others.
        waiting += [(number + 1, state, exists, members) for state, members in zip(states, same.values(), strict=True)]
    return torch.stack(outputs, 1)


def _change(knock_outs, means, window):
    def change(_start, heads, values, keys_exist):
        heads = heads.clone()
        for each in knock_outs:
            if each.kind == "zero":
                heads[:, each.head] = 0
            elif each.kind == "mean":
                heads[:, each.head] = means[each.layer, each.head]
            else:
                heads[:, each.head] = window_means(values[:, each.head], keys_exist, window)
        return heads

    return change


@torch.inference_mode()
def sum_of_heads(network, tokens, _watch=None):
    """Sums of the heads' outputs over the n scored positions of a stretch: float64, shape (b, layers, heads, d_head).

    ``tokens`` as in :func:`scan_variants`.
    """
    c = network.config
    chunk, n = chunk_of(c, tokens.device), tokens.shape[1] - sum(network.context())
    x, exists = _first_states(network, tokens, chunk)
    sums = x.new_zeros(len(x), c.layers, c.heads, c.d_head, dtype=torch.float64)
    for number, layer in enumerate(network.layers):
        first = network.queries_before(number)
        adding = _adding(sums[:, number], first, first + n)
        (x,), exists = scan_changed_layer(layer, x, exists, network.u, network.v, chunk, [adding])
    return sums


def _adding(total, first, stop):
    """A change that changes nothing and adds the heads' outputs for the queries first .. stop - 1 to a total."""

    def add(start, heads, _values, _keys_exist):
        total.add_(heads[:, :, max(first - start, 0) : max(stop - start, 0)].sum(2, dtype=torch.float64))
        return heads

    return add


def _first_states(network, tokens, chunk):
    exists = tokens != OUTSIDE
    return scan_stem(network, tokens, None if bool(exists.all()) else exists, chunk)


def mean_of_heads(network, genome, intervals, device, threads=1, piece=ARC_PIECE):
    """Mean output of each head over all positions of intervals, both strands: float64, (layers, heads, d_head)."""
    scanner = Scanner(network.context, partial(sum_of_heads, network))
    sums = run_pieces(scanner, genome, arc_pieces(genome, intervals, piece), device, threads=threads)
    return sum(part.sum(0) for _, part, _ in sums) / (2 * sum(map(len, intervals)))


def knocked_out_outputs(network, genome, intervals, variants, device, threads=1, piece=ARC_PIECE):
    """Compute outputs of variants of a network at all positions of intervals, both strands.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    intervals : list of Interval
    variants : list of tuple of KnockOut
    device : torch.device
    threads : int
        Pieces computed side by side, on a CPU. Each holds a piece's states once for each knock-out in a layer.
    piece : int
        Longest piece, nt; no effect on the results beyond rounding.

    Returns
    -------
    ndarray of float32, shape (variants, n)
        logit(TSS) - logit(not TSS), in the order of ``arcs.arc_values``.
    """
    needs_means = any(each.kind == "mean" for variant in variants for each in variant)
    means = mean_of_heads(network, genome, intervals, device, threads, piece) if needs_means else None
    means = None if means is None else torch.as_tensor(means).to(network.u)
    scanner = Scanner(network.context, partial(scan_variants, network, variants, means))
    outputs = np.empty((len(variants), 2 * sum(map(len, intervals))), np.float32)
    pieces, first = arc_pieces(genome, intervals, piece), 0
    for batch, values, _ in run_pieces(scanner, genome, pieces, device, threads=threads):
        for part, here in zip(batch, values, strict=True):
            outputs[:, part.place : part.place + len(part)] = here
    for part in intervals:
        minus = slice(first + len(part), first + 2 * len(part))
        for row in outputs:
            row[minus] = flip(row[minus], "minus").copy()
        first = minus.stop
    return outputs


def choose_heads(names, config):
    """Heads by their names (``L1_H2``, from 1), all where none is named: list of (layer, head), from 0.

    Raises ValueError for an invalid name, or for a head that the network does not have.
    """
    heads = [(layer, head) for layer in range(config.layers) for head in range(config.heads)]
    wanted = {tuple(number - 1 for number in numbers_of_head(name)): name for name in names or ()}
    for head, name in wanted.items():
        if head not in heads:
            raise ValueError(
                f"--heads {name}: the network has {config.layers} layers of {config.heads} heads; "
                f"name heads from L1_H1 to L{config.layers}_H{config.heads}"
            )
    return sorted(wanted) or heads


def check_arc(genome, labels, intervals):
    """Raise ValueError if genome, labels and intervals do not match, or no position is labelled."""
    if not intervals:
        raise ValueError("--split has no interval of that arc: choose another --arc")
    for part in intervals:
        plus, minus = (labels.get(stream_key(part.contig, strand), ()) for strand in STRANDS)
        lengths = {len(each) for each in (genome.get(part.contig, ()), plus, minus)}
        if len(lengths) > 1 or part.end > max(lengths):
            raise ValueError(
                f"--split: genome and labels do not both hold {part.contig}:{part.start}-{part.end}, or "
                "differ in its contig's length; give --genome, --labels and --split of one run"
            )
    if not arc_values(labels, intervals).any():
        raise ValueError("--labels: no position of the arc is labelled, so nothing can be ranked: choose another --arc")


def knock_out_heads(network, genome, labels, intervals, heads, kinds, n_pairs, n_resamples, seed, device, threads=1):
    """Measure the effect of knocking out each head on an arc, and pairs of the heads that matter most.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    labels : dict of str to ndarray
        ``<contig>.<strand>`` to labels by genomic position.
    intervals : list of Interval
    heads : list of str, or None
        ``L1_H2 ...``, counted from 1; all where none is named.
    kinds : list of str
        Of :data:`KNOCKOUT_KINDS`.
    n_pairs : int
        All pairs of this many heads, those that lower PR AUC most by ``zero``, are knocked out together; 0 = none.
    n_resamples, seed : int
        Of the bootstrap; the intervals are 95 % ones.
    device, threads
        As in :func:`knocked_out_outputs`.

    Returns
    -------
    table : DataFrame
        ``layer, head`` (from 1), ``kind, metric, value``, ``delta`` (value less that of the intact network), its
        interval ``lo, hi``, ``blocks``.
    pairs : DataFrame
        PR AUC with both heads zero: ``layer, head, layer2, head2, delta, sum_of_single`` (deltas of each alone),
        ``interaction`` (delta less that sum), ``delta_lo, delta_hi, interaction_lo, interaction_hi, blocks``.
    summary : dict
        :data:`KNOCKOUT_METRICS` of the intact network, ``n_positions, n_sites, prevalence, block_nt, n_blocks,
        n_resamples``.

    Raises
    ------
    ValueError
        If the network has no attention or not these heads, a kind is unknown, or the data do not match.
    """
    if not isinstance(network, Network):
        raise ValueError(
            "--model is a convolutional network, which has no attention heads to knock out: give a "
            "network of the kind attention"
        )
    if not kinds or not set(kinds) <= set(KNOCKOUT_KINDS):
        raise ValueError(
            f"--kinds {','.join(kinds)}: choose among {', '.join(KNOCKOUT_KINDS)}, with commas between them"
        )
    if n_pairs < 0 or (n_pairs and "zero" not in kinds):
        raise ValueError(f"--pairs {n_pairs}: pairs are chosen and made by zero; give 0, or add zero to --kinds")
    check_arc(genome, labels, intervals)
    block_nt = bootstrap_block(intervals)
    blocks, n_blocks = block_numbers(stretches(labels, labels, intervals), block_nt)
    draws, truth = block_draws(n_blocks, n_resamples, seed), arc_values(labels, intervals)

    def measured(variants):
        return np.array(
            [
                drawn_metrics(truth, outputs, blocks, draws)
                for outputs in knocked_out_outputs(network, genome, intervals, variants, device, threads)
            ]
        )

    singles = [KnockOut(*head, kind) for head in choose_heads(heads, network.config) for kind in dict.fromkeys(kinds)]
    base, *values = measured([(), *((single,) for single in singles)])
    delta = {single: value - base for single, value in zip(singles, values, strict=True)}
    table = pd.DataFrame(
        [
            (
                single.layer + 1,
                single.head + 1,
                single.kind,
                metric,
                value[number, 0],
                *_with_interval(delta[single][number]),
                n_blocks,
            )
            for single, value in zip(singles, values, strict=True)
            for number, metric in enumerate(KNOCKOUT_METRICS)
        ],
        columns=["layer", "head", "kind", "metric", "value", "delta", "lo", "hi", "blocks"],
    )

    zeros = sorted((single for single in singles if single.kind == "zero"), key=lambda each: delta[each][0, 0])
    pairs = list(combinations(sorted(zeros[:n_pairs], key=singles.index), 2))
    rows = []
    for (one, other), value in zip(pairs, measured(pairs) if pairs else [], strict=True):
        both, alone = (value - base)[0], delta[one][0] + delta[other][0]
        (change, *change_interval), (interaction, *interval) = _with_interval(both), _with_interval(both - alone)
        rows.append(
            (
                one.layer + 1,
                one.head + 1,
                other.layer + 1,
                other.head + 1,
                change,
                alone[0],
                interaction,
                *change_interval,
                *interval,
                n_blocks,
            )
        )
    pairs = pd.DataFrame(
        rows,
        columns=[
            "layer",
            "head",
            "layer2",
            "head2",
            "delta",
            "sum_of_single",
            "interaction",
            "delta_lo",
            "delta_hi",
            "interaction_lo",
            "interaction_hi",
            "blocks",
        ],
    )
    return (
        table,
        pairs,
        {
            **dict(zip(KNOCKOUT_METRICS, base[:, 0].tolist(), strict=True)),
            "n_positions": len(truth),
            "n_sites": int(truth.sum()),
            "prevalence": float(truth.mean()),
            "block_nt": block_nt,
            "n_blocks": n_blocks,
            "n_resamples": n_resamples,
        },
    )


def _with_interval(drawn):
    """Value and 95 % interval of a statistic of all draws, the first of which is the arc itself."""
    lo, hi = np.nanpercentile(drawn[1:], [2.5, 97.5]) if len(drawn) > 1 else (np.nan, np.nan)
    return float(drawn[0]), float(lo), float(hi)
