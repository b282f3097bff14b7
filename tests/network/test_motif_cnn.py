"""The convolutional networks against plain formulas: parameters, layers, activations, initial kernels, files."""

import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from attentome.genome.contigs import encode
from attentome.network.activations import ACTIVATIONS, Activation
from attentome.network.cnn_layers import INITIALISERS, Pool, draw_kernel
from attentome.network.motif_cnn import NETWORKS, MotifCnn, MotifCnnConfig, one_hot
from attentome.network.saved_motif_cnn import load_motif_cnn, save_motif_cnn

LENGTHS = {"residualbind": 400, "basset": 600}
PARAMETERS = {
    "cnn-2": 156_740,
    "cnn-50": 156_740,
    "cnn-deep": 286_700,
    "cnn-dist": 46_225,
    "cnn-local": 19 * 4 * 24 + 3 * 24 * 48 + 2 * 48 * 96 + 97 + 2 * (24 + 48 + 96),
    "residualbind": 19 * 4 * 24
    + 2 * 5 * 24 * 24
    + 7 * 24 * 48
    + 3 * 48 * 64
    + 64 * 96
    + 97
    + 2 * (3 * 24 + 48 + 64 + 96),
    "basset": 19 * 4 * 300
    + 11 * 300 * 200
    + 7 * 200 * 200
    + 10 * 200 * 1000
    + 1000 * 1000
    + 1001 * 164
    + 2 * (300 + 200 + 200 + 1000 + 1000),
}
"""Of the paper's networks: kernels, biases of the output, and two numbers per channel of a batch normalisation."""
DROPOUTS = {
    "cnn-2": [0.1, 0.1, 0.5],
    "cnn-50": [0.1, 0.1, 0.5],
    "cnn-deep": [0.1, 0.2, 0.3, 0.4, 0.5],
    "cnn-dist": [0.1, 0.2, 0.3, 0.4, 0.5],
    "cnn-local": [0.1, 0.2, 0.5],
    "residualbind": [0.1, 0.3, 0.4, 0.5],
    "basset": [0.2, 0.2, 0.2, 0.5, 0.5],
}
CLASSES = {"cnn-2": 12, "cnn-50": 12, "cnn-deep": 12, "basset": 164}


def network_of(name, seed=0, **options):
    config = MotifCnnConfig(name, CLASSES.get(name, 1), LENGTHS.get(name, 200), **options)
    network = MotifCnn(config).initialise(torch.Generator().manual_seed(seed)).double().eval()
    rng = torch.Generator().manual_seed(seed + 1)
    for part in network.modules():
        if isinstance(part, nn.BatchNorm1d):  # as after training
            for tensor in (part.weight, part.bias, part.running_mean, part.running_var):
                tensor.data.uniform_(0.2, 0.9, generator=rng)
    return network


def random_bases(n, length, seed=0):
    codes = np.random.default_rng(seed).integers(0, 4, (n, length)).astype(np.uint8)
    return one_hot(codes, dtype=torch.float64)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_the_published_parameters(name):
    network = network_of(name)
    assert sum(parameter.numel() for parameter in network.parameters()) == PARAMETERS[name]
    dropouts = [part.p for part in network.modules() if isinstance(part, nn.Dropout)]
    assert dropouts == DROPOUTS[name]
    for part in network.modules():
        if isinstance(part, nn.BatchNorm1d):
            assert part.eps == 1e-3 and part.momentum == 0.01
        if isinstance(part, nn.Conv1d):
            assert part.bias is None
    assert network(random_bases(2, network.config.length)).shape == (2, network.config.classes)
    first, others = network.kernels()
    assert first[0].shape[1:] == (4, 19)
    assert len(others) == sum(parameter.dim() > 1 for parameter in network.parameters()) - 2


