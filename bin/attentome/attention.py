"""Softmax attention over a sliding window with Transformer-XL relative positions, exact and in blocks.

A query at position ``i`` attends to the ``window`` keys ``i - window + 1 .. i``, its own key included. The logit of
distance ``d = i - j`` is ``((q_i + u) . k_j + (q_i + v) . W_r R(d)) / sqrt(d_head)`` with the sinusoids
``R(d) = [sin(d w), cos(d w)]`` (Dai et al. 2019, section 3.3). Two identities make it cheap and exact:

* ``(q_i + v) . W_r R(i - j) = a_i . R(i - j)`` with ``a_i = W_r^T (q_i + v)``, and by the addition theorems
  ``a . R(i - j) = rotate(a, i) . [sin(j w), cos(j w)]``: the position term is a plain product of a query part and a
  key part, so that both terms are one product ``[q_i + u, rotate(a_i)] . [k_j, phases_j]``.
* A block of queries meets only the ``block + window - 1`` keys that any of them may see; what lies outside of a query's
  own window is masked. Nothing of the size positions x positions is ever made, and a block fits into the cache.
"""

import torch

LARGEST_BLOCK = 128
NEVER = -1e30


def sinusoid(n, frequencies, device):
    """``[sin(j w), cos(j w)]`` of the positions j = 0..n-1: float64, shape (n, 2 x number of frequencies w)."""
    angle = torch.arange(n, dtype=torch.float64, device=device)[:, None] * frequencies.to(device)
    return torch.cat([angle.sin(), angle.cos()], -1)


def rotate(a, phases):
    """Turn the coefficients of ``R(i - j)`` into those of ``[sin(j w), cos(j w)]``.

    Parameters
    ----------
    a : Tensor, shape (..., n, d_model)
        Coefficients of the sines (first half) and the cosines of the distance.
    phases : Tensor, shape (n, d_model)
        :func:`sinusoid` at the query positions ``i``.

    Returns
    -------
    Tensor, shape (..., n, d_model)
    """
    a_sin, a_cos = a.chunk(2, -1)
    sin_i, cos_i = phases.chunk(2, -1)
    return torch.cat([a_cos * sin_i - a_sin * cos_i, a_sin * sin_i + a_cos * cos_i], -1)


class WindowAttention(torch.autograd.Function):
    """Softmax attention in which query r sees the keys r .. r + window - 1.

    The scores are made block by block and made again in the backward pass; they are never kept.
    """

    @staticmethod
    def forward(ctx, q, k, phases, v, window, keys_exist):
        """Attend.

        Parameters
        ----------
        q : Tensor, shape (b, heads, n, d_head + d_model)
            Content part and rotated position part, divided by sqrt(d_head).
        k, v : Tensor, shape (b, heads, n + window - 1, d_head)
            Key r + window - 1 is query r's own.
        phases : Tensor, shape (n + window - 1, d_model)
            Position part of the keys; gets no gradient.
        window : int
        keys_exist : bool Tensor, shape (b, n + window - 1), or None
            False where a key lies beyond the end of a linear contig.

        Returns
        -------
        Tensor, shape (b, heads, n, d_head)
        """
        keys = _keys(k, phases)
        out = torch.empty(*q.shape[:3], v.shape[-1], dtype=q.dtype, device=q.device)
        for row, queries, seen, scores in blocks(q, keys, window, keys_exist):
            torch.bmm(scores, v[row, :, seen], out=out[row, :, queries])
        ctx.save_for_backward(q, k, phases, v, out)
        ctx.window, ctx.keys_exist = window, keys_exist
        return out

    @staticmethod
    def backward(ctx, d_out):
        q, k, phases, v, out = ctx.saved_tensors
        keys = _keys(k, phases)
        d_q, d_k, d_v = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
        mean = (d_out * out).sum(-1, keepdim=True)
        for row, queries, seen, scores in blocks(q, keys, ctx.window, ctx.keys_exist):
            d_here = d_out[row, :, queries]
            d_v[row, :, seen] += scores.transpose(1, 2) @ d_here
            d_logits = torch.bmm(d_here, v[row, :, seen].transpose(1, 2)).sub_(mean[row, :, queries]).mul_(scores)
            torch.bmm(d_logits, keys[row, :, seen], out=d_q[row, :, queries])
            d_k[row, :, seen] += d_logits.transpose(1, 2) @ q[row, :, queries, :k.shape[-1]]
        return d_q, d_k, None, d_v, None, None


def blocks(q, keys, window, keys_exist=None):
    """The attention scores, block by block.

    Parameters
    ----------
    q : Tensor, shape (b, heads, n, d)
    keys : Tensor, shape (b, heads, n + window - 1, d)
    window : int
    keys_exist : bool Tensor, shape (b, n + window - 1), or None

    Yields
    ------
    row : int
        Place in the batch.
    queries, seen : slice
        Queries of the block, and the keys that any of them sees.
    scores : Tensor, shape (heads, block, block + window - 1)
        Softmax over the window of each query; 0 outside of it.
    """
    n = q.shape[2]
    block = min(n, max(32, min(LARGEST_BLOCK, window // 2)))
    distance = torch.arange(block, device=q.device)[:, None] + window - 1 - torch.arange(block + window - 1,
                                                                                        device=q.device)
    mask = torch.zeros(distance.shape, dtype=q.dtype, device=q.device)
    mask.masked_fill_((distance < 0) | (distance >= window), NEVER)
    for row in range(q.shape[0]):
        for start in range(0, n, block):
            queries = slice(start, min(start + block, n))
            seen = slice(start, queries.stop + window - 1)
            logits = torch.bmm(q[row, :, queries], keys[row, :, seen].transpose(1, 2))
            logits += mask[:logits.shape[1], :logits.shape[2]]
            if keys_exist is not None:
                logits.masked_fill_(~keys_exist[row, None, None, seen], NEVER)
            yield row, queries, seen, torch.softmax(logits, -1)


def scores_by_distance(q, k, phases, window, keys_exist=None):
    """The attention scores themselves; arguments as in :meth:`WindowAttention.forward`.

    Returns
    -------
    Tensor, shape (b, heads, n, window)
        Last index ``d`` = distance upstream in nt, 0 = the query itself.
    """
    out = torch.empty(*q.shape[:3], window, dtype=q.dtype, device=q.device)
    for row, queries, _, scores in blocks(q, _keys(k, phases), window, keys_exist):
        heads, block, span = scores.shape
        # Row r holds distance d at column r + window - 1 - d: one step right from row to row.
        band = scores.as_strided((heads, block, window), (block * span, span + 1, 1))
        out[row, :, queries] = band.flip(-1)
    return out


def _keys(k, phases):
    return torch.cat([k, phases.expand(*k.shape[:2], *phases.shape)], -1)
