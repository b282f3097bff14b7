#!/usr/bin/env python3
"""CURATE: the sites that enough TSS sets agree on, how the sets overlap, and the rule that was used."""

import argparse
from pathlib import Path

from attentome.curate import (
    curate,
    curation_summary,
    distance_table,
    overlap_table,
    sets_table,
)
from attentome.formats import read_bed, read_json, write_bed, write_json, write_tsv
from attentome.overlap_plot import plot_overlap
from attentome.record import task_record


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", nargs="+", required=True, help="<set>.bed of each set")
    parser.add_argument("--audits", nargs="*", default=[], help="<set>.audit.json of each set")
    parser.add_argument("--genome_json", help="genome.json, which says which contigs are circular")
    parser.add_argument("--max_distance", type=int, default=5, help="nt")
    parser.add_argument("--min_support", type=int, default=2, help="sets")
    parser.add_argument("--out", default=".")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "CURATE", packages=("numpy", "pandas", "matplotlib")):
        # Files arrive in any order; names sorted make the result independent of it.
        sets = {path.name.removesuffix(".bed"): read_bed(path) for path in sorted(map(Path, args.sites))}
        rows = {audit["set"]: audit["rows"] for audit in map(read_json, args.audits)}
        contigs = None
        if args.genome_json:
            contigs = {contig["name"]: (contig["length"], contig["circular"])
                       for contig in read_json(args.genome_json)["contigs"]}
        curation = curate(sets, args.max_distance, args.min_support, contigs)
        table, overlap = sets_table(curation, rows), overlap_table(curation)
        summary = curation_summary(curation, table)
        out = Path(args.out)
        write_bed(out / "sites.bed", curation.sites)
        write_tsv(out / "overlap.tsv", overlap)
        write_tsv(out / "sets.tsv", table)
        write_tsv(out / "distances.tsv", distance_table(curation))
        write_json(out / "curation.json", summary)
        plot_overlap(overlap, table, summary["rule"], out / "overlap")


if __name__ == "__main__":
    main()
