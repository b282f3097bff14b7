"""E. coli's page: seeds and peers are compared by what each of them scores, and the page says just that."""

import numpy as np
import pandas as pd
import pytest
from ecoli_seeds import MEAN, compare_seeds
from ecoli_table import published_lines, seed_lines
from sklearn.metrics import average_precision_score, roc_auc_score

from attentome.genome.arcs import Interval
from attentome.io.files import write_json, write_tsv


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(5)
    labels = {f"chr.{strand}": (rng.random(40_000) < 0.005).astype(np.uint8) for strand in ("plus", "minus")}

    def outputs(strength):
        return {
            key: (strength * array + rng.normal(size=len(array))).astype(np.float32) for key, array in labels.items()
        }

    seeds, peers = {"seed 1": outputs(2.0), "seed 2": outputs(3.0)}, {"residual_cnn": outputs(1.0)}
    arc = [Interval("test", "chr", 10_000, 40_000)]
    truth = {
        name: [
            measure(
                np.concatenate([array[10_000:] for array in labels.values()]),
                np.concatenate([array[10_000:] for array in model.values()]),
            )
            for measure in (roc_auc_score, average_precision_score)
        ]
        for name, model in (seeds | peers).items()
    }
    return compare_seeds(seeds, peers, labels, arc, 5, 1_000, 50), truth


def cell(table, model, quantity, metric):
    return table.set_index(["model", "quantity", "metric"]).loc[(model, quantity, metric)]


@pytest.mark.parametrize(("number", "metric"), [(0, "roc_auc"), (1, "pr_auc")])
def test_seeds_mean_and_lead(table, number, metric):
    table, truth = table
    for name, values in truth.items():
        assert cell(table, name, "value", metric).value == pytest.approx(values[number], abs=1e-9)
    mean = (truth["seed 1"][number] + truth["seed 2"][number]) / 2
    assert cell(table, MEAN, "value", metric).value == pytest.approx(mean, abs=1e-9)
    lead = cell(table, "residual_cnn", "lead", metric)
    assert lead.value == pytest.approx(mean - truth["residual_cnn"][number], abs=1e-9)
    assert 0 < lead.lo < lead.value < lead.hi  # it sees the labels far better


def test_the_lead_is_drawn_in_pairs(table):
    """Blocks that are hard are so for both, so the lead is surer than two intervals side by side would make it."""
    table, _ = table
    mean, peer, lead = (
        cell(table, name, quantity, "roc_auc")
        for name, quantity in ((MEAN, "value"), ("residual_cnn", "value"), ("residual_cnn", "lead"))
    )
    assert lead.hi - lead.lo < (mean.hi - mean.lo) + (peer.hi - peer.lo)


def test_lines_of_the_page(table, tmp_path):
    table, truth = table
    write_tsv(tmp_path / "seeds.tsv", table)
    (tmp_path / "seed_2").mkdir()
    write_tsv(tmp_path / "seed_2/speed.tsv", pd.DataFrame({"step": [5, 10], "seconds": [60.0, 90.0]}))
    rows = [[part.strip() for part in line.split("|")[1:-1]] for line in seed_lines(tmp_path) if line.startswith("| ")]
    rows = {row[0]: row[1:] for row in rows}
    assert list(rows)[2:] == ["seed 1", "seed 2", "residual CNN", MEAN, "lead over the residual CNN"]
    assert rows["seed 2"][0].startswith(f"{truth['seed 2'][0]:.4f} (") and rows["seed 2"][-1] == "1.5"
    assert rows["seed 1"][-1] == ""


def test_time_of_the_published_shape(tmp_path):
    (tmp_path / "training").mkdir()
    (tmp_path / "pipeline_info").mkdir()
    write_json(tmp_path / "training/training.json", {"steps": 500, "n_weights": 314_948})
    write_tsv(tmp_path / "training/speed.tsv", pd.DataFrame({"step": [500], "seconds": [720.0]}))
    write_json(
        tmp_path / "run_card.json",
        {"machine": {"cores": 2}, "time_and_memory": [{"process": "PREDICT", "peak_memory_mb": 600.0}]},
    )
    write_tsv(
        tmp_path / "pipeline_info/execution_trace.txt",
        pd.DataFrame(
            {
                "name": ["PREDICT (curated:1)", "PROFILE"],
                "status": "COMPLETED",
                "realtime": ["11m 30s", "1m 6s"],
                "peak_rss": ["500 MB", "1 GB"],
            }
        ),
    )
    text = " ".join(published_lines(tmp_path, 85_000))
    assert "12.0 minutes, so 85,000 steps would take about 34 hours" in text
    assert "(PREDICT): 11.5 minutes and 0.60 GB; merged (PROFILE): 1.1 minutes" in text
