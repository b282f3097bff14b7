#!/usr/bin/env python3
"""COMPARE_FILTERS: join what the networks' filters match, over trials and beside their controls."""

import argparse
from pathlib import Path

from attentome.attribution.motif_rule import rules_table
from attentome.evidence.filter_grades import count_grades, grade_filters, match_trials
from attentome.filters.elements import element_table
from attentome.filters.summary import attribution_table, joined_table, network_table, summarise
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json, sha256, write_json
from attentome.io.record import task_record
from attentome.io.schemas.filters import (
    ATTRIBUTION,
    ATTRIBUTIONS,
    ELEMENTS,
    EVIDENCE,
    FILTER_GRADES,
    FILTER_REPLICATES,
    FILTERS,
    FRACTIONS,
    GRADE_COUNTS,
    IMPORTANCE,
    MATCHES,
    MOTIF_EFFECTS,
    MOTIF_PAIRS,
    MOTIF_SETS,
    NETWORKS,
    PAIRS,
    RULES,
    SETS,
    SUMMARY,
)
from attentome.motifs.readers import read_motifs

INSERTIONS = {
    "motifs": ("importance", MOTIF_EFFECTS, IMPORTANCE),
    "pairs": ("motif_pairs", MOTIF_PAIRS, PAIRS),
    "sets_of_motifs": ("motif_sets", MOTIF_SETS, SETS),
}
"""Tables of INSERT_MOTIFS: the joined ones that their rows go to, and the columns of both."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", type=Path, required=True, help="folders of DESCRIBE_FILTERS")
    parser.add_argument("--attributed", nargs="*", type=Path, default=[], help="folders of ATTRIBUTE_SEQUENCES")
    parser.add_argument("--rule", type=Path, required=True, help="grade_rule.json of the filters")
    parser.add_argument("--inserted", nargs="*", type=Path, default=[], help="folders of INSERT_MOTIFS")
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
        compare_elements(table, options)
        grade(table, options)
        compare_insertions(table, options)


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


def compare_insertions(networks, options):
    """Join the tables of inserted motifs, and say which rule they show."""
    joined = {}
    for name, (file, own, schema) in INSERTIONS.items():
        tables = {folder.name: own.read(folder / f"{name}.tsv") for folder in sorted(options.inserted)}
        joined[name] = joined_table(networks, tables, schema)
        schema.write(options.out / f"{file}.tsv", joined[name])
    RULES.write(options.out / "rules.tsv", rules_table(joined["motifs"], joined["sets_of_motifs"]))


def compare_elements(networks, options):
    """Join the motifs that filters spell in tasks where nothing was planted."""
    without_truth = [folder for folder in sorted(options.networks) if (folder / "matches.tsv").is_file()]
    matches = {folder.name: MATCHES.read(folder / "matches.tsv") for folder in without_truth}
    numbers = {folder.name: int(FILTERS.read(folder / "filters.tsv")["filter"].max()) for folder in without_truth}
    ELEMENTS.write(options.out / "elements.tsv", element_table(networks, matches, numbers))


if __name__ == "__main__":
    main()
