"""Every network against every label set: values against scikit-learn and a slow formula, the table and the figure."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from full_tables import write_tsv
from sklearn.metrics import average_precision_score, roc_auc_score

from attentome.evaluation.set_grid import GRID_METRICS, TOLERANCES, compare_with_sets
from attentome.genome.arcs import Interval
from attentome.io.files import read_tsv, write_arrays

LENGTH = 6000
INTERVALS = [Interval("test", "c", 1000, 5000)]


@pytest.fixture(scope="module")
def label_sets():
    random = np.random.default_rng(5)
    sets = {
        name: {f"c.{strand}": (random.random(LENGTH) < rate).astype(np.uint8) for strand in ("plus", "minus")}
        for name, rate in (("curated", 0.01), ("a", 0.02), ("10", 0.005))
    }
    sets["near"] = {key: np.roll(labels, 2) for key, labels in sets["curated"].items()}
    return sets


@pytest.fixture(scope="module")
def outputs(label_sets):
    random = np.random.default_rng(6)
    return {
        key: (random.normal(size=LENGTH) + 3 * labels).astype(np.float32)
        for key, labels in label_sets["curated"].items()
    }


@pytest.fixture(scope="module")
def grid(outputs, label_sets):
    return compare_with_sets("curated", outputs, label_sets, INTERVALS, block_nt=200, n_resamples=100, seed=1)


def value(grid, test_set, metric):
    return grid[(grid["test_set"] == test_set) & (grid["metric"] == metric)].iloc[0]


def flat(arrays):
    return np.concatenate([arrays[f"c.{strand}"][1000:5000] for strand in ("plus", "minus")])


def test_every_set_and_metric_has_its_row(grid, label_sets):
    assert list(grid[["test_set", "metric"]].itertuples(index=False, name=None)) == [
        (name, metric) for name in label_sets for metric in GRID_METRICS
    ]
    assert set(grid["train_set"]) == {"curated"}


def test_values_per_nucleotide_are_those_of_scikit_learn(grid, outputs, label_sets):
    for name, labels in label_sets.items():
        truth, scores = flat(labels), flat(outputs)
        assert value(grid, name, "roc_auc")["value"] == pytest.approx(roc_auc_score(truth, scores))
        assert value(grid, name, "pr_auc")["value"] == pytest.approx(average_precision_score(truth, scores))
        assert value(grid, name, "pr_auc_0nt")["value"] == value(grid, name, "pr_auc")["value"]
        assert value(grid, name, "pr_auc")["n_sites"] == truth.sum()
        assert value(grid, name, "pr_auc")["prevalence"] == pytest.approx(truth.mean())


def slow_tolerant_pr_auc(outputs, label_sets, tolerance):
    """Calls and matches position by position, then the sum over calls of precision x recall step."""
    calls = []
    for strand in ("plus", "minus"):
        scores, free = outputs[f"c.{strand}"][1000:5000], set(np.flatnonzero(label_sets[f"c.{strand}"][1000:5000]))
        taken = set()
        for place in sorted(range(len(scores)), key=lambda at: (-scores[at], at)):
            if any(place + step in taken for step in range(-tolerance, tolerance + 1)):
                continue
            taken.add(place)
            near = [at for at in free if abs(at - place) <= tolerance]
            hit = min(near, key=lambda at: (abs(at - place), at), default=None)
            free.discard(hit)
            calls.append((scores[place], hit is not None))
    hits = np.array([hit for _, hit in sorted(calls, key=lambda call: -call[0])])
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return precision[hits].sum() / flat(label_sets).sum()


@pytest.mark.parametrize("tolerance", [step for step in TOLERANCES if step])
@pytest.mark.parametrize("name", ["curated", "near"])
def test_tolerant_values_are_those_of_a_slow_formula(grid, outputs, label_sets, name, tolerance):
    expected = slow_tolerant_pr_auc(outputs, label_sets[name], tolerance)
    assert value(grid, name, f"pr_auc_{tolerance}nt")["value"] == pytest.approx(expected)


def test_labels_two_nt_off_are_found_from_two_nt_on(grid):
    assert value(grid, "near", "pr_auc_1nt")["value"] < 0.1
    assert value(grid, "near", "pr_auc_2nt")["value"] > 0.3


def test_intervals_hold_the_value_and_widen_with_few_sites(grid):
    assert ((grid["lo"] <= grid["value"]) & (grid["value"] <= grid["hi"])).all()
    width = {name: value(grid, name, "roc_auc")["hi"] - value(grid, name, "roc_auc")["lo"] for name in ("10", "a")}
    assert width["10"] > width["a"] > 0


def test_command_lines_write_table_and_figure(root, tmp_path, grid, outputs, label_sets):
    for name, labels in label_sets.items():
        write_arrays(tmp_path / f"{name}.safetensors", labels)
    write_arrays(tmp_path / "outputs.safetensors", outputs)
    write_tsv(
        tmp_path / "split.tsv",
        pd.DataFrame(
            [("train", "c", 0, 1000, 2000, 9), ("test", "c", 1000, 5000, 8000, 80)],
            columns=["arc", "contig", "start", "end", "positions", "sites"],
        ),
    )
    for network in ("curated", "10"):
        subprocess.run(
            [
                sys.executable,
                root / "bin/compare_sets.py",
                "--network",
                network,
                "--outputs",
                "outputs.safetensors",
                "--split",
                "split.tsv",
                "--resamples",
                "20",
                "--labels",
                *[f"{name}={name}.safetensors" for name in label_sets],
            ],
            cwd=tmp_path,
            check=True,
        )
    subprocess.run(
        [sys.executable, root / "bin/plot_grid.py", "--grids", "10.grid.tsv", "curated.grid.tsv"],
        cwd=tmp_path,
        check=True,
    )
    table = read_tsv(tmp_path / "grid.tsv")
    assert list(dict.fromkeys(table["train_set"])) == ["curated", "10"]
    assert list(dict.fromkeys(table["test_set"])) == ["curated", "10", "a", "near"]
    assert value(table[table["train_set"] == "10"], "a", "pr_auc_5nt")["value"] == pytest.approx(
        value(grid, "a", "pr_auc_5nt")["value"], rel=1e-5
    )
    assert (tmp_path / "grid.png").stat().st_size > 10_000
    text = (tmp_path / "grid.svg").read_text()
    assert f"{value(grid, 'a', 'roc_auc')['value']:.3f}" in text
