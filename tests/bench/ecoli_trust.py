#!/usr/bin/env python3
"""Write the part of docs/trust.md on E. coli: graded heads, and the known elements that each seed's heads match."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from page_part import rewrite

from attentome.evidence.grades import TESTS
from attentome.genome.contigs import load_genome
from attentome.io.files import read_json, read_tsv
from attentome.motifs.known_elements import match_elements, read_known_elements
from attentome.motifs.logo import genome_background
from attentome.motifs.readers import read_head_matrices

KNOWN = Path(__file__).parents[2] / "assets/known_elements.tsv"
ALPHA, MOST = 0.05, 3
"""Maximum q of a listed motif or set of known sites, and maximum number listed per head."""


def elements_of_network(measured, background, known, shift):
    """Elements that the heads of one network match at their place, by the rule that names heads."""
    matrices = read_head_matrices(measured / "logos.tsv") + read_head_matrices(measured / "components.tsv")
    found = match_elements(matrices, known, background, shift, seed=1)
    return found[found["named"] == 1].sort_values(["q", "p"]).drop_duplicates(["layer", "head", "element"])


def head_lines(heads):
    lines = [
        "| head | grade | claim | looks at d | × uniform | tests passed | Δ PR AUC, zeroed | other seeds |",
        "| --- | --- | --- | ---: | ---: | --- | ---: | ---: |",
    ]
    for row in heads.to_dict("records"):
        passed = " ".join(test for test in TESTS if row[test] == "passed") or "none"
        claim = row["claim"] if isinstance(row["claim"], str) else ""
        lines.append(
            f"| L{row['layer']}·H{row['head']} | {row['grade']} | {claim} | {row['peak_d_heldout']} | "
            f"{row['peak_x_uniform_heldout']:.0f} | {passed} | {row['dprauc_zero']:.4f} "
            f"({row['dprauc_zero_lo']:.4f} to {row['dprauc_zero_hi']:.4f}) | {row['seeds_found']} of "
            f"{row['seeds_run'] - 1} |"
        )
    return lines


def element_lines(by_network, known, shift, grades):
    """Heads of each network that match each element; ``grades``: (layer, head) of the real network to grade."""
    networks = list(by_network)
    lines = [
        "| element | expected at d | " + " | ".join(networks) + " | networks |",
        "| --- | --- | " + "--- | " * len(networks) + "---: |",
    ]
    for element in known:
        cells, found = [], 0
        for network, table in by_network.items():
            rows = table[table["element"] == element.name]
            found += len(rows) > 0
            cells.append(
                "; ".join(
                    f"L{row.layer}·H{row.head}"
                    + (f" ({grades[row.layer, row.head]})" if network == networks[0] else "")
                    + f" d {row.place_from_d} to {row.place_to_d}, q {row.q:.2g}"
                    for row in rows.itertuples()
                )
                or "–"
            )
        low, high = element.distances(shift)
        expected = "downstream" if low is None else f"{low} to {high}"
        lines.append(f"| {element.name} | {expected} | " + " | ".join(cells) + f" | {found} of {len(networks)} |")
    return lines


def name_lines(tests):
    """Motifs and known sites with q <= ALPHA, the best of each head."""
    lines = []
    for file, name, words in (
        ("motif_matches.tsv", "motif", "Motifs of the databases"),
        ("site_enrichment.tsv", "factor", "Known binding sites"),
    ):
        table = read_tsv(tests / file)
        table = table[table["q"] <= ALPHA].sort_values(["layer", "head", "q"]).groupby(["layer", "head"]).head(MOST)
        texts = [
            f"L{row['layer']}·H{row['head']} {row['name'] if name == 'motif' else row[name]} (q {row['q']:.2g})"
            for row in table.to_dict("records")
        ]
        lines += [f"{words} with q ≤ {ALPHA:g}, at most {MOST} per head: {'; '.join(texts) or 'none'}.", ""]
    return lines


def cost_line(results):
    """CPU time of the run without tests, and of each kind of test as a multiple of it, from Nextflow's trace."""
    trace = read_tsv(results / "pipeline_info/execution_trace.txt")
    spent = pd.to_timedelta(trace["realtime"]).dt.total_seconds() * trace["%cpu"].str.rstrip("%").astype(float) / 100
    of = {
        "control networks": trace["name"].str.contains("(control_", regex=False),
        "replicates": trace["name"].str.contains("(replicate_", regex=False),
    }
    of["knock-outs, mutants and names of the heads"] = (
        trace["name"].str.contains("TEST_HEADS:", regex=False) & ~of["control networks"] & ~of["replicates"]
    )
    plain = spent[~np.logical_or.reduce(list(of.values()))].sum()
    added = ", ".join(f"{kind} {spent[tasks].sum() / plain:.1f} ×" for kind, tasks in of.items())
    return f"CPU time without the tests of the heads: {plain / 60:.0f} min. The tests add, as multiples of it: {added}."


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="--outdir of the run")
    parser.add_argument("genome", help="FASTA of the run")
    parser.add_argument("out", type=Path, help="page; the part between the two marks is replaced")
    args = parser.parse_args()
    tests, preset = args.results / "tests", read_json(args.results / "run_card.json")["parameters"]["preset"]
    heads, grades, known = read_tsv(tests / "heads.tsv"), read_json(tests / "grades.json"), read_known_elements(KNOWN)
    background = genome_background(load_genome(args.genome, args.results / "inputs/genome.json"))
    shift = read_json(tests / "measured/curated/measured.json")["label_shift"]
    by_network = {
        network: elements_of_network(tests / "measured" / network, background, known, shift)
        for network in ("curated", *sorted(grades["replicates"]))
    }
    aucs = ", ".join(f"{number:.3f}" for number in (grades["pr_auc"], *grades["replicates"].values()))
    tally = "; ".join(
        f"{kind} {one['graded']} of {one['heads']} ({one['networks']} networks)"
        for kind, one in grades["controls"].items()
    )
    grade_of = {(row.layer, row.head): row.grade for row in heads.itertuples()}
    rewrite(
        args.out,
        "make trust",
        [
            f"Preset {preset}, {grades['seeds']} seeds. PR AUC of each seed, at {grades['n_positions']:,} positions of "
            f"the test arc: {aucs}. Graded control heads: {tally}.",
            "",
            *head_lines(heads),
            "",
            "Elements that an effect logo matches at their place, by the rule for names. Heads of the first network "
            "have their grade.",
            "",
            *element_lines(by_network, known, shift, grade_of),
            "",
            *name_lines(tests),
            cost_line(args.results),
            "",
        ],
    )


if __name__ == "__main__":
    main()
