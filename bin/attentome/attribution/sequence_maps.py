"""Attribution maps of a convolutional network: one number per base of a sequence for the logit of one class.

:data:`METHODS` names the maps, :func:`sequence_maps` computes them. Gradients and integrated gradients are Captum's,
DeepLIFT is tangermeme's (Captum's is wrong for an activation before a pool), mutagenesis is our own. Gradients g, shape
(4, length), become a map by the one-hot sequence x and a sum over the bases:

``saliency``
    g x; the same as input x gradient.
``saliency_corrected``
    (g - mean of g over the four bases) x (Majdandzic et al. 2023).
``integrated_gradients``
    Mean over the references r of (mean of g on the line from r to x) (x - r), by Gauss-Legendre quadrature
    (Sundararajan et al. 2017). It sums to the logit of x less the mean logit of the references.
``integrated_gradients_published``
    As released by Koo & Ploenzke 2021: mean of g over the references and over the steps 0, 1/20, ... 19/20 of the
    lines, times x. It is not multiplied by x - r, so its sum is not a difference of logits.
``deep_shap``
    DeepLIFT by the rescale rule, mean over the references (Shrikumar et al. 2017; Lundberg & Lee 2017). It sums to the
    same difference as ``integrated_gradients``.
``mutagenesis``
    Norm over the bases of (logit with the base in its place - logit of the sequence). Never negative.

A reference is the sequence with its bases in random order. The published maps are of outputs after the sigmoid; the
ones here are of logits; for saliency the two differ by one factor per sequence. Neither package assumes an order of
the bases: arrays stay in the order of the codes (A, T, C, G).
"""

import math

import numpy as np
import torch
from captum.attr import InputXGradient, IntegratedGradients, Saliency
from torch import nn

from attentome.io.numba_cache import use_writable_cache
from attentome.network.activations import Activation
from attentome.network.cnn_layers import Pool
from attentome.network.motif_cnn import one_hot

REFERENCES, STEPS, PUBLISHED_STEPS, BATCH = 10, 50, 20, 1000
"""References of a sequence; steps of integrated gradients, with which maps sum to what they should within about 1 %;
steps of the published ones; sequences computed at once."""


def saliency(network, bases, target, references, steps):
    """Gradient x input; see the module for this and the next ones."""
    return InputXGradient(network).attribute(bases, target=target).sum(1)


def saliency_corrected(network, bases, target, references, steps):
    """Gradient less its mean over the bases, x input."""
    gradient = Saliency(network).attribute(bases, target=target, abs=False)
    return ((gradient - gradient.mean(1, keepdim=True)) * bases).sum(1)


def integrated_gradients(network, bases, target, references, steps):
    """Integrated gradients x (input - reference)."""
    expanded, target = _for_each_reference(bases, target, references)
    found = IntegratedGradients(network).attribute(expanded, references.flatten(0, 1), target, n_steps=steps)
    return _mean_over_references(found, references).sum(1)


def integrated_gradients_published(network, bases, target, references, steps):
    """Mean gradient between references and input, x input."""
    expanded, target = _for_each_reference(bases, target, references)
    gradients = IntegratedGradients(network, multiply_by_inputs=False).attribute(
        expanded, references.flatten(0, 1), target, n_steps=PUBLISHED_STEPS, method="riemann_left"
    )
    return (_mean_over_references(gradients, references) * bases).sum(1)


def deep_shap(network, bases, target, references, steps):
    """DeepLIFT from each reference."""
    use_writable_cache("tangermeme")
    from tangermeme.deep_lift_shap import _nonlinear, deep_lift_shap

    maps = torch.empty_like(bases[:, 0])
    for of_class in target.unique():
        rows = target == of_class
        found = deep_lift_shap(
            network,
            bases[rows].detach(),
            target=int(of_class),
            batch_size=len(bases) * references.shape[1],
            references=references[rows],
            warning_threshold=math.inf,  # it is one for all sizes of logits; the relative one stays
            additional_nonlinear_ops={Activation: _nonlinear, Pool: _pool_rule},
            only_warn=True,  # of unknown bases
            device=bases.device,
        )
        maps[rows] = found.sum(1).to(maps)
    return maps


_BY_GRADIENTS = {
    "saliency": saliency,
    "saliency_corrected": saliency_corrected,
    "integrated_gradients": integrated_gradients,
    "integrated_gradients_published": integrated_gradients_published,
    "deep_shap": deep_shap,
}
MUTAGENESIS = "mutagenesis"
METHODS = (*_BY_GRADIENTS, MUTAGENESIS)
COMPLETE = ("integrated_gradients", "deep_shap")
"""Maps that sum to the logit less the mean logit of the references: see :func:`logit_differences`."""


