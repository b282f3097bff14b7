"""Softmax attention over a sliding window with Transformer-XL relative positions, exact and in blocks.

Query r of n meets the ``window`` keys r .. r + window - 1 of n + window - 1. The logit of key r + j is
``(q_r + u) . k_(r+j) + (q_r + v) . W_r R(window - 1 - j)``, divided by sqrt(d_head), with the sinusoids
``R(t) = [sin(t w), cos(t w)]`` of the place t in the window, counted from its downstream end (Dai et al. 2019, 3.3).

* A block of queries meets only the ``block + window - 1`` keys that any of them may see. Nothing of the size positions
  x positions is ever made; as many blocks as fit into the cache are computed together.
* In the block's products of queries and keys (block x span), each query's window begins one column farther right than
  that of the query before: the windows are a strided view (:func:`band`), block x window.
* ``W_r R`` is the same for all queries: one small matrix (d_head x window) a head, so that the position term is one
  product with it, written to that view. The product of queries and keys is added to it. Values outside the windows are
  set very low once, for all blocks, and stay so: no mask is ever applied.
"""

from dataclasses import dataclass

import torch

QUERY_BLOCK = {"cpu": 64, "cuda": 512}
"""Queries of a block that is computed alone."""
SHORT_BLOCK = 32
"""Queries of a block that is computed together with others."""
SCORE_CELLS = {"cpu": 2**18, "cuda": 2**27}
"""Maximum of scores computed together; short blocks are used if at least eight of them fit."""
NEVER = -1e30


def sinusoid(n, frequencies, device):
    """``[sin(t w), cos(t w)]`` of the places t = 0..n-1: float64, shape (n, 2 x number of frequencies w)."""
    angle = torch.arange(n, dtype=torch.float64, device=device)[:, None] * frequencies.to(device)
    return torch.cat([angle.sin(), angle.cos()], -1)


