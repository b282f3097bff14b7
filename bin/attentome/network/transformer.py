"""The network: Transformer-XL attention over a sliding window, with convolved queries, keys and values.

Source: Clauwaert, Menschaert & Waegeman 2021 (bbab060) and its released code. With ``padding="same"`` and the published
weights it computes what that code computes for one sequence; with ``padding="causal"`` (default) the convolutions look
upstream only, so that nothing beyond the query can reach its output.

The network is *valid* throughout: each layer turns n positions into fewer, those whose whole window of keys lies in
the input. So a call with ``upstream + n + downstream`` codes gives n exact outputs (:meth:`Network.context`), the same
for every segment length and batch: training, prediction and profiling see the same ``window`` keys everywhere.
Positions beyond the end of a linear contig (code OUTSIDE) are zero to the convolutions and are never keys.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from attentome.genome.contigs import OUTSIDE
from attentome.network import attention
from attentome.network.convolution import Convolution
from attentome.network.streaming import chunk_of, scan_layer, scan_stem


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of a network.

    Attributes
    ----------
    layers, heads : int
        Heads per layer.
    d_model, d_head : int
        Width of the states and of one head; d_model is even.
    window : int
        Keys of each query, its own included.
    conv_width : int
        Width of the convolutions on queries, keys and values, odd for ``same`` padding.
    padding : {"causal", "same"}
        Convolution over the positions i - k + 1 .. i, or centred on i.
    dropout : float
        On the embedding, on each layer's attention output and before the last linear layer.
    ahead : int
        Number of the window's keys that lie downstream of the query; 0 in the published network.
    frequencies : int
        Sinusoids of the relative positions, wavelengths from 3 nt (a codon) to 4 windows in a geometric series; 0 =
        those of Transformer-XL, d_model / 2 from 2 pi to 10000 x 2 pi.
    stem_width, stem_channels, stem_blocks : int
        Convolutions before the first layer in place of the embedding: one over the bases, then residual blocks;
        ``stem_width`` 0 = the embedding.
    stem_growth : int
        Residual block i of the stem, counted from 0, has its taps stem_growth^i nt apart.
    feed_forward : int
        Width of the block after each layer's attention, in multiples of d_model; 0 = none, as published.
    pre_norm : bool
        LayerNorm before each part of a layer instead of after it.
    auxiliary : int
        Further outputs, which training uses and prediction ignores.
    """

    layers: int
    heads: int
    d_model: int
    d_head: int
    window: int
    conv_width: int = 7
    padding: str = "causal"
    dropout: float = 0.0
    ahead: int = 0
    frequencies: int = 0
    stem_width: int = 0
    stem_channels: int = 64
    stem_blocks: int = 0
    stem_growth: int = 1
    feed_forward: int = 0
    pre_norm: bool = False
    auxiliary: int = 0

    def __post_init__(self):
        if self.padding not in ("causal", "same"):
            raise ValueError(f"padding is {self.padding!r}; choose causal or same")
        if self.d_model % 2 or (self.padding == "same" and self.conv_width % 2 == 0):
            raise ValueError("d_model must be even, and conv_width odd with same padding")
        if not 0 <= self.ahead < self.window:
            raise ValueError(
                f"the preset looks {self.ahead} nt ahead, which a window of {self.window} keys cannot: "
                f"give --window {self.ahead + 1} or more"
            )

    @property
    def position_width(self):
        """Numbers that describe a relative position: sine and cosine of each frequency."""
        return 2 * self.frequencies or self.d_model


