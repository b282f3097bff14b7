"""Browser tracks: bigWig."""

import numpy as np
import pyBigWig


def write_bigwig(path, values):
    """Write one value per nucleotide as bigWig.

    Parameters
    ----------
    path : str or Path
    values : dict of str to ndarray, shape (length,)
        Contig to values along the plus strand's coordinates (0-based); nan is left out. The values are rounded to 4
        significant digits, which makes the file a third smaller.
    """
    track = pyBigWig.open(str(path), "w")
    track.addHeader([(contig, len(array)) for contig, array in values.items()])
    for contig, array in values.items():
        present = np.flatnonzero(np.isfinite(array))
        if not len(present):
            continue
        first, last = int(present[0]), int(present[-1]) + 1
        if len(present) != last - first:
            raise ValueError(f"{contig}: values are missing in the middle of the contig")
        rounded = round_significant(array[first:last], 4)
        track.addEntries(contig, first, values=rounded.tolist(), span=1, step=1)
    track.close()


def round_significant(values, digits):
    """Round to a number of significant decimal digits: ndarray to ndarray of float64; 0 stays 0."""
    values = values.astype(np.float64)
    with np.errstate(divide="ignore"):
        magnitude = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    factor = 10.0 ** (digits - 1 - magnitude)
    return np.round(values * factor) / factor


def at_tss(outputs, strand, label_shift, circular):
    """Move outputs from the queries to the TSS that they predict (undo the label shift).

    Parameters
    ----------
    outputs : ndarray, shape (length,)
        Index = genomic position of the query.
    strand : {"plus", "minus"}
    label_shift : int
    circular : bool

    Returns
    -------
    ndarray of the same shape
        Index = genomic position of the TSS; nan where a linear contig ends before the query.
    """
    step = -label_shift if strand == "plus" else label_shift
    moved = np.roll(outputs, step)
    if not circular and label_shift:
        moved = moved.copy()
        if strand == "plus":
            moved[-label_shift:] = np.nan
        else:
            moved[:label_shift] = np.nan
    return moved
