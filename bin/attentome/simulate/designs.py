"""Genomes for the self-test of the explanation: promoters of several kinds, all of whose parts are needed.

A TSS has the -10 hexamer and one partner: the -35 hexamer, the extended -10, the UP element or a CRP site
(:data:`PROMOTER_CLASSES`; parts: :data:`attentome.simulate.parts.PARTS`). No part alone makes a TSS. Decoys, which have
no TSS, hold a -10 hexamer alone (as many as there are promoters, so that the partner decides), each partner alone, the
extended -10 before the -10's letters in another order, or an 8-mer that is unrelated to TSSs.

Half of the decoys without a -10 hexamer also hold the 8-mer, always at the same distance from their other part. They
would not be TSSs without it either, so it adds no information to the parts; next to a lone -10 hexamer it would be
evidence against a TSS.
"""

import itertools
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.genome.contigs import BASES, decode, encode, interval_to_stream, reverse_complement, to_stream
from attentome.genome.strands import STRANDS, sign_of
from attentome.simulate.minimal import CONTIG, ELEMENT_DOWNSTREAM
from attentome.simulate.parts import PARTS, plant, spread_places

LENGTH, PROMOTERS = 1_000_000, 3_000
"""Size of a self-test genome in nt, and its promoters."""
PROMOTER_UPSTREAM = 75
"""nt that each promoter or decoy reserves before its TSS, and ELEMENT_DOWNSTREAM from it on: no two overlap."""

PROMOTER_CLASSES = {
    "core": (0.30, ("minus35", "minus10")),
    "extended": (0.20, ("ext_minus10", "minus10")),
    "up": (0.20, ("up", "minus10")),
    "crp_61": (0.15, ("crp_61", "minus10")),
    "crp_41": (0.15, ("crp_41", "minus10")),
}
"""Share of the promoters and parts of each class."""
DECOYS = {
    "decoy_minus10": ("minus10",),
    "decoy_minus35": ("minus35",),
    "decoy_up": ("up",),
    "decoy_crp_61": ("crp_61",),
    "decoy_crp_41": ("crp_41",),
    "decoy_extended": ("ext_minus10", "scrambled_minus10"),
    "decoy_motif": ("motif",),
}
"""Parts of each kind of decoy."""
MOTIF_LENGTH, MOTIF_FIRST = 8, -27
"""Of the 8-mer: its length, nt, and the base of its first letter in a decoy; no part of a promoter is there."""
MOTIF_BESIDE = ("decoy_minus35", "decoy_up", "decoy_crp_61", "decoy_crp_41", "decoy_extended")
"""Kinds of decoys half of which also hold the 8-mer."""
SCRAMBLED = sorted(
    {
        word
        for word in map("".join, itertools.permutations(PARTS["minus10"].consensus))
        if sum(one != two for one, two in zip(word, PARTS["minus10"].consensus)) >= 4
    }
)
"""The ten orders of the -10's letters with at most two in place."""
DESIGN_TRUTH_COLUMNS = ["contig", "tss", "strand", "kind", "class", "spacer"]
PART_COLUMNS = ["contig", "tss", "strand", "kind", "part", "start", "end", "sequence"]


@dataclass(frozen=True)
class Design:
    """Difficulty of a simulated genome.

    Attributes
    ----------
    conservation : float
        Probability that a letter of any part is the consensus; otherwise it is one of the four at random.
    spacer_16, spacer_18 : float
        Shares of spacers of 16 and 18 nt; the others have 17 nt.
    lone_minus10, decoys : float
        Decoys with a -10 hexamer alone, and of each other kind, as a share of the number of promoters.
    miss_rate, false_rate, jitter_rate : float
        Of :func:`attentome.simulate.minimal.noisy_set`.
    """

    conservation: float
    spacer_16: float
    spacer_18: float
    lone_minus10: float
    decoys: float
    miss_rate: float
    false_rate: float
    jitter_rate: float


DESIGNS = {
    "easy": Design(
        conservation=0.95,
        spacer_16=0.05,
        spacer_18=0.05,
        lone_minus10=1.0,
        decoys=0.08,
        miss_rate=0.05,
        false_rate=0.02,
        jitter_rate=0.02,
    ),
    "hard": Design(
        conservation=0.80,
        spacer_16=0.15,
        spacer_18=0.15,
        lone_minus10=1.0,
        decoys=0.16,
        miss_rate=0.15,
        false_rate=0.15,
        jitter_rate=0.10,
    ),
}


