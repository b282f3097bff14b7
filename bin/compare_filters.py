#!/usr/bin/env python3
"""COMPARE_FILTERS: join what the networks' filters match, over trials and beside their controls."""

import argparse
from pathlib import Path

from attentome.evidence.filter_grades import count_grades, grade_filters, match_trials
from attentome.filters.summary import attribution_table, network_table, summarise
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json, sha256, write_json
from attentome.io.record import task_record
from attentome.io.schemas.filters import (
    ATTRIBUTION,
    ATTRIBUTIONS,
    EVIDENCE,
    FILTER_GRADES,
    FILTER_REPLICATES,
    FILTERS,
    FRACTIONS,
    GRADE_COUNTS,
    NETWORKS,
    SUMMARY,
)
from attentome.motifs.readers import read_motifs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", type=Path, required=True, help="folders of DESCRIBE_FILTERS")
    parser.add_argument("--attributed", nargs="*", type=Path, default=[], help="folders of ATTRIBUTE_SEQUENCES")
    parser.add_argument("--rule", type=Path, required=True, help="grade_rule.json of the filters")
    parser.add_argument("--out", type=Path, default=".")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    with (
        one_line_exit("compare_filters.py"),
        task_record(options.record, "COMPARE_FILTERS", packages=("pandas", "scipy", "memelite")),
    ):
        table = network_table([read_json(folder / "network.json") for folder in options.networks])
        fractions = {folder.name: FRACTIONS.read(folder / "fractions.tsv") for folder in sorted(options.networks)}
        NETWORKS.write(options.out / "networks.tsv", table)
        SUMMARY.write(options.out / "summary.tsv", summarise(table, fractions))
        maps = {folder.name: ATTRIBUTION.read(folder / "attribution.tsv") for folder in sorted(options.attributed)}
        ATTRIBUTIONS.write(options.out / "attribution.tsv", attribution_table(table, maps))
        grade(table, options)


def grade(networks, options):
    """Grade the filters of all networks and write the tables."""
    rule = read_json(options.rule)
    filters, evidence, motifs = {}, {}, {}
    for folder in options.networks:
        filters[folder.name] = FILTERS.read(folder / "filters.tsv")
        evidence[folder.name] = EVIDENCE.read(folder / "evidence.tsv")
        motifs[folder.name] = read_motifs(folder / "filters_equal.meme")
    replicates = match_trials(networks, motifs, rule["tests"]["R"])
    grades = grade_filters(networks, filters, evidence, replicates, rule)
    FILTER_REPLICATES.write(options.out / "replicates.tsv", replicates)
    FILTER_GRADES.write(options.out / "grades.tsv", grades)
    GRADE_COUNTS.write(options.out / "grade_counts.tsv", count_grades(grades, rule))
    write_json(options.out / "grades.json", {"rule": rule, "rule_sha256": sha256(options.rule)})


if __name__ == "__main__":
    main()
