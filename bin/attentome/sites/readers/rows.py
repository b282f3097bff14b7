"""Turn rows of a source into a :class:`attentome.sites.tss_set.Reading`: what a cell means, what is faulty or lost."""

import math
import re
from collections import Counter
from typing import NamedTuple

import pandas as pd

from attentome.genome.names import NameFault
from attentome.io.faults import Fault
from attentome.sites.tss_set import LOSS_TYPES, SITE_TYPES, Reading

STRAND_SPELLINGS = {"+": "+", "-": "-", "plus": "+", "minus": "-", "forward": "+", "reverse": "-"}
"""Names of a strand that a table may use, in any case. BED, GFF3 and GTF allow only + and -."""
SIGNS_ALONE = {"+": "+", "-": "-"}
BEYOND = "beyond the contig's end"
"""Reason of a loss."""
NO_POSITION = "no position"
"""Reason of a loss."""


class RowFault(Exception):
    """Ends the reading of one row: ``RowFault(what, remedy)``."""


class SourceRow(NamedTuple):
    """One row as its reader understands it.

    Attributes
    ----------
    contig : str or None
        As printed; None if the source has no contig names.
    start, end : int
        The row's interval, 0-based half-open; its 5' end on its own strand is the TSS.
    strand : str
        + or -.
    code : str
        The strand as printed.
    score : float
    evidence, sigma, sequence : str
    left_out : str
        Why the row is deliberately left out; empty if it is not.
    """

    contig: str | None
    start: int
    end: int
    strand: str
    code: str
    score: float = 0.0
    evidence: str = ""
    sigma: str = ""
    sequence: str = ""
    left_out: str = ""


def collect(rows, parse, names, format, beyond_is_loss=False, sequence_tss=None):
    """Parse numbered rows; for a row with a fault, keep its first fault and no site.

    Parameters
    ----------
    rows : iterable of (int, object)
        Number of the row in its file, and what ``parse`` takes.
    parse : callable
        Returns a :class:`SourceRow` or raises :class:`RowFault`.
    names : ContigNames
    format : str
    beyond_is_loss : bool
        Whether a site beyond its contig's end is left out; otherwise it is a fault.
    sequence_tss : int, optional

    Returns
    -------
    Reading
        ``file`` is 0 throughout.
    """
    sites, losses, faults, contig_names, strand_codes = [], [], [], {}, Counter()
    for number, cells in rows:
        try:
            row = parse(cells)
            reason = row.left_out
            if not reason:
                contig = names.own(row.contig)
                reason = _beyond(names.contigs, contig, row.end, beyond_is_loss)
        except (RowFault, NameFault) as fault:
            nameless = isinstance(fault, NameFault) and row.contig is None
            faults.append((0, Fault(None if nameless else number, *fault.args)))
            if nameless:
                break
            continue
        tss = row.start if row.strand == "+" else row.end - 1
        if reason:
            losses.append((0, number, row.contig or "", tss + 1, row.strand, reason))
            continue
        if row.contig:
            contig_names[row.contig] = contig
        strand_codes[row.code] += 1
        sites.append(
            (contig, tss, row.strand, row.score, _clean(row.evidence), _clean(row.sigma), row.sequence, 0, number)
        )
    if not sites and not faults:
        faults.append((0, _none_left(losses)))
    return Reading(
        _frame(sites, SITE_TYPES),
        faults,
        _frame(losses, LOSS_TYPES),
        sequence_tss,
        contig_names,
        dict(strand_codes),
        format,
    )


def _beyond(contigs, contig, end, is_loss):
    """Reason to leave out a site beyond its contig's end, empty if it lies within."""
    length = (contigs or {}).get(contig, 0)
    if not end > length > 0:
        return ""
    if is_loss:
        return BEYOND
    raise RowFault(
        f"position {end} lies beyond the end of {contig} ({length} nt)",
        "give sites on the coordinates of this genome, or their assembly's FASTA in column assembly",
    )


def _none_left(losses):
    if not losses:
        return Fault(None, "holds no sites", "give at least one")
    counts = Counter(loss[-1] for loss in losses)
    why = ", ".join(f"{n} {reason}" for reason, n in counts.items())
    return Fault(None, f"no site is left of {len(losses)} rows ({why})", "select rows that it has, or leave it out")


def _frame(rows, types):
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _clean(text):
    """Text that a tab-separated file can hold: no tabs, line ends or double quotes; ``.`` stands for none."""
    text = " ".join(text.replace('"', "'").split())
    return "" if text == "." else text


def whole_number(text, name, decimals=False):
    """A position from its cell.

    Parameters
    ----------
    text : str
    name : str
        What the column is called.
    decimals : bool
        Whether ``5.0`` is 5, as spreadsheets write it.

    Returns
    -------
    int

    Raises
    ------
    RowFault
    """
    text = text.strip()
    if decimals:
        text = re.sub(r"\.0+$", "", text)
    if not re.fullmatch("[0-9]{1,15}", text):
        raise RowFault(f"{name} is '{_shown(text)}', not a whole number", "give a position in nt without separators")
    return int(text)


def strand_sign(text, spellings=SIGNS_ALONE):
    """+ or - from its cell; ``spellings`` are the accepted ones in lower case."""
    spelling = text.strip().lower()
    if spelling not in spellings:
        what = "no strand" if spelling in ("", ".", "?") else f"strand is '{_shown(text.strip())}'"
        *most, last = spellings
        raise RowFault(what, f"write {', '.join(most)} or {last}")
    return spellings[spelling]


def score_number(text):
    """A score from its cell, 0 where there is none (empty or ``.``)."""
    if text.strip() in ("", "."):
        return 0.0
    try:
        score = math.nan if "_" in text else float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise RowFault(f"score is '{_shown(text.strip())}', not a number", "give a number, or '.' where there is none")
    return score


def _shown(text, most=40):
    return text if len(text) <= most else f"{text[:most]}..."
