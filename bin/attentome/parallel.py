"""Independent pieces of work on several cores, in order.

Each piece runs on one thread with one core to itself. Torch's own threads would meet at the end of every small product;
where another program takes part of a core, that waiting makes two threads several times slower than one. Pieces of work
that are the same for any number of threads also give the same numbers for any number of threads.
"""

from collections import deque
from concurrent.futures import ThreadPoolExecutor

import torch


def in_order(work, items, threads):
    """Results of ``work(item)`` in the order of the items, at most two pieces ahead per thread.

    Parameters
    ----------
    work : callable
        Torch releases the interpreter in its products, so threads suffice.
    items : iterable
    threads : int
        Pieces at work at once.

    Yields
    ------
    object
        What ``work`` returns.
    """
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        pending = deque()
        try:
            for item in items:
                pending.append(pool.submit(work, item))
                if len(pending) > 2 * threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
