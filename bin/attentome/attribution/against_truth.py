"""Attribution maps against the bases that were planted: AUROC and AUPR of each sequence, and their means.

A base is planted where the embedded matrix has more than :data:`PLANTED_BITS` (Koo & Ploenzke 2021). For a class that
is one factor (task 1) only the factor's own motifs count, so that the map of one factor on another's motif is wrong;
for a class that is a set of motifs (task 3) all planted bases of the sequence count. Maps are ranked with their signs,
as published. AUPR is the average precision; the trapezoid below the curve, which the paper has, stands beside it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.evaluation.metrics import pr_auc, pr_auc_trapezoid, roc_auc
from attentome.filters.summary import mean_interval
from attentome.io.schemas.filters import ATTRIBUTION

PLANTED_BITS = 0.01
LIMIT = 500
"""Sequences, as published."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Sequences whose maps are compared with the truth, each with one of its classes.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Rows of the task; a sequence comes once for each of its classes.
    classes : ndarray of int, shape (n,)
    planted : ndarray of bool, shape (n, length)
        Bases that the map of the class should find.
    """

    rows: np.ndarray
    classes: np.ndarray
    planted: np.ndarray


def planted_examples(task, truth, limit=LIMIT, part="test"):
    """Positive sequences of a part, the first ones, with their classes.

    Parameters
    ----------
    task : LabelledSequences
    truth : dict of str to list of str
        Factors and the ids of their motifs, as ``task.json`` has them under ``classes``. All planted bases count for a
        class that is not there.
    limit : int
        Maximum number of sequences.
    part : str

    Returns
    -------
    Examples

    Raises
    ------
    ValueError
        If it is not known what was planted, or the part has no positive sequence.
    """
    if task.information is None:
        raise ValueError("the sequences come without a truth (information): maps can not be compared with it")
    positive = [row for row in task.rows(part) if task.labels[row].any()][:limit]
    if not positive:
        raise ValueError(f"no sequence of part {part} belongs to a class; give more sequences")
    number, classes = np.nonzero(task.labels[positive])
    rows = np.asarray(positive)[number]
    planted = task.information[rows] > PLANTED_BITS
    if task.planted is not None:
        sites = dict(list(task.planted.groupby("sequence")))
        for mask, row, of_class in zip(planted, rows, classes, strict=True):
            motifs = truth.get(task.classes[of_class])
            if motifs:
                mask &= _inside(sites[row], motifs, len(mask))
    return Examples(rows, classes, planted)


def sequence_scores(maps, planted):
    """AUROC, AUPR and the trapezoid's AUPR of each map.

    Parameters
    ----------
    maps : ndarray of float, shape (n, length)
        Higher where a base is more important.
    planted : ndarray of bool, shape (n, length)

    Returns
    -------
    auroc, aupr, aupr_trapezoid : ndarray of float, shape (n,)
        nan where a map is not finite, where no base is planted, and, for AUROC, where all are.
    """
    finite = np.isfinite(maps).all(axis=1)
    scored = [
        [measure(truth, one) if known else np.nan for measure in (roc_auc, pr_auc, pr_auc_trapezoid)]
        for one, truth, known in zip(maps, planted.astype(float), finite, strict=True)
    ]
    return tuple(np.array(scored, float).reshape(-1, 3).T)


def truth_table(maps, examples, differences=None):
    """Means over sequences, a row per method.

    Parameters
    ----------
    maps : dict of str to ndarray of float, shape (n, length)
        Method to its maps.
    examples : Examples
    differences : dict of str to ndarray of float, shape (n,), optional
        What the maps of a method should sum to.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.ATTRIBUTION` from ``method`` on. A sequence with several classes
        counts once, with
        the mean of its maps. Intervals are Student's 95 % over sequences. ``planted`` is the mean share of planted
        bases, which is the AUPR of random maps. ``incomplete`` is the mean absolute difference between the sum of a map
        and what it should be, relative to the mean absolute size of the latter; nan for methods without one.
    """
    rows = []
    for method, found in maps.items():
        names = ("auroc", "aupr", "aupr_trapezoid")
        scores = pd.DataFrame(dict(zip(names, sequence_scores(found, examples.planted), strict=True)))
        means = scores.groupby(examples.rows).mean()
        expected = (differences or {}).get(method)
        incomplete = np.nan
        if expected is not None:
            incomplete = np.abs(found.sum(axis=1) - expected).mean() / np.abs(expected).mean()
        rows.append(
            (
                method,
                int(means["auroc"].notna().sum()),
                int(scores["auroc"].notna().sum()),
                examples.planted.mean(),
                *mean_interval(means["auroc"]),
                *mean_interval(means["aupr"]),
                means["aupr_trapezoid"].mean(),
                incomplete,
            )
        )
    columns = list(ATTRIBUTION.columns)
    return pd.DataFrame(rows, columns=columns[columns.index("method") :])


def _inside(sites, motifs, length):
    """Whether bases lie in sites of some motifs: bool, shape (length,)."""
    inside = np.zeros(length, bool)
    for start, end in sites.loc[sites["motif"].isin(motifs), ["start", "end"]].to_numpy():
        inside[start:end] = True
    return inside
