"""The parts of logits and outputs against the network's own scores, explicit loops and heads built to be one thing."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

from attentome.attribution.logit_terms import measure_parts, split_attention
from attentome.attribution.mutagenesis import query_windows
from attentome.genome.contigs import OUTSIDE, UNKNOWN, Contig, encode
from attentome.network.device import as_tokens
from attentome.network.residual_cnn import ConvolutionalConfig, ConvolutionalNetwork
from attentome.network.transformer import Network, NetworkConfig

CPU = torch.device("cpu")
WINDOW = 11
OPTIONS = {
    "causal": {},
    "same": {"padding": "same"},
    "ahead": {"ahead": 4, "frequencies": 3, "pre_norm": True},
    "all": {
        "padding": "same",
        "ahead": 10,
        "frequencies": 3,
        "stem_width": 3,
        "stem_channels": 6,
        "stem_blocks": 2,
        "stem_growth": 2,
        "feed_forward": 2,
        "pre_norm": True,
        "auxiliary": 2,
    },
}


def small_network(dtype=torch.float64, seed=0, **changes):
    shape = {"layers": 2, "heads": 3, "d_model": 8, "d_head": 4, "window": WINDOW, "conv_width": 5} | changes
    network = Network(NetworkConfig(**shape)).initialise(torch.Generator().manual_seed(seed), 0.6)
    # All biases count: those of the convolutions and of LayerNorm begin at 0.
    generator = torch.Generator().manual_seed(seed + 1)
    for name, parameter in network.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(parameter, 0, 0.3, generator=generator)
    return network.to(dtype).eval()


def queries_of(*rows):
    return pd.DataFrame(rows, columns=["contig", "strand", "position"])


@pytest.fixture(scope="module")
def genome():
    """A linear contig with an unknown base, a circle, and a contig that is shorter than a window."""
    rng = np.random.default_rng(1)
    genome = {
        name: Contig(name, rng.integers(0, 4, n).astype(np.uint8), name == "circle")
        for name, n in (("line", 60), ("circle", 50), ("short", 7))
    }
    genome["line"].tokens[33] = UNKNOWN
    return genome


QUERIES = queries_of(
    ("line", "plus", 2),
    ("line", "plus", 35),
    ("line", "minus", 58),
    ("line", "minus", 1),
    ("circle", "plus", 3),
    ("circle", "minus", 20),
    ("short", "plus", 4),
    ("short", "minus", 0),
)
"""At both ends of both strands, and inside."""


def tokens_of(network, genome, queries=QUERIES):
    return as_tokens(query_windows(network, genome, queries), CPU)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 3e-6)])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_softmax_of_both_terms_is_the_score_of_the_network(genome, options, dtype, tolerance):
    network = small_network(dtype, layers=3, **options)
    tokens = tokens_of(network, genome)
    assert (tokens == OUTSIDE).any() and (tokens == UNKNOWN).any()
    content, position, scores, norms, exist = split_attention(network, tokens)
    with torch.no_grad():
        expected = torch.stack(network(tokens, keep_scores=True)[1], 1)[:, :, :, 0]
    logits = torch.where(exist[:, None, None], content + position, -torch.inf)
    assert expected.shape == logits.shape == norms.shape
    assert (logits.softmax(-1) - expected).abs().max() < tolerance and (scores - expected).abs().max() < tolerance
    np.testing.assert_array_equal(exist, (expected > 0).all((1, 2)))
    # Neither term alone would do.
    for part in (content, position):
        assert (part.masked_fill(~exist[:, None, None], -torch.inf).softmax(-1) - expected).abs().max() > 0.05


def plain_parts(network, codes):
    """One query's terms, scores and norms by their definition: dict of (layer, head) to rows (d, c, p, score, norm).

    Only the states between the layers are the network's; ``codes`` is the query's whole context.
    """
    c = network.config
    upstream, downstream = network.context()
    left = c.conv_width - 1 if c.padding == "causal" else c.conv_width // 2
    tokens = torch.from_numpy(codes.astype(np.int64))[None]
    before, behind = network.stem_context()
    x, exists = network.embed(tokens, tokens != OUTSIDE)
    # Places relative to the query.
    places = list(range(-upstream + before, downstream - behind + 1))
    frequency = [10000.0 ** (-2 * i / c.d_model) for i in range(c.d_model // 2)]
    if c.frequencies:
        steps = [i / (c.frequencies - 1) for i in range(c.frequencies)]
        frequency = [2 * math.pi / (3 ** (1 - step) * (4 * c.window) ** step) for step in steps]
    found = {}
    for number, layer in enumerate(network.layers):
        states = (layer.norm(x) * exists[..., None] if c.pre_norm else x)[0]
        index = {place: i for i, place in enumerate(places)}
        projected = (states @ layer.qkv.weight.T).view(len(states), 3, c.heads, c.d_head)

        def convolved(part, head, place, layer=layer, projected=projected, index=index):
            taps = (
                layer.conv_weight[part, :, :, i] @ projected[index[place - left + i], part, head]
                for i in range(c.conv_width)
            )
            return layer.conv_bias[part] + sum(taps)

        for head in range(c.heads):
            of_head = slice(head * c.d_head, (head + 1) * c.d_head)
            q, rows = convolved(0, head, 0), []
            for d in range(c.window):
                if not exists[0, index[c.ahead - d]]:
                    continue
                wave = torch.tensor(
                    [math.sin(d * w) for w in frequency] + [math.cos(d * w) for w in frequency], dtype=x.dtype
                )
                content = (q + network.u[head]) @ convolved(1, head, c.ahead - d) / math.sqrt(c.d_head)
                position = (q + network.v[head]) @ (layer.distance.weight[of_head] @ wave) / math.sqrt(c.d_head)
                added = layer.out.weight[:, of_head] @ convolved(2, head, c.ahead - d)
                rows.append(
                    [
                        d,
                        content.item(),
                        position.item(),
                        math.exp(content + position),
                        added.square().sum().sqrt().item(),
                    ]
                )
            total = sum(row[3] for row in rows)
            found[number, head] = [(d, a, b, e / total, e / total * norm) for d, a, b, e, norm in rows]
        places = places[left + c.window - 1 - c.ahead : len(places) - (c.conv_width - 1 - left) - c.ahead]
        x, exists, _ = layer(x, exists, network.u, network.v)
    assert places == [0]
    return found


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@torch.no_grad()
def test_statistics_equal_explicit_loops(genome, options):
    network = small_network(**options)
    found = measure_parts(network, genome, QUERIES, CPU, batch=3)
    each = [plain_parts(network, codes) for codes in query_windows(network, genome, QUERIES)]
    assert found.n.dtype == np.int64 and 0 < found.n.min() < found.n.max() == len(QUERIES)
    close = {"rtol": 1e-9, "atol": 1e-12}
    for layer, head in each[0]:
        rows = [dict((row[0], row[1:]) for row in query[layer, head]) for query in each]
        for d in range(WINDOW):
            at_d = np.array([query[d] for query in rows if d in query])
            content, position, score, norm = at_d.T
            assert found.n[d] == len(at_d)
            np.testing.assert_allclose(found.var_content[layer, head, d], np.var(content), **close)
            np.testing.assert_allclose(found.var_position[layer, head, d], np.var(position), **close)
            np.testing.assert_allclose(
                found.cov[layer, head, d], np.mean(content * position) - content.mean() * position.mean(), **close
            )
            np.testing.assert_allclose(found.score_mean[layer, head, d], score.mean(), **close)
            np.testing.assert_allclose(found.norm_mean[layer, head, d], norm.mean(), **close)
        of_query = [np.array(list(query.values())).T[:2] for query in rows]
        var_content, var_position = (np.array([np.var(query[i]) for query in of_query]) for i in (0, 1))
        np.testing.assert_allclose(
            found.content_share[layer, head], var_content.mean() / (var_content.mean() + var_position.mean()), **close
        )
        covariance = np.array([np.cov(query, bias=True)[0, 1] for query in of_query])
        together = np.array(
            [2 * c / (a + b) if a + b else 0.0 for c, a, b in zip(covariance, var_content, var_position, strict=True)]
        )
        np.testing.assert_allclose(found.cov_within[layer, head], together.mean(), **close)
    np.testing.assert_allclose(found.norm_share, found.norm_mean / found.norm_mean.sum(-1, keepdims=True), **close)
    np.testing.assert_allclose(found.norm_share.sum(-1), 1)


def test_distances_at_which_no_key_exists():
    network = small_network()
    genome = {"line": Contig("line", np.arange(40, dtype=np.uint8) % 4)}
    found = measure_parts(network, genome, queries_of(("line", "plus", 3), ("line", "minus", 37)), CPU)
    assert found.n.tolist() == [2] * 3 + [1] + [0] * 7
    for name in ("var_content", "var_position", "cov", "score_mean", "norm_mean", "norm_share"):
        np.testing.assert_array_equal(np.isfinite(getattr(found, name)), np.broadcast_to(found.n > 0, (2, 3, WINDOW)))
    np.testing.assert_array_equal(found.var_content[..., 3], 0)
    np.testing.assert_allclose(np.nansum(found.norm_share, -1), 1)
    assert np.isfinite(found.content_share).all()


def test_heads_of_one_term_only(genome):
    """Head 1 has keys of zero, head 2 no position weights, head 3 neither."""
    network = small_network()
    for layer in network.layers:
        layer.conv_bias.data[1] = 0
        layer.qkv.weight.data.view(3, 3, 4, 8)[1, [0, 2]] = 0
        layer.distance.weight.data.view(3, 4, 8)[[1, 2]] = 0
    found = measure_parts(network, genome, QUERIES, CPU)
    np.testing.assert_array_equal(found.content_share, [[0, 1, np.nan]] * 2)
    np.testing.assert_array_equal(found.cov_within, 0)
    np.testing.assert_array_equal(found.var_content[:, [0, 2]], 0)
    np.testing.assert_array_equal(found.var_position[:, [1, 2]], 0)
    np.testing.assert_array_equal(found.cov, 0)
    assert (found.var_position[:, 0] > 1e-6).all() and (found.var_content[:, 1] > 1e-6).all()


def planted_network():
    """One head: keys with C draw nearly all attention, the values are 3 for T, 4 for G and 0 for A and C."""
    network = Network(NetworkConfig(1, 1, d_model=4, d_head=2, window=6, conv_width=1)).double().eval()
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)
    layer = network.layers[0]
    network.embedding.data = torch.eye(4, dtype=torch.float64) / 2
    network.u.data[0, 0] = 20 * math.sqrt(2)
    layer.conv_weight.data[:] = torch.eye(2, dtype=torch.float64)[None, :, :, None]
    queries, keys, values = layer.qkv.weight.data.view(3, 2, 4)
    keys[0, 2] = 1
    values[:, 1], values[:, 3] = torch.tensor([3.0, 0]), torch.tensor([0, 4.0])
    layer.out.weight.data[:2] = torch.eye(2)
    return network


def test_key_of_zero_value_has_all_attention_and_no_norm():
    genome = {"c": Contig("c", encode("GTACAT"))}
    found = measure_parts(planted_network(), genome, queries_of(("c", "plus", 5)), CPU)
    # d = 0 .. 5 reads T A C A T G.
    weights = np.where(np.arange(6) == 2, math.exp(20), 1)
    scores = weights / weights.sum()
    np.testing.assert_allclose(found.score_mean[0, 0], scores, rtol=1e-10)
    assert found.score_mean[0, 0, 2] > 1 - 1e-7 and found.norm_mean[0, 0, 2] == 0
    np.testing.assert_allclose(found.norm_mean[0, 0], scores * [3, 0, 0, 0, 3, 4], rtol=1e-10)
    np.testing.assert_allclose(found.norm_share[0, 0], [0.3, 0, 0, 0, 0.3, 0.4], rtol=1e-10)


def test_head_that_adds_nothing_has_no_shares():
    network = planted_network()
    network.layers[0].out.weight.data.zero_()
    found = measure_parts(network, {"c": Contig("c", encode("GTACAT"))}, queries_of(("c", "plus", 5)), CPU)
    assert (found.norm_mean == 0).all() and np.isnan(found.norm_share).all()


def test_batches_threads_and_kind_of_table_do_not_matter(genome):
    network = small_network(torch.float32, padding="same", pre_norm=True, ahead=3)
    rng = np.random.default_rng(2)
    queries = pd.DataFrame(
        {"contig": "circle", "strand": rng.choice(["plus", "minus"], 30), "position": rng.integers(0, 50, 30)},
        index=rng.permutation(30),
    )
    found = measure_parts(network, genome, queries, CPU, batch=7)
    arrays = {name: values.to_numpy() for name, values in queries.items()}
    for other in (
        measure_parts(network, genome, queries, CPU, batch=7, threads=2),
        measure_parts(network, genome, arrays, CPU, batch=7),
    ):
        for name, values in vars(found).items():
            np.testing.assert_array_equal(getattr(other, name), values)
    for batch in (1, 100):
        for name, values in vars(measure_parts(network, genome, queries, CPU, batch=batch)).items():
            np.testing.assert_allclose(values, getattr(found, name), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("queries", "words"),
    [
        (queries_of(), "queries: there is none"),
        (queries_of(("line", "plus", 3), ("line", "plus", 60)), r"row 2 \(line, plus, 60\) does not lie in the genome"),
        (queries_of(("other", "plus", 3)), r"row 1 \(other, plus, 3\)"),
        (queries_of(("line", "+", 3)), r"row 1 \(line, \+, 3\)"),
    ],
)
def test_queries_that_do_not_lie_in_the_genome(genome, queries, words):
    with pytest.raises(ValueError, match=words):
        measure_parts(small_network(), genome, queries, CPU)


def test_network_without_attention(genome):
    network = ConvolutionalNetwork(ConvolutionalConfig(4, 3, 3, 2))
    with pytest.raises(ValueError, match="no attention heads to split"):
        measure_parts(network, genome, QUERIES, CPU)
