"""How the time of prediction with the profile grows with what is asked for."""

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
        What all start from.
    threads : int
        Most threads.
    """
    lengths = {f"{n:,} nt": once(config, n) for n in (LENGTH // 4, LENGTH // 2, LENGTH, 2 * LENGTH)}
    windows = {str(window): once(replace(config, window=window), LENGTH) for window in (32, 64, 128, 256, 512)}
    layers = {str(n): once(replace(config, layers=n), LENGTH) for n in (1, 2, 4, 6)}
    sides = {str(n): once(config, LENGTH, n) for n in (1, 2) if n <= threads}
    shards = {str(n): in_shards(config, n) for n in (1, 2, 4)}
    return [
        f"Prediction with the profile of one strand of {LENGTH:,} nt unless said, {config.layers} layers of "
        f"{config.heads} heads, window {config.window} unless said. Threads: a strand each. Shards: both strands, "
        "best windows and sample too, written to files, the shards one after the other. Seconds, one run each.",
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
    """Seconds of one run over as many strands as threads, each thread its own."""
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
