"""Heads that were built by hand, so that what is measured of them is known: where they look and what they tell."""

import dataclasses
import json
import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from full_tables import write_tsv
from project import load_command
from sklearn.metrics import average_precision_score, roc_auc_score

from attentome.evaluation.metrics import pr_auc
from attentome.evidence.head_evidence import (
    BESIDE,
    READ_MARGIN,
    RUN,
    best_window_table,
    divergence,
    logo_range,
    logo_table,
    read_evidence,
    write_evidence,
)
from attentome.evidence.measure import BEST_SHARE, N_WINDOWS, measure_heads, pwm
from attentome.evidence.sample import BOOTSTRAP_BLOCK, STRETCH, SampleHalf, sample_halves
from attentome.genome.arcs import Interval
from attentome.genome.contigs import Contig, decode, encode, reverse_complement
from attentome.heads.distances import used_range
from attentome.io.files import read_json, read_tsv, write_arrays, write_json
from attentome.labels.tss import rotate_labels
from attentome.network import attention
from attentome.network.predict import predict_intervals
from attentome.network.saved_model import save_model
from attentome.network.transformer import Network, NetworkConfig, frequencies

CPU = torch.device("cpu")
WINDOW, WORD = 24, "TATAAT"
CONFIG = NetworkConfig(
    layers=1, heads=4, d_model=8, d_head=4, window=WINDOW, conv_width=6, frequencies=24, feed_forward=1
)
READER, CONTENT, TWIN, FLAT = range(4)
"""Heads of :func:`built_network`."""
AT_READER, AT_CONTENT = 9, 4
ARC = [Interval("test", "c", 500, 4500)]
ALL = 10**6
LEAST, STEEP = 0.76, 100.0
"""The heads tell the states 0.1 of each fitting base; so much they must tell together, 0.8 for four each."""


def built_network(ahead=0):
    """READER and its TWIN look at one place alone, and each tells how many bases of TATAAT end there, 0 to 6.

    The output rises with four or more, of which both tell. CONTENT prefers a place and keys with TATAAT, FLAT
    has no preference: the output ignores them both.
    """
    network = Network(dataclasses.replace(CONFIG, ahead=ahead)).double().eval()
    for name, parameter in network.named_parameters():
        torch.nn.init.constant_(parameter, 1.0 if "norm" in name and name.endswith("weight") else 0.0)
    # The states are the bases, 10 or 0; the fifth is what the heads tell, the sixth what is made of it.
    network.embedding.data[:, :4] = torch.eye(4) * 10 / 8**0.5
    layer = network.layers[0]
    bases = torch.eye(4, 8, dtype=torch.float64) / 10
    qkv = layer.qkv.weight.data.view(3, 4, 4, 8)
    qkv[2, READER] = qkv[2, TWIN] = qkv[1, CONTENT] = bases
    for tap, code in enumerate(encode(WORD).tolist()):
        layer.conv_weight.data[[1, 2], 0, code, tap] = 1
    network.u.data[CONTENT, 0] = 2.0
    network.v.data[:, 0] = 2.0
    for head, wanted in enumerate(wanted_logits()):
        layer.distance.weight.data.view(4, 4, -1)[head, 0] = position_weights(network, wanted)
    layer.out.weight.data[4, [READER * 4, TWIN * 4]] = 0.1
    layer.feed_forward[0].weight.data[0, 4] = STEEP
    layer.feed_forward[0].bias.data[0] = -STEEP * normed(LEAST)
    layer.feed_forward[2].weight.data[5, 0] = 1.0
    network.logits.weight.data[1, 5] = 1.0
    return network


def normed(signal):
    """What LayerNorm makes of the fifth number of a state with one base."""
    mean, squares = (10 + signal) / 8, (100 + signal**2) / 8
    return (signal - mean) / np.sqrt(squares - mean**2 + 1e-5)


def output_of(signal):
    """Output of the built network where its heads tell so much, array of shape (n,)."""
    states = torch.zeros(len(signal), 8, dtype=torch.float64)
    states[:, 0], states[:, 4] = 10, torch.from_numpy(signal)
    states = torch.nn.functional.layer_norm(states, (8,))
    states[:, 5] += torch.nn.functional.gelu(STEEP * (states[:, 4] - normed(LEAST)))
    return torch.nn.functional.layer_norm(states, (8,))[:, 5].numpy()


def wanted_logits():
    """Position term of the four heads: shape (4, window)."""
    away = [-np.minimum(12.0 * np.abs(np.arange(WINDOW) - place), 24) for place in (AT_READER, AT_CONTENT)]
    return np.stack([away[0], away[1] / 12, away[0], np.zeros(WINDOW)])


def position_weights(network, wanted):
    basis = attention.sinusoid(WINDOW, frequencies(network.config), CPU).numpy()
    return torch.from_numpy(np.linalg.lstsq(basis, wanted, rcond=None)[0])


def random_network(seed, config=CONFIG):
    return Network(config).initialise(torch.Generator().manual_seed(seed), 0.3).eval()


def random_genome(seed=1, circular=True, n=5000):
    return {"c": Contig("c", np.random.default_rng(seed).integers(0, 4, n).astype(np.uint8), circular)}


