#!/usr/bin/env python3
"""Train the preset again with other seeds, one core each, and compare all seeds with the peers on the test arc."""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.evaluation.metrics import bootstrap
from attentome.evaluation.peers import PEER_METRICS, PEERS, arc_metrics_of
from attentome.evaluation.stretches import bootstrap_block
from attentome.genome.arcs import read_split
from attentome.io.files import read_arrays, read_json, read_tsv, write_tsv

REPOSITORY = Path(__file__).parents[2]
TOLERANCE, RESAMPLES = 5, 200
MEAN = "mean of the seeds"


def train_seed(results, genome, seed, out):
    """Train and predict with one core; what the programs print goes to ``<out>/log.txt``."""
    out.mkdir(parents=True, exist_ok=True)
    labels, given = results / "labels", ["--genome", genome, "--genome_json", results / "inputs/genome.json"]
    with open(out / "log.txt", "w") as log:
        for program, *options in (
            (
                "train_model.py",
                *given,
                "--labels",
                labels / "labels.safetensors",
                "--labels_json",
                labels / "labels.json",
                "--auxiliary",
                labels / "auxiliary.safetensors",
                "--split",
                labels / "split.tsv",
                "--presets",
                REPOSITORY / "assets/presets.json",
                "--preset",
                read_json(results / "training/training.json")["preset"],
                "--seed",
                seed,
                "--out",
                out,
            ),
            ("predict_genome.py", *given, "--model", out / "model", "--out", out / "shard"),
            ("join_outputs.py", *given, "--model", out / "model", "--shards", out / "shard", "--out", out),
        ):
            command = [sys.executable, REPOSITORY / "bin" / program, *options, "--record", out / "record.json"]
            subprocess.run(
                [str(word) for word in command],
                stdout=log,
                stderr=log,
                check=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
    return out


def compare_seeds(seeds, peers, labels, arc, tolerance, block_nt, n_resamples):
    """Metrics of each seed, of their mean and of the peers, and the mean's lead, by one paired bootstrap.

    Parameters
    ----------
    seeds, peers : dict of str to dict
        Name to ``<contig>.<strand>`` to values by genomic position.
    labels : dict of str to ndarray
    arc : list of Interval
    tolerance, block_nt, n_resamples : int

    Returns
    -------
    pandas.DataFrame
        model, quantity (``value``, or ``lead`` of the mean over a peer), metric, value, lo, hi.
    """
    metrics, n_blocks = arc_metrics_of([*seeds.values(), *peers.values()], labels, arc, tolerance, block_nt)

    def rows(draw):
        values = metrics(draw)
        mean = values[: len(seeds)].mean(0)
        return np.concatenate([values, [mean], mean - values[len(seeds) :]]).ravel()

    values, intervals = bootstrap(rows, n_blocks, n_resamples, seed=1)
    names = [*((name, "value") for name in (*seeds, *peers, MEAN)), *((name, "lead") for name in peers)]
    return pd.DataFrame(
        [
            (*name, metric, *numbers)
            for (name, metric), numbers in zip(
                ((name, metric) for name in names for metric in PEER_METRICS),
                np.column_stack([values, intervals]),
                strict=True,
            )
        ],
        columns=["model", "quantity", "metric", "value", "lo", "hi"],
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="--outdir of a run with --baselines; its seed is the first")
    parser.add_argument("genome", type=Path, help="the FASTA file of that run")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2, 3])
    args = parser.parse_args()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        folders = list(
            pool.map(lambda seed: train_seed(args.results, args.genome, seed, args.out / f"seed_{seed}"), args.seeds)
        )
    first = read_json(args.results / "training/training.json")["seed"]
    seeds = {f"seed {first}": args.results / "tracks"} | dict(
        zip((f"seed {n}" for n in args.seeds), folders, strict=True)
    )
    peers = {name: args.results / "networks" / name for name in PEERS}
    arc = read_split(read_tsv(args.results / "labels/split.tsv"), "test")
    table = compare_seeds(
        *(
            {name: read_arrays(folder / "outputs.safetensors") for name, folder in models.items()}
            for models in (seeds, peers)
        ),
        read_arrays(args.results / "labels/labels.safetensors"),
        arc,
        TOLERANCE,
        bootstrap_block(arc),
        RESAMPLES,
    )
    write_tsv(args.out / "seeds.tsv", table)


if __name__ == "__main__":
    main()
