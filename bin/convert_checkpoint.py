#!/usr/bin/env python3
"""Convert weights of the published model to a model directory for PREDICT and PROFILE."""

import argparse
import sys
from pathlib import Path

from attentome.io.files import sha256
from attentome.network.published_weights import convert, read_weights
from attentome.network.saved_model import save_model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, help="safetensors, or a torch file that holds only tensors")
    parser.add_argument("out", type=Path, help="model directory to write")
    parser.add_argument("--window", type=int, default=512, help="keys of each query, its own included")
    parser.add_argument("--padding", choices=["same", "causal"], default="same", help="same: as published")
    parser.add_argument("--label_shift", type=int, default=20, help="nt from the TSS to the labelled position")
    args = parser.parse_args()
    try:
        network = convert(read_weights(args.weights), args.window, args.padding)
    except (OSError, ValueError) as error:
        sys.exit(f"convert_checkpoint.py: {error}")
    origin = {"converted_from": args.weights.name, "sha256": sha256(args.weights)}
    save_model(args.out, network, args.label_shift, origin)
    print(
        f"{args.out}: {network.config.layers} layers x {network.config.heads} heads, window {args.window}, "
        f"padding {args.padding}"
    )


if __name__ == "__main__":
    main()
