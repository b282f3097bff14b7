"""Times, rates and memory of this machine, measured so that other work on it does little harm."""

import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

from attentome.network.threads import in_order

BENCH = Path(__file__).parent
SHORT = 2.0
"""A work that takes less, in seconds, is warmed up."""
LIBRARY = BENCH.parents[1] / "bin"


def machine():
    """One sentence: processor, cores, memory, software."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{model}, {os.cpu_count()} cores ({torch.backends.cpu.get_cpu_capability()}), {memory:.0f} GB, "
        f"{platform.system()}; torch {torch.__version__.split('+')[0]}, Python {platform.python_version()}"
    )


def interleaved(works, rounds):
    """Time several works one after the other, again and again.

    Parameters
    ----------
    works : dict of str to callable
    rounds : int
        Short works are called once before the clock runs.

    Returns
    -------
    dict of str to list of float
        Seconds, one a round; equal places in the lists were measured directly after each other.
    """
    seconds = {name: [] for name in works}
    for number in range(rounds):
        for name, work in works.items():
            took = _seconds(work)
            if number == 0 and took < SHORT:
                took = _seconds(work)
            seconds[name].append(took)
    return seconds


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def with_range(values, form="{:.1f}"):
    """``median (least to most)``."""
    low, middle, high = (form.format(value) for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low} to {high})"


def product(threads, n=1536):
    """A work that multiplies square float32 matrices, each thread its own, and its floating point operations."""
    triples = [[torch.randn(n, n) for _ in range(3)] for _ in range(threads)]

    def one(triple):
        a, b, out = triple
        for _ in range(8):
            torch.mm(a, b, out=out)

    def work():
        for _ in in_order(one, triples, threads):
            pass

    return work, threads * 8 * 2 * n**3


def peak_memory(*arguments):
    """Most memory that ``child.py`` with these arguments holds at any time, MB (1e6 bytes)."""
    done = subprocess.run(
        [sys.executable, BENCH / "child.py", *map(str, arguments)],
        check=True,
        text=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(LIBRARY), "OMP_NUM_THREADS": "1"},
    )
    return float(done.stdout.split()[-1])