def no_labels(genome):
    return {
        f"{name}.{strand}": np.zeros(len(contig), np.uint8)
        for name, contig in genome.items()
        for strand in ("plus", "minus")
    }


measure = partial(measure_heads, intervals=ARC, seed=1, device=CPU, n_positions=ALL)


@pytest.fixture(scope="module")
def genome():
    return random_genome()


@pytest.fixture(scope="module")
def measured(genome):
    return measure(built_network(), genome, no_labels(genome))[0]


def consensus(frequencies, background):
    return "".join("ACGT"[i] for i in (frequencies / background).argmax(-1))


def test_head_that_knows_places_alone(measured):
    assert measured.peak_d_heldout[0, [READER, TWIN]].tolist() == [AT_READER] * 2
    np.testing.assert_allclose(measured.peak_x_uniform_heldout[0, [READER, TWIN]], WINDOW, rtol=1e-3)
    assert measured.peak_x_uniform_heldout[0, FLAT] == pytest.approx(1, abs=1e-4) and measured.focus[0, FLAT] < 1e-4
    assert measured.focus[0, READER] > 0.99
    assert np.abs(measured.attention_bits[0, [READER, FLAT]]).max() < 0.01
    np.testing.assert_allclose(measured.frequencies[:, 0, READER], measured.background[:, 0, READER], atol=1e-4)
    # Half of 4,000 nt, both strands, all of the same weight.
    np.testing.assert_allclose(measured.effective[:, 0, [READER, FLAT]], 4000, rtol=1e-3)


def test_head_whose_effect_is_a_word(measured):
    """The peak lies at the word's last base, so that the word takes the columns from d = 14 to 9."""
    evidence, high = measured, WINDOW - 1
    word = slice(high - AT_READER - 5, high - AT_READER + 1)
    logo, background = evidence.effect_frequencies[0, READER], evidence.background[1, 0, READER]
    assert consensus(logo[word], background[word]) == WORD
    bits = evidence.column_bits[0, READER]
    assert bits[word].min() > 0.3 and np.abs(np.delete(bits, np.arange(24)[word])).max() < 0.1
    used = bits[evidence.used(0, READER)]
    assert evidence.bits[0, READER] == pytest.approx(max(used[i : i + RUN].sum() for i in range(len(used) - RUN + 1)))
    assert evidence.bits[0, READER] > 3
    untrained = np.concatenate(
        [measure(random_network(seed), random_genome(), no_labels(random_genome()))[0].bits[0] for seed in range(3)]
    )
    assert evidence.bits[0, READER] > 3 * untrained.max()


def test_what_a_head_tells_is_its_bits_times_the_square_of_its_effect(genome, measured):
    """A network whose outputs are all halved has the same logos, and tells a quarter."""
    effects = SampleHalf(built_network(), genome, sample_halves(ARC, ALL)[1], CPU, 1).effects((1, 4))
    falls = np.maximum(effects[0, READER].astype(float), 0)
    assert measured.effect_information[0, READER] == pytest.approx(
        measured.bits[0, READER] * (falls**2).mean(), rel=1e-6
    )
    halved = built_network()
    halved.logits.weight.data /= 2
    less = measure(halved, genome, no_labels(genome))[0]
    assert less.bits[0, READER] == pytest.approx(measured.bits[0, READER], rel=1e-4)
    assert less.effect_information[0, READER] == pytest.approx(measured.effect_information[0, READER] / 4, rel=1e-4)
    assert (measured.effect_information[0, [CONTENT, FLAT]] == 0).all()


def test_what_a_head_tells_has_the_unit_of_the_labels(genome):
    """Labels give the outputs their unit: a network whose outputs are all halved tells as much."""
    halved = built_network()
    halved.logits.weight.data /= 2
    noise = np.random.default_rng(4)
    labels = {}
    for stream, zeros in no_labels(genome).items():
        fits = SampleHalf(built_network(), genome, [Interval("test", "c", 0, len(zeros))], CPU, 1)
        strand = np.array([name == stream.split(".")[1] for name in fits.positions()[1]])
        outputs = np.zeros(len(zeros))
        outputs[fits.positions()[2][strand]] = fits.outputs[strand]
        labels[stream] = (noise.random(len(zeros)) < 1 / (1 + np.exp(4 - 3 * outputs))).astype(np.uint8)
    whole, half = (measure(network, genome, labels)[0] for network in (built_network(), halved))
    assert whole.slope == pytest.approx(3, rel=0.3)
    assert half.slope == pytest.approx(2 * whole.slope, rel=1e-4)
    assert half.effect_information[0, READER] == pytest.approx(whole.effect_information[0, READER], rel=1e-3)
    assert whole.effect_information[0, READER] == pytest.approx(
        whole.bits[0, READER] * whole.effect_power[0, READER] * whole.slope**2
    )


