"""The convolutional peer: what an output can see, its gradients, and the interface that it shares with the network."""

import json

import numpy as np
import pytest
import torch

from attentome.genome.arcs import Interval
from attentome.genome.contigs import OUTSIDE, UNKNOWN, Contig, encode
from attentome.genome.strands import stream_key
from attentome.network.residual_cnn import ConvolutionalConfig, ConvolutionalNetwork
from attentome.network.saved_model import load_model, read_config, save_model
from attentome.network.transformer import tss_logit
from attentome.training.presets import TrainSettings, read_peer
from attentome.training.train import train_network

CONFIG = ConvolutionalConfig(channels=6, stem_width=4, width=3, blocks=3, ahead=5, auxiliary=2)


def network_of(config=CONFIG, dtype=torch.float64, seed=0):
    return ConvolutionalNetwork(config).initialise(torch.Generator().manual_seed(seed), 0.0).to(dtype)


def random_tokens(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 4, shape))


def test_an_output_depends_on_its_view_and_on_nothing_else():
    # 4 + (3 - 1) x (1 + 2 + 4) positions, of which 5 lie downstream.
    network = network_of()
    assert CONFIG.view == 18 and network.context() == (12, 5)
    tokens, query = random_tokens(1, 60), 20
    before = network(tokens)[0][0, query]
    changed = []
    for place in range(60):
        other = tokens.clone()
        other[0, place] = (other[0, place] + 1) % 4
        if not torch.equal(network(other)[0][0, query], before):
            changed.append(place - 12 - query)
    assert changed == list(range(-12, 6))


def test_outputs_do_not_depend_on_the_stretch():
    network = network_of()
    tokens = random_tokens(2, 117, seed=1)
    whole = network(tokens)[0]
    assert whole.shape == (2, 100, 4)
    assert torch.allclose(network(tokens[:, 30:80])[0], whole[:, 30:63], atol=1e-12)
    for chunk in (1, 7, 100, 1000):
        assert torch.allclose(network.scan(tokens, chunk=chunk), tss_logit(whole), atol=1e-12)
    with pytest.raises(ValueError, match="context alone takes 17"):
        network(tokens[:, :17])


def test_first_block_is_the_convolution_of_torch():
    """One block without normalisation, against torch's own dilated convolution."""
    config = ConvolutionalConfig(channels=5, stem_width=3, width=3, blocks=2)
    network = network_of(config)
    network.norms = torch.nn.ModuleList([torch.nn.Identity(), torch.nn.Identity()])
    network.norm = torch.nn.Identity()
    tokens = random_tokens(1, 40, seed=2)
    conv1d, gelu = torch.nn.functional.conv1d, torch.nn.functional.gelu

    def weight(linear, width):
        return linear.weight.view(linear.weight.shape[0], width, -1).transpose(1, 2)

    x = gelu(
        conv1d(torch.eye(4, dtype=torch.float64)[tokens].transpose(1, 2), weight(network.bases, 3), network.bases.bias)
    )
    for block, step in zip(network.blocks, (1, 2), strict=True):
        x = x[:, :, step:-step] + gelu(conv1d(x, weight(block, 3), block.bias, dilation=step))
    assert torch.allclose(network(tokens)[0], network.logits(x.transpose(1, 2)), atol=1e-12)


def test_gradients():
    network = network_of(ConvolutionalConfig(channels=3, stem_width=2, width=3, blocks=2, ahead=1))
    tokens = random_tokens(2, 12, seed=3)
    names, values = zip(*network.named_parameters(), strict=True)

    def outputs(*parameters):
        return torch.func.functional_call(network, dict(zip(names, parameters, strict=True)), (tokens,))[0]

    assert torch.autograd.gradcheck(outputs, values)


