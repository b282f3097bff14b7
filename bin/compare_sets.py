#!/usr/bin/env python3
"""COMPARE_SETS: compare one network's outputs with the sites of every set, on the test arc."""

import argparse
from pathlib import Path

from attentome.evaluation.set_grid import compare_with_sets
from attentome.evaluation.stretches import bootstrap_block
from attentome.genome.arcs import read_split
from attentome.io.files import read_arrays
from attentome.io.record import task_record
from attentome.io.schemas.evaluation import GRID
from attentome.io.schemas.labels import SPLIT


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", required=True, help="name of the set that it was trained on")
    parser.add_argument("--outputs", required=True)
    parser.add_argument("--labels", required=True, nargs="+", metavar="SET=FILE")
    parser.add_argument("--split", required=True)
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "COMPARE_SETS", args.network, ("numpy", "pandas")):
        label_sets = {name: read_arrays(path) for name, _, path in (text.partition("=") for text in args.labels)}
        intervals = read_split(SPLIT.read(args.split), "test")
        table = compare_with_sets(
            args.network,
            read_arrays(args.outputs),
            label_sets,
            intervals,
            bootstrap_block(intervals),
            args.resamples,
            args.seed,
        )
        GRID.write(args.out / f"{args.network}.grid.tsv", table)


if __name__ == "__main__":
    main()
