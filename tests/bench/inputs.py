"""Random networks of the presets' shapes and random sequence."""

from pathlib import Path

import numpy as np
import torch

from attentome.genome.contigs import Contig
from attentome.io.files import read_json
from attentome.network.transformer import Network, NetworkConfig

CPU = torch.device("cpu")
PRESETS = read_json(Path(__file__).parents[2] / "assets" / "presets.json")
SHAPE = ("layers", "heads", "d_model", "d_head", "window", "conv_width", "dropout")


def shape_of(preset):
    """A preset's network in the published form, without what only ours has: NetworkConfig."""
    return NetworkConfig(**{name: PRESETS[preset]["network"][name] for name in SHAPE})


def random_network(config):
    """Weights as a training starts."""
    return Network(config).initialise(torch.Generator().manual_seed(1), 0.1).eval()


def random_contig(length):
    return Contig("random", np.random.default_rng(1).integers(0, 4, length).astype(np.uint8), circular=True)
