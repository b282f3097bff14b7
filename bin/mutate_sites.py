#!/usr/bin/env python3
"""Find which bases the network needs at labelled sites, which heads look there, and how far it reads."""

import argparse
from pathlib import Path

import torch

from attentome.attribution.deletion import ISM, area_table, deletion_curves, deletion_table, ism_order
from attentome.attribution.head_agreement import base_scores, head_agreement_table, head_scores
from attentome.attribution.mutagenesis import (
    MOST_DISTANCES,
    choose_distances,
    choose_queries,
    ism_profile,
    ism_table,
    mutate,
)
from attentome.attribution.receptive_field import receptive_field
from attentome.genome.arcs import ARCS, read_split
from attentome.genome.contigs import load_genome
from attentome.heads.names import head_name, numbers_of_head
from attentome.io.exits import one_line_exit
from attentome.io.files import read_arrays, read_json, write_json
from attentome.io.record import task_record
from attentome.io.schemas.labels import SPLIT
from attentome.io.schemas.mutants import DELETION, DELETION_HEADS, ISM_HEADS, ISM_PROFILE, ISM_TABLE
from attentome.labels.tss import rotate_labels
from attentome.network.device import choose_device
from attentome.network.residual_cnn import ConvolutionalConfig
from attentome.network.saved_model import load_model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--model", required=True, help="model directory")
    parser.add_argument("--labels", required=True)
    parser.add_argument(
        "--rotate",
        type=float,
        default=0.0,
        help="move the labels by this share of each contig, as in the network's training",
    )
    parser.add_argument("--labels_json", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--arc", choices=ARCS, default="test")
    parser.add_argument("--sites", type=int, default=50, help="number of labelled positions, drawn at random")
    parser.add_argument("--distances", type=int, default=MOST_DISTANCES, help="maximum bases mutated at each site")
    parser.add_argument("--heads", nargs="*", help="L1_H2 ...; both count from 1; default all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--batch", type=int, default=16, help="mutants computed at once; no effect on the results")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    parser.add_argument("--tag", default="")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "scipy", "pandas", "safetensors")
    with one_line_exit("mutate_sites.py"), task_record(args.record, "MUTATE", args.tag, packages):
        if args.sites < 1 or args.distances < 1:
            raise ValueError("--sites and --distances: give 1 or more")
        mutate_sites(args)


def mutate_sites(args):
    """Read the model and the labels, then mutate and write the results."""
    device = choose_device(args.device)
    network, description = load_model(args.model, device)
    genome = load_genome(args.genome, args.genome_json)
    heads = chosen_heads(network.config, args.heads)
    shift = read_json(args.labels_json)["label_shift"]
    if shift != description["label_shift"]:
        raise ValueError(
            f"{args.labels_json}: the labels lie {shift} nt downstream of the TSS, but {args.model} reads "
            f"them {description['label_shift']} nt downstream; label with --label_shift "
            f"{description['label_shift']}"
        )
    labels = rotate_labels(read_arrays(args.labels), args.rotate)
    queries = choose_queries(genome, labels, read_split(SPLIT.read(args.split), args.arc), args.sites, args.seed)
    # Distances count from the windows' downstream ends.
    shift += network.config.ahead
    distances = choose_distances(window_of(network.config), shift, args.distances)
    run = {"device": device, "batch": args.batch, "threads": args.threads}
    effects = mutate(network, genome, queries, distances[0], distances[-1], **run)
    ISM_TABLE.write(args.out / "ism.tsv.gz", ism_table(effects, shift))
    ISM_PROFILE.write(args.out / "ism_profile.tsv", ism_profile(effects, shift, args.seed))

    orders, names = {ISM: ism_order(effects)}, {numbers: head_name(*numbers) for numbers in heads}
    if heads:
        scores = head_scores(network, genome, queries, **run)
        reach = [network.key_context(layer) for layer in range(network.config.layers)]
        agreements = head_agreement_table(effects, scores, reach, heads)
        ISM_HEADS.write(args.out / "ism_heads.tsv", agreements)
        for layer, head, lag in agreements[["layer", "head", "lag"]].itertuples(index=False):
            orders[names[layer, head]] = base_scores(scores[:, layer - 1, head - 1], effects.distances, lag)
    curves = deletion_curves(network, genome, effects, orders, args.seed, **run)
    DELETION.write(args.out / "deletion.tsv", deletion_table(curves, args.seed))
    if heads:
        DELETION_HEADS.write(args.out / "deletion_heads.tsv", area_table(curves, names, args.seed))
    write_json(args.out / "receptive_field.json", receptive_field(network, genome, args.seed, device, args.threads))


def window_of(config):
    """Positions of the stretch that an output is computed from (one layer's, of an attention network), nt."""
    return config.view if isinstance(config, ConvolutionalConfig) else config.window


def chosen_heads(config, names):
    """Heads by name, or all: list of (layer, head), both from 1; none in a convolutional network.

    Raises
    ------
    ValueError
        If the network has no such head.
    """
    every = (
        []
        if isinstance(config, ConvolutionalConfig)
        else [(layer + 1, head + 1) for layer in range(config.layers) for head in range(config.heads)]
    )
    chosen = sorted(set(map(numbers_of_head, names))) if names else every
    for numbers in chosen:
        if numbers not in every:
            raise ValueError(
                f"--heads {head_name(*numbers)}: this network has {len(every)} heads"
                + (f", {head_name(*every[0])} to {head_name(*every[-1])}" if every else "")
            )
    return chosen


if __name__ == "__main__":
    main()
