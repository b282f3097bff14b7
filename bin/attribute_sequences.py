#!/usr/bin/env python3
"""ATTRIBUTE_SEQUENCES: attribution maps of networks on test sequences, compared with the planted bases."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from attentome.attribution.against_truth import LIMIT, planted_examples, truth_table
from attentome.attribution.sequence_maps import COMPLETE, METHODS, REFERENCES, STEPS, logit_differences, sequence_maps
from attentome.filters.equal_accuracy import MATCHED, matched_epochs
from attentome.genome.labelled_sequences import LabelledSequences
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json, write_arrays
from attentome.io.record import task_record
from attentome.io.schemas.filters import ATTRIBUTION
from attentome.network.device import choose_device
from attentome.network.saved_motif_cnn import LAST, load_motif_cnn, of_epoch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", type=Path, required=True, help="folder with task.safetensors and task.json")
    parser.add_argument("--models", nargs="+", required=True, metavar="ID=FOLDER", help="folders of TRAIN_CNNS")
    parser.add_argument(
        "--trainings",
        nargs="*",
        default=[],
        help="training.json of these networks and of those they are compared with: adds maps at equal accuracy",
    )
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--sequences", type=int, default=LIMIT, help="first positive test sequences")
    parser.add_argument("--references", type=int, default=REFERENCES, help="shuffled copies of each sequence")
    parser.add_argument("--steps", type=int, default=STEPS, help="of integrated gradients")
    parser.add_argument("--drawn", type=int, default=5, help="sequences whose maps are written")
    parser.add_argument("--seed", type=int, default=1, help="of the references")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--out", type=Path, default=".")
    parser.add_argument("--tag", default="")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "captum", "tangermeme", "numpy", "pandas", "safetensors")
    with (
        one_line_exit("attribute_sequences.py"),
        task_record(options.record, "ATTRIBUTE_SEQUENCES", options.tag, packages),
    ):
        task, truth = LabelledSequences.load(options.task), read_json(options.task / "task.json")["classes"]
        examples, device = planted_examples(task, truth, options.sequences), choose_device(options.device)
        matched = matched_epochs([read_json(path) for path in options.trainings])
        for text in options.models:
            name, _, folder = text.partition("=")
            attribute(name, folder, task, examples, matched.get(name), device, options)


def attribute(name, folder, task, examples, matched, device, options):
    """Compute the maps of one network, at equal accuracy as well where there is such an epoch, and write its folder."""
    network, description = load_motif_cnn(folder, LAST, device)
    origin, out = description["origin"], options.out / name
    maps, table = scored_maps(network, task, examples, options)
    tables = [with_weights(table, LAST, origin["epochs"], origin["validation"])]
    if matched:
        if matched["epoch"] != origin["epochs"]:
            network, _ = load_motif_cnn(folder, of_epoch(matched["epoch"]), device)
            _, table = scored_maps(network, task, examples, options)
        tables.append(with_weights(table, MATCHED, matched["epoch"], matched["validation"]))
    ATTRIBUTION.write(out / "attribution.tsv", pd.concat(tables, ignore_index=True))
    some = np.isin(examples.rows, np.unique(examples.rows)[: options.drawn])
    write_arrays(
        out / "attribution.safetensors",
        {
            "rows": examples.rows[some],
            "classes": examples.classes[some],
            "sequences": task.sequences[examples.rows[some]],
            "planted": examples.planted[some],
            **{name: found[some] for name, found in maps.items()},
        },
    )


def scored_maps(network, task, examples, options):
    """Maps of a network by method, and how well they find the planted bases."""
    codes, classes = task.sequences[examples.rows], examples.classes
    maps = sequence_maps(network, codes, classes, options.methods, options.references, options.steps, seed=options.seed)
    expected = logit_differences(network, codes, classes, options.references, options.seed)
    return maps, truth_table(maps, examples, dict.fromkeys(COMPLETE, expected))


def with_weights(table, weights, epoch, validation):
    """A table with the columns that say which weights it is of."""
    validation = np.nan if validation is None else validation
    return pd.concat(
        [pd.DataFrame({"weights": weights, "epoch": epoch, "validation": validation}, table.index), table], axis=1
    )


if __name__ == "__main__":
    main()
