#!/usr/bin/env python3
"""Train networks on the training arc, with early stopping on the validation arc, one after the other."""

import argparse
import os
from functools import partial
from pathlib import Path

import pandas as pd
import torch

from attentome.genome.arcs import read_split
from attentome.genome.contigs import load_genome
from attentome.io.exits import one_line_exit
from attentome.io.files import read_arrays, read_json, write_json
from attentome.io.record import task_record
from attentome.io.schemas.labels import SPLIT
from attentome.io.schemas.training import HISTORY, SPEED
from attentome.labels.tss import rotate_labels, split_sets
from attentome.network.device import choose_device
from attentome.network.saved_model import save_model
from attentome.training.presets import read_peer, read_preset, shortened
from attentome.training.train import TrainingDiverged, train_network


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--labels_json", required=True)
    parser.add_argument("--auxiliary", help="labels of each set's own sites")
    parser.add_argument("--split", required=True)
    parser.add_argument("--presets", required=True, help="JSON of presets")
    parser.add_argument("--preset", required=True)
    parser.add_argument("--peer", action="store_true", help="train the preset's convolutional peer instead")
    parser.add_argument("--overrides", help="JSON of single settings that replace the preset's")
    parser.add_argument(
        "--networks",
        required=True,
        help="JSON list of how each network starts: id, seed, and where "
        "they differ from the preset: steps (share of them; 0 leaves the initial weights), rotate "
        "(labels moved by this share of each contig)",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--checkpoints", type=Path, help="folder of checkpoints to resume from and to write")
    parser.add_argument("--checkpoint_minutes", type=float, default=os.environ.get("ATTENTOME_CHECKPOINT_MINUTES", 5.0))
    parser.add_argument("--parts", type=int, default=1, help="number of parts to compute a batch in, on a GPU")
    parser.add_argument(
        "--out",
        default=".",
        type=Path,
        help="folder with one subfolder for each network: model/, *.tsv and training.json",
    )
    parser.add_argument("--record", default="record.json")
    parser.add_argument("--tag", default="")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "safetensors")
    with one_line_exit("train_model.py"), task_record(args.record, "TRAIN", args.tag, packages):
        overrides = read_json(args.overrides) if args.overrides else {}
        read = read_peer if args.peer else read_preset
        config, settings = read(read_json(args.presets), args.preset, overrides)
        device = choose_device(args.device)
        data = {
            "genome": load_genome(args.genome, args.genome_json),
            "labels": read_arrays(args.labels),
            "sets": split_sets(read_arrays(args.auxiliary)) if args.auxiliary else {},
            "split": SPLIT.read(args.split),
            "label_shift": read_json(args.labels_json)["label_shift"],
        }
        for network in read_json(args.networks):
            train(network, config, settings, data, device, args)


def train(start, config, settings, data, device, args):
    """Train one network and write its folder."""
    labels, sets, share = data["labels"], data["sets"], start.get("rotate", 0)
    if share:
        labels = rotate_labels(labels, share)
        sets = {name: rotate_labels(arrays, share) for name, arrays in sets.items()}
    out, seed = args.out / start["id"], start["seed"]
    origin = {"preset": args.preset, **{name: value for name, value in start.items() if name != "id"}}
    try:
        network, history, summary, speed = train_network(
            config,
            shortened(settings, start.get("steps", 1)),
            data["genome"],
            labels,
            read_split(data["split"], "train"),
            read_split(data["split"], "validation"),
            seed,
            device,
            args.threads,
            partial(print, f"{start['id']} ", flush=True),
            args.checkpoints,
            args.checkpoint_minutes,
            list(sets.values()),
            args.parts,
        )
    except TrainingDiverged as error:
        if error.network:
            save_model(out / "model.last_good", error.network, data["label_shift"], {**origin, "diverged": str(error)})
        raise
    save_model(out / "model", network, data["label_shift"], {**origin, "best_step": summary["best_step"]})
    HISTORY.write(out / "history.tsv", pd.DataFrame(history))
    SPEED.write(out / "speed.tsv", pd.DataFrame(speed))
    write_json(
        out / "training.json",
        {"preset": args.preset, "seed": seed, "device": device.type, "auxiliary_sets": list(sets), **summary},
    )


if __name__ == "__main__":
    main()
