#!/usr/bin/env python3
"""HARMONISE: one TSS set of any accepted format to BED6 on the genome's coordinates, with what was lost."""

import argparse
import sys
from pathlib import Path

from attentome.formats import read_json, sha256, write_bed, write_json
from attentome.record import task_record
from attentome.sites import fault_lines, merge_duplicates, read_sites


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", required=True, help="name of the set")
    parser.add_argument("--file", required=True)
    parser.add_argument("--format", required=True, choices=["bed", "gff3", "gtf", "table"])
    parser.add_argument("--contig_column")
    parser.add_argument("--position_column")
    parser.add_argument("--strand_column")
    parser.add_argument("--score_column")
    parser.add_argument("--position_base", type=int, choices=[0, 1], default=1)
    parser.add_argument("--genome", required=True, help="genome.json")
    parser.add_argument("--out", default=".")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "HARMONISE", args.set, ("numpy", "pandas")):
        contigs = {entry["name"]: entry["length"] for entry in read_json(args.genome)["contigs"]}
        columns = {name: getattr(args, name) for name in
                   ("contig_column", "position_column", "strand_column", "score_column", "position_base")}
        read, faults = read_sites(args.file, args.format, contigs, **columns)
        if faults:
            print("\n".join(fault_lines(Path(args.file).name, faults)), file=sys.stderr)
            sys.exit(2)
        sites, duplicates = merge_duplicates(read)
        out = Path(args.out)
        write_bed(out / f"{args.set}.bed", sites.assign(
            start=sites["tss"], end=sites["tss"] + 1,
            name=[f"{args.set}_{number}" for number in range(1, len(sites) + 1)],
        )[["contig", "start", "end", "name", "score", "strand"]])
        write_json(out / f"{args.set}.audit.json", {
            "set": args.set, "file": Path(args.file).name, "format": args.format, "sha256": sha256(args.file),
            "rows": len(read), "sites": len(sites), "lost": {"duplicate": duplicates}})


if __name__ == "__main__":
    main()
