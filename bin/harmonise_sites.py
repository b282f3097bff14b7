#!/usr/bin/env python3
"""HARMONISE: convert one TSS set of any accepted format to sites on the genome, with its losses and their reasons."""

import argparse
import sys
from pathlib import Path

from attentome.genome.contigs import load_genome
from attentome.genome.liftover import read_assembly
from attentome.genome.names import read_known_sequences
from attentome.io.faults import Fault, fault_lines
from attentome.io.files import read_json, sha256, write_json, write_tsv
from attentome.io.record import task_record
from attentome.sites.harmonise import harmonise, write_sites
from attentome.sites.readers.detect import read_set


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", required=True, help="name of the set")
    parser.add_argument("--files", nargs="+", required=True)
    parser.add_argument("--format", default="auto")
    parser.add_argument("--settings", help="JSON: options, contig_alias, coordinate_fix of the set")
    parser.add_argument("--genome", required=True, help="genome.fna")
    parser.add_argument("--genome_json", required=True, help="genome.json")
    parser.add_argument("--assembly", help="FASTA of the assembly that the positions are on, if not the genome")
    parser.add_argument("--known_sequences", help="known_sequences.tsv: sequences with two accessions")
    parser.add_argument("--out", default=".")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "HARMONISE", args.set, ("numpy", "pandas")):
        settings = read_json(args.settings) if args.settings else {}
        asked = settings.get("coordinate_fix") or "auto"
        files = [Path(file).name for file in args.files]
        genome = load_genome(args.genome, args.genome_json)
        assembly = read_assembly(args.assembly) if args.assembly else None
        contigs = {name: len(contig) for name, contig in (genome if assembly is None else assembly).items()}
        options, aliases = settings.get("options"), settings.get("contig_alias")
        known = read_known_sequences(args.known_sequences)
        reading = read_set(args.files, args.format, contigs, options, aliases, known)
        stop(
            [
                line
                for file, name in enumerate(files)
                for line in fault_lines(name, [fault for of, fault in reading.faults if of == file])
            ]
        )
        try:
            found = harmonise(reading, genome, assembly, asked)
        except ValueError as error:
            stop([f"{files[0]}: {error}"])
        if found.report["misplaced"] and asked != "report":
            stop(
                fault_lines(
                    files[0],
                    [
                        Fault(
                            None,
                            f"{found.report['misplaced']}: they are on an assembly other than {', '.join(contigs)}",
                            "give that assembly's FASTA in column assembly, or take them as they are with "
                            "coordinate_fix report",
                        )
                    ],
                )
            )
        if found.sites.empty:
            lost = ", ".join(f"{reason}: {n:,}" for reason, n in found.report["lost"].items())
            stop([f"{files[0]}: no site is left ({lost}); check the set's row in the sample sheet"])
        out = Path(args.out)
        write_sites(out / f"{args.set}.bed", args.set, found.sites)
        write_tsv(out / f"{args.set}.losses.tsv", found.losses.assign(file=[files[i] for i in found.losses["file"]]))
        write_json(
            out / f"{args.set}.harmonised.json",
            {
                "set": args.set,
                "files": files,
                "formats": [reading.format] * len(files),
                "sha256": [sha256(file) for file in args.files],
                "file_rows": [
                    int((reading.sites["file"] == i).sum() + (reading.losses["file"] == i).sum())
                    for i in range(len(files))
                ],
                "assembly_file": args.assembly and Path(args.assembly).name,
                **found.report,
            },
        )


def stop(lines):
    """End with exit code 2 if there are faults, one line each."""
    if lines:
        print("\n".join(lines), file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
