"""What a user gives for a task of mode ``filters``, and the sequences that are read from it, with all faults."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.genome.contigs import UNKNOWN, Contig, encode, load_genome
from attentome.genome.readers import circular_contigs, contig_name, read_genome_file
from attentome.inputs.genome_windows import centred_windows, read_intervals, tss_windows, window_sequences
from attentome.inputs.sequence_files import MIN_LENGTH, read_class_table, read_fasta_set
from attentome.io.faults import Fault, fault_lines
from attentome.io.text import text_fault, text_lines

BACKGROUNDS = ("none", "genome", "shuffle")
MAX_SHARE_LOST = 0.05
"""Largest share of the sequences of a file that may hold N, and of the positive ones that may lack a background."""
HOLDS_N = "holds N"
"""Reason for which a sequence is dropped."""


@dataclass(frozen=True)
class SequenceSources:
    """What a user gives; paths are None where a file is not given.

    Attributes
    ----------
    positives : str or None
        FASTA, or BED6 on the genome.
    sites : str or None
        BED6 of TSSs, such as sites.bed of CURATE, instead of ``positives``.
    hdf5 : str or None
        HDF5 of the published kind, instead of all others.
    negatives : str or None
        FASTA or BED6.
    classes : str or None
        Table of the classes of the positive sequences; without it they are one class, ``positive``.
    background : {"none", "genome", "shuffle"}
        Negative sequences made in addition to those given: drawn from the genome, or shuffled positive ones.
    genome, genome_json : str or None
        FASTA; and its description, if it is one that CHECK_INPUTS wrote.
    circular : str
        Circular contigs of a genome without description (:func:`attentome.genome.readers.circular_contigs`).
    cut_points : str or None
        Table of published cut points.
    length : int
        nt, of the windows around the intervals of a BED file.
    upstream, downstream : int
        nt, of the windows around TSSs.
    split : str
        ``train/test/validation`` in percent, or the name of published cut points.
    seed : int
    """

    positives: str | None = None
    sites: str | None = None
    hdf5: str | None = None
    negatives: str | None = None
    classes: str | None = None
    background: str = "none"
    genome: str | None = None
    genome_json: str | None = None
    circular: str = "auto"
    cut_points: str | None = None
    length: int = 200
    upstream: int = 80
    downstream: int = 20
    split: str = "70/20/10"
    seed: int = 1


class SequenceFaults(Exception):
    """Faults of the input, as lines: ``SequenceFaults(lines)``."""


def raise_faults(faults):
    """Raise SequenceFaults if a dict of file to faults holds any."""
    lines = [line for file, some in faults.items() for line in fault_lines(file, some)]
    if lines:
        raise SequenceFaults(lines)


def setting_faults(sources):
    """Faults of a SequenceSources that are seen without reading a file."""
    faults = []
    given = [name for name in ("positives", "sites", "hdf5") if getattr(sources, name)]
    if len(given) != 1:
        what = f"{' and '.join(given)} are given together" if given else "no sequences are given"
        faults.append(Fault(None, what, "give one of positives (FASTA or BED6), sites (BED6) and hdf5"))
    if given == ["hdf5"]:
        others = [name for name in ("negatives", "classes") if getattr(sources, name)]
        others += ["background"] if sources.background != "none" else []
        if others:
            faults.append(
                Fault(None, f"hdf5 with {' and '.join(others)}", "give the HDF5 file alone; it holds the labels")
            )
    elif given and not sources.negatives and not sources.classes and sources.background == "none":
        what = "there is one class only: positive sequences without negative ones"
        faults.append(Fault(None, what, "give negatives, a background (genome or shuffle), or a table of classes"))
    if sources.background not in BACKGROUNDS:
        faults.append(Fault(None, f"background is '{sources.background}'", f"give {', '.join(BACKGROUNDS)}"))
    if sources.background == "genome" and not sources.genome:
        faults.append(
            Fault(None, "a background from the genome without a genome", "give genome, or background shuffle")
        )
    if sources.sites and not sources.genome:
        faults.append(Fault(None, "sites without a genome", "give genome, a FASTA file"))
    lengths = {"length": sources.length, "upstream + downstream": sources.upstream + sources.downstream}
    for name, value in lengths.items():
        if value < MIN_LENGTH:
            faults.append(Fault(None, f"{name} is {value} nt", f"give {MIN_LENGTH} or more"))
    if sources.seed < 0:
        faults.append(Fault(None, f"seed is {sources.seed}", "give 0 or more"))
    if min(sources.upstream, sources.downstream) < 0:
        faults.append(Fault(None, "upstream or downstream is negative", "give nt before the TSS, and from it on"))
    return faults


@dataclass
class Sequences:
    """Sequences of one origin.

    Attributes
    ----------
    origin : str
    names : list of str
    codes : ndarray of uint8, shape (n, length)
    labels : ndarray of uint8, shape (n, classes), or None
        None until the classes are known.
    windows : DataFrame or None
        None where the sequences do not lie on a genome.
    """

    origin: str
    names: list
    codes: np.ndarray
    labels: np.ndarray | None = None
    windows: pd.DataFrame | None = None

    def select(self, kept):
        """Those sequences for which ``kept`` (bool, shape (n,)) is true."""
        windows = None if self.windows is None else self.windows[kept].reset_index(drop=True)
        names = [name for name, stays in zip(self.names, kept, strict=True) if stays]
        return Sequences(self.origin, names, self.codes[kept], self.labels[kept], windows)


@dataclass
class Given:
    """All that a user's files hold.

    Attributes
    ----------
    given : list of Sequences
        Positive and, where there are, negative sequences, without N.
    classes : list of str
    genome : dict of str to Contig
        Empty without a genome.
    positive_windows : DataFrame or None
        All within their contig, also those with N; None where the positive sequences do not lie on a genome.
    dropped : Counter
        Number of sequences by the reason for which they were dropped.
    """

    given: list
    classes: list
    genome: dict
    positive_windows: pd.DataFrame | None
    dropped: Counter


def read_sources(sources):
    """Read positive and negative sequences, genome and classes.

    Parameters
    ----------
    sources : SequenceSources
        Without HDF5.

    Returns
    -------
    Given

    Raises
    ------
    SequenceFaults
        First for the files one by one, then for what they hold together.
    """
    faults, dropped, genome = {}, Counter(), {}
    paths = {"positives": sources.positives or sources.sites, "negatives": sources.negatives}
    files = {origin: Path(path).name for origin, path in paths.items() if path}
    if sources.genome:
        genome, faults[Path(sources.genome).name] = _read_genome(sources)
    found, all_names = {}, {}
    for origin, file in files.items():
        reader = _read_fasta if _is_fasta(paths[origin]) else _read_windows
        if reader is _read_windows and sources.genome and not genome:
            continue
        found[origin], all_names[origin], lost, more = reader(paths[origin], origin, sources, genome)
        faults[file] = faults.get(file, []) + more
        dropped.update(lost)
    raise_faults(faults)
    positive = found["positives"]
    classes, positive.labels = _labels(sources, positive.names, all_names["positives"])
    for origin, some in found.items():
        if some is not positive:
            some.labels = np.zeros((len(some.names), len(classes)), np.uint8)
        clean = (some.codes < UNKNOWN).all(axis=1)
        raise_faults({files[origin]: _faults_together(some, positive, files["positives"]) + faults_of_n(clean)})
        dropped[HOLDS_N] += int((~clean).sum())
        found[origin] = some.select(clean)
    return Given(list(found.values()), classes, genome, positive.windows, dropped)


def _read_genome(sources):
    """Genome as a dict of str to Contig, empty if it has faults; and its faults."""
    if sources.genome_json:
        return load_genome(sources.genome, sources.genome_json), []
    records, faults = read_genome_file(sources.genome)
    circular, more = circular_contigs(sources.circular, [header for header, _ in records], set())
    names = [contig_name(header) for header, _ in records]
    contigs = {
        name: Contig(name, encode(text), name in circular) for name, (_, text) in zip(names, records, strict=True)
    }
    faults += more if records else []
    return {} if faults else contigs, faults


def _is_fasta(path):
    """Whether the first line that is not blank is a header; a file that is not text or has no line counts as FASTA."""
    if text_fault(path):
        return True
    return next(text_lines(path), (0, ">"))[1].lstrip().startswith(">")


def _read_fasta(path, origin, sources, genome):
    """Sequences, names of all records, what was dropped, faults."""
    if origin == "positives" and sources.sites:
        return None, [], {}, [text_fault(path) or Fault(None, "holds no sites", "give sites as BED6")]
    names, codes, faults = read_fasta_set(path)
    if sources.background == "genome" and origin == "positives" and not faults:
        what = "a background from the genome needs to know where the positive sequences lie"
        faults = [Fault(None, what, "give BED6 instead of FASTA, or negatives, or background shuffle")]
    return Sequences(origin, names, codes), names, {}, faults


def _read_windows(path, origin, sources, genome):
    """Sequences of windows, names of all intervals, what was dropped, faults."""
    if not genome:
        return (
            None,
            [],
            {},
            [Fault(None, "is not FASTA, and BED needs a genome", "give FASTA, or a genome beside BED6")],
        )
    intervals, faults = read_intervals(path, genome)
    as_sites = origin == "positives" and bool(sources.sites)
    if as_sites and not faults and (intervals["end"] - intervals["start"] != 1).any():
        what = "a site is longer than 1 nt, so its TSS is not known"
        faults = [Fault(None, what, "give intervals of 1 nt, or the intervals as positives")]
    names = intervals["name"]
    if sources.classes and origin == "positives" and not faults and names.duplicated().any():
        what = f"name '{names[names.duplicated()].iloc[0]}' occurs again, and the classes are given by name"
        faults = [Fault(None, what, "give each interval its own name")]
    if faults:
        return None, [], {}, faults
    if as_sites:
        windows, lost = tss_windows(intervals, genome, sources.upstream, sources.downstream)
    else:
        length = sources.upstream + sources.downstream if sources.sites else sources.length
        windows, lost = centred_windows(intervals, genome, length)
    if windows.empty:
        return None, [], {}, [Fault(None, "no window lies within a contig", "give shorter windows or longer contigs")]
    found = Sequences(origin, windows["name"].tolist(), window_sequences(windows, genome), None, windows)
    return found, names.tolist(), lost, []


def _labels(sources, names, all_names):
    """Classes, and labels of the positive sequences, uint8, shape (n, classes)."""
    if not sources.classes:
        return ["positive"], np.ones((len(names), 1), np.uint8)
    classes, labels, faults = read_class_table(sources.classes, all_names)
    raise_faults({Path(sources.classes).name: faults})
    places = {name: place for place, name in enumerate(all_names)}
    return classes, labels[[places[name] for name in names]]


def _faults_together(some, positive, file):
    """Faults of sequences beside the positive ones."""
    length, wanted = some.codes.shape[1], positive.codes.shape[1]
    if length == wanted:
        return []
    return [Fault(None, f"its sequences have {length} nt, those of {file} {wanted}", "give all the same length")]


def faults_of_n(clean):
    """The fault of a file in which too many sequences hold N; ``clean`` (bool, shape (n,)) is true for the others."""
    lost = int((~clean).sum())
    if lost <= MAX_SHARE_LOST * len(clean):
        return []
    what = f"{lost} of {len(clean)} sequences hold N, more than {MAX_SHARE_LOST:.0%}"
    return [Fault(None, what, "leave these sequences out, or give a better genome")]
