"""Filters of a network described, and networks joined: constructed filters against what they were made from."""

import numpy as np
import pandas as pd
import pytest
from project import ROOT
from scipy import stats

from attentome.filters.describe import describe_filters, shuffled_database
from attentome.filters.pwms import pwms_of_activations
from attentome.filters.summary import mean_interval, network_table, summarise
from attentome.io.schemas.filters import FILTERS, FRACTIONS, NETWORKS, SUMMARY
from attentome.motifs.readers import read_motifs
from attentome.simulate.motif_tasks import simulate_task1

MOTIFS = read_motifs(ROOT / "assets/filters/test_motifs.meme")
TRUTH = {motif.id: [motif.id] for motif in MOTIFS[:12]}


@pytest.fixture(scope="module")
def described():
    """Filter 1 fires where m01 was planted, filter 2 where m02's first half was, filter 3 anywhere, filter 4 never."""
    task = simulate_task1(MOTIFS[:12], sequences=1500, seed=3)
    rng = np.random.default_rng(0)
    n, length = task.sequences.shape
    activations = np.zeros((n, 4, length), np.float32)
    activations[:, 2] = rng.random((n, length))
    for row in task.planted[task.planted["strand"] == "+"].itertuples():
        if row.motif == "m01":
            activations[row.sequence, 0, (row.start + row.end) // 2] = 2
        if row.motif == "m02":
            activations[row.sequence, 1, row.start] = 1
    pwms = pwms_of_activations(lambda: iter([activations]), task.sequences)
    return describe_filters(pwms, MOTIFS, TRUTH, seed=1)


def test_a_filter_at_a_motif_is_that_motif(described):
    filters, _ = described
    assert list(filters.columns) == list(FILTERS.columns) and len(filters) == 2 * 4
    for extraction in ("published", "equal"):
        rows = filters[filters["extraction"] == extraction].set_index("filter")
        assert rows.loc[1, ["any_motif", "factor", "motif", "orientation"]].tolist() == ["m01", "m01", "m01", "+"]
        assert rows.loc[1, "E"] < 1e-4 and rows.loc[1, "cover"] > 0.8 and rows.loc[1, "q"] < 0.05
        assert rows.loc[1, "maximum"] == 2
        assert rows.loc[4, "sites"] == 0 and rows.loc[4, "any_motif"] == "" and np.isnan(rows.loc[4, "E"])
        assert rows.loc[3, "bits"] < rows.loc[1, "bits"]


def test_the_shares_count_filters_beside_a_shuffled_database(described):
    filters, fractions = described
    assert list(fractions.columns) == list(FRACTIONS.columns)
    own = filters[filters["extraction"] == "equal"]
    given = fractions[(fractions["extraction"] == "equal") & (fractions["database"] == "given")].set_index("criterion")
    shuffled = fractions[(fractions["extraction"] == "equal") & (fractions["database"] == "shuffled")]
    assert given.loc["strict", "share"] == (own["E"] <= 1e-4).sum() / 4 > 0
    assert given.loc["strict_whole", "filters"] == ((own["E"] <= 1e-4) & (own["cover"] >= 0.8)).sum()
    assert "m01" in given.loc["strict_whole", "found"].split(",") and given.loc["strict", "factors"] == 12
    assert shuffled.set_index("criterion").loc["strict", "filters"] == 0


def test_a_shuffled_database_keeps_columns_and_names_and_is_the_same_for_a_seed():
    one, two, other = (shuffled_database(MOTIFS, seed) for seed in (1, 1, 2))
    for motif, first, second in zip(MOTIFS, one, two, strict=True):
        assert (first.id, first.name, first.sites) == (motif.id, motif.name, motif.sites)
        np.testing.assert_array_equal(first.frequencies, second.frequencies)
        assert sorted(map(tuple, first.frequencies)) == sorted(map(tuple, motif.frequencies))
    assert any(not np.array_equal(a.frequencies, b.frequencies) for a, b in zip(one, other, strict=True))
    assert any(not np.array_equal(a.frequencies, b.frequencies) for a, b in zip(one, MOTIFS, strict=True))


def test_interval_is_students():
    values = [0.7, 0.8, 0.95]
    mean, low, high = mean_interval(values)
    reference = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (mean, low, high) == pytest.approx((np.mean(values), reference.low, reference.high))
    assert mean_interval([0.5])[0] == 0.5 and np.isnan(mean_interval([0.5])[1:]).all()
    assert mean_interval([0.5, np.nan])[0] == 0.5 and np.isnan(mean_interval([])).all()


def network(trial, control=None, **more):
    name = f"task1_cnn-2_relu_{control or ''}{trial:02d}"
    facts = {"id": name, "task": "task1", "network": "cnn-2", "activation": "relu", "control": control, "trial": trial}
    return {**facts, "seed": trial, "epochs": 6, "diverged": False, "auroc": 0.9, "aupr": trial / 10, **more}


def shares(found, share):
    rows = [("published", "given", "loose", 0.1, 0.0, 3, share, 12, len(found.split(",")), found)]
    return pd.DataFrame(rows, columns=list(FRACTIONS.columns))


def test_summary_is_over_trials_and_apart_for_controls():
    facts = [network(2, diverged=True), network(1), network(1, "untrained")]
    table = network_table(facts)
    assert list(table.columns) == list(NETWORKS.columns)
    assert table["trial"].tolist() == [1, 2, 1] and table["control"].tolist() == ["", "", "untrained"]
    fractions = {
        facts[0]["id"]: shares("m01,m02", 0.4),
        facts[1]["id"]: shares("m01", 0.6),
        facts[2]["id"]: shares("", 0.0),
    }
    summary = summarise(table, fractions)
    assert list(summary.columns) == list(SUMMARY.columns) and summary["control"].tolist() == ["", "untrained"]
    own, control = summary.iloc[0], summary.iloc[1]
    assert (own["trials"], own["diverged"], own["share"], own["aupr"]) == (2, 1, 0.5, pytest.approx(0.15))
    assert (own["share_low"], own["share_high"]) == pytest.approx(mean_interval([0.4, 0.6])[1:])
    assert own["factors_found"] == 1.5 and own["factors_found_any_trial"] == 2
    assert control["share"] == 0 and np.isnan(control["share_low"]) and control["factors_found_any_trial"] == 0
