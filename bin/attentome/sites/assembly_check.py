"""Find the sets that are not on the genome's assembly, from their positions, and the assembly they may be on."""

import numpy as np
import pandas as pd

from attentome.genome.liftover import assembly_blocks
from attentome.genome.names import same_sequence, split_version
from attentome.sites.agreement import is_purine, purine_fall
from attentome.sites.shift import ONE_ASSEMBLY, first_beyond, position_shifts

SHIFT_TOLERANCE = 3
"""nt by which a shift may differ from that of a known assembly."""
SURE_SD = 3.0
"""A purine share this many standard deviations above one half supports a set's positions."""
RIGHT_ASSEMBLY, WRONG_ASSEMBLY, CONTRADICTS, DOUBTFUL, UNKNOWN_ASSEMBLY = (
    "right",
    "wrong",
    "contradicts",
    "doubtful",
    "unknown",
)


def check_assemblies(sets, proven, genome, assemblies=None, known=()):
    """Find the sets whose positions are on another assembly.

    Where two sets meet at a distance other than 0 (:func:`attentome.sites.shift.position_shifts`), one of them is
    on another assembly. It is the one without proof; if this does not decide, the one without a clear excess of
    purines at its sites there; then the one that disagrees with more of the sets.

    Parameters
    ----------
    sets : dict of str to DataFrame
        ``contig``, ``start`` (the TSS, 0-based), ``strand``, on the genome.
    proven : dict of str to str
        Why a set's positions are known to be the genome's (printed sequences, lift-over), as a sentence.
    genome : dict of str to Contig
    assemblies : dict of str to (dict of str to Contig), optional
        Other assemblies that a set may be on, by name of their file.
    known : sequence of KnownSequence, optional
        Sequences whose lengths are known (:func:`attentome.genome.names.read_known_sequences`).

    Returns
    -------
    dict of str to dict
        For each set ``verdict`` (``right``; ``wrong``; ``contradicts``: proven, but off other proven sets;
        ``doubtful``: its TSS stop being purines somewhere; ``unknown``: nothing to compare with), ``sentence``,
        ``named`` (the
        assembly it seems to be on, or None) and ``shifts`` (records of ``position_shifts``, against the sets that are
        not wrong).
    """
    lengths = {name: len(contig) for name, contig in genome.items()}
    relation = _relations(sets, lengths)
    off_sets = _off_sets(sets, proven, relation, genome)
    good = [name for name in sets if name not in off_sets]
    out = {}
    for name in sets:
        met = [other for other in good if other != name and relation[name, other] is not None]
        if name not in off_sets:
            out[name] = _fine(name, met, proven, relation, len(good))
            if name not in proven:
                out[name] |= _doubt(sets[name], out[name]["sentence"], genome)
            continue
        others = pd.concat([sets[other] for other in met or sets if other != name])
        shifts = position_shifts(sets[name], others, lengths)
        shifts = shifts[shifts["shift"].abs() > ONE_ASSEMBLY] if len(shifts) else relation[name, met[0]]
        named = _name(shifts, genome, assemblies or {}, known)
        out[name] = {
            "verdict": CONTRADICTS if name in proven else WRONG_ASSEMBLY,
            "named": named,
            "sentence": _off_sentence(sets[name], others, met or [o for o in sets if o != name], shifts, named, genome),
            "shifts": shifts.to_dict("records"),
        }
    return out


def _relations(sets, lengths):
    """For each pair of sets the stretches where they disagree (may be none), or None where they cannot be compared."""
    relation = {}
    for name in sets:
        for other in sets:
            if name != other:
                shifts = position_shifts(sets[name], sets[other], lengths)
                relation[name, other] = shifts[shifts["shift"].abs() > ONE_ASSEMBLY] if len(shifts) else None
    return relation


def _off_sets(sets, proven, relation, genome):
    """The sets to blame for every pair that disagrees, the least credible first."""
    blamed = []
    while True:
        left = [name for name in sets if name not in blamed]
        off = {
            name: [other for other in left if relation.get((name, other)) is not None and len(relation[name, other])]
            for name in left
        }
        same = {
            name: [
                other for other in left if relation.get((name, other)) is not None and not len(relation[name, other])
            ]
            for name in left
        }
        pairs = [name for name in left if off[name]]
        if not pairs:
            return blamed
        belief = {}
        for name in pairs:
            stretches = pd.concat([relation[name, other] for other in off[name]])
            share, sure = _purines_within(sets[name], stretches, genome)
            belief[name] = (name in proven, sure, len(same[name]) - len(off[name]), share, name)
        blamed.append(min(pairs, key=belief.get))


