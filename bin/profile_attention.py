#!/usr/bin/env python3
"""Profile the attention of every head over one arc of the genome, in one pass."""

import argparse
from functools import partial
from pathlib import Path

import pandas as pd
import torch

from attentome.exits import one_line_exit
from attentome.formats import STRAND_SIGN, read_arrays, read_tsv, write_arrays, write_json, write_tsv
from attentome.genome import load_genome
from attentome.labels import ARCS, arc_positions, arc_values, read_split
from attentome.model import choose_device
from attentome.model_folder import load_model
from attentome.profile import profile_heads
from attentome.record import task_record


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--model", required=True, help="model directory")
    parser.add_argument("--outputs", required=True, help="outputs.safetensors of the same model")
    parser.add_argument("--split", required=True)
    parser.add_argument("--arc", choices=ARCS, default="test")
    parser.add_argument("--extremes", type=int, default=500, help="positions in the groups top and bottom")
    parser.add_argument("--windows", type=int, default=50, help="best windows of each head")
    parser.add_argument("--sample", type=int, default=10000, help="positions for the Spearman correlation")
    parser.add_argument("--seed", type=int, default=1, help="of that sample")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1, help="segments computed at once; no effect on the results")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "scipy", "safetensors")
    with one_line_exit("profile_attention.py"), task_record(args.record, "PROFILE", "", packages, args.threads):
        genome = load_genome(args.genome, args.genome_json)
        intervals = read_split(read_tsv(args.split), args.arc)
        device = choose_device(args.device)
        network, description = load_model(args.model, device)
        outputs = arc_values(read_arrays(args.outputs), intervals)
        profile, windows, facts = profile_heads(
            network, genome, intervals, outputs, device, args.extremes, args.windows, args.sample, args.seed,
            args.batch, args.threads, log=partial(print, flush=True))
        windows = pd.DataFrame(windows)
        contig, strand, position = arc_positions(intervals)
        place = windows.pop("place").to_numpy()
        windows.insert(4, "contig", contig[place])
        windows.insert(5, "strand", [STRAND_SIGN[name] for name in strand[place]])
        windows.insert(6, "query", position[place])
        config = network.config
        write_arrays(args.out / "profile.safetensors", profile)
        write_tsv(args.out / "windows.tsv", windows)
        write_json(args.out / "profile.json", {
            "arc": args.arc, "layers": config.layers, "heads": config.heads, "window": config.window,
            "label_shift": description["label_shift"], **facts, "padding": config.padding,
            "conv_width": config.conv_width})


if __name__ == "__main__":
    main()
