"""Inserted motifs in networks whose logits are formulas: what is inserted and where, pairs, sets, and the script."""

import sys

import numpy as np
import pandas as pd
import pytest
import torch
from project import ROOT, load_command
from scipy import stats
from torch import nn

from attentome.attribution.motif_insertion import (
    DECOY,
    DISTINCT,
    MATCHED,
    SHUFFLED,
    Insertion,
    _instances,
    matched_motifs,
    motif_effects,
    null_sequences,
    pair_effects,
    planted_motifs,
    set_effects,
)
from attentome.attribution.motif_rule import PLANTED
from attentome.genome.contigs import UNKNOWN, encode
from attentome.io.files import write_json
from attentome.io.schemas.filters import FILTERS, MOTIF_EFFECTS, MOTIF_PAIRS, MOTIF_SETS
from attentome.motifs.logo import LETTERS
from attentome.motifs.readers import read_motifs
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig, one_hot
from attentome.network.saved_motif_cnn import LAST, save_motif_cnn
from attentome.simulate.motif_tasks import simulate_task3

LENGTH = 120
NULLS = null_sequences(np.random.default_rng(0).integers(0, 4, (25, LENGTH)).astype(np.uint8), 20, 1)
DATABASE = read_motifs(ROOT / "assets/filters/test_motifs.meme")


def consensus(text, kind=PLANTED):
    """A motif that is always the same sequence."""
    return Insertion(text, text, kind, np.array([[float(letter == base) for letter in LETTERS] for base in text]))


FIRST, SECOND, THIRD = map(consensus, ("TGACTCATGC", "CCGTAAGCTA", "GATTACAGGC"))
DECOYS = [consensus("AACCTGTTAC", DECOY), consensus("TTGGCACGAA", DECOY)]


