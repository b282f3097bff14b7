#!/usr/bin/env python3
"""READ_SEQUENCES: a user's own sequences as a task: labelled, with negatives, split into training, validation and test.

With faults: one line each on the error output, nothing written, exit code 2.
"""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from attentome.inputs.sequence_sets import read_sequence_set
from attentome.inputs.sequence_sources import BACKGROUNDS, SequenceFaults, SequenceSources
from attentome.io.exits import FAULT, one_line_exit
from attentome.io.files import write_json, write_tsv
from attentome.io.record import task_record


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positives", help="FASTA, or BED6 on --genome")
    parser.add_argument("--sites", help="BED6 of TSSs on --genome, such as sites.bed of CURATE")
    parser.add_argument("--hdf5", help="x_train, y_train, x_valid, y_valid, x_test, y_test; A, C, G, T")
    parser.add_argument("--negatives", help="FASTA, or BED6 on --genome")
    parser.add_argument("--background", choices=BACKGROUNDS, default="none", help="negatives made: drawn or shuffled")
    parser.add_argument("--classes", help="TSV: name, then a column of 0 and 1 for each class")
    parser.add_argument("--genome", help="FASTA")
    parser.add_argument("--genome_json", help="its description by CHECK_INPUTS")
    parser.add_argument("--circular", default="auto", help="circular contigs of a genome without description")
    parser.add_argument("--length", type=int, default=200, help="nt of a window around an interval")
    parser.add_argument("--upstream", type=int, default=80, help="nt of a window before the TSS")
    parser.add_argument("--downstream", type=int, default=20, help="nt of a window from the TSS on")
    parser.add_argument("--split", default="70/20/10", help="train/test/validation in percent, or a name")
    parser.add_argument("--cut_points", help="cut_points.tsv: published cut points by name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    packages = ("numpy", "pandas", "scipy", *(("h5py",) if args.hdf5 else ()))
    with one_line_exit("read_sequences.py"), task_record(args.record, "READ_SEQUENCES", args.out.name, packages):
        try:
            found = read_sequence_set(
                SequenceSources(**{field.name: getattr(args, field.name) for field in fields(SequenceSources)})
            )
        except SequenceFaults as faults:
            print("\n".join(faults.args[0]), file=sys.stderr)
            sys.exit(FAULT)
        found.task.save(args.out)
        write_tsv(args.out / "sequences.tsv", found.table)
        write_json(args.out / "task.json", found.facts)


if __name__ == "__main__":
    main()
