"""A random circular genome with planted sigma70 promoters, decoys and noisy TSS sets, with known truth.

Geometry, in bases relative to the TSS (+1; there is no base 0), as read 5' to 3' on the promoter's strand:
the -10 hexamer TATAAT lies at -12..-7, so that its last base is 7 nt from the TSS, and with a spacer of 17 nt
the -35 hexamer TTGACA lies at -35..-30. For a spacer of 16 or 18 nt the -35 hexamer moves 1 nt towards or
away from the TSS. Coordinates are 0-based and half-open unless a function says otherwise.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from attentome.genome.contigs import decode, interval_to_stream, to_stream
from attentome.genome.strands import STRANDS, sign_of, strand_of
from attentome.io.files import write_bed, write_text, write_tsv
from attentome.simulate.parts import plant, spread_places

CONTIG = "sim"
MINUS35 = "TTGACA"
MINUS10 = "TATAAT"
MINUS10_TO_TSS = 7
"""Distance in nt from the last base of the -10 hexamer to the TSS."""
ELEMENT_UPSTREAM, ELEMENT_DOWNSTREAM = 45, 20
"""Each element reserves 45 nt before its TSS and 20 nt from its TSS on, so that no two overlap."""
PLANTED_KINDS = ("promoter", "decoy_minus10", "decoy_minus35")
MINIMAL_TRUTH_COLUMNS = [
    "contig",
    "tss",
    "strand",
    "kind",
    "spacer",
    "minus10_start",
    "minus10_end",
    "minus35_start",
    "minus35_end",
    "minus10",
    "minus35",
]


def simulate_genome(
    length=200_000,
    promoters=400,
    decoys=100,
    minus35_conservation=0.85,
    minus10_conservation=0.90,
    spacer_16=0.15,
    spacer_18=0.15,
    seed=1,
):
    """Draw a genome of uniform random bases and plant promoters and decoys in it.

    Parameters
    ----------
    length : int
        nt.
    promoters : int
    decoys : int
        Of each kind: a -10 hexamer alone and a -35 hexamer alone.
    minus35_conservation, minus10_conservation : float
        Probability that a letter of a hexamer is the consensus; otherwise it is one of the four at random.
    spacer_16, spacer_18 : float
        Shares of spacers of 16 and 18 nt; the others have 17 nt.
    seed : int

    Returns
    -------
    sequence : str
        The plus strand.
    truth : DataFrame
        :data:`MINIMAL_TRUTH_COLUMNS`, one row per planted element, in genomic order. ``tss`` is 0-based (of a decoy:
        where the TSS would be if it were a promoter), hexamers are 0-based half-open genomic intervals,
        missing (``<NA>``) where a decoy has none; ``minus10`` and ``minus35`` are the planted letters, 5' to
        3'.

    Raises
    ------
    ValueError
        If the elements do not fit on the genome or the spacer shares exceed 1.
    """
    if spacer_16 + spacer_18 > 1:
        raise ValueError(f"the shares of 16-nt and 18-nt spacers sum to {spacer_16 + spacer_18:g}, more than 1")
    random = np.random.default_rng([seed, 0])
    tokens = random.integers(0, 4, length).astype(np.uint8)
    kinds = random.permutation(np.repeat(PLANTED_KINDS, [promoters, decoys, decoys]))
    starts = spread_places(len(kinds), ELEMENT_UPSTREAM + ELEMENT_DOWNSTREAM, length, random)
    rows = []
    for kind, start in zip(kinds, starts):
        strand = STRANDS[random.integers(2)]
        spacer = int(random.choice([16, 17, 18], p=[spacer_16, 1 - spacer_16 - spacer_18, spacer_18]))
        stop = int(start) + ELEMENT_UPSTREAM + ELEMENT_DOWNSTREAM
        first, _ = interval_to_stream(int(start), stop, length, strand)
        tss = first + ELEMENT_UPSTREAM
        minus10 = tss - MINUS10_TO_TSS - len(MINUS10) + 1
        minus35 = minus10 - spacer - len(MINUS35)
        row = {
            "contig": CONTIG,
            "tss": to_stream(tss, length, strand),
            "strand": sign_of(strand),
            "kind": kind,
        }
        if kind == "promoter":
            row["spacer"] = spacer
        if kind != "decoy_minus35":
            row |= _plant(tokens, "minus10", minus10, MINUS10, minus10_conservation, strand, random)
        if kind != "decoy_minus10":
            row |= _plant(tokens, "minus35", minus35, MINUS35, minus35_conservation, strand, random)
        rows.append(row)
    truth = pd.DataFrame(rows, columns=MINIMAL_TRUTH_COLUMNS).sort_values("tss", ignore_index=True)
    whole = ["tss", "spacer", "minus10_start", "minus10_end", "minus35_start", "minus35_end"]
    return decode(tokens), truth.astype({column: "Int64" for column in whole})


def _plant(tokens, name, first, consensus, conservation, strand, random):
    """Write a hexamer at stream position ``first`` and return its columns of truth."""
    start, end, letters = plant(tokens, first, consensus, conservation, strand, random)
    return {f"{name}_start": start, f"{name}_end": end, name: letters}


def noisy_set(truth, length, miss_rate=0.1, false_rate=0.1, jitter_rate=0.1, seed=1):
    """One noisy "experiment" that looks for the TSSs of the truth.

    Parameters
    ----------
    truth : DataFrame
        Of :func:`simulate_genome` or of :func:`attentome.simulate.designs.simulate_design`; only its promoters are
        TSSs.
    length : int
        Length of the circular genome in nt.
    miss_rate : float
        Probability that a TSS is missed.
    false_rate : float
        Number of sites at random places, as a share of the number of promoters.
    jitter_rate : float
        Probability that a found TSS is reported 1 nt off, to either side.
    seed : int or sequence of int

    Returns
    -------
    DataFrame
        ``contig``, ``tss`` (0-based), ``strand``, ``score`` (a read count), in genomic order, no site twice.
    """
    random = np.random.default_rng(seed)
    true = truth[truth["kind"] == "promoter"]
    found = true[random.random(len(true)) >= miss_rate]
    position = found["tss"].to_numpy(np.int64)
    moved = random.random(len(found)) < jitter_rate
    position = position + np.where(moved, random.choice([-1, 1], len(found)), 0)
    n_false = round(false_rate * len(true))
    sites = pd.DataFrame(
        {
            "contig": CONTIG,
            "tss": np.concatenate([position, random.integers(0, length, n_false)]) % length,
            "strand": np.concatenate([found["strand"].to_numpy(str), random.choice(["+", "-"], n_false)]),
        }
    )
    sites["score"] = np.ceil(random.lognormal(3, 1, len(sites))).astype(int)
    sites = sites.drop_duplicates(["contig", "tss", "strand"])
    return sites.sort_values(["tss", "strand"], ignore_index=True)


def place_genes(truth, length, seed=1):
    """Genes downstream of promoters: coordinates only, their sequence is random like the rest.

    Promoters are visited in random order; each gets a gene 20 to 60 nt downstream of its TSS, 300 to 900 nt long,
    unless that would overlap an earlier gene or run over the end of the sequence.

    Returns
    -------
    DataFrame
        ``contig``, ``start``, ``end`` (0-based half-open), ``strand``, ``name``, in genomic order.
    """
    random = np.random.default_rng(seed)
    taken = np.zeros(length, bool)
    rows = []
    true = truth[truth["kind"] == "promoter"]
    for index in random.permutation(len(true)):
        site = true.iloc[index]
        leader, size = int(random.integers(20, 61)), 3 * int(random.integers(100, 301))
        strand = strand_of(site["strand"])
        first = to_stream(int(site["tss"]), length, strand) + leader
        if first + size > length:
            continue
        start, end = interval_to_stream(first, first + size, length, strand)
        if not taken[start:end].any():
            taken[start:end] = True
            rows.append((CONTIG, start, end, site["strand"]))
    genes = pd.DataFrame(rows, columns=["contig", "start", "end", "strand"]).sort_values("start", ignore_index=True)
    return genes.assign(name=[f"gene{number:04d}" for number in range(1, len(genes) + 1)])


def write_simulation(folder, sequence, truth, sets, genes, parts=None):
    """Write what the pipeline reads, in the three kinds of formats it accepts, and the truth.

    Parameters
    ----------
    folder : str or Path
    sequence : str
    truth : DataFrame
        Of :func:`simulate_genome` or of :func:`attentome.simulate.designs.simulate_design`.
    sets : sequence of three DataFrames
        Of :func:`noisy_set`; written as BED6, GFF3 and a table with named columns.
    genes : DataFrame
        Of :func:`place_genes`.
    parts : DataFrame, optional
        Of :func:`attentome.simulate.designs.simulate_design`.
    """
    folder = Path(folder)
    lines = [sequence[start : start + 80] for start in range(0, len(sequence), 80)]
    write_text(folder / "genome.fna", f">{CONTIG} simulated genome\n" + "\n".join(lines) + "\n")
    write_text(folder / "genes.gff", _annotation(genes, len(sequence)))
    write_tsv(folder / "truth.tsv", truth)
    if parts is not None:
        write_tsv(folder / "parts.tsv", parts)
    first, second, third = sets
    write_bed(
        folder / "set_a.bed",
        first.assign(
            start=first["tss"],
            end=first["tss"] + 1,
            name=[f"a{n}" for n in range(1, len(first) + 1)],
        )[["contig", "start", "end", "name", "score", "strand"]],
    )
    write_text(
        folder / "set_b.gff3",
        "##gff-version 3\n"
        + "".join(
            f"{site.contig}\tsimulation\tTSS\t{site.tss + 1}\t{site.tss + 1}\t{site.score}\t{site.strand}\t.\tID=b{n}\n"
            for n, site in enumerate(second.itertuples(), 1)
        ),
    )
    write_tsv(
        folder / "set_c.tsv",
        pd.DataFrame(
            {
                "replicon": third["contig"],
                "position": third["tss"] + 1,
                "direction": third["strand"].map({"+": "forward", "-": "reverse"}),
                "reads": third["score"],
            }
        ),
    )
    write_text(
        folder / "tss_sets.csv",
        "set,source,format,contig_column,position_column,strand_column,score_column,position_base\n"
        "set_a,set_a.bed,bed,,,,,\n"
        "set_b,set_b.gff3,auto,,,,,\n"
        "set_c,set_c.tsv,table,replicon,position,direction,reads,1\n",
    )


def _annotation(genes, length):
    """GFF3 (1-based closed) with the region row that declares the contig circular."""
    rows = [
        "##gff-version 3",
        f"##sequence-region {CONTIG} 1 {length}",
        f"{CONTIG}\tsimulation\tregion\t1\t{length}\t.\t+\t.\tID={CONTIG};Is_circular=true",
    ]
    for gene in genes.itertuples():
        place = f"{gene.start + 1}\t{gene.end}\t.\t{gene.strand}"
        rows.append(f"{CONTIG}\tsimulation\tgene\t{place}\t.\tID={gene.name};Name={gene.name}")
        rows.append(f"{CONTIG}\tsimulation\tCDS\t{place}\t0\tID=cds-{gene.name};Parent={gene.name}")
    return "\n".join(rows) + "\n"