class Layer(nn.Module):
    """One attention layer, LayerNorm(x + attention(x)) as published, or x + attention(LayerNorm(x)) with ``pre_norm``.

    Where the configuration asks for one, a feed-forward block follows in the same manner; there is none as published.
    """

    def __init__(self, config):
        super().__init__()
        self.config = config
        inner, hidden = config.heads * config.d_head, config.feed_forward * config.d_model
        self.qkv = nn.Linear(config.d_model, 3 * inner, bias=False)
        self.conv_weight = nn.Parameter(torch.empty(3, config.d_head, config.d_head, config.conv_width))
        self.conv_bias = nn.Parameter(torch.zeros(3, config.d_head))
        self.distance = nn.Linear(config.position_width, inner, bias=False)
        self.out = nn.Linear(inner, config.d_model, bias=False)
        self.norm = nn.LayerNorm(config.d_model)
        self.feed_forward = (
            nn.Sequential(nn.Linear(config.d_model, hidden), nn.GELU(), nn.Linear(hidden, config.d_model))
            if hidden
            else None
        )
        self.norm_forward = nn.LayerNorm(config.d_model) if hidden else None

    def projections(self, u, v):
        """Combined weights of the queries, keys and values, and of their positions.

        The projection and the convolution that all heads share are one linear map of conv_width states, so they are
        multiplied together; the scale 1 / sqrt(d_head) and the content bias ``u`` go into the queries' part.

        Returns
        -------
        weight : Tensor, shape (3 x heads x d_head, conv_width x d_model)
        bias : Tensor, shape (3 x heads x d_head,)
        to_position : Tensor, shape (heads, d_head)
            Added to a query, makes its content bias the position bias ``v``.
        position : Tensor, shape (heads, d_head, window)
            Position part of the keys, upstream first; see :mod:`attentome.network.attention`.
        """
        c = self.config
        kind = {"dtype": torch.float64, "device": u.device}
        scale = torch.tensor([1 / math.sqrt(c.d_head), 1, 1], **kind)[:, None, None]
        content = torch.stack([u, torch.zeros_like(u), torch.zeros_like(u)])
        # Small products, in float64: their rounding would affect every position.
        weight = torch.einsum(
            "soik,shid->shokd",
            self.conv_weight.double() * scale[..., None],
            self.qkv.weight.double().view(3, c.heads, c.d_head, c.d_model),
        )
        bias = (self.conv_bias[:, None] + content) * scale
        places = attention.sinusoid(c.window, frequencies(c), u.device).flip(0)
        position = self.distance.weight.double().view(c.heads, c.d_head, -1) @ places.T
        parts = weight.flatten(3).flatten(0, 2), bias.flatten(), (v - u) * scale[0], position
        return tuple(part.to(u.dtype) for part in parts)

    def convolved_qkv(self, x, weight, bias):
        """Queries, keys and values: (b, n, d_model) to (3, b, heads, n - conv_width + 1, d_head), not contiguous."""
        c = self.config
        qkv = Convolution.apply(x, weight, bias)
        return qkv.view(*qkv.shape[:2], 3, c.heads, c.d_head).permute(2, 0, 3, 1, 4)

    def forward(self, x, exists, u, v, keep_scores=False, generator=None):
        """Attend.

        Parameters
        ----------
        x : Tensor, shape (b, n, d_model)
            Zero where nothing exists.
        exists : bool Tensor, shape (b, n), or None
            None where every position exists.
        u, v : Tensor, shape (heads, d_head)
            Content and position biases of all layers.
        keep_scores : bool
            Also return the scores by distance.
        generator : torch.Generator, optional
            Source of dropout; None = no dropout.

        Returns
        -------
        x : Tensor, shape (b, m, d_model)
            m = n - (window - 1) - (conv_width - 1).
        exists : bool Tensor, shape (b, m), or None
        scores : Tensor, shape (b, heads, m, window), or None
        """
        c = self.config
        left, right = self.context()
        weight, bias, to_position, position = self.projections(u, v)
        qkv = self.convolved_qkv(self.before_attention(x, exists), weight, bias).contiguous()
        keys_exist = None if exists is None else exists[:, left : exists.shape[1] - right]
        # Places count from the window's downstream end, which is the query itself unless it looks ahead.
        first = c.window - 1 - c.ahead
        heads, scores = attention.WindowAttention.apply(qkv, to_position, position, first, keys_exist, keep_scores)
        here = slice(left + first, left + first + heads.shape[2])
        exists = None if exists is None else exists[:, here]
        return self.after_attention(x[:, here], heads, exists, generator), exists, scores

    def context(self):
        """Positions that the convolution needs before and after those it returns."""
        return _context(self.config.conv_width, self.config.padding)

    def before_attention(self, x, exists):
        """Inputs of queries, keys and values: the states, (b, n, d_model), or their LayerNorm."""
        return _masked(self.norm(x), exists) if self.config.pre_norm else x

    def after_attention(self, x, heads, exists, generator=None):
        """Add the heads' outputs, (b, heads, n, d_head), to the states x, (b, n, d_model); then the feed-forward."""
        c = self.config
        x = x + dropout(self.out(heads.transpose(1, 2).flatten(2)), c.dropout, generator)
        x = x if c.pre_norm else self.norm(x)
        if self.feed_forward:
            update = self.feed_forward(self.norm_forward(x) if c.pre_norm else x)
            x = x + dropout(update, c.dropout, generator)
            x = x if c.pre_norm else self.norm_forward(x)
        return _masked(x, exists)


