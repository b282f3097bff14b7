"""Measurements of the heads of one network: profiles, logos, and the statistics that are tested.

d = 0 .. window - 1 counts upstream from the end of the window, which is the query itself unless the network looks
ahead. :mod:`attentome.evidence.measure` says how it is measured.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from safetensors import SafetensorError, safe_open

from attentome.genome.strands import sign_of
from attentome.heads.distances import zoom_range
from attentome.io.files import write_arrays
from attentome.io.schemas.measured import COMPONENTS

RUN = 10
"""The information of a logo is that of this many adjacent columns: an element and little else."""
BESIDE, READ_MARGIN = 6, 2
"""See :meth:`Evidence.read_range`, nt."""


@dataclass
class Evidence:
    """Measurements of the heads of one network; the last index of a profile is d.

    Attributes
    ----------
    mean_top, mean_all : ndarray of float32, shape (2, layers, heads, window)
        Mean score over the highest outputs and over all positions, of each half.
    peak_d_heldout : ndarray of int64, shape (layers, heads)
        Where the first half's ``mean_top`` is highest.
    frequencies : ndarray of float64, shape (2, layers, heads, columns, 4)
        A, C, G, T around ``peak_d_heldout``, each window weighted by the head's score there; of each half. Column 0 is
        the farthest d of :func:`logo_range`.
    background : ndarray of float64, shape (2, layers, heads, columns, 4)
        The same without weights.
    effective : ndarray of float64, shape (2, layers, heads)
        Equivalent number of windows of equal weight: (sum of weights)^2 / sum of squares.
    effect_frequencies : ndarray of float64, shape (layers, heads, columns, 4)
        The second half's windows weighted by the square of the head's effect.
    effect_effective : ndarray of float64, shape (layers, heads)
    effect_power : ndarray of float64, shape (layers, heads)
        Mean of those weights, logit^2.
    best_counts : ndarray of int64, shape (layers, heads, columns, 4)
        Of the ``N_WINDOWS`` windows of the second half with the highest scores.
    random_counts : ndarray of int64, same shape
        Of as many windows of the second half, drawn at random but each with the GC content of one of those.
    auroc : ndarray of float64, shape (layers, heads)
        How well the first half's weighted PWM separates the second half's highest scores from the rest.
    best : dict of str to ndarray, shape (layers, heads, N_WINDOWS)
        ``contig, strand, position, score, output`` of the best windows of the second half; position of the query,
        genomic, 0-based.
    pr_auc, pr_auc_lo, pr_auc_hi, prevalence : float
        Of the network's outputs at these positions, against the labels that it was trained on, with the 95 % interval
        of a bootstrap over blocks; nan where no label is there.
    slope : float
        :func:`attentome.evaluation.calibration.label_slope` of the outputs at these positions.
    key_context : ndarray of int64, shape (layers, 2)
        How far upstream and downstream of a key convolutions reach, nt.
    n_positions, n_top : int
        Of both halves; of each half.
    component_shares, component_effective : ndarray of float64, shape (layers, heads, N_COMPONENTS), or None
        Of :func:`attentome.motifs.mixture.split_mixture`; None where components were not requested.
    component_frequencies : ndarray of float32, shape (layers, heads, N_COMPONENTS, columns, 4), or None
        0 in columns that are not used.
    """

    mean_top: np.ndarray
    mean_all: np.ndarray
    peak_d_heldout: np.ndarray
    frequencies: np.ndarray
    background: np.ndarray
    effective: np.ndarray
    effect_frequencies: np.ndarray
    effect_effective: np.ndarray
    effect_power: np.ndarray
    best_counts: np.ndarray
    random_counts: np.ndarray
    auroc: np.ndarray
    best: dict
    pr_auc: float
    pr_auc_lo: float
    pr_auc_hi: float
    prevalence: float
    slope: float
    key_context: np.ndarray
    n_positions: int
    n_top: int
    component_shares: np.ndarray | None = None
    component_effective: np.ndarray | None = None
    component_frequencies: np.ndarray | None = None

    @property
    def window(self):
        """Keys of each query."""
        return self.mean_top.shape[-1]

    @property
    def x_uniform(self):
        """Mean score over the highest outputs of both halves, x uniform: (layers, heads, window)."""
        return self.mean_top.mean(0).astype(float) * self.window

    @property
    def peak_x_uniform_heldout(self):
        """Mean score of the second half's highest outputs at the first half's peak, x uniform: (layers, heads)."""
        return (
            np.take_along_axis(self.mean_top[1], self.peak_d_heldout[..., None], -1)[..., 0].astype(float) * self.window
        )

    @property
    def focus(self):
        """1 - entropy / log(window) of the second half's mean profile over the highest outputs: (layers, heads)."""
        share = self.mean_top[1] / self.mean_top[1].sum(-1, keepdims=True)
        entropy = -(share * np.log(np.maximum(share, 1e-30))).sum(-1, dtype=np.float64)
        return 1 - entropy / np.log(self.window)

    def read_range(self, layer, head):
        """Bases that a head (both numbers count from 0) can read where it looks: smallest and largest d, both included.

        A head looks at the distances around the first half's peak that have at least half of its mean score, at most
        :data:`BESIDE` nt to either side. Convolution brings further bases into their keys; :data:`READ_MARGIN` nt on
        either side are added.
        """
        profile, peak = self.mean_top[0, layer, head], int(self.peak_d_heldout[layer, head])
        below = np.flatnonzero(profile < profile[peak] / 2)
        nearest = max(below[below < peak].max(initial=-1) + 1, peak - BESIDE)
        farthest = min(below[below > peak].min(initial=self.window) - 1, peak + BESIDE)
        upstream, downstream = self.key_context[layer]
        low, high = self.logo_range(layer, head)
        return max(low, int(nearest - downstream) - READ_MARGIN), min(high, int(farthest + upstream) + READ_MARGIN)

    def logo_range(self, layer, head):
        """Columns of a head's logos (both numbers count from 0): :func:`logo_range`."""
        return logo_range(int(self.peak_d_heldout[layer, head]), self.window, self.key_context[layer])

    def used(self, layer, head):
        """Columns of a head's logo (both numbers count from 0) that the statistics use, :meth:`read_range`: slice."""
        _, high = self.logo_range(layer, head)
        nearest, farthest = self.read_range(layer, head)
        return slice(high - farthest, high - nearest + 1)

    @property
    def column_bits(self):
        """Information of the effect logo, corrected for its size and not cut at 0: (layers, heads, columns).

        Relative entropy to the same columns without weights less 3 / (2 ln 2 n), with n effective windows (Schneider et
        al. 1986, J. Mol. Biol. 188:415). Its mean is 0 if the head's effect does not depend on the sequence.
        """
        return divergence(self.effect_frequencies, self.background[1], self.effect_effective[..., None])

    @property
    def bits(self):
        """Information of the effect logo in the :data:`RUN` adjacent columns, of those used, that hold most."""
        return self._best_run(self.column_bits)

    @property
    def effect_information(self):
        """What a head tells of the sequence: bits of its effect logo x mean square of its effect, bit x logit^2.

        The effect in evidence for a label (``slope``): the unit of an untrained network's outputs means nothing.
        """
        return self.bits * self.effect_power * self.slope**2

    @property
    def attention_bits(self):
        """The same of the second half's attention logo: (layers, heads)."""
        return self._best_run(divergence(self.frequencies[1], self.background[1], self.effective[1][..., None]))

    def best_bits(self, counts):
        """The same of counted windows, such as ``best_counts`` or ``random_counts``: (layers, heads)."""
        n = counts.sum(-1)
        return self._best_run(divergence(counts / np.maximum(n, 1)[..., None], self.background[1], np.maximum(n, 1)))

    def _best_run(self, columns):
        def best(bits):
            return sliding_window_view(bits, min(RUN, len(bits))).sum(-1).max()

        return np.array(
            [
                [best(columns[layer, head, self.used(layer, head)]) for head in range(columns.shape[1])]
                for layer in range(columns.shape[0])
            ]
        )


