"""The comparison with peers: values of the metrics themselves, leads paired block by block."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
from full_tables import write_tsv
from project import load_command

from attentome.evaluation.metrics import arc_metrics
from attentome.evaluation.peers import compare_peers
from attentome.evaluation.stretches import stretches
from attentome.genome.arcs import Interval
from attentome.io.files import write_arrays, write_json

ARC = [Interval("test", "c", 100, 4100)]


def outputs_of(labels, signal, rng):
    return {name: signal * array + rng.normal(size=len(array)) for name, array in labels.items()}


@pytest.fixture
def models():
    rng = np.random.default_rng(1)
    labels = {f"c.{strand}": (rng.random(5000) < 0.01).astype(np.uint8) for strand in ("plus", "minus")}
    return labels, {
        "pwm_scanner": outputs_of(labels, 1.5, rng),
        "network": outputs_of(labels, 2.5, rng),
        "residual_cnn": outputs_of(labels, 2.5, rng),
    }


def test_values_are_those_of_each_model_alone(models):
    labels, outputs = models
    found = compare_peers(outputs, labels, ARC, 5, 200, 50, 3)
    assert list(found) == ["network", "pwm_scanner", "residual_cnn"] and "network_lead" not in found["network"]
    for name, entry in found.items():
        alone, _ = arc_metrics(stretches(outputs[name], labels, ARC), 5, 200, 50, 3)
        for metric in ("roc_auc", "pr_auc", "pr_auc_tolerant"):
            assert entry[metric] == pytest.approx({key: alone[metric][key] for key in ("value", "lo", "hi")})


def test_leads_are_paired(models):
    labels, outputs = models
    found = compare_peers(outputs, labels, ARC, 5, 200, 200, 3)
    lead = found["pwm_scanner"]["network_lead"]
    for metric in ("roc_auc", "pr_auc", "pr_auc_tolerant"):
        assert lead[metric]["value"] == pytest.approx(
            found["network"][metric]["value"] - found["pwm_scanner"][metric]["value"]
        )
    assert lead["pr_auc"]["lo"] > 0
    equal = found["residual_cnn"]["network_lead"]["pr_auc"]
    assert equal["lo"] < 0 < equal["hi"]
    # Against itself the lead is 0 in every draw; unpaired it would have an interval as wide as that of the values.
    twice = {"network": outputs["network"], "residual_cnn": outputs["network"]}
    same = compare_peers(twice, labels, ARC, 5, 200, 50, 3)
    assert same["residual_cnn"]["network_lead"]["pr_auc"] == {"value": 0, "lo": 0, "hi": 0}
    assert same["network"]["pr_auc"]["hi"] - same["network"]["pr_auc"]["lo"] > 0.02


def test_command_writes_what_it_measured(models, tmp_path, monkeypatch):
    labels, outputs = models
    write_arrays(tmp_path / "labels.safetensors", labels)
    arguments = []
    for name in ("network", "pwm_scanner"):
        write_arrays(
            tmp_path / f"{name}.safetensors", {key: array.astype(np.float32) for key, array in outputs[name].items()}
        )
        write_json(tmp_path / f"{name}.json", {"n_weights": 69})
        arguments += [f"--{name}", str(tmp_path / f"{name}.safetensors"), str(tmp_path / f"{name}.json")]
    write_tsv(
        tmp_path / "split.tsv", pd.DataFrame([("test", "c", 100, 4100)], columns=["arc", "contig", "start", "end"])
    )
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "compare_peers.py",
            *arguments,
            "--labels",
            str(tmp_path / "labels.safetensors"),
            "--split",
            str(tmp_path / "split.tsv"),
            "--resamples",
            "20",
            "--out",
            str(tmp_path),
            "--record",
            str(tmp_path / "record.json"),
        ],
    )
    load_command("compare_peers").main()
    written = json.loads((tmp_path / "peers.json").read_text())
    assert written["bootstrap"] == {"block_nt": 200, "n_resamples": 20, "seed": 1}
    assert written["models"]["pwm_scanner"]["n_weights"] == 69
    table = pd.read_csv(tmp_path / "peers.tsv", sep="\t")
    assert table.groupby(["model", "quantity"]).size().to_dict() == {
        ("network", "value"): 3,
        ("pwm_scanner", "network_lead"): 3,
        ("pwm_scanner", "value"): 3,
    }
    row = table[(table.model == "pwm_scanner") & (table.quantity == "network_lead") & (table.metric == "roc_auc")]
    lead = written["models"]["pwm_scanner"]["network_lead"]["roc_auc"]["value"]
    assert row.value.item() == pytest.approx(lead, rel=1e-5)
