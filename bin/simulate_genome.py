#!/usr/bin/env python3
"""SIMULATE: write a random circular genome with planted promoters, three noisy TSS sets, annotation and truth."""

import argparse
import sys

from attentome.io.record import task_record
from attentome.simulate.designs import DESIGNS, LENGTH, PROMOTERS, simulate_design
from attentome.simulate.minimal import noisy_set, place_genes, simulate_genome, write_simulation


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--design",
        choices=["minimal", *DESIGNS],
        default="minimal",
        help="easy and hard plant more parts, for a self-test, and fix all options below except length and promoters",
    )
    parser.add_argument("--length", type=int, help=f"nt; 200000 if minimal, else {LENGTH}")
    parser.add_argument("--promoters", type=int, help=f"400 if minimal, else {PROMOTERS}")
    parser.add_argument("--decoys", type=int, default=100, help="of each kind")
    parser.add_argument("--minus35_conservation", type=float, default=0.85)
    parser.add_argument("--minus10_conservation", type=float, default=0.90)
    parser.add_argument("--spacer_16", type=float, default=0.15, help="share of 16-nt spacers")
    parser.add_argument("--spacer_18", type=float, default=0.15, help="share of 18-nt spacers")
    parser.add_argument("--miss_rate", type=float, default=0.1)
    parser.add_argument("--false_rate", type=float, default=0.1)
    parser.add_argument("--jitter_rate", type=float, default=0.1)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    design = DESIGNS.get(args.design)
    usual_length, usual_promoters = (LENGTH, PROMOTERS) if design else (200_000, 400)
    length = usual_length if args.length is None else args.length
    promoters = usual_promoters if args.promoters is None else args.promoters
    noise = design or args
    with task_record(args.record, "SIMULATE", packages=("numpy", "pandas")):
        try:
            if design:
                sequence, truth, parts = simulate_design(design, length, promoters, args.seed)
            else:
                sequence, truth = simulate_genome(
                    length,
                    promoters,
                    args.decoys,
                    args.minus35_conservation,
                    args.minus10_conservation,
                    args.spacer_16,
                    args.spacer_18,
                    args.seed,
                )
                parts = None
        except ValueError as fault:
            print(f"simulation: {fault}", file=sys.stderr)
            sys.exit(2)
        sets = [
            noisy_set(truth, length, noise.miss_rate, noise.false_rate, noise.jitter_rate, [args.seed, number])
            for number in (1, 2, 3)
        ]
        write_simulation(args.out, sequence, truth, sets, place_genes(truth, length, [args.seed, 4]), parts)


if __name__ == "__main__":
    main()
