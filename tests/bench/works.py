"""What is timed: the plain formulation and the program's own code, on random sequence and random weights."""

from dataclasses import dataclass

import numpy as np
import torch
from inputs import CPU, random_contig, random_network
from published_form import PublishedForm
from torch.nn import functional as F

from attentome.genome.pieces import genome_pieces
from attentome.heads.moments import Moments
from attentome.network.predict import run_pieces
from attentome.network.threads import in_order
from attentome.training.train import batch_gradients

ROWS = 10
"""Segments that the plain formulation computes at once, as the published code."""


@dataclass
class Work:
    """Something to time.

    Attributes
    ----------
    run : callable
    positions : int
        Positions that it scores.
    """

    run: object
    positions: int


def useful_flop(config):
    """Floating point operations that one position cannot do without: 2 for each weight of the convolution, each number
    of each key that a query meets (content, position, value) and each weight behind the heads.
    """
    inner = config.heads * config.d_head
    return 2 * config.layers * inner * (3 * config.conv_width * config.d_model + 3 * config.window + config.d_model)


def predict(network, length, threads, profile=False):
    """A piece of a random genome a thread; with a profile: mean, maximum and variance of all scores."""
    genome = {"random": random_contig(length)}
    pieces = genome_pieces(genome, length)[:threads]
    c = network.config

    def watcher(batch):
        moments = Moments((len(batch), c.layers, c.heads, c.window), CPU)

        def watch(layer, start, band):
            moments.add(layer, band)
            moments.add_squares(layer, band)

        return watch

    def run():
        for _ in run_pieces(network, genome, pieces, CPU, 1, threads, watcher if profile else None):
            pass

    return Work(run, length * len(pieces))


def plain_predict(network, threads):
    """One segment of each of ten streams, with full memory; shared out over the threads."""
    c = network.config
    plain = PublishedForm(network, c.window).eval()
    shares = _shares(plain, c.window, threads)

    def one(share):
        with torch.no_grad():
            plain(*share)

    def run():
        for _ in in_order(one, shares, threads):
            pass

    return Work(run, c.window * ROWS)


def _shares(plain, segment, threads):
    """(tokens, memories) of as many streams for each thread, after the first segment."""
    tokens = torch.randint(0, 4, (segment, ROWS), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        return [(part, plain(part)[1]) for part in tokens.chunk(threads, 1)]


def train(config, settings, threads):
    """One step of the program's training, its batch already drawn."""
    network = random_network(config)
    rng, length = np.random.default_rng(3), sum(network.context()) + settings.segment
    batch = (
        rng.integers(0, 4, (settings.batch_size, length)).astype(np.uint8),
        (rng.random((settings.batch_size, settings.segment, 1)) < 1e-3).astype(np.float32),
        np.ones((settings.batch_size, settings.segment), np.float32),
    )
    update = _updater(network, settings)

    def run():
        update(batch_gradients(network, settings, batch, (1, 1), CPU, threads)[1])

    return Work(run, settings.batch_size * settings.segment)


def plain_train(config, settings, threads, memory):
    """One step of the plain formulation on ten segments, with a full memory of so many states or none."""
    network = random_network(config)
    plain = PublishedForm(network, memory).train()
    shares = _shares(plain, config.window, threads)
    update = _updater(network, settings)

    def one(share):
        logits = plain(*share)[0].flatten(0, 1)
        loss = F.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.int64))
        return torch.autograd.grad(loss, list(network.parameters()))

    def run():
        update([sum(parts) for parts in zip(*in_order(one, shares, threads), strict=True)])

    return Work(run, config.window * ROWS)


def _updater(network, settings):
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-6, fused=True)

    def update(gradients):
        for parameter, gradient in zip(network.parameters(), gradients, strict=True):
            parameter.grad = gradient
        torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        optimiser.step()

    return update