def test_widened_networks_have_twice_the_filters():
    network = MotifCnn(MotifCnnConfig("cnn-deep", 12, 1000, widen=2))
    shapes = [
        tuple(weight.shape) for weight in [network.convolution.weight, *network.kernels()[1], network.output.weight]
    ]
    # 1,000 nt: pools leave 250, (250 - 6) // 4 = 61, (61 - 2) // 3 = 19 positions.
    assert shapes == [(64, 4, 19), (96, 64, 7), (192, 96, 7), (256, 192, 3), (1024, 256 * 19), (12, 1024)]


def normalised(x, state, name):
    """Batch normalisation by its formula."""
    mean, variance, gain, shift = (
        state[f"{name}.{part}"].reshape(1, -1, *[1] * (x.dim() - 2))
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / torch.sqrt(variance + 1e-3) * gain + shift


def windows_maximum(x, width):
    return torch.stack([x[..., at : at + width].amax(-1) for at in range(0, x.shape[-1] - width + 1, width)], -1)


@pytest.mark.parametrize("name, pools", [("cnn-2", (2, 50)), ("cnn-50", (50, 2))])
def test_cnn_2_and_50_layer_by_layer(name, pools):
    network, bases = network_of(name, activation="exponential", scale=0.5), random_bases(3, 200)
    state = network.state_dict()
    x = F.conv1d(F.pad(bases, (9, 9)), state["first.0.weight"])
    x = windows_maximum(torch.exp(0.5 * normalised(x, state, "first.1")), pools[0])
    x = F.conv1d(F.pad(x, (2, 2)), state["rest.2.weight"])
    x = windows_maximum(normalised(x, state, "rest.3").clamp(min=0), pools[1])
    x = x.reshape(3, 248) @ state["rest.8.weight"].T
    x = normalised(x, state, "rest.9").clamp(min=0) @ state["output.weight"].T + state["output.bias"]
    assert torch.allclose(network(bases), x, rtol=1e-9)


@pytest.mark.parametrize("name", ["cnn-deep", "cnn-dist"])
def test_deep_networks_layer_by_layer(name):
    network, bases = network_of(name, activation="tanh"), random_bases(3, 200)
    state = network.state_dict()
    x = torch.tanh(normalised(F.conv1d(F.pad(bases, (9, 9)), state["first.0.weight"]), state, "first.1"))
    for layer, padding, pool in ((1, 3, 4), (6, 0, 4), (11, 0, 3)):
        x = F.conv1d(F.pad(x, (padding, padding)), state[f"rest.{layer}.weight"])
        x = windows_maximum(normalised(x, state, f"rest.{layer + 1}").clamp(min=0), pool)
    assert x.shape[2] == 3
    x = x.reshape(3, -1) @ state["rest.17.weight"].T
    x = normalised(x, state, "rest.18").clamp(min=0) @ state["output.weight"].T + state["output.bias"]
    assert torch.allclose(network(bases), x, rtol=1e-9)


def test_residual_block_as_released():
    network, bases = network_of("residualbind"), random_bases(2, 400)
    state = network.state_dict()
    x = network.filter_activations(bases)
    inside = x
    for at in range(2):
        inside = F.conv1d(F.pad(inside, (2, 2)), state[f"rest.1.convolutions.{at}.weight"]).clamp(min=0)
        inside = normalised(inside, state, f"rest.1.norms.{at}")
        inside = inside.clamp(min=0) if at == 0 else inside
    assert torch.allclose(network.rest[:2](network.first(bases)), (x + inside).clamp(min=0), rtol=1e-9)


def test_pools_keep_or_drop_incomplete_windows():
    x = torch.arange(1.0, 12.0)[None, None]
    assert Pool(4, "valid")(x).tolist() == [[[4, 8]]]
    # 12 positions are needed, one is added, after the last as Keras does; of two, one at either end.
    assert Pool(4, "same")(x).tolist() == [[[4, 8, 11]]]
    assert Pool(4, "same")(x[..., :10]).tolist() == [[[3, 7, 10]]]
    assert Pool(3, "same")(-x).tolist() == [[[-1, -4, -7, -10]]]


def test_filter_activations_are_those_of_evaluation():
    network = network_of("cnn-2", activation="exponential")
    bases = random_bases(4, 200)
    with torch.no_grad():
        network.first[1].running_mean.zero_()
        network.first[1].running_var.fill_(1 - 1e-3)
        network.first[1].weight.fill_(1)
        network.first[1].bias.zero_()
    network.train()
    found = network.filter_activations(bases)
    assert network.training and network.first.training and found.shape == (4, 32, 200)
    weight = network.convolution.weight
    for sequence, kernel, place in ((0, 0, 9), (3, 31, 190), (1, 7, 100)):
        own = sum(weight[kernel, :, at] @ bases[sequence, :, place - 9 + at] for at in range(19))
        assert found[sequence, kernel, place].item() == pytest.approx(own.exp().item())
    edge = sum(weight[5, :, at] @ bases[2, :, at - 9] for at in range(9, 19))  # nothing before the first base
    assert found[2, 5, 0].item() == pytest.approx(edge.exp().item())
    without = network_of("cnn-2", first_norm=False)
    assert len(without.first) == 2 and not any(isinstance(part, nn.BatchNorm1d) for part in without.first)


def test_bases_in_the_order_of_the_codes():
    found = one_hot(np.stack([encode("ATCG"), encode("NGCA"), np.array([5, 5, 0, 1], np.uint8)]))
    assert found[0].tolist() == torch.eye(4).tolist()
    assert found[1, :, 0].tolist() == [0.25] * 4 and found[1, :, 1].tolist() == [0, 0, 0, 1]
    assert found[2, :, :2].sum() == 0 and found[2, :, 3].tolist() == [0, 1, 0, 0]


def test_activations_are_the_published_formulas():
    x = np.array([-12.0, -1.5, 0.1, 0.9, 7.0])
    found = {name: Activation(name)(torch.from_numpy(x)).numpy() for name in ACTIVATIONS}
    sigmoid = lambda at: 1 / (1 + np.exp(-at))  # noqa: E731
    wanted = {
        "relu": np.maximum(x, 0),
        "exponential": np.exp(x),
        "sigmoid": sigmoid(x),
        "tanh": np.tanh(x),
        "softplus": np.log1p(np.exp(x)),
        "linear": x,
        "elu": np.where(x > 0, x, np.exp(x) - 1),
        "shift_scale_relu": np.maximum((x - 0.2) ** 3, 0),
        "shift_scale_tanh": 500 * np.tanh(x - 6) + 500,
        "shift_scale_sigmoid": 4000 * sigmoid(x - 8),
        "exp_relu": np.maximum(np.exp(0.1 * x) - 1, 0),
        "shift_relu": np.maximum(x - 0.2, 0),
        "shift_tanh": np.tanh(x - 6),
        "shift_sigmoid": sigmoid(x - 8),
        "scale_relu": np.maximum(x**3, 0),
        "scale_tanh": 500 * np.tanh(x) + 500,
        "scale_sigmoid": 4000 * sigmoid(x),
        "log": np.log(np.abs(x) + 1e-10),
        "log_relu": np.maximum(np.log(np.abs(x) + 1e-10), 0),
    }
    assert set(found) == set(wanted)
    for name in wanted:
        assert found[name] == pytest.approx(wanted[name], rel=1e-9, abs=1e-9), name
    assert Activation("exponential", 2.0)(torch.tensor(1.5)).item() == pytest.approx(np.exp(3))


@pytest.mark.parametrize("name", [*INITIALISERS, "normal:0.3"])
def test_initial_kernels_have_the_variance_of_their_rule(name):
    weight = torch.empty(64, 24, 19)
    draw_kernel(weight, name, torch.Generator().manual_seed(1))
    fan_in, fan_out = 24 * 19, 64 * 19
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in, "normal:0.3": 0.09}[
        name.split("_")[0]
    ]
    assert weight.var().item() == pytest.approx(variance, rel=0.03) and abs(weight.mean().item()) < 3e-3
    highest = weight.abs().max().item() / np.sqrt(variance)
    assert (highest <= np.sqrt(3) * 1.0001) if name.endswith("uniform") else highest > 1.9
    if name.endswith("_normal"):
        assert highest <= 2 / 0.8796256610342398


