#!/usr/bin/env python3
"""Compute the network's output at every nucleotide of one genome shard, and gather its attention in the same pass."""

import argparse
from functools import partial
from pathlib import Path

import torch

from attentome.genome.contigs import load_genome
from attentome.genome.pieces import OutputFile, genome_pieces, share_of
from attentome.heads.profile import N_BEST, N_SAMPLE, profile_shard
from attentome.io.exits import one_line_exit
from attentome.io.record import task_record
from attentome.network.device import choose_device
from attentome.network.predict import run_pieces
from attentome.network.saved_model import load_model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--model", required=True, help="model directory")
    parser.add_argument("--shard", type=int, default=1, help="which share of the genome; the first is 1")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="gather the attention scores in the same pass")
    parser.add_argument("--best", type=int, default=N_BEST, help="best places of each head and distance")
    parser.add_argument("--sample", type=int, default=N_SAMPLE, help="positions for the Spearman correlation")
    parser.add_argument("--seed", type=int, default=1, help="seed of that sample")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--batch", type=int, default=1, help="pieces computed at once; no effect on the results")
    parser.add_argument("--out", default=".", type=Path, help="folder of the shard's arrays")
    parser.add_argument("--record", default="record.json")
    parser.add_argument("--tag", default="")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "safetensors")
    with one_line_exit("predict_genome.py"), task_record(args.record, "PREDICT", args.tag, packages):
        genome = load_genome(args.genome, args.genome_json)
        device = choose_device(args.device)
        network, _ = load_model(args.model, device)
        if args.profile:
            profile_shard(
                network,
                genome,
                args.out,
                device,
                args.shard,
                args.shards,
                args.batch,
                args.threads,
                args.best,
                args.sample,
                args.seed,
                log=partial(print, flush=True),
            )
        else:
            args.out.mkdir(parents=True, exist_ok=True)
            pieces = share_of(genome_pieces(genome), args.shard, args.shards)
            outputs = OutputFile(args.out / "outputs.npy", pieces)
            for _, values, _ in run_pieces(network, genome, pieces, device, args.batch, args.threads):
                outputs.add(values)
            outputs.close()


if __name__ == "__main__":
    main()
