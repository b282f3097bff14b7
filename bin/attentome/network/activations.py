"""Activations of a first convolution, by the names of Koo & Ploenzke 2021's released code.

An exponential keeps the background low only where the filter's sum is far below 0, which makes the filter hold a whole
motif (the paper's hypothesis). The modified activations (``shift_scale_*``) shift and scale others so that they act
alike, and ``exp_relu`` takes it from the exponential; ``shift_*`` and ``scale_*`` alone are the ablations. ``log`` and
``log_relu`` are the logarithmic variants, published with and without an L2 penalty of 0.1 on the first kernel.
"""

import torch
from torch import nn
from torch.nn import functional as F

ACTIVATIONS = {
    "relu": F.relu,
    "exponential": torch.exp,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": F.softplus,
    "linear": lambda x: x,
    "elu": F.elu,
    "shift_scale_relu": lambda x: F.relu((x - 0.2) ** 3),
    "shift_scale_tanh": lambda x: 500 * torch.tanh(x - 6) + 500,
    "shift_scale_sigmoid": lambda x: 4000 * torch.sigmoid(x - 8),
    "exp_relu": lambda x: F.relu(torch.exp(0.1 * x) - 1),
    "shift_relu": lambda x: F.relu(x - 0.2),
    "shift_tanh": lambda x: torch.tanh(x - 6),
    "shift_sigmoid": lambda x: torch.sigmoid(x - 8),
    "scale_relu": lambda x: F.relu(x**3),
    "scale_tanh": lambda x: 500 * torch.tanh(x) + 500,
    "scale_sigmoid": lambda x: 4000 * torch.sigmoid(x),
    "log": lambda x: torch.log(torch.abs(x) + 1e-10),
    "log_relu": lambda x: F.relu(torch.log(torch.abs(x) + 1e-10)),
}
"""Name to function, element by element."""


class Activation(nn.Module):
    """One of :data:`ACTIVATIONS` as a layer.

    Parameters
    ----------
    name : str
    scale : float
        Factor a of exp(a x), for the exponential only; a of 0.5 to 2 is where its filters are motifs (the paper's
        sweep).

    Raises
    ------
    ValueError
        If the name is unknown, or a scale is given to another activation.
    """

    def __init__(self, name, scale=1.0):
        super().__init__()
        if name not in ACTIVATIONS:
            raise ValueError(f"activation {name}: unknown; choose one of {', '.join(ACTIVATIONS)}")
        if scale != 1 and name != "exponential":
            raise ValueError(f"scale {scale:g} with activation {name}: only exponential has a scale")
        self.name, self.scale = name, scale

    def forward(self, x):
        """Activate; any shape, and the same shape back."""
        return ACTIVATIONS[self.name](x if self.scale == 1 else self.scale * x)

    def extra_repr(self):
        """Name and scale, as printing a network shows them."""
        return self.name if self.scale == 1 else f"{self.name}, scale={self.scale:g}"