def test_beyond_the_end_is_zero_and_unknown_is_the_mean_of_the_bases():
    network = network_of(ConvolutionalConfig(channels=4, stem_width=1, width=3, blocks=1, ahead=1))
    inside = random_tokens(1, 3, seed=4)
    edge = inside.clone()
    edge[0, 0] = OUTSIDE
    x = torch.nn.functional.gelu(network.bases(torch.eye(4, dtype=torch.float64)[inside[0]]))
    states = network.norms[0](x)
    states[0] = 0
    wanted = x[1] + torch.nn.functional.gelu(network.blocks[0](states.flatten()))
    assert torch.allclose(network(edge)[0][0, 0], network.logits(network.norm(wanted)), atol=1e-12)
    one = network_of(ConvolutionalConfig(channels=4, stem_width=1, width=1, blocks=0))
    mean = torch.nn.functional.gelu(one.bases(torch.full((4,), 0.25, dtype=torch.float64)))
    assert torch.allclose(one(torch.tensor([[UNKNOWN]]))[0][0, 0], one.logits(one.norm(mean)), atol=1e-12)


def test_dropout_is_of_the_generator_alone():
    network = network_of(ConvolutionalConfig(channels=6, stem_width=4, width=3, blocks=2, dropout=0.5))
    tokens = random_tokens(1, 40)
    first, second, other = (network(tokens, generator=torch.Generator().manual_seed(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, second) and not torch.equal(first, other)
    assert torch.equal(network(tokens)[0], network(tokens)[0])


def test_folder_tells_the_kinds_apart(tmp_path):
    network = network_of(dtype=torch.float32)
    save_model(tmp_path / "m", network, 20, {"preset": "peer"})
    again, description = load_model(tmp_path / "m")
    assert description["kind"] == "convolutional" and isinstance(again, ConvolutionalNetwork)
    assert again.config == CONFIG and description["receptive_field"] == {"upstream_nt": 12, "downstream_nt": 5}
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))
    with pytest.raises(ValueError, match="network 'other'"):
        read_config({"kind": "other"})
    with pytest.raises(ValueError, match="ahead is 18"):
        ConvolutionalConfig(channels=6, stem_width=4, width=3, blocks=3, ahead=18)


def test_peer_of_a_preset_keeps_its_own_settings(root):
    presets = json.loads((root / "assets/presets.json").read_text())
    for name, preset in presets.items():
        config, settings = read_peer(presets, name, {})
        assert isinstance(config, ConvolutionalConfig) and config.view > 45 + config.ahead
        half = read_peer(presets, name, {"window": 7, "max_steps": preset["training"]["max_steps"] // 2})[1]
        assert half.max_steps == pytest.approx(settings.max_steps / 2, abs=2)
        assert half.learning_rate == settings.learning_rate
    assert read_peer(presets, "tiny", {})[1].batch_size == presets["tiny"]["training"]["batch_size"]
    with pytest.raises(ValueError, match="names no peer"):
        read_peer({"tiny": {key: presets["tiny"][key] for key in ("network", "training")}}, "tiny", {})


def test_it_learns_a_planted_motif_downstream_of_the_query():
    """A site 8 nt upstream of ACGTACGG: nothing upstream of the query tells it."""
    rng = np.random.default_rng(5)
    codes = rng.integers(0, 4, 20_000).astype(np.uint8)
    starts = rng.permutation(np.arange(50, 19_900, 100))
    for start in starts:
        codes[start + 8 : start + 16] = encode("ACGTACGG")
    genome = {"c": Contig("c", codes, circular=True)}
    labels = {stream_key("c", strand): np.zeros(20_000, np.uint8) for strand in ("plus", "minus")}
    labels["c.plus"][starts] = 1
    config = ConvolutionalConfig(channels=16, stem_width=11, width=3, blocks=2, ahead=16)
    settings = TrainSettings(
        segment=200,
        batch_size=4,
        max_steps=150,
        warmup_steps=20,
        learning_rate=0.003,
        weight_decay=0.0,
        clip=1.0,
        centred=1.0,
        positive_weight=5.0,
        focal_gamma=0.0,
        ema=0.9,
        init_std=0.0,
        evaluate_every=50,
        patience=10,
    )
    train, test = [Interval("train", "c", 0, 14_000)], [Interval("validation", "c", 14_000, 20_000)]
    network, history, *_ = train_network(
        config, settings, genome, labels, train, test, 1, torch.device("cpu"), log=lambda line: None
    )
    assert isinstance(network, ConvolutionalNetwork) and history[-1]["validation_pr_auc"] > 0.95