class Linear(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(torch.from_numpy(weights))

    def forward(self, bases):
        return torch.einsum("nbl,cbl->nc", bases, self.weights)


class Counting(nn.Module):
    """Sum over patterns of weight x number of places where it stands, on both strands; ``.`` is any base."""

    def __init__(self, patterns, both_strands=True):
        super().__init__()
        self.weights = nn.Parameter(torch.tensor([float(weight) for weight in patterns.values()]))
        self.kernels = [one_hot(np.where(codes == UNKNOWN, 5, codes)[None]) for codes in map(encode, patterns)]
        self.both_strands = both_strands

    def forward(self, bases):
        other = bases.flip(2)[:, [1, 0, 3, 2]]  # A, T, C, G
        strands = [bases, other] if self.both_strands else [bases]
        counts = [
            sum(
                (nn.functional.conv1d(strand, kernel) - kernel.sum() + 1).clamp(min=0).sum((1, 2)) for strand in strands
            )
            for kernel in self.kernels
        ]
        return (torch.stack(counts, 1) @ self.weights)[:, None]


def test_null_sequences_keep_their_dinucleotides_and_leave_unknown_bases_out():
    codes = np.random.default_rng(3).integers(0, 4, (6, 50)).astype(np.uint8)
    codes[1, 7] = UNKNOWN
    nulls = null_sequences(codes, 3, 1)
    for shuffled, own in zip(nulls, codes[[0, 2, 3]], strict=True):
        pairs = [np.bincount(4 * one[:-1] + one[1:], minlength=16).tolist() for one in (shuffled, own)]
        assert pairs[0] == pairs[1] and (shuffled != own).any()
    np.testing.assert_array_equal(nulls, null_sequences(codes, 3, 1))
    assert (nulls != null_sequences(codes, 3, 2)).any()
    with pytest.raises(ValueError, match="need two or more; give more sequences"):
        null_sequences(codes[:2], 9, 1)


def test_effects_of_a_linear_network_are_sums_of_its_weights_in_the_middle():
    weights = np.random.default_rng(1).normal(size=(2, 4, LENGTH))
    motifs = [Insertion(one.id, one.name, PLANTED, one.frequencies) for one in DATABASE[:2]]
    table = motif_effects(Linear(weights), NULLS, motifs, ["a", "b"], seed=4)
    assert len(table) == 2 * 2 * 2 and list(table.columns) == list(MOTIF_EFFECTS.columns)
    rows = table.set_index(["motif", "strand", "output"])
    for at, motif in enumerate(motifs):
        for strand in "+-":
            inserted = _instances(motif, strand, len(NULLS), 4, at)
            places = LENGTH // 2 - inserted.shape[1] // 2 + np.arange(inserted.shape[1])
            for to, output in enumerate("ab"):
                changes = (weights[to][inserted, places] - weights[to][NULLS[:, places], places]).sum(axis=1)
                row = rows.loc[(motif.motif, strand, output)]
                interval = stats.ttest_1samp(changes, 0).confidence_interval(0.95)
                assert row["effect"] == pytest.approx(changes.mean())
                assert (row["effect_low"], row["effect_high"]) == pytest.approx((interval.low, interval.high))
                assert row["sequences"] == len(NULLS)


def test_what_is_inserted_is_drawn_from_the_matrix_and_its_reverse_complement():
    one = DATABASE[0]
    motif = Insertion(one.id, one.name, PLANTED, one.frequencies)
    drawn = {strand: _instances(motif, strand, 4000, 1, 0) for strand in "+-"}
    by_code = one.frequencies[:, [LETTERS.index(base) for base in "ATCG"]]
    for codes, expected in ((drawn["+"], by_code), (drawn["-"], by_code[::-1][:, [1, 0, 3, 2]])):
        np.testing.assert_allclose((codes[:, :, None] == np.arange(4)).mean(axis=0), expected, atol=0.03)


def test_the_batch_changes_nothing():
    network = MotifCnn(MotifCnnConfig("cnn-local", 2, LENGTH)).initialise(torch.Generator().manual_seed(1)).eval()
    found = []
    for batch in (3, 500):
        options = {"outputs": ["a", "b"], "seed": 1, "batch": batch}
        tables = [motif_effects(network, NULLS, [FIRST, SECOND], **options)]
        tables += [pair_effects(network, NULLS, [FIRST, SECOND], distances=(0, 7), **options)]
        tables += [set_effects(network, NULLS, [FIRST, SECOND], DECOYS, **options)]
        found.append(tables)
    for few, many in zip(*found, strict=True):
        pd.testing.assert_frame_equal(few, many, rtol=1e-3, atol=1e-5)


def test_a_distance_rule_is_found_in_its_order_alone():
    gap = 10
    network = Counting(
        {FIRST.name: 1, SECOND.name: 2, FIRST.name + "." * gap + SECOND.name: 5, "ACCGGTACCG": 9}, both_strands=False
    )
    table = pair_effects(network, NULLS, [FIRST, SECOND], ["y"], 1, distances=(0, 5, gap, 20, 80, 101))
    assert list(table.columns) == list(MOTIF_PAIRS.columns)
    assert table.groupby(["first", "second"], sort=False)["distance"].apply(list).tolist() == [[0, 5, 10, 20, 80]] * 2
    found = table[table["interaction"].abs() > 1e-6]
    assert found[["first", "second", "distance"]].to_numpy().tolist() == [[FIRST.motif, SECOND.motif, gap]]
    (row,) = found.to_dict("records")
    assert [row[name] for name in ("effect", "single_effects", "interaction")] == pytest.approx([8, 3, 5])
    assert (row["interaction_low"], row["interaction_high"]) == pytest.approx((5, 5))


@pytest.mark.parametrize("weights, expected", [((1, 1, 1, -3, -3), [1, 2, 3]), ((6, 0, 0, 0, 0), [2, 4, 6])])
def test_sets_grow_by_one_motif_each(weights, expected):
    motifs = [FIRST, SECOND, THIRD]
    network = Counting(dict(zip([one.name for one in (*motifs, *DECOYS)], weights, strict=True)))
    table = set_effects(network, NULLS, motifs, DECOYS, ["y"], 1)
    assert list(table.columns) == list(MOTIF_SETS.columns) and set(table["motifs"]) == {1, 2, 3}
    effect = table.set_index(["kind", "motifs"])["effect"]
    if weights[0] == 6:  # which of the three factors come first differs between the sequences
        assert effect[DISTINCT, 3] == pytest.approx(6) and 0 < effect[DISTINCT, 1] < effect[DISTINCT, 2] < 6
        assert effect["copies", 3] == pytest.approx(3 * effect[DISTINCT, 1])
    else:
        assert [effect[DISTINCT, size] for size in (1, 2, 3)] == pytest.approx(expected)
        assert [effect["copies", size] for size in (1, 2, 3)] == pytest.approx(expected)
        assert [effect["with_decoy", size] for size in (1, 2, 3)] == pytest.approx([-2, -1, 0])
        assert [effect["decoys", size] for size in (1, 2, 3)] == pytest.approx([-3, -6, -9])
        steps = table.set_index(["kind", "motifs"])["step"]
        assert [steps[kind, 3] for kind in (DISTINCT, "copies", "with_decoy", "decoys")] == pytest.approx(
            [1, 1, -3, -3]
        )
    assert [effect[SHUFFLED, size] for size in (1, 2, 3)] == pytest.approx([0, 0, 0])


def test_sets_need_factors_decoys_and_room():
    network = Counting({FIRST.name: 1})
    assert set_effects(network, NULLS, [FIRST], [], ["y"], 1).empty
    assert set_effects(network, NULLS, [], DECOYS, ["y"], 1).empty
    short = NULLS[:, :19]
    assert set_effects(network, short, [FIRST, SECOND], DECOYS, ["y"], 1).empty
    assert set(set_effects(network, NULLS[:, :39], [FIRST, SECOND, THIRD], DECOYS, ["y"], 1)["motifs"]) == {1, 2}
    assert pair_effects(network, short, [FIRST, SECOND], ["y"], 1).empty
    assert motif_effects(network, NULLS, [], ["y"], 1).empty


def test_what_is_inserted_for_each_task():
    facts = {"classes": {"one": ["m02", "m03"], "none": []}, "decoys": ["m05"]}
    found = planted_motifs(facts, DATABASE, LENGTH)
    assert [(one.motif, one.name, one.kind) for one in found] == [
        ("m02", "one", PLANTED),
        ("m05", DATABASE[4].name, DECOY),
    ]
    np.testing.assert_array_equal(found[0].frequencies, DATABASE[1].frequencies)
    assert planted_motifs(facts, DATABASE, 5) == []
    rows = [("equal", "m03", "c", 1e-3), ("equal", "m01", "a", 1e-5), ("published", "m02", "b", 1e-9)]
    rows += [("equal", "m01", "a", 1e-4), ("equal", "m04", "d", 0.2), ("equal", "", "", np.nan)]
    table = pd.DataFrame(rows, columns=["extraction", "any_motif", "any_name", "any_E"]).assign(filter=range(6))
    found = matched_motifs(table, DATABASE, LENGTH)
    assert [(one.motif, one.name, one.kind) for one in found] == [("m01", "a", MATCHED), ("m03", "c", MATCHED)]
    assert len(matched_motifs(table, DATABASE, LENGTH, limit=1)) == 1


def test_the_script_writes_the_tables_of_each_network(tmp_path, monkeypatch):
    task = simulate_task3(DATABASE[:3], DATABASE[3:9], sequences=60, length=150, seed=2)
    task.save(tmp_path / "task")
    facts = {"classes": {one.id: [one.id] for one in DATABASE[:3]}, "decoys": [one.id for one in DATABASE[3:9]]}
    write_json(tmp_path / "task/task.json", facts)
    config = MotifCnnConfig("cnn-local", 1, 150)
    network = MotifCnn(config).initialise(torch.Generator().manual_seed(1))
    save_motif_cnn(tmp_path / "model", config, {LAST: network.state_dict()}, {})
    FILTERS.write(tmp_path / "described/net/filters.tsv", pd.DataFrame())
    command = ["insert_motifs.py", "--task", tmp_path / "task", "--models", f"net={tmp_path / 'model'}"]
    command += ["--described", tmp_path / "described/net", "--motifs", ROOT / "assets/filters/test_motifs.meme"]
    command += ["--sequences", 4, "--device", "cpu", "--out", tmp_path / "out", "--record", tmp_path / "record.json"]
    monkeypatch.setattr(sys, "argv", list(map(str, command)))
    load_command("insert_motifs").main()
    effects = MOTIF_EFFECTS.read(tmp_path / "out/net/motifs.tsv")
    assert len(effects) == 9 * 2 and set(effects["output"]) == {"positive"} and set(effects["sequences"]) == {4}
    assert effects["effect"].abs().max() > 0
    pairs, sets = (
        MOTIF_PAIRS.read(tmp_path / "out/net/pairs.tsv"),
        MOTIF_SETS.read(tmp_path / "out/net/sets_of_motifs.tsv"),
    )
    assert len(pairs) == 2 * 6 and len(sets) == 5 * 3
    # Without planted motifs and without matches there is nothing to insert.
    write_json(tmp_path / "task/task.json", {"classes": {"positive": []}})
    load_command("insert_motifs").main()
    for schema, name in ((MOTIF_EFFECTS, "motifs"), (MOTIF_PAIRS, "pairs"), (MOTIF_SETS, "sets_of_motifs")):
        assert schema.read(tmp_path / f"out/net/{name}.tsv").empty
