"""Motifs that filters spell where nothing was planted: their bases, their place, and q by shuffled databases."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from project import ROOT

from attentome.filters.element_matches import Firing, base_of_position, firing_by_class, motif_matches
from attentome.filters.elements import element_table, shuffled_q
from attentome.filters.pwms import pwms_of_activations
from attentome.filters.summary import network_table
from attentome.genome.contigs import encode
from attentome.io.schemas.filters import ELEMENTS, MATCHES
from attentome.motifs.matrices import reverse_complement
from attentome.motifs.readers import read_motifs

MOTIFS = read_motifs(ROOT / "assets/filters/test_motifs.meme")
WORD, OTHER = "".join("ACGT"[at] for at in MOTIFS[0].frequencies.argmax(axis=1)), "GATTACAGATTACA"
UPSTREAM, LENGTH, AT, BESIDE = 60, 90, 40, 3


def test_bases_around_the_tss_leave_out_0():
    assert [base_of_position(at, 80) for at in (0, 68, 79, 80, 99)] == [-80, -12, -1, 1, 20]


@pytest.fixture(scope="module")
def described():
    """Filter 1 fires ``BESIDE`` nt before the middle of m01, which half of the positive sequences hold at ``AT``."""
    rng = np.random.default_rng(5)
    n, width = 400, len(WORD)
    codes = rng.integers(0, 4, (n, LENGTH)).astype(np.uint8)
    codes[:100, AT : AT + width] = encode(WORD)
    activations = np.zeros((n, 2, LENGTH), np.float32)
    activations[:100, 0, AT + width // 2 - BESIDE] = 1
    activations[:200, 0, 20] = np.arange(200) % 20 == 0
    activations[:, 1] = rng.random((n, LENGTH))
    labels = (np.arange(n) < 200)[:, None].astype(np.uint8)
    network = type("Network", (), {"convolution": type("Convolution", (), {"out_channels": 2})})()
    network.filter_activations = lambda bases: next(parts)
    parts = iter([Array(activations[:200]), Array(activations[200:])])
    firing = firing_by_class(network, codes, labels, activations.max(axis=(0, 2)))
    return pwms_of_activations(lambda: iter([activations]), codes), firing


class Array:
    """An array that is read as a tensor is."""

    def __init__(self, values):
        self.values = values

    def cpu(self):
        return self

    def numpy(self):
        return self.values


def test_a_filter_fires_in_the_sequences_of_its_class(described):
    _, firing = described
    peak = AT + len(WORD) // 2 - BESIDE
    assert firing.inside[0].argmax() == peak and firing.inside[0, peak] == 0.5 and firing.inside[0, 20] == 0.05
    assert not firing.outside[0].any()


def test_the_bases_of_a_motif_follow_from_the_alignment(described):
    pwms, firing = described
    for motif, sign in (
        (MOTIFS[0], "+"),
        (replace(MOTIFS[0], frequencies=reverse_complement(MOTIFS[0].frequencies)), "-"),
    ):
        table = motif_matches(pwms, [motif, *MOTIFS[1:]], firing, UPSTREAM, seed=1)
        assert list(table.columns) == list(MATCHES.columns) and set(table["copy"]) <= set(range(11))
        found = table[(table["copy"] == 0) & (table["filter"] == 1) & (table["motif"] == "m01")]
        assert found["extraction"].tolist() == ["published", "equal"] and (found["first"] == 1).all()
        row = found.iloc[1]
        assert (row["orientation"], row["start"], row["end"]) == (sign, AT, AT + len(WORD))
        assert row["position"] == AT + len(WORD) // 2 - BESIDE and row["base"] == row["position"] - UPSTREAM
        assert (row["base_from"], row["base_to"]) == (AT - UPSTREAM, AT + len(WORD) - 1 - UPSTREAM)
        assert (row["share"], row["outside"]) == (0.5, 0) and row["elsewhere"] == pytest.approx(0.05 / (LENGTH - 5))


def test_without_sites_there_are_no_bases_and_without_other_sequences_no_share(described):
    pwms, firing = described
    table = motif_matches(pwms, MOTIFS, Firing(firing.inside, np.full_like(firing.outside, np.nan)), None, seed=1)
    row = table[(table["copy"] == 0) & (table["filter"] == 1)].iloc[0]
    assert row["start"] == AT and pd.isna(row["base"]) and pd.isna(row["base_from"]) and np.isnan(row["outside"])
    silent = motif_matches(pwms, MOTIFS, Firing(*np.zeros((2, 2, LENGTH))), UPSTREAM, seed=1)
    assert silent["position"].isna().all() and silent["share"].isna().all()


def test_q_by_shuffled_databases_is_the_ratio_of_matches():
    assert shuffled_q([0.001, 0.01, 0.02], [0.015] * 4, n_copies=10).tolist() == pytest.approx(
        [0.1 / 2, 0.1 / 2, 0.5 / 3]
    )
    assert shuffled_q([], [0.1]).tolist() == []
    # Matches by chance: as many with the database as with each copy.
    rng = np.random.default_rng(0)
    lowest = [shuffled_q(rng.random(20), rng.random(200)).min() for _ in range(500)]
    assert np.mean(np.array(lowest) <= 0.05) <= 0.05


def network(trial, activation, control=None):
    name = f"sites_cnn-2_{activation}_{control or ''}{trial}"
    facts = {"id": name, "task": "sites", "network": "cnn-2", "activation": activation, "control": control}
    return {**facts, "trial": trial, "seed": trial, "epochs": 6, "diverged": False, "auroc": 0.9, "aupr": 0.9}


def test_motifs_are_counted_over_trials_beside_each_other(described):
    pwms, firing = described
    matches = motif_matches(pwms, MOTIFS, firing, UPSTREAM, seed=1)
    facts = [network(1, "exponential"), network(2, "exponential"), network(1, "relu"), network(1, "relu", "untrained")]
    moved = matches.assign(start=matches["start"] + 3)
    tables = [matches, moved, matches[:0], matches[matches["copy"] > 0]]
    found = dict(zip([one["id"] for one in facts], tables, strict=True))
    table = element_table(network_table(facts), found, dict.fromkeys(found, 2))
    assert list(table.columns) == list(ELEMENTS.columns)
    rows = table[(table["extraction"] == "equal") & (table["motif"] == "m01")].set_index(["activation", "control"])
    one = rows.loc[("exponential", "")]
    assert one[["trials", "trials_found", "filters", "filters_total", "first"]].tolist() == [2, 2, 2, 4, 2]
    assert one["same_place"] == 1 and one["best"] == facts[0]["id"] and one["base_from"] == AT - UPSTREAM
    assert one["q_shuffled"] <= 0.1
    for name in (("relu", ""), ("relu", "untrained")):
        assert rows.loc[name, "filters"] == 0 and rows.loc[name, "trials"] == 1 and pd.isna(rows.loc[name, "start"])
    own = matches[(matches["copy"] > 0) & (matches["extraction"] == "equal") & (matches["motif"] == "m01")]
    assert rows.loc[("relu", "untrained"), "filters_shuffled"] == len(own) / 10
    assert element_table(network_table(facts), {}, {}).empty
