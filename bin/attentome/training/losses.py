"""The loss of each position, and labels that are blurred along the genome."""

import numpy as np
import torch
from torch.nn import functional as F

from attentome.genome.strands import STRANDS, stream_key


def position_loss(output, labels, positive_weight, focal_gamma):
    """Loss of each position: weighted focal cross-entropy (Lin et al. 2017; gamma 0.8 in the published training).

    Parameters
    ----------
    output : Tensor
        logit(TSS) - logit(not TSS).
    labels : Tensor of the same shape
        1 or 0.

    Returns
    -------
    Tensor of the same shape
    """
    cross_entropy = F.binary_cross_entropy_with_logits(output, labels, reduction="none")
    weight = 1 + (positive_weight - 1) * labels
    return weight * (1 - torch.exp(-cross_entropy)) ** focal_gamma * cross_entropy


def blurred(genome, labels, sigma):
    """Blur labels by a Gaussian of height 1; where two overlap, the higher value counts.

    Parameters
    ----------
    genome : dict of str to Contig
    labels : dict of str to ndarray
        ``<contig>.<strand>`` to labels by genomic position.
    sigma : float
        nt.

    Returns
    -------
    dict of str to ndarray of float32
    """
    reach = int(np.ceil(3 * sigma))
    found = {}
    for contig in genome.values():
        for strand in STRANDS:
            here = labels[stream_key(contig.name, strand)].astype(np.float32)
            padded = np.pad(here, reach, "wrap" if contig.circular else "constant")
            found[stream_key(contig.name, strand)] = np.max(
                [
                    np.exp(-((step / sigma) ** 2) / 2) * padded[reach + step : reach + step + len(here)]
                    for step in range(-reach, reach + 1)
                ],
                0,
            )
    return found
