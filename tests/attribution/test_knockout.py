"""Knock-outs of heads against edited weights, a plain computation, planted signals and scikit-learn."""

import copy
import json
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from full_tables import write_tsv
from plain_attention import plain_attention
from project import load_command
from sklearn.metrics import average_precision_score

from attentome.attribution.knockout import KNOCKOUT_KINDS, KnockOut, knock_out_heads, knocked_out_outputs
from attentome.evaluation.block_draws import block_draws, drawn_metrics, drawn_pr_auc
from attentome.evaluation.metrics import arc_statistic, block_numbers, bootstrap
from attentome.evaluation.stretches import bootstrap_block, stretches
from attentome.genome.arcs import Interval, arc_values
from attentome.genome.contigs import OUTSIDE, Contig, decode
from attentome.io.files import write_arrays, write_json
from attentome.network.predict import predict_intervals
from attentome.network.residual_cnn import ConvolutionalConfig, ConvolutionalNetwork
from attentome.network.saved_model import save_model
from attentome.network.streaming import LAYER_CHUNK
from attentome.network.transformer import Layer, Network, NetworkConfig, tss_logit

CPU = torch.device("cpu")
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
        "feed_forward": 2,
        "pre_norm": True,
        "auxiliary": 2,
    },
}
ARC = [Interval("test", "line", 0, 90), Interval("test", "circle", 10, 70), Interval("test", "short", 2, 7)]


def small_network(layers=2, heads=3, dtype=torch.float64, seed=0, **changes):
    config = NetworkConfig(layers, heads, d_model=8, d_head=4, window=11, conv_width=5, **changes)
    return Network(config).initialise(torch.Generator().manual_seed(seed), 0.5).to(dtype).eval()


def random_genome(seed=1, **lengths):
    rng = np.random.default_rng(seed)
    return {name: Contig(name, rng.integers(0, 4, n).astype(np.uint8), name == "circle") for name, n in lengths.items()}


@pytest.fixture(scope="module")
def genome():
    """A linear contig, a circle, and one that is shorter than a window."""
    return random_genome(line=90, circle=80, short=9)


def columns_of(network, layer, head):
    """The part of W_O that takes in one head."""
    d_head = network.config.d_head
    return network.layers[layer].out.weight.data[:, head * d_head : (head + 1) * d_head]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_zero_is_the_network_without_the_columns_of_the_head(genome, options):
    network = small_network(**options)
    variants = [(), ((0, 0),), ((0, 2),), ((1, 1),), ((0, 0), (0, 2)), ((1, 0), (1, 1)), ((0, 1), (1, 2))]
    found = knocked_out_outputs(
        network, genome, ARC, [tuple(KnockOut(*head) for head in heads) for heads in variants], CPU, piece=40
    )
    for outputs, heads in zip(found, variants, strict=True):
        edited = copy.deepcopy(network)
        for head in heads:
            columns_of(edited, *head).zero_()
        np.testing.assert_allclose(outputs, predict_intervals(edited, genome, ARC, CPU, piece=300), rtol=0, atol=1e-6)
    assert (np.abs(found[1:] - found[0]).max(1) > 1e-2).all()


def plain_outputs(network, contig, strand, replace=lambda layer, heads, scores, values, exist, position: heads):
    """Outputs of a whole stream, each window attended alone; ``replace`` may change what the heads found.

    ``position`` are the stream positions of the queries; ``values`` and ``exist`` belong to the keys.
    """
    c, (upstream, downstream) = network.config, network.context()
    codes = contig.window(strand, -upstream, len(contig) + downstream)
    tokens, position = torch.from_numpy(codes.astype(np.int64))[None], np.arange(-upstream, len(contig) + downstream)
    taken = network.stem_context()
    x, exists = network.embed(tokens, tokens != OUTSIDE)
    position = position[taken[0] : len(position) - taken[1]]
    for number, layer in enumerate(network.layers):
        left, right = layer.context()
        weight, bias, to_position, places = layer.projections(network.u, network.v)
        qkv = layer.convolved_qkv(layer.before_attention(x, exists), weight, bias)
        keys, first = exists[:, left : exists.shape[1] - right], c.window - 1 - c.ahead
        heads, scores = plain_attention(qkv, to_position, places, first, keys)
        here = slice(left + first, left + first + heads.shape[2])
        position = position[here]
        # Queries far beyond the ends have no key at all.
        heads = replace(number, torch.nan_to_num(heads), scores, qkv[2], keys, position)
        exists = exists[:, here]
        x = layer.after_attention(x[:, here], heads, exists)
    return tss_logit(network.logits(network.norm(x) if network.norm else x))[0].numpy()


