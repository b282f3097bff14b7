#!/usr/bin/env python3
"""Write docs/ecoli.md from the runs of make ecoli: the network of the curated sites, its seeds, its peers, its time."""

import argparse
import re
from pathlib import Path

import pandas as pd

from attentome.evaluation.peers import PEERS
from attentome.io.files import read_json, read_tsv, write_text

PRESETS = Path(__file__).parents[2] / "assets/presets.json"
METRICS = {"roc_auc": "ROC AUC", "pr_auc": "PR AUC", "pr_auc_tolerant": "PR AUC within 5 nt"}
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
    """Time and memory per process: number of tasks, longest and total time (s), peak memory (MB).

    Times are those of Nextflow's trace. Nextflow samples the memory, so the tasks' own record of the peak is used where
    it is higher.
    """
    table = pd.read_csv(trace, sep="\t")
    table = table[table.status.isin(["COMPLETED", "CACHED"])]
    table = table.assign(
        process=table.name.str.split(" ").str[0].str.split(":").str[-1],
        seconds=table.realtime.map(seconds),
        memory=table.peak_rss.astype(str).map(megabytes),
    )
    groups = table.groupby("process", sort=False)
    table = pd.DataFrame(
        {
            "tasks": groups.size(),
            "longest": groups.seconds.max(),
            "total": groups.seconds.sum(),
            "memory": groups.memory.max(),
        }
    ).reset_index()
    recorded = {entry["process"]: entry["peak_memory_mb"] for entry in card["time_and_memory"]}
    table["memory"] = [max(row.memory, recorded.get(row.process, 0)) for row in table.itertuples()]
    return table


def wall_minutes(trace):
    """Minutes from the submission of the first task to the end of the last one."""
    table = pd.read_csv(trace, sep="\t")
    start = pd.to_datetime(table.submit)
    end = start + pd.to_timedelta(table.duration.map(seconds), unit="s")
    return (end.max() - start.min()).total_seconds() / 60


def interval(metric):
    return f"{metric['value']:.4f} ({metric['lo']:.4f} to {metric['hi']:.4f})"


def set_lines(results):
    """The harmonised sets and their overlap."""
    curation, overlap = read_json(results / "sites/curation.json"), read_tsv(results / "sites/overlap.tsv")
    supported = {n: int(overlap.loc[overlap["n_sets"] >= n, "n"].sum()) for n in range(2, curation["n_sets"] + 1)}
    return [
        "| set | rows | sites | within 5 nt of another set |",
        "| --- | ---: | ---: | ---: |",
        *[
            f"| {entry['set']} | {entry['rows']:,} | {entry['sites']:,} | {100 * entry['share_confirmed']:.1f} % |"
            for entry in curation["sets"]
        ],
        "",
        f"Curated sites (support >= {curation['min_support']:g}): **{curation['n_sites']:,}**. Clusters by number "
        f"of sets: {'; '.join(f'at least {n}: {count:,}' for n, count in supported.items())}. Clusters by combination: "
        + "; ".join(f"{row.sets.replace(',', ' + ')}: {row.n:,}" for row in overlap.itertuples() if row.n)
        + ".",
        "",
    ]


def network_lines(results, given):
    """Metrics, training, time and memory of the network of the curated sites; time of a run with its model."""
    metrics, labels = read_json(results / "evaluation/metrics.json"), read_json(results / "labels/labels.json")
    training, card = read_json(results / "training/training.json"), read_json(results / "run_card.json")
    trace = results / "pipeline_info/execution_trace.txt"
    tolerant = metrics["pr_auc_tolerant"]
    return [
        "| arc | positions | labels | prevalence | ROC AUC | PR AUC | PR AUC within 5 nt |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *[
            f"| {arc} | {here['positions']:,} | {here['labels']:,} | {here['prevalence']:.5f} | "
            f"{metrics['arcs'][arc]['roc_auc']:.4f} | {metrics['arcs'][arc]['pr_auc']:.4f} | "
            f"{metrics['arcs'][arc]['pr_auc_tolerant']:.4f} |"
            for arc, here in labels["arcs"].items()
        ],
        "",
        f"Test arc with 95 % intervals (bootstrap over {metrics['bootstrap']['n_blocks']} blocks of "
        f"{metrics['bootstrap']['block_nt']:,} nt): ROC AUC {interval(metrics['roc_auc'])}, PR AUC "
        f"{interval(metrics['pr_auc'])}, within {tolerant['tolerance_nt']} nt {interval(tolerant)}.",
        "",
        f"Training: preset {training['preset']}, {training['n_weights']:,} weights, {training['steps']:,} steps, best "
        f"at step {training['best_step']:,} ({training['stop_reason']}).",
        "",
        "| process | tasks | longest task, min | all tasks, min | peak memory, GB |",
        "| --- | ---: | ---: | ---: | ---: |",
        *[
            f"| {row.process} | {row.tasks} | {row.longest / 60:.1f} | {row.total / 60:.1f} | {row.memory / 1e3:.2f} |"
            for row in processes(trace, card).itertuples()
        ],
        "",
        f"Whole run: **{wall_minutes(trace):.1f} minutes** on {card['machine']['cores']} CPU cores, no GPU. With the "
        f"trained model (`--model`): **{wall_minutes(given / 'pipeline_info/execution_trace.txt'):.1f} minutes**.",
        "",
    ]


