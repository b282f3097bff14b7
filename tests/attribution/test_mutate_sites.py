"""The command that mutates labelled sites, on networks small enough to check its files by hand."""

import sys

import numpy as np
import pandas as pd
import pytest
import torch
from project import load_command

from attentome.genome.arcs import split_genome, split_table
from attentome.genome.contigs import BASES, Contig, decode
from attentome.genome.ruler import distance_of_base
from attentome.io.files import read_json, read_tsv, write_arrays, write_json, write_text, write_tsv
from attentome.labels.tss import label_genome
from attentome.network.residual_cnn import ConvolutionalConfig, ConvolutionalNetwork
from attentome.network.saved_model import load_model, save_model
from attentome.network.transformer import Network, NetworkConfig

SHIFT, AHEAD, WINDOW = 4, 5, 14
FILES = {
    "ism.tsv.gz",
    "ism_profile.tsv",
    "ism_heads.tsv",
    "deletion.tsv",
    "deletion_heads.tsv",
    "receptive_field.json",
    "record.json",
}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A circle of 400 nt with a site every 11 nt on either strand, an attention network and a convolutional one."""
    folder = tmp_path_factory.mktemp("mutate")
    contig = Contig("c", np.random.default_rng(1).integers(0, 4, 400).astype(np.uint8), True)
    write_text(folder / "genome.fna", f">c\n{decode(contig.tokens)}\n")
    write_json(folder / "genome.json", {"contigs": [{"name": "c", "length": 400, "circular": True}]})
    start = np.arange(3, 400, 11)
    sites = pd.DataFrame({"contig": "c", "start": start, "strand": ["+", "-"] * 18 + ["+"]})
    labels, _ = label_genome({"c": contig}, sites, SHIFT)
    write_arrays(folder / "labels.safetensors", labels)
    write_json(folder / "labels.json", {"label_shift": SHIFT})
    write_tsv(folder / "split.tsv", split_table(split_genome({"c": contig}, "60/30/10"), labels))
    attention = Network(NetworkConfig(2, 2, 8, 4, WINDOW, conv_width=3, ahead=AHEAD))
    convolutional = ConvolutionalNetwork(ConvolutionalConfig(8, 5, 3, 3, ahead=6))
    for name, network in (("attention", attention), ("convolutional", convolutional)):
        save_model(folder / name, network.initialise(torch.Generator().manual_seed(2), 0.5), SHIFT, {})
    return folder


def run(folder, out, monkeypatch, model="attention", **options):
    given = {
        "genome": folder / "genome.fna",
        "genome_json": folder / "genome.json",
        "model": folder / model,
        "labels": folder / "labels.safetensors",
        "labels_json": folder / "labels.json",
        "split": folder / "split.tsv",
        "sites": 6,
        "device": "cpu",
        "out": out,
        "record": out / "record.json",
    }
    words = [str(word) for name, value in (given | options).items() for word in (f"--{name}", value)]
    monkeypatch.setattr(sys, "argv", ["mutate_sites.py", *words])
    load_command("mutate_sites").main()
    return out


def test_files_of_an_attention_network(inputs, tmp_path, monkeypatch):
    out = run(inputs, tmp_path, monkeypatch, tag="m")
    assert {path.name for path in out.iterdir()} == FILES and read_json(out / "record.json")["tag"] == "m"
    table, split = read_tsv(out / "ism.tsv.gz"), read_tsv(inputs / "split.tsv")
    assert len(table) == 6 * WINDOW * 3 and set(table["d"]) == set(range(WINDOW))
    test = split[split["arc"] == "test"].iloc[0]
    assert table["query"].between(test["start"], test["end"] - 1).all()
    # The query lies SHIFT downstream of a site, d = 0 AHEAD further.
    step = np.where(table["strand"] == "+", 1, -1)
    assert ((table["query"] - step * SHIFT) % 11 == 3).all()
    assert (table["d"] == [distance_of_base(base, SHIFT + AHEAD) for base in table["base"]]).all()
    genome = "".join((inputs / "genome.fna").read_text().split()[1:])
    place = (table["query"] + step * (AHEAD - table["d"])) % 400
    complement = dict(zip(BASES, "TAGC"))
    assert [genome[i] if sign > 0 else complement[genome[i]] for i, sign in zip(place, step)] == list(table["ref"])
    profile = read_tsv(out / "ism_profile.tsv")
    np.testing.assert_allclose(profile["mean_abs"], table["delta"].abs().groupby(table["d"]).mean(), rtol=1e-4)
    assert (profile["n"] == 6).all() and (profile["lo"] <= profile["mean_abs"]).all()
    heads = read_tsv(out / "ism_heads.tsv")
    assert list(zip(heads["layer"], heads["head"])) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert heads["q"].between(heads["p"], 1).all()
    deletion = read_tsv(out / "deletion.tsv")
    assert deletion["order"].unique().tolist() == ["random", "ism", "L1_H1", "L1_H2", "L2_H1", "L2_H2"]
    last = deletion[deletion["k"] == 32]["mean_output"]
    # All 14 bases are replaced by then, in whatever order.
    np.testing.assert_allclose(last, last.iloc[0], rtol=1e-4)
    assert len(read_tsv(out / "deletion_heads.tsv")) == 4
    field = read_json(out / "receptive_field.json")
    network, _ = load_model(inputs / "attention")
    upstream, downstream = network.context()
    assert field["measured"] == {"upstream_nt": upstream, "downstream_nt": downstream}


def test_same_files_for_any_batch_and_threads(inputs, tmp_path, monkeypatch):
    first, second = (
        run(inputs, tmp_path / str(batch), monkeypatch, batch=batch, threads=threads, heads="L2_H1")
        for batch, threads in ((1, 1), (40, 2))
    )
    for name in ("ism.tsv.gz", "ism_profile.tsv", "deletion.tsv"):
        here, there = (read_tsv(out / name) for out in (first, second))
        numbers = here.select_dtypes("number").columns
        np.testing.assert_allclose(here[numbers], there[numbers], atol=1e-5)
    assert read_tsv(first / "ism_heads.tsv")[["layer", "head"]].to_numpy().tolist() == [[2, 1]]


def test_files_of_a_convolutional_network(inputs, tmp_path, monkeypatch):
    out = run(inputs, tmp_path, monkeypatch, model="convolutional", distances=15)
    assert {path.name for path in out.iterdir()} == FILES - {"ism_heads.tsv", "deletion_heads.tsv"}
    assert read_tsv(out / "ism_profile.tsv")["d"].tolist() == list(range(15))
    assert read_tsv(out / "deletion.tsv")["order"].unique().tolist() == ["random", "ism"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"heads": "L3_H1"}, "--heads L3_H1: this network has 4 heads, L1_H1 to L2_H2"),
        ({"heads": "L1_H1", "model": "convolutional"}, "--heads L1_H1: this network has 0 heads"),
        ({"sites": 0}, "--sites and --distances: give 1 or more"),
    ],
)
def test_wrong_options_end_in_one_line(inputs, tmp_path, monkeypatch, capsys, options, words):
    with pytest.raises(SystemExit) as end:
        run(inputs, tmp_path, monkeypatch, **options)
    assert end.value.code == 2 and words in capsys.readouterr().err


def test_labels_of_another_shift_are_refused(inputs, tmp_path, monkeypatch, capsys):
    write_json(tmp_path / "other.json", {"label_shift": 20})
    with pytest.raises(SystemExit):
        run(inputs, tmp_path, monkeypatch, labels_json=tmp_path / "other.json")
    assert "other.json: the labels lie 20 nt downstream" in capsys.readouterr().err
