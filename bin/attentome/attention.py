"""Softmax attention over a sliding window with Transformer-XL relative positions, exact and in blocks.

Query r of n meets the ``window`` keys r .. r + window - 1 of n + window - 1. The logit of key r + j is
``(q_r + u) . k_(r+j) + (q_r + v) . W_r R(window - 1 - j)``, divided by sqrt(d_head), with the sinusoids
``R(t) = [sin(t w), cos(t w)]`` of the place t in the window, counted from its downstream end (Dai et al. 2019, 3.3).

* A block of queries meets only the ``block + window - 1`` keys that any of them may see. Nothing of the size positions
  x positions is ever made, and a block fits into the cache.
* In the block's products of queries and keys (block x span), each query's window begins one column further right than
  that of the query before: the windows are a strided view (:func:`band`), block x window.
* ``W_r R`` is the same for all queries: one small matrix (d_head x window) a head, so that the position term is one
  product with it, added to that view.
"""

import torch

BLOCK = 64
BLOCK_CUDA = 512
NEVER = -1e30


def sinusoid(n, frequencies, device):
    """``[sin(t w), cos(t w)]`` of the places t = 0..n-1: float64, shape (n, 2 x number of frequencies w)."""
    angle = torch.arange(n, dtype=torch.float64, device=device)[:, None] * frequencies.to(device)
    return torch.cat([angle.sin(), angle.cos()], -1)


def attend(q, k, v, q_position, position, keys_exist=None, watch=None):
    """Softmax attention over a sliding window.

    Parameters
    ----------
    q, q_position : Tensor, shape (b, heads, n, d_head)
        Queries with the content and with the position bias, divided by sqrt(d_head).
    k, v : Tensor, shape (b, heads, n + window - 1 or more, d_head)
        Query r sees the keys r .. r + window - 1.
    position : Tensor, shape (heads, d_head, window)
        ``W_r R``, keys upstream first: the last index is ``window - 1 - t``.
    keys_exist : bool Tensor, shape (b, n + window - 1 or more), or None
        False where a key lies beyond the end of a linear contig; such keys have score 0.
    watch : callable, optional
        ``watch(start, scores)`` gets the scores of each block of queries: ``start`` is its first query, ``scores`` has
        shape (b, heads, block, keys that the block meets), 0 outside of a query's window; see :func:`band`.

    Returns
    -------
    Tensor, shape (b, heads, n, d_head)
    """
    b, heads, n, _ = q.shape
    window = position.shape[-1]
    q, k, v, q_position = (each.flatten(0, 1) for each in (q, k, v, q_position))
    position = position.repeat(b, 1, 1)
    hidden = None if keys_exist is None or bool(keys_exist.all()) else ~keys_exist[:, None, None]
    out = torch.empty_like(q, memory_format=torch.contiguous_format)
    mask = None
    for queries, seen in blocks(n, window, k):
        logits = torch.bmm(q[:, queries], k[:, seen].transpose(1, 2))
        band(logits, window).baddbmm_(q_position[:, queries], position)
        mask = window_mask(logits, window) if mask is None else mask
        logits += mask[:logits.shape[1], :logits.shape[2]]
        by_head = logits.view(b, heads, *logits.shape[1:])
        if hidden is not None:
            by_head.masked_fill_(hidden[..., seen], NEVER)
        torch.softmax(logits, -1, out=logits)
        if hidden is not None:
            by_head.masked_fill_(hidden[..., seen], 0)
        out[:, queries] = torch.bmm(logits, v[:, seen])
        if watch:
            watch(queries.start, by_head)
    return out.view(b, heads, n, -1)


