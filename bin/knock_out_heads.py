#!/usr/bin/env python3
"""Knock out attention heads, one by one and in pairs, and measure the network's loss on an arc."""

import argparse
from pathlib import Path

import torch

from attentome.attribution.knockout import KNOCKOUT_KINDS, knock_out_heads
from attentome.genome.arcs import ARCS, read_split
from attentome.genome.contigs import load_genome
from attentome.io.exits import one_line_exit
from attentome.io.files import read_arrays, write_json
from attentome.io.record import task_record
from attentome.io.schemas.knockout import KNOCKOUT, KNOCKOUT_PAIRS
from attentome.io.schemas.labels import SPLIT
from attentome.labels.tss import rotate_labels
from attentome.network.device import choose_device
from attentome.network.saved_model import load_model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--model", required=True, help="model directory, of a network with attention")
    parser.add_argument("--labels", required=True, help="labels.safetensors")
    parser.add_argument(
        "--rotate",
        type=float,
        default=0.0,
        help="move the labels by this share of each contig, as in the network's training",
    )
    parser.add_argument("--split", required=True, help="split.tsv")
    parser.add_argument("--arc", choices=ARCS, default="test")
    parser.add_argument("--heads", nargs="+", help="L1_H2 ...; both count from 1; default all")
    parser.add_argument("--kinds", default=",".join(KNOCKOUT_KINDS), help="replacements of a head's output")
    parser.add_argument(
        "--pairs", type=int, default=10, help="knock out all pairs of this many heads, those that matter most; 0 = none"
    )
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="seed of the resamples")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    parser.add_argument("--tag", default="")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "pandas", "safetensors")
    with one_line_exit("knock_out_heads.py"), task_record(args.record, "KNOCKOUT", args.tag, packages):
        device = choose_device(args.device)
        network, _ = load_model(args.model, device)
        table, pairs, summary = knock_out_heads(
            network,
            load_genome(args.genome, args.genome_json),
            rotate_labels(read_arrays(args.labels), args.rotate),
            read_split(SPLIT.read(args.split), args.arc),
            args.heads,
            args.kinds.split(","),
            args.pairs,
            args.resamples,
            args.seed,
            device,
            args.threads,
        )
        KNOCKOUT.write(args.out / "knockout.tsv", table)
        KNOCKOUT_PAIRS.write(args.out / "knockout_pairs.tsv", pairs)
        write_json(args.out / "knockout.json", {"arc": args.arc, **summary})


if __name__ == "__main__":
    main()