def plain_arc(network, genome, intervals, replace):
    outputs = []
    for part in intervals:
        plus, minus = (plain_outputs(network, genome[part.contig], strand, replace) for strand in ("plus", "minus"))
        outputs += [plus[part.start : part.end], minus[::-1][part.start : part.end]]
    return np.concatenate(outputs)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@torch.inference_mode()
def test_uniform_gives_every_existing_key_of_the_window_the_same_weight(genome, options):
    network = small_network(**options)
    window = network.config.window

    def replaced(wanted):
        def replace(layer, heads, scores, values, exist, position):
            if layer == wanted:
                for r in range(heads.shape[2]):
                    keys = values[0, 1, r : r + window][exist[0, r : r + window]]
                    heads[0, 1, r] = keys.mean(0) if len(keys) else 0
            return heads

        return replace

    variants = [(), (KnockOut(0, 1, "uniform"),), (KnockOut(1, 1, "uniform"),)]
    found = knocked_out_outputs(network, genome, ARC, variants, CPU, piece=40)
    for outputs, layer in zip(found, (None, 0, 1), strict=True):
        np.testing.assert_allclose(outputs, plain_arc(network, genome, ARC, replaced(layer)), rtol=0, atol=1e-6)
    assert (np.abs(found[1:] - found[0]).max(1) > 1e-2).all()


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@torch.inference_mode()
def test_mean_is_that_over_the_positions_of_the_arc(genome, options):
    network = small_network(**options)
    gathered = {0: [], 1: []}
    for part in ARC:
        for strand in ("plus", "minus"):
            start, end = part.start, part.end
            if strand == "minus":
                start, end = len(genome[part.contig]) - end, len(genome[part.contig]) - start

            def gather(layer, heads, scores, values, exist, position, start=start, end=end):
                gathered[layer].append(heads[0, 2, (position >= start) & (position < end)])
                return heads

            plain_outputs(network, genome[part.contig], strand, gather)
    means = {layer: torch.cat(parts).mean(0) for layer, parts in gathered.items()}
    assert all(len(torch.cat(parts)) == 2 * sum(map(len, ARC)) for parts in gathered.values())

    def replaced(wanted):
        def replace(layer, heads, scores, values, exist, position):
            if layer == wanted:
                heads[0, 2] = means[layer]
            return heads

        return replace

    variants = [(KnockOut(0, 2, "mean"),), (KnockOut(1, 2, "mean"),)]
    found = knocked_out_outputs(network, genome, ARC, variants, CPU, piece=40)
    for layer, outputs in enumerate(found):
        np.testing.assert_allclose(outputs, plain_arc(network, genome, ARC, replaced(layer)), rtol=0, atol=1e-6)


def test_uniform_changes_nothing_where_all_logits_are_equal(genome):
    network = small_network(ahead=3)
    for layer in network.layers:
        layer.qkv.weight.data.view(3, 3, 4, 8)[0, 1] = 0
        layer.conv_bias.data[0] = 0
    network.u.data[1] = network.v.data[1] = 0
    variants = [(), *((KnockOut(layer, head, "uniform"),) for head in (1, 0) for layer in (0, 1))]
    found = knocked_out_outputs(network, genome, ARC, variants, CPU)
    change = np.abs(found - found[0]).max(1)
    assert (change[1:3] < 1e-6).all() and (change[3:] > 1e-2).all()


