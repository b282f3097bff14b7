"""Time of prediction with profile against genome length, window, layers, threads and shards."""

import tempfile
import time
from dataclasses import replace

from inputs import CPU, random_contig, random_network
from works import predict

from attentome.heads.profile import profile_shard

LENGTH = 100_000


def scaling_lines(config, threads):
    """Tables of the time against genome length, window, layers, threads and shards.

    Parameters
    ----------
    config : NetworkConfig
        Shape that is varied.
    threads : int
        Maximum number of threads.
    """
    lengths = {f"{n:,} nt": once(config, n) for n in (LENGTH // 4, LENGTH // 2, LENGTH, 2 * LENGTH)}
    windows = {str(window): once(replace(config, window=window), LENGTH) for window in (32, 64, 128, 256, 512)}
    layers = {str(n): once(replace(config, layers=n), LENGTH) for n in (1, 2, 4, 6)}
    sides = {str(n): once(config, LENGTH, n) for n in (1, 2) if n <= threads}
    shards = {str(n): in_shards(config, n) for n in (1, 2, 4)}
    return [
        "Time in seconds of prediction with profile, one run each. Unless a row says otherwise: one strand of "
        f"{LENGTH:,} nt, {config.layers} layers of {config.heads} heads, window {config.window}. Threads: one strand "
        "per thread. Shards: both strands, including best windows and sample, written to files, one shard after the "
        "other.",
        "",
        "| | | | | | |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            line
            for name, row in (
                ("genome", lengths),
                ("window", windows),
                ("layers", layers),
                ("threads", sides),
                ("shards", shards),
            )
            for line in _rows(name, row)
        ),
        "",
    ]


def once(config, length, threads=1):
    """Seconds of one run over as many strands as threads, one per thread."""
    work = predict(random_network(config), length, threads, profile=True)
    start = time.perf_counter()
    work.run()
    return time.perf_counter() - start


def in_shards(config, shards):
    """Seconds of all shards of a genome together, pieces as long as the shards."""
    network, genome = random_network(config), {"random": random_contig(LENGTH)}
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for shard in range(1, shards + 1):
            profile_shard(
                network, genome, f"{folder}/{shard}", CPU, shard, shards, piece=LENGTH // 2, log=lambda line: None
            )
        return time.perf_counter() - start


def _rows(name, row):
    blank = [""] * (5 - len(row))
    return [
        "| " + " | ".join([f"**{name}**", *row, *blank]) + " |",
        "| " + " | ".join(["seconds", *(f"{value:.1f}" for value in row.values()), *blank]) + " |",
    ]
