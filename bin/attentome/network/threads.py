"""Independent pieces of work on several cores, in order.

Each piece runs on one thread with one core to itself. Torch's own threads would meet at the end of every small product;
where another program takes part of a core, that waiting makes two threads several times slower than one. Pieces of work
that are the same for any number of threads also give the same numbers for any number of threads.
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
        Torch releases the interpreter in its products, so threads suffice.
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
    """Let the program keep what it frees, in one place for all threads, where the C library is glibc.

    Else every large array is given back to the system and comes again page by page, which takes up to a tenth of the
    time of a training step, and each thread keeps freed memory of its own.
    """
    trim_threshold, mmap_threshold, arena_max = -1, -3, -8
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(trim_threshold, 1 << 30)
        mallopt(mmap_threshold, 1 << 25)
        mallopt(arena_max, 1)
