#!/usr/bin/env python3
"""CHECK_INPUTS: every fault of sample sheet, sets, genome, annotation and parameters at once, before all else.

With faults: one line each on the error output, nothing written, exit code 2.
"""

import argparse
import sys
from pathlib import Path

from attentome.formats import read_json, read_tsv, sha256, write_json
from attentome.inputs import (
    circular_contigs,
    contig_name,
    gc_content,
    read_annotation,
    read_genome_file,
    read_sheet,
    write_annotation,
    write_genome,
)
from attentome.parameters import coerce_parameters, data_faults, parameter_faults, run_faults
from attentome.record import task_record
from attentome.sites import Fault, fault_lines, read_sites

PARAMETERS = "parameters"
MISSING = Fault(None, "there is no such file", "check the name and the folder")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", required=True, help="sample sheet, or 'none' where there is no such file")
    parser.add_argument("--files", required=True, help="TSV: row (data row of the sheet), file, staged (local path)")
    parser.add_argument("--genome", required=True, help="FASTA, or 'none' where there is no such file")
    parser.add_argument("--annotation", default="none", help="GFF3, or 'none'")
    parser.add_argument("--params", required=True, help="JSON of the run's parameters")
    parser.add_argument("--schema", required=True, help="nextflow_schema.json")
    parser.add_argument("--out", default=".")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "CHECK_INPUTS", packages=("numpy", "pandas", "jsonschema")):
        lines = check(args)
        if lines:
            print("\n".join(lines), file=sys.stderr)
            sys.exit(2)


def check(args):
    """Check everything and write the results; returns the fault lines, with which nothing is written."""
    schema = read_json(args.schema)
    params = coerce_parameters(read_json(args.params), schema)
    faults = {PARAMETERS: parameter_faults(params, schema) + run_faults(params)}

    def given(name, path):
        """Whether there is a file to read; a file that was asked for and is not there is a fault."""
        if path != "none" and Path(path).exists():
            return True
        if path != "none" or params.get(name):
            faults[params.get(name, path)] = [MISSING]
        return False

    entries, records, annotated, contigs = [], [], set(), None
    if given("input", args.sheet):
        entries, faults[Path(args.sheet).name] = read_sheet(args.sheet)
    if given("genome", args.genome):
        records, faults[Path(args.genome).name] = read_genome_file(args.genome)
        contigs = {contig_name(header): len(sequence) for header, sequence in records} or None
    if given("annotation", args.annotation):
        annotated, faults[Path(args.annotation).name] = read_annotation(args.annotation, contigs)
    circular, circular_faults = circular_contigs(
        str(params["circular"]), [header for header, _ in records], annotated)
    faults[PARAMETERS] += data_faults(params, len(entries), contigs) + (circular_faults if contigs else [])
    sets = read_sets(entries, args.files, contigs, faults)
    lines = [line for file, found in faults.items() for line in fault_lines(file, found)]
    if not lines:
        write(args, records, circular, sets)
    return lines


def read_sets(entries, files, contigs, faults):
    """Read every set whose row of the sheet is well; adds to ``faults`` and returns the entries of ``sets.json``."""
    staged = {row.row: row.staged for row in read_tsv(files).astype({"staged": str}).itertuples() if row.staged}
    sets = []
    for entry in entries:
        if not entry["file"]:
            continue
        path = staged.get(entry["number"])
        if path is None or not Path(path).is_file():
            faults.setdefault(entry["file"], []).append(
                Fault(None, f"there is no such file (row {entry['row']} of the sample sheet)",
                      "names are relative to the sheet's folder"))
        elif entry["format"]:
            sites, found = read_sites(path, entry["format"], contigs, **entry["options"])
            faults.setdefault(entry["file"], []).extend(found)
            sets.append({"set": entry["set"], "file": entry["file"], "format": entry["format"],
                         "row": entry["number"], "rows": len(sites), "sha256": sha256(path), **entry["options"]})
    return sets


def write(args, records, circular, sets):
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    write_genome(out / "genome.fna", records)
    write_annotation(out / "annotation.gff", None if args.annotation == "none" else args.annotation)
    write_json(out / "sets.json", sets)
    write_json(out / "genome.json", {
        "file": Path(args.genome).name, "sha256": sha256(args.genome),
        "contigs": [{"name": contig_name(header), "length": len(sequence),
                     "circular": contig_name(header) in circular, "gc": gc_content(sequence)}
                    for header, sequence in records]})
    for header, sequence in records:
        shape = "circular" if contig_name(header) in circular else "linear"
        print(f"{contig_name(header)}: {len(sequence):,} nt, {shape}")
    for entry in sets:
        print(f"{entry['set']}: {entry['rows']:,} rows")


if __name__ == "__main__":
    main()
