"""A user's own sequences as a task for the networks of mode ``filters``: read, labelled, given negatives, and split.

Sequences come from FASTA, from BED6 and a genome, from curated sites and a genome, or from HDF5 with parts of its own.
Everything that is wrong is reported in one line each, with file, row and remedy, before anything is written.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.genome.arcs import read_cut_points, read_shares, split_genome
from attentome.genome.contigs import UNKNOWN
from attentome.genome.dinucleotides import shuffle_dinucleotides
from attentome.genome.labelled_sequences import PARTS, LabelledSequences
from attentome.inputs.background import RULE as BACKGROUND_RULE
from attentome.inputs.background import draw_background
from attentome.inputs.genome_windows import arcs_of_windows, window_sequences
from attentome.inputs.near_identical import near_identical_groups, same_sequence_groups
from attentome.inputs.sequence_hdf5 import read_hdf5_set
from attentome.inputs.sequence_sources import (
    HOLDS_N,
    MAX_SHARE_LOST,
    Sequences,
    faults_of_n,
    raise_faults,
    read_sources,
    setting_faults,
)
from attentome.inputs.sequence_split import AT_RANDOM, BY_ARCS, kept_in_arcs, split_at_random
from attentome.io.faults import Fault
from attentome.io.files import sha256

MIN_SEQUENCES = 20
"""Minimum number of sequences of each class, and outside it, in each part."""
CROSSES, NEAR_IDENTICAL = "crosses a border between arcs", "near-identical to one of another arc"
"""Reasons for which a sequence is dropped."""
SHUFFLE_RULE = "each positive sequence shuffled once so that its dinucleotides stay; in the part of that sequence"


@dataclass(frozen=True, eq=False)
class SequenceSet:
    """A task made from a user's sequences.

    Attributes
    ----------
    task : LabelledSequences
    table : DataFrame
        A row for each sequence: ``name``, ``part``, ``origin`` (positives, negatives, genome, shuffle), and where
        sequences lie on a genome ``contig``, ``start``, ``end`` (0-based, half-open) and ``strand``; ``.`` and -1 for a
        sequence that lies on none.
    facts : dict
        What was read, dropped and decided.
    """

    task: LabelledSequences
    table: pd.DataFrame
    facts: dict


def read_sequence_set(sources):
    """Read a user's sequences and make a task of them.

    Parameters
    ----------
    sources : SequenceSources

    Returns
    -------
    SequenceSet
        Same files and settings: same bytes.

    Raises
    ------
    SequenceFaults
        With one line for each fault, of files first, then of what they hold together.
    ValueError
        If ``split`` cannot be understood or does not fit the genome.
    """
    raise_faults({"settings": setting_faults(sources)})
    cut_points = read_cut_points(sources.cut_points)
    if sources.split not in cut_points:
        read_shares(sources.split, cut_points)
    found = _published(sources) if sources.hdf5 else _divided(read_sources(sources), sources, cut_points)
    file = Path(sources.hdf5 or sources.positives or sources.sites).name
    raise_faults({file: _too_few(found.task)})
    return found


def _divided(read, sources, cut_points):
    """The task of sequences that were read: with negatives, divided among the parts."""
    rng = np.random.default_rng([sources.seed, 17])
    if all(some.windows is not None for some in read.given):
        given, parts, facts = _by_arcs(read, sources, cut_points, rng)
    else:
        given, parts, facts = _at_random(read, sources, cut_points, rng)
    if sources.background == "shuffle":
        names = [f"{name}_shuffled" for name in given[0].names]
        shuffled = shuffle_dinucleotides(given[0].codes, rng)
        given = [*given, Sequences("shuffle", names, shuffled, np.zeros_like(given[0].labels))]
        parts = [*parts, parts[0]]
    task = LabelledSequences(
        np.concatenate([some.codes for some in given]),
        np.concatenate([some.labels for some in given]),
        np.concatenate(parts).astype(np.uint8),
        read.classes,
    )
    made = {"genome": BACKGROUND_RULE, "shuffle": SHUFFLE_RULE}.get(sources.background)
    facts["negatives"] = [rule for rule in ("given" if sources.negatives else None, made) if rule]
    return SequenceSet(task, _table(given, task), _facts(task, sources, read.dropped, facts))


def _by_arcs(read, sources, cut_points, rng):
    """Sequences, parts and facts of a division by arcs of the genome; with a background, if one is wanted."""
    intervals = split_genome(read.genome, sources.split, cut_points)
    parts = [arcs_of_windows(some.windows, read.genome, intervals) for some in read.given]
    inside = np.concatenate(parts) >= 0
    read.dropped[CROSSES] += int((~inside).sum())
    given, parts = _keep(read.given, parts, inside)
    if not given[0].names:
        fault = Fault(None, "no positive sequence lies within an arc", "give longer contigs or shorter windows")
        raise_faults({Path(sources.genome).name: [fault]})
    groups = near_identical_groups(np.concatenate([some.codes for some in given]))
    kept = kept_in_arcs(groups, np.concatenate(parts))
    read.dropped[NEAR_IDENTICAL] += int((~kept).sum())
    given, parts = _keep(given, parts, kept)
    facts = {"split": {"shares": sources.split, "rule": BY_ARCS}}
    if sources.background == "genome":
        given, parts, facts["without_background"] = _with_background(given, parts, read, intervals, sources, rng)
    return given, parts, facts


def _at_random(read, sources, cut_points, rng):
    """Sequences, parts and facts of a division at random."""
    groups = near_identical_groups(np.concatenate([some.codes for some in read.given]))
    part = split_at_random(groups, read_shares(sources.split, cut_points), rng)
    parts = np.split(part, np.cumsum([len(some.names) for some in read.given])[:-1])
    sizes = np.bincount(groups)
    found = {"near_identical_groups": int((sizes > 1).sum()), "sequences_in_them": int(sizes[sizes > 1].sum())}
    return read.given, parts, {"split": {"shares": sources.split, "rule": AT_RANDOM, **found}}


def _keep(given, parts, kept):
    """Of each origin the sequences to keep, and their parts."""
    cuts = np.cumsum([len(some.names) for some in given])[:-1]
    pieces = np.split(kept, cuts)
    return (
        [some.select(piece) for some, piece in zip(given, pieces, strict=True)],
        [part[piece] for part, piece in zip(parts, pieces, strict=True)],
    )


def _with_background(given, parts, read, intervals, sources, rng):
    """Add negatives drawn from the genome; those near-identical to a sequence of another arc are dropped."""
    positive = given[0]
    windows, arcs, missing = draw_background(
        read.positive_windows, positive.codes, parts[0], read.genome, intervals, rng
    )
    if missing > MAX_SHARE_LOST * len(positive.names):
        what = f"{missing} of {len(positive.names)} positive sequences find no background of their GC in their arc"
        raise_faults({Path(sources.genome).name: [Fault(None, what, "give negatives, or background shuffle")]})
    codes = window_sequences(windows, read.genome)
    labels = np.zeros((len(windows), len(read.classes)), np.uint8)
    drawn = Sequences("genome", windows["name"].tolist(), codes, labels, windows)
    groups = near_identical_groups(np.concatenate([*[some.codes for some in given], codes]))
    part = np.concatenate([*parts, arcs])
    lowest, highest = np.full(groups.max() + 1, len(PARTS)), np.full(groups.max() + 1, -1)
    np.minimum.at(lowest, groups, part)
    np.maximum.at(highest, groups, part)
    alone = (lowest == highest)[groups][-len(codes) :]
    read.dropped[NEAR_IDENTICAL] += int((~alone).sum())
    return [*given, drawn.select(alone)], [*parts, arcs[alone]], missing


def _published(sources):
    """Task of an HDF5 file, with its own parts."""
    task, faults = read_hdf5_set(sources.hdf5)
    name = Path(sources.hdf5).name
    raise_faults({name: faults})
    clean = (task.sequences < UNKNOWN).all(axis=1)
    raise_faults({name: faults_of_n(clean)})
    information = None if task.information is None else task.information[clean]
    names = np.array(
        [f"{PARTS[part]}_{row + 1}" for row, part in zip(_within(task.part), task.part, strict=True)], object
    )
    task = LabelledSequences(task.sequences[clean], task.labels[clean], task.part[clean], task.classes, information)
    given = [Sequences("hdf5", names[clean].tolist(), task.sequences, task.labels)]
    groups = same_sequence_groups(task.sequences)
    first = np.full(groups.max() + 1, len(PARTS))
    np.minimum.at(first, groups, task.part)
    same = int((task.part > first[groups]).sum())
    facts = {"split": {"rule": "as given in the file", "same_in_an_earlier_part": same}, "negatives": ["given"]}
    return SequenceSet(task, _table(given, task), _facts(task, sources, {HOLDS_N: int((~clean).sum())}, facts))


def _within(part):
    """Number of each sequence within its part, from 0; parts are stored one after the other."""
    return np.arange(len(part)) - np.searchsorted(part, part)


def _too_few(task):
    """A fault for each class and part with too few sequences."""
    faults = []
    for column, name in enumerate(task.classes):
        for part in PARTS:
            labels = task.labels[task.rows(part), column]
            for number, where in ((int(labels.sum()), "in"), (int((labels == 0).sum()), "outside")):
                if number < MIN_SEQUENCES:
                    what = f"sequences {where} class '{name}' in the {part} part: {number}, fewer than {MIN_SEQUENCES}"
                    faults.append(
                        Fault(None, what, "give more sequences, leave the class out, or choose another split")
                    )
    return faults


def _table(given, task):
    """A row for each sequence."""
    table = pd.DataFrame(
        {
            "name": [name for some in given for name in some.names],
            "part": np.array(PARTS, object)[task.part],
            "origin": [some.origin for some in given for _ in some.names],
        }
    )
    if any(some.windows is not None for some in given):
        none = {"contig": ".", "start": -1, "end": -1, "strand": "."}
        for column, value in none.items():
            table[column] = [
                cell
                for some in given
                for cell in ([value] * len(some.names) if some.windows is None else some.windows[column].tolist())
            ]
    return table


def _with_other_labels(task):
    """Number of sequences that are there again, on either strand, with other labels."""
    groups = same_sequence_groups(task.sequences)
    rows = np.flatnonzero(np.bincount(groups)[groups] > 1)
    labels = pd.DataFrame(task.labels[rows]).groupby(groups[rows])
    return int((labels.transform("min") != labels.transform("max")).any(axis=1).sum()) if len(rows) else 0


def _facts(task, sources, dropped, more):
    """What ``task.json`` says."""
    files = {
        role: {"file": Path(path).name, "sha256": sha256(path)}
        for role in ("positives", "sites", "hdf5", "negatives", "classes", "genome")
        if (path := getattr(sources, role))
    }
    return {
        "task": "sites" if sources.sites else "sequences",
        "seed": sources.seed,
        "sequences": {part: len(task.rows(part)) for part in PARTS},
        "length": task.sequences.shape[1],
        **({"upstream": sources.upstream, "downstream": sources.downstream} if sources.sites else {}),
        "files": files,
        "classes": {name: [] for name in task.classes},
        "outputs": task.classes,
        "prevalence": dict(zip(task.classes, task.labels.mean(axis=0).tolist(), strict=True)),
        "in_class": {
            name: {part: int(task.labels[task.rows(part), column].sum()) for part in PARTS}
            for column, name in enumerate(task.classes)
        },
        "dropped": {reason: number for reason, number in dropped.items() if number},
        "same_with_other_labels": _with_other_labels(task),
        **more,
    }
