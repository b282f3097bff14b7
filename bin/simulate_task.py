#!/usr/bin/env python3
"""SIMULATE_TASK: write sequences with planted motifs, their classes, and the truth about each base."""

import argparse
from dataclasses import replace
from pathlib import Path

from attentome.genome.labelled_sequences import PARTS
from attentome.io.exits import one_line_exit
from attentome.io.files import sha256, write_json
from attentome.io.record import task_record
from attentome.motifs.factors import TASKS, read_factors
from attentome.motifs.readers import read_databases
from attentome.simulate.decoys import choose_decoys
from attentome.simulate.motif_tasks import simulate_task1, simulate_task3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=TASKS, required=True, help="of Koo & Ploenzke 2021")
    parser.add_argument("--motifs", nargs="+", required=True, help="databases: MEME, TRANSFAC or JASPAR")
    parser.add_argument("--factors", required=True, help="TSV: factor, motifs, tasks")
    parser.add_argument("--sequences", type=int, required=True)
    parser.add_argument("--length", type=int, default=200, help="nt of a sequence")
    parser.add_argument("--decoys", type=int, help="of task 3; as many as the database has if not given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    with one_line_exit("simulate_task.py"), task_record(options.record, "SIMULATE_TASK", options.out.name, ("numpy",)):
        simulate(options)


def simulate(options):
    motifs = read_databases(options.motifs)
    factors = read_factors(options.factors, motifs, options.task)
    by_id = {motif.id: motif for motif in motifs}
    planted = [by_id[one.motifs[0]] for one in factors]
    facts = {}
    if options.task == "1":
        task = simulate_task1(planted, options.sequences, options.length, options.seed)
        task = replace(task, classes=[one.name for one in factors])
    else:
        own = {motif for one in factors for motif in one.motifs[1:]}
        decoys = choose_decoys(
            [motif for motif in motifs if motif.id not in own], planted, options.decoys, options.seed
        )
        task = simulate_task3(planted, decoys.kept, options.sequences, options.length, options.seed)
        facts = {
            "decoys": [motif.id for motif in decoys.kept],
            "rule": decoys.rule,
            "removed": decoys.removed.to_dict("records"),
        }
    task.save(options.out)
    write_json(
        options.out / "task.json",
        {
            "task": options.out.name,
            "seed": options.seed,
            "sequences": {part: len(task.rows(part)) for part in PARTS},
            "length": options.length,
            "motif_file": ", ".join(Path(path).name for path in options.motifs),
            "motif_sha256": ", ".join(sha256(path) for path in options.motifs),
            "classes": {one.name: list(one.motifs) for one in factors},
            "outputs": task.classes,
            "prevalence": dict(zip(task.classes, task.labels.mean(axis=0).tolist(), strict=True)),
            **facts,
        },
    )


if __name__ == "__main__":
    main()
