"""Outputs of a network over long stretches, layer by layer, in memory that does not grow with the stretch.

A layer goes over its input in chunks. Queries, keys and values of a chunk are computed once; the last ``window - 1`` of
them stay for the next chunk, so nothing is computed twice, and beyond the states themselves (two arrays of positions x
d_model) only one chunk and one block of attention scores are ever held. The equations are those of ``model.Layer``.
"""

import torch

from attentome import attention

CHUNK = 1024


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
    parts = [slice(start, min(start + chunk, m) + left + right) for start in range(0, m, chunk)]
    x = torch.cat([network.embed(tokens[:, part], _part(exists, part))[0] for part in parts], 1)
    return x, _part(exists, slice(left, left + m))


def scan_layer(layer, x, exists, u, v, chunk, watch=None):
    """One layer over a stretch: as ``Layer.forward``, in chunks.

    Parameters
    ----------
    layer : Layer
    x : Tensor, shape (b, n, d_model)
        Zero where nothing exists.
    exists : bool Tensor, shape (b, n), or None
    u, v : Tensor, shape (heads, d_head)
    chunk : int
        Queries computed at once.
    watch : callable, optional
        ``watch(start, band)`` gets the scores of each block; see :func:`attentome.attention.attend`.

    Returns
    -------
    x : Tensor, shape (b, m, d_model)
        m = n - (window - 1) - (conv_width - 1).
    exists : bool Tensor, shape (b, m), or None
    """
    c = layer.config
    left, right = layer.context()
    before, kept = left + c.window - 1 - c.ahead, c.window - 1
    m = x.shape[1] - left - right - kept
    chunk = min(chunk, m)
    held = x.new_empty(3, len(x), c.heads, kept + chunk, c.d_head)
    held[:, :, :, :kept] = layer.convolved_qkv(layer.before_attention(x[:, :kept + left + right],
                                                                      _part(exists, slice(kept + left + right))))
    phases = layer.phases(kept + chunk, x)
    keys_exist = _part(exists, slice(left, x.shape[1] - right))
    out = torch.empty_like(x[:, :m])
    for start in range(0, m, chunk):
        stop = min(start + chunk, m)
        here = slice(start + kept, stop + kept + left + right)
        new = layer.convolved_qkv(layer.before_attention(x[:, here], _part(exists, here)))
        held[:, :, :, kept:kept + stop - start] = new
        q, k, values = held[:, :, :, :kept + stop - start]
        q, k = layer.queries_and_keys(q, k, u, v, phases)
        heads = attention.attend(q, k, values, c.window, _part(keys_exist, slice(start, stop + kept)),
                                 watch and (lambda first, band, start=start: watch(start + first, band)))
        states = slice(start + before, stop + before)
        out[:, start:stop] = layer.after_attention(x[:, states], heads, _part(exists, states))
        held[:, :, :, :kept] = held[:, :, :, stop - start:stop - start + kept].clone()
    return out, _part(exists, slice(before, before + m))


def _part(exists, part):
    return None if exists is None else exists[:, part]
