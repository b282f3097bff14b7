#!/usr/bin/env python3
"""Bring three published E. coli TSS sets into simple tables and write a sample sheet for them.

Reads, from the folder of the publications' files: RegulonDB's PromoterSet 10.6.3 (evidence Strong or Confirmed), the
two SMRT-Cappable-seq tables of Yan et al. 2018 (half-open transcription units) and the SEnd-seq table of Ju et al. 2019
(plus sites 0-based, minus sites 1-based). All are on NC_000913.3.
"""

import argparse
from pathlib import Path

import pandas as pd

CONTIG = "NC_000913.3"
LENGTH = 4641652


def regulondb(folder):
    """RegulonDB promoters with strong or confirmed evidence: contig, position (1-based), strand."""
    names = ["id", "name", "strand", "position", "sigma", "sequence", "evidence", "level"]
    table = pd.read_csv(folder / "regulondb_PromoterSet_10.6.3.txt", sep="\t", comment="#", header=None, names=names,
                        encoding="latin-1")
    table = table[table.level.isin(["Strong", "Confirmed"]) & table.position.notna() & (table.position > 0)]
    return pd.DataFrame({"contig": CONTIG, "position": table.position.astype(int),
                         "strand": table.strand.map({"forward": "+", "reverse": "-"})})


def smrt(folder):
    """SMRT-Cappable-seq transcription units of both media as BED6."""
    parts = []
    for medium in ("M9", "Rich"):
        table = pd.read_csv(folder / f"smrt_cappable_{medium}_RegulonDB_TU_longestRead", sep="\t")
        table.columns = ["start", "end", "strand", *table.columns[3:]]
        parts.append(table[["start", "end", "strand"]])
    table = pd.concat(parts)
    return pd.DataFrame({"contig": CONTIG, "start": table.start, "end": table.end, "name": ".", "score": 0,
                         "strand": table.strand})


def send_seq(folder):
    """SEnd-seq TSS of both conditions: contig, position (1-based), strand; sites beyond the genome are left out."""
    table = pd.read_excel(folder / "send_seq_TSS_41564_2019_500_MOESM3_ESM.xlsx", skiprows=1)
    table.columns = ["position", "strand", "sequence", "log", "stationary"]
    table = table[table.strand.isin(["+", "-"])]
    position = table.position.astype(int) + (table.strand == "+")
    table = pd.DataFrame({"contig": CONTIG, "position": position, "strand": table.strand})
    return table[table.position <= LENGTH]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the published files")
    parser.add_argument("out", type=Path, help="folder to write to")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    regulondb(args.folder).to_csv(args.out / "regulondb.tsv", sep="\t", index=False)
    smrt(args.folder).to_csv(args.out / "smrt.bed", sep="\t", index=False, header=False)
    send_seq(args.folder).to_csv(args.out / "send.tsv", sep="\t", index=False)
    (args.out / "tss_sets.csv").write_text("set,file,format\nregulondb,regulondb.tsv,table\nsmrt,smrt.bed,bed\n"
                                           "send,send.tsv,table\n")


if __name__ == "__main__":
    main()
