"""The plain formulation of the same network, as the published code of 2021 computes it: what the kernels are held to.

Transformer-XL over batches of segments, as long as the window, with the states of the segment before as memory: keys
and values of memory and segment computed anew in every segment, the relative positions by Transformer-XL's shift of a
product with all distances, all scores of a segment at once, a mask for what lies outside of the window. Written from
the published description (Dai et al. 2019; Clauwaert et al. 2021), time first, as theirs.
"""

import torch
from torch import nn
from torch.nn import functional as F


class PublishedForm(nn.Module):
    """A network of ``attentome.network.transformer`` without its options, in the plain formulation, with its weights.

    Parameters
    ----------
    network : Network
    memory : int
        States kept of what came before. With ``window`` of them each query has all its keys, but the convolutions see
        zeros before the first of them, as published; with conv_width - 1 more the outputs are those of the network.
    """

    def __init__(self, network, memory):
        super().__init__()
        self.config, self.memory = network.config, memory
        self.embedding, self.u, self.v = network.embedding, network.u, network.v
        self.layers, self.logits = network.layers, network.logits

    def forward(self, tokens, memories=None):
        """Logits of one segment of each row.

        Parameters
        ----------
        tokens : int64 Tensor, shape (n, b)
        memories : list of Tensor, one a layer, shape (at most memory, b, d_model), optional
            What this gave for the segments before; None at the start.

        Returns
        -------
        logits : Tensor, shape (n, b, 2)
        memories : list of Tensor
        """
        c = self.config
        x = self._dropout(self.embedding[tokens] * c.d_model**0.5)
        memories = memories or [x[:0]] * c.layers
        n, before = len(x), len(memories[0])
        position = torch.arange(n + before - 1, -1, -1.0, device=x.device).to(x.dtype)
        frequency = 1 / 10000 ** (torch.arange(0, c.d_model, 2, device=x.device).to(x.dtype) / c.d_model)
        angle = position[:, None] * frequency
        distances = self._dropout(torch.cat([angle.sin(), angle.cos()], -1))
        ones = torch.ones(n, n + before, dtype=torch.bool, device=x.device)
        hidden = ones.triu(1 + before) | ones.tril(before - c.window)
        kept = []
        for layer, memory in zip(self.layers, memories, strict=True):
            kept.append(torch.cat([memory, x])[-self.memory :].detach() if self.memory else x[:0].detach())
            x = self._layer(layer, x, memory, distances, hidden)
        return self.logits(self._dropout(x)), kept

    def _layer(self, layer, x, memory, distances, hidden):
        c = self.config
        (n, b), seen = x.shape[:2], torch.cat([memory, x])
        q, k, v = (
            self._convolved(layer, part, projected.reshape(len(seen), b, c.heads, c.d_head))
            for part, projected in enumerate(layer.qkv(seen).chunk(3, -1))
        )
        q, r = q[-n:], layer.distance(distances).view(len(seen), c.heads, c.d_head)
        content = torch.einsum("ibnd,jbnd->ijbn", q + self.u, k)
        by_distance = _shifted(torch.einsum("ibnd,jnd->ijbn", q + self.v, r))
        logits = ((content + by_distance) / c.d_head**0.5).masked_fill(hidden[:, :, None, None], -torch.inf)
        attended = torch.einsum("ijbn,jbnd->ibnd", logits.softmax(1), v)
        return layer.norm(x + self._dropout(layer.out(attended.reshape(n, b, -1))))

    def _convolved(self, layer, part, x):
        """Convolution of all heads by the same weights: (n, b, heads, d_head) to the same, zeros beyond the ends."""
        c = self.config
        n, b = x.shape[:2]
        left = c.conv_width - 1 if c.padding == "causal" else c.conv_width // 2
        x = F.pad(x.permute(1, 2, 3, 0).reshape(b * c.heads, c.d_head, n), (left, c.conv_width - 1 - left))
        x = F.conv1d(x, layer.conv_weight[part], layer.conv_bias[part])
        return x.view(b, c.heads, c.d_head, n).permute(3, 0, 1, 2)

    def _dropout(self, x):
        return F.dropout(x, self.config.dropout, self.training)


def _shifted(x):
    """Transformer-XL's relative shift: column j of row i moves to j - (n - 1 - i). (n, keys, b, heads) to the same."""
    n, keys, *rest = x.shape
    return torch.cat([x.new_zeros(n, 1, *rest), x], 1).view(keys + 1, n, *rest)[1:].view(n, keys, *rest)
