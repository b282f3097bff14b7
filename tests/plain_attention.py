"""The attention by its definition, query by query: the truth for the blocked kernels."""

import torch


def plain_attention(qkv, bias, position, first, keys_exist=None):
    """Softmax attention over a sliding window; arguments as ``WindowAttention.forward``.

    Returns
    -------
    out : Tensor, shape (b, heads, n, d_head)
    scores : Tensor, shape (b, heads, n, window)
        Keys upstream first.
    """
    window = position.shape[-1]
    q, k, v = qkv
    out, scores = [], []
    for r in range(qkv.shape[3] - window + 1):
        query, keys = q[:, :, first + r], k[:, :, r:r + window]
        logits = (query[:, :, None] * keys).sum(-1) + ((query + bias)[..., None] * position).sum(2)
        if keys_exist is not None:
            logits = logits.masked_fill(~keys_exist[:, None, r:r + window], -torch.inf)
        scores.append(torch.exp(logits - logits.logsumexp(-1, keepdim=True)))
        out.append((scores[-1][..., None] * v[:, :, r:r + window]).sum(2))
    return torch.stack(out, 2), torch.stack(scores, 2)