def test_effect_is_what_the_output_loses(genome):
    """By the formula of the built network: LayerNorm of the base at the query and the number of fitting bases."""
    for ahead in (0, 3):
        network = built_network(ahead)
        half = SampleHalf(network, genome, [Interval("test", "c", 200, 500), Interval("test", "c", 900, 1000)], CPU, 1)
        contig, strand, position = half.positions()
        share = np.exp(wanted_logits()[READER])
        share /= share.sum()
        signal = np.zeros(len(position))
        for row, (name, sign, place) in enumerate(zip(contig, strand, position, strict=True)):
            query = place if sign == "plus" else len(genome[name]) - 1 - place
            codes = genome[name].window(sign, query + ahead - WINDOW - 4, query + ahead + 1)
            fits = [
                sum(a == b for a, b in zip(decode(codes[end - 5 : end + 1]), WORD, strict=True))
                for end in range(5, len(codes))
            ]
            signal[row] = 0.1 * (share @ fits[::-1])
        effects = half.effects((1, 4))
        np.testing.assert_allclose(half.outputs, output_of(2 * signal), atol=1e-5)
        for head in (READER, TWIN):
            np.testing.assert_allclose(
                effects[0, head], output_of(2 * signal) - output_of(signal + signal.mean()), atol=1e-5
            )
        assert effects[0, READER].max() > 1
        np.testing.assert_array_equal(effects[0, [CONTENT, FLAT]], 0)


@pytest.mark.parametrize(
    ("peak", "window", "context", "low", "high"),
    [
        (27, 128, (6, 6), 0, 99),
        (110, 512, (6, 0), 60, 159),  # the zoom holds all
        (63, 128, (194, 0), 28, 127),
        (95, 128, (12, 0), 16, 115),  # moved to the window's end, or as far as is read
        (1, 128, (194, 0), 0, 99),
        (25, 128, (194, 0), 17, 116),  # the peak and what is beside it stay
        (500, 512, (194, 0), 412, 511),
    ],
)
def test_columns_of_a_logo_lie_where_the_head_reads(peak, window, context, low, high):
    assert logo_range(peak, window, context) == (low, high)
    assert low <= max(0, peak - context[1] - BESIDE - READ_MARGIN)


def test_head_that_the_output_ignores(measured):
    """It has a logo of its attention, and none of its effect."""
    assert (measured.effect_effective[0, [CONTENT, FLAT]] == 0).all()
    assert (measured.effect_frequencies[0, [CONTENT, FLAT]] == 0).all()
    assert (measured.bits[0, [CONTENT, FLAT]] < 0).all() and np.isfinite(measured.bits).all()
    table = logo_table(measured)
    assert (table[table["head"] == CONTENT + 1][["A", "C", "G", "T", "bits"]] == 0).all(axis=None)
    assert measured.peak_d_heldout[0, CONTENT] == AT_CONTENT
    word = slice(WINDOW - 1 - AT_CONTENT - 5, WINDOW - AT_CONTENT)
    for half in (0, 1):
        parts = measured.frequencies, measured.background
        assert consensus(*(part[half, 0, CONTENT, word] for part in parts)) == WORD
    assert measured.attention_bits[0, CONTENT] > 0.4 and measured.auroc[0, CONTENT] > 0.9
    assert (measured.effective[:, 0, CONTENT] < 3900).all()


def test_identical_heads_are_measured_alike(measured):
    for name in ("peak_x_uniform_heldout", "focus", "bits", "attention_bits", "auroc"):
        values = getattr(measured, name)[0]
        assert values[READER] == pytest.approx(values[TWIN], rel=1e-5), name
    np.testing.assert_allclose(measured.effect_frequencies[0, READER], measured.effect_frequencies[0, TWIN], rtol=1e-5)


@pytest.mark.parametrize("strand", ["plus", "minus"])
def test_planted_word_is_found_on_either_strand(strand):
    tokens = random_genome(2)["c"].tokens
    word = encode(WORD) if strand == "plus" else reverse_complement(encode(WORD))
    starts = np.arange(20, 4980, 50)
    for start in starts:
        tokens[start : start + 6] = word
    genome = {"c": Contig("c", tokens, True)}
    evidence, top = measure(built_network(ahead=3), genome, no_labels(genome))
    high = WINDOW - 1
    columns = slice(high - AT_READER - 5, high - AT_READER + 1)
    assert (
        consensus(evidence.effect_frequencies[0, READER, columns], evidence.background[1, 0, READER, columns]) == WORD
    )
    assert evidence.peak_d_heldout[0, READER] == AT_READER and evidence.bits[0, READER] > 5
    # The highest outputs lie where the word ends 9 nt upstream of the window's end, itself 3 nt ahead.
    queries = starts + 5 + AT_READER - 3 if strand == "plus" else starts - AT_READER + 3
    found = top["position"][top["strand"] == strand]
    inside = [place for place in queries if 500 <= place < 4500]
    assert set(inside) <= set(found.tolist())
    # Bases of the best windows, cut out of the genome by the table.
    table = best_window_table(evidence, genome, 3)
    at = int(evidence.peak_d_heldout[0, CONTENT])
    nearest, farthest = evidence.read_range(0, CONTENT)
    rows = table[(table["head"] == CONTENT + 1) & (table["rank"] <= 30)]
    assert (rows["end"] - rows["start"] == farthest - nearest + 1).all()
    assert (rows["strand"] == ("+" if strand == "plus" else "-")).mean() > 0.9
    for row in rows.itertuples():
        codes = tokens[row.start : row.end]
        text = decode(codes if row.strand == "+" else reverse_complement(codes))
        assert text[farthest - at - 5 : farthest - at + 1] == WORD


