"""The network: Transformer-XL attention over a sliding window, with convolved queries, keys and values.

Source: Clauwaert, Menschaert & Waegeman 2021 (bbab060) and its released code. With ``padding="same"`` and the published
weights it computes what that code computes for one sequence; with ``padding="causal"`` (default) the convolutions look
upstream only, so that nothing beyond the query can reach its output.

The network is *valid* throughout: each layer turns n positions into fewer, those whose whole window of keys lies in
the input. So a call with ``upstream + n + downstream`` codes gives n exact outputs (:meth:`Network.context`), the same
for every segment length and batch: training, prediction and profiling see the same ``window`` keys everywhere.
Positions beyond the end of a linear contig (code OUTSIDE) are zero to the convolutions and no key to anybody.
"""

import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import nn
from torch.nn import functional as F

from attentome import attention
from attentome.formats import read_json, write_json
from attentome.genome import OUTSIDE

FORMAT = "attentome-model-1"


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
    """

    layers: int
    heads: int
    d_model: int
    d_head: int
    window: int
    conv_width: int = 7
    padding: str = "causal"
    dropout: float = 0.0

    def __post_init__(self):
        if self.padding not in ("causal", "same"):
            raise ValueError(f"padding is {self.padding!r}; choose causal or same")
        if self.d_model % 2 or (self.padding == "same" and self.conv_width % 2 == 0):
            raise ValueError("d_model must be even, and conv_width odd with same padding")


class Layer(nn.Module):
    """One attention layer: LayerNorm(x + attention(x)). There is no feed-forward block, as published."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        inner = config.heads * config.d_head
        self.qkv = nn.Linear(config.d_model, 3 * inner, bias=False)
        self.conv_weight = nn.Parameter(torch.empty(3, config.d_head, config.d_head, config.conv_width))
        self.conv_bias = nn.Parameter(torch.zeros(3, config.d_head))
        self.distance = nn.Linear(config.d_model, inner, bias=False)
        self.out = nn.Linear(inner, config.d_model, bias=False)
        self.norm = nn.LayerNorm(config.d_model)

    def convolved_qkv(self, x):
        """Queries, keys and values: (b, n, d_model) to (3, b, heads, n - conv_width + 1, d_head).

        The projection and the convolution that all heads share are one linear map of conv_width states, so they are
        multiplied together first.
        """
        c = self.config
        project = self.qkv.weight.view(3, c.heads, c.d_head, c.d_model)
        weight = torch.einsum("soik,shid->shokd", self.conv_weight, project).reshape(3 * c.heads * c.d_head, -1)
        bias = self.conv_bias[:, None].expand(3, c.heads, c.d_head).reshape(-1)
        n = x.shape[1] - c.conv_width + 1
        x = torch.cat([x[:, offset:offset + n] for offset in range(c.conv_width)], -1)
        return F.linear(x, weight, bias).view(*x.shape[:2], 3, c.heads, c.d_head).permute(2, 0, 3, 1, 4)

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
        left, right = _conv_context(c)
        q, k, values = self.convolved_qkv(x)
        q = q[:, :, c.window - 1:]
        m = q.shape[2]
        scale = 1 / math.sqrt(c.d_head)
        to_distance = self.distance.weight.view(c.heads, c.d_head, c.d_model)
        phases = attention.sinusoid(k.shape[2], c.d_model, x.device).to(x.dtype)
        q_position = attention.rotate((q + v[:, None]) @ to_distance, phases[c.window - 1:])
        q = torch.cat([q + u[:, None], q_position], -1) * scale
        keys_exist = None if exists is None else exists[:, left:exists.shape[1] - right]
        heads = attention.WindowAttention.apply(q, k, phases, values, c.window, keys_exist)
        update = dropout(self.out(heads.transpose(1, 2).flatten(2)), c.dropout, generator)
        first = left + c.window - 1
        x = self.norm(x[:, first:first + m] + update)
        if exists is not None:
            exists = exists[:, first:first + m]
            x = x * exists[:, :, None]
        scores = attention.scores_by_distance(q, k, phases, c.window, keys_exist) if keep_scores else None
        return x, exists, scores


