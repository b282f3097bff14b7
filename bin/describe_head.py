#!/usr/bin/env python3
"""Describe attention heads: profile, logo of the best windows, correlation with the output."""

import argparse
import sys
from pathlib import Path

from attentome.figures.head import head_figures
from attentome.figures.style import save_figure, use_style
from attentome.genome.contigs import load_genome
from attentome.heads.describe import describe_head, head_numbers
from attentome.heads.names import head_name, numbers_of_head
from attentome.heads.tables import head_spearman_table, meme_text, profile_table, pwm_table, window_table
from attentome.io.files import read_arrays, read_bed, read_json, write_json, write_text
from attentome.io.record import task_record
from attentome.io.schemas.heads import HEAD_PROFILE, HEAD_PWM, HEAD_SPEARMAN, HEAD_WINDOWS
from attentome.io.schemas.profile import PROFILE_WINDOWS
from attentome.motifs.elements import read_elements


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heads", nargs="+", required=True, help="L1_H2 ...; both count from 1")
    parser.add_argument("--profile", required=True, help="profile.safetensors")
    parser.add_argument("--profile_json", required=True)
    parser.add_argument("--windows", required=True, help="windows.tsv")
    parser.add_argument("--genome", required=True, help="genome.fna")
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--sites", required=True, help="curated sites, BED")
    parser.add_argument("--elements", required=True, help="elements.tsv")
    parser.add_argument("--out", type=Path, required=True, help="folder with one subfolder for each head")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    packages = ("numpy", "pandas", "matplotlib")
    tag = options.heads[0] if len(options.heads) == 1 else f"{options.heads[0]} to {options.heads[-1]}"
    try:
        with task_record(options.record, "DESCRIBE_HEAD", tag, packages):
            describe(options)
    except ValueError as fault:
        print(f"describe_head.py: {fault}", file=sys.stderr)
        sys.exit(2)


def describe(options):
    """Read the data of all heads, then describe and write one after the other."""
    genome = load_genome(options.genome, options.genome_json)
    elements = read_elements(options.elements)
    found = (
        read_arrays(options.profile),
        read_json(options.profile_json),
        PROFILE_WINDOWS.read(options.windows),
        genome,
        read_bed(options.sites, extra=("support", "sets")),
    )
    use_style()
    for layer, number in map(numbers_of_head, options.heads):
        write_head(describe_head(layer, number, *found), elements, genome, options.out / head_name(layer, number))


def write_head(head, elements, genome, out):
    """Write the files of one head into its folder."""
    write_json(out / "head.json", head_numbers(head, elements))
    HEAD_PROFILE.write(out / "profile.tsv", profile_table(head))
    HEAD_SPEARMAN.write(out / "spearman.tsv", head_spearman_table(head))
    HEAD_PWM.write(out / "pwm.tsv", pwm_table(head))
    HEAD_WINDOWS.write(out / "windows.bed", window_table(head, genome).rename(columns={"contig": "#contig"}))
    write_text(out / "pwm.meme", meme_text(head))
    for name, (figure, title, source) in head_figures(head, elements).items():
        save_figure(figure, out / name, title, source)


if __name__ == "__main__":
    main()
