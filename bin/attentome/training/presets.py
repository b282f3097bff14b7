"""Read the presets of assets/presets.json: the shape of a network and its training."""

from dataclasses import dataclass, replace

from attentome.network.saved_model import read_config


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training.

    Attributes
    ----------
    segment : int
        Scored positions of a segment, nt.
    batch_size : int
        Segments per step.
    max_steps, warmup_steps : int
        The learning rate rises linearly over the warm-up and falls to 0 by a cosine at max_steps.
    learning_rate, weight_decay, clip : float
        AdamW; gradients are clipped to this norm.
    centred : float
        Share of the segments that are drawn so that they hold a label; the others lie anywhere in the arc.
    positive_weight, focal_gamma : float
        Loss of a labelled position is multiplied by the weight; focal loss (1 - p)^gamma x cross-entropy.
    ema : float
        Decay of the running mean of the weights that is validated and kept; 0 = the weights themselves.
    init_std, spread : float
        Initial weights: see :meth:`Network.initialise`.
    auxiliary_weight : float
        Of the loss of each auxiliary output, which learns one set's own positions, where such labels are given.
    soft_weight, soft_sigma : float
        A further output learns the labels blurred by a Gaussian of this width (nt) and height 1; weight 0 = none.
    evaluate_every : int
        Steps between two validations.
    patience : int
        Stop after this many validations without improvement; see :func:`quality`.
    """

    segment: int
    batch_size: int
    max_steps: int
    warmup_steps: int
    learning_rate: float
    weight_decay: float
    clip: float
    centred: float
    positive_weight: float
    focal_gamma: float
    ema: float
    init_std: float
    evaluate_every: int
    patience: int
    spread: float = 0.0
    auxiliary_weight: float = 0.0
    soft_weight: float = 0.0
    soft_sigma: float = 1.0

    def channel_weights(self, n_auxiliary):
        """Weights of the losses of all outputs: the labels' own, the blurred one where there is one, the sets'."""
        soft = [self.soft_weight] if self.soft_weight else []
        return [1.0, *soft, *[self.auxiliary_weight] * n_auxiliary]


def read_preset(presets, name, overrides):
    """Read network and training of a preset, with single settings replaced.

    Parameters
    ----------
    presets : dict
        Content of ``assets/presets.json``.
    name : str
    overrides : dict
        Names of fields of the network or of :class:`TrainSettings` to values.

    Returns
    -------
    NetworkConfig or ConvolutionalConfig, TrainSettings

    Raises
    ------
    ValueError
        If the preset or a setting is unknown.
    """
    if name not in presets:
        raise ValueError(f"--preset {name}: unknown; choose one of {', '.join(presets)}")
    network, training = dict(presets[name]["network"]), dict(presets[name]["training"])
    for key, value in overrides.items():
        part = network if key in network else training
        if key not in part:
            raise ValueError(f"{key}: no setting of a network or of its training")
        part[key] = type(part[key])(value)
    return read_config(network), TrainSettings(**training)


def read_peer(presets, name, overrides):
    """Convolutional peer of a preset: its own network, and the preset's training with the peer's own settings.

    Parameters
    ----------
    presets, name, overrides
        As in :func:`read_preset`. Of the overrides only ``max_steps`` counts, which changes the peer's in proportion.

    Returns
    -------
    ConvolutionalConfig, TrainSettings

    Raises
    ------
    ValueError
        If the preset is unknown or has no peer.
    """
    _, of_preset = read_preset(presets, name, {})
    if "peer" not in presets[name]:
        raise ValueError(f"--preset {name} names no peer; run without --baselines")
    peer = presets[name]["peer"]
    training = {**presets[name]["training"], **peer["training"]}
    share = overrides.get("max_steps", of_preset.max_steps) / of_preset.max_steps
    steps = {"max_steps": max(1, round(training["max_steps"] * share))}
    return read_preset({name: {"network": peer["network"], "training": training}}, name, steps)


def shortened(settings, share):
    """The same training in a share of its steps; with 0 the weights stay as initialised.

    The warm-up and the decay of the learning rate are shortened in proportion.
    """
    return replace(
        settings, max_steps=round(settings.max_steps * share), warmup_steps=round(settings.warmup_steps * share)
    )
