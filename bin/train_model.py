#!/usr/bin/env python3
"""Train one network on the training arc, with early stopping on the validation arc."""

import argparse
import os
from functools import partial
from pathlib import Path

import pandas as pd
import torch

from attentome.exits import one_line_exit
from attentome.formats import read_arrays, read_json, read_tsv, write_json, write_tsv
from attentome.genome import load_genome
from attentome.labels import read_split, split_sets
from attentome.model import choose_device
from attentome.model_folder import save_model
from attentome.record import task_record
from attentome.train import TrainingDiverged, read_peer, read_preset, train_network


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
    parser.add_argument("--peer", action="store_true", help="train the preset's convolutional peer in its place")
    parser.add_argument("--overrides", help="JSON of single settings that replace the preset's")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--checkpoints", type=Path, help="folder of checkpoints: gone on from, and kept up there")
    parser.add_argument("--checkpoint_minutes", type=float, default=os.environ.get("ATTENTOME_CHECKPOINT_MINUTES", 5.0))
    parser.add_argument("--parts", type=int, default=1, help="compute a batch in so many parts on a GPU")
    parser.add_argument("--out", default=".", type=Path, help="folder for model/, *.tsv and training.json")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "safetensors")
    with one_line_exit("train_model.py"), task_record(args.record, "TRAIN", args.out.name, packages, args.threads):
        overrides = read_json(args.overrides) if args.overrides else {}
        read = read_peer if args.peer else read_preset
        config, settings = read(read_json(args.presets), args.preset, overrides)
        device = choose_device(args.device)
        split = read_tsv(args.split)
        label_shift = read_json(args.labels_json)["label_shift"]
        origin = {"preset": args.preset, "seed": args.seed}
        sets = split_sets(read_arrays(args.auxiliary)) if args.auxiliary else {}
        try:
            network, history, summary, speed = train_network(
                config, settings, load_genome(args.genome, args.genome_json), read_arrays(args.labels),
                read_split(split, "train"), read_split(split, "validation"), args.seed, device,
                args.threads, partial(print, flush=True), args.checkpoints, args.checkpoint_minutes,
                list(sets.values()), args.parts)
        except TrainingDiverged as error:
            if error.network:
                save_model(args.out / "model.last_good", error.network, label_shift, {**origin, "diverged": str(error)})
            raise
        save_model(args.out / "model", network, label_shift, {**origin, "best_step": summary["best_step"]})
        write_tsv(args.out / "history.tsv", pd.DataFrame(history))
        write_tsv(args.out / "speed.tsv", pd.DataFrame(speed))
        write_json(args.out / "training.json",
                   {"preset": args.preset, "seed": args.seed, "device": device.type, "auxiliary_sets": list(sets),
                    **summary})


if __name__ == "__main__":
    main()
