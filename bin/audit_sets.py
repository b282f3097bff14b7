#!/usr/bin/env python3
"""AUDIT: compare all harmonised sets with each other and the genome, before they are used."""

import argparse
import sys
from pathlib import Path

from attentome.figures.audit import plot_audit
from attentome.genome.contigs import load_genome
from attentome.genome.liftover import read_assembly
from attentome.genome.names import read_known_sequences
from attentome.io.faults import Fault, fault_lines
from attentome.io.files import read_bed, read_json, write_json
from attentome.io.record import task_record
from attentome.io.schemas.sites import AUDIT
from attentome.sites.audit import audit_sets, wrong_assemblies


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", nargs="+", required=True, help="<set>.bed of each set, from HARMONISE")
    parser.add_argument("--harmonised", nargs="+", required=True, help="<set>.harmonised.json of each set")
    parser.add_argument("--genome", required=True, help="genome.fna")
    parser.add_argument("--genome_json", required=True, help="genome.json")
    parser.add_argument(
        "--assemblies", nargs="*", default=[], metavar="NAME=FASTA", help="assemblies that other sets were lifted from"
    )
    parser.add_argument("--known_sequences", help="known_sequences.tsv: sequences with two accessions")
    parser.add_argument("--out", default=".")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "AUDIT", packages=("numpy", "pandas", "matplotlib")):
        harmonised = {each["set"]: each for each in map(read_json, args.harmonised)}
        # Files arrive in any order; sorting the names makes the result independent of it.
        sets = {
            path.name.removesuffix(".bed"): read_bed(path, ["evidence", "sigma"])
            for path in sorted(map(Path, args.sites))
        }
        assemblies = {
            name: read_assembly(fasta) for name, _, fasta in (text.partition("=") for text in args.assemblies)
        }
        genome, known = load_genome(args.genome, args.genome_json), read_known_sequences(args.known_sequences)
        audits, table = audit_sets(harmonised, sets, genome, assemblies, known)
        wrong = wrong_assemblies(audits)
        if wrong:
            for name, (what, remedy) in wrong.items():
                print(*fault_lines(audits[name]["files"][0], [Fault(None, what, remedy)]), sep="\n", file=sys.stderr)
            sys.exit(2)
        out = Path(args.out)
        plot_audit(table, out / "audit")
        AUDIT.write(out / "audit.tsv", table)
        for name, audit in audits.items():
            write_json(out / f"{name}.audit.json", audit)


if __name__ == "__main__":
    main()
