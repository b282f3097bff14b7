"""Agreement of heads with mutagenesis: direct formulas, planted profiles, and p where there is nothing to agree."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.ndimage import gaussian_filter1d
from scipy.stats import kstest, spearmanr

from attentome.attribution.head_agreement import (
    agreement,
    base_scores,
    head_agreement_table,
    head_scores,
    key_lags,
    turned_correlations,
)
from attentome.attribution.mutagenesis import Effects
from attentome.genome.contigs import Contig
from attentome.network.transformer import Network, NetworkConfig

CPU = torch.device("cpu")


@pytest.mark.parametrize("changes", [{}, {"ahead": 4, "padding": "same"}], ids=["behind", "ahead"])
def test_scores_are_those_of_the_query(changes):
    shape = {"layers": 2, "heads": 3, "d_model": 8, "d_head": 4, "window": 12, "conv_width": 3} | changes
    network = Network(NetworkConfig(**shape)).initialise(torch.Generator().manual_seed(1), 0.6).eval()
    upstream, downstream = network.context()
    contig = Contig("c", np.random.default_rng(2).integers(0, 4, 80).astype(np.uint8))
    queries = pd.DataFrame(
        [("c", "plus", 3), ("c", "minus", 30), ("c", "plus", 60)], columns=["contig", "strand", "position"]
    )
    found = [head_scores(network, {"c": contig}, queries, CPU, batch, threads) for batch, threads in ((16, 1), (2, 2))]
    np.testing.assert_allclose(found[1], found[0], atol=1e-6)
    for strand, rows in (("plus", {0: 3, 2: 60}), ("minus", {1: 49})):
        stream = contig.window(strand, -upstream, 80 + downstream)
        with torch.no_grad():
            scores = network(torch.from_numpy(stream.astype(np.int64))[None], keep_scores=True)[1]
        for row, position in rows.items():
            expected = torch.stack([layer[0, :, position] for layer in scores])
            np.testing.assert_allclose(found[0][row], expected, atol=1e-6)


def test_correlation_with_each_turn():
    random = np.random.default_rng(1)
    effect, score = random.normal(size=40), random.integers(0, 5, 40)
    expected = [spearmanr(effect, np.roll(score, turn)).statistic for turn in range(40)]
    np.testing.assert_allclose(turned_correlations(effect, score), expected, atol=1e-12)


def test_lags_span_the_reach():
    assert key_lags(6, 0) == [0, 3, 6] and key_lags(3, 3) == [-3, 0, 3]
    assert key_lags(194, 0) == [0, 6, 12] and key_lags(18, 18) == [-12, 0, 12]
    assert key_lags(0, 0) == [0] and key_lags(1, 0) == [0, 1]


@pytest.mark.parametrize("lag", [0, 3, 6])
def test_head_that_looks_where_the_effect_is(lag):
    """The two boxes of a promoter, and a head with keys ``lag`` nt downstream of them."""
    d = np.arange(128)
    effect = np.exp(-(((d - 30) / 3.0) ** 2)) + 0.6 * np.exp(-(((d - 53) / 3.0) ** 2)) + 1e-6 * d
    rho, found, p, shifts = agreement(effect, np.roll(effect, -lag) ** 2, [0, 3, 6])
    assert rho > 0.95 and found == lag
    # The turns by which another lag becomes this one agree as well: two of them.
    assert p == pytest.approx(3 / 128) and shifts == 127


def test_p_is_uniform_where_nothing_agrees():
    """600 pairs of unrelated smooth profiles; p goes in steps, of which none may come too often."""
    random = np.random.default_rng(3)
    for lags in ([0], [0, 3, 6], [-3, 0, 3]):
        p = []
        for _ in range(600):
            effect, score = gaussian_filter1d(random.normal(size=(2, 192)), 2.0, mode="wrap")
            p.append(agreement(effect, np.exp(score), lags)[2])
        p = np.array(p)
        assert kstest(p, "uniform").pvalue > 0.01
        for level in (0.02, 0.05, 0.1):
            assert (p <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / len(p))
        assert p.min() >= len(lags) / 192


def test_flat_head_agrees_with_nothing():
    rho, lag, p, _ = agreement(np.arange(20.0), np.full(20, 0.05), [0, 3, 6])
    assert (rho, lag, p) == (0.0, 0, 1.0)


def effects_of(mean_abs, distances):
    """Effects whose three substitutions all have the given size, half of them with the other sign; NaN = unknown."""
    n, m = mean_abs.shape
    codes = np.where(np.isnan(mean_abs), 4, 2).astype(np.uint8)
    delta = np.repeat(mean_abs[:, :, None], 4, 2)
    delta[:, ::2] *= -1
    delta[:, :, 2] = np.nan
    return Effects(pd.DataFrame(index=range(n)), distances, codes, np.zeros(n), delta)


def test_table_of_heads():
    random = np.random.default_rng(4)
    distances = np.arange(5, 65)
    mean_abs = gaussian_filter1d(random.random((6, 60)), 2.0, axis=1)
    mean_abs[2, 7] = np.nan
    scores = random.random((6, 2, 2, 70))
    # The key of layer 2, head 1 lies 4 nt downstream of the base.
    scores[:, 1, 0, 5:65] = np.roll(np.nan_to_num(mean_abs), -4, axis=1)
    heads = [(1, 1), (1, 2), (2, 1)]
    table = head_agreement_table(effects_of(mean_abs, distances), scores, [(2, 0), (4, 4)], heads)
    assert table.columns.tolist() == ["layer", "head", "rho", "lag", "p", "q", "rho_sites", "shifts", "p_min"]
    assert list(zip(table["layer"], table["head"])) == heads and table["shifts"].tolist() == [59] * 3
    np.testing.assert_allclose(table["p_min"], 3 / 60)
    right = table.iloc[2]
    assert right["lag"] == 4 and right["rho"] > 0.95 and right["p"] == pytest.approx(3 / 60)
    assert right["rho_sites"] == pytest.approx(1.0)
    for _, row in table.iterrows():
        here = scores[:, int(row["layer"]) - 1, int(row["head"]) - 1, 5:65]
        own = [spearmanr(mean_abs[i], np.roll(here[i], int(row["lag"])), nan_policy="omit").statistic for i in range(6)]
        assert row["rho_sites"] == pytest.approx(np.mean(own))
        assert row["rho"] == pytest.approx(
            spearmanr(np.nanmean(mean_abs, 0), np.roll(here.mean(0), int(row["lag"]))).statistic
        )
    # Benjamini-Hochberg by hand: p x heads / rank, never above that of the next larger p.
    order = table["p"].to_numpy().argsort()
    scaled = table["p"].to_numpy()[order] * 3 / np.arange(1, 4)
    np.testing.assert_allclose(table["q"].to_numpy()[order], np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1))


def test_scores_are_brought_to_the_bases():
    scores = np.array([[0.5, 0.3, 0.1, 0.1]])
    assert base_scores(scores, np.arange(1, 4), 1).tolist() == [[0.5, 0.3, 0.1]]
    assert base_scores(scores, np.arange(0, 4), 2).tolist() == [[-1, -1, 0.5, 0.3]]
    assert base_scores(scores, np.arange(0, 4), -1).tolist() == [[0.3, 0.1, 0.1, -1]]
