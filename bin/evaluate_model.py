#!/usr/bin/env python3
"""Compare outputs and labels: ROC AUC, PR AUC per nucleotide and within a tolerance, curves, and calls."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.formats import STRAND_SIGN, STRANDS, read_arrays, read_json, read_tsv, write_bed, write_json, write_tsv
from attentome.genome import load_genome
from attentome.labels import ARCS, query_position, read_split, stream_key
from attentome.metrics import Stretch, arc_metrics, best_f1_threshold, call_peaks, match_calls
from attentome.record import task_record

CURVE_POINTS = 2000


def stretches(outputs, labels, intervals):
    return [Stretch(part.contig, part.start, *(arrays[stream_key(part.contig, strand)][part.start:part.end]
                                               for arrays in (outputs, labels)))
            for part in intervals for strand in STRANDS]


def thin(x, y, thresholds):
    """At most about CURVE_POINTS points of a curve, both ends kept, dense where the thresholds are high."""
    n = len(x)
    keep = np.unique(np.append(np.geomspace(1, n, CURVE_POINTS).astype(int) - 1, n - 1))
    return x[keep], y[keep], thresholds[keep]


def calls_table(genome, outputs, labels, threshold, tolerance, label_shift):
    """Calls of the whole genome above a threshold, drawn at the TSS's place, as BED6 with output and matched."""
    rows = []
    for contig in genome.values():
        for strand in STRANDS:
            values, here = (arrays[stream_key(contig.name, strand)] for arrays in (outputs, labels))
            above = np.where(values >= threshold, values, -np.inf)
            calls = call_peaks(above, tolerance)
            calls = calls[np.isfinite(above[calls])]
            matched = match_calls(calls, here, tolerance) >= 0
            tss = query_position(calls, strand, -label_shift)
            tss = tss % len(contig) if contig.circular else tss
            for place, query, hit in zip(tss.tolist(), calls.tolist(), matched.tolist(), strict=True):
                if 0 <= place < len(contig):
                    probability = 1 / (1 + np.exp(-float(values[query])))
                    rows.append((contig.name, place, place + 1, ".", round(1000 * probability), STRAND_SIGN[strand],
                                 values[query], int(hit)))
    table = pd.DataFrame(rows, columns=["contig", "start", "end", "name", "score", "strand", "output", "matched"])
    table = table.sort_values(["contig", "start", "strand"], kind="stable", ignore_index=True)
    table["name"] = [f"call_{number + 1:06d}" for number in range(len(table))]
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genome", required=True)
    parser.add_argument("--genome_json", required=True)
    parser.add_argument("--outputs", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--labels_json", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--tolerance", type=int, default=5, help="nt")
    parser.add_argument("--block_nt", type=int, default=10000,
                        help="genome block of the bootstrap; shorter where the arc has fewer than 20 such blocks")
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "EVALUATE", packages=("numpy", "pandas")):
        genome = load_genome(args.genome, args.genome_json)
        outputs, labels, split = read_arrays(args.outputs), read_arrays(args.labels), read_tsv(args.split)
        arcs = {arc: stretches(outputs, labels, read_split(split, arc)) for arc in ARCS}
        test_nt = sum(len(part.outputs) for part in arcs["test"]) // 2
        block_nt = max(min(args.block_nt, test_nt // 20), 1)
        metrics, curves = arc_metrics(arcs["test"], args.tolerance, block_nt, args.resamples, args.seed)
        metrics = {"arc": "test", **metrics, "arcs": {}}
        for arc, parts in arcs.items():
            here = metrics if arc == "test" else arc_metrics(parts, args.tolerance, block_nt, 0, args.seed)[0]
            metrics["arcs"][arc] = {"prevalence": here["prevalence"], **{
                name: here[name]["value"] for name in ("roc_auc", "pr_auc", "pr_auc_tolerant")}}
        threshold = best_f1_threshold(arcs["validation"], args.tolerance)
        calls = calls_table(genome, outputs, labels, threshold, args.tolerance,
                            read_json(args.labels_json)["label_shift"])
        metrics["calls"] = {"threshold": threshold, "chosen_by": "highest F1 on the validation arc",
                            "n_genome": len(calls), "n_matched": int(calls.matched.sum())}
        write_json(args.out / "metrics.json", metrics)
        write_tsv(args.out / "metrics.tsv", pd.DataFrame(
            [(metrics["arc"], name, *(metrics[name][key] for key in ("value", "lo", "hi")),
              tolerance, metrics["n_sites"], metrics["n_positions"], metrics["prevalence"])
             for name, tolerance in (("roc_auc", 0), ("pr_auc", 0), ("pr_auc_tolerant", args.tolerance))],
            columns=["arc", "metric", "value", "lo", "hi", "tolerance_nt", "n_sites", "n_positions", "prevalence"]))
        write_tsv(args.out / "curves.tsv", pd.concat([
            pd.DataFrame({"curve": name, **dict(zip(("x", "y", "threshold"), thin(*curve), strict=True))})
            for name, *curve in curves]))
        write_bed(args.out / "calls.bed", calls)


if __name__ == "__main__":
    main()
