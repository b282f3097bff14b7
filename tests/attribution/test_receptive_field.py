"""The measured receptive field against networks that read known places, and against their own context."""

import numpy as np
import pytest
import torch

from attentome.attribution.receptive_field import BEYOND_CONTEXT, farthest_changes, receptive_field
from attentome.genome.contigs import UNKNOWN, Contig
from attentome.network.residual_cnn import ConvolutionalConfig, ConvolutionalNetwork
from attentome.network.transformer import Network, NetworkConfig

CPU = torch.device("cpu")


def random_genome(length=120):
    tokens = np.random.default_rng(1).integers(0, 4, length).astype(np.uint8)
    tokens[50:60] = UNKNOWN
    return {"c": Contig("c", tokens), "circle": Contig("circle", tokens[::-1].copy(), True)}


def measured(network, n=2):
    network = network.initialise(torch.Generator().manual_seed(2), 0.5).eval()
    found = receptive_field(network, random_genome(), 1, CPU, n=n)
    assert all(parameter.dtype == torch.float32 for parameter in network.parameters())
    return found


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ((40, 37, 21), (19, None)),
        ((39, 44, 45), (1, 5)),
        ((40,), (0, None)),
        ((41, 43), (None, 3)),
        ((), (None, None)),
        ((0, 60), (40, 20)),
        ((46, 50), (None, 10)),
    ],
)
def test_bases_that_are_read_are_found(reads, expected):
    """An output made of single bases of 61, query 40; five bases downstream belong to the context."""
    random = np.random.default_rng(3)
    codes, turns = random.integers(0, 4, 61), random.integers(1, 4, 61)

    def output(sequence):
        return float(sum((4.0**i) * sequence[place] for i, place in enumerate(reads)))

    assert farthest_changes(output, codes, turns, 40, downstream=5) == expected


def test_published_shape_sees_18_nt_downstream():
    """Six layers of convolutions centred on their position, 3 nt a layer, though the attention looks upstream only."""
    shape = {"layers": 6, "heads": 2, "d_model": 8, "d_head": 4, "window": 8, "conv_width": 7}
    found = measured(Network(NetworkConfig(**shape, padding="same")))
    assert found["measured"] == {"upstream_nt": 6 * (7 + 3), "downstream_nt": 18}
    assert found["interval"] == "[-60 .. +18] nt" and found["within_context"]
    assert found["beyond_nt"] == BEYOND_CONTEXT and len(found["per_query"]) == 2
    found = measured(Network(NetworkConfig(**shape)))
    assert found["measured"] == {"upstream_nt": 6 * (7 + 6), "downstream_nt": None}
    assert found["interval"] == "[-78 .. +0] nt"


def test_other_networks_see_their_context():
    attention = NetworkConfig(
        layers=2,
        heads=2,
        d_model=8,
        d_head=4,
        window=10,
        conv_width=3,
        ahead=4,
        stem_width=3,
        stem_channels=6,
        stem_blocks=2,
        stem_growth=2,
        feed_forward=2,
        pre_norm=True,
    )
    for network in (Network(attention), ConvolutionalNetwork(ConvolutionalConfig(8, 5, 3, 3, ahead=6))):
        found = measured(network)
        assert found["measured"] == found["context"] and found["context"]["downstream_nt"] in (6, 8)


def test_same_seed_same_places_for_any_threads():
    network = Network(NetworkConfig(1, 2, 8, 4, 6, conv_width=3)).initialise(torch.Generator().manual_seed(4), 0.5)
    found = [
        receptive_field(network.eval(), random_genome(), seed, CPU, threads, n=3)
        for seed, threads in ((1, 1), (1, 2), (2, 1))
    ]
    assert found[0] == found[1] and found[0]["per_query"] != found[2]["per_query"]
