#!/usr/bin/env python3
"""Compute the network's output at every nucleotide of both strands, as an array file and as bigWig tracks."""

import argparse
from pathlib import Path

import numpy as np
import torch

from attentome.exits import one_line_exit
from attentome.formats import STRANDS, write_arrays
from attentome.genome import load_genome
from attentome.labels import stream_key
from attentome.model import choose_device
from attentome.model_folder import load_model
from attentome.predict import at_tss, predict_genome
from attentome.record import task_record
from attentome.tracks import write_bigwig


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--model", required=True, help="model directory")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--batch", type=int, default=1, help="segments computed at once; no effect on the results")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "safetensors", "pyBigWig")
    with one_line_exit("predict_genome.py"), task_record(args.record, "PREDICT", args.out.name, packages, args.threads):
        genome = load_genome(args.genome, args.genome_json)
        device = choose_device(args.device)
        network, description = load_model(args.model, device)
        outputs = predict_genome(network, genome, device, args.batch, args.threads)
        write_arrays(args.out / "outputs.safetensors", {stream_key(*name): array for name, array in outputs.items()})
        for strand in STRANDS:
            write_bigwig(args.out / f"output.{strand}.bw", {
                contig.name: at_tss(1 / (1 + np.exp(-outputs[contig.name, strand].astype(np.float64))), strand,
                                    description["label_shift"], contig.circular)
                for contig in genome.values()})


if __name__ == "__main__":
    main()
