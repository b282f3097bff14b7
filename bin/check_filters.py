#!/usr/bin/env python3
"""CHECK_FILTERS: list every fault of the parameters and files of --mode filters before any other step.

With faults: one line each on the error output, exit code 2.
"""

import argparse
import sys

from attentome.inputs.filter_run import filter_run_faults
from attentome.io.files import read_json
from attentome.io.record import task_record


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", required=True, help="JSON of the run's parameters")
    parser.add_argument("--schema", required=True, help="nextflow_schema.json")
    parser.add_argument("--presets", required=True, help="assets/filters/presets.json")
    parser.add_argument("--missing", nargs="*", default=[], help="parameters that name a file that is not there")
    parser.add_argument("--motifs", nargs="*", default=[], help="databases: MEME, TRANSFAC or JASPAR")
    parser.add_argument("--factors", help="TSV: factor, motifs, tasks")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    with task_record(options.record, "CHECK_FILTERS", packages=("jsonschema", "numpy")):
        params, schema, presets = map(read_json, (options.params, options.schema, options.presets))
        lines = filter_run_faults(params, schema, presets, options.missing, options.motifs, options.factors)
        if lines:
            print("\n".join(lines), file=sys.stderr)
            sys.exit(2)


if __name__ == "__main__":
    main()