def test_a_seed_gives_the_same_kernels():
    config = MotifCnnConfig("cnn-local", 1)
    one, two, other = (
        MotifCnn(config).initialise(torch.Generator().manual_seed(seed)).state_dict() for seed in (3, 3, 4)
    )
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["first.0.weight"], other["first.0.weight"])
    bound = np.sqrt(6 / (19 * 4 + 19 * 24))
    assert 0.95 * bound < one["first.0.weight"].abs().max() <= bound
    only_first = MotifCnn(MotifCnnConfig("cnn-local", 1, initialiser="normal:5")).initialise(
        torch.Generator().manual_seed(3)
    )
    assert only_first.convolution.weight.std() > 4 and only_first.kernels()[1][0].std() < 0.2


@pytest.mark.parametrize(
    "options, message",
    [
        ({"network": "cnn-3"}, "network cnn-3: unknown; choose one of cnn-2, "),
        ({"activation": "exp"}, "activation exp: unknown; choose one of relu, "),
        ({"activation": "relu", "scale": 2.0}, "only exponential has a scale"),
        ({"initialiser": "normal:-1"}, "initialiser normal:-1: unknown"),
        ({"initialiser": "normal:x"}, "initialiser normal:x: unknown"),
        ({"network": "cnn-deep", "length": 60}, "sequences of 60 nt are too short for cnn-deep"),
        ({"network": "cnn-local", "length": 90}, "sequences of 90 nt are too short for cnn-local"),
    ],
)
def test_unknown_networks_are_refused_in_one_line(options, message):
    with pytest.raises(ValueError, match=message) as fault:
        MotifCnn(MotifCnnConfig(**{"network": "cnn-2", "classes": 1, **options}))
    assert "\n" not in str(fault.value)


