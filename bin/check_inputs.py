#!/usr/bin/env python3
"""CHECK_INPUTS: list every fault of sample sheet, sets, genome, annotation and parameters before any other step.

With faults: one line each on the error output, nothing written, exit code 2.
"""

import argparse
import sys
from pathlib import Path

from attentome.genome.readers import contig_name, gc_content, write_annotation, write_genome
from attentome.inputs.check import check_run
from attentome.io.files import sha256, write_json
from attentome.io.record import task_record


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", required=True, help="sample sheet, or 'none' where there is no such file")
    parser.add_argument("--sources", required=True, help="JSON: role, row, part, source, staged, provenance")
    parser.add_argument("--params", required=True, help="JSON of the run's parameters")
    parser.add_argument("--schema", required=True, help="nextflow_schema.json")
    parser.add_argument("--known_sequences", help="known_sequences.tsv: sequences with two accessions")
    parser.add_argument("--cut_points", help="cut_points.tsv: published cut points by name")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "CHECK_INPUTS", packages=("numpy", "pandas", "jsonschema", "openpyxl")):
        run, lines = check_run(
            args.sheet, args.sources, args.params, args.schema, args.known_sequences, args.cut_points
        )
        if lines:
            print("\n".join(lines), file=sys.stderr)
            sys.exit(2)
        write(run, args.out)


def write(run, out):
    """Write the checked inputs and print a summary."""
    out.mkdir(parents=True, exist_ok=True)
    write_genome(out / "genome.fna", run.records)
    write_annotation(out / "annotation.gff", run.annotation)
    write_json(out / "sets.json", run.sets)
    write_json(out / "sources.json", run.provenance)
    write_json(
        out / "genome.json",
        {
            "file": Path(run.genome).name,
            "sha256": sha256(run.genome),
            "contigs": [
                {
                    "name": contig_name(header),
                    "length": len(sequence),
                    "circular": contig_name(header) in run.circular,
                    "gc": gc_content(sequence),
                }
                for header, sequence in run.records
            ],
        },
    )
    for header, sequence in run.records:
        shape = "circular" if contig_name(header) in run.circular else "linear"
        print(f"{contig_name(header)}: {len(sequence):,} nt, {shape}")
    for entry in run.sets:
        print(f"{entry['set']}: {entry['rows']:,} rows, format {entry['format']}")


if __name__ == "__main__":
    main()