class Stem(nn.Module):
    """Convolutions over the bases in place of the embedding: one over the bases, residual blocks, one linear map.

    Each is valid: a convolution with taps ``gap`` nt apart takes (width - 1) x gap positions.
    """

    def __init__(self, config):
        super().__init__()
        width, channels = config.stem_width, config.stem_channels
        self.config = config
        self.bases = nn.Conv1d(4, channels, width)
        self.blocks = nn.ModuleList(nn.Conv1d(channels, channels, width) for _ in range(config.stem_blocks))
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(config.stem_blocks))
        self.out = nn.Linear(channels, config.d_model)

    def forward(self, bases, exists, generator):
        """Shares of the four bases (b, n, 4), zero where nothing exists, to states (b, m, d_model); and ``exists``."""
        c = self.config
        left, right = _context(c.stem_width, c.padding)
        x = F.gelu(_convolved(self.bases, bases, 1))
        exists = None if exists is None else exists[:, left : exists.shape[1] - right]
        for block, norm, gap in zip(self.blocks, self.norms, stem_gaps(c), strict=True):
            here = slice(left * gap, x.shape[1] - right * gap)
            update = F.gelu(_convolved(block, _masked(norm(x), exists), gap))
            x = x[:, here] + dropout(update, c.dropout, generator)
            exists = None if exists is None else exists[:, here]
        return _masked(self.out(x), exists), exists


def stem_gaps(config):
    """Distance between the taps of each residual block of the stem, nt."""
    return [config.stem_growth**block for block in range(config.stem_blocks)]


def _convolved(conv, x, gap):
    """A convolution along the positions of (b, n, channels), its taps ``gap`` positions apart."""
    return Convolution.apply(x, conv.weight.transpose(1, 2).flatten(1), conv.bias, gap)


def _masked(x, exists):
    return x if exists is None else x * exists[:, :, None]