def _purines_within(sites, stretches, genome):
    """Purine share of the sites within stretches, and whether it is surely above one half."""
    inside = np.zeros(len(sites), bool)
    for stretch in stretches.itertuples():
        here = sites["start"].between(stretch.start, stretch.end - 1)
        inside |= ((sites["contig"] == stretch.contig) & here).to_numpy()
    n = max(int(inside.sum()), 1)
    share = float(is_purine(sites[inside], genome).mean()) if inside.any() else 0.0
    return share, share > 0.5 + SURE_SD * 0.5 / np.sqrt(n)


def _fine(name, met, proven, relation, n_good):
    met = [other for other in met if not len(relation[name, other])]
    said = [proven[name]] if name in proven else []
    if met:
        said.append(f"Its positions meet those of {', '.join(met)} all along the genome.")
    elif n_good == 1:
        said.append("There is no other set on this assembly to compare its positions with.")
    else:
        said.append("It shares too few positions with the other sets to compare them.")
    return {
        "verdict": RIGHT_ASSEMBLY if met or name in proven else UNKNOWN_ASSEMBLY,
        "named": None,
        "sentence": " ".join(said),
        "shifts": [],
    }


def _doubt(sites, sentence, genome):
    """Changes to the verdict of a set whose TSS stop being purines somewhere."""
    fall = purine_fall(sites, genome)
    if not fall:
        return {}
    contig, start, before, behind = fall
    where = f"{round(start, -3):,}" + (f" of {contig}" if len(genome) > 1 else "")
    return {
        "verdict": DOUBTFUL,
        "sentence": (
            f"{sentence} But beyond about {where} only {100 * behind:.0f} % of its sites are A or G, before it "
            f"{100 * before:.0f} %: from there on its positions may be those of another assembly."
        ),
    }


def _off_sentence(sites, others, names, shifts, named, genome):
    """``positions beyond about 258,000 lie 776 to 1,978 nt off those of a, b, as on U00096.2 (4,639,675 nt)``."""
    first = shifts.iloc[0]
    start = first_beyond(sites, others, first["contig"], first["shift"])
    where = f"positions beyond about {round(start, -3):,}" if start >= 1000 else "positions"
    if len(genome) > 1:
        where += f" of {first['contig']}"
    amounts = sorted({abs(int(shift)) for shift in shifts["shift"]})
    amount = f"{amounts[0]:,}" if len(amounts) == 1 else f"{amounts[0]:,} to {amounts[-1]:,}"
    return f"{where} lie {amount} nt off those of {', '.join(names)}" + (f", as on {named}" if named else "")


def _name(shifts, genome, assemblies, known):
    """The assembly whose places differ from the genome's by these shifts, or None."""
    for file, assembly in assemblies.items():
        if _explains(assembly_blocks(assembly, genome), shifts):
            length = sum(map(len, assembly.values()))
            return f"{', '.join(assembly)} ({length:,} nt; {file})"
    last = shifts.iloc[-1]
    length = len(genome[last["contig"]])
    own = {split_version(accession)[0] for accession in same_sequence(last["contig"], length, known)}
    for sequence in known:
        accessions = [sequence.accession, sequence.same_as]
        if (
            own & {split_version(accession)[0] for accession in accessions}
            and sequence.length != length
            and abs(length - sequence.length - last["shift"]) <= SHIFT_TOLERANCE
        ):
            return f"{sequence.accession} = {sequence.same_as} ({sequence.length:,} nt)"
    return None


def _explains(blocks, shifts):
    """Whether most stretches are shifted as the blocks say, somewhere within them."""
    right = 0
    for stretch in shifts.itertuples():
        over = blocks[
            (blocks["new_contig"] == stretch.contig)
            & (blocks["strand"] == "+")
            & (blocks["old_start"] < stretch.end)
            & (blocks["old_end"] > stretch.start)
        ]
        moved = over["new_start"] - over["old_start"]
        right += bool(((moved - stretch.shift).abs() <= SHIFT_TOLERANCE).any())
    return right > 0.8 * len(shifts)
