"""Run independent pieces of work on several cores, in order.

Each piece runs on one thread with its own core. Torch's own threads would wait for each other after every small
product; if another program uses part of a core, this makes two threads several times slower than one. Because the
pieces do not depend on the number of threads, neither do the results.
"""

import ctypes
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import torch


def in_order(work, items, threads):
    """Results of ``work(item)`` in the order of the items, at most two pieces ahead per thread.

    Parameters
    ----------
    work : callable
        Torch releases the interpreter lock in its products, so threads suffice.
    items : iterable
    threads : int
        Pieces at work at once.

    Yields
    ------
    object
        What ``work`` returns.
    """
    keep_freed_memory()
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


@cache
def keep_freed_memory():
    """Let the process keep freed memory, in one pool for all threads, where the C library is glibc.

    Otherwise every large array is returned to the system and mapped again page by page, which takes up to a tenth of
    the time of a training step, and each thread keeps its own freed memory.
    """
    trim_threshold, mmap_threshold, arena_max = -1, -3, -8
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(trim_threshold, 1 << 30)
        mallopt(mmap_threshold, 1 << 25)
        mallopt(arena_max, 1)
