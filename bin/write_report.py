#!/usr/bin/env python3
"""Write the report of a run: outcome, head atlas, head pages, run card, tables and MultiQC report."""

import argparse
from pathlib import Path

from attentome.io.record import task_record
from attentome.report.html.templates import Templates
from attentome.report.write import write_report
from attentome.results.run import read_run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heads", nargs="+", required=True, help="folders of DESCRIBE_HEAD")
    parser.add_argument("--metrics", required=True, help="metrics.json")
    parser.add_argument("--profile_json", required=True)
    for name in (
        "curves",
        "history",
        "training",
        "model_json",
        "labels_json",
        "split",
        "genome_json",
        "curation",
        "sets",
        "overlap",
        "overlap_png",
        "audit_table",
        "audit_png",
        "distances_png",
        "sources",
        "published_counts",
        "grid_png",
        "params",
        "peers",
    ):
        parser.add_argument(f"--{name}", help="not recorded if left out or missing")
    parser.add_argument("--tested", help="folder of GRADE_HEADS' tables; heads count as not tested if missing or empty")
    parser.add_argument("--sites", help="sites.bed, to look at the labels themselves")
    parser.add_argument("--genome", help="genome.fna, to look at the labels themselves")
    parser.add_argument("--audits", nargs="*", default=[])
    parser.add_argument("--records", nargs="*", default=[])
    parser.add_argument("--templates", required=True, help="templates of the pages: the folder assets/report")
    parser.add_argument("--run_name", default="attentome")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--no_multiqc", action="store_true", help="leave the MultiQC report out")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    try:
        with task_record(options.record, "REPORT", packages=("numpy", "pandas", "matplotlib", "multiqc")):
            outcome = write_report(
                read_run(options), options.out, Templates(options.templates), multiqc=not options.no_multiqc
            )
    except ValueError as fault:
        raise SystemExit(f"write_report.py: {fault}") from None
    print(outcome["sentence"])


if __name__ == "__main__":
    main()
