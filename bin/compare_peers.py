#!/usr/bin/env python3
"""Measure the network and its peers on the test arc, with their differences by a paired bootstrap over blocks."""

import argparse
from pathlib import Path

import pandas as pd

from attentome.evaluation.peers import NETWORK, PEER_METRICS, PEERS, compare_peers
from attentome.evaluation.stretches import bootstrap_block
from attentome.genome.arcs import read_split
from attentome.io.files import read_arrays, read_json, write_json
from attentome.io.record import task_record
from attentome.io.schemas.evaluation import PEERS_TABLE
from attentome.io.schemas.labels import SPLIT


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in (NETWORK, *PEERS):
        parser.add_argument(
            f"--{name}",
            nargs=2,
            metavar=("OUTPUTS", "DESCRIPTION"),
            required=name == NETWORK,
            help="outputs.safetensors, and the JSON file with its number of weights",
        )
    parser.add_argument("--labels", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--tolerance", type=int, default=5, help="nt")
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "COMPARE_PEERS", packages=("numpy", "pandas")):
        given = {name: getattr(args, name) for name in (NETWORK, *PEERS) if getattr(args, name)}
        labels, arc = read_arrays(args.labels), read_split(SPLIT.read(args.split), "test")
        block_nt = bootstrap_block(arc)
        found = compare_peers(
            {name: read_arrays(outputs) for name, (outputs, _) in given.items()},
            labels,
            arc,
            args.tolerance,
            block_nt,
            args.resamples,
            args.seed,
        )
        for name, (_, description) in given.items():
            found[name]["n_weights"] = read_json(description)["n_weights"]
        write_json(
            args.out / "peers.json",
            {
                "arc": "test",
                "tolerance_nt": args.tolerance,
                "models": found,
                "bootstrap": {"block_nt": block_nt, "n_resamples": args.resamples, "seed": args.seed},
            },
        )
        PEERS_TABLE.write(
            args.out / "peers.tsv",
            pd.DataFrame(
                [
                    (name, entry["n_weights"], quantity, metric, *(of[metric][key] for key in ("value", "lo", "hi")))
                    for name, entry in found.items()
                    for quantity, of in (("value", entry), ("network_lead", entry.get("network_lead", {})))
                    for metric in PEER_METRICS
                    if of
                ],
                columns=list(PEERS_TABLE.columns),
            ),
        )


if __name__ == "__main__":
    main()
