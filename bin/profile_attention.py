#!/usr/bin/env python3
"""Combine the shards of PREDICT into the profile of every head on the whole genome."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from attentome.genome.contigs import load_genome
from attentome.genome.pieces import positions_of
from attentome.genome.strands import sign_of
from attentome.heads.profile_merge import best_windows, extreme_places, group_moments, merge_sums, sample_correlation
from attentome.io.exits import one_line_exit
from attentome.io.files import write_arrays, write_json
from attentome.io.record import task_record
from attentome.io.schemas.profile import PROFILE_WINDOWS
from attentome.network.device import choose_device
from attentome.network.saved_model import load_model

LOGO_WINDOWS = 50


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--model", required=True, help="model directory")
    parser.add_argument("--shards", nargs="+", required=True, type=Path, help="folders of the shards, in order")
    parser.add_argument("--extremes", type=int, default=500, help="positions in the groups top and bottom")
    parser.add_argument(
        "--distances",
        default="",
        help="distances, separated by commas, whose best windows are listed as well as those at each head's peak",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "safetensors")
    with one_line_exit("profile_attention.py"), task_record(args.record, "PROFILE", "", packages):
        genome = load_genome(args.genome, args.genome_json)
        device = choose_device(args.device)
        network, description = load_model(args.model, device)
        config = network.config
        distances = read_distances(args.distances, config.window)
        outputs = np.concatenate([np.load(folder / "outputs.npy") for folder in args.shards])
        groups = extreme_places(outputs, args.extremes)
        profile = merge_sums(args.shards, len(outputs) // 2)
        profile |= group_moments(network, genome, groups, device, args.threads)
        profile["spearman"], n_spearman = sample_correlation(args.shards, outputs)
        peaks = profile["mean_all"].argmax(-1)
        windows = pd.DataFrame(best_windows(args.shards, peaks, distances, outputs))
        contig, strand, position = positions_of(genome, windows.pop("place"))
        windows.insert(4, "contig", contig)
        windows.insert(5, "strand", list(map(sign_of, strand)))
        windows.insert(6, "anchor", anchors(genome, contig, strand, position, config.ahead))
        write_arrays(args.out / "profile.safetensors", profile)
        PROFILE_WINDOWS.write(args.out / "windows.tsv", windows)
        write_json(
            args.out / "profile.json",
            {
                "arc": "genome",
                "layers": config.layers,
                "heads": config.heads,
                "window": config.window,
                "ahead": config.ahead,
                "label_shift": description["label_shift"] + config.ahead,
                "n_all": len(outputs),
                **{f"n_{group}": len(places) for group, places in groups.items()},
                "n_spearman": n_spearman,
                "spearman_error": 1 / np.sqrt(max(n_spearman - 1, 1)),
                "n_windows": LOGO_WINDOWS,
                "n_best": int(windows["rank"].max()),
                "distances": distances,
                "peak_d_all": peaks,
                "key_context": [network.key_context(layer) for layer in range(config.layers)],
                "padding": config.padding,
                "conv_width": config.conv_width,
            },
        )


def anchors(genome, contig, strand, position, ahead):
    """Genomic positions of the windows' downstream ends, ``ahead`` nt downstream of the queries; 0-based.

    On a circular contig they cross the origin, on a linear one they may lie beyond the end.
    """
    anchor = np.where(strand == "plus", position + ahead, position - ahead)
    length = np.array([len(genome[name]) for name in contig])
    circular = np.array([genome[name].circular for name in contig])
    return np.where(circular, anchor % length, anchor)


def read_distances(text, window):
    """Distances as given, such as ``30,31``: list of int.

    Raises
    ------
    ValueError
        If one is not a number or lies outside the window.
    """
    try:
        distances = sorted({int(part) for part in text.split(",") if part.strip()})
    except ValueError:
        raise ValueError(f"--profile_distances {text!r}: expected whole numbers separated by commas") from None
    if distances and not 0 <= distances[0] <= distances[-1] < window:
        raise ValueError(f"--profile_distances {text!r}: the network's window has the distances 0 to {window - 1}")
    return distances


if __name__ == "__main__":
    main()
