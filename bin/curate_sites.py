#!/usr/bin/env python3
"""CURATE: the sites that enough TSS sets agree on, how the sets overlap, and the rule that was used."""

import argparse
from pathlib import Path

from attentome.figures.distances import plot_distances
from attentome.figures.overlap import plot_overlap
from attentome.io.files import read_bed, read_json, write_bed, write_json
from attentome.io.record import task_record
from attentome.io.schemas.sites import DISTANCES, OVERLAP, SETS
from attentome.sites.curation import RULES, curate, curation_summary, distance_table, overlap_table, sets_table


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", nargs="+", required=True, help="<set>.bed of each set")
    parser.add_argument("--audits", nargs="*", default=[], help="<set>.audit.json of each set")
    parser.add_argument("--genome_json", help="genome.json, which says which contigs are circular")
    parser.add_argument("--sets", help="sets.json, which gives weight and priority of the sets")
    parser.add_argument("--rule", choices=RULES, default="single_linkage")
    parser.add_argument("--max_distance", type=int, default=5, help="nt")
    parser.add_argument("--min_support", type=float, default=2, help="sum of the weights of sets")
    parser.add_argument("--out", default=".")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "CURATE", packages=("numpy", "pandas", "matplotlib")):
        sets = {path.name.removesuffix(".bed"): read_bed(path, ["evidence", "sigma"]) for path in map(Path, args.sites)}
        rows = {audit["set"]: audit["rows"] for audit in map(read_json, args.audits)}
        entries = read_json(args.sets) if args.sets else []
        contigs = None
        if args.genome_json:
            contigs = {
                contig["name"]: (contig["length"], contig["circular"])
                for contig in read_json(args.genome_json)["contigs"]
            }
        curation = curate(
            sets,
            args.max_distance,
            args.min_support,
            contigs,
            args.rule,
            {entry["set"]: entry.get("weight") for entry in entries},
            {entry["set"]: entry.get("priority") for entry in entries},
        )
        table, overlap, distances = sets_table(curation, rows), overlap_table(curation), distance_table(curation)
        summary = curation_summary(curation, table)
        out = Path(args.out)
        write_bed(out / "sites.bed", curation.sites)
        write_bed(out / "rejected.bed", curation.rejected)
        OVERLAP.write(out / "overlap.tsv", overlap)
        SETS.write(out / "sets.tsv", table)
        DISTANCES.write(out / "distances.tsv", distances)
        write_json(out / "curation.json", summary)
        plot_overlap(overlap, table, summary["rule"], out / "overlap")
        plot_distances(distances, args.max_distance, summary["rule"], out / "distances")


if __name__ == "__main__":
    main()
