"""Outputs and profile of a whole small genome, gathered while they stream by, against all scores held at once."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from attentome.genome.arcs import Interval
from attentome.genome.contigs import Contig
from attentome.genome.pieces import by_position, genome_pieces, positions_of, share_of
from attentome.heads.best_places import BestPlaces, merge_keys, places_and_scores
from attentome.heads.profile import profile_shard
from attentome.heads.profile_merge import best_windows, extreme_places, group_moments, merge_sums, sample_correlation
from attentome.heads.score_sample import draw_places, encode_scores, spearman
from attentome.network.predict import predict_intervals
from attentome.network.transformer import Network, NetworkConfig
from attentome.tracks.bigwig import at_tss

CPU = torch.device("cpu")
LAYERS, HEADS, WINDOW = 2, 2, 16
N_BEST, N_SAMPLE, PIECE = 20, 500, 190


@pytest.fixture(scope="module", params=[{}, {"ahead": 5, "padding": "same"}], ids=["behind", "ahead"])
def network(request):
    config = NetworkConfig(LAYERS, HEADS, d_model=8, d_head=4, window=WINDOW, conv_width=3, **request.param)
    return Network(config).initialise(torch.Generator().manual_seed(1), 0.6).eval()


@pytest.fixture(scope="module")
def genome():
    """A circle, a linear contig and one that is shorter than the network's view: 1,000 places together."""
    rng = np.random.default_rng(2)
    return {
        name: Contig(name, rng.integers(0, 4, length).astype(np.uint8), circular)
        for name, length, circular in (("circle", 300, True), ("line", 180, False), ("short", 20, False))
    }


@pytest.fixture(scope="module")
def everything(network, genome):
    """Outputs (places,) and scores (layers, heads, places, window) by t of each stream computed as a whole."""
    upstream, downstream = network.context()
    outputs, scores = [], []
    for contig in genome.values():
        for strand in ("plus", "minus"):
            codes = contig.window(strand, -upstream, len(contig) + downstream)
            with torch.inference_mode():
                logits, here = network(torch.from_numpy(codes.astype(np.int64))[None], True)
            outputs.append((logits[0, :, 1] - logits[0, :, 0]).numpy())
            scores.append(torch.stack([layer[0] for layer in here]).numpy())
    return np.concatenate(outputs), np.concatenate(scores, 2)