def test_a_saved_network_is_read_back(tmp_path):
    network = network_of("cnn-local", activation="exponential", scale=1.5, initialiser="he_normal").float()
    other = network_of("cnn-local", seed=7).float()
    save_motif_cnn(tmp_path, network.config, {"last": network.state_dict(), "best": other.state_dict()}, {"seed": 1})
    bases = random_bases(2, 200).float()
    last, description = load_motif_cnn(tmp_path)
    assert last.config == network.config and description["origin"] == {"seed": 1}
    assert torch.equal(last(bases), network(bases)) and not last.training
    assert torch.equal(load_motif_cnn(tmp_path, "best")[0].output.weight, other.output.weight)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.safetensors", "last.safetensors", "model.json"]


def test_what_is_no_saved_network_is_refused(tmp_path):
    with pytest.raises(ValueError, match="needs model.json and last.safetensors"):
        load_motif_cnn(tmp_path)
    network = network_of("cnn-local")
    save_motif_cnn(tmp_path, network.config, {"last": network.state_dict()}, {})
    with pytest.raises(ValueError, match="needs model.json and best.safetensors"):
        load_motif_cnn(tmp_path, "best")
    text = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(json.dumps({**json.loads(text), "format": "other"}))
    with pytest.raises(ValueError, match="format is 'other'"):
        load_motif_cnn(tmp_path)
    (tmp_path / "model.json").write_text(text.replace("cnn-local", "cnn-dist"))
    with pytest.raises(ValueError, match="does not fit model.json"):
        load_motif_cnn(tmp_path)
    weights = (tmp_path / "last.safetensors").read_bytes()
    (tmp_path / "last.safetensors").write_bytes(weights[:100])
    with pytest.raises(ValueError, match="cut or damaged"):
        load_motif_cnn(tmp_path)
