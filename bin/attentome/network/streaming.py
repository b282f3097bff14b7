"""Run a network over long stretches, layer by layer, in memory that does not grow with the stretch.

A layer reads its input in chunks. Queries, keys and values of a chunk are computed once; the last ``window - 1`` of
them stay for the next chunk, so nothing is computed twice. Apart from the states themselves (one array of positions x
d_model, in which each layer overwrites the previous one), only one chunk and one block of attention scores are held.
The equations are those of ``transformer.Layer``.
"""

import torch
from torch.nn.functional import pad

from attentome.network import attention

LAYER_CHUNK = {"cpu": 3 << 16, "cuda": 3 << 20}
"""Values of a layer's queries computed at once: 1,024 positions of the published network on a CPU."""


def chunk_of(config, device):
    """Positions of a layer that are computed at once, so that memory does not depend on the network's width."""
    return max(1, LAYER_CHUNK[device.type] // (config.heads * config.d_head))


def scan_stem(network, tokens, exists, chunk):
    """States before the first layer: as ``Network.embed``, in chunks.

    Parameters
    ----------
    network : Network
    tokens : int64 Tensor, shape (b, n)
    exists : bool Tensor, shape (b, n), or None
    chunk : int

    Returns
    -------
    x : Tensor, shape (b, m, d_model)
    exists : bool Tensor, shape (b, m), or None
    """
    left, right = network.stem_context()
    m = tokens.shape[1] - left - right
    x = network.u.new_empty(len(tokens), m, network.config.d_model)
    for start in range(0, m, chunk):
        here = slice(start, min(start + chunk, m) + left + right)
        x[:, start : start + chunk] = network.embed(tokens[:, here], _part(exists, here))[0]
    return x, _part(exists, slice(left, left + m))


def scan_layer(layer, x, exists, u, v, chunk, watch=None):
    """One layer over a stretch: as ``Layer.forward``, in chunks.

    Parameters
    ----------
    layer : Layer
    x : Tensor, shape (b, n, d_model)
        Zero where nothing exists. It is overwritten.
    exists : bool Tensor, shape (b, n), or None
    u, v : Tensor, shape (heads, d_head)
    chunk : int
        Queries computed at once.
    watch : callable, optional
        ``watch(start, band)`` gets the scores of each block of queries: ``band`` is a view of shape (b, heads, block,
        window), keys upstream first.

    Returns
    -------
    x : Tensor, shape (b, m, d_model)
        m = n - (window - 1) - (conv_width - 1); the beginning of the array that was given.
    exists : bool Tensor, shape (b, m), or None
    """
    (x,), exists = scan_changed_layer(layer, x, exists, u, v, chunk, [_as_found], watch)
    return x, exists


def scan_changed_layer(layer, x, exists, u, v, chunk, changes, watch=None):
    """One layer over a stretch, once for each change of its heads' results: the attention is computed once.

    Parameters
    ----------
    layer, x, exists, u, v, chunk, watch
        As in :func:`scan_layer`.
    changes : list of callable
        ``change(start, heads, values, keys_exist)`` gets what the heads found for each chunk of queries, (b, heads,
        chunk, d_head), ``start`` being its first query, and returns what is to go on in its place; it does not write
        over it. Query r of the chunk sees the keys r .. r + window - 1 of ``values``, shape (b, heads, chunk + window
        - 1, d_head), and ``keys_exist``, bool, shape (b, chunk + window - 1), or None where every key exists.

    Returns
    -------
    states : list of Tensor, each of shape (b, m, d_model)
        One for each change; the first is the beginning of the array that was given.
    exists : bool Tensor, shape (b, m), or None
    """
    c = layer.config
    left, right = layer.context()
    kept, first = c.window - 1, c.window - 1 - c.ahead
    m = x.shape[1] - left - right - kept
    chunk = min(chunk, m)
    weight, bias, to_position, position = layer.projections(u, v)

    def qkv(part):
        return layer.convolved_qkv(layer.before_attention(x[:, part], _part(exists, part)), weight, bias)

    held = x.new_zeros(3, len(x), c.heads, kept + chunk + 1, c.d_head)
    held[:, :, :, :kept] = qkv(slice(0, kept + left + right))
    keys_exist = None if exists is None else pad(exists[:, left : x.shape[1] - right], (0, 1))
    states = [x, *(x.new_empty(len(x), m, c.d_model) for _ in changes[1:])]
    for start in range(0, m, chunk):
        stop = min(start + chunk, m)
        n = stop - start
        held[:, :, :, kept : kept + n] = qkv(slice(start + kept, stop + kept + left + right))
        q, (k, values) = held[0, :, :, first : first + n], held[1:]
        heads = attention.attend(
            q,
            k,
            values,
            q + to_position[:, None],
            position,
            _part(keys_exist, slice(start, stop + kept + 1)),
            watch and _banded(watch, start, c.window),
        )
        seen = values[:, :, : n + kept], _part(keys_exist, slice(start, stop + kept))
        here = slice(start + left + first, stop + left + first)
        # All of them before any is written: the first overwrites x, and no later chunk looks that far back.
        parts = [
            layer.after_attention(x[:, here], change(start, heads, *seen), _part(exists, here)) for change in changes
        ]
        for state, part in zip(states, parts, strict=True):
            state[:, start:stop] = part
        held[:, :, :, :kept] = held[:, :, :, n : n + kept].clone()
    return [state[:, :m] for state in states], _part(exists, slice(left + first, left + first + m))


def window_means(values, keys_exist, window):
    """Mean of the values in each query's window, over the keys that exist.

    Parameters
    ----------
    values : Tensor, shape (b, n + window - 1, d_head)
        Query r sees the keys r .. r + window - 1.
    keys_exist : bool Tensor, shape (b, n + window - 1), or None
    window : int

    Returns
    -------
    Tensor, shape (b, n, d_head)
        0 where a query has no key.
    """
    exists = torch.ones_like(values[..., :1]) if keys_exist is None else keys_exist[..., None]
    # Differences of running sums, in float64: float32's rounding would matter at the end of a long stretch.
    total, count = (pad(each.double().cumsum(1), (0, 0, 1, 0)) for each in (values * exists, exists))
    total, count = (each[:, window:] - each[:, :-window] for each in (total, count))
    return (total / count.clamp(min=1)).to(values.dtype)


def _as_found(_start, heads, _values, _keys_exist):
    return heads


def _banded(watch, first, window):
    return lambda start, scores: watch(first + start, attention.band(scores, window))


def _part(exists, part):
    return None if exists is None else exists[:, part]
