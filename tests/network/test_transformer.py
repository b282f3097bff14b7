"""The network against the published model's numbers and against a direct formula."""

import copy
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from attentome.genome.arcs import Interval
from attentome.genome.contigs import OUTSIDE, UNKNOWN, Contig
from attentome.network.device import choose_device
from attentome.network.predict import predict_intervals
from attentome.network.published_weights import convert, read_weights
from attentome.network.saved_model import load_model, save_model
from attentome.network.transformer import Network, NetworkConfig, dropout

DATA = Path(__file__).parents[1] / "data" / "published_model"
BIN = Path(__file__).parents[2] / "bin"
SMALL = {"layers": 2, "heads": 3, "d_model": 8, "d_head": 4, "window": 11, "conv_width": 5}


def small_network(seed=0, dtype=torch.float64, **changes):
    network = Network(NetworkConfig(**(SMALL | changes))).initialise(torch.Generator().manual_seed(seed), 0.5)
    return network.to(dtype).eval()


def direct_layer(layer, x, u, v):
    """One layer by the definition: a loop over heads and queries, keys beyond the ends of x do not exist.

    x has shape (n, d_model) and holds one whole linear contig; zeros are all that the convolution sees beyond it.
    """
    c = layer.config
    n = len(x)
    left = c.conv_width - 1 if c.padding == "causal" else c.conv_width // 2
    projected = layer.qkv(layer.norm(x) if c.pre_norm else x).view(n, 3, c.heads, c.d_head)
    q, k, value = [
        torch.stack(
            [
                torch.stack(
                    [
                        layer.conv_bias[part]
                        + sum(
                            layer.conv_weight[part, :, :, offset] @ projected[i + offset - left, part, head]
                            for offset in range(c.conv_width)
                            if 0 <= i + offset - left < n
                        )
                        for i in range(n)
                    ]
                )
                for head in range(c.heads)
            ]
        )
        for part in range(3)
    ]
    frequency = torch.tensor([10000.0 ** (-2 * i / c.d_model) for i in range(c.d_model // 2)], dtype=x.dtype)
    if c.frequencies:
        steps = [i / (c.frequencies - 1) for i in range(c.frequencies)]
        wavelengths = [3 ** (1 - step) * (4 * c.window) ** step for step in steps]
        frequency = 2 * math.pi / torch.tensor(wavelengths, dtype=x.dtype)
    scores = torch.zeros(c.heads, n, c.window, dtype=x.dtype)
    heads = []
    for head in range(c.heads):
        project = layer.distance.weight[head * c.d_head : (head + 1) * c.d_head]
        rows = []
        for i in range(n):
            end = i + c.ahead
            places = [t for t in range(c.window) if 0 <= end - t < n]
            logits = torch.stack(
                [
                    (
                        (q[head, i] + u[head]) @ k[head, end - t]
                        + (q[head, i] + v[head])
                        @ (project @ torch.cat([torch.sin(t * frequency), torch.cos(t * frequency)]))
                    )
                    / math.sqrt(c.d_head)
                    for t in places
                ]
            )
            row = logits.softmax(0)
            scores[head, i, places] = row.detach()
            rows.append(sum(score * value[head, end - t] for score, t in zip(row, places, strict=True)))
        heads.append(torch.stack(rows))
    x = x + layer.out(torch.cat(heads, -1))
    x = x if c.pre_norm else layer.norm(x)
    if c.feed_forward:
        first, _, second = layer.feed_forward
        update = second(torch.nn.functional.gelu(first(layer.norm_forward(x) if c.pre_norm else x)))
        x = x + update if c.pre_norm else layer.norm_forward(x + update)
    return x, scores


def direct_stem(stem, bases):
    """The stem of one whole linear contig by torch's own convolution: (n, 4) to (n, d_model)."""
    width, causal = stem.config.stem_width, stem.config.padding == "causal"
    before, behind = (width - 1, 0) if causal else (width // 2, width // 2)

    def convolved(conv, x, gap):
        x = torch.nn.functional.pad(x.T, (before * gap, behind * gap))[None]
        return torch.nn.functional.gelu(torch.nn.functional.conv1d(x, conv.weight, conv.bias, dilation=gap)[0].T)

    x = convolved(stem.bases, bases, 1)
    for number, (block, norm) in enumerate(zip(stem.blocks, stem.norms, strict=True)):
        x = x + convolved(block, norm(x), stem.config.stem_growth**number)
    return stem.out(x)


def direct_network(network, tokens):
    """Logits and scores of one whole linear contig by the definition."""
    if network.stem:
        x = direct_stem(network.stem, torch.eye(4, dtype=network.u.dtype)[tokens])
    else:
        x = network.embedding[tokens] * math.sqrt(network.config.d_model)
    all_scores = []
    for layer in network.layers:
        x, scores = direct_layer(layer, x, network.u, network.v)
        all_scores.append(scores)
    x = network.norm(x) if network.norm else x
    logits = network.logits(x)
    return torch.cat([logits, network.auxiliary(x)], -1) if network.auxiliary else logits, all_scores


def with_outside(network, tokens):
    upstream, downstream = network.context()
    return torch.nn.functional.pad(tokens, (upstream, downstream), value=OUTSIDE)[None]


def test_published_model_logits_and_scores():
    network = convert(read_weights(DATA / "small.weights.safetensors"), window=96)
    expected = load_file(DATA / "small.expected.safetensors")
    with torch.no_grad():
        logits, scores = network(with_outside(network, expected["tokens"].long()), keep_scores=True)
    # 1e-5 absolute and relative: the expected numbers are float32 themselves and lie 1.3e-5 off the same formula in
    # float64 where a logit is 4.0.
    np.testing.assert_allclose(logits[0].numpy(), expected["logits"].numpy(), rtol=1e-5, atol=1e-5)
    # One of the expected scores lies 1.02e-5 off the formula in float64. Ours are held to 1e-5 of the formula, and so
    # to 1e-5 of the expected ones beyond what those are off themselves.
    with torch.no_grad():
        exact = torch.stack(direct_network(copy.deepcopy(network).double(), expected["tokens"].long())[1]).numpy()
    attention = expected["attention"].numpy()
    for layer in range(2):
        for query in range(96):
            by_distance = attention[layer, :, query, : query + 1][:, ::-1]
            ours, formula = scores[layer][0, :, query, : query + 1].numpy(), exact[layer, :, query, : query + 1]
            np.testing.assert_allclose(ours, formula, rtol=0, atol=1e-5)
            np.testing.assert_allclose(by_distance, formula, rtol=0, atol=1.03e-5)
            assert (np.abs(ours - by_distance) <= 1e-5 + np.abs(by_distance - formula)).all()
            assert not scores[layer][0, :, query, query + 1 :].any()


def published_order(weights, tokens):
    """The same formula with the published code's order of operations: what float32 rounds to depends on it.

    Projection, then convolution head by head; content and position logits apart; distances n - 1 .. 0 in one table.
    """
    linear = torch.nn.functional.linear
    heads, d_head = weights["r_w_bias"].shape
    n, d_model = len(tokens), weights["word_emb.emb_layers.0.weight"].shape[1]
    x = weights["word_emb.emb_layers.0.weight"][tokens] * d_model**0.5
    frequency = 1 / (10000 ** (torch.arange(0.0, d_model, 2.0) / d_model))
    angle = torch.arange(n - 1, -1, -1.0)[:, None] * frequency
    sinusoids = torch.cat([angle.sin(), angle.cos()], -1).to(x.dtype)
    future = torch.ones(n, n, dtype=torch.bool).triu(1)
    all_scores = []
    for layer in range(2):
        prefix = f"layers.{layer}.dec_attn."
        part = {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
        q, k, v = (
            torch.nn.functional.conv1d(
                projected.view(n, heads, d_head).permute(1, 2, 0),
                part[f"motif_net_{name}.weight"],
                part[f"motif_net_{name}.bias"],
                padding=3,
            ).permute(2, 0, 1)
            for name, projected in zip("qkv", linear(x, part["qkv_net.weight"]).chunk(3, -1), strict=True)
        )
        r = linear(sinusoids, part["r_net.weight"]).view(n, heads, d_head)
        content = torch.einsum("ihd,jhd->hij", q + weights["r_w_bias"], k)
        by_distance = torch.einsum("ihd,jhd->hij", q + weights["r_r_bias"], r)
        position = torch.zeros_like(content)
        for i in range(n):
            position[:, i, : i + 1] = by_distance[:, i, n - 1 - i :]
        scores = ((content + position) / d_head**0.5).masked_fill(future, -math.inf).softmax(-1)
        all_scores.append(scores)
        attended = torch.einsum("hij,jhd->ihd", scores, v).reshape(n, -1)
        x = torch.nn.functional.layer_norm(
            x + linear(attended, part["o_net.weight"]), (d_model,), part["layer_norm.weight"], part["layer_norm.bias"]
        )
    return linear(x, weights["out_layer.weight"], weights["out_layer.bias"]), torch.stack(all_scores)


def test_published_model_in_its_own_order_of_operations():
    """To 1e-5 in float32, beyond what the expected numbers are off the same formula in float64 themselves.

    They were computed in float32, too. How the sums of a product are ordered depends on the processor.
    """
    expected = load_file(DATA / "small.expected.safetensors")
    weights = read_weights(DATA / "small.weights.safetensors")
    double = {name: value.double() for name, value in weights.items()}
    tokens = expected["tokens"].long()
    for found, exact, stored in zip(
        published_order(weights, tokens), published_order(double, tokens), (expected["logits"], expected["attention"])
    ):
        assert (stored - exact).abs().max() < 2e-5
        assert ((found - stored).abs() <= 1e-5 + (stored - exact).abs()).all()


def test_published_model_in_double_precision():
    network = convert(read_weights(DATA / "small.weights.safetensors"), window=96).double()
    expected = load_file(DATA / "small.expected.safetensors")
    with torch.no_grad():
        logits, _ = network(with_outside(network, expected["tokens"].long()))
        direct, _ = direct_network(network, expected["tokens"].long())
        weights = {name: value.double() for name, value in read_weights(DATA / "small.weights.safetensors").items()}
        published, _ = published_order(weights, expected["tokens"].long())
    assert (logits[0] - direct).abs().max() < 1e-12
    # Its sinusoids are made in float32, whatever the weights.
    assert (logits[0] - published).abs().max() < 2e-5


OPTIONS = {
    "published": {},
    "ahead": {"ahead": 4, "frequencies": 3},
    "stem": {"stem_width": 3, "stem_channels": 6, "stem_blocks": 2},
    "all": {
        "ahead": 10,
        "frequencies": 3,
        "stem_width": 3,
        "stem_channels": 6,
        "stem_blocks": 3,
        "stem_growth": 3,
        "feed_forward": 2,
        "pre_norm": True,
        "auxiliary": 2,
    },
    "feed forward behind": {"feed_forward": 2},
}


@pytest.mark.parametrize("padding", ["causal", "same"])
@pytest.mark.parametrize(
    ("length", "options"),
    [(7, {}), (75, {}), *[pytest.param(30, options, id=name) for name, options in OPTIONS.items()]],
)
def test_network_equals_direct_formula(padding, length, options):
    network = small_network(padding=padding, **options)
    tokens = torch.randint(0, 4, (length,), generator=torch.Generator().manual_seed(length))
    logits, scores = network(with_outside(network, tokens), keep_scores=True)
    direct, direct_scores = direct_network(network, tokens)
    assert (logits[0] - direct).abs().max() < 1e-12
    for layer in range(2):
        assert (scores[layer][0] - direct_scores[layer]).abs().max() < 1e-12
        assert (scores[layer][0].sum(-1) - 1).abs().max() < 1e-12


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("padding", ["causal", "same"])
def test_gradients_equal_direct_formula(padding, options):
    network = small_network(padding=padding, **options)
    tokens = torch.randint(0, 4, (40,), generator=torch.Generator().manual_seed(3))
    weight = torch.randn(
        40, 2 + network.config.auxiliary, dtype=torch.float64, generator=torch.Generator().manual_seed(4)
    )
    parameters = list(network.parameters())
    ours = torch.autograd.grad((network(with_outside(network, tokens))[0][0] * weight).sum(), parameters)
    direct = torch.autograd.grad((direct_network(network, tokens)[0] * weight).sum(), parameters)
    for (name, _), a, b in zip(network.named_parameters(), ours, direct, strict=True):
        assert (a - b).abs().max() < 1e-10 * max(1, b.abs().max()), name


def test_gradient_of_inner_segment_by_finite_differences():
    network = small_network(window=5, layers=1)
    upstream, downstream = network.context()
    tokens = torch.randint(0, 4, (1, upstream + 70 + downstream), generator=torch.Generator().manual_seed(5))

    def total(weight):
        return torch.func.functional_call(network, {"layers.0.distance.weight": weight}, (tokens,))[0].sum()

    weight = network.layers[0].distance.weight.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(total, (weight,), eps=1e-6, atol=1e-6)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("padding", ["causal", "same"])
def test_view_of_an_output(padding, options):
    """Which bases can change an output: the whole context and nothing beyond it."""
    network = small_network(padding=padding, **options)
    upstream, downstream = network.context()
    if not options:
        assert downstream == (0 if padding == "causal" else 4)
        assert upstream == 2 * (10 + (4 if padding == "causal" else 2))
    extra = 3
    tokens = torch.randint(0, 4, (1, upstream + 1 + downstream + 2 * extra), generator=torch.Generator().manual_seed(6))
    query = upstream + extra
    with torch.no_grad():
        before = network(tokens)[0][0, extra]
        changes = []
        for place in range(tokens.shape[1]):
            mutant = tokens.clone()
            mutant[0, place] = (mutant[0, place] + 1) % 4
            changes.append((network(mutant)[0][0, extra] - before).abs().max().item())
    seen = np.flatnonzero(np.array(changes) > 0)
    assert seen.min() == query - upstream and seen.max() == query + downstream


def test_heads_start_with_parts_of_the_window_of_their_own():
    """At v alone the logits are highest in the middle of each head's part, one head beside the other."""
    config = NetworkConfig(layers=2, heads=4, d_model=16, d_head=8, window=64, frequencies=8)
    network = Network(config).initialise(torch.Generator().manual_seed(1), 0.0, spread=4.0)
    t = torch.arange(64)[:, None]
    frequency = 2 * math.pi / (3 * (4 * 64 / 3) ** (torch.arange(8) / 7))
    basis = torch.cat([torch.sin(t * frequency), torch.cos(t * frequency)], -1)
    for layer, shift in zip(network.layers, (0.25, 0.75), strict=True):
        logits = torch.einsum("hi,hip,tp->ht", network.v, layer.distance.weight.view(4, 8, 16), basis) / math.sqrt(8)
        for head in range(4):
            middle = min(16 * (head + shift), 63)
            assert abs(logits[head].argmax() - middle) <= 3
            near = slice(max(round(middle) - 8, 0), round(middle) + 8)
            assert logits[head].softmax(0)[near].sum() > 0.5


def test_pieces_batches_and_origin_do_not_matter():
    network = small_network(dtype=torch.float32)
    rng = np.random.default_rng(7)
    contig = Contig("c", rng.integers(0, 4, 700).astype(np.uint8), circular=True)
    whole = [Interval("all", "c", 0, 700)]
    reference = predict_intervals(network, {"c": contig}, whole, torch.device("cpu"), 1, piece=700)
    for piece, batch in ((64, 3), (129, 8), (1024, 2)):
        again = predict_intervals(network, {"c": contig}, whole, torch.device("cpu"), batch, 2, piece=piece)
        np.testing.assert_allclose(again, reference, rtol=0, atol=1e-5)
    # The same circle cut open elsewhere.
    turned = Contig("c", np.roll(contig.tokens, -123), circular=True)
    again = predict_intervals(network, {"c": turned}, whole, torch.device("cpu"), 4, piece=100)
    plus, minus = np.split(again, 2)
    np.testing.assert_allclose(np.concatenate([np.roll(plus, 123), np.roll(minus, 123)]), reference, rtol=0, atol=1e-5)


def test_minus_strand_is_the_reverse_complement():
    network = small_network(dtype=torch.float32)
    contig = Contig("c", np.random.default_rng(8).integers(0, 4, 300).astype(np.uint8))
    mirrored = Contig("c", contig.stream("minus").copy())
    both = [
        predict_intervals(network, {"c": each}, [Interval("all", "c", 0, 300)], torch.device("cpu"), 2, 1, 128)
        for each in (contig, mirrored)
    ]
    plus, minus = np.split(both[0], 2)
    other_plus, other_minus = np.split(both[1], 2)
    np.testing.assert_allclose(minus[::-1], other_plus, atol=1e-6)
    np.testing.assert_allclose(plus[::-1], other_minus, atol=1e-6)


def test_linear_contig_equals_direct_formula_at_its_ends():
    network = small_network()
    contig = Contig("c", np.random.default_rng(9).integers(0, 4, 90).astype(np.uint8))
    outputs = predict_intervals(network, {"c": contig}, [Interval("all", "c", 0, 90)], torch.device("cpu"), 2, 1, 40)
    direct = direct_network(network, torch.from_numpy(contig.tokens).long())[0].detach()
    np.testing.assert_allclose(outputs[:90], (direct[:, 1] - direct[:, 0]).numpy(), atol=1e-5)


def test_unknown_base_is_the_mean_of_the_four():
    network = small_network()
    states = network.embed(torch.tensor([[0, 1, 2, 3, UNKNOWN, OUTSIDE]]))[0][0]
    assert torch.allclose(states[4], states[:4].mean(0)) and not states[5].any()


def test_convolution_shared_by_heads():
    """The folded convolution is the projection followed by torch's own convolution, head by head.

    The queries' part has the content bias and the scale in it.
    """
    network = small_network()
    layer = network.layers[0]
    x = torch.randn(2, 20, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(11))
    weight, bias, _, _ = layer.projections(network.u, network.v)
    folded = layer.convolved_qkv(x, weight, bias)
    projected = layer.qkv(x).view(2, 20, 3, 3, 4)
    for part in range(3):
        for head in range(3):
            plain = torch.nn.functional.conv1d(
                projected[:, :, part, head].transpose(1, 2), layer.conv_weight[part], layer.conv_bias[part]
            )
            plain = plain.transpose(1, 2)
            if part == 0:
                plain = (plain + network.u[head]) / 2
            assert torch.allclose(folded[part, :, head], plain, atol=1e-12)


def test_model_directory_round_trip(tmp_path):
    network = small_network(dtype=torch.float32)
    save_model(tmp_path / "m", network, 20, {"preset": "tiny"})
    again, description = load_model(tmp_path / "m")
    assert description["label_shift"] == 20 and again.config == network.config
    for a, b in zip(network.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    with pytest.raises(ValueError, match="not a model directory"):
        load_model(tmp_path)
    whole = (tmp_path / "m" / "model.safetensors").read_bytes()
    for cut in (b"", whole[:5], whole[:-9]):
        (tmp_path / "m" / "model.safetensors").write_bytes(cut)
        with pytest.raises(ValueError, match="cut or damaged"):
            load_model(tmp_path / "m")


def test_convert_checkpoint_reads_both_kinds(tmp_path):
    weights = load_file(DATA / "small.weights.safetensors")
    torch.save({"model_state_dict": {"module." + name: value for name, value in weights.items()}}, tmp_path / "w.pt")
    for source, out in ((DATA / "small.weights.safetensors", "a"), (tmp_path / "w.pt", "b")):
        subprocess.run(
            [sys.executable, BIN / "convert_checkpoint.py", source, tmp_path / out, "--window", "96"], check=True
        )
    first, second = (load_model(tmp_path / name)[0] for name in "ab")
    assert first.config.padding == "same"
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_convert_checkpoint_refuses(tmp_path):
    class Trap:
        def __reduce__(self):
            return (print, ("executed",))

    torch.save({"model_state_dict": Trap()}, tmp_path / "trap.pt")
    run = subprocess.run(
        [sys.executable, BIN / "convert_checkpoint.py", tmp_path / "trap.pt", tmp_path / "m"],
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0 and "executed" not in run.stdout and "tensors only" in run.stderr
    weights = load_file(DATA / "small.weights.safetensors")
    del weights["layers.1.dec_attn.o_net.weight"]
    save_file(weights, tmp_path / "short.safetensors")
    with pytest.raises(ValueError, match="layers.1.dec_attn.o_net.weight missing"):
        convert(read_weights(tmp_path / "short.safetensors"), 96)


def test_impossible_shapes_are_refused():
    with pytest.raises(ValueError, match="causal or same"):
        NetworkConfig(**SMALL, padding="valid")
    with pytest.raises(ValueError, match="odd"):
        NetworkConfig(**(SMALL | {"conv_width": 6}), padding="same")
    with pytest.raises(ValueError, match="give --window 13 or more"):
        NetworkConfig(**SMALL | {"ahead": 12})


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_missing_gpu_is_said():
    with pytest.raises(ValueError, match="no CUDA device"):
        choose_device("cuda")
    assert choose_device("auto").type == "cpu"


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.85])
def test_dropout_keeps_the_mean(rate):
    """Share of zeros and mean of 10^6 elements, within five standard errors; neighbours are independent."""
    n = 10**6 + 1
    drawn = dropout(torch.ones(n, dtype=torch.float64), rate, torch.Generator().manual_seed(12))
    error = math.sqrt(rate * (1 - rate) / n)
    dropped = (drawn == 0).double()
    assert abs(dropped.mean() - rate) < 5 * error
    assert torch.allclose(drawn[drawn > 0], torch.tensor(1 / (1 - rate), dtype=torch.float64))
    for step in (1, 2, 3, 4):
        both = (dropped[step:] * dropped[:-step]).mean()
        assert abs(both - rate**2) < 5 * math.sqrt(rate**2 * (1 - rate**2) / n)
    again = dropout(torch.ones(n, dtype=torch.float64), rate, torch.Generator().manual_seed(12))
    assert torch.equal(drawn, again)
    assert torch.equal(dropout(drawn, rate, None), drawn)
