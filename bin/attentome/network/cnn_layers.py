"""Layers of the convolutional networks, with the conventions of Keras, in which they were published.

Batch normalisation adds 1e-3 to the variance and its running mean moves by 0.01; kernels start Glorot-uniform; pools
with "same" padding keep incomplete windows at the ends, "valid" ones drop an incomplete last window.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from attentome.network.activations import Activation

FIRST_WIDTH = 19
"""Columns of the first filters, of all networks."""
INITIALISERS = tuple(f"{name}_{form}" for name in ("glorot", "he", "lecun") for form in ("uniform", "normal"))
"""Of a kernel; ``normal:<sd>`` is a further one."""
_TRUNCATED_SD = 0.87962566103423978
"""Standard deviation of a standard normal cut at -2 and 2, by which Keras corrects the ``*_normal`` initialisers."""


class LayerStack:
    """Layers of a network in the making: it knows channels and positions so far, so that a layer takes one line.

    Parameters
    ----------
    config : MotifCnnConfig

    Attributes
    ----------
    of_first, others : list of nn.Module
        First convolution, batch normalisation and activation; all layers after them.
    channels : int
        After the last layer.

    Raises
    ------
    ValueError
        In its methods: if nothing of a sequence is left.
    """

    def __init__(self, config):
        self.config, self.channels, self.positions = config, 4, config.length
        self.of_first, self.others = [], []
        self.flat = False

    def first(self, filters, dropout):
        """First convolution ("same"), batch normalisation, activation and dropout."""
        config = self.config
        check_initialiser(config.initialiser)
        self.of_first.append(self._convolution(filters, FIRST_WIDTH, "same", config.initialiser))
        if config.first_norm:
            self.of_first.append(norm(self.channels))
        self.of_first.append(Activation(config.activation, config.scale))
        self.others.append(nn.Dropout(dropout))
        return self

    def conv(self, filters, width, padding, dropout):
        """Convolution, batch normalisation, ReLU and dropout."""
        convolution = self._convolution(filters, width, padding, "glorot_uniform")
        self.others += [convolution, norm(self.channels), nn.ReLU(), nn.Dropout(dropout)]
        return self

    def residual(self, width):
        """Residual block; channels and positions stay."""
        self.others.append(Residual(self.channels, width))
        return self

    def pool(self, width, padding="valid"):
        """Maximum of windows of ``width`` positions side by side."""
        self.positions = -(-self.positions // width) if padding == "same" else self.positions // width
        self._check(self.positions)
        self.others.append(Pool(width, padding))
        return self

    def dense(self, units, dropout=0.5):
        """Dense layer without bias, batch normalisation, ReLU and dropout; the first one flattens."""
        if not self.flat:
            self.others.append(nn.Flatten())
            self.channels, self.flat = self.channels * self.positions, True
        units *= self.config.widen
        self.others += [dense(self.channels, units, bias=False), norm(units), nn.ReLU(), nn.Dropout(dropout)]
        self.channels = units
        return self

    def _convolution(self, filters, width, padding, initialiser):
        if padding == "valid":
            self.positions -= width - 1
            self._check(self.positions)
        inside = width // 2 if padding == "same" else 0
        filters *= self.config.widen
        found = nn.Conv1d(self.channels, filters, width, padding=inside, bias=False)
        self.channels = filters
        return kernel_layer(found, initialiser)

    def _check(self, positions):
        if positions < 1:
            raise ValueError(f"sequences of {self.config.length} nt are too short for {self.config.network}")


class Residual(nn.Module):
    """Residual block of ResidualBind as released: ReLU before and after batch normalisation, He-normal kernels."""

    def __init__(self, channels, width):
        super().__init__()
        self.convolutions = nn.ModuleList(
            kernel_layer(nn.Conv1d(channels, channels, width, padding=width // 2, bias=False), "he_normal")
            for _ in range(2)
        )
        self.norms = nn.ModuleList(norm(channels) for _ in range(2))
        self.relus = nn.ModuleList(nn.ReLU() for _ in range(4))  # one each: DeepLIFT compares the inputs of modules

    def forward(self, x):
        inside = self.relus[1](self.norms[0](self.relus[0](self.convolutions[0](x))))
        return self.relus[3](x + self.norms[1](self.relus[2](self.convolutions[1](inside))))


class Pool(nn.Module):
    """Maximum over windows side by side; with "same" padding, incomplete windows at both ends count as in Keras."""

    def __init__(self, width, padding):
        super().__init__()
        self.width, self.padding = width, padding

    def forward(self, x):
        lacking = -x.shape[-1] % self.width if self.padding == "same" else 0
        if lacking:
            x = F.pad(x, (lacking // 2, lacking - lacking // 2), value=-math.inf)
        if torch.is_grad_enabled():
            return F.max_pool1d(x, self.width)
        whole = x.shape[-1] // self.width * self.width  # the same values, ten times as fast on a CPU
        return x[..., :whole].unflatten(-1, (-1, self.width)).amax(dim=-1)

    def extra_repr(self):
        return f"{self.width}, {self.padding}"


def dense(inputs, units, bias):
    """Dense layer, Glorot-uniform."""
    return kernel_layer(nn.Linear(inputs, units, bias=bias), "glorot_uniform")


def norm(channels):
    """Batch normalisation as Keras has it by default."""
    return nn.BatchNorm1d(channels, eps=1e-3, momentum=0.01)


def kernel_layer(layer, initialiser):
    """A layer that knows how its kernel is to be drawn."""
    layer.initialiser = initialiser
    return layer


def draw_kernel(weight, initialiser, generator):
    """Fill a kernel as Keras would (Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998).

    Parameters
    ----------
    weight : Tensor, shape (outputs, inputs[, width])
        Filled in place.
    initialiser : str
        One of :data:`INITIALISERS`, ``normal:<sd>``. Their normals are cut at two standard deviations; that of
        ``normal:<sd>`` is not.
    generator : torch.Generator
    """
    check_initialiser(initialiser)
    if initialiser.startswith("normal:"):
        weight.normal_(0.0, float(initialiser[7:]), generator=generator)
        return
    fan_in, fan_out = weight[0].numel(), weight[:, 0].numel()
    name, form = initialiser.split("_")
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[name]
    if form == "uniform":
        bound = math.sqrt(3 * variance)
        weight.uniform_(-bound, bound, generator=generator)
    else:
        sd = math.sqrt(variance) / _TRUNCATED_SD
        nn.init.trunc_normal_(weight, 0.0, sd, -2 * sd, 2 * sd, generator=generator)


def check_initialiser(name):
    """Raise a ValueError in one line if there is no such initialiser."""
    try:
        known = name in INITIALISERS or (name.startswith("normal:") and float(name[7:]) > 0)
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"initialiser {name}: unknown; choose one of {', '.join(INITIALISERS)}, or normal:<sd>")