def sequence_maps(network, codes, classes, methods=METHODS, references=REFERENCES, steps=STEPS, seed=1, batch=BATCH):
    """Attribution maps of sequences.

    Parameters
    ----------
    network : MotifCnn
        In evaluation mode; sequences are computed on its device and in its precision.
    codes : ndarray of uint8, shape (n, length)
        Sequences; codes of the bases.
    classes : ndarray of int, shape (n,)
        Class of each map; a sequence may come several times, with other classes.
    methods : sequence of str
        Of :data:`METHODS`.
    references : int
        Shuffled references of each sequence.
    steps : int
        Between a reference and its sequence, for ``integrated_gradients``.
    seed : int
        Of the references.
    batch : int
        Sequences that the network computes at once, roughly; it changes results by rounding only.

    Returns
    -------
    dict of str to ndarray of float, shape (n, length)
        In the order of ``methods``; not finite where the network's logit is not.

    Raises
    ------
    ValueError
        If a method is unknown or the network is in training mode.
    """
    unknown = [name for name in methods if name not in METHODS]
    if unknown:
        raise ValueError(f"attribution {unknown[0]}: unknown; choose of {', '.join(METHODS)}")
    if network.training:
        raise ValueError("the network is in training mode: its dropout would change the maps; call eval() first")
    maps = {name: [] for name in methods}
    shuffled, size = shuffled_references(codes, references, seed), max(1, batch // (references * steps))
    for at in range(0, len(codes), size):
        part = slice(at, at + size)
        for name in methods:
            if name == MUTAGENESIS:
                maps[name].append(mutagenesis(network, codes[part], classes[part], batch))
            else:
                found = _BY_GRADIENTS[name](
                    network, *_tensors(network, codes[part], classes[part], shuffled[part]), steps
                )
                maps[name].append(found.detach().cpu().numpy())
    return {name: np.concatenate(some) if some else np.zeros(codes.shape, np.float32) for name, some in maps.items()}


@torch.inference_mode()
def logit_differences(network, codes, classes, references=REFERENCES, seed=1):
    """Logit of a sequence's class less its mean over the references that :func:`sequence_maps` uses.

    Parameters
    ----------
    network, codes, classes, references, seed
        As for :func:`sequence_maps`.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    differences = np.zeros(len(codes))
    for row, of_references in enumerate(shuffled_references(codes, references, seed)):
        logits = network(_bases(network, np.concatenate([codes[row : row + 1], of_references])))[:, classes[row]]
        differences[row] = (logits[0] - logits[1:].mean()).item()
    return differences


def shuffled_references(codes, number, seed):
    """Sequences with their bases in random order.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n, length)
    number : int
        References of each sequence.
    seed : int

    Returns
    -------
    ndarray of uint8, shape (n, number, length)
    """
    repeated = np.repeat(np.asarray(codes)[:, None], number, axis=1)
    return np.random.default_rng([seed, 17]).permuted(repeated, axis=2)


@torch.inference_mode()
def mutagenesis(network, codes, classes, batch=BATCH):
    """Norm of the changes of a class's logit with each other base at a position.

    Parameters
    ----------
    network, codes, classes, batch
        As for :func:`sequence_maps`.

    Returns
    -------
    ndarray of float, shape (n, length)
        Square root of the sum of squared changes over the three other bases (over all four where the base is unknown).
    """
    maps = []
    for sequence, of_class in zip(codes, classes, strict=True):
        place, new = np.nonzero(sequence[:, None] != np.arange(4))
        mutants = np.repeat(sequence[None], len(place) + 1, axis=0)
        mutants[np.arange(len(place)), place] = new
        logits = np.concatenate(
            [
                network(_bases(network, mutants[at : at + batch]))[:, of_class].cpu().numpy()
                for at in range(0, len(mutants), batch)
            ]
        )
        squares = np.zeros(len(sequence), logits.dtype)
        np.add.at(squares, place, (logits[:-1] - logits[-1]) ** 2)
        maps.append(np.sqrt(squares))
    return np.array(maps).reshape(codes.shape)


def _tensors(network, codes, classes, shuffled):
    """Input, classes and references of the methods by gradients."""
    bases = _bases(network, codes).requires_grad_()
    target = torch.as_tensor(np.asarray(classes, np.int64), device=bases.device)
    return bases, target, torch.stack([_bases(network, some) for some in shuffled])


def _bases(network, codes):
    weight = network.output.weight
    return one_hot(codes, weight.device, weight.dtype)


def _for_each_reference(bases, target, references):
    number = references.shape[1]
    return bases.detach().repeat_interleave(number, 0), target.repeat_interleave(number)


def _mean_over_references(found, references):
    return found.detach().unflatten(0, references.shape[:2]).mean(1)


def _pool_rule(module, grad_input, grad_output):
    """DeepLIFT of maxima for a pool of ours, whose "same" padding is that of a pool that keeps an incomplete window."""
    from tangermeme.deep_lift_shap import _maxpool

    lacking = -module.input.shape[-1] % module.width if module.padding == "same" else 0
    same = nn.MaxPool1d(module.width, padding=lacking // 2, ceil_mode=module.padding == "same")
    same.input, same.output = module.input, module.output
    return _maxpool(same, grad_input, grad_output)