def test_network_as_it_is_and_pieces_chunks_and_threads(genome, monkeypatch):
    network = small_network(dtype=torch.float32, padding="same", pre_norm=True)
    variants = [
        (),
        *((KnockOut(layer, head, kind),) for layer in (0, 1) for head in (0, 2) for kind in KNOCKOUT_KINDS),
        (KnockOut(0, 1), KnockOut(1, 0, "mean")),
    ]
    found = knocked_out_outputs(network, genome, ARC, variants, CPU, piece=50)
    np.testing.assert_array_equal(found[0], predict_intervals(network, genome, ARC, CPU, piece=50))
    np.testing.assert_array_equal(found, knocked_out_outputs(network, genome, ARC, variants, CPU, 3, piece=50))
    for piece, chunk in ((17, 20), (200, 33), (200, 7)):
        monkeypatch.setitem(LAYER_CHUNK, "cpu", chunk * 3 * 4)
        np.testing.assert_allclose(
            knocked_out_outputs(network, genome, ARC, variants, CPU, piece=piece), found, rtol=0, atol=2e-5
        )


def test_what_variants_have_in_common_is_computed_once(genome, monkeypatch):
    """Two layers, 4 heads, 3 kinds: the first layer once, the second for the network as it is and 12 knock-outs."""
    passes = []
    projections = Layer.projections
    monkeypatch.setattr(Layer, "projections", lambda layer, u, v: passes.append(layer) or projections(layer, u, v))
    network, arc = small_network(heads=4), [Interval("test", "circle", 0, 80)]
    singles = [(KnockOut(layer, head, kind),) for layer in (0, 1) for head in range(4) for kind in KNOCKOUT_KINDS]
    knocked_out_outputs(network, genome, arc, [(), *singles], CPU)
    means = 2 * 2
    assert len(passes) - means == 2 * (1 + 13)
    assert passes[means:].count(network.layers[0]) == 2


@pytest.mark.parametrize("ties", [False, True])
def test_pr_auc_by_counts_equals_scikit_learn_and_the_metrics(ties):
    rng = np.random.default_rng(2)
    arc, labels, outputs = [Interval("test", "a", 30, 2030), Interval("test", "b", 0, 400)], {}, {}
    for key, n in (("a.plus", 2100), ("a.minus", 2100), ("b.plus", 400), ("b.minus", 400)):
        labels[key] = (rng.random(n) < 0.01).astype(np.uint8)
        outputs[key] = (rng.normal(size=n) + labels[key]).astype(np.float32)
        outputs[key] = np.round(outputs[key], 1) if ties else outputs[key]
    parts = stretches(outputs, labels, arc)
    blocks, n_blocks = block_numbers(parts, 100)
    truth, values = arc_values(labels, arc), arc_values(outputs, arc)
    draws = block_draws(n_blocks, 60, 5)
    found = drawn_pr_auc(truth, values, blocks, draws)
    expected = [average_precision_score(truth, values, sample_weight=draw[blocks]) for draw in draws]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    (_, value), intervals = bootstrap(arc_statistic(parts, {}, 100)[0], n_blocks, 60, 5)
    assert found[0] == pytest.approx(value, abs=1e-14)
    np.testing.assert_allclose(np.percentile(found[1:], [2.5, 97.5]), intervals[1], rtol=0, atol=1e-14)
    bare = np.zeros((1, n_blocks))
    bare[0, np.setdiff1d(np.arange(n_blocks), blocks[truth == 1])[0]] = 1
    assert np.isnan(drawn_pr_auc(truth, values, blocks, bare)).all()


def test_loss_and_output_at_sites_of_repeated_blocks():
    rng = np.random.default_rng(3)
    labels, outputs = (rng.random(500) < 0.1).astype(np.uint8), (40 * rng.normal(size=500)).astype(np.float32)
    blocks, draws = np.arange(500) // 50, block_draws(10, 5, 1)
    found = drawn_metrics(labels, outputs, blocks, draws)
    for draw, (_, loss, at_sites) in zip(draws, found.T, strict=True):
        rows = np.repeat(np.arange(500), draw[blocks].astype(int))
        expected = torch.nn.functional.binary_cross_entropy_with_logits(
            torch.from_numpy(outputs[rows]).double(), torch.from_numpy(labels[rows]).double()
        )
        assert loss == pytest.approx(expected.item(), rel=1e-12)
        assert at_sites == pytest.approx(outputs[rows][labels[rows] == 1].mean(dtype=np.float64), rel=1e-12)


