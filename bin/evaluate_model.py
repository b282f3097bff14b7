#!/usr/bin/env python3
"""Compare outputs and labels: ROC AUC, PR AUC per nucleotide and within a tolerance, curves, and calls."""

import argparse
from pathlib import Path

import pandas as pd

from attentome.evaluation.metrics import arc_metrics, best_f1_threshold
from attentome.evaluation.stretches import bootstrap_block, calls_table, stretches, thin
from attentome.genome.arcs import ARCS, read_split
from attentome.genome.contigs import load_genome
from attentome.io.files import read_arrays, read_json, write_bed, write_json
from attentome.io.record import task_record
from attentome.io.schemas.evaluation import CURVES, METRICS_TABLE
from attentome.io.schemas.labels import SPLIT


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--outputs", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--labels_json", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--tolerance", type=int, default=5, help="nt")
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "EVALUATE", packages=("numpy", "pandas")):
        genome = load_genome(args.genome, args.genome_json)
        outputs, labels, split = read_arrays(args.outputs), read_arrays(args.labels), SPLIT.read(args.split)
        arcs = {arc: stretches(outputs, labels, read_split(split, arc)) for arc in ARCS}
        block_nt = bootstrap_block(read_split(split, "test"))
        metrics, curves = arc_metrics(arcs["test"], args.tolerance, block_nt, args.resamples, args.seed)
        metrics = {"arc": "test", **metrics, "arcs": {}}
        for arc, parts in arcs.items():
            here = metrics if arc == "test" else arc_metrics(parts, args.tolerance, block_nt, 0, args.seed)[0]
            metrics["arcs"][arc] = {
                "prevalence": here["prevalence"],
                **{name: here[name]["value"] for name in ("roc_auc", "pr_auc", "pr_auc_tolerant")},
            }
        threshold = best_f1_threshold(arcs["validation"], args.tolerance)
        calls = calls_table(
            genome, outputs, labels, threshold, args.tolerance, read_json(args.labels_json)["label_shift"]
        )
        metrics["calls"] = {
            "threshold": threshold,
            "chosen_by": "highest F1 on the validation arc",
            "n_genome": len(calls),
            "n_matched": int(calls.matched.sum()),
        }
        write_json(args.out / "metrics.json", metrics)
        METRICS_TABLE.write(
            args.out / "metrics.tsv",
            pd.DataFrame(
                [
                    (
                        metrics["arc"],
                        name,
                        *(metrics[name][key] for key in ("value", "lo", "hi")),
                        tolerance,
                        metrics["n_sites"],
                        metrics["n_positions"],
                        metrics["prevalence"],
                    )
                    for name, tolerance in (("roc_auc", 0), ("pr_auc", 0), ("pr_auc_tolerant", args.tolerance))
                ],
                columns=list(METRICS_TABLE.columns),
            ),
        )
        CURVES.write(
            args.out / "curves.tsv",
            pd.concat(
                [
                    pd.DataFrame({"curve": name, **dict(zip(("x", "y", "threshold"), thin(*curve), strict=True))})
                    for name, *curve in curves
                ]
            ),
        )
        write_bed(args.out / "calls.bed", calls)


if __name__ == "__main__":
    main()
