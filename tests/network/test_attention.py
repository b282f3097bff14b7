"""The blocked attention, the convolution without a copy and the scan of long stretches, against the plain formulas."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from plain_attention import plain_attention

from attentome.genome.contigs import OUTSIDE
from attentome.network import attention
from attentome.network.attention import WindowAttention, attend, band
from attentome.network.convolution import Convolution
from attentome.network.transformer import Network, NetworkConfig, tss_logit

TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5}
BLOCK = attention.QUERY_BLOCK["cpu"]
SIZES = [
    (1, 1, 1),
    (1, BLOCK + 3, 2),
    (2, 1, 1),
    (2, BLOCK, 3),
    (31, 7, 2),
    (31, 31, 1),
    (31, 2 * BLOCK + 5, 3),
    (128, BLOCK - 1, 1),
    (128, 127, 2),
    (128, 3 * BLOCK, 1),
    (100, 7 * BLOCK + 9, 2),
    (512, 40, 2),
    (512, BLOCK + 1, 1),
    (512, 600, 1),
]
"""Window, queries, batch: fewer, as many and more queries than the window and a block have."""


def drawn(window, n, batch, dtype, heads=2, d_head=3, seed=0):
    """qkv, bias and position as ``WindowAttention`` takes them."""
    generator = torch.Generator().manual_seed(seed)
    shapes = (3, batch, heads, n + window - 1, d_head), (heads, d_head), (heads, d_head, window)
    return [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype).requires_grad_() for shape in shapes]


@pytest.mark.parametrize("cells", [1, 10**5, 10**8])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("ahead", [0, 0.5])
@pytest.mark.parametrize(("window", "n", "batch"), SIZES)
def test_attention_equals_plain_formula(window, n, batch, ahead, dtype, cells, monkeypatch):
    monkeypatch.setitem(attention.SCORE_CELLS, "cpu", cells)
    arrays = drawn(window, n, batch, dtype)
    first = window - 1 - int(ahead * window)
    out, scores = WindowAttention.apply(*arrays, first, None, True)
    exact, exact_scores = plain_attention(*(array.double() for array in arrays), first)
    assert (out - exact).abs().max() < TOLERANCE[dtype]
    assert (scores.flip(-1) - exact_scores).abs().max() < TOLERANCE[dtype]


@pytest.mark.parametrize("cells", [1, 10**5, 10**8])
@pytest.mark.parametrize(("window", "n", "batch"), SIZES)
def test_gradient_equals_that_of_plain_formula(window, n, batch, cells, monkeypatch):
    monkeypatch.setitem(attention.SCORE_CELLS, "cpu", cells)
    arrays = drawn(window, n, batch, torch.float64)
    first = (window - 1) // 2
    weight = torch.randn(batch, 2, n, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    ours = torch.autograd.grad((WindowAttention.apply(*arrays, first, None)[0] * weight).sum(), arrays)
    exact = torch.autograd.grad((plain_attention(*arrays, first)[0] * weight).sum(), arrays)
    for a, b in zip(ours, exact, strict=True):
        assert (a - b).abs().max() < 1e-10 * max(1, b.abs().max())


@pytest.mark.parametrize("ends", ["upstream", "downstream", "both"])
def test_keys_beyond_the_ends(ends):
    window, n, batch = 31, 2 * BLOCK + 5, 2
    arrays = drawn(window, n, batch, torch.float64)
    first = 20
    exist = torch.ones(batch, n + window - 1, dtype=torch.bool)
    if ends != "downstream":
        exist[0, :first] = False
    if ends != "upstream":
        exist[1, n + first :] = False
    weight = torch.randn(batch, 2, n, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    out, scores = WindowAttention.apply(*arrays, first, exist, True)
    exact, exact_scores = plain_attention(*arrays, first, exist)
    assert (out - exact).abs().max() < 1e-10 and (scores.flip(-1) - exact_scores).abs().max() < 1e-10
    ours = torch.autograd.grad((out * weight).sum(), arrays)
    for a, b in zip(ours, torch.autograd.grad((exact * weight).sum(), arrays), strict=True):
        assert (a - b).abs().max() < 1e-10 * max(1, b.abs().max())


@pytest.mark.parametrize(("short", "cells"), [(32, 1), (1, 100), (2, 10**4)])
@pytest.mark.parametrize("missing", [False, True])
def test_gradcheck(missing, short, cells, monkeypatch):
    monkeypatch.setitem(attention.QUERY_BLOCK, "cpu", 4)
    monkeypatch.setattr(attention, "SHORT_BLOCK", short)
    monkeypatch.setitem(attention.SCORE_CELLS, "cpu", cells)
    arrays = drawn(3, 10, 2, torch.float64)
    exist = torch.ones(2, 12, dtype=torch.bool)
    exist[1, 10:] = not missing
    assert torch.autograd.gradcheck(lambda *arrays: WindowAttention.apply(*arrays, 1, exist)[0], arrays)


def test_blocks_do_not_matter(monkeypatch):
    (q, k, v), bias, position = drawn(31, 300, 2, torch.float64)
    q = q[:, :, 30:]
    with torch.no_grad():
        expected = attend(q, k, v, q + bias[:, None], position)
        for block in (1, 7, 299, 1000):
            monkeypatch.setitem(attention.QUERY_BLOCK, "cpu", block)
            monkeypatch.setattr(attention, "SHORT_BLOCK", block)
            for cells in (1, 10**8):
                monkeypatch.setitem(attention.SCORE_CELLS, "cpu", cells)
                assert (attend(q, k, v, q + bias[:, None], position) - expected).abs().max() < 1e-12


def test_watched_scores_are_those_of_each_block():
    (q, k, v), bias, position = drawn(31, 5 * BLOCK + 9, 2, torch.float64)
    q = q[:, :, 30:]
    seen = []

    def watch(start, scores):
        assert start == sum(part.shape[2] for part in seen)
        windows = band(scores, 31)
        assert (scores.sum(-1) - windows.sum(-1)).abs().max() < 1e-12
        seen.append(windows.clone())

    with torch.no_grad():
        attend(q, k, v, q + bias[:, None], position, None, watch)
        exact = plain_attention(torch.stack([torch.nn.functional.pad(q, (0, 0, 30, 0)), k, v]), bias, position, 30)[1]
    assert (torch.cat(seen, 2) - exact).abs().max() < 1e-10


@pytest.mark.parametrize(("width", "n", "gap"), [(1, 5, 1), (7, 7, 1), (7, 30, 1), (3, 30, 4), (5, 21, 5)])
def test_convolution_equals_that_of_torch(width, n, gap):
    generator = torch.Generator().manual_seed(2)
    x, weight, bias = (
        torch.randn(shape, dtype=torch.float64, generator=generator).requires_grad_()
        for shape in ((2, n, 4), (3, width * 4), (3,))
    )
    taps = weight.view(3, width, 4).transpose(1, 2)
    plain = torch.nn.functional.conv1d(x.transpose(1, 2), taps, bias, dilation=gap)
    assert (Convolution.apply(x, weight, bias, gap) - plain.transpose(1, 2)).abs().max() < 1e-12
    assert torch.autograd.gradcheck(lambda *arrays: Convolution.apply(*arrays, gap), (x, weight, bias))


OPTIONS = {
    "published": {"padding": "same"},
    "causal": {},
    "ahead": {"ahead": 15},
    "all": {
        "ahead": 15,
        "padding": "same",
        "frequencies": 3,
        "stem_width": 5,
        "stem_channels": 6,
        "stem_blocks": 2,
        "feed_forward": 2,
        "pre_norm": True,
        "auxiliary": 3,
    },
}


def network_of(options, dtype=torch.float64, **changes):
    shape = {"layers": 2, "heads": 2, "d_model": 8, "d_head": 4, "window": 31, "conv_width": 5} | options | changes
    return Network(NetworkConfig(**shape)).initialise(torch.Generator().manual_seed(3), 0.5).to(dtype).eval()


def stretch(network, n, batch, ends):
    upstream, downstream = network.context()
    tokens = torch.randint(0, 5, (batch, upstream + n + downstream), generator=torch.Generator().manual_seed(n))
    if ends:
        tokens[0, :upstream] = OUTSIDE
        tokens[-1, tokens.shape[1] - downstream - n // 3 :] = OUTSIDE
    return tokens


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize("options", OPTIONS)
def test_scan_equals_forward(options, ends, dtype):
    network = network_of(OPTIONS[options], dtype)
    for n, batch, chunk in ((1, 1, 50), (40, 3, 1), (300, 2, 77), (300, 1, 1000)):
        tokens = stretch(network, n, batch, ends)
        with torch.no_grad():
            logits, scores = network(tokens, keep_scores=True)
        seen = [torch.full_like(layer, -1) for layer in scores]

        def watch(layer, start, band, seen=seen):
            part = seen[layer][:, :, start : start + band.shape[2]]
            assert (part == -1).all()
            part.copy_(band.flip(-1))

        outputs = network.scan(tokens, watch, chunk)
        assert outputs.shape == (batch, n)
        assert (outputs - tss_logit(logits)).abs().max() < TOLERANCE[dtype]
        for a, b in zip(seen, scores, strict=True):
            assert (a - b).abs().max() < TOLERANCE[dtype]
        assert (network.scan(tokens, None, chunk) - outputs).abs().max() < TOLERANCE[dtype]


@pytest.mark.parametrize("window", [1, 2, 128, 512])
def test_single_precision_is_enough_for_any_window(window):
    network = network_of({}, torch.float32, window=window)
    tokens = stretch(network, 200, 1, False)
    outputs = network.scan(tokens, chunk=90)
    with torch.no_grad():
        exact = tss_logit(network.double()(tokens)[0])
    assert (outputs - exact).abs().max() < 1e-5


def test_memory_of_a_scan_does_not_grow_with_scores():
    """Kept scores would take 4 heads x 128 x 4 bytes a position: 390 MB at 200,000 positions."""
    program = """
import sys, torch
from attentome.network.transformer import Network, NetworkConfig
network = Network(NetworkConfig(layers=1, heads=4, d_model=8, d_head=4, window=128)).initialise(torch.Generator(), 0.5)
network.scan(torch.zeros(1, int(sys.argv[1]), dtype=torch.int64), lambda layer, start, band: None)
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""
    short, long = (
        int(
            subprocess.run(
                [sys.executable, "-c", program, str(n)],
                cwd=Path(__file__).parents[2] / "bin",
                capture_output=True,
                check=True,
            ).stdout
        )
        / 1024
        for n in (10_000, 210_000)
    )
    assert long - short < 60