def everything(network, genome, intervals):
    """Outputs (n,), scores (layers, heads, n, d) and places of all positions of intervals, each strand as a whole."""
    upstream, downstream = network.context()
    outputs, scores, places = [], [], []
    for part in intervals:
        contig = genome[part.contig]
        for strand in ("plus", "minus"):
            codes = contig.window(strand, -upstream, len(contig) + downstream)
            with torch.inference_mode():
                logits, here = network(torch.from_numpy(codes.astype(np.int64))[None], True)
            positions = np.arange(len(contig)) if strand == "plus" else np.arange(len(contig))[::-1]
            inside = (positions >= part.start) & (positions < part.end)
            outputs.append((logits[0, :, 1] - logits[0, :, 0]).numpy()[inside])
            scores.append(torch.stack([layer[0] for layer in here]).numpy()[:, :, inside])
            places += [(part.contig, strand, int(position)) for position in positions[inside]]
    return np.concatenate(outputs), np.concatenate(scores, 2), places


DEEP = NetworkConfig(layers=2, heads=3, d_model=8, d_head=4, window=16, conv_width=3)


@pytest.fixture(scope="module", params=[{}, {"ahead": 5, "padding": "same"}], ids=["behind", "ahead"])
def half(request):
    """A half of three stretches, and all that a network finds there."""
    rng = np.random.default_rng(3)
    genome = {
        "ring": Contig("ring", rng.integers(0, 4, 300).astype(np.uint8), True),
        "line": Contig("line", rng.integers(0, 5, 200).astype(np.uint8)),
    }
    network = random_network(4, dataclasses.replace(DEEP, **request.param))
    intervals = [Interval("test", "ring", 0, 120), Interval("test", "line", 0, 90), Interval("test", "line", 150, 200)]
    return SampleHalf(network, genome, intervals, CPU, 1), *everything(network, genome, intervals)


def test_half_is_what_the_network_does_there(half):
    half, outputs, scores, places = half
    assert list(zip(*(part.tolist() for part in half.positions()), strict=True)) == places
    np.testing.assert_allclose(half.outputs, outputs, atol=1e-5)
    np.testing.assert_allclose(half.mean, scores.mean(2), atol=1e-6)
    best = np.argsort(-half.outputs, kind="stable")
    for n in (1, 20, 150):
        np.testing.assert_allclose(half.top_profile(n), scores[:, :, best[:n]].mean(2), atol=1e-6)
    distances = np.array([[0, 7, 15], [3, 3, 14]])
    found = half.scores_at(distances)
    for layer, head in np.ndindex(2, 3):
        np.testing.assert_allclose(found[layer, head], scores[layer, head, :, distances[layer, head]], atol=1e-6)


def windows_of(half, places, low, high):
    """Window of each place, column 0 is d = ``high``: texts, each base by a walk of its own through the genome."""
    found, ahead = [], half.network.config.ahead
    for name, strand, position in places:
        contig, text = half.genome[name], ""
        for d in range(high, low - 1, -1):
            place = position + ahead - d if strand == "plus" else position - ahead + d
            if contig.circular:
                place %= len(contig)
            letter = decode(contig.tokens[place : place + 1]) if 0 <= place < len(contig) else "-"
            text += letter if strand == "plus" else {"A": "T", "T": "A", "C": "G", "G": "C"}.get(letter, letter)
        found.append(text)
    return found


def test_logos_are_sums_over_windows(half):
    half, _, _, places = half
    rng = np.random.default_rng(5)
    scores = rng.random(len(places)) ** 3
    scores[::7] = 0
    texts = windows_of(half, places, 2, 13)
    assert any("N" in text for text in texts) and any("-" in text for text in texts)
    rows = rng.integers(0, len(places), 40)
    assert [decode(codes) for codes in half.windows(rows, 2, 13)] == [texts[row] for row in rows]
    logo, background, effective = half.weighted(scores, 2, 13)
    assert effective == pytest.approx(sum(scores) ** 2 / sum(scores**2))
    for column in range(12):
        sums, plain = (
            {
                letter: sum(weight for weight, text in zip(weights, texts, strict=True) if text[column] == letter)
                for letter in "ACGT"
            }
            for weights in (scores, np.ones(len(places)))
        )
        np.testing.assert_allclose(logo[column], np.array(list(sums.values())) / sum(sums.values()), rtol=1e-12)
        np.testing.assert_allclose(background[column], np.array(list(plain.values())) / sum(plain.values()), rtol=1e-12)
    weights = rng.normal(size=(6, 4))
    rows = [dict(zip("ACGT", row, strict=True)) for row in weights]
    expected = [
        sum(row.get(letter, 0) for row, letter in zip(rows, text, strict=True))
        for text in windows_of(half, places, 5, 10)
    ]
    np.testing.assert_allclose(half.pwm_scores(weights, 10), expected, atol=1e-12)


