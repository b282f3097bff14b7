"""Sequences of one length with their classes and their part: what the networks of mode ``filters`` learn from.

Simulated tasks (:mod:`attentome.simulate.motif_tasks`) and a user's own sequence sets
(:mod:`attentome.inputs.sequence_sets`) are kept in the same folder, ``task.safetensors`` with the arrays and, where it
is known what was planted, ``planted.tsv``.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import safe_open

from attentome.genome.arcs import ARCS
from attentome.io.files import read_arrays, read_tsv, write_arrays, write_tsv

PARTS = ARCS
"""Parts of a set of sequences; where they lie on one genome, a part is the sequences of an arc."""


@dataclass(frozen=True, eq=False)
class LabelledSequences:
    """Sequences, their classes, their parts and, where it is known, the truth about their bases.

    Attributes
    ----------
    sequences : ndarray of uint8, shape (n, length)
        Codes of the bases (:data:`attentome.genome.contigs.BASES`).
    labels : ndarray of uint8, shape (n, classes)
        1 where the sequence belongs to the class.
    part : ndarray of uint8, shape (n,)
        Index into :data:`PARTS`.
    classes : list of str
    information : ndarray of float32, shape (n, length), or None
        Bits that the truth holds at each base, 0 to 2.
    planted : DataFrame or None
        ``sequence`` (row of ``sequences``), ``start``, ``end`` (0-based, half-open), ``motif`` (id), ``strand``; sorted
        by the first two.
    """

    sequences: np.ndarray
    labels: np.ndarray
    part: np.ndarray
    classes: list
    information: np.ndarray | None = None
    planted: pd.DataFrame | None = None

    def rows(self, part):
        """Rows of the sequences of a part, one of :data:`PARTS`."""
        return np.flatnonzero(self.part == PARTS.index(part))

    def save(self, folder):
        """Write ``task.safetensors`` (arrays; the classes in its header) and ``planted.tsv`` into a folder.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there.
        """
        names = ("sequences", "labels", "information", "part")
        arrays = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        write_arrays(Path(folder) / "task.safetensors", arrays, {"classes": json.dumps(self.classes)})
        if self.planted is not None:
            write_tsv(Path(folder) / "planted.tsv", self.planted)

    @classmethod
    def load(cls, folder):
        """Read what :meth:`save` wrote into a folder.

        Parameters
        ----------
        folder : str or Path

        Returns
        -------
        LabelledSequences
            ``information`` and ``planted`` are None where they were not written.
        """
        path, planted = Path(folder) / "task.safetensors", Path(folder) / "planted.tsv"
        with safe_open(path, "np") as handle:
            classes = json.loads(handle.metadata()["classes"])
        table = read_tsv(planted) if planted.is_file() else None
        return cls(**read_arrays(path), classes=classes, planted=table)
