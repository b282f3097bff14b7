#!/usr/bin/env python3
"""Measure the heads of networks on the test arc: how sharply each looks, and at which sequence."""

import argparse
from dataclasses import asdict
from pathlib import Path

import torch

from attentome.attribution.logit_terms import measure_parts
from attentome.evidence.head_evidence import best_window_table, component_table, logo_table, write_evidence
from attentome.evidence.measure import N_POSITIONS, measure_heads
from attentome.genome.arcs import read_split
from attentome.genome.contigs import load_genome
from attentome.io.exits import one_line_exit
from attentome.io.files import read_arrays, read_json, write_arrays, write_json
from attentome.io.record import task_record
from attentome.io.schemas.labels import SPLIT
from attentome.io.schemas.measured import COMPONENTS, LOGOS, MEASURED_WINDOWS
from attentome.labels.tss import rotate_labels
from attentome.network.device import choose_device
from attentome.network.saved_model import load_model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--networks", required=True, help="JSON list of the networks: id, control, rotate")
    parser.add_argument("--models", nargs="+", required=True, help="model directories, in the order of the list")
    parser.add_argument("--positions", type=int, default=N_POSITIONS, help="positions of the test arc to measure on")
    parser.add_argument("--seed", type=int, default=1, help="seed of the windows drawn at random")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--out", default=".", type=Path, help="folder with one subfolder for each network")
    parser.add_argument("--record", default="record.json")
    parser.add_argument("--tag", default="")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "safetensors", "scikit-learn")
    with one_line_exit("measure_heads.py"), task_record(args.record, "MEASURE_HEADS", args.tag, packages):
        genome = load_genome(args.genome, args.genome_json)
        labels, test = read_arrays(args.labels), read_split(SPLIT.read(args.split), "test")
        device = choose_device(args.device)
        for start, folder in zip(read_json(args.networks), args.models, strict=True):
            network, description = load_model(folder, device)
            own = rotate_labels(labels, start["rotate"]) if start.get("rotate") else labels
            named = start.get("control") in (None, "replicate")
            evidence, top = measure_heads(
                network, genome, own, test, args.seed, device, args.threads, args.positions, components=named
            )
            out = args.out / start["id"]
            write_evidence(out / "evidence.safetensors", evidence)
            if not start.get("control"):
                parts = measure_parts(network, genome, top, device, threads=args.threads)
                write_arrays(out / "parts.safetensors", asdict(parts))
            shift = description["label_shift"] + network.config.ahead
            write_json(out / "measured.json", {"label_shift": shift, "window": evidence.window})
            LOGOS.write(out / "logos.tsv", logo_table(evidence))
            if named:
                COMPONENTS.write(out / "components.tsv", component_table(evidence))
            MEASURED_WINDOWS.write(out / "windows.tsv", best_window_table(evidence, genome, network.config.ahead))


if __name__ == "__main__":
    main()
