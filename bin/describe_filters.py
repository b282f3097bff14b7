#!/usr/bin/env python3
"""DESCRIBE_FILTERS: read the first filters of networks as motifs and compare them with a database."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from attentome.evidence.filter_evidence import filter_evidence, shuffled_copies
from attentome.filters.describe import describe_filters
from attentome.filters.element_matches import base_of_position, firing_by_class, motif_matches
from attentome.filters.pwms import filter_pwms, write_filters
from attentome.genome.labelled_sequences import LabelledSequences
from attentome.io.exits import one_line_exit
from attentome.io.files import read_json, write_json, write_tsv
from attentome.io.record import task_record
from attentome.io.schemas.filters import EVIDENCE, FILTERS, FRACTIONS, MATCHES
from attentome.motifs.readers import read_databases
from attentome.network.device import choose_device
from attentome.network.saved_motif_cnn import LAST, load_motif_cnn
from attentome.training.train_cnn import class_metrics, predict_cnn


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", type=Path, required=True, help="folder with task.safetensors and task.json")
    parser.add_argument("--networks", required=True, help="JSON list: id, and what else network.json repeats")
    parser.add_argument("--models", nargs="+", required=True, metavar="ID=FOLDER", help="folders of TRAIN_CNNS")
    parser.add_argument("--motifs", nargs="+", required=True, help="databases: MEME, TRANSFAC or JASPAR")
    parser.add_argument("--seed", type=int, default=1, help="of the shuffled database and sequences")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--out", type=Path, default=".")
    parser.add_argument("--tag", default="")
    parser.add_argument("--record", default="record.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    packages = ("torch", "numpy", "pandas", "scipy", "memelite", "numba")
    with one_line_exit("describe_filters.py"), task_record(options.record, "DESCRIBE_FILTERS", options.tag, packages):
        task, facts = LabelledSequences.load(options.task), read_json(options.task / "task.json")
        models = dict(text.partition("=")[::2] for text in options.models)
        database, device = read_databases(options.motifs), choose_device(options.device)
        copies = shuffled_copies(task, options.seed)
        for network in read_json(options.networks):
            describe(network, models[network["id"]], task, facts, copies, database, device, options)


def describe(meta, folder, task, facts, copies, database, device, options):
    """Describe one network and write its folder."""
    network, description = load_motif_cnn(folder, LAST, device)
    test, truth, upstream = task.rows("test"), facts["classes"], facts.get("upstream")
    anchored = upstream is not None
    pwms = filter_pwms(network, task.sequences[test], device)
    filters, fractions = describe_filters(pwms, database, truth, options.seed)
    evidence = filter_evidence(network, task, copies, pwms, filters, database, truth, options.seed, anchored, device)
    auroc, aupr = class_metrics(task.labels[test], predict_cnn(network, task.sequences[test], device))
    out = options.out / meta["id"]
    out.mkdir(parents=True, exist_ok=True)
    write_filters(out / "filters_published.meme", pwms.published)
    write_filters(out / "filters_equal.meme", pwms.equal)
    FILTERS.write(out / "filters.tsv", filters)
    FRACTIONS.write(out / "fractions.tsv", fractions)
    EVIDENCE.write(out / "evidence.tsv", evidence)
    activity = activity_table(pwms.profile)
    if not any(truth.values()):
        firing = firing_by_class(network, task.sequences[test], task.labels[test], pwms.profile.maximum, device)
        activity = activity.assign(inside=firing.inside.ravel(), outside=firing.outside.ravel())
        if upstream is not None:
            activity["base"] = [base_of_position(position, upstream) for position in activity["position"]]
        MATCHES.write(out / "matches.tsv", motif_matches(pwms, database, firing, upstream, options.seed))
    write_tsv(out / "activity.tsv", activity)
    write_json(
        out / "network.json",
        {
            **meta,
            "epochs": description["origin"]["epochs"],
            "diverged": description["origin"]["diverged"],
            "auroc": float(np.nanmean(auroc)),
            "aupr": float(np.nanmean(aupr)),
            "auroc_by_class": dict(zip(task.classes, auroc.tolist(), strict=True)),
            "aupr_by_class": dict(zip(task.classes, aupr.tolist(), strict=True)),
            "test_sequences": len(test),
        },
    )


def activity_table(profile):
    """Share of the test sequences in which each filter fires at each position: filter, position (0-based), share."""
    filters, length = profile.fired.shape
    return pd.DataFrame(
        {
            "filter": np.repeat(np.arange(1, filters + 1), length),
            "position": np.tile(np.arange(length), filters),
            "share": profile.fired.ravel(),
        }
    )


if __name__ == "__main__":
    main()
