"""Find which bases can change an output at all, by changing them.

The network runs in float64 and on one sequence at a time, always of the same length. An output that does not depend on
a base is then the same to the last bit, and any difference counts. (In float32, or in batches, rounding could hide or
create one.) Downstream of the query every base of the network's context is changed alone, then the
:data:`BEYOND_CONTEXT` nt after it together, and also alone if the output changes. Upstream, where a context may hold
thousands, all bases from some distance on are changed at once, and the farthest such distance with any change is found
by bisection: the base there changes the output, and all bases beyond it together do not.

The measured field may be smaller than the context: if every path of a base to the output passes through several nearly
uniform windows, the change is too small for float64.
"""

import copy

import numpy as np
import pandas as pd

from attentome.genome.contigs import UNKNOWN, to_stream
from attentome.genome.pieces import positions_of
from attentome.network.device import as_tokens
from attentome.network.threads import in_order

BEYOND_CONTEXT = 64
"""nt beyond the network's context, on both sides, where a change must have no effect."""
QUERIES = 8


def receptive_field(network, genome, seed, device, threads=1, n=QUERIES):
    """Measure how far from the query a base can be and still change the output.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``; it is copied, not changed.
    genome : dict of str to Contig
    seed : int
        Of the queries' places and of the new bases. Unknown bases, and those beyond the end of a linear contig, get
        random ones.
    device : torch.device
    threads : int
        Queries computed side by side, on a CPU.
    n : int
        Number of queries.

    Returns
    -------
    dict
        ``receptive_field.json``: ``context`` (the network's own) and ``measured`` (the farthest of all queries), each
        with ``upstream_nt`` and ``downstream_nt`` relative to the query; ``interval``, the measured one in words;
        ``within_context``; ``beyond_nt``; ``precision``; ``seed``; ``per_query``. Measured values are None where no
        base on that side changes the output.
    """
    upstream, downstream = network.context()
    precise = copy.deepcopy(network).double()
    random = np.random.default_rng(seed)
    places = np.sort(random.integers(0, 2 * sum(map(len, genome.values())), n))
    queries = pd.DataFrame(dict(zip(("contig", "strand", "position"), positions_of(genome, places), strict=True)))
    length = upstream + 1 + downstream + 2 * BEYOND_CONTEXT
    filling, turns = random.integers(0, 4, (n, length)), random.integers(1, 4, (n, length))
    sequences = []
    for i, (contig, strand, position) in enumerate(queries.itertuples(index=False)):
        first = to_stream(position, len(genome[contig]), strand) - upstream - BEYOND_CONTEXT
        codes = genome[contig].window(strand, first, first + length)
        sequences.append((np.where(codes < UNKNOWN, codes, filling[i]), turns[i]))

    def output(codes):
        return float(precise.scan(as_tokens(codes[None], device))[0, BEYOND_CONTEXT])

    farthest = list(
        in_order(
            lambda pair: farthest_changes(output, *pair, upstream + BEYOND_CONTEXT, downstream), sequences, threads
        )
    )
    measured = [
        max((value for value in side if value is not None), default=None) for side in zip(*farthest, strict=True)
    ]
    up, down = measured
    return {
        "context": {"upstream_nt": upstream, "downstream_nt": downstream},
        "measured": {"upstream_nt": up, "downstream_nt": down},
        "interval": f"[-{up or 0} .. +{down or 0}] nt",
        "within_context": (up or 0) <= upstream and (down or 0) <= downstream,
        "beyond_nt": BEYOND_CONTEXT,
        "precision": "float64",
        "seed": seed,
        "per_query": [
            {**query, "upstream_nt": far[0], "downstream_nt": far[1]}
            for query, far in zip(queries.to_dict("records"), farthest, strict=True)
        ],
    }


def farthest_changes(output, codes, turns, query, downstream):
    """Farthest bases of one sequence that change an output.

    Parameters
    ----------
    output : callable
        Codes of shape (length,) to a float.
    codes : ndarray of int, shape (length,)
        0 to 3.
    turns : ndarray of int, shape (length,)
        1 to 3: number of codes from the old to the new base.
    query : int
        Index of the query.
    downstream : int
        Bases downstream of the query that are always changed one by one.

    Returns
    -------
    upstream, downstream : int or None
        nt from the query, 0 or more upstream (0 = the query itself) and 1 or more downstream; None where no base there
        changes it.
    """
    before = output(codes)

    def changes(first, stop):
        mutant = codes.copy()
        mutant[first:stop] = (mutant[first:stop] + turns[first:stop]) % 4
        return output(mutant) != before

    low, high = -1, query + 1
    # All bases at ``low`` nt or farther change the output, those at ``high`` or farther do not.
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if changes(0, query - middle + 1) else (low, middle)
    end = query + 1 + downstream
    stop = len(codes) if changes(end, len(codes)) else end
    after = [place - query for place in range(query + 1, stop) if changes(place, place + 1)]
    return (low if low >= 0 else None), (after[-1] if after else None)