class Network(nn.Module):
    """The whole network: embedding, attention layers, logits."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = None if config.stem_width else nn.Parameter(torch.empty(4, config.d_model))
        self.stem = Stem(config) if config.stem_width else None
        self.u = nn.Parameter(torch.empty(config.heads, config.d_head))
        self.v = nn.Parameter(torch.empty(config.heads, config.d_head))
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.d_model) if config.pre_norm else None
        self.logits = nn.Linear(config.d_model, 2)
        self.auxiliary = nn.Linear(config.d_model, config.auxiliary) if config.auxiliary else None

    def initialise(self, generator, std, spread=0.0):
        """Draw new values for all weights.

        Parameters
        ----------
        generator : torch.Generator
        std : float
            Weights are normal with this standard deviation, 0 = 1 / sqrt(inputs) of each; biases 0, LayerNorm gains 1.
        spread : float
            If not 0, each head of a layer starts with a preference for its own part of the window, the parts side by
            side: logits ``-spread x`` half the squared distance from the part's middle, in parts.
        """
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.endswith("bias"):
                    parameter.zero_()
                elif "norm" in name:
                    parameter.fill_(1.0)
                elif name.endswith("conv_weight"):
                    bound = 1 / math.sqrt(parameter.shape[2] * parameter.shape[3])
                    parameter.uniform_(-bound, bound, generator=generator)
                else:
                    inputs = parameter[0].numel() if parameter.dim() > 1 and name not in ("u", "v") else 1
                    parameter.normal_(0.0, std or 1 / math.sqrt(inputs), generator=generator)
            if spread:
                for number, layer in enumerate(self.layers):
                    self._spread_heads(layer, (number + 0.5) / len(self.layers), spread)
        return self

    def _spread_heads(self, layer, place, spread):
        """Change a layer's position weights by the minimum that gives each head its preference at v; see initialise."""
        c = self.config
        basis = attention.sinusoid(c.window, frequencies(c), self.v.device)
        parts = torch.arange(c.window, dtype=torch.float64)[:, None] / c.window * c.heads
        wanted = -spread * ((parts - torch.arange(c.heads) - place).clamp(-3, 3) ** 2) / 2
        # Directions that the sinusoids hardly resolve are left out: they would turn rounding into weights.
        wanted = torch.linalg.lstsq(basis, (wanted - wanted.mean(0)) * math.sqrt(c.d_head), rcond=1e-4).solution.T
        weights = layer.distance.weight.view(c.heads, c.d_head, -1)
        v = self.v.double()
        missing = wanted - torch.einsum("hi,hip->hp", v, weights.double())
        weights += (v[:, :, None] * missing[:, None] / (v**2).sum(-1)[:, None, None]).to(weights.dtype)

    def context(self):
        """(upstream, downstream): positions that a call needs before and after those it scores, in nt."""
        c = self.config
        left, right = _context(c.conv_width, c.padding)
        stem_left, stem_right = self.stem_context()
        return (c.layers * (left + c.window - 1 - c.ahead) + stem_left, c.layers * (right + c.ahead) + stem_right)

    def stem_context(self):
        """(upstream, downstream): positions that the stem needs before and after those it returns, in nt."""
        c = self.config
        if not c.stem_width:
            return 0, 0
        left, right = _context(c.stem_width, c.padding)
        taken = 1 + sum(stem_gaps(c))
        return taken * left, taken * right

    def key_context(self, layer):
        """(upstream, downstream): how far around a key of a layer (0-based) convolutions alone reach, in nt."""
        left, right = _context(self.config.conv_width, self.config.padding)
        stem_left, stem_right = self.stem_context()
        return stem_left + (layer + 1) * left, stem_right + (layer + 1) * right

    def embed(self, tokens, exists=None, generator=None):
        """Codes to states: (b, n) to (b, m, d_model) and ``exists``, which the stem shortens.

        UNKNOWN is the mean of the four bases, OUTSIDE is zero.
        """
        table = torch.eye(4, dtype=self.u.dtype, device=tokens.device) if self.stem else self.embedding
        table = torch.cat([table, table.mean(0, keepdim=True), torch.zeros_like(table[:1])])
        if self.stem:
            return self.stem(table[tokens], exists, generator)
        return dropout(table[tokens] * math.sqrt(self.config.d_model), self.config.dropout, generator), exists

    def forward(self, tokens, keep_scores=False, generator=None):
        """Score positions.

        Parameters
        ----------
        tokens : int64 Tensor, shape (b, upstream + n + downstream)
            Codes in reading direction; see :meth:`context`.
        keep_scores : bool
            Also return the attention scores.
        generator : torch.Generator, optional
            Source of dropout, in training; None = no dropout. The draws depend on the generator alone.

        Returns
        -------
        logits : Tensor, shape (b, n, 2 + auxiliary)
            Not TSS, TSS, auxiliary outputs.
        scores : list of Tensor, one per layer, shape (b, heads, n, window)
            Scores of the n scored positions by distance; empty unless requested.
        """
        n = self._scored(tokens)
        exists = tokens != OUTSIDE
        x, exists = self.embed(tokens, None if bool(exists.all()) else exists, generator)
        scores = []
        for layer in self.layers:
            x, exists, layer_scores = layer(x, exists, self.u, self.v, keep_scores, generator)
            if keep_scores:
                first = self.queries_before(len(scores))
                scores.append(layer_scores[:, :, first : first + n])
        x = self.norm(x) if self.config.pre_norm else x
        x = dropout(x, self.config.dropout, generator)
        outputs = self.logits(x)
        return outputs if self.auxiliary is None else torch.cat([outputs, self.auxiliary(x)], -1), scores

    @torch.inference_mode()
    def scan(self, tokens, watch=None, chunk=None):
        """Score a long stretch, in memory that hardly grows with it.

        Parameters
        ----------
        tokens : int64 Tensor, shape (b, upstream + n + downstream)
            Codes in reading direction; see :meth:`context`.
        watch : callable, optional
            ``watch(layer, start, band)`` gets the attention scores of each block of scored positions: ``layer`` is
            0-based, ``start`` the block's first position in 0..n-1, ``band`` a view of shape (b, heads, block, window)
            whose last index is ``window - 1 - t``, keys upstream first. It holds only until ``watch`` returns, which
            may write over it.
        chunk : int, optional
            Positions of a layer computed at once; ``streaming.chunk_of`` chooses.

        Returns
        -------
        Tensor, shape (b, n)
            logit(TSS) - logit(not TSS), as :meth:`forward` gives.
        """
        n, chunk = self._scored(tokens), chunk or chunk_of(self.config, tokens.device)
        exists = tokens != OUTSIDE
        x, exists = scan_stem(self, tokens, None if bool(exists.all()) else exists, chunk)
        for number, layer in enumerate(self.layers):
            crop = watch and self._scored_blocks(watch, number, n)
            x, exists = scan_layer(layer, x, exists, self.u, self.v, chunk, crop)
        return self.tss_logits(x, chunk)

    def tss_logits(self, x, chunk):
        """Outputs of the states after the last layer, in chunks of positions: (b, n, d_model) to (b, n)."""
        return torch.cat(
            [tss_logit(self.logits(self.norm(part) if self.config.pre_norm else part)) for part in x.split(chunk, 1)], 1
        )

    def _scored_blocks(self, watch, layer, n):
        """``watch`` for the blocks of a layer's queries, which are more than the n scored positions."""
        first = self.queries_before(layer)

        def crop(start, band):
            start -= first
            low, high = max(start, 0), min(start + band.shape[2], n)
            if low < high:
                watch(layer, low, band[:, :, low - start : high - start])

        return crop

    def _scored(self, tokens):
        upstream, downstream = self.context()
        n = tokens.shape[1] - upstream - downstream
        if n < 1:
            raise ValueError(f"{tokens.shape[1]} positions given, but the context alone takes {upstream + downstream}")
        return n

    def queries_before(self, layer):
        """Queries of a layer (0-based) upstream of the first scored position."""
        left, _ = self.layers[layer].context()
        return (self.config.layers - 1 - layer) * (left + self.config.window - 1 - self.config.ahead)


