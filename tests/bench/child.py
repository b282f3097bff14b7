#!/usr/bin/env python3
"""Do one thing in a process of its own and print the most memory it held, MB; see ``measure.peak_memory``."""

import argparse
import tempfile
from pathlib import Path

import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["nothing", "predict", "profile"])
    parser.add_argument("--preset", default="published")
    parser.add_argument("--length", type=int, default=100_000, help="of the genome, nt")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.what != "nothing":
        run(args)
    with open("/proc/self/status", encoding="utf-8") as status:
        print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 / 1e6)


def run(args):
    """Both strands of a random genome, with the whole profile or without."""
    from inputs import CPU, random_contig, random_network, shape_of

    from attentome.genome.pieces import OutputFile, genome_pieces
    from attentome.heads.profile import profile_shard
    from attentome.network.predict import run_pieces

    network = random_network(shape_of(args.preset))
    genome = {"random": random_contig(args.length)}
    with tempfile.TemporaryDirectory() as folder:
        if args.what == "profile":
            profile_shard(network, genome, folder, CPU, threads=args.threads, log=lambda line: None)
            return
        pieces = genome_pieces(genome)
        outputs = OutputFile(Path(folder) / "outputs.npy", pieces)
        for _, values, _ in run_pieces(network, genome, pieces, CPU, 1, args.threads):
            outputs.add(values)
        outputs.close()


if __name__ == "__main__":
    main()