def seed_lines(folder):
    """Metrics of each seed, of their mean and of the peers, and the lead of the mean over each peer."""
    table = read_tsv(folder / "seeds.tsv")
    minutes = {
        f"seed {speed.parent.name.split('_')[1]}": read_tsv(speed)["seconds"].iloc[-1] / 60
        for speed in sorted(folder.glob("seed_*/speed.tsv"))
    }
    lines = [
        "## Seeds and peers, test arc",
        "",
        "Networks of the same preset with different seeds, and the peers of `--baselines`. The further seeds were "
        "trained on one core each, two side by side. The 95 % intervals come from one paired bootstrap over genome "
        "blocks of 10,000 nt. A lead is the mean of the seeds minus the peer; its interval is paired.",
        "",
        f"| model | {' | '.join(METRICS.values())} | training, min on one core |",
        "| --- |" + " ---: |" * (len(METRICS) + 1),
    ]
    for (model, quantity), rows in table.groupby(["model", "quantity"], sort=False):
        rows = rows.set_index("metric")
        cells = [interval(rows.loc[metric]) for metric in METRICS]
        name = PEERS.get(model, model)
        lines.append(
            f"| {name if quantity == 'value' else f'lead over the {name}'} | {' | '.join(cells)} | "
            f"{f'{minutes[model]:.1f}' if model in minutes else ''} |"
        )
    return [*lines, ""]


def published_lines(results, steps):
    """Time and memory of the published shape on this machine: some training steps, and the rest of a whole run.

    ``steps``: length of the preset's whole training.
    """
    training, card = read_json(results / "training/training.json"), read_json(results / "run_card.json")
    seconds_here = read_tsv(results / "training/speed.tsv")["seconds"].iloc[-1]
    table = processes(results / "pipeline_info/execution_trace.txt", card).set_index("process")
    return [
        "## The published shape on a CPU",
        "",
        f"Preset published ({training['n_weights']:,} weights) on the curated sites, with "
        f"{card['machine']['cores']} CPU cores and no GPU. Training for {training['steps']:,} steps with one "
        f"validation took {seconds_here / 60:.1f} minutes, so {steps:,} steps would take about "
        f"{seconds_here * steps / training['steps'] / 3600:.0f} hours. Output and attention scores of the whole "
        f"genome (PREDICT): {table.total['PREDICT'] / 60:.1f} minutes and {table.memory['PREDICT'] / 1e3:.2f} GB; "
        f"merged (PROFILE): {table.total['PROFILE'] / 60:.1f} minutes.",
        "",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="--outdir of the run on the curated sites")
    parser.add_argument("given", type=Path, help="--outdir of the run with --model")
    parser.add_argument("seeds", type=Path, help="folder that ecoli_seeds.py wrote")
    parser.add_argument("published", type=Path, help="--outdir of the run with --preset published")
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    steps = read_json(PRESETS)["published"]["training"]["max_steps"]
    write_text(
        args.out,
        "\n".join(
            [
                "# E. coli K-12 as a benchmark",
                "",
                "`make ecoli DATA=<folder of the published files>` writes this page; every number comes from the files "
                "of its runs. `assets/ecoli_k12/` lists the files of the sets with their checksums. "
                "[ecoli_grid.md](ecoli_grid.md) compares the sets as training sets. [benchmarks.md](benchmarks.md) "
                "measures the speed of the kernels.",
                "",
                "## Four published TSS sets, preset cpu",
                "",
                *set_lines(args.results),
                *network_lines(args.results, args.given),
                *seed_lines(args.seeds),
                *published_lines(args.published, steps),
            ]
        ),
    )


if __name__ == "__main__":
    main()
