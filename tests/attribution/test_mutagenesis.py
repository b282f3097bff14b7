"""In-silico mutagenesis and deletion curves against mutated genomes and networks that read known bases."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from attentome.attribution.deletion import (
    DELETION_STEPS,
    ISM,
    RANDOM,
    area,
    area_table,
    deletion_curves,
    deletion_table,
    ism_order,
)
from attentome.attribution.mutagenesis import (
    choose_distances,
    choose_queries,
    interval_over_sites,
    ism_profile,
    ism_table,
    mutate,
    place_of_distance,
)
from attentome.genome.arcs import Interval
from attentome.genome.contigs import OUTSIDE, UNKNOWN, Contig, encode
from attentome.network.transformer import Network, NetworkConfig

CPU = torch.device("cpu")
WINDOW = 12


def random_contig(length, seed, circular=False):
    return Contig("c", np.random.default_rng(seed).integers(0, 4, length).astype(np.uint8), circular)


def small_network(**changes):
    shape = {"layers": 2, "heads": 2, "d_model": 8, "d_head": 4, "window": WINDOW, "conv_width": 3} | changes
    return Network(NetworkConfig(**shape)).initialise(torch.Generator().manual_seed(1), 0.6).double().eval()


def queries_of(*rows):
    return pd.DataFrame(rows, columns=["contig", "strand", "position"])


class PlantedNetwork:
    """Adds up a number for each base at given distances, and reads nothing else."""

    def __init__(self, tables, upstream=20, downstream=3, ahead=2):
        self.tables, self.around = tables, (upstream, downstream)
        self.config = SimpleNamespace(ahead=ahead)

    def context(self):
        return self.around

    def scan(self, tokens, watch=None):
        upstream, downstream = self.around
        n = tokens.shape[1] - upstream - downstream
        output = torch.zeros(len(tokens), n, dtype=torch.float64)
        for d, numbers in self.tables.items():
            first = upstream + self.config.ahead - d
            # Unknown and outside bases count 0.
            output += torch.tensor([*numbers, 0.0, 0.0], dtype=torch.float64)[tokens[:, first : first + n]]
        return output


@pytest.mark.parametrize("changes", [{}, {"ahead": 5, "padding": "same"}], ids=["behind", "ahead"])
def test_effects_equal_predictions_of_mutated_genomes(changes):
    """One genome per mutant, its whole strand predicted at once: near a circle's origin and inside, both strands."""
    network = small_network(**changes)
    upstream, downstream = network.context()
    length, ahead = 90, network.config.ahead
    contig = random_contig(length, 1, circular=True)
    queries = queries_of(("c", "plus", 4), ("c", "minus", 40), ("c", "minus", 88))
    effects = mutate(network, {"c": contig}, queries, 0, WINDOW - 1, CPU, batch=7)

    def output(tokens, strand, position):
        around = Contig("c", tokens, True).window(strand, -upstream, length + downstream)
        with torch.no_grad():
            logits = network(torch.from_numpy(around.astype(np.int64))[None])[0][0]
        return (logits[:, 1] - logits[:, 0]).numpy()[position if strand == "plus" else length - 1 - position]

    for i, (_, strand, position) in enumerate(queries.itertuples(index=False)):
        before = output(contig.tokens, strand, position)
        assert effects.output[i] == pytest.approx(before, abs=1e-6)
        for d in range(WINDOW):
            step = ahead - d
            place = (position + (step if strand == "plus" else -step)) % length
            for code in range(4):
                mutant = contig.tokens.copy()
                # A and T, C and G are codes 0 and 1, 2 and 3.
                mutant[place] = code if strand == "plus" else code ^ 1
                change = effects.delta[i, d, code]
                if mutant[place] == contig.tokens[place]:
                    assert np.isnan(change) and effects.codes[i, d] == code
                else:
                    assert change == pytest.approx(output(mutant, strand, position) - before, abs=1e-6)
    assert np.nanmax(np.abs(effects.delta)) > 1e-3


