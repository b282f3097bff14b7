"""Tables of one head, row by row, and its logo as a motif in MEME format."""

import numpy as np
import pandas as pd

from attentome.genome.ruler import base_of_distance
from attentome.heads.distances import GROUPS
from attentome.heads.names import head_name
from attentome.motifs.logo import LETTERS


def profile_table(head):
    """Rows of ``profile.tsv``: layer, head, group, d, base, mean, max, n (scores as they are, 0 to 1)."""
    bases = [base_of_distance(d, head.label_shift) for d in range(head.window)]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "layer": head.layer,
                    "head": head.head,
                    "group": group,
                    "d": np.arange(head.window),
                    "base": bases,
                    "mean": head.mean[group],
                    "max": head.maximum[group],
                    "n": head.sizes[group],
                }
            )
            for group in GROUPS
        ],
        ignore_index=True,
    )


def head_spearman_table(head):
    """Rows of ``spearman.tsv``: layer, head, d, rho, rho_times_mean (rho x mean score of all
    positions), n."""
    return pd.DataFrame(
        {
            "layer": head.layer,
            "head": head.head,
            "d": np.arange(head.window),
            "rho": head.rho,
            "rho_times_mean": head.rho * head.mean["all"],
            "n": head.sizes["spearman"],
        }
    )


def pwm_table(head):
    """Rows of ``pwm.tsv``: d, base, A, C, G, T (counts), bits, used (0 or 1), from the farthest d to
    the nearest."""
    return pd.DataFrame(
        {
            "d": head.distances,
            "base": [base_of_distance(int(d), head.label_shift) for d in head.distances],
            **{letter: head.counts[:, i] for i, letter in enumerate(LETTERS)},
            "bits": head.bits,
            "used": head.in_use.astype(int),
        }
    )


def window_table(head, genome):
    """Rows of ``windows.bed``.

    Parameters
    ----------
    head : Head
    genome : dict of str to Contig

    Returns
    -------
    DataFrame
        BED6 (the zoomed range on the genome, cut at the ends of the contig; where a circular contig's end
        divides it, the longer part; score = attention x 1000), then layer, head, rank, anchor, d, attention,
        output, distinct, nearest_tss, nearest_tss_nt, sequence.
    """
    rows = []
    for window in head.windows.itertuples():
        length = len(genome[window.contig])
        if window.strand == "+":
            start, end = window.anchor - head.high, window.anchor - head.low + 1
        else:
            start, end = window.anchor + head.low, window.anchor + head.high + 1
        start, end = _longer_part(start, end, length, genome[window.contig].circular)
        rows.append(
            (
                window.contig,
                start,
                end,
                head_name(head.layer, head.head),
                round(1000 * window.score),
                window.strand,
            )
        )
    frame = pd.DataFrame(rows, columns=["contig", "start", "end", "name", "score", "strand"])
    own = head.windows
    return frame.assign(
        layer=head.layer,
        head=head.head,
        rank=own["rank"],
        anchor=own["anchor"],
        d=head.peak_d_all,
        attention=own["score"],
        output=own["output"],
        distinct=own["distinct"].astype(int),
        nearest_tss=own["nearest_tss"],
        nearest_tss_nt=own["nearest_tss_nt"],
        sequence=own["sequence"],
    )


def _longer_part(start, end, length, circular):
    if circular:
        if start < 0 or start >= length:
            start, end = start % length, start % length + (end - start)
        if end > length and end - length > length - start:
            return 0, end - length
    return max(0, start), min(end, length)


def meme_text(head):
    """The used columns of the logo as a motif in MEME 4 text format, with the genome's background.

    Parameters
    ----------
    head : Head

    Returns
    -------
    str
        Frequencies as counted, without pseudocount; a column without bases holds the background.
    """
    counts = head.counts[head.in_use].astype(float)
    n = counts.sum(axis=1, keepdims=True)
    frequency = np.where(n > 0, counts / np.maximum(n, 1), head.background)
    background = " ".join(f"{letter} {value:.5f}" for letter, value in zip(LETTERS, head.background, strict=True))
    name = head_name(head.layer, head.head)
    lines = [
        "MEME version 4",
        "",
        "ALPHABET= ACGT",
        "",
        "strands: + -",
        "",
        "Background letter frequencies",
        background,
        "",
        f"MOTIF {name} d{head.used[1]}-{head.used[0]}",
        f"letter-probability matrix: alength= 4 w= {len(frequency)} nsites= {int(n.max())} E= 0",
    ]
    lines += [" " + " ".join(f"{value:.6f}" for value in row) for row in frequency]
    return "\n".join(lines) + "\n"