def profiled(network, genome, folder, shards=1, threads=1, batch_size=1, piece=PIECE):
    folders = [folder / f"shard_{shard + 1}" for shard in range(shards)]
    for number, path in enumerate(folders, 1):
        profile_shard(
            network,
            genome,
            path,
            CPU,
            number,
            shards,
            batch_size,
            threads,
            N_BEST,
            N_SAMPLE,
            seed=3,
            piece=piece,
            log=lambda line: None,
        )
    outputs = np.concatenate([np.load(path / "outputs.npy") for path in folders])
    profile = merge_sums(folders, len(outputs) // 2)
    profile["spearman"], n_sample = sample_correlation(folders, outputs)
    assert n_sample == N_SAMPLE
    profile |= group_moments(network, genome, extreme_places(outputs, 100), CPU, threads)
    peaks = profile["mean_all"].argmax(-1)
    return outputs, profile, best_windows(folders, peaks, [7], outputs)


@pytest.fixture(scope="module")
def whole(network, genome, tmp_path_factory):
    return profiled(network, genome, tmp_path_factory.mktemp("whole"))


def test_outputs_and_moments_are_those_of_all_scores(everything, whole):
    outputs, scores = everything
    np.testing.assert_allclose(whole[0], outputs, atol=1e-5)
    order = np.argsort(whole[0], kind="stable")
    plus = np.concatenate([np.arange(300), np.arange(600, 780), np.arange(960, 980)])
    groups = {
        "all": order,
        "top": order[-100:],
        "bottom": order[:100],
        "plus": plus,
        "minus": np.setdiff1d(order, plus),
    }
    for group, rows in groups.items():
        here = scores[:, :, rows].astype(np.float64)
        np.testing.assert_allclose(whole[1][f"mean_{group}"], here.mean(2), atol=1e-6)
        if group in ("all", "top", "bottom"):
            np.testing.assert_allclose(whole[1][f"max_{group}"], here.max(2), atol=1e-6)
            np.testing.assert_allclose(whole[1][f"variance_{group}"], here.var(2), atol=1e-6)
    assert not np.allclose(whole[1]["mean_top"], whole[1]["mean_all"], atol=1e-3)


def test_spearman_of_the_sample_equals_scipy(everything, whole):
    outputs, scores = everything
    chosen = draw_places(1000, N_SAMPLE, 3)
    assert len(np.unique(chosen)) == N_SAMPLE and chosen.max() < 1000
    for layer in range(LAYERS):
        for head in range(HEADS):
            for t in range(WINDOW):
                expected = spearmanr(scores[layer, head, chosen, t], outputs[chosen]).statistic
                assert whole[1]["spearman"][layer, head, t] == pytest.approx(expected, abs=1e-3)


def test_windows_are_the_best_at_the_peak_and_where_asked(everything, whole):
    outputs, scores = everything
    windows = whole[2]
    seen = 0
    for layer in range(LAYERS):
        for head in range(HEADS):
            for t in {int(whole[1]["mean_all"][layer, head].argmax()), 7}:
                rows = (windows["layer"] == layer + 1) & (windows["head"] == head + 1) & (windows["d"] == t)
                column = scores[layer, head, :, t]
                places = windows["place"][rows]
                assert windows["rank"][rows].tolist() == list(range(1, N_BEST + 1)) and len(set(places)) == N_BEST
                np.testing.assert_allclose(windows["score"][rows], np.sort(column)[::-1][:N_BEST], atol=2e-6)
                np.testing.assert_allclose(windows["score"][rows], column[places], atol=2e-6)
                np.testing.assert_allclose(windows["output"][rows], outputs[places], atol=1e-5)
                seen += N_BEST
    assert len(windows["place"]) == seen


@pytest.mark.parametrize(("shards", "threads"), [(1, 3), (2, 1), (5, 3), (12, 1)])
def test_same_bits_for_any_shards_and_threads(network, genome, whole, tmp_path, shards, threads):
    again = profiled(network, genome, tmp_path, shards, threads)
    np.testing.assert_array_equal(again[0], whole[0])
    for part in (1, 2):
        assert again[part].keys() == whole[part].keys()
        for name, array in whole[part].items():
            np.testing.assert_array_equal(again[part][name], array, err_msg=name)


@pytest.mark.parametrize(("piece", "batch"), [(64, 3), (1000, 1)])
def test_pieces_and_batches_do_not_matter(network, genome, whole, tmp_path, piece, batch):
    again = profiled(network, genome, tmp_path, 2, 2, batch, piece)
    np.testing.assert_allclose(again[0], whole[0], atol=1e-5)
    for name, array in whole[1].items():
        np.testing.assert_allclose(again[1][name], array, atol=1e-5 if name != "spearman" else 1e-3, err_msg=name)


def test_arcs_are_cut_out_of_the_genome(network, genome, whole):
    arcs = [Interval("test", "line", 30, 90), Interval("test", "circle", 0, 300)]
    arrays = by_position(genome, whole[0])
    expected = [
        arrays[f"{part.contig}.{strand}"][part.start : part.end] for part in arcs for strand in ("plus", "minus")
    ]
    outputs = predict_intervals(network, genome, arcs, CPU, 2, 2, piece=41)
    np.testing.assert_allclose(outputs, np.concatenate(expected), atol=1e-5)


def test_places_run_through_both_strands_of_all_contigs(genome):
    pieces = genome_pieces(genome, 150)
    assert [(piece.contig, piece.strand, piece.start, piece.stop, piece.place) for piece in pieces][:6] == [
        ("circle", "plus", 0, 150, 0),
        ("circle", "plus", 150, 300, 150),
        ("circle", "minus", 0, 150, 300),
        ("circle", "minus", 150, 300, 450),
        ("line", "plus", 0, 150, 600),
        ("line", "plus", 150, 180, 750),
    ]
    assert sum((share_of(pieces, shard, 3) for shard in (1, 2, 3)), []) == pieces
    contig, strand, position = positions_of(genome, [0, 299, 300, 599, 600, 999])
    assert contig.tolist() == ["circle"] * 4 + ["line", "short"]
    assert strand.tolist() == ["plus", "plus", "minus", "minus", "plus", "minus"]
    assert position.tolist() == [0, 299, 299, 0, 0, 0]
    values = by_position(genome, np.arange(1000))
    assert values["circle.minus"].tolist() == list(range(599, 299, -1)) and values["line.plus"][3] == 603
    with pytest.raises(ValueError, match="shard 4 of 3"):
        share_of(pieces, 4, 3)


def test_ties_go_to_the_lower_place_in_any_order():
    scores = torch.full((1, 1, 10, 2), 0.25)
    for order in ([0, 4, 8], [8, 4, 0]):
        best = BestPlaces((1, 1, 2), 3)
        for first in order:
            band = scores[:, :, first : first + 4]
            best.take(0, [first], band, band.amax(2))
            best.keys()
        assert places_and_scores(best.keys()[0, 0, 0])[0].tolist() == [0, 1, 2]


def test_best_places_of_many_columns_and_threads_of_blocks():
    """More hits than are put aside at once; equal scores in plenty."""
    rng = np.random.default_rng(5)
    scores = rng.integers(0, 40, (1, 3, 40000, 7)).astype(np.float32) / 64
    best = BestPlaces((1, 3, 7), 50)
    for first in rng.permutation(np.arange(0, 40000, 100)):
        band = torch.from_numpy(scores[:, :, first : first + 100])
        best.take(0, [int(first)], band, band.amax(2))
    keys = best.keys()
    for head in range(3):
        for t in range(7):
            expected = np.lexsort([np.arange(40000), -scores[0, head, :, t]])[:50]
            assert places_and_scores(keys[0, head, t])[0].tolist() == expected.tolist()


def test_fewer_places_than_windows():
    best = BestPlaces((1, 1, 1), 5)
    band = torch.tensor([[[[0.5], [0.75]]]])
    best.take(0, [3], band, band.amax(2))
    keys = best.keys()[0, 0, 0]
    assert [values.tolist() for values in places_and_scores(keys)] == [[4, 3], [0.75, 0.5]]
    other = BestPlaces((1, 1, 1), 5)
    other.take(0, [9], band[:, :, 1:], band.amax(2))
    assert places_and_scores(merge_keys([keys, other.keys()[0, 0, 0]]))[0].tolist() == [4, 9, 3]


def test_codes_keep_the_order_of_scores():
    scores = np.array([0.0, 1e-12, 2.0**-32, 1e-6, 1.001e-6, 0.5, 0.99, 0.9995, 1.0], np.float32)
    codes = encode_scores(scores).tolist()
    assert codes[0] == codes[1] == 0 and codes[2:] == sorted(set(codes[2:])) and codes[-1] == 65535
    constant = spearman(np.ones((5, 1), np.uint16), np.arange(5))
    assert constant.tolist() == [0]


def test_outputs_are_drawn_at_the_tss():
    outputs = np.arange(10.0)
    assert at_tss(outputs, "plus", 3, True).tolist() == [3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert at_tss(outputs, "minus", 3, True).tolist() == [7, 8, 9, 0, 1, 2, 3, 4, 5, 6]
    linear = at_tss(outputs, "plus", 3, False)
    assert linear[:7].tolist() == [3, 4, 5, 6, 7, 8, 9] and np.isnan(linear[7:]).all()
    assert np.isnan(at_tss(outputs, "minus", 3, False)[:3]).all()
    assert at_tss(outputs, "minus", 0, False).tolist() == outputs.tolist()


@pytest.mark.parametrize("padding", ["causal", "same"])
def test_convolutions_alone_reach_as_far_as_a_network_of_single_keys_sees(padding):
    options = {
        "layers": 3,
        "heads": 2,
        "d_model": 8,
        "d_head": 4,
        "conv_width": 5,
        "padding": padding,
        "stem_width": 3,
        "stem_channels": 4,
        "stem_blocks": 2,
    }
    assert Network(NetworkConfig(window=1, **options)).context() == Network(
        NetworkConfig(window=9, **options)
    ).key_context(2)
