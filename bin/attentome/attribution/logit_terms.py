"""Split the attention logits and the outputs of the heads into their terms, at chosen queries.

The logit of a query and the key at distance d is the sum of two terms (Dai et al. 2019, 3.3), both divided by
sqrt(d_head): *content* ``(q + u) . k``, which reads the sequence at the key, and *position* ``(q + v) . W_R R(d)``,
which depends only on the distance of the key. A head whose content term varies little compared with its position term
looks at a place, not at a sequence.

A key adds to its query's state its score times its value, mapped by the head's part of W_O. The length of this vector,
``|| a v W_O ||``, measures how much is passed on (Kobayashi et al. 2020). A head that looks at a key with a small
value passes on little of it, however high the score.

d = 0 .. window - 1 counts upstream from the end of the query's window, which is the query itself unless the network
looks ahead. Keys that do not exist, beyond the end of a linear contig, are always left out. After the first layer,
keys are states, which depend on more than the base at their place.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from attentome.attribution.mutagenesis import query_windows
from attentome.genome.contigs import OUTSIDE
from attentome.genome.strands import STRANDS
from attentome.network.device import as_tokens
from attentome.network.streaming import chunk_of, scan_layer, scan_stem
from attentome.network.threads import in_order
from attentome.network.transformer import Network


@dataclass(frozen=True)
class Parts:
    """Terms of the heads' logits and outputs, over queries; float64 except ``n``, the last index is d.

    Attributes
    ----------
    n : ndarray of int64, shape (window,)
        Queries whose key at d exists. Where it is 0, the other values at that d are NaN.
    var_content, var_position, cov : ndarray, shape (layers, heads, window)
        Variances of the two terms over the queries and their covariance, divided by ``n``. The variance of the logit
        is ``var_content + var_position + 2 cov``.
    content_share : ndarray, shape (layers, heads)
        Softmax depends on a query's logits less their mean over d, so the variances here are over the d of each query:
        the content term's, averaged over the queries, divided by the sum of this and the position term's. 0 where the
        content term is the same for all keys of a query, 1 where the position term is, NaN where both are.
    cov_within : ndarray, shape (layers, heads)
        Mean over the queries of ``2 Cov_d / (Var_d(content) + Var_d(position))``, a query whose logits are all equal
        counting 0: from -1, where the terms cancel, to 1, where they are equal.
    score_mean : ndarray, shape (layers, heads, window)
        Mean score over the queries.
    norm_mean : ndarray, shape (layers, heads, window)
        Mean over the queries of ``|| a v W_O ||``, in units of the state.
    """

    n: np.ndarray
    var_content: np.ndarray
    var_position: np.ndarray
    cov: np.ndarray
    content_share: np.ndarray
    cov_within: np.ndarray
    score_mean: np.ndarray
    norm_mean: np.ndarray

    @property
    def norm_share(self):
        """``norm_mean`` divided by its sum over d, so that uniform is 1 / window: (layers, heads, window).

        NaN for a head that adds nothing at all.
        """
        return _ratio(self.norm_mean, np.nansum(self.norm_mean, -1, keepdims=True))


def measure_parts(network, genome, queries, device, batch=16, threads=1):
    """Measure the terms of logits and outputs of all heads at the given queries.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    queries : DataFrame or dict of arrays
        contig, strand (plus or minus), position (of the query, genomic, 0-based), such as
        ``mutagenesis.choose_queries`` gives. Each is computed alone, with its whole context.
    device : torch.device
    batch : int
        Queries computed at once; no effect on the results beyond rounding.
    threads : int
        Batches computed side by side, on a CPU.

    Returns
    -------
    Parts

    Raises
    ------
    ValueError
        If the network has no attention, no query is given, or one does not lie in the genome.
    """
    if not isinstance(network, Network):
        raise ValueError(
            "the network is a convolutional one, which has no attention heads to split: give a "
            "network of the kind attention"
        )
    queries = pd.DataFrame({name: np.asarray(queries[name]) for name in ("contig", "strand", "position")})
    _check_queries(genome, queries)

    def compute(first):
        tokens = as_tokens(query_windows(network, genome, queries.iloc[first : first + batch]), device)
        return [part.cpu().numpy() for part in split_attention(network, tokens)]

    sums = _Sums(network.config)
    for parts in in_order(compute, range(0, len(queries), batch), threads):
        for query in zip(*parts, strict=True):
            sums.add(*query)
    return sums.parts()


def _check_queries(genome, queries):
    if queries.empty:
        raise ValueError("queries: there is none, so nothing can be measured: choose another arc or more sites")
    for row, (contig, strand, position) in enumerate(queries.itertuples(index=False), 1):
        if strand not in STRANDS or contig not in genome or not 0 <= position < len(genome[contig]):
            raise ValueError(
                f"queries: row {row} ({contig}, {strand}, {position}) does not lie in the genome: give a "
                "contig of it, plus or minus, and a 0-based position"
            )


@torch.inference_mode()
def split_attention(network, tokens):
    """Split the attention of single queries into its terms.

    Parameters
    ----------
    network : Network
        In evaluation mode.
    tokens : int64 Tensor, shape (b, upstream + 1 + downstream)
        Each query's whole context, as ``mutagenesis.query_windows`` gives it.

    Returns
    -------
    content, position, scores, norms : Tensor of float64, shape (b, layers, heads, window)
        The two terms of the logit; softmax of their sum over the keys that exist; ``|| a v W_O ||``.
    keys_exist : bool Tensor, shape (b, window)
        Scores and norms are 0 where it is False; the terms there are meaningless.
    """
    c, chunk = network.config, chunk_of(network.config, tokens.device)
    last_key = network.context()[0] + c.ahead
    exists = tokens != OUTSIDE
    keys_exist = exists[:, last_key - c.window + 1 : last_key + 1].flip(-1)
    x, exists = scan_stem(network, tokens, None if bool(exists.all()) else exists, chunk)
    found = []
    for number, layer in enumerate(network.layers):
        left, right = layer.context()
        # The query's window alone; the later layers need queries upstream of it.
        first = (c.layers - 1 - number) * (left + c.window - 1 - c.ahead)
        here = slice(first, first + left + c.window + right)
        part = layer.before_attention(x[:, here], None if exists is None else exists[:, here])
        found.append(_split_layer(layer, part, keys_exist, network.u, network.v))
        if number < c.layers - 1:
            x, exists = scan_layer(layer, x, exists, network.u, network.v, chunk)
    return *(torch.stack(part, 1) for part in zip(*found, strict=True)), keys_exist


def _split_layer(layer, x, keys_exist, u, v):
    """As :func:`split_attention`, of one layer: (b, heads, window) each; ``x`` is one window and the convolution's."""
    c = layer.config
    weight, bias, to_position, place = layer.projections(u, v)
    # Keys by distance.
    q, k, values = layer.convolved_qkv(x, weight, bias).double().flip(3)
    q = q[:, :, c.ahead]
    content = torch.einsum("bhe,bhde->bhd", q, k)
    position = torch.einsum("bhe,hed->bhd", q + to_position, place.double().flip(-1))
    scores = (content + position).masked_fill(~keys_exist[:, None], -torch.inf).softmax(-1)
    out = layer.out.weight.double().view(c.d_model, c.heads, c.d_head)
    return content, position, scores, scores * torch.einsum("bhde,mhe->bhdm", values, out).norm(dim=-1)