class Network(nn.Module):
    """The whole network: embedding, attention layers, logits."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.empty(4, config.d_model))
        self.u = nn.Parameter(torch.empty(config.heads, config.d_head))
        self.v = nn.Parameter(torch.empty(config.heads, config.d_head))
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.logits = nn.Linear(config.d_model, 2)

    def initialise(self, generator, std):
        """Draw all weights anew: normal with the given standard deviation, biases 0, LayerNorm gains 1."""
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
                    parameter.normal_(0.0, std, generator=generator)
        return self

    def context(self):
        """(upstream, downstream): positions that a call needs before and behind those it scores, in nt."""
        left, right = _conv_context(self.config)
        return self.config.layers * (left + self.config.window - 1), self.config.layers * right

    def embed(self, tokens):
        """Codes to states: (b, n) to (b, n, d_model); UNKNOWN is the mean of the four bases, OUTSIDE is zero."""
        table = torch.cat([self.embedding, self.embedding.mean(0, keepdim=True), torch.zeros_like(self.embedding[:1])])
        return table[tokens] * math.sqrt(self.config.d_model)

    def forward(self, tokens, keep_scores=False, generator=None):
        """Score positions.

        Parameters
        ----------
        tokens : int64 Tensor, shape (b, upstream + n + downstream)
            Codes in reading direction; see :meth:`context`.
        keep_scores : bool
            Also return the attention scores.
        generator : torch.Generator, optional
            Source of dropout, in training; None = no dropout. What is drawn depends on the generator alone.

        Returns
        -------
        logits : Tensor, shape (b, n, 2)
            Not TSS, TSS.
        scores : list of Tensor, one per layer, shape (b, heads, n, window)
            Scores of the n scored positions by distance; empty unless asked for.
        """
        upstream, downstream = self.context()
        n = tokens.shape[1] - upstream - downstream
        if n < 1:
            raise ValueError(f"{tokens.shape[1]} positions given, but the context alone takes {upstream + downstream}")
        x = dropout(self.embed(tokens), self.config.dropout, generator)
        exists = tokens != OUTSIDE
        exists = None if bool(exists.all()) else exists
        scores = []
        for layer in self.layers:
            x, exists, layer_scores = layer(x, exists, self.u, self.v, keep_scores, generator)
            if keep_scores:
                last = layer_scores.shape[2] - self._downstream_left(len(scores))
                scores.append(layer_scores[:, :, last - n:last])
        return self.logits(dropout(x, self.config.dropout, generator)), scores

    def _downstream_left(self, layer):
        return (self.config.layers - 1 - layer) * _conv_context(self.config)[1]


def dropout(x, rate, generator):
    """Each element 0 with probability ``rate``, else larger by 1 / (1 - rate); without a generator x itself."""
    if generator is None or rate == 0:
        return x
    return x * torch.empty_like(x).bernoulli_(1 - rate, generator=generator) / (1 - rate)


def _conv_context(config):
    k = config.conv_width - 1
    return (k, 0) if config.padding == "causal" else (k // 2, k // 2)


def tss_logit(logits):
    """Output of the network: logit(TSS) - logit(not TSS), so that probability = sigmoid(output). (..., 2) to (...)."""
    return logits[..., 1] - logits[..., 0]


def save_model(folder, network, label_shift, origin):
    """Write ``model.safetensors`` and ``model.json``.

    Parameters
    ----------
    folder : str or Path
    network : Network
    label_shift : int
        Distance of the labelled position downstream of the TSS, nt.
    origin : dict
        Where the weights come from (preset, seed, steps, or the converted file).
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    (folder / "model.safetensors").write_bytes(save(weights))
    upstream, downstream = network.context()
    write_json(folder / "model.json", {
        "format": FORMAT,
        "network": asdict(network.config),
        "n_weights": sum(parameter.numel() for parameter in network.parameters()),
        "label_shift": label_shift,
        "receptive_field": {"upstream_nt": upstream, "downstream_nt": downstream},
        "origin": origin,
    })


def load_model(folder, device="cpu"):
    """Read a model directory.

    Returns
    -------
    network : Network
        In evaluation mode on ``device``.
    description : dict
        The content of ``model.json``.

    Raises
    ------
    ValueError
        If the directory is no model of this format or the weights do not fit its description.
    """
    folder = Path(folder)
    try:
        description = read_json(folder / "model.json")
        weights = load_file(folder / "model.safetensors")
    except OSError as error:
        raise ValueError(f"{folder}: not a model directory (needs model.json and model.safetensors): {error}") from None
    if description.get("format") != FORMAT:
        raise ValueError(f"{folder}/model.json: format is {description.get('format')!r}, expected {FORMAT!r}")
    network = Network(NetworkConfig(**description["network"]))
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"{folder}/model.safetensors does not fit model.json: {error}") from None
    return network.to(device).eval(), description


def choose_device(wanted):
    """``auto``, ``cpu`` or ``cuda`` to a torch device.

    Raises
    ------
    ValueError
        If cuda is asked for and there is none.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ValueError("--device cuda: torch sees no CUDA device; run with --device cpu, or check the driver "
                         "and the container's GPU option")
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def as_tokens(codes, device):
    """Codes (uint8 ndarray of any shape) as an int64 tensor on a device."""
    return torch.from_numpy(codes).to(device, torch.int64)

