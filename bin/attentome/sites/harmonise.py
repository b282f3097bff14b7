"""Bring one TSS set onto the genome: coordinate fix, lift-over, duplicates; every change is reported."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.genome.liftover import FLANKS, assembly_blocks, lift
from attentome.genome.strands import STRANDS, sign_of
from attentome.io.files import SITE_COLUMNS, write_bed, write_text
from attentome.sites.printed_sequence import (
    MIN_ROWS,
    OFFSETS,
    apply_fix,
    sequence_counts,
    sequence_offsets,
)
from attentome.sites.readers.rows import BEYOND
from attentome.sites.tss_set import LOSS_TYPES, merge_duplicates

DUPLICATE = "duplicate"
MIN_STANDING = 0.5
"""Minimum share of printed sequences that match within 3 nt of their positions; below it, the assembly is wrong."""
SEARCHED = 200
"""Printed sequences to search for in the whole assembly if most do not match at their positions."""


@dataclass
class Harmonised:
    """A set on the genome.

    Attributes
    ----------
    sites : DataFrame
        ``contig, tss`` (0-based), ``strand, score, evidence, sigma``; contigs in the genome's order, then by position
        and strand; no place twice.
    losses : DataFrame
        Rows that did not become a site: ``file`` (index), ``row``, ``contig``, ``position`` (1-based, as printed),
        ``strand``, ``reason``.
    report : dict
        Keys of ``<set>.harmonised.json``: ``rows, sites, lost, contig_names, strand_codes, coordinate_fix, sequence,
        lift, misplaced`` (a sentence if the printed sequences match elsewhere, else None).
    """

    sites: pd.DataFrame
    losses: pd.DataFrame
    report: dict


def harmonise(reading, genome, assembly=None, coordinate_fix="auto"):
    """Bring a set onto the genome.

    Parameters
    ----------
    reading : Reading
        Without faults, with the contig names of ``assembly``, or of ``genome`` if that is None.
    genome : dict of str to Contig
    assembly : dict of str to Contig, optional
        The assembly that the set's positions are on, if it is not the genome.
    coordinate_fix : str
        ``auto``, ``report`` or such as ``+1/0`` (:func:`attentome.sites.printed_sequence.apply_fix`).

    Returns
    -------
    Harmonised

    Raises
    ------
    ValueError
        If ``coordinate_fix`` is none of these.
    """
    own, printed = genome if assembly is None else assembly, reading.sites
    offsets = sequence_offsets(printed, reading.sequence_tss, own)
    counts = sequence_counts(printed, offsets) if reading.sequence_tss is not None else None
    tss, fix = apply_fix(printed, offsets, coordinate_fix, counts)
    length = printed["contig"].map({name: len(contig) for name, contig in own.items()})
    inside = (tss >= 0) & (tss < length)
    losses = [reading.losses, _losses(printed[~inside], BEYOND)]
    sites, lifting = printed.assign(tss=tss)[inside], None
    if assembly is not None:
        blocks = assembly_blocks(assembly, genome)
        over, reasons = lift(sites, blocks, assembly, genome)
        losses.append(_losses(printed.loc[reasons.index], reasons))
        lifting = _lifting(assembly, genome, blocks, sites, over, reasons)
        sites = over
    sites = sites.sort_values(
        "contig", kind="stable", key=lambda column: column.map({name: rank for rank, name in enumerate(genome)})
    )
    again = sites[sites.duplicated(["contig", "tss", "strand"])].index
    losses.append(_losses(printed.loc[again], DUPLICATE))
    merged, _ = merge_duplicates(sites)
    losses = pd.concat(losses, ignore_index=True).sort_values(["file", "row"], kind="stable", ignore_index=True)
    return Harmonised(
        merged,
        losses,
        {
            "rows": len(printed) + len(reading.losses),
            "sites": len(merged),
            "lost": losses["reason"].value_counts().sort_index().to_dict(),
            "contig_names": reading.contig_names,
            "strand_codes": reading.strand_codes,
            "coordinate_fix": fix,
            "sequence": counts,
            "lift": lifting,
            "misplaced": _misplaced(printed, reading.sequence_tss, own, counts),
        },
    )


def _losses(rows, reasons):
    return pd.DataFrame(
        {
            "file": rows["file"],
            "row": rows["row"],
            "contig": rows["contig"],
            "position": rows["tss"] + 1,
            "strand": rows["strand"],
            "reason": reasons,
        },
        columns=list(LOSS_TYPES),
    ).astype(LOSS_TYPES)


def _lifting(assembly, genome, blocks, sites, over, reasons):
    """Entry on the lift in ``<set>.harmonised.json``: names, counts, and by how much each block moved."""
    moved = (over["tss"] != sites.loc[over.index, "tss"]) | (over["strand"] != sites.loc[over.index, "strand"])
    return {
        "from": list(assembly),
        "from_nt": sum(map(len, assembly.values())),
        "to": list(genome),
        "unchanged": int((~moved).sum()),
        "moved": int(moved.sum()),
        "lost": reasons.value_counts().sort_index().to_dict(),
        "flank": {flank: int((over["flank"] == flank).sum()) for flank in FLANKS},
        "blocks": blocks.to_dict("records"),
    }


def _misplaced(sites, sequence_tss, contigs, counts):
    """A sentence if most printed sequences do not match within 3 nt of their positions, else None."""
    if counts is None:
        return None
    n = sum(counts["n"].values())
    standing = sum(counts[strand][str(offset)] for strand in STRANDS for offset in OFFSETS)
    if n < MIN_ROWS or standing >= MIN_STANDING * n:
        return None
    sentence = f"{n - standing:,} of {n:,} printed sequences do not match within 3 nt of their positions"
    distances = _distances(sites[sites["sequence"] != ""], sequence_tss, contigs)
    if len(distances) < MIN_ROWS:
        return f"{sentence}, and most occur nowhere in {', '.join(contigs)}"
    values, times = np.unique(distances, return_counts=True)
    common = values[np.argsort(-times, kind="stable")][:3]
    return f"{sentence}, but elsewhere, most often {', '.join(f'{value:+,}' for value in common)} nt from there"


def _distances(sites, sequence_tss, contigs):
    """Distance (nt) from printed position to match, of up to :data:`SEARCHED` sequences found exactly once."""
    some = sites.iloc[np.unique(np.linspace(0, len(sites) - 1, SEARCHED).astype(int))]
    letters = np.frombuffer(b"ATCGN", np.uint8)
    text = {
        (name, sign_of(strand)): letters[contig.stream(strand)].tobytes()
        for name, contig in contigs.items()
        for strand in STRANDS
    }
    distances = []
    for site in some.itertuples():
        stream, printed = text[site.contig, site.strand], site.sequence.encode()
        first = stream.find(printed)
        if first >= 0 and stream.find(printed, first + 1) < 0:
            tss = first + sequence_tss
            distances.append((tss if site.strand == "+" else len(stream) - 1 - tss) - site.tss)
    return np.array(distances, int)


def write_sites(path, name, sites):
    """Write ``<set>.bed``: BED6, evidence and sigma factor, under a header line; ``.`` means none.

    Parameters
    ----------
    path : str or Path
    name : str
        Of the set.
    sites : DataFrame
        Of :class:`Harmonised`.
    """
    table = sites.assign(
        start=sites["tss"],
        end=sites["tss"] + 1,
        name=[f"{name}_{number}" for number in range(1, len(sites) + 1)],
        evidence=sites["evidence"].replace("", "."),
        sigma=sites["sigma"].replace("", "."),
    )
    columns = [*SITE_COLUMNS, "evidence", "sigma"]
    write_bed(path, table[columns])
    write_text(path, "#" + "\t".join(columns) + "\n" + Path(path).read_text(encoding="utf-8"))
