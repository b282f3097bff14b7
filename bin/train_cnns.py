#!/usr/bin/env python3
"""TRAIN_CNNS: train convolutional networks on a task of labelled sequences, one after the other."""

import argparse
from pathlib import Path

import numpy as np
import torch

from attentome.genome.labelled_sequences import LabelledSequences
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json, write_json, write_tsv
from attentome.io.record import task_record
from attentome.network.device import choose_device
from attentome.network.motif_cnn import MotifCnnConfig
from attentome.network.saved_motif_cnn import BEST, LAST, of_epoch, save_motif_cnn
from attentome.training.train_cnn import CnnTraining, train_motif_cnn

UNTRAINED, SHUFFLED = "untrained", "shuffled"
"""Controls: initial weights, and labels that other sequences have."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", type=Path, required=True, help="folder with task.safetensors")
    parser.add_argument(
        "--networks",
        required=True,
        help="JSON list: id, network, activation, seed, control (null, untrained, shuffled)",
    )
    parser.add_argument("--training", required=True, help="JSON of training settings that differ from the published")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--checkpoints", type=Path, help="folder of checkpoints to resume from and to write")
    parser.add_argument("--out", type=Path, default=".")
    parser.add_argument("--tag", default="")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "safetensors")
    with one_line_exit("train_cnns.py"), task_record(options.record, "TRAIN_CNNS", options.tag, packages):
        task, settings = LabelledSequences.load(options.task), read_json(options.training)
        device = choose_device(options.device)
        for start in read_json(options.networks):
            train(start, settings, task, device, options)


def train(start, settings, task, device, options):
    """Train one network and write its folder."""
    control = start.get("control")
    config = MotifCnnConfig(
        start["network"], len(task.classes), task.sequences.shape[1], activation=start["activation"]
    )
    if control:
        settings = {**settings, "keep_levels": False}
    if control == UNTRAINED:
        settings = {**settings, "max_epochs": 0}
    data = []
    for number, part in enumerate(("train", "validation")):
        rows = task.rows(part)
        labels = task.labels[rows]
        if control == SHUFFLED:
            labels = np.random.default_rng([start["seed"], number]).permutation(labels)
        data.append((task.sequences[rows], labels))
    print(start["id"], flush=True)
    checkpoints = options.checkpoints and options.checkpoints / start["id"]
    done = train_motif_cnn(
        config, CnnTraining(**settings), *data, start["seed"], device, lambda line: print(line, flush=True), checkpoints
    )
    folder = options.out / start["id"]
    kept = {name: done.summary[name] for name in ("epochs", "diverged", "validation")}
    weights = {LAST: done.network.state_dict(), BEST: done.best}
    weights |= {of_epoch(epoch): state for epoch, state in done.kept.items()}
    save_motif_cnn(folder / "model", config, weights, {**start, **kept})
    write_tsv(folder / "history.tsv", done.history)
    write_json(folder / "training.json", {**start, **done.summary})


if __name__ == "__main__":
    main()