def attend(q, k, v, q_position, position, keys_exist=None, watch=None, kept=None):
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
        shape (b, heads, block, keys that the block meets), 0 outside a query's window; see :func:`band`.
    kept : list, optional
        Receives the scores of all runs of blocks, shape (b, heads, blocks, block, keys that a block meets).

    Returns
    -------
    Tensor, shape (b, heads, n, d_head)
    """
    b, heads, n, _ = q.shape
    window = position.shape[-1]
    q, k, v, q_position = (each.flatten(0, 1) for each in (q, k, v, q_position))
    position = position.repeat(b, 1, 1)
    hidden = None if keys_exist is None or bool(keys_exist.all()) else ~keys_exist
    out = torch.empty_like(q, memory_format=torch.contiguous_format)
    logits = scores = q.new_empty(0)
    for run in runs(n, window, k, watch is not None):
        shape = len(q) * run.count, run.block, run.span
        if logits.shape != shape:
            # Outside the windows they stay so low that no product matters.
            logits = q.new_full(shape, NEVER)
        if scores.shape != shape or kept is not None:
            scores = torch.empty_like(logits)
        windows = band(logits, window)
        if run.count == 1:
            torch.bmm(q_position[:, run.queries], position, out=windows)
        else:
            windows.copy_(torch.bmm(q_position[:, run.queries], position).view_as(windows))
        logits.baddbmm_(run.blocks(q), run.windows(k).transpose(1, 2))
        by_head = b, heads, run.count, run.block, run.span
        if hidden is not None:
            here = hidden[:, run.keys].unfold(1, run.span, run.block)[:, None, :, None]
            logits.view(by_head).masked_fill_(here, NEVER)
        torch.softmax(logits, -1, out=scores)
        if hidden is not None:
            scores.view(by_head).masked_fill_(here, 0)
        if run.count == 1:
            torch.bmm(scores, run.windows(v), out=out[:, run.queries])
        else:
            out[:, run.queries] = torch.bmm(scores, run.windows(v)).view(b * heads, -1, v.shape[-1])
        if watch:
            watch(run.start, scores.view(by_head)[:, :, 0])
        if kept is not None:
            kept.append(scores.view(by_head))
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
            Position bias less content bias, divided by sqrt(d_head).
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
        q, (k, v) = qkv[0, :, :, first : first + n], qkv[1:]
        ctx.scores = []
        out = attend(q, k, v, q + bias[:, None], position, keys_exist, kept=ctx.scores)
        ctx.save_for_backward(qkv, bias, position, out)
        ctx.first = first
        window = position.shape[-1]
        scores = None
        if by_distance:
            scores = torch.cat([band(part, window).flatten(2, 3).flip(-1) for part in ctx.scores], 2)
            ctx.mark_non_differentiable(scores)
        return out, scores

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, d_out, _):
        qkv, bias, position, out = ctx.saved_tensors
        b, heads, n, d_head = out.shape
        window = position.shape[-1]
        d_qkv, d_position = torch.zeros_like(qkv), torch.zeros_like(position).repeat(b, 1, 1)
        q = qkv[0, :, :, ctx.first : ctx.first + n]
        q_position, q = (q + bias[:, None]).flatten(0, 1), q.flatten(0, 1)
        (k, v), (d_k, d_v) = qkv[1:].flatten(1, 2), d_qkv[1:].flatten(1, 2)
        d_out = d_out.flatten(0, 1)
        mean = (d_out * out.flatten(0, 1)).sum(-1, keepdim=True)
        d_q, d_q_position = torch.empty_like(d_out), torch.empty_like(d_out)
        to_place = position.repeat(b, 1, 1).transpose(1, 2)
        for run, scores in zip(runs(n, window, k), ctx.scores, strict=True):
            scores = scores.flatten(0, 2)
            d_here = run.blocks(d_out)
            run.add_windows(d_v, torch.bmm(scores.transpose(1, 2), d_here))
            # 0 outside the windows, because the scores are.
            d_logits = torch.bmm(d_here, run.windows(v).transpose(1, 2)).sub_(run.blocks(mean)).mul_(scores)
            run.add_windows(d_k, torch.bmm(d_logits.transpose(1, 2), run.blocks(q)))
            d_q[:, run.queries] = torch.bmm(d_logits, run.windows(k)).view(b * heads, -1, d_head)
            d_windows = band(d_logits, window)
            if run.count > 1:
                d_windows = d_windows.unflatten(0, (-1, run.count)).flatten(1, 2)
            d_q_position[:, run.queries] = torch.bmm(d_windows, to_place)
            d_position.baddbmm_(q_position[:, run.queries].transpose(1, 2), d_windows)
        shape = b, heads, n, d_head
        d_qkv[0, :, :, ctx.first : ctx.first + n] = (d_q + d_q_position).view(shape)
        return (
            d_qkv,
            d_q_position.view(shape).sum((0, 2)),
            d_position.view(b, *position.shape).sum(0),
            None,
            None,
            None,
        )


@dataclass(frozen=True)
class Run:
    """Blocks of queries that are computed together.

    Attributes
    ----------
    start : int
        First query.
    count, block : int
        Blocks, and queries of each.
    span : int
        Keys that a block meets.
    """

    start: int
    count: int
    block: int
    span: int

    @property
    def queries(self):
        """All its queries: slice."""
        return slice(self.start, self.start + self.count * self.block)

    @property
    def keys(self):
        """All its keys: slice."""
        return slice(self.start, self.start + (self.count - 1) * self.block + self.span)

    def blocks(self, x):
        """Rows of each block of queries: (rows, n, d) to (rows x count, block, d)."""
        x = x[:, self.queries]
        return x if self.count == 1 else x.unflatten(1, (self.count, self.block)).flatten(0, 1)

    def windows(self, x):
        """Rows of the keys that each block meets: (rows, keys, d) to (rows x count, span, d)."""
        x = x[:, self.keys]
        return x if self.count == 1 else x.unfold(1, self.span, self.block).transpose(2, 3).flatten(0, 1)

    def add_windows(self, total, parts):
        """Add (rows x count, span, d) to the keys' (rows, keys, d): the transpose of :meth:`windows`."""
        if self.count == 1:
            total[:, self.keys] += parts
            return
        parts = parts.unflatten(0, (-1, self.count))
        for first in range(0, self.span, self.block):
            # The same keys of all blocks: no two of them coincide.
            part = parts[:, :, first : first + self.block]
            here = total[:, self.start + first : self.keys.stop]
            here.unfold(1, part.shape[2], self.block)[:, : self.count].transpose(2, 3).add_(part)


def runs(n, window, keys, alone=False):
    """Cut n queries into runs of blocks.

    Parameters
    ----------
    n, window : int
    keys : Tensor, shape (rows, n + window - 1 or more, d_head)
    alone : bool
        Whether every block is a separate run.

    Returns
    -------
    list of Run
        A block meets block + window - 1 keys, and one more that none of its queries sees: a product's rows are then as
        long as whole cache lines. The last block is a separate run, which may have no such key.
    """
    block, together = QUERY_BLOCK[keys.device.type], 1
    fitting = SCORE_CELLS[keys.device.type] // (len(keys) * SHORT_BLOCK * (SHORT_BLOCK + window))
    if fitting >= 8 and not alone:
        block, together = SHORT_BLOCK, fitting
    full = (n - 1) // block
    counts = [min(together, full - done) for done in range(0, full, together)]
    found = [Run(number * together * block, count, block, block + window) for number, count in enumerate(counts)]
    start = full * block
    return [*found, Run(start, 1, n - start, min(n - start + window, keys.shape[1] - start))]


def band(block, window):
    """The windows of a block of queries within all keys that the block meets.

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
