"""The network's peer without attention: dilated residual convolutions over the bases, of the same size and interface.

One convolution over the bases, residual blocks whose taps lie 1, 2, 4, ... nt apart, one linear map (van den Oord et
al. 2016 and He et al. 2016 in one dimension). It is *valid* throughout like
:class:`attentome.network.transformer.Network`: a call with ``upstream + n + downstream`` codes gives n outputs, the
same for every segment length. Positions beyond the end of a linear contig are zero to every convolution.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from attentome.genome.contigs import OUTSIDE
from attentome.network.transformer import dropout, tss_logit

CNN_CHUNK = 8192
"""Positions that :meth:`ConvolutionalNetwork.scan` computes at once."""


@dataclass(frozen=True)
class ConvolutionalConfig:
    """Shape of a convolutional network.

    Attributes
    ----------
    channels : int
        Width of the states.
    stem_width : int
        Taps of the convolution over the bases.
    width, blocks : int
        Taps of each residual block, and their number; block i has its taps 2^i nt apart, i = 0, 1, ...
    ahead : int
        Number of the :attr:`view` positions that lie downstream of the query.
    dropout : float
        On each block's addition, and before the last linear map.
    auxiliary : int
        Further outputs, which training uses and prediction ignores.
    """

    channels: int
    stem_width: int
    width: int
    blocks: int
    ahead: int = 0
    dropout: float = 0.0
    auxiliary: int = 0

    def __post_init__(self):
        if self.width % 2 == 0:
            raise ValueError(f"width is {self.width}; it must be odd")
        if not 0 <= self.ahead < self.view:
            raise ValueError(f"ahead is {self.ahead}; it must lie within the {self.view} positions of the view")

    @property
    def view(self):
        """Positions that an output is computed from, the query included."""
        return self.stem_width + (self.width - 1) * (2**self.blocks - 1)


class ConvolutionalNetwork(nn.Module):
    """Residual network of dilated convolutions.

    Parameters
    ----------
    config : ConvolutionalConfig
    """

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.bases = nn.Linear(4 * config.stem_width, config.channels)
        self.blocks = nn.ModuleList(
            nn.Linear(config.channels * config.width, config.channels) for _ in range(config.blocks)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(config.channels) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.channels)
        self.logits = nn.Linear(config.channels, 2)
        self.auxiliary = nn.Linear(config.channels, config.auxiliary) if config.auxiliary else None

    def initialise(self, generator, std, spread=0.0):
        """Draw new values for all weights.

        Parameters
        ----------
        generator : torch.Generator
        std : float
            Weights are normal with this standard deviation, 0 = sqrt(2 / inputs) of each convolution and 1 /
            sqrt(inputs) of the last maps; biases 0, LayerNorm gains 1.
        spread : float
            Of attention heads; ignored here.
        """
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.endswith("bias"):
                    parameter.zero_()
                elif name.startswith("norm"):
                    parameter.fill_(1.0)
                else:
                    gain = 1.0 if name.startswith(("logits", "auxiliary")) else 2.0
                    parameter.normal_(0.0, std or math.sqrt(gain / parameter.shape[1]), generator=generator)
        return self

    def context(self):
        """(upstream, downstream): positions that a call needs before and after those it scores, in nt."""
        return self.config.view - 1 - self.config.ahead, self.config.ahead

    def forward(self, tokens, keep_scores=False, generator=None):
        """Score positions.

        Parameters
        ----------
        tokens : int64 Tensor, shape (b, upstream + n + downstream)
            Codes in reading direction; see :meth:`context`. UNKNOWN counts a quarter of each base.
        keep_scores : bool
            Ignored: there is no attention.
        generator : torch.Generator, optional
            Source of dropout, in training; None = no dropout.

        Returns
        -------
        logits : Tensor, shape (b, n, 2 + auxiliary)
            Not TSS, TSS, auxiliary outputs.
        scores : list
            Empty.
        """
        c = self.config
        if tokens.shape[1] < c.view:
            raise ValueError(f"{tokens.shape[1]} positions given, but the context alone takes {c.view - 1}")
        table = torch.eye(4, dtype=self.bases.weight.dtype, device=tokens.device)
        table = torch.cat([table, table.mean(0, keepdim=True), torch.zeros_like(table[:1])])
        exists = (tokens != OUTSIDE)[:, :, None]
        exists = None if bool(exists.all()) else exists
        x = F.gelu(self.bases(taps(table[tokens], c.stem_width, 1)))
        exists = _middle(exists, c.stem_width - 1)
        for number, (block, norm) in enumerate(zip(self.blocks, self.norms, strict=True)):
            step = 2**number
            states = norm(x) if exists is None else norm(x) * exists
            update = F.gelu(block(taps(states, c.width, step)))
            x = _middle(x, (c.width - 1) * step) + dropout(update, c.dropout, generator)
            exists = _middle(exists, (c.width - 1) * step)
        x = dropout(self.norm(x), c.dropout, generator)
        outputs = self.logits(x)
        return outputs if self.auxiliary is None else torch.cat([outputs, self.auxiliary(x)], -1), []

    @torch.inference_mode()
    def scan(self, tokens, watch=None, chunk=CNN_CHUNK):
        """Outputs of a long stretch in bounded memory, as ``Network.scan``.

        Parameters
        ----------
        tokens : int64 Tensor, shape (b, upstream + n + downstream)
        watch : None
            There are no attention scores to watch.
        chunk : int
            Positions computed at once.

        Returns
        -------
        Tensor, shape (b, n)
            logit(TSS) - logit(not TSS).
        """
        around = self.config.view - 1
        parts = [tokens[:, start : start + chunk + around] for start in range(0, tokens.shape[1] - around, chunk)]
        return torch.cat([tss_logit(self(part)[0]) for part in parts], 1)


def taps(x, width, step):
    """Inputs of a convolution at each place: (b, n, c) to (b, n - (width - 1) x step, width x c)."""
    n = x.shape[1] - (width - 1) * step
    return torch.cat([x[:, start : start + n] for start in range(0, width * step, step)], -1)


def _middle(x, cut):
    """Positions without ``cut`` of them, half at either end; None stays None."""
    return x if x is None or cut == 0 else x[:, cut // 2 : x.shape[1] - (cut - cut // 2)]