class WindowAttention(torch.autograd.Function):
    """:func:`attend` with its gradient, for which it keeps the scores.

    Takes all queries, keys and values in one tensor, so that their gradients are one tensor too.
    """

    @staticmethod
    def forward(ctx, qkv, bias, position, first, keys_exist, by_distance=False):
        """Attend.

        Parameters
        ----------
        qkv : Tensor, shape (3, b, heads, n + window - 1, d_head)
            Queries with the content bias, divided by sqrt(d_head); keys; values.
        bias : Tensor, shape (heads, d_head)
            What turns the content bias into the position bias, divided by sqrt(d_head).
        position : Tensor, shape (heads, d_head, window)
        first : int
            The query whose window begins at key 0.
        keys_exist : bool Tensor, shape (b, n + window - 1), or None

        by_distance : bool
            Also return the scores.

        Returns
        -------
        out : Tensor, shape (b, heads, n, d_head)
        scores : Tensor, shape (b, heads, n, window), or None
            The last index is the place t in the window, 0 = its downstream end. They get no gradient.
        """
        n = qkv.shape[3] - position.shape[-1] + 1
        q, (k, v) = qkv[0, :, :, first:first + n], qkv[1:]
        ctx.scores = []
        out = attend(q, k, v, q + bias[:, None], position, keys_exist, lambda _, scores: ctx.scores.append(scores))
        ctx.save_for_backward(qkv, bias, position, out)
        ctx.first = first
        window = position.shape[-1]
        scores = torch.cat([band(part, window).flip(-1) for part in ctx.scores], 2) if by_distance else None
        if by_distance:
            ctx.mark_non_differentiable(scores)
        return out, scores

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, d_out, _):
        qkv, bias, position, out = ctx.saved_tensors
        b, heads, n, d_head = out.shape
        window = position.shape[-1]
        d_qkv, d_position = torch.zeros_like(qkv), torch.zeros_like(position).repeat(b, 1, 1)
        q = qkv[0, :, :, ctx.first:ctx.first + n]
        q_position, q = (q + bias[:, None]).flatten(0, 1), q.flatten(0, 1)
        (k, v), (d_k, d_v) = qkv[1:].flatten(1, 2), d_qkv[1:].flatten(1, 2)
        d_out = d_out.flatten(0, 1)
        mean = (d_out * out.flatten(0, 1)).sum(-1, keepdim=True)
        d_q, d_q_position = torch.empty_like(d_out), torch.empty_like(d_out)
        to_place = position.repeat(b, 1, 1).transpose(1, 2)
        for (queries, seen), scores in zip(blocks(n, window, k), ctx.scores, strict=True):
            scores, d_here = scores.flatten(0, 1), d_out[:, queries]
            d_v[:, seen] += torch.bmm(scores.transpose(1, 2), d_here)
            # 0 outside of the windows, because the scores are.
            d_logits = torch.bmm(d_here, v[:, seen].transpose(1, 2)).sub_(mean[:, queries]).mul_(scores)
            d_k[:, seen] += torch.bmm(d_logits.transpose(1, 2), q[:, queries])
            d_q[:, queries] = torch.bmm(d_logits, k[:, seen])
            d_windows = band(d_logits, window)
            d_q_position[:, queries] = torch.bmm(d_windows, to_place)
            d_position.baddbmm_(q_position[:, queries].transpose(1, 2), d_windows)
        shape = b, heads, n, d_head
        d_qkv[0, :, :, ctx.first:ctx.first + n] = (d_q + d_q_position).view(shape)
        return (d_qkv, d_q_position.view(shape).sum((0, 2)), d_position.view(b, *position.shape).sum(0), None, None,
                None)


def blocks(n, window, keys):
    """Cut n queries into blocks.

    Parameters
    ----------
    n, window : int
    keys : Tensor, shape (rows, n + window - 1 or more, d_head)

    Returns
    -------
    list of (slice, slice)
        Queries of the block and keys that it meets: block + window - 1, and one more that none of them sees where there
        is one, because a product's rows are then as long as whole cache lines.
    """
    block = BLOCK_CUDA if keys.device.type == "cuda" else BLOCK
    starts = range(0, n, block)
    return [(slice(start, min(start + block, n)), slice(start, min(min(start + block, n) + window, keys.shape[1])))
            for start in starts]


def window_mask(logits, window):
    """What is added to a block's logits: 0 within the windows, NEVER outside; shape of ``logits`` but for its rows."""
    _, block, span = logits.shape
    column = torch.arange(span, device=logits.device) - torch.arange(block, device=logits.device)[:, None]
    return torch.zeros_like(logits[0]).masked_fill_((column < 0) | (column >= window), NEVER)


def band(block, window):
    """The windows of a block of queries within all keys that they meet.

    Parameters
    ----------
    block : Tensor, shape (..., m, m + window - 1 or more)
    window : int

    Returns
    -------
    Tensor, shape (..., m, window)
        A view: query r's window begins at column r.
    """
    *outer, query, key = block.stride()
    return block.as_strided((*block.shape[:-1], window), (*outer, query + key, key), block.storage_offset())
