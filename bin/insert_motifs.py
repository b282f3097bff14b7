#!/usr/bin/env python3
"""INSERT_MOTIFS: what the outputs of networks gain from motifs that are inserted into null sequences."""

import argparse
from pathlib import Path

import torch

from attentome.attribution.motif_insertion import (
    DECOY,
    DISTANCES,
    matched_motifs,
    motif_effects,
    null_sequences,
    pair_effects,
    planted_motifs,
    set_effects,
)
from attentome.attribution.motif_rule import PLANTED
from attentome.genome.labelled_sequences import LabelledSequences
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json
from attentome.io.record import task_record
from attentome.io.schemas.filters import FILTERS, MOTIF_EFFECTS, MOTIF_PAIRS, MOTIF_SETS
from attentome.motifs.readers import read_databases
from attentome.network.device import choose_device
from attentome.network.saved_motif_cnn import LAST, load_motif_cnn


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", type=Path, required=True, help="folder with task.safetensors and task.json")
    parser.add_argument("--models", nargs="+", required=True, metavar="ID=FOLDER", help="folders of TRAIN_CNNS")
    parser.add_argument("--described", nargs="+", type=Path, required=True, help="folders of DESCRIBE_FILTERS")
    parser.add_argument("--motifs", nargs="+", required=True, help="databases: MEME, TRANSFAC or JASPAR")
    parser.add_argument("--sequences", type=int, default=500, help="null sequences")
    parser.add_argument("--paired", type=int, default=2, help="first motifs that are inserted in pairs as well")
    parser.add_argument("--distances", type=int, nargs="+", default=DISTANCES, help="nt between the motifs of a pair")
    parser.add_argument("--seed", type=int, default=1, help="of the null sequences and of what is inserted")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--out", type=Path, default=".")
    parser.add_argument("--tag", default="")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "tangermeme", "numpy", "pandas", "safetensors")
    with one_line_exit("insert_motifs.py"), task_record(options.record, "INSERT_MOTIFS", options.tag, packages):
        task, facts = LabelledSequences.load(options.task), read_json(options.task / "task.json")
        nulls = null_sequences(task.sequences[task.rows("test")], options.sequences, options.seed)
        database, device = read_databases(options.motifs), choose_device(options.device)
        described = {folder.name: folder for folder in options.described}
        for text in options.models:
            name, _, folder = text.partition("=")
            network, _ = load_motif_cnn(folder, LAST, device)
            filters = FILTERS.read(described[name] / "filters.tsv")
            insert(options.out / name, network, task, facts, filters, database, nulls, options)


def insert(folder, network, task, facts, filters, database, nulls, options):
    """Insert motifs into the null sequences of one network and write its folder."""
    length = nulls.shape[1]
    planted = planted_motifs(facts, database, length)
    motifs = planted or matched_motifs(filters, database, length)
    outputs, seed = task.classes, options.seed
    MOTIF_EFFECTS.write(folder / "motifs.tsv", motif_effects(network, nulls, motifs, outputs, seed))
    paired = [motif for motif in motifs if motif.kind != DECOY][: options.paired]
    MOTIF_PAIRS.write(folder / "pairs.tsv", pair_effects(network, nulls, paired, outputs, seed, options.distances))
    positives, decoys = ([motif for motif in planted if motif.kind == kind] for kind in (PLANTED, DECOY))
    MOTIF_SETS.write(folder / "sets_of_motifs.tsv", set_effects(network, nulls, positives, decoys, outputs, seed))


if __name__ == "__main__":
    main()
