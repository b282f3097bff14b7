#!/usr/bin/env python3
"""Join the outputs of all shards of the genome, as an array file and as bigWig tracks."""

import argparse
from pathlib import Path

import numpy as np

from attentome.genome.contigs import load_genome
from attentome.genome.pieces import by_position
from attentome.genome.strands import STRANDS, stream_key
from attentome.io.files import read_json, write_arrays
from attentome.io.record import task_record
from attentome.tracks.bigwig import at_tss, write_bigwig


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--model", required=True, help="model directory")
    parser.add_argument("--shards", nargs="+", required=True, type=Path, help="folders of the shards, in order")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "JOIN_OUTPUTS", args.out.name, ("numpy", "safetensors", "pyBigWig")):
        genome = load_genome(args.genome, args.genome_json)
        label_shift = read_json(Path(args.model) / "model.json")["label_shift"]
        outputs = by_position(genome, np.concatenate([np.load(folder / "outputs.npy") for folder in args.shards]))
        write_arrays(args.out / "outputs.safetensors", outputs)
        for strand in STRANDS:
            write_bigwig(
                args.out / f"output.{strand}.bw",
                {
                    contig.name: at_tss(
                        1 / (1 + np.exp(-outputs[stream_key(contig.name, strand)].astype(np.float64))),
                        strand,
                        label_shift,
                        contig.circular,
                    )
                    for contig in genome.values()
                },
            )


if __name__ == "__main__":
    main()