@pytest.mark.parametrize("ahead", [0, 2])
def test_one_base_that_is_read(ahead):
    network = PlantedNetwork({7: (0.0, 1.0, 4.0, 9.0)}, ahead=ahead)
    genome = {"c": random_contig(60, 2)}
    queries = queries_of(("c", "plus", 30), ("c", "minus", 30), ("c", "plus", 45))
    effects = mutate(network, genome, queries, -1 if ahead else 0, 15, CPU)
    numbers = np.array([0.0, 1.0, 4.0, 9.0])
    for i, strand, position in ((0, "plus", 30), (1, "minus", 29), (2, "plus", 45)):
        reference = genome["c"].stream(strand)[position + ahead - 7]
        for d in effects.distances:
            change = numbers - numbers[reference] if d == 7 else np.zeros(4)
            change[effects.codes[i, d - effects.distances[0]]] = np.nan
            np.testing.assert_allclose(effects.delta[i, d - effects.distances[0]], change)
        mean = effects.mean_abs[i][effects.distances == 7]
        np.testing.assert_allclose(mean, np.abs(numbers - numbers[reference]).sum() / 3)


def test_both_strands_are_mirror_images():
    network = small_network(ahead=3)
    contig = random_contig(80, 3)
    mirrored = Contig("c", contig.stream("minus").copy())
    here = mutate(network, {"c": contig}, queries_of(("c", "plus", 50), ("c", "minus", 22)), 0, WINDOW - 1, CPU)
    there = mutate(network, {"c": mirrored}, queries_of(("c", "minus", 29), ("c", "plus", 57)), 0, WINDOW - 1, CPU)
    np.testing.assert_array_equal(here.codes, there.codes)
    np.testing.assert_allclose(here.delta, there.delta, atol=1e-7)


