#!/usr/bin/env python3
"""Label every nucleotide of both strands and cut the genome into training, validation and test arcs."""

import argparse
from pathlib import Path

from attentome.genome.arcs import ARCS, read_cut_points, split_genome, split_table
from attentome.genome.contigs import load_genome
from attentome.io.files import read_bed, write_arrays, write_json
from attentome.io.record import task_record
from attentome.io.schemas.labels import SPLIT
from attentome.labels.tss import auxiliary_labels, label_genome


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True, help="checked FASTA")
    parser.add_argument("--genome_json", required=True, help="its description")
    parser.add_argument("--sites", required=True, help="curated sites, BED6 and more")
    parser.add_argument(
        "--sets",
        nargs="*",
        default=[],
        type=Path,
        metavar="SET.bed",
        help="each set's own sites, for auxiliary outputs",
    )
    parser.add_argument("--label_shift", type=int, required=True, help="nt downstream of the TSS")
    parser.add_argument("--split", required=True, help="train/test/validation in percent, or a name in --cut_points")
    parser.add_argument("--cut_points", help="cut_points.tsv: published cut points by name")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "LABEL", args.out.name, packages=("numpy", "pandas")):
        genome = load_genome(args.genome, args.genome_json)
        sites = read_bed(args.sites, extra=("support", "sets"))
        labels, lost = label_genome(genome, sites, args.label_shift)
        table = split_table(split_genome(genome, args.split, read_cut_points(args.cut_points)), labels)
        write_arrays(args.out / "labels.safetensors", labels)
        if args.sets:
            own = {path.stem: read_bed(path, extra=("evidence", "sigma")) for path in args.sets}
            write_arrays(args.out / "auxiliary.safetensors", auxiliary_labels(genome, own, args.label_shift))
        SPLIT.write(args.out / "split.tsv", table)
        sums = table.groupby("arc")[["positions", "sites"]].sum()
        write_json(
            args.out / "labels.json",
            {
                "label_shift": args.label_shift,
                "split": args.split,
                "n_sites": len(sites),
                "n_labels": int(table.sites.sum()),
                "lost_at_ends": lost,
                "arcs": {
                    arc: {
                        "positions": sums.positions[arc],
                        "labels": sums.sites[arc],
                        "prevalence": sums.sites[arc] / sums.positions[arc],
                    }
                    for arc in ARCS
                },
            },
        )


if __name__ == "__main__":
    main()
