#!/usr/bin/env python3
"""Write docs/benchmarks.md from the results of one run: labels, metrics, time and peak memory per process."""

import argparse
import re
from pathlib import Path

import pandas as pd

from attentome.formats import read_json, read_tsv, write_text

MEMORY = {"B": 1e-6, "KB": 1e-3, "MB": 1.0, "GB": 1e3}


def seconds(text):
    """Nextflow's duration, such as '1h 2m 3s' or '250ms', in seconds."""
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 1e-3}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)(ms|[dhms])", text))


def megabytes(text):
    """Nextflow's memory, such as '1.2 GB', in MB; 0 for '-' and '0'."""
    number, _, unit = text.partition(" ")
    return float(number) * MEMORY[unit] if unit else 0.0


def processes(trace, card):
    """Time and memory per process: process, tasks, longest, together (s), peak memory (MB).

    Times are those of Nextflow's trace. It looks at the memory now and then, so the tasks' own record, which holds the
    peak, counts where it is higher.
    """
    table = pd.read_csv(trace, sep="\t")
    table = table[table.status.isin(["COMPLETED", "CACHED"])]
    table = table.assign(process=table.name.str.split(" ").str[0], seconds=table.realtime.map(seconds),
                         memory=table.peak_rss.astype(str).map(megabytes))
    groups = table.groupby("process", sort=False)
    table = pd.DataFrame({"tasks": groups.size(), "longest": groups.seconds.max(), "total": groups.seconds.sum(),
                          "memory": groups.memory.max()}).reset_index()
    recorded = {entry["process"]: entry["peak_memory_mb"] for entry in card["time_and_memory"]}
    table["memory"] = [max(row.memory, recorded.get(row.process, 0)) for row in table.itertuples()]
    return table


def wall_seconds(trace):
    """Seconds from the first task's submission to the last one's end."""
    table = pd.read_csv(trace, sep="\t")
    start = pd.to_datetime(table.submit)
    return (start + pd.to_timedelta(table.duration.map(seconds), unit="s")).max() - start.min()


def interval(metric):
    return f"{metric['value']:.4f} ({metric['lo']:.4f} to {metric['hi']:.4f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="--outdir of the run")
    parser.add_argument("out", type=Path)
    parser.add_argument("--title", default="E. coli K-12, three published TSS sets, preset cpu")
    parser.add_argument("--command", default="make bench DATA=<folder of the published files>")
    args = parser.parse_args()
    metrics = read_json(args.results / "evaluation/metrics.json")
    curation = read_json(args.results / "sites/curation.json")
    labels = read_json(args.results / "labels/labels.json")
    training = read_json(args.results / "training/training.json")
    overlap = read_tsv(args.results / "sites/overlap.tsv")
    card = read_json(args.results / "run_card.json")
    trace = args.results / "pipeline_info/execution_trace.txt"
    tolerant = metrics["pr_auc_tolerant"]
    lines = [
        "# Benchmarks", "",
        f"Made by `{args.command}`; every number below comes from the files of that run.", "",
        f"## {args.title}", "",
        "| set | rows | sites | within 5 nt of another set |", "| --- | ---: | ---: | ---: |",
        *[f"| {entry['set']} | {entry['rows']:,} | {entry['sites']:,} | {100 * entry['share_confirmed']:.1f} % |"
          for entry in curation["sets"]], "",
        f"Curated sites (>= {curation['min_support']} of {curation['n_sets']} sets): **{curation['n_sites']:,}**. "
        + "; ".join(f"{row.sets.replace(',', ' + ')}: {row.n:,}" for row in overlap.itertuples()) + ".", "",
        "| arc | positions | labels | prevalence | ROC AUC | PR AUC | PR AUC within 5 nt |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *[f"| {arc} | {here['positions']:,} | {here['labels']:,} | {here['prevalence']:.5f} | "
          f"{metrics['arcs'][arc]['roc_auc']:.4f} | {metrics['arcs'][arc]['pr_auc']:.4f} | "
          f"{metrics['arcs'][arc]['pr_auc_tolerant']:.4f} |" for arc, here in labels["arcs"].items()], "",
        f"Test arc with 95 % intervals (bootstrap over {metrics['bootstrap']['n_blocks']} blocks of "
        f"{metrics['bootstrap']['block_nt']:,} nt): ROC AUC {interval(metrics['roc_auc'])}, PR AUC "
        f"{interval(metrics['pr_auc'])}, within {tolerant['tolerance_nt']} nt {interval(tolerant)}.", "",
        f"Training: {training['n_weights']:,} weights, {training['steps']:,} steps, best at step "
        f"{training['best_step']:,} ({training['stop_reason']}).", "",
        "| process | tasks | longest, min | together, min | peak memory, GB |", "| --- | ---: | ---: | ---: | ---: |",
        *[f"| {row.process} | {row.tasks} | {row.longest / 60:.1f} | {row.total / 60:.1f} | {row.memory / 1e3:.2f} |"
          for row in processes(trace, card).itertuples()], "",
        f"Whole run: **{wall_seconds(trace).total_seconds() / 60:.1f} minutes** on "
        f"{card['machine']['cores']} CPU cores, no GPU.", "",
    ]
    write_text(args.out, "\n".join(lines))


if __name__ == "__main__":
    main()
