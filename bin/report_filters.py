#!/usr/bin/env python3
"""REPORT_FILTERS: write the page of --mode filters."""

import argparse
from pathlib import Path

from attentome.io.exits import one_line_exit
from attentome.io.files import write_json, write_text
from attentome.report.filter_page.page import filter_page, outcome_sentences, read_filter_results
from attentome.report.html.templates import Templates


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, default=".", help="folder of the tables of COMPARE_FILTERS")
    parser.add_argument("--networks", nargs="+", type=Path, required=True, help="folders of DESCRIBE_FILTERS")
    parser.add_argument("--tasks", nargs="+", type=Path, required=True, help="folders of SIMULATE_TASK")
    parser.add_argument("--motifs", nargs="+", required=True, help="databases: MEME, TRANSFAC or JASPAR")
    parser.add_argument("--templates", required=True, help="templates of the pages: the folder assets/report")
    parser.add_argument("--run_name", default="attentome")
    parser.add_argument("--out", type=Path, default=".")
    options = parser.parse_args()
    with one_line_exit("report_filters.py"):
        results = read_filter_results(options.run_name, options.tables, options.networks, options.tasks, options.motifs)
        write_text(options.out / "filters.html", filter_page(results, Templates(options.templates)))
        sentences = outcome_sentences(results.summary, results.counts)
        write_json(options.out / "outcome.json", {"sentence": " ".join(sentences), "sentences": sentences})


if __name__ == "__main__":
    main()
