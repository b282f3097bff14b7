#!/usr/bin/env python3
"""Compare the kernels with the plain formulation on this machine and write docs/benchmarks.md."""

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path

import torch
from inputs import PRESETS, random_network, shape_of
from measure import interleaved, machine, peak_memory, product, with_range
from scaling import scaling_lines
from works import plain_predict, plain_train, predict, train, useful_flop

from attentome.genome.pieces import PIECE
from attentome.io.files import write_text
from attentome.training.presets import read_preset


def measure_preset(preset, threads, rounds):
    """Times of the plain formulation and of the kernels, and rates of matrix products, interleaved.

    Returns
    -------
    dict of str to list of float
        Positions per second by work; for ``product`` floating point operations per second.
    """
    config = shape_of(preset)
    settings = replace(read_preset(PRESETS, preset, {})[1], auxiliary_weight=0.0, soft_weight=0.0)
    network = random_network(config)
    works = {
        "plain predict": plain_predict(network, threads),
        "predict": predict(network, PIECE, threads),
        "profile": predict(network, PIECE, threads, profile=True),
        "plain train": plain_train(config, settings, threads, config.window),
        "plain train, no memory": plain_train(config, settings, threads, 0),
        "train": train(config, settings, threads),
    }
    multiply, flop = product(threads)
    seconds = interleaved({"product": multiply} | {name: work.run for name, work in works.items()}, rounds)
    amounts = {"product": flop} | {name: work.positions for name, work in works.items()}
    return {name: [amounts[name] / value for value in values] for name, values in seconds.items()}


def speed_rows(preset, threads, rates):
    """Rows of the table of speeds."""
    flop = useful_flop(shape_of(preset))
    rows = []
    for name, plain in (("predict", "plain predict"), ("profile", "plain predict"), ("train", "plain train")):
        ratios = [a / b for a, b in zip(rates[name], rates[plain], strict=True)]
        # The gradient takes two more products for each one.
        share = [
            100 * value * flop * (3 if name == "train" else 1) / rate
            for value, rate in zip(rates[name], rates["product"], strict=True)
        ]
        what = {"predict": "predict", "profile": "predict + profile", "train": "training step"}[name]
        useful = f"{with_range(share, '{:.0f}')} %" if name != "train" else ""
        rows.append(
            f"| {preset} | {threads} | {what} | {statistics.median(rates[plain]):,.0f} | "
            f"{statistics.median(rates[name]):,.0f} | **{statistics.median(ratios):.1f}** "
            f"({min(ratios):.1f} to {max(ratios):.1f}) | {useful} |"
        )
    without = statistics.median(a / b for a, b in zip(rates["train"], rates["plain train, no memory"], strict=True))
    rows.append(
        f"| {preset} | {threads} | training step, plain without memory | "
        f"{statistics.median(rates['plain train, no memory']):,.0f} | {statistics.median(rates['train']):,.0f} "
        f"| {without:.1f} | |"
    )
    return rows


def memory_lines(lengths, threads):
    """Peak memory of whole runs over random genomes, above that of importing torch."""
    bare = peak_memory("nothing")
    lines = [
        f"A process that only imports torch holds {bare:.0f} MB. The table gives the peak memory above that, for a "
        f"run over both strands with the shape `published` and {threads} threads.",
        "",
        "| genome, nt | predict, MB | predict + whole profile, MB |",
        "| ---: | ---: | ---: |",
    ]
    for length in lengths:
        used = [peak_memory(what, "--length", length, "--threads", threads) - bare for what in ("predict", "profile")]
        lines.append(f"| {length:,} | {used[0]:.0f} | {used[1]:.0f} |")
    return [*lines, ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--presets", nargs="+", default=["published", "cpu", "tiny"])
    parser.add_argument("--threads", nargs="+", type=int, default=[2, 1])
    parser.add_argument("--lengths", nargs="+", type=int, default=[50_000, 200_000], help="genomes of the memory table")
    args = parser.parse_args()
    started = time.monotonic()
    torch.set_num_threads(1)
    rows, products = [], {}
    for preset in args.presets:
        for threads in args.threads:
            rates = measure_preset(preset, threads, args.rounds)
            products.setdefault(threads, []).extend(rates["product"])
            rows += speed_rows(preset, threads, rates)
            print("\n".join(rows[-4:]), flush=True)
    share = ", ".join(
        f"{with_range([rate / 1e9 for rate in rates], '{:.0f}')} GFLOP/s on {threads} thread{'s' * (threads > 1)}"
        for threads, rates in sorted(products.items())
    )
    lines = [
        "# Benchmarks of the kernels",
        "",
        "`make bench` writes this page. It needs no data: sequence and weights are random. [ecoli.md](ecoli.md) gives "
        "the time for *E. coli* and the performance of the network.",
        "",
        f"Machine: {machine()}. Products of float32 matrices of 1,536 x 1,536, one per thread: {share}.",
        "",
        "## Plain formulation against kernels",
        "",
        "*Plain* is the network as the published code computes it (`tests/bench/published_form.py`): ten segments of "
        "the length of the window, with the previous segment as memory, all scores at once. *Kernels* is Attentome's "
        "own code, exact to 1e-5. With two threads, both formulations run two shares of the work side by side, because "
        "the threads inside torch wait for each other in every small product. Both score every position with its full "
        "window. The exception is the plain training step without memory: its positions have half a window of keys on "
        "average. A training step consists of the loss of one batch, its gradient and the change of the weights; only "
        "positions with a loss are counted. The networks have the layers, heads, widths and window of each preset, in "
        "the published form.",
        "",
        f"Positions per second are medians of {args.rounds} rounds. "
        "A round runs all works of a group of rows one after the other. The ratio is the median (range) of the ratios "
        "of the rounds. Useful work is the rate of the operations that the network cannot avoid (convolution folded "
        "with the projection; content, position and value of each key in the window; projection of the heads), in "
        "percent of the rate of the matrix products.",
        "",
        "| preset | threads | work | plain, positions/s | kernels, positions/s | ratio | useful work |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        "## Memory",
        "",
        *memory_lines(args.lengths, max(args.threads)),
        "## Scaling",
        "",
        *scaling_lines(shape_of("tiny"), max(args.threads)),
        f"The whole benchmark took {(time.monotonic() - started) / 60:.0f} minutes.",
    ]
    write_text(args.out, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