class _Sums:
    """Statistics over queries, taken in one by one, so that the batch size does not matter.

    Variances are updated as in Welford 1962, without differences of large sums.
    """

    def __init__(self, config):
        shape = config.layers, config.heads, config.window
        self.count, self.n = 0, np.zeros(config.window, np.int64)
        self.mean, self.products = np.zeros((2, *shape)), np.zeros((3, *shape))
        self.scores_norms = np.zeros((2, *shape))
        self.within, self.cov_within = np.zeros((2, *shape[:2])), np.zeros(shape[:2])

    def add(self, content, position, scores, norms, exist):
        """Take in one query: (layers, heads, window) each, and which keys exist, (window,)."""
        self.count += 1
        self.n += exist
        terms = np.stack([content, position])
        before = np.where(exist, terms - self.mean, 0)
        self.mean += before / np.maximum(self.n, 1)
        after = np.where(exist, terms - self.mean, 0)
        self.products += before[[0, 1, 0]] * after[[0, 1, 1]]
        self.scores_norms += np.stack([scores, norms])
        terms = terms[..., exist]
        terms -= terms.mean(-1, keepdims=True)
        variances = (terms**2).mean(-1)
        self.within += variances
        self.cov_within += np.nan_to_num(_ratio(2 * (terms[0] * terms[1]).mean(-1), variances.sum(0)))

    def parts(self):
        """The final statistics: :class:`Parts`."""
        var_content, var_position, cov = _ratio(self.products, self.n)
        score_mean, norm_mean = _ratio(self.scores_norms, self.n)
        return Parts(
            self.n,
            var_content,
            var_position,
            cov,
            _ratio(self.within[0], self.within.sum(0)),
            self.cov_within / self.count,
            score_mean,
            norm_mean,
        )


def _ratio(part, whole):
    """``part / whole``, NaN where ``whole`` is 0."""
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=np.broadcast_to(whole, part.shape) > 0)
