#!/usr/bin/env python3
"""GRID: combine the comparisons of all networks into one table and heat maps."""

import argparse
from pathlib import Path

import pandas as pd

from attentome.figures.set_grid import plot_grid
from attentome.io.record import task_record
from attentome.io.schemas.evaluation import GRID


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grids", required=True, nargs="+", help="<network>.grid.tsv of each network")
    parser.add_argument("--first", default="curated", help="network and set that come before the others")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "GRID", packages=("numpy", "pandas", "matplotlib")):
        table = pd.concat([GRID.read(path) for path in args.grids], ignore_index=True)
        table = table.sort_values(
            ["train_set", "test_set"],
            kind="stable",
            ignore_index=True,
            key=lambda names: names.mask(names == args.first, ""),
        )
        GRID.write(args.out / "grid.tsv", table)
        plot_grid(table, args.out / "grid")


if __name__ == "__main__":
    main()