def dropout(x, rate, generator):
    """Set each element to 0 with probability ``rate`` (a multiple of 2^-16), else multiply it by 1 / (1 - rate).

    Without a generator, return x itself.
    """
    if generator is None or rate == 0:
        return x
    # One draw of 64 bits serves four elements.
    draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64, device=x.device)
    draws = draws.random_(-(2**63), None, generator=generator).view(torch.int16)[: x.numel()].view(x.shape)
    return x * ((draws >= round(rate * 2**16) - 2**15).to(x.dtype) / (1 - rate))


def _context(width, padding):
    """Positions that a convolution needs before and after those it returns."""
    return (width - 1, 0) if padding == "causal" else ((width - 1) // 2, (width - 1) // 2)


def frequencies(config):
    """Angular frequencies of the relative positions, per nt: float64 Tensor, shape (position_width / 2,).

    Those of Transformer-XL are 10000^(-2i / d_model) (Dai et al. 2019).
    """
    if not config.frequencies:
        return 10000.0 ** (-torch.arange(0, config.d_model, 2, dtype=torch.float64) / config.d_model)
    shortest, longest = 3.0, 4.0 * config.window
    return (
        2 * math.pi / torch.logspace(math.log10(shortest), math.log10(longest), config.frequencies, dtype=torch.float64)
    )


def tss_logit(logits):
    """Output of the network, logit(TSS) - logit(not TSS): probability = sigmoid(output). (..., 2 or more) to (...)."""
    return logits[..., 1] - logits[..., 0]