def logo_range(peak, window, key_context):
    """Distances of the columns of a head's logos.

    ``distances.zoom_range``, moved upstream as far as convolution brings bases into the keys where the head looks, but
    not so far that those downstream are lost: a stem can read farther than the zoom reaches.

    Parameters
    ----------
    peak, window : int
    key_context : (int, int)
        As in :func:`attentome.heads.distances.key_reach`.

    Returns
    -------
    (int, int)
        Smallest and largest d, both included; as many as of ``distances.zoom_range``.
    """
    low, high = zoom_range(peak, window)
    upstream, downstream = (int(reach) + BESIDE + READ_MARGIN for reach in key_context)
    wanted = min(peak + upstream, window - 1) - high
    moved = max(0, min(wanted, peak - downstream - low))
    return low + moved, high + moved


def divergence(frequencies, background, n):
    """Relative entropy of columns to a background, less 3 / (2 ln 2 n), bits.

    Parameters
    ----------
    frequencies, background : ndarray, shape (..., 4)
    n : ndarray, broadcast to shape (...)
        Less than 1 counts as 1.

    Returns
    -------
    ndarray, shape (...)
        Not cut at 0.
    """
    there = (frequencies > 0) & (background > 0)
    ratio = np.where(there, frequencies, 1.0) / np.where(there, background, 1.0)
    return (np.where(there, frequencies, 0.0) * np.log2(ratio)).sum(-1) - 3 / (2 * np.log(2) * np.maximum(n, 1))