def labelled(network, genome, arc, share=0.02):
    """Labels where the network's outputs on the arc are highest: it finds them all."""
    labels = {
        f"{name}.{strand}": np.zeros(len(contig), np.uint8)
        for name, contig in genome.items()
        for strand in ("plus", "minus")
    }
    plus, minus = np.split(predict_intervals(network, genome, arc, CPU), 2)
    lowest = np.quantile([plus, minus], 1 - share)
    labels["c.plus"][arc[0].start : arc[0].end], labels["c.minus"][arc[0].start : arc[0].end] = (
        values > lowest for values in (plus, minus)
    )
    return labels


LONG_ARC = [Interval("test", "c", 100, 1900)]


def rows_of(table, **wanted):
    return table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]


def test_head_that_carries_the_signal_and_head_that_is_ignored():
    network, genome = small_network(layers=1, pre_norm=True), random_genome(c=2000)
    columns_of(network, 0, 1).zero_()
    columns_of(network, 0, 2).mul_(3)
    labels = labelled(network, genome, LONG_ARC)
    table, pairs, summary = knock_out_heads(network, genome, labels, LONG_ARC, None, KNOCKOUT_KINDS, 2, 100, 1, CPU)
    assert len(table) == 3 * 3 * 3 and (table.blocks == 21).all()
    assert summary["pr_auc"] == 1 and summary["n_positions"] == 3600 and summary["n_sites"] == 72
    assert summary["block_nt"] == bootstrap_block(LONG_ARC) and summary["n_blocks"] == 21
    # Blocks of 90 nt are counted from the contig's first position.
    ignored = rows_of(table, head=2)
    assert (ignored[["delta", "lo", "hi"]] == 0).all(axis=None)
    assert ignored.value.tolist() == [summary[metric] for metric in ignored.metric]
    for kind in KNOCKOUT_KINDS:
        assert rows_of(table, head=3, metric="pr_auc", kind=kind).hi.item() < -0.2
    # Without the head's mean all outputs move, with it those of the sites alone.
    assert rows_of(table, head=3, metric="output_at_sites", kind="mean").hi.item() < 0
    columns_of(network, 0, 2).zero_()
    expected = average_precision_score(arc_values(labels, LONG_ARC), predict_intervals(network, genome, LONG_ARC, CPU))
    assert rows_of(table, head=3, metric="pr_auc", kind="zero").value.item() == pytest.approx(expected, abs=1e-9)
    # The ignored head matters less than the two others, so that these are the pair.
    assert pairs[["layer", "head", "layer2", "head2"]].to_numpy().tolist() == [[1, 1, 1, 3]]


def test_heads_that_stand_in_for_each_other():
    """Heads 1 and 2 are the same: without one the order of the outputs hardly changes, without both it is lost."""
    network, genome = small_network(layers=1, pre_norm=True, seed=4), random_genome(c=2000)
    layer = network.layers[0]
    for weight in (
        layer.qkv.weight.data.view(3, 3, 4, 8).transpose(0, 1),
        layer.distance.weight.data.view(3, 4, 8),
        network.u.data,
        network.v.data,
    ):
        weight[1] = weight[0]
    columns_of(network, 0, 0).mul_(8)
    columns_of(network, 0, 1).copy_(columns_of(network, 0, 0))
    labels = labelled(network, genome, LONG_ARC)
    table, pairs, _ = knock_out_heads(network, genome, labels, LONG_ARC, ["L1_H1", "L1_H2"], ["zero"], 10, 100, 1, CPU)
    single = rows_of(table, metric="pr_auc").delta.to_numpy()
    assert len(single) == 2 and single[0] == pytest.approx(single[1])
    pair = pairs.iloc[0]
    assert len(pairs) == 1 and pair.delta < 3 * single[0] and pair.sum_of_single == pytest.approx(single.sum())
    assert pair.interaction == pytest.approx(pair.delta - pair.sum_of_single)
    assert pair.interaction_lo < pair.interaction < pair.interaction_hi < 0
    assert pair.delta_lo < pair.delta < pair.delta_hi < 0