def test_unknown_and_outside_bases_are_left_alone():
    tokens = random_contig(50, 4).tokens.copy()
    tokens[20] = UNKNOWN
    network = small_network()
    genome = {"c": Contig("c", tokens)}
    effects = mutate(network, genome, queries_of(("c", "plus", 5), ("c", "plus", 25), ("c", "minus", 15)), 0, 11, CPU)
    known = np.ones((3, 12), bool)
    known[0, 6:] = known[1, 5] = known[2, 5] = False
    np.testing.assert_array_equal(effects.known, known)
    assert (effects.codes[0, 6:] == OUTSIDE).all()
    np.testing.assert_array_equal(np.isfinite(effects.delta).sum(-1), np.where(known, 3, 0))
    np.testing.assert_array_equal(np.isfinite(effects.mean_delta), known)
    assert len(ism_table(effects, 0)) == 3 * known.sum()
    profile = ism_profile(effects, 0)
    np.testing.assert_array_equal(profile["n"], known.sum(0))
    np.testing.assert_allclose(profile["mean_abs"][5], np.nansum(np.abs(effects.delta[0, 5])) / 3, rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_batches_and_threads_do_not_matter(dtype):
    """But for rounding: 16 units in the last place of the largest output, whatever the processor's order of sums."""
    network = small_network().to(dtype)
    genome, queries = {"c": random_contig(70, 5)}, queries_of(("c", "plus", 40), ("c", "minus", 40))
    effects = [
        mutate(network, genome, queries, 2, 9, CPU, batch, threads) for batch, threads in ((1, 1), (5, 1), (64, 2))
    ]
    orders = [{ISM: ism_order(effects[0])}] * 3
    curves = [
        deletion_curves(network, genome, effects[0], order, 1, CPU, batch, threads)
        for order, (batch, threads) in zip(orders, ((1, 1), (5, 1), (64, 2)))
    ]
    largest = np.nanmax(np.abs(effects[0].output[:, None, None] + np.nan_to_num(effects[0].delta)))
    limit = 16 * torch.finfo(dtype).eps * largest
    stored = limit + np.spacing(np.float32(2 * largest))  # delta is kept as float32
    for other, curve in zip(effects[1:], curves[1:]):
        np.testing.assert_allclose(other.delta, effects[0].delta, rtol=0, atol=stored)
        np.testing.assert_allclose(curve[ISM], curves[0][ISM], rtol=0, atol=limit)
        np.testing.assert_allclose(curve[RANDOM], curves[0][RANDOM], rtol=0, atol=limit)


def test_distances_beyond_the_context_are_refused():
    network = PlantedNetwork({}, upstream=20, downstream=3, ahead=2)
    assert place_of_distance(network, [-1, 0, 22]).tolist() == [23, 22, 0]
    for d in (-2, 23):
        with pytest.raises(ValueError, match="distances -1 to 22 at most"):
            place_of_distance(network, [d])


def test_table_of_effects():
    network = PlantedNetwork({7: (0.0, 1.0, 4.0, 9.0)})
    contig = Contig("c", encode("A" * 40))
    table = ism_table(mutate(network, {"c": contig}, queries_of(("c", "minus", 20)), 6, 8, CPU), label_shift=6)
    assert table.columns.tolist() == ["contig", "query", "strand", "d", "base", "ref", "alt", "delta"]
    read = table[table["d"] == 7]
    assert read[["contig", "query", "strand", "base", "ref"]].drop_duplicates().to_numpy().tolist() == [
        ["c", 20, "-", -1, "T"]
    ]
    assert dict(zip(read["alt"], read["delta"])) == {"A": -1.0, "C": 3.0, "G": 8.0}
    assert table[table["d"] == 6]["base"].tolist() == [1, 1, 1] and not table[table["d"] != 7]["delta"].any()


def test_queries_are_a_sample_of_the_arcs_labels():
    genome = {"c": random_contig(200, 6)}
    labels = {"c.plus": np.zeros(200, np.uint8), "c.minus": np.zeros(200, np.uint8)}
    labels["c.plus"][[10, 60, 70, 80, 99, 100]] = 1
    labels["c.minus"][[61, 71, 150]] = 1
    arc = [Interval("test", "c", 50, 100)]
    every = [("plus", 60), ("plus", 70), ("plus", 80), ("plus", 99), ("minus", 61), ("minus", 71)]
    found = choose_queries(genome, labels, arc, 50, 1)
    assert list(zip(found["strand"], found["position"])) == every
    samples = [
        list(zip(part["strand"], part["position"]))
        for part in (choose_queries(genome, labels, arc, 3, seed) for seed in (1, 1, 2, 3, 4))
    ]
    assert samples[0] == samples[1] and len({tuple(sample) for sample in samples}) > 1
    for sample in samples:
        assert sample == [row for row in every if row in sample] and len(sample) == 3
    with pytest.raises(ValueError, match="no labelled position"):
        choose_queries(genome, labels, [Interval("test", "c", 110, 120)], 5, 1)
    with pytest.raises(ValueError, match="c.plus is missing or not as long"):
        choose_queries(genome, {"c.plus": np.zeros(9, np.uint8)}, arc, 5, 1)


@pytest.mark.parametrize(
    ("window", "label_shift", "first", "last"),
    [(128, 64, 0, 127), (512, 20, 0, 191), (523, 205, 141, 332), (200, 150, 8, 199)],
)
def test_distances_lie_round_the_tss(window, label_shift, first, last):
    distances = choose_distances(window, label_shift)
    assert (distances[0], distances[-1]) == (first, last) and (np.diff(distances) == 1).all()


def test_bootstrap_interval_is_that_of_the_mean():
    """Of many sites the interval is mean -+ 1.96 standard errors; sites without a value count for nothing."""
    values = np.random.default_rng(7).normal(3.0, 2.0, (400, 3))
    values[:100, 1] = np.nan
    values[:, 2] = np.nan
    mean, low, high = interval_over_sites(values, 1, resamples=4000)
    for column, n in ((0, 400), (1, 300)):
        here = values[-n:, column]
        error = here.std() / np.sqrt(n)
        assert mean[column] == pytest.approx(here.mean())
        assert low[column] == pytest.approx(here.mean() - 1.96 * error, abs=0.15 * error)
        assert high[column] == pytest.approx(here.mean() + 1.96 * error, abs=0.15 * error)
    assert np.isnan([mean[2], low[2], high[2]]).all()


@pytest.fixture(scope="module")
def planted():
    """Six bases of a genome of A that count 1 each as A: each that is replaced costs 1, in any order."""
    network = PlantedNetwork({d: (1.0, 0.0, 0.0, 0.0) for d in (1, 2, 5, 9, 10, 40)}, upstream=80)
    genome = {"c": Contig("c", encode("A" * 300))}
    queries = queries_of(*(("c", "plus", position) for position in range(100, 220, 3)))
    return network, genome, mutate(network, genome, queries, 0, 63, CPU, batch=128)


def test_deletion_by_effects_falls_at_once(planted):
    network, genome, effects = planted
    last = np.broadcast_to(np.arange(64.0), effects.codes.shape)
    curves = deletion_curves(network, genome, effects, {ISM: ism_order(effects), "far": last}, 1, CPU, 256)
    steps = np.array([0, *DELETION_STEPS])
    np.testing.assert_allclose(curves[ISM], np.broadcast_to(6 - np.minimum(steps, 6), curves[ISM].shape))
    # The farthest base goes first: of those that count, d = 40 alone is among the first 32 of 64, as the 24th.
    np.testing.assert_allclose(curves["far"], np.broadcast_to(6 - (steps > 23), curves["far"].shape))
    # At random k of 64 bases hold k / 64 of the six: 160 draws, standard error of at most 0.1.
    np.testing.assert_allclose(curves[RANDOM].mean(0), 6 - 6 * steps / 64, atol=0.4)
    table = deletion_table(curves)
    assert table.columns.tolist() == ["order", "k", "mean_output", "lo", "hi"]
    assert table["order"].unique().tolist() == [RANDOM, ISM, "far"] and table["k"].tolist() == 3 * steps.tolist()
    assert (table["lo"] <= table["mean_output"] + 1e-9).all() and (table["mean_output"] <= table["hi"] + 1e-9).all()
    expected = (6 - 6 * steps / 64 - (6 - np.minimum(steps, 6)))[1:].mean()
    assert area(curves, ISM).mean() == pytest.approx(expected, abs=0.2)
    areas = area_table(curves, {(1, 1): ISM, (2, 3): "far"})
    assert areas[["layer", "head"]].to_numpy().tolist() == [[1, 1], [2, 3]]
    assert areas["lo"][0] > 2 and areas["hi"][1] < 0
    np.testing.assert_allclose(areas["area"], [area(curves, ISM).mean(), area(curves, "far").mean()])


def test_deletion_passes_over_unknown_bases():
    tokens = encode("A" * 300).copy()
    tokens[196:201] = UNKNOWN
    network = PlantedNetwork({d: (0.0, -1.0, -1.0, -1.0) for d in range(8)}, upstream=80, downstream=0, ahead=0)
    genome = {"c": Contig("c", tokens)}
    effects = mutate(network, genome, queries_of(("c", "plus", 200)), 0, 7, CPU)
    # d = 0..4 are unknown though they come first; of the eight bases three can be replaced.
    curves = deletion_curves(network, genome, effects, {"near": -np.arange(8.0)[None]}, 1, CPU)
    np.testing.assert_allclose(curves["near"][0], [0, -1, -2, -3, -3, -3, -3])
    np.testing.assert_allclose(curves[RANDOM][0], [0, -1, -2, -3, -3, -3, -3])
