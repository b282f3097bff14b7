"""What is timed: the plain formulation and the program's own code, on random sequence and random weights."""

from dataclasses import dataclass

import numpy as np
import torch
from inputs import CPU, random_contig, random_network
from published_form import PublishedForm
from torch.nn import functional as F

from attentome.moments import Moments
from attentome.pieces import genome_pieces
from attentome.predict import run_pieces
from attentome.train import batch_gradients

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
        return lambda layer, start, band: moments.add(layer, band)

    def run():
        for _ in run_pieces(network, genome, pieces, CPU, 1, threads, watcher if profile else None):
            pass

    return Work(run, length * len(pieces))


def plain_predict(network, threads):
    """One segment of each of ten streams, with full memory."""
    c = network.config
    plain = PublishedForm(network, c.window).eval()
    tokens = torch.randint(0, 4, (c.window, ROWS), generator=torch.Generator().manual_seed(2))
    memories = plain(tokens)[1]

    def run():
        torch.set_num_threads(threads)
        with torch.no_grad():
            plain(tokens, memories)
        torch.set_num_threads(1)

    return Work(run, c.window * ROWS)


def train(config, settings, threads):
    """One step of the program's training, its batch already drawn."""
    network = random_network(config)
    rng, length = np.random.default_rng(3), sum(network.context()) + settings.segment
    batch = (rng.integers(0, 4, (settings.batch_size, length)).astype(np.uint8),
             (rng.random((settings.batch_size, settings.segment, 1)) < 1e-3).astype(np.float32),
             np.ones((settings.batch_size, settings.segment), np.float32))
    update = _updater(network, settings)

    def run():
        update(batch_gradients(network, settings, batch, (1, 1), CPU, threads)[1])

    return Work(run, settings.batch_size * settings.segment)


def plain_train(config, settings, threads, memory):
    """One step of the plain formulation on ten segments, with a full memory of so many states or none."""
    network = random_network(config)
    plain = PublishedForm(network, memory).train()
    generator = torch.Generator().manual_seed(2)
    tokens = torch.randint(0, 4, (config.window, ROWS), generator=generator)
    target = (torch.rand(config.window, ROWS, generator=generator) < 1e-3).long()
    memories = plain(tokens)[1]
    update = _updater(network, settings)

    def run():
        torch.set_num_threads(threads)
        logits = plain(tokens, memories)[0]
        loss = F.cross_entropy(logits.flatten(0, 1), target.flatten())
        update(torch.autograd.grad(loss, list(network.parameters())))
        torch.set_num_threads(1)

    return Work(run, config.window * ROWS)


def _updater(network, settings):
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-6, fused=True)

    def update(gradients):
        for parameter, gradient in zip(network.parameters(), gradients, strict=True):
            parameter.grad = gradient
        torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        optimiser.step()

    return update