def write_evidence(path, evidence):
    """Write an :class:`Evidence`; texts become rows of ``best``, numbers go into the header."""
    arrays = {name: value for name, value in vars(evidence).items() if isinstance(value, np.ndarray)}
    contigs, which = np.unique(evidence.best["contig"], return_inverse=True)
    best = {
        **evidence.best,
        "contig": which.reshape(evidence.best["contig"].shape),
        "strand": (evidence.best["strand"] == "minus").astype(np.uint8),
    }
    numbers = {name: value for name, value in vars(evidence).items() if isinstance(value, (int, float))}
    write_arrays(
        path,
        {**arrays, **{f"best.{name}": value for name, value in best.items()}},
        {"attentome": json.dumps({**numbers, "contigs": contigs.tolist()})},
    )


def read_evidence(path):
    """Read the file of :func:`write_evidence`; ValueError if it is truncated or damaged."""
    try:
        with safe_open(path, "numpy") as file:
            header = json.loads(file.metadata()["attentome"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}
    except SafetensorError as error:
        raise ValueError(f"{path} is cut or damaged ({error}): measure the heads again") from None
    best = {name.removeprefix("best."): arrays.pop(name) for name in list(arrays) if name.startswith("best.")}
    best["contig"] = np.array(header.pop("contigs"))[best["contig"]]
    best["strand"] = np.where(best["strand"] == 1, "minus", "plus")
    return Evidence(**arrays, best=best, **header)


def logo_table(evidence):
    """The effect logos of all heads, of the second half.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    DataFrame
        layer, head (counted from 1), d (falling), A, C, G, T (effective counts: frequencies times effective windows),
        bits (corrected, never below 0), used (1 where the statistics use the column).
    """
    rows = []
    for layer, head in np.ndindex(evidence.peak_d_heldout.shape):
        low, high = evidence.logo_range(layer, head)
        used = np.zeros(high - low + 1, int)
        used[evidence.used(layer, head)] = 1
        counts = evidence.effect_frequencies[layer, head] * evidence.effect_effective[layer, head]
        rows.append(
            pd.DataFrame(
                {
                    "layer": layer + 1,
                    "head": head + 1,
                    "d": np.arange(high, low - 1, -1),
                    **{letter: counts[:, i] for i, letter in enumerate("ACGT")},
                    "bits": np.maximum(evidence.column_bits[layer, head], 0),
                    "used": used,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def component_table(evidence):
    """The components of all heads, in the columns that the statistics use.

    Parameters
    ----------
    evidence : Evidence
        With components.

    Returns
    -------
    DataFrame
        layer, head, component (all counted from 1; the first has the largest share), share (of the weight), then d, A,
        C, G, T and bits as in :func:`logo_table`. Components without a share are left out.
    """
    rows = [pd.DataFrame(columns=list(COMPONENTS.columns))]
    for layer, head, component in zip(*np.nonzero(evidence.component_shares), strict=True):
        used, (nearest, farthest) = evidence.used(layer, head), evidence.read_range(layer, head)
        n, frequencies = (
            evidence.component_effective[layer, head, component],
            evidence.component_frequencies[layer, head, component, used],
        )
        bits = divergence(frequencies, evidence.background[1, layer, head, used], n)
        rows.append(
            pd.DataFrame(
                {
                    "layer": layer + 1,
                    "head": head + 1,
                    "component": component + 1,
                    "share": evidence.component_shares[layer, head, component],
                    "d": np.arange(farthest, nearest - 1, -1),
                    **{letter: n * frequencies[:, i] for i, letter in enumerate("ACGT")},
                    "bits": np.maximum(bits, 0),
                }
            )
        )
    return pd.concat(rows[1:] or rows, ignore_index=True)


def best_window_table(evidence, genome, ahead):
    """The best windows of all heads in the second half: the places of the bases that convolution brings into the key.

    Parameters
    ----------
    evidence : Evidence
    genome : dict of str to Contig
    ahead : int
        nt from the query to d = 0.

    Returns
    -------
    DataFrame
        layer, head, contig, start, end (0-based half-open, of the bases used by the logo; cut at a contig's ends),
        strand, rank, query (genomic, 0-based), score, output.
    """
    rows = []
    for layer, head in np.ndindex(evidence.peak_d_heldout.shape):
        nearest, farthest = evidence.read_range(layer, head)
        best = {name: values[layer, head] for name, values in evidence.best.items()}
        plus = best["strand"] == "plus"
        anchor = best["position"] + np.where(plus, ahead, -ahead)
        lengths = np.array([len(genome[name]) for name in best["contig"]])
        start = np.where(plus, anchor - farthest, anchor + nearest)
        end = start + farthest - nearest + 1
        rows.append(
            pd.DataFrame(
                {
                    "layer": layer + 1,
                    "head": head + 1,
                    "contig": best["contig"],
                    "start": np.clip(start, 0, lengths - 1),
                    "end": np.clip(end, 1, lengths),
                    "strand": list(map(sign_of, best["strand"])),
                    "rank": np.arange(1, len(start) + 1),
                    "query": best["position"],
                    "score": best["score"],
                    "output": best["output"],
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
