#!/usr/bin/env python3
"""Fit position weight matrices of a promoter to the training arc's sites by EM and score every nucleotide with them."""

import argparse
from pathlib import Path

from attentome.evaluation.promoter_pwm import scan_genome
from attentome.evaluation.promoter_pwm_fit import fit_promoter
from attentome.genome.arcs import read_split
from attentome.genome.contigs import load_genome
from attentome.io.files import read_arrays, read_json, write_arrays, write_json
from attentome.io.record import task_record
from attentome.io.schemas.labels import SPLIT


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--labels_json", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--out", default=".", type=Path, help="folder for outputs.safetensors and promoter.json")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "SCAN_PROMOTERS", packages=("numpy", "safetensors")):
        genome = load_genome(args.genome, args.genome_json)
        label_shift = read_json(args.labels_json)["label_shift"]
        model = fit_promoter(genome, read_arrays(args.labels), read_split(SPLIT.read(args.split), "train"), label_shift)
        outputs = scan_genome(model, genome, label_shift)
        write_arrays(args.out / "outputs.safetensors", outputs)
        write_json(args.out / "promoter.json", {"label_shift": label_shift, **model.description()})


if __name__ == "__main__":
    main()