def simulate_design(design, length=LENGTH, promoters=PROMOTERS, seed=1):
    """Draw a genome of uniform random bases and plant the promoters and decoys of a design in it.

    Parameters
    ----------
    design : Design
    length : int
        nt.
    promoters : int
    seed : int

    Returns
    -------
    sequence : str
        The plus strand.
    truth : DataFrame
        :data:`DESIGN_TRUTH_COLUMNS`, a row for each promoter and decoy, in genomic order. ``tss`` is 0-based (of a
        decoy: where the TSS would be); ``class`` is missing for a decoy, ``spacer`` (nt) where not both hexamers are
        there.
    parts : DataFrame
        :data:`PART_COLUMNS`, a row for each planted part, in the order of ``truth``. ``start`` and ``end`` are genomic,
        0-based half-open; ``sequence`` is the sequence there, 5' to 3' on the strand.

    Raises
    ------
    ValueError
        If they do not fit on the genome.
    """
    random = np.random.default_rng([seed, 0])
    tokens = random.integers(0, 4, length).astype(np.uint8)
    motif = draw_motif(random)
    kinds = random.permutation(_kinds(design, promoters))
    truth, parts = [], []
    for (kind, name), start in zip(
        kinds, spread_places(len(kinds), PROMOTER_UPSTREAM + ELEMENT_DOWNSTREAM, length, random)
    ):
        strand = STRANDS[random.integers(2)]
        first, _ = interval_to_stream(int(start), int(start) + PROMOTER_UPSTREAM + ELEMENT_DOWNSTREAM, length, strand)
        tss = first + PROMOTER_UPSTREAM
        site = {
            "contig": CONTIG,
            "tss": to_stream(tss, length, strand),
            "strand": sign_of(strand),
            "kind": kind,
        }
        names = PROMOTER_CLASSES[name][1] if name else DECOYS[kind]
        if kind in MOTIF_BESIDE and random.random() < 0.5:
            names += ("motif",)
        spacer = int(
            random.choice([16, 17, 18], p=[design.spacer_16, 1 - design.spacer_16 - design.spacer_18, design.spacer_18])
        )
        for part in names:
            consensus, base = _letters_and_base(part, motif, spacer, random)
            begin, end, letters = plant(tokens, tss + base, consensus, design.conservation, strand, random)
            parts.append(site | {"part": part, "start": begin, "end": end, "sequence": letters})
        truth.append(site | {"class": name or None, "spacer": spacer if name == "core" else None})
    truth = pd.DataFrame(truth, columns=DESIGN_TRUTH_COLUMNS).sort_values("tss", ignore_index=True)
    parts = pd.DataFrame(parts, columns=PART_COLUMNS).sort_values("tss", kind="stable", ignore_index=True)
    return decode(tokens), truth.astype({"spacer": "Int64"}), parts


def decoy_counts(design, promoters):
    """Number of decoys of each kind: dict of kind to int, in the order of :data:`DECOYS`."""
    return {
        kind: round((design.lone_minus10 if kind == "decoy_minus10" else design.decoys) * promoters) for kind in DECOYS
    }


def draw_motif(random):
    """A random 8-mer that has no four letters in a row in common with a part, on either strand."""
    known = [block for part in PARTS.values() for block in re.findall("[ACGT]{4,}", part.consensus)]
    known += [decode(reverse_complement(encode(block))) for block in known]
    while True:
        motif = "".join(random.choice(list(BASES), MOTIF_LENGTH))
        if not any(motif[start : start + 4] in block for start in range(MOTIF_LENGTH - 3) for block in known):
            return motif


def _kinds(design, promoters):
    """Kind and class of each promoter and decoy: rows of ``promoter`` and its class, or a decoy's kind and nothing."""
    stops = np.round(np.cumsum([share for share, _ in PROMOTER_CLASSES.values()]) * promoters).astype(int)
    counts = np.diff(stops, prepend=0)
    rows = [("promoter", name) for name, count in zip(PROMOTER_CLASSES, counts) for _ in range(count)]
    return rows + [(kind, "") for kind, count in decoy_counts(design, promoters).items() for _ in range(count)]


def _letters_and_base(part, motif, spacer, random):
    """Consensus of a part and the base of its first letter."""
    if part == "motif":
        return motif, MOTIF_FIRST
    if part == "scrambled_minus10":
        return str(random.choice(SCRAMBLED)), PARTS["minus10"].first
    return PARTS[part].consensus, PARTS[part].first - (spacer - 17 if part == "minus35" else 0)
