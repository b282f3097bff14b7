"""Softmax attention over a sliding window with Transformer-XL relative positions, exact and in blocks.

Query r of n meets the ``window`` keys r .. r + window - 1 of n + window - 1. The logit of key r + j is
``(q_r + u) . k_(r+j) + (q_r + v) . W_r R(window - 1 - j)``, divided by sqrt(d_head), with the sinusoids
``R(t) = [sin(t w), cos(t w)]`` of the place t in the window, counted from its downstream end (Dai et al. 2019, 3.3).

* A block of queries meets only the ``block + window - 1`` keys that any of them may see. Nothing of the size positions
  x positions is ever made, and a block fits into the cache.
* In the block's products of queries and keys (block x span), each query's window begins one column further right than
  that of the query before: the windows are a strided view (:func:`band`), block x window, without a copy or a mask.
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
        False where a key lies beyond the end of a linear contig.
    watch : callable, optional
        ``watch(start, scores)`` gets the scores of each block of queries: ``start`` is its first query, ``scores`` has
        shape (b, heads, block, window), keys upstream first.

    Returns
    -------
    Tensor, shape (b, heads, n, d_head)
    """
    b, heads, n, _ = q.shape
    window = position.shape[-1]
    q, k, v, q_position = (each.flatten(0, 1) for each in (q, k, v, q_position))
    position = position.repeat(b, 1, 1)
    hidden = None if keys_exist is None or bool(keys_exist.all()) else ~keys_exist.unfold(1, window, 1)
    out = torch.empty_like(q, memory_format=torch.contiguous_format)
    spread = None
    for start, stop in blocks(n, q.device):
        logits = torch.baddbmm(band(products(q, k, start, stop, window), window), q_position[:, start:stop], position)
        logits = logits.view(b, heads, stop - start, window)
        if hidden is not None:
            logits.masked_fill_(hidden[:, None, start:stop], NEVER)
        scores = torch.softmax(logits, -1)
        spread = spread_out(scores.flatten(0, 1), spread)
        out[:, start:stop] = torch.bmm(spread, v[:, start:stop + window - 1])
        if watch:
            watch(start, scores)
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
        scores = torch.cat(ctx.scores, 2).flip(-1) if by_distance else None
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
        to_distance = position.repeat(b, 1, 1).transpose(1, 2)
        spread = None
        for (start, stop), scores in zip(blocks(n, q.device), ctx.scores, strict=True):
            queries, seen = slice(start, stop), slice(start, stop + window - 1)
            scores = scores.flatten(0, 1)
            spread = spread_out(scores, spread)
            d_v[:, seen] += torch.bmm(spread.transpose(1, 2), d_out[:, queries])
            d_scores = band(products(d_out, v, start, stop, window), window)
            d_logits = (d_scores - mean[:, queries]).mul_(scores)
            d_q_position[:, queries] = torch.bmm(d_logits, to_distance)
            d_position.baddbmm_(q_position[:, queries].transpose(1, 2), d_logits)
            spread = spread_out(d_logits, spread)
            d_q[:, queries] = torch.bmm(spread, k[:, seen])
            d_k[:, seen] += torch.bmm(spread.transpose(1, 2), q[:, queries])
        shape = b, heads, n, d_head
        d_qkv[0, :, :, ctx.first:ctx.first + n] = (d_q + d_q_position).view(shape)
        return (d_qkv, d_q_position.view(shape).sum((0, 2)), d_position.view(b, *position.shape).sum(0), None, None,
                None)


def blocks(n, device):
    """Cut n queries into blocks: (start, stop) of each, 0-based half-open."""
    block = BLOCK_CUDA if device.type == "cuda" else BLOCK
    return [(start, min(start + block, n)) for start in range(0, n, block)]


def products(left, right, start, stop, window):
    """Products of the rows start..stop of ``left`` with all rows of ``right`` that they meet.

    Shape (rows, stop - start, stop - start + window - 1), or one column more, which nobody meets: it makes the rows of
    the product as long as cache lines where window and block are, and is left out at the end of ``right``.
    """
    return torch.bmm(left[:, start:stop], right[:, start:stop + window].transpose(1, 2))


def band(block, window):
    """The windows of a block of queries in their products with all keys: (rows, m, m + window - 1 or more) to a view
    of shape (rows, m, window).
    """
    row, query, key = block.stride()
    return block.as_strided((*block.shape[:2], window), (row, query + key, key), block.storage_offset())


def spread_out(scores, held=None):
    """Inverse of :func:`band`: the windows of a block of queries, at their keys, and 0 at all others.

    Parameters
    ----------
    scores : Tensor, shape (rows, m, window)
    held : Tensor, optional
        What an earlier call gave for a block as long or longer; it is written over.

    Returns
    -------
    Tensor, shape (rows, m, m + window - 1)
    """
    rows, m, window = scores.shape
    if held is None:
        held = scores.new_zeros(rows, m, m + window - 1)
    held = held[:, :m, :m + window - 1]
    band(held, window).copy_(scores)
    return held
