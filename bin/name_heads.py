#!/usr/bin/env python3
"""Name the heads: match their matrices with known elements and motif databases, their windows with bound sites."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from attentome.evidence.enrichment import enrich_sites, read_factor_sites
from attentome.genome.contigs import load_genome
from attentome.genome.names import read_known_sequences
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json
from attentome.io.record import task_record
from attentome.io.schemas.measured import MEASURED_WINDOWS
from attentome.io.schemas.names import ELEMENT_MATCHES, MOTIF_MATCHES, SITE_ENRICHMENT
from attentome.motifs.known_elements import expected_place, match_elements, read_known_elements
from attentome.motifs.logo import genome_background
from attentome.motifs.readers import read_head_matrices, read_motifs
from attentome.motifs.tomtom import FEW_MOTIFS, informative_stretch, match_motifs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--measured",
        required=True,
        type=Path,
        help="folder of MEASURE_HEADS: logos.tsv, components.tsv, windows.tsv, measured.json",
    )
    parser.add_argument("--genome", required=True, help="genome.fna")
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--motifs", nargs="*", default=[], help="databases: MEME, TRANSFAC or JASPAR")
    parser.add_argument("--tf_sites", help="sites of transcription factors, BED or GFF3")
    parser.add_argument("--elements", required=True, help="known_elements.tsv")
    parser.add_argument("--known_sequences", help="known_sequences.tsv: sequences with two accessions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=".")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    packages = ("numpy", "pandas", "scipy", "memelite", "numba")
    with one_line_exit("name_heads.py"), task_record(options.record, "NAME_HEADS", packages=packages):
        name_heads(options)


def name_heads(options):
    """Read everything first, so that a fault in any file comes before the work."""
    genome = load_genome(options.genome, options.genome_json)
    label_shift = read_json(options.measured / "measured.json")["label_shift"]
    lengths = {name: len(contig) for name, contig in genome.items()}
    matrices = read_head_matrices(options.measured / "logos.tsv")
    components = read_head_matrices(options.measured / "components.tsv")
    windows = MEASURED_WINDOWS.read(options.measured / "windows.tsv")
    elements = read_known_elements(options.elements)
    databases = {Path(path).name: read_motifs(path) for path in options.motifs}
    known = read_known_sequences(options.known_sequences)
    sites = read_factor_sites(options.tf_sites, lengths, known) if options.tf_sites else None
    background = genome_background(genome)

    found = match_elements(matrices + components, elements, background, label_shift, options.seed)
    ELEMENT_MATCHES.write(options.out / "element_matches.tsv", found)

    n_motifs = sum(map(len, databases.values()))
    if 0 < n_motifs < FEW_MOTIFS:
        print(
            f"name_heads.py: {n_motifs} motifs are few: their columns are the background of p, which is reliable "
            f"from {FEW_MOTIFS} on; also give a larger database",
            file=sys.stderr,
        )
    queries = [query for matrix in matrices if (query := informative_stretch(matrix, background))]
    matches = match_motifs(queries, databases, options.seed)
    expected = [
        expected_place((row.motif, row.name), elements, label_shift, (row.place_from_d + row.place_to_d) / 2)
        for row in matches.itertuples(index=False)
    ]
    places = pd.DataFrame(expected, columns=["expected_from_d", "expected_to_d"], dtype="Int64")
    matches = pd.concat([matches, places], axis=1)[list(MOTIF_MATCHES.columns)]
    MOTIF_MATCHES.write(options.out / "motif_matches.tsv", matches)

    enriched = (
        pd.DataFrame(columns=list(SITE_ENRICHMENT.columns)) if sites is None else enrich_sites(windows, sites, lengths)
    )
    SITE_ENRICHMENT.write(options.out / "site_enrichment.tsv", enriched)


if __name__ == "__main__":
    main()
