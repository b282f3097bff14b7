#!/usr/bin/env python3
"""Write docs/ecoli_grid.md from the run of make grid: every TSS set as training set and as test set."""

import argparse
from pathlib import Path

from attentome.io.files import read_json, read_tsv, write_text

METRICS = {
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC per nucleotide (tolerance 0)",
    **{f"pr_auc_{tolerance}nt": f"PR AUC within {tolerance} nt" for tolerance in (1, 2, 5)},
}


def grid_lines(results):
    """One table per metric, with training sets as rows and test sets as columns."""
    grid = read_tsv(results / "networks/grid.tsv")
    networks, sets = list(dict.fromkeys(grid["train_set"])), list(dict.fromkeys(grid["test_set"]))
    sites = grid.drop_duplicates("test_set").set_index("test_set")["n_sites"]
    lines = []
    for metric, title in METRICS.items():
        cells = grid[grid["metric"] == metric].set_index(["train_set", "test_set"])
        header = " | ".join(f"{name} ({sites[name]:,} sites)" for name in sets)
        lines += [
            f"## {title}",
            "",
            f"| trained on | {header} |",
            "| --- |" + " ---: |" * len(sets),
            *[
                f"| {network} | "
                + " | ".join(
                    f"{cell['value']:.3f} ({cell['lo']:.3f} to {cell['hi']:.3f})"
                    for cell in (cells.loc[(network, name)] for name in sets)
                )
                + " |"
                for network in networks
            ],
            "",
        ]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="--outdir of the run with --train_sets all")
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    training = read_json(args.results / "training/training.json")
    write_text(
        args.out,
        "\n".join(
            [
                "# TSS sets of E. coli K-12 as training and test sets",
                "",
                "`make grid DATA=<folder of the published files>` writes this page; every number comes from the files "
                f"of its run. Preset {training['preset']} ({training['n_weights']:,} weights), "
                f"{training['steps']:,} steps of {training['settings']['batch_size']} segments "
                f"of {training['settings']['segment']:,} nt.",
                "",
                "Each row is a network, trained on one set or on the curated sites, with one seed. Each column is a "
                "set; the networks are tested on its sites in the test arc. The 95 % intervals come from a bootstrap "
                "over genome blocks of 10,000 nt, both strands together.",
                "",
                *grid_lines(args.results),
            ]
        ),
    )


if __name__ == "__main__":
    main()
