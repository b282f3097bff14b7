#!/usr/bin/env python3
"""ATTRIBUTE_SEQUENCES: attribution maps of networks on test sequences, compared with the planted bases."""

import argparse
from pathlib import Path

import numpy as np
import torch

from attentome.attribution.against_truth import LIMIT, planted_examples, truth_table
from attentome.attribution.sequence_maps import COMPLETE, METHODS, REFERENCES, STEPS, logit_differences, sequence_maps
from attentome.genome.labelled_sequences import LabelledSequences
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json, write_arrays
from attentome.io.record import task_record
from attentome.io.schemas.filters import ATTRIBUTION
from attentome.network.device import choose_device
from attentome.network.saved_motif_cnn import BEST, LAST, load_motif_cnn


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", type=Path, required=True, help="folder with task.safetensors and task.json")
    parser.add_argument("--models", nargs="+", required=True, metavar="ID=FOLDER", help="folders of TRAIN_CNNS")
    parser.add_argument("--weights", choices=[LAST, BEST], default=LAST)
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
        for text in options.models:
            name, _, folder = text.partition("=")
            network, _ = load_motif_cnn(folder, options.weights, device)
            attribute(options.out / name, network, task, examples, options)


def attribute(folder, network, task, examples, options):
    """Compute the maps of one network and write its folder."""
    codes, classes = task.sequences[examples.rows], examples.classes
    maps = sequence_maps(network, codes, classes, options.methods, options.references, options.steps, seed=options.seed)
    expected = logit_differences(network, codes, classes, options.references, options.seed)
    ATTRIBUTION.write(folder / "attribution.tsv", truth_table(maps, examples, dict.fromkeys(COMPLETE, expected)))
    some = np.isin(examples.rows, np.unique(examples.rows)[: options.drawn])
    write_arrays(
        folder / "attribution.safetensors",
        {
            "rows": examples.rows[some],
            "classes": classes[some],
            "sequences": codes[some],
            "planted": examples.planted[some],
            **{name: found[some] for name, found in maps.items()},
        },
    )


if __name__ == "__main__":
    main()
