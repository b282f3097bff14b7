"""Convolutional networks whose first filters are to be read as motifs (Koo & Ploenzke 2021).

Start with the functions :func:`cnn_2` to :func:`basset`: each is one network, layer by layer, as in the paper's
released code. A convolution has no bias and is followed by batch normalisation, activation and dropout; then comes the
pool. The first activation is free (:mod:`attentome.network.activations`), all others are ReLU. All first filters have
19 columns, all dense layers dropout 0.5. ``cnn_layers`` holds the layers.

Koo & Ploenzke 2021, Nat. Mach. Intell. 3:258, doi:10.1038/s42256-020-00291-x, code p-koo/exponential_activations;
Basset follows Kelley et al. 2016, Genome Res. 26:990.
"""

from dataclasses import dataclass

import torch
from torch import nn

from attentome.network.cnn_layers import LayerStack, dense, draw_kernel


@dataclass(frozen=True)
class MotifCnnConfig:
    """A network and its variants.

    Attributes
    ----------
    network : str
        One of :data:`NETWORKS`.
    classes : int
        Outputs.
    length : int
        nt of a sequence.
    activation : str
        Of the first convolution.
    scale : float
        Factor a of exp(a x); see :class:`attentome.network.activations.Activation`.
    first_norm : bool
        Whether the first convolution has batch normalisation.
    initialiser : str
        Of the first kernel: one of :data:`attentome.network.cnn_layers.INITIALISERS`, or ``normal:<sd>``.
    widen : int
        Factor of the number of filters and units of every layer; the paper has 2 for sequences of 1,000 nt.
    """

    network: str
    classes: int
    length: int = 200
    activation: str = "relu"
    scale: float = 1.0
    first_norm: bool = True
    initialiser: str = "glorot_uniform"
    widen: int = 1


def cnn_2(net):
    """CNN-2: a small first pool, so that later filters can put motifs together from parts."""
    net.first(32, dropout=0.1).pool(2, "same")
    net.conv(124, 5, "same", dropout=0.1).pool(50, "same")
    net.dense(512)


def cnn_50(net):
    """CNN-50: a large first pool, so that the first filters have to hold whole motifs."""
    net.first(32, dropout=0.1).pool(50, "same")
    net.conv(124, 5, "same", dropout=0.1).pool(2, "same")
    net.dense(512)


def cnn_deep(net):
    """CNN-deep: four convolutions."""
    net.first(32, dropout=0.1)
    net.conv(48, 7, "same", dropout=0.2).pool(4)
    net.conv(96, 7, "valid", dropout=0.3).pool(4)
    net.conv(128, 3, "valid", dropout=0.4).pool(3)
    net.dense(512)


def cnn_dist(net):
    """CNN-dist: distributed representations, for task 3."""
    net.first(24, dropout=0.1)
    net.conv(32, 7, "same", dropout=0.2).pool(4)
    net.conv(48, 7, "valid", dropout=0.3).pool(4)
    net.conv(64, 3, "valid", dropout=0.4).pool(3, "same")
    net.dense(96)


def cnn_local(net):
    """CNN-local: local representations, for task 3."""
    net.first(24, dropout=0.1).pool(50)
    net.conv(48, 3, "same", dropout=0.2).pool(2)
    net.dense(96)


def residualbind(net):
    """ResidualBind, for tasks 5 and 6 (400 nt)."""
    net.first(24, dropout=0.1)
    net.residual(5).pool(10)
    net.conv(48, 7, "same", dropout=0.3).pool(5)
    net.conv(64, 3, "valid", dropout=0.4).pool(4)
    net.dense(96)


def basset(net):
    """Basset, for task 4 (600 nt, 164 cell types)."""
    net.first(300, dropout=0.2).pool(3)
    net.conv(200, 11, "valid", dropout=0.2).pool(4)
    net.conv(200, 7, "valid", dropout=0.2).pool(4)
    net.dense(1000)
    net.dense(1000)


NETWORKS = {
    "cnn-2": cnn_2,
    "cnn-50": cnn_50,
    "cnn-deep": cnn_deep,
    "cnn-dist": cnn_dist,
    "cnn-local": cnn_local,
    "residualbind": residualbind,
    "basset": basset,
}


class MotifCnn(nn.Module):
    """A convolutional network over one-hot sequences.

    Parameters
    ----------
    config : MotifCnnConfig

    Attributes
    ----------
    convolution : nn.Conv1d
        The first one: its weight, shape (filters, 4, 19), are the filters; the bases in the order A, T, C, G.
    first : nn.Sequential
        First convolution, batch normalisation (where there is one) and activation.
    rest : nn.Sequential
        All after it, up to the last hidden layer.
    output : nn.Linear

    Raises
    ------
    ValueError
        If the network, activation or initialiser is unknown, or the sequences are too short for the network.
    """

    def __init__(self, config):
        super().__init__()
        if config.network not in NETWORKS:
            raise ValueError(f"network {config.network}: unknown; choose one of {', '.join(NETWORKS)}")
        self.config = config
        layers = LayerStack(config)
        NETWORKS[config.network](layers)
        self.first = nn.Sequential(*layers.of_first)
        self.rest = nn.Sequential(*layers.others)
        self.output = dense(layers.channels, config.classes, bias=True)

    @property
    def convolution(self):
        return self.first[0]

    def kernels(self):
        """Weights of the first convolution, and those of all other convolutions and hidden dense layers: two lists.

        The published L2 penalty is on these; not on the output's.
        """
        others = [part.weight for part in self.rest.modules() if isinstance(part, (nn.Conv1d, nn.Linear))]
        return [self.convolution.weight], others

    def initialise(self, generator):
        """Draw new kernels; biases 0, batch normalisations 1 and 0.

        Parameters
        ----------
        generator : torch.Generator
            On the CPU.

        Returns
        -------
        MotifCnn
            Itself.
        """
        with torch.no_grad():
            for part in self.modules():
                if isinstance(part, (nn.Conv1d, nn.Linear)):
                    draw_kernel(part.weight, part.initialiser, generator)
                    if part.bias is not None:
                        part.bias.zero_()
                elif isinstance(part, nn.BatchNorm1d):
                    part.reset_parameters()
        return self

    def forward(self, bases):
        """Outputs of sequences.

        Parameters
        ----------
        bases : float Tensor, shape (n, 4, length)
            As :func:`one_hot` makes them.

        Returns
        -------
        Tensor, shape (n, classes)
            Logits.
        """
        return self.output(self.rest(self.first(bases)))

    @torch.inference_mode()
    def filter_activations(self, bases):
        """First layer after its activation, in evaluation mode whatever mode the network is in.

        Parameters
        ----------
        bases : float Tensor, shape (n, 4, length)

        Returns
        -------
        Tensor, shape (n, filters, length)
            At position i the filter's 19 columns lie on the bases i - 9 to i + 9; beyond the ends are zeros.
        """
        was_training = self.first.training
        self.first.eval()
        try:
            return self.first(bases)
        finally:
            self.first.train(was_training)


def one_hot(codes, device="cpu", dtype=torch.float32):
    """Codes of bases as the input of a network.

    Parameters
    ----------
    codes : ndarray or Tensor of uint8, shape (n, length)
        A, T, C, G = 0 to 3; 4 unknown, 5 outside.

    Returns
    -------
    Tensor, shape (n, 4, length)
        1 for the base; a quarter of each where it is unknown, 0 outside.
    """
    table = torch.zeros(6, 4, dtype=dtype, device=device)
    table[:4] = torch.eye(4)
    table[4] = 0.25
    return table[torch.as_tensor(codes, device=device).long()].transpose(1, 2).contiguous()
