"""Outputs with labels: the stretches of an arc, the calls of the whole genome, and curves short enough to draw."""

import numpy as np
import pandas as pd

from attentome.evaluation.metrics import Stretch, call_peaks, match_calls
from attentome.genome.strands import STRANDS, sign_of, stream_key
from attentome.labels.tss import query_position

CURVE_POINTS = 2000
BLOCK_NT = 10_000


def bootstrap_block(intervals):
    """Length in nt of the genome blocks of a bootstrap: 10 kb, shorter if the arc has fewer than 20 such blocks."""
    return max(min(BLOCK_NT, sum(map(len, intervals)) // 20), 1)


def stretches(outputs, labels, intervals):
    """Both strands of each interval with outputs and labels.

    Parameters
    ----------
    outputs, labels : dict of str to ndarray
        ``<contig>.<strand>`` to values by genomic position of the query.
    intervals : list of Interval

    Returns
    -------
    list of Stretch
    """
    return [
        Stretch(
            part.contig,
            part.start,
            *(arrays[stream_key(part.contig, strand)][part.start : part.end] for arrays in (outputs, labels)),
        )
        for part in intervals
        for strand in STRANDS
    ]


def thin(x, y, thresholds):
    """About :data:`CURVE_POINTS` points of a curve, both ends kept, dense at high thresholds."""
    n = len(x)
    keep = np.unique(np.append(np.geomspace(1, n, CURVE_POINTS).astype(int) - 1, n - 1))
    return x[keep], y[keep], thresholds[keep]


def calls_table(genome, outputs, labels, threshold, tolerance, label_shift):
    """Calls of the whole genome above a threshold, at the place of the TSS.

    Parameters
    ----------
    genome : dict of str to Contig
    outputs, labels : dict of str to ndarray
        ``<contig>.<strand>`` to values by genomic position of the query.
    threshold : float
        Lowest output of a call.
    tolerance : int
        Two calls of a strand lie more than this many nt apart; a label this near to a call is matched.
    label_shift : int
        nt.

    Returns
    -------
    DataFrame
        BED6 (0-based half-open; score = 1000 x probability), ``output`` and ``matched`` (1 if the call found a label).
    """
    rows = []
    for contig in genome.values():
        for strand in STRANDS:
            values, here = (arrays[stream_key(contig.name, strand)] for arrays in (outputs, labels))
            above = np.where(values >= threshold, values, -np.inf)
            calls = call_peaks(above, tolerance)
            calls = calls[np.isfinite(above[calls])]
            matched = match_calls(calls, here, tolerance) >= 0
            tss = query_position(calls, strand, -label_shift)
            tss = tss % len(contig) if contig.circular else tss
            for place, query, hit in zip(tss.tolist(), calls.tolist(), matched.tolist(), strict=True):
                if 0 <= place < len(contig):
                    probability = 1 / (1 + np.exp(-float(values[query])))
                    rows.append(
                        (
                            contig.name,
                            place,
                            place + 1,
                            ".",
                            round(1000 * probability),
                            sign_of(strand),
                            values[query],
                            int(hit),
                        )
                    )
    table = pd.DataFrame(rows, columns=["contig", "start", "end", "name", "score", "strand", "output", "matched"])
    table = table.sort_values(["contig", "start", "strand"], kind="stable", ignore_index=True)
    table["name"] = [f"call_{number + 1:06d}" for number in range(len(table))]
    return table