def test_windows_drawn_at_random_have_the_same_gc(half):
    half, _, _, places = half
    rows = np.argsort(-half.outputs)[:50]
    gc = [sum(letter in "GC" for letter in text) for text in windows_of(half, places, 1, 12)]
    drawn = [half.rows_of_equal_gc(rows, 1, 12, np.random.default_rng(seed)) for seed in (1, 2, 1)]
    for chosen in drawn:
        assert [gc[row] for row in chosen] == [gc[row] for row in rows]
    assert drawn[0].tolist() == drawn[2].tolist() != drawn[1].tolist()
    # Drawn from all of the half.
    assert set(drawn[0].tolist()) - set(rows.tolist()) and len(set(drawn[0].tolist())) > 25


def test_blocks_hold_both_strands():
    genome = random_genome(n=6000)
    intervals = [Interval("test", "c", 100, 2500), Interval("test", "c", 4000, 5000)]
    half = SampleHalf(random_network(1), genome, intervals, CPU, 1)
    _, _, position = half.positions()
    expected = np.where(position < 2500, (position - 100) // BOOTSTRAP_BLOCK, 3 + (position - 4000) // BOOTSTRAP_BLOCK)
    np.testing.assert_array_equal(half.blocks(), expected)


def test_other_strand_of_the_genome_gives_the_same(genome):
    """The whole genome turned round: the strands change places, each half is the other one's."""
    turned = {"c": Contig("c", reverse_complement(genome["c"].tokens), True)}
    network = built_network(ahead=2)
    arc, back = [Interval("test", "c", 1000, 2000)], [Interval("test", "c", 3000, 4000)]
    here, there = (SampleHalf(network, each, part, CPU, 1) for each, part in ((genome, arc), (turned, back)))
    swap = np.r_[1000:2000, 0:1000]
    np.testing.assert_allclose(there.outputs, here.outputs[swap], atol=1e-5)
    np.testing.assert_allclose(there.effects((1, 4)), here.effects((1, 4))[:, :, swap], atol=1e-5)
    weights = np.random.default_rng(1).random(2000)
    for one, other in zip(here.weighted(weights, 0, 20), there.weighted(weights[swap], 0, 20), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
    one, other = (
        measure_heads(network, each, no_labels(each), part, 1, CPU, n_positions=ALL)[0]
        for each, part in ((genome, arc), (turned, back))
    )
    assert one.peak_d_heldout[0, :3].tolist() == other.peak_d_heldout[0, :3].tolist()
    np.testing.assert_allclose(one.frequencies[:, 0, :3], other.frequencies[::-1, 0, :3], atol=1e-5)
    np.testing.assert_allclose(one.mean_all, other.mean_all[::-1], atol=1e-6)


@pytest.mark.parametrize("parts", [[(0, 400_000)], [(1000, 90_000), (100_000, 110_000), (200_000, 330_000)]])
def test_halves_of_the_sample_lie_apart_and_all_over_the_arc(parts):
    arc = [Interval("test", "c", start, end) for start, end in parts]
    total = sum(map(len, arc))
    halves = sample_halves(arc, 160_000)
    # Places along the arc, so that gaps between its intervals do not count.
    before = np.cumsum([0, *map(len, arc)])
    places = []
    for half in halves:
        here = np.zeros(total, int)
        for part in half:
            assert len(part) <= STRETCH
            which = next(i for i, whole in enumerate(arc) if whole.start <= part.start and part.end <= whole.end)
            first = before[which] + part.start - arc[which].start
            here[first : first + len(part)] += 1
        places.append(here)
    assert (places[0] + places[1]).max() == 1
    assert not places[0][total // 2 :].any() and not places[1][: total // 2].any()
    for here in places:
        # 160,000 positions: 40,000 nt of each half, both strands.
        assert abs(here.sum() - 40_000) <= STRETCH
        rows = np.flatnonzero(here)
        gaps = np.diff(rows)[np.diff(rows) > 1]
        assert gaps.max() < 1.7 * np.median(gaps) + STRETCH


def test_short_arc_is_taken_as_a_whole():
    arc = [Interval("test", "a", 10, 9011), Interval("test", "b", 0, 20)]
    halves = sample_halves(arc, ALL)
    covered = [{(part.contig, place) for part in half for place in range(part.start, part.end)} for half in halves]
    assert covered[0] | covered[1] == {(part.contig, place) for part in arc for place in range(part.start, part.end)}
    assert not covered[0] & covered[1] and abs(len(covered[0]) - len(covered[1])) <= 1
    assert [sum(map(len, half)) for half in halves] == [len(each) for each in covered]


def test_peaks_are_chosen_on_the_first_half_and_judged_on_the_second():
    genome = random_genome(6)
    network = random_network(7, dataclasses.replace(DEEP, window=WINDOW))
    evidence, _ = measure(network, genome, no_labels(genome), n_top=30)
    halves = [
        SampleHalf(network, genome, [Interval("test", "c", *ends)], CPU, 1) for ends in ((500, 2500), (2500, 4500))
    ]
    profiles = [half.top_profile(30) for half in halves]
    np.testing.assert_array_equal(evidence.peak_d_heldout, profiles[0].argmax(-1))
    assert (evidence.peak_d_heldout != profiles[1].argmax(-1)).any()
    for layer, head in np.ndindex(2, 3):
        peak = evidence.peak_d_heldout[layer, head]
        assert evidence.peak_x_uniform_heldout[layer, head] == pytest.approx(
            24 * profiles[1][layer, head, peak], rel=1e-4
        )
        # The best windows of the second half.
        scores = halves[1].scores_at(evidence.peak_d_heldout)[layer, head]
        best = {name: values[layer, head] for name, values in evidence.best.items()}
        np.testing.assert_allclose(best["score"], np.sort(scores)[::-1][:N_WINDOWS], rtol=1e-6)
        assert ((best["position"] >= 2500) & (best["position"] < 4500)).all()
        where = {
            (strand, position): row
            for row, (_, strand, position) in enumerate(zip(*halves[1].positions(), strict=True))
        }
        rows = [where[place] for place in zip(best["strand"], best["position"], strict=True)]
        np.testing.assert_allclose(scores[rows], best["score"], rtol=1e-6)
        np.testing.assert_allclose(halves[1].outputs[rows], best["output"], atol=1e-5)
        texts = [decode(codes) for codes in halves[1].windows(np.array(rows), *evidence.logo_range(layer, head))]
        assert evidence.best_counts[layer, head].tolist() == [
            [sum(text[column] == letter for text in texts) for letter in "ACGT"] for column in range(24)
        ]
        assert evidence.random_counts[layer, head].sum(1).tolist() == [N_WINDOWS] * 24
        # Bits of the PWM of the first half, judged on the second.
        low, high = evidence.logo_range(layer, head)
        nearest, farthest = used_range(peak, evidence.key_context[layer], low, high)
        used = slice(high - farthest, high - nearest + 1)
        first = halves[0].scores_at(evidence.peak_d_heldout)[layer, head]
        logo, background, n = halves[0].weighted(first, low, high)
        weights = pwm(logo[used], background[used], n)
        is_best = np.zeros(len(scores), int)
        is_best[np.argsort(-scores, kind="stable")[: round(BEST_SHARE * len(scores))]] = 1
        expected = roc_auc_score(is_best, halves[1].pwm_scores(weights, farthest))
        assert evidence.auroc[layer, head] == pytest.approx(expected, abs=1e-6)


def test_pwm_is_the_log_of_the_odds():
    logo, background = np.array([[0.7, 0.1, 0.1, 0.1], [1, 0, 0, 0]]), np.array([[0.25] * 4, [0.5, 0.25, 0.25, 0]])
    found = pwm(logo, background, 99.5)
    assert found[0, 0] == pytest.approx(np.log2((0.7 * 99.5 + 0.25 * 0.5) / 100 / 0.25))
    assert found[1, 1] == pytest.approx(np.log2(0.25 * 0.5 / 100 / 0.25)) and found[1, 3] == 0


def test_bits_of_weighted_windows_are_not_raised_by_their_number():
    """Weights that have nothing to do with the bases: their mean is 0 however few windows count."""
    rng = np.random.default_rng(8)
    for n in (30, 300):
        counts = rng.multinomial(n, [0.4, 0.1, 0.2, 0.3], 20_000)
        found = divergence(counts / n, np.array([0.4, 0.1, 0.2, 0.3]), n)
        assert abs(found.mean()) < 0.1 * 3 / (2 * np.log(2) * n) and found.min() < 0
    known = divergence(np.array([0.5, 0.5, 0, 0]), np.array([0.25] * 4), 100)
    assert known == pytest.approx(1 - 3 / (200 * np.log(2)))


def test_pr_auc_is_that_of_the_outputs():
    genome = random_genome(9)
    network = random_network(10)
    rng = np.random.default_rng(11)
    outputs = np.split(predict_intervals(network, genome, ARC, CPU), 2)
    labels = no_labels(genome)
    for strand, values in zip(("plus", "minus"), outputs, strict=True):
        labels[f"c.{strand}"][500:4500] = values + rng.normal(0, np.std(values), 4000) > np.quantile(values, 0.995)
    target = np.concatenate([labels[f"c.{strand}"][500:4500] for strand in ("plus", "minus")])
    evidence, _ = measure(network, genome, labels)
    assert 20 < target.sum() < 4000 and evidence.prevalence == pytest.approx(target.mean())
    for truth in (average_precision_score, pr_auc):
        assert evidence.pr_auc == pytest.approx(truth(target, np.concatenate(outputs)), rel=1e-3)
    assert evidence.pr_auc_lo < evidence.pr_auc < evidence.pr_auc_hi
    # Other labels, the same heads; a network that was trained on labels elsewhere is asked for those.
    elsewhere, _ = measure(network, genome, rotate_labels(labels, 0.37))
    assert elsewhere.pr_auc < evidence.pr_auc
    np.testing.assert_array_equal(elsewhere.mean_top, evidence.mean_top)
    none, _ = measure(network, genome, no_labels(genome))
    assert np.isnan([none.pr_auc, none.pr_auc_lo, none.pr_auc_hi]).all() and none.prevalence == 0


def same(one, other):
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        for name in a if isinstance(a, dict) else [None]:
            x, y = (a, b) if name is None else (a[name], b[name])
            np.testing.assert_array_equal(x, y, err_msg=f"{field.name} {name}")
            assert np.asarray(x).dtype.kind == np.asarray(y).dtype.kind


@pytest.fixture(scope="module")
def two_contigs():
    """Evidence of places on a ring and a line, with N in it."""
    rng = np.random.default_rng(12)
    genome = {
        "ring": Contig("ring", rng.integers(0, 4, 900).astype(np.uint8), True),
        "line 2": Contig("line 2", rng.integers(0, 5, 700).astype(np.uint8)),
    }
    arc = [Interval("test", "ring", 0, 900), Interval("test", "line 2", 0, 700)]
    network = random_network(13, dataclasses.replace(DEEP, ahead=5, padding="same"))
    return network, genome, arc


def test_threads_do_not_matter_and_files_keep_it_all(two_contigs, tmp_path):
    network, genome, arc = two_contigs
    found, other = (
        measure_heads(network, genome, no_labels(genome), arc, 1, CPU, threads, ALL, 50) for threads in (1, 2)
    )
    same(found[0], other[0])
    for name, values in found[1].items():
        np.testing.assert_array_equal(values, other[1][name])
        assert len(values) == 100
    write_evidence(tmp_path / "evidence.safetensors", found[0])
    again = read_evidence(tmp_path / "evidence.safetensors")
    same(found[0], again)
    assert np.isnan(again.pr_auc) and set(again.best["contig"].ravel()) == {"ring", "line 2"}
    assert again.window == 16 and again.n_positions == 3200 and again.n_top == 50
    logos, windows = logo_table(found[0]), best_window_table(found[0], genome, 5)
    pd.testing.assert_frame_equal(logo_table(again), logos)
    pd.testing.assert_frame_equal(best_window_table(again, genome, 5), windows)


def plain_range(profile, peak, key_context, low, high):
    """Smallest and largest d, by walking off from the peak for as long as the profile has half of its height."""
    ends = []
    for sign, further in ((-1, key_context[1]), (1, key_context[0])):
        d = peak
        while abs(d + sign - peak) <= BESIDE and low <= d + sign <= high and profile[d + sign] >= profile[peak] / 2:
            d += sign
        ends.append(min(max(d + sign * (further + READ_MARGIN), low), high))
    return tuple(ends)


@pytest.mark.parametrize(
    ("peak", "wide", "expected"),
    [(20, 0, (18, 27)), (20, 3, (15, 30)), (20, 30, (12, 33)), (1, 3, (0, 11)), (58, 0, (56, 59)), (0, 59, (0, 13))],
)
def test_bases_that_a_head_can_read(measured, peak, wide, expected):
    """Keys of half of the peak's score or more, at most 6 nt off; 5 nt of convolution upstream; 2 nt on either side."""
    profile = np.full(60, 0.49)
    profile[max(peak - wide, 0) : peak + wide + 1] = 0.5
    profile[peak] = 1
    # What is high elsewhere does not matter.
    elsewhere = np.where(np.abs(np.arange(60) - peak) > 30, 0.6, profile)
    for part in (profile, elsewhere) if wide < 30 else (profile,):
        evidence = dataclasses.replace(
            measured, mean_top=np.broadcast_to(part, (2, 1, 1, 60)), peak_d_heldout=np.array([[peak]])
        )
        assert evidence.read_range(0, 0) == expected == plain_range(part, peak, (5, 0), 0, 59)
        assert evidence.used(0, 0) == slice(59 - expected[1], 60 - expected[0])


def test_tables_of_logos_and_windows(two_contigs):
    network, genome, arc = two_contigs
    evidence, _ = measure_heads(network, genome, no_labels(genome), arc, 1, CPU, 1, ALL, 50)
    logos, windows = logo_table(evidence), best_window_table(evidence, genome, 5)
    assert list(logos) == ["layer", "head", "d", "A", "C", "G", "T", "bits", "used"]
    assert list(windows) == ["layer", "head", "contig", "start", "end", "strand", "rank", "query", "score", "output"]
    assert len(logos) == 6 * 16 and len(windows) == 6 * N_WINDOWS
    cut, spans = 0, set()
    for layer, head in np.ndindex(2, 3):
        peak = int(evidence.peak_d_heldout[layer, head])
        # Convolutions of width 3 reach 1 nt to either side in each layer.
        nearest, farthest = plain_range(evidence.mean_top[0, layer, head], peak, (layer + 1, layer + 1), 0, 15)
        spans.add(farthest - nearest)
        logo = logos[(logos["layer"] == layer + 1) & (logos["head"] == head + 1)]
        assert logo["d"].tolist() == list(range(15, -1, -1))
        assert logo["used"].tolist() == [int(nearest <= d <= farthest) for d in logo["d"]]
        np.testing.assert_allclose(logo[list("ACGT")].sum(axis=1), evidence.effect_effective[layer, head], rtol=1e-5)
        np.testing.assert_allclose(logo["bits"], np.maximum(evidence.column_bits[layer, head], 0))
        rows = windows[(windows["layer"] == layer + 1) & (windows["head"] == head + 1)]
        assert rows["rank"].tolist() == list(range(1, N_WINDOWS + 1)) and rows["score"].is_monotonic_decreasing
        for row in rows.itertuples():
            contig, sign = genome[row.contig], 1 if row.strand == "+" else -1
            places = [row.query + sign * (5 - d) for d in range(farthest, nearest - 1, -1)]
            inside = [place for place in places if 0 <= place < len(contig)]
            cut += len(inside) < len(places)
            text = contig.tokens[row.start : row.end]
            text = decode(text if row.strand == "+" else reverse_complement(text))
            expected = [decode(contig.tokens[[place]]) for place in inside]
            complement = {"A": "T", "T": "A", "C": "G", "G": "C", "N": "N"}
            assert text == "".join(expected if row.strand == "+" else map(complement.get, expected))
    assert set(windows["strand"]) == {"+", "-"} and cut and len(spans) > 2


@pytest.fixture
def folder(tmp_path):
    """What MEASURE_HEADS gets: the built network, one of random weights, one of rotated labels."""
    genome = random_genome(14, n=3000)
    labels = no_labels(genome)
    labels["c.plus"][[900, 1500, 2100]] = labels["c.minus"][[1200, 1800]] = 1
    for name, network in (("real", built_network()), ("random", random_network(1)), ("rotated", random_network(2))):
        save_model(tmp_path / name, network.float(), 7, {"preset": "tiny"})
    (tmp_path / "genome.fna").write_text(f">c\n{decode(genome['c'].tokens)}\n")
    write_json(tmp_path / "genome.json", {"contigs": [{"name": "c", "length": 3000, "circular": True}]})
    write_arrays(tmp_path / "labels.safetensors", labels)
    write_tsv(
        tmp_path / "split.tsv",
        pd.DataFrame([("train", "c", 0, 800), ("test", "c", 800, 2400)], columns=["arc", "contig", "start", "end"]),
    )
    write_json(
        tmp_path / "networks.json",
        [
            {"id": "curated"},
            {"id": "r1", "control": "random", "steps": 0},
            {"id": "t1", "control": "rotated", "rotate": 0.5},
        ],
    )
    return tmp_path


def command(folder, monkeypatch, *further, models=("real", "random", "rotated")):
    arguments = {
        "genome": "genome.fna",
        "genome_json": "genome.json",
        "labels": "labels.safetensors",
        "split": "split.tsv",
        "networks": "networks.json",
        "out": "out",
        "record": "record.json",
    }
    given = [part for name, file in arguments.items() for part in (f"--{name}", str(folder / file))]
    models = [str(folder / model) for model in models]
    monkeypatch.setattr(sys, "argv", ["measure_heads.py", *given, "--models", *models, "--tag", "all", *further])
    load_command("measure_heads").main()


def test_command_measures_networks_one_by_one(folder, monkeypatch):
    command(folder, monkeypatch)
    out = folder / "out"
    files = ["evidence.safetensors", "logos.tsv", "measured.json", "windows.tsv"]
    for name in ("curated", "r1", "t1"):
        expected = sorted([*files, "parts.safetensors", "components.tsv"]) if name == "curated" else files
        assert sorted(path.name for path in (out / name).iterdir()) == expected
        assert read_json(out / name / "measured.json") == {"label_shift": 7, "window": WINDOW}
    assert json.loads((folder / "record.json").read_text())["process"] == "MEASURE_HEADS"
    evidence = read_evidence(out / "curated/evidence.safetensors")
    assert evidence.n_positions == 3200 and evidence.peak_d_heldout[0, READER] == AT_READER
    # Five labels lie in the arc; moved by half of 3,000 nt, those at 900 and 600 beyond it do.
    assert evidence.prevalence == pytest.approx(5 / 3200)
    moved = [(place + 1500) % 3000 for place in (900, 1500, 2100, 1200, 1800)]
    expected = sum(800 <= place < 2400 for place in moved) / 3200
    assert read_evidence(out / "t1/evidence.safetensors").prevalence == pytest.approx(expected)
    table = read_tsv(out / "curated/logos.tsv")
    word = table[(table["head"] == READER + 1) & table["d"].between(AT_READER, AT_READER + 5)]
    assert "".join("ACGT"[i] for i in word[list("ACGT")].to_numpy().argmax(1)) == WORD
    # A network alone is measured as it is beside others.
    write_json(folder / "networks.json", [{"id": "alone", "control": "random"}])
    command(folder, monkeypatch, models=["random"])
    assert (out / "alone/evidence.safetensors").read_bytes() == (out / "r1/evidence.safetensors").read_bytes()
    command(folder, monkeypatch, "--positions", "1000", models=["random"])
    assert read_evidence(out / "alone/evidence.safetensors").n_positions == 3200


def test_command_refuses_in_one_line(folder, monkeypatch, capsys):
    weights = folder / "random/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    for models, words in ((["nowhere"], "not a model directory"), (["random"], "is cut or damaged")):
        write_json(folder / "networks.json", [{"id": "alone"}])
        with pytest.raises(SystemExit) as exit_info:
            command(folder, monkeypatch, models=models)
        lines = capsys.readouterr().err.splitlines()
        assert exit_info.value.code == 2 and len(lines) == 1 and words in lines[0]
