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
    def forward(ctx, q, keys, v, d_head, window, keys_exist):
        """Attend.

        Parameters
        ----------
        q : Tensor, shape (b, heads, n, d_head + position_width)
            Content part and rotated position part, divided by sqrt(d_head).
        keys : Tensor, shape (b, heads, n + window - 1, d_head + position_width)
            Content part and phases, which get no gradient. Key r + window - 1 is the last one of query r.
        v : Tensor, shape (b, heads, n + window - 1, d_head)
        d_head, window : int
        keys_exist : bool Tensor, shape (b, n + window - 1), or None
            False where a key lies beyond the end of a linear contig.

        Returns
        -------
        Tensor, shape (b, heads, n, d_head)
        """
        out = torch.empty(*q.shape[:3], v.shape[-1], dtype=q.dtype, device=q.device)
        for row, queries, seen, scores in blocks(q, keys, window, keys_exist):
            torch.bmm(scores, v[row, :, seen], out=out[row, :, queries])
        ctx.save_for_backward(q, keys, v, out)
        ctx.d_head, ctx.window, ctx.keys_exist = d_head, window, keys_exist
        return out

    @staticmethod
    def backward(ctx, d_out):
        q, keys, v, out = ctx.saved_tensors
        d_q, d_k, d_v = torch.empty_like(q), torch.zeros_like(keys), torch.zeros_like(v)
        mean = (d_out * out).sum(-1, keepdim=True)
        for row, queries, seen, scores in blocks(q, keys, ctx.window, ctx.keys_exist):
            d_here = d_out[row, :, queries]
            d_v[row, :, seen] += scores.transpose(1, 2) @ d_here
            d_logits = torch.bmm(d_here, v[row, :, seen].transpose(1, 2)).sub_(mean[row, :, queries]).mul_(scores)
            torch.bmm(d_logits, keys[row, :, seen], out=d_q[row, :, queries])
            d_k[row, :, seen, :ctx.d_head] += d_logits.transpose(1, 2) @ q[row, :, queries, :ctx.d_head]
        return d_q, d_k, d_v, None, None, None


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
    block = block_length(n, window)
    mask = window_mask(block, window, q.dtype, q.device)
    for row in range(q.shape[0]):
        for start in range(0, n, block):
            queries = slice(start, min(start + block, n))
            seen = slice(start, queries.stop + window - 1)
            logits = torch.bmm(q[row, :, queries], keys[row, :, seen].transpose(1, 2))
            logits += mask[:logits.shape[1], :logits.shape[2]]
            if keys_exist is not None:
                logits.masked_fill_(~keys_exist[row, None, None, seen], NEVER)
            yield row, queries, seen, torch.softmax(logits, -1)


def attend(q, k, v, window, keys_exist=None, watch=None):
    """Attention without gradients.

    Parameters
    ----------
    q : Tensor, shape (b, heads, n, d)
        Divided by sqrt(d_head).
    k : Tensor, shape (b, heads, n + window - 1, d)
    v : Tensor, shape (b, heads, n + window - 1, d_head)
    window : int
    keys_exist : bool Tensor, shape (b, n + window - 1), or None
    watch : callable, optional
        ``watch(start, band)`` gets the scores of each block of queries: ``start`` is its first query, ``band`` a view
        of shape (b, heads, block, window), keys upstream first. It holds only until ``watch`` returns.

    Returns
    -------
    Tensor, shape (b, heads, n, d_head)
    """
    out = torch.empty(*q.shape[:3], v.shape[-1], dtype=q.dtype, device=q.device)
    n = q.shape[2]
    block = block_length(n, window)
    mask = window_mask(block, window, q.dtype, q.device)
    for start in range(0, n, block):
        queries = slice(start, min(start + block, n))
        seen = slice(start, queries.stop + window - 1)
        logits = q[:, :, queries] @ k[:, :, seen].transpose(2, 3)
        logits += mask[:logits.shape[2], :logits.shape[3]]
        if keys_exist is not None:
            logits.masked_fill_(~keys_exist[:, None, None, seen], NEVER)
        scores = torch.softmax(logits, -1)
        out[:, :, queries] = scores @ v[:, :, seen]
        if watch:
            watch(start, band(scores, window))
    return out


def block_length(n, window):
    """Queries of a block."""
    return min(n, max(32, min(LARGEST_BLOCK, window // 2)))


def window_mask(block, window, dtype, device):
    """What is added to a block's logits: 0 within the window, NEVER outside; shape (block, block + window - 1)."""
    ahead = torch.arange(block + window - 1, device=device) - torch.arange(block, device=device)[:, None]
    mask = torch.zeros(ahead.shape, dtype=dtype, device=device)
    return mask.masked_fill_((ahead < 0) | (ahead >= window), NEVER)


def band(scores, window):
    """The window of each query in a block's scores (..., block, block + window - 1): a view (..., block, window)."""
    *outer, step, one = scores.stride()
    return scores.as_strided((*scores.shape[:-1], window), (*outer, step + one, one), scores.storage_offset())


def scores_by_distance(q, keys, window, keys_exist=None):
    """The attention scores themselves; arguments as in :meth:`WindowAttention.forward`.

    Returns
    -------
    Tensor, shape (b, heads, n, window)
        Last index ``d`` = distance upstream in nt, 0 = the query itself.
    """
    out = torch.empty(*q.shape[:3], window, dtype=q.dtype, device=q.device)
    for row, queries, _, scores in blocks(q, keys, window, keys_exist):
        out[row, :, queries] = band(scores, window).flip(-1)
    return out

