#!/usr/bin/env python3
"""COMPARE_FILTERS: join what the networks' filters match, over trials and beside their controls."""

import argparse
from pathlib import Path

from attentome.filters.summary import attribution_table, network_table, summarise
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json
from attentome.io.record import task_record
from attentome.io.schemas.filters import ATTRIBUTION, ATTRIBUTIONS, FRACTIONS, NETWORKS, SUMMARY


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", type=Path, required=True, help="folders of DESCRIBE_FILTERS")
    parser.add_argument("--attributed", nargs="*", type=Path, default=[], help="folders of ATTRIBUTE_SEQUENCES")
    parser.add_argument("--out", type=Path, default=".")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    with (
        one_line_exit("compare_filters.py"),
        task_record(options.record, "COMPARE_FILTERS", packages=("pandas", "scipy")),
    ):
        table = network_table([read_json(folder / "network.json") for folder in options.networks])
        fractions = {folder.name: FRACTIONS.read(folder / "fractions.tsv") for folder in sorted(options.networks)}
        NETWORKS.write(options.out / "networks.tsv", table)
        SUMMARY.write(options.out / "summary.tsv", summarise(table, fractions))
        maps = {folder.name: ATTRIBUTION.read(folder / "attribution.tsv") for folder in sorted(options.attributed)}
        ATTRIBUTIONS.write(options.out / "attribution.tsv", attribution_table(table, maps))


if __name__ == "__main__":
    main()
