"""The page of make filters: means over trials, what was wanted, and the paper's figures in the right cells."""

import filters_page
import pandas as pd
import pytest

from attentome.filters.criteria import CRITERIA
from attentome.io.schemas.filters import ATTRIBUTIONS, ELEMENTS, FRACTIONS, GRADE_COUNTS, NETWORKS

SHARES = {("exponential", ""): (0.9, 0.7), ("relu", ""): (0.25, 0.0), ("exponential", "shuffled"): (0.0, 0.0)}
"""First layer and control to the share of matching filters in two trials."""


@pytest.fixture
def run(tmp_path):
    networks, maps = [], []
    for (activation, control), shares in SHARES.items():
        for trial, share in enumerate(shares, 1):
            name = f"task1_cnn-2_{activation}_{control}_{trial}"
            networks.append((name, "task1", "cnn-2", activation, control, trial, trial, 6, 0, 0.8, 0.6))
            shown = {"published": share, "equal": share / 2}
            rows = [
                (extraction, database, criterion, *limits, 1, part * (database == "given"), 12, round(10 * part), "")
                for extraction, part in shown.items()
                for database in ("given", "shuffled")
                for criterion, limits in CRITERIA.items()
            ]
            (tmp_path / f"filters/networks/{name}/filters").mkdir(parents=True)
            FRACTIONS.write(
                tmp_path / f"filters/networks/{name}/filters/fractions.tsv",
                pd.DataFrame(rows, columns=list(FRACTIONS.columns)),
            )
            if not control:
                for weights, value in (("last", share), ("matched", share - 0.1)):
                    values = (60, 60, 0.2, value, 0.0, 1.0, 0.5, 0.0, 1.0, 0.5, float("nan"))
                    maps += [(*networks[-1][:6], weights, 6, 0.8, name, *values) for name in filters_page.METHODS]
    NETWORKS.write(tmp_path / "filters/networks.tsv", pd.DataFrame(networks, columns=list(NETWORKS.columns)))
    ATTRIBUTIONS.write(tmp_path / "filters/attribution.tsv", pd.DataFrame(maps, columns=list(ATTRIBUTIONS.columns)))
    counts = [("task1", "cnn-2", *key, 2, 64, 1, 2, 3, 4, 54, 6 + len(key[1])) for key in SHARES]
    GRADE_COUNTS.write(tmp_path / "filters/grade_counts.tsv", pd.DataFrame(counts, columns=list(GRADE_COUNTS.columns)))
    ELEMENTS.write(tmp_path / "filters/elements.tsv", pd.DataFrame())
    return tmp_path


def element(name, activation, control="", q=0.01, extraction="equal"):
    row = {"task": "sites", "network": "cnn-2", "activation": activation, "control": control, "motif": name}
    row |= {"extraction": extraction, "name": name, "trials": 3, "trials_found": 2, "filters": 4, "filters_total": 96}
    row |= {"filters_shuffled": 0.4, "first": 1, "same_place": 4, "E": 2e-5, "q": 0.02, "q_shuffled": q, "cover": 0.9}
    place = {"best": "sites_1", "filter": 1, "orientation": "+", "position": 70, "base": -10, "share": 0.1}
    return row | place | {"elsewhere": 0.0, "outside": 0.0, "start": 64, "end": 76, "base_from": -16, "base_to": -5}


def test_means_over_trials(run):
    values = filters_page.run_values(run)
    own = values[("task1", "cnn-2", "exponential", "")]
    assert own["match"].mean == pytest.approx(0.8) and own["match"].trials == 2
    assert own["match"].low == pytest.approx(0.8 - 12.706 * 0.1, abs=1e-3)  # Student's t of 1 degree of freedom
    assert own["whole, equal windows"].mean == pytest.approx(0.4)
    assert own["factors"].mean == 8
    assert own["saliency"].mean == pytest.approx(0.8)
    assert own["saliency, equal accuracy"].mean == pytest.approx(0.7)
    assert "saliency" not in values[("task1", "cnn-2", "exponential", "shuffled")]


def test_wanted_figures_are_compared_with_their_limits(run):
    lines = filters_page.wanted_lines({"tiny": filters_page.run_values(run)})
    cells = {tuple(line.split(" | ")[1:4]): line.split(" | ")[4:] for line in lines[2:]}
    assert cells["task1, cnn-2", "exponential", "match"] == ["at least 0.6", "0.8", "yes |"]
    assert cells["task1, cnn-2", "relu", "match"] == ["at most 0.1", "0.125", "**no** |"]
    assert cells["task1, cnn-2", "exponential shuffled", "match"] == ["at most 0.1", "0", "yes |"]
    assert not any("task3" in names[0] for names in cells)  # that this run does not have


def test_the_gap_is_that_between_the_intervals(run):
    values = filters_page.run_values(run)
    wide = filters_page.wanted_lines({"laptop": values})
    assert len(wide) == 3 and "**no**" in wide[2]  # two trials that differ give intervals that overlap
    mean = filters_page.Value
    for activation, value in (("exponential", mean(0.8, 0.7, 0.9, 3)), ("relu", mean(0.1, 0.0, 0.2, 3))):
        values[("task1", "cnn-2", activation, "")]["match"] = value
    assert filters_page.wanted_lines({"laptop": values})[2].endswith("| gap | at least 0 | 0.5 | yes |")


def test_the_papers_figures_stand_beside_trained_networks(run):
    lines = filters_page.run_lines(filters_page.run_values(run))
    trained, control = (
        next(x for x in lines if x.startswith(f"| task1 | cnn-2 | exponential | {c}")) for c in (" |", "sh")
    )
    assert trained.endswith("| 6 of 64 |") and control.endswith("| 14 of 64 |")
    assert " | 0.97 | " in trained and " | 0.97 | " not in control


def test_motifs_that_filters_spell_where_nothing_was_planted(run):
    assert filters_page.element_lines(run) == []
    rows = [element("-10", "exponential"), element("-10", "relu", q=0.6), element("CRP", "relu", q=0.4)]
    rows += [element("UP", "relu", control="shuffled"), element("IHF", "relu", extraction="published")]
    ELEMENTS.write(run / "filters/elements.tsv", pd.DataFrame(rows)[list(ELEMENTS.columns)])
    lines = filters_page.element_lines(run)[4:]
    assert lines == [
        "| cnn-2 | -10 | exponential | 2 of 3 | 4 of 96 | 0.4 | 2e-05 | 0.01 | 0.90 | -16 to -5 |",
        "| cnn-2 | -10 | relu | 2 of 3 | 4 of 96 | 0.4 | 2e-05 | 0.6 | 0.90 | -16 to -5 |",
    ]
