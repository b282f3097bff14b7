"""TSS calls from bigWig tracks of 5'-end counts, one track for each strand, optionally with those of a control."""

import os

import numpy as np
import pandas as pd
import pyBigWig

from attentome.genome.names import NameFault
from attentome.io.faults import Fault
from attentome.sites.tss_set import SITE_TYPES, Reading

PEAK_RADIUS = 5
"""A call is the highest count within this many nt on both sides; these nt are not background."""
COVERAGE_PSEUDOCOUNT = 1.0
"""Added to both counts before treated is divided by control."""
BIGWIG = (b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26")
"""What a bigWig file starts and ends with, in either byte order."""


def read_bigwigs(paths, names, min_count=5, min_fold=4, background_window=200):
    """Call the TSS of bigWig tracks of 5'-end counts; see :func:`call_sites` for the rule.

    Parameters
    ----------
    paths : sequence of str or Path
        Tracks of the plus and the minus strand, or those two and the same two of a control. Negative counts, common
        on minus strands, are read as their absolute values.
    names : ContigNames
    min_count, min_fold : float
    background_window : int
        In nt.

    Returns
    -------
    Reading
        ``score`` is the count. ``row`` numbers the calls of each track from 1.
    """
    if len(paths) not in (2, 4):
        return Reading(
            format="bigwig",
            faults=[
                (
                    0,
                    Fault(
                        None,
                        f"is a bigWig in a set of {len(paths)} files, so its strand or its control is unknown",
                        "give plus.bw|minus.bw, or with a control plus.bw|minus.bw|control_plus.bw|control_minus.bw",
                    ),
                )
            ],
        )
    tracks, faults, contig_names = [], [], {}
    for file, path in enumerate(paths):
        track, fault = _read_track(path, names, contig_names)
        tracks.append(track)
        faults += [(file, fault)] if fault else []
    if faults:
        return Reading(format="bigwig", faults=faults)
    controls, scale = [{}, {}], 1.0
    if len(paths) == 4:
        controls, scale = tracks[2:], library_scale(tracks[:2], tracks[2:])
    sites, strand_codes = [], {}
    for file, strand in enumerate("+-"):
        calls = [
            (contig, position, strand, counts[position])
            for contig, counts in tracks[file].items()
            for position in call_sites(
                counts, strand, min_count, min_fold, background_window, controls[file].get(contig), scale
            )
        ]
        strand_codes[strand] = len(calls)
        sites += [
            (contig, position, strand, score, "", "", "", file, row)
            for row, (contig, position, strand, score) in enumerate(calls, 1)
        ]
    if not sites:
        faults = [
            (
                0,
                Fault(
                    None,
                    f"no position has a count of {min_count:g} and {min_fold:g} times the background",
                    "lower min_count or min_fold in the sample sheet",
                ),
            )
        ]
    return Reading(
        pd.DataFrame(sites, columns=list(SITE_TYPES)).astype(SITE_TYPES),
        faults,
        contig_names=contig_names,
        strand_codes=strand_codes,
        format="bigwig",
    )


def call_sites(counts, strand, min_count, min_fold, background_window, control=None, scale=1.0):
    """Positions of one strand of one contig where transcripts start.

    A call (1) has a count of at least ``min_count``; (2) has the highest count within :data:`PEAK_RADIUS` nt on both
    sides (if tied, it is the one farthest upstream); (3) has at least ``min_fold`` times the mean count of the
    ``background_window`` nt around it (half on each side), without the nt of (2) and those beyond a contig's end;
    (4) with a control, has at least ``min_fold`` times its count there:
    (count + 1) / (control x ``scale`` + 1).

    Parameters
    ----------
    counts : ndarray, shape (nt,)
        Not negative.
    strand : {"+", "-"}
    min_count, min_fold : float
    background_window : int
        In nt.
    control : ndarray, shape (nt,), optional
    scale : float
        Factor of the control's counts; see :func:`library_scale`.

    Returns
    -------
    ndarray of int64
        0-based positions, ascending.
    """
    places = np.flatnonzero(counts >= min_count)
    padded = np.pad(counts, PEAK_RADIUS, constant_values=-1.0)
    direction = 1 if strand == "+" else -1
    for distance in range(1, PEAK_RADIUS + 1):
        here = counts[places]
        upstream = padded[places + PEAK_RADIUS - direction * distance]
        downstream = padded[places + PEAK_RADIUS + direction * distance]
        places = places[(here > upstream) & (here >= downstream)]
    around = _window_sums(counts, places, background_window // 2) - _window_sums(counts, places, PEAK_RADIUS)
    ones = np.ones_like(counts)
    n = _window_sums(ones, places, background_window // 2) - _window_sums(ones, places, PEAK_RADIUS)
    keep = counts[places] * n >= min_fold * around
    if control is not None:
        keep &= counts[places] + COVERAGE_PSEUDOCOUNT >= min_fold * (control[places] * scale + COVERAGE_PSEUDOCOUNT)
    return places[keep]


def _window_sums(values, places, radius):
    total = np.concatenate([[0.0], np.cumsum(values)])
    return total[np.minimum(places + radius + 1, len(values))] - total[np.maximum(places - radius, 0)]


def library_scale(treated, control):
    """Sum of all counts of the treated tracks divided by that of the control, so that libraries are of one size.

    Parameters
    ----------
    treated, control : list of dict of str to ndarray
        Tracks, as contig to counts.

    Returns
    -------
    float
        1 where the control is empty.
    """
    sums = [sum(float(counts.sum()) for track in tracks for counts in track.values()) for tracks in (treated, control)]
    return sums[0] / sums[1] if sums[1] > 0 else 1.0


def _read_track(path, names, contig_names):
    """Counts of every contig (float64, by its own name) and the first fault; adds to ``contig_names``."""
    track, fault = {}, _file_fault(path)
    if fault:
        return track, fault
    try:
        with pyBigWig.open(os.fspath(path)) as handle:
            for printed, length in handle.chroms().items():
                contig = names.own(printed)
                known = (names.contigs or {}).get(contig, 0)
                if known not in (0, length):
                    return track, Fault(
                        None,
                        f"contig '{printed}' has {length} nt here and {known} in the assembly",
                        "give the assembly that the track is on in column assembly",
                    )
                contig_names[printed] = contig
                values = np.nan_to_num(
                    handle.values(printed, 0, length, numpy=True).astype(np.float64), posinf=np.nan, neginf=np.nan
                )
                fault = _value_fault(printed, values)
                if fault:
                    return track, fault
                track[contig] = np.abs(values)
    except NameFault as fault:
        return track, Fault(None, *fault.args)
    except (RuntimeError, OSError) as error:
        return track, Fault(None, f"is not a readable bigWig file ({str(error)[:80]})", "copy or make it again")
    return track, None


def _file_fault(path):
    """Check that a bigWig starts and ends with its magic number; a truncated one would be read in part."""
    try:
        with open(path, "rb") as handle:
            start = handle.read(4)
            handle.seek(-min(4, handle.seek(0, os.SEEK_END)), os.SEEK_END)
            end = handle.read(4)
    except OSError as error:
        return Fault(None, f"cannot be read ({error})", "check that it exists and is complete")
    if start not in BIGWIG:
        return Fault(None, "is not a bigWig file", "give 5'-end counts as bigWig")
    if start != end:
        return Fault(None, "is a truncated bigWig file", "copy or make it again")
    return None


def _value_fault(contig, values):
    if np.isnan(values).any():
        return Fault(None, f"has infinite counts on contig '{contig}'", "give finite 5'-end counts")
    if values.min(initial=0) < 0 < values.max(initial=0):
        return Fault(None, f"has counts above and below 0 on contig '{contig}'", "give one strand's 5'-end counts")
    return None