@pytest.fixture
def folder(tmp_path):
    network, genome = small_network(dtype=torch.float32), random_genome(c=2000)
    save_model(tmp_path / "model", network, 20, {"preset": "tiny"})
    save_model(tmp_path / "peer", ConvolutionalNetwork(ConvolutionalConfig(4, 3, 3, 2)), 20, {})
    (tmp_path / "genome.fna").write_text(f">c\n{decode(genome['c'].tokens)}\n")
    write_json(tmp_path / "genome.json", {"contigs": [{"name": "c", "length": 2000, "circular": False}]})
    write_arrays(tmp_path / "labels.safetensors", labelled(network, genome, LONG_ARC))
    write_tsv(
        tmp_path / "split.tsv",
        pd.DataFrame([("test", "c", 100, 1900), ("train", "c", 0, 100)], columns=["arc", "contig", "start", "end"]),
    )
    return tmp_path


def command(folder, monkeypatch, *further):
    arguments = {
        "genome": "genome.fna",
        "genome_json": "genome.json",
        "model": "model",
        "out": "out",
        "labels": "labels.safetensors",
        "split": "split.tsv",
        "record": "record.json",
    }
    given = [part for name, file in arguments.items() for part in (f"--{name}", str(folder / file))]
    monkeypatch.setattr(sys, "argv", ["knock_out_heads.py", *given, *further])
    load_command("knock_out_heads").main()


def test_command_writes_its_tables(folder, monkeypatch):
    command(folder, monkeypatch, "--pairs", "3", "--resamples", "20", "--tag", "tiny")
    table, pairs = (pd.read_csv(folder / "out" / name, sep="\t") for name in ("knockout.tsv", "knockout_pairs.tsv"))
    assert list(table) == ["layer", "head", "kind", "metric", "value", "delta", "lo", "hi", "blocks"]
    assert len(table) == 2 * 3 * 3 * 3 and (table.groupby(["layer", "head", "kind"]).size() == 3).all()
    assert list(pairs) == [
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
    ]
    zero = rows_of(table, kind="zero", metric="pr_auc").sort_values("delta")[:3]
    most = set(zip(zero.layer, zero["head"], strict=True))
    ends = zip(*(pairs[name].tolist() for name in ("layer", "head", "layer2", "head2")), strict=True)
    ends = [((a, b), (c, d)) for a, b, c, d in ends]
    assert len(ends) == 3 and {end for pair in ends for end in pair} == most and all(a < b for a, b in ends)
    summary = json.loads((folder / "out" / "knockout.json").read_text())
    assert set(summary) == {
        "arc",
        "pr_auc",
        "loss",
        "output_at_sites",
        "n_positions",
        "n_sites",
        "prevalence",
        "block_nt",
        "n_blocks",
        "n_resamples",
    }
    assert summary["arc"] == "test" and summary["n_resamples"] == 20 and summary["prevalence"] == 72 / 3600
    for metric in ("pr_auc", "loss", "output_at_sites"):
        rows = rows_of(table, metric=metric)
        np.testing.assert_allclose(rows.value - rows.delta, summary[metric], rtol=1e-4, atol=1e-5)
    assert json.loads((folder / "record.json").read_text())["process"] == "KNOCKOUT"


@pytest.mark.parametrize(
    ("further", "words"),
    [
        (["--model", "peer"], "no attention heads to knock out"),
        (["--heads", "L1_H1", "L3_H1"], "--heads L3_H1: the network has 2 layers of 3 heads"),
        (["--heads", "first"], "first: not the name of a head"),
        (["--kinds", "zero,half"], "choose among zero, mean, uniform"),
        (["--kinds", "mean"], "add zero to --kinds"),
        (["--arc", "validation"], "no interval of that arc"),
        (["--arc", "train"], "no position of the arc is labelled"),
    ],
)
def test_command_refuses_in_one_line(folder, monkeypatch, capsys, further, words):
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as exit_info:
        command(folder, monkeypatch, *further)
    lines = capsys.readouterr().err.splitlines()
    assert exit_info.value.code == 2 and len(lines) == 1 and words in lines[0]
    assert not (folder / "out").exists()


def test_genome_labels_and_split_that_do_not_fit(folder, monkeypatch, capsys):
    write_tsv(folder / "split.tsv", pd.DataFrame([("test", "c", 100, 2100)], columns=["arc", "contig", "start", "end"]))
    with pytest.raises(SystemExit):
        command(folder, monkeypatch)
    assert "do not both hold c:100-2100" in capsys.readouterr().err
