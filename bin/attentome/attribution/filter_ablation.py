"""What a network loses without one of its first filters.

A filter is taken away where the first layer that mixes filters would read it: behind the first pool, where there is
one. There each position gets the filter's mean over the sequences. Zero is no neutral value: an exponential filter is
never 0, and the next layer has seen only what the filter usually gives. The mean is taken behind the pool because the
mean before a maximum is lower than after it.

Whether the network needs the filter is decided by the AUROC, not by the loss. A network that learned shuffled labels
has at least learned how frequent each class is; without any one of its filters all its logits move a little, and its
loss rises (q down to 1e-40 for all filters of such networks), though it never told the classes apart. Ranks do not
change when all logits move alike.

The first convolution behind the filters is linear in them, so a single filter's part of it is computed anew and the
rest is kept.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import norm
from torch import nn
from torch.nn import functional as F

from attentome.evaluation.metrics import pr_auc
from attentome.network.cnn_layers import Pool
from attentome.network.motif_cnn import one_hot

BATCH = 50
"""Sequences at once; few, so that a layer's output stays in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Ablation:
    """What changes without each filter: value without it less value of the whole network.

    Attributes
    ----------
    loss : ndarray, shape (filters,)
        Binary cross-entropy, mean over sequences and classes (nats).
    auroc, aupr : ndarray, shape (filters,)
        Means over the classes with positives and negatives; nan without one, or where a logit is not finite.
    auroc_error : ndarray, shape (filters,)
        Standard error of the change of the AUROC.
    """

    loss: np.ndarray
    auroc: np.ndarray
    aupr: np.ndarray
    auroc_error: np.ndarray

    def interval(self, confidence=0.95):
        """Ends of the interval of the change of the AUROC: two ndarrays."""
        half = norm.ppf((1 + confidence) / 2) * self.auroc_error
        return self.auroc - half, self.auroc + half

    def p(self):
        """One-sided p that the AUROC falls; 1 where nothing changes, nan where the AUROC is not known."""
        return falls(self.auroc, self.auroc_error)


@torch.inference_mode()
def ablate_filters(network, codes, labels, device="cpu"):
    """Take away each first filter in turn.

    Parameters
    ----------
    network : MotifCnn
        In evaluation mode.
    codes : ndarray of uint8, shape (n, length)
    labels : ndarray, shape (n, classes)
    device : str or torch.device

    Returns
    -------
    Ablation
    """
    alone, mixing, others = _layers(network)
    starts = range(0, len(codes), BATCH)
    inputs = [alone(network.first(one_hot(codes[at : at + BATCH], device))) for at in starts]
    mean = torch.cat(inputs).mean(dim=0)
    mixed = [mixing(some) for some in inputs]

    def logits(at=None):
        found = []
        for some, whole in zip(inputs, mixed, strict=True):
            if at is not None:
                whole = _without(mixing, whole, some, mean, at)
            found.append(network.output(others(whole)).cpu())
        return torch.cat(found).double().numpy()

    loss, aupr, auroc, parts = _measures(labels, logits())
    changes = []
    for at in range(len(mean)):
        own_loss, own_aupr, own_auroc, own_parts = _measures(labels, logits(at))
        error = (own_parts - parts).std(ddof=1) / np.sqrt(len(codes))
        changes.append((own_loss - loss, own_auroc - auroc, own_aupr - aupr, error))
    return Ablation(*np.array(changes).T)


def auroc_parts(labels, logits):
    """AUROC, mean over the classes, and what each sequence adds to it.

    The parts are those of DeLong et al. 1988, Biometrics 44:837: of a positive the share of the negatives that it ranks
    above, of a negative the share of the positives that rank above it, each less the AUROC, in units in which the
    variance of the AUROC is that of their mean. So the difference of two networks' parts gives the standard error of
    the difference of their AUROCs on the same sequences, over all classes together.

    Parameters
    ----------
    labels, logits : ndarray, shape (n, classes)
        Each class with positives and negatives.

    Returns
    -------
    auroc : float
        nan without a class.
    parts : ndarray, shape (n,)
        Sum 0.
    """
    n, classes = labels.shape
    if not classes:
        return np.nan, np.full(n, np.nan)
    total, parts = 0.0, np.zeros(n)
    for label, logit in zip(labels.T.astype(bool), logits.T, strict=True):
        positive, negative = logit[label], logit[~label]
        above = _share_below(negative, positive)
        below = 1 - _share_below(positive, negative)
        area = above.mean()
        parts[label] += (above - area) * n / len(positive)
        parts[~label] += (below - area) * n / len(negative)
        total += area
    return total / classes, parts / classes


def falls(change, error):
    """One-sided p that a change lies below 0, from its standard error; 1 without change, nan if it is no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((change == 0) & (error == 0), 1.0, norm.cdf(change / error))


def _measures(labels, logits):
    """Loss, AUPR, AUROC and its parts."""
    if not np.isfinite(logits).all():
        return np.nan, np.nan, np.nan, np.full(len(logits), np.nan)
    loss = (np.logaddexp(0, logits) - labels * logits).mean()
    both = labels.any(axis=0) & ~labels.all(axis=0)
    labels, logits = labels[:, both], logits[:, both]
    areas = [pr_auc(*columns) for columns in zip(labels.T, logits.T, strict=True)]
    return loss, np.mean(areas) if areas else np.nan, *auroc_parts(labels, logits)


def _share_below(values, limits):
    """Share of the values below each limit, equal ones counted half."""
    values = np.sort(values)
    return (np.searchsorted(values, limits) + np.searchsorted(values, limits, "right")) / (2 * len(values))


def _layers(network):
    """Layers that treat every filter alone, the first convolution that mixes them, and all behind it.

    Where something else than a convolution mixes them (a residual block), the second part does nothing.
    """
    parts = list(network.rest)
    at = next(i for i, part in enumerate(parts) if not isinstance(part, (nn.Dropout, Pool)))
    if isinstance(parts[at], nn.Conv1d):
        return nn.Sequential(*parts[:at]), parts[at], nn.Sequential(*parts[at + 1 :])
    return nn.Sequential(*parts[:at]), nn.Identity(), nn.Sequential(*parts[at:])


def _without(mixing, mixed, inputs, mean, at):
    """Output of the mixing layer with one filter at its mean."""
    if isinstance(mixing, nn.Identity):
        mixed = mixed.clone()
        mixed[:, at] = mean[at]
        return mixed
    change = F.pad(mean[at] - inputs[:, at], (mixing.padding[0],) * 2)
    windows = change.unfold(1, mixing.kernel_size[0], 1).transpose(1, 2).contiguous()
    return torch.baddbmm(mixed, mixing.weight[:, at].contiguous().expand(len(mixed), -1, -1), windows)
