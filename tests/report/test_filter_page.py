"""The page of --mode filters, from tables written by hand: outcome, gallery, and names that hold markup."""

import html.parser
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from project import ROOT

from attentome.evidence.filter_grades import count_grades
from attentome.filters.summary import attribution_table, network_table, summarise
from attentome.io.files import write_json, write_tsv
from attentome.io.schemas.filters import (
    ATTRIBUTION,
    ATTRIBUTIONS,
    ELEMENTS,
    FILTER_GRADES,
    FILTERS,
    FRACTIONS,
    GRADE_COUNTS,
    IMPORTANCE,
    NETWORKS,
    PAIRS,
    RULES,
    SETS,
    SUMMARY,
)
from attentome.motifs.readers import read_motifs
from attentome.motifs.writers import write_motifs
from attentome.report.filter_page.grades import rule_lines
from attentome.report.filter_page.page import filter_page, outcome_sentences, read_filter_results
from attentome.report.html.templates import Templates

MOTIF_FILE = ROOT / "assets/filters/test_motifs.meme"
MOTIFS = read_motifs(MOTIF_FILE)
CRITERIA = {
    "any": (0.1, 0),
    "any_whole": (1e-4, 0.8),
    "loose": (0.1, 0),
    "strict": (1e-4, 0),
    "loose_whole": (0.1, 0.8),
    "strict_whole": (1e-4, 0.8),
}
SHARES = {"exponential": 0.75, "relu": 0.25}
RULE = json.loads((ROOT / "assets/filters/grade_rule.json").read_text())
NAME = "<script>alert(1)</script>"


def fractions(share):
    rows = []
    for extraction in ("published", "equal"):
        for database in ("given", "shuffled"):
            for criterion, (max_e, cover) in CRITERIA.items():
                own = share if database == "given" else 0.0
                rows.append((extraction, database, criterion, max_e, cover, int(4 * own), own, 2, 1, "m01"))
    return pd.DataFrame(rows, columns=list(FRACTIONS.columns))


def filters():
    rows = []
    for extraction in ("published", "equal"):
        for number, (e, cover) in enumerate([(1e-6, 0.9), (1e-3, 0.4)], 1):
            motif = f"m{number:02d}"
            any_of = (motif, motif, e, e, cover, "+", number - 2)
            rows.append(
                (extraction, number, 40, 12, 9.5, 3.0, 0.4, *any_of, motif, motif, e, e, cover, "+", number - 2)
            )
    return pd.DataFrame(rows, columns=list(FILTERS.columns)).astype({"offset": "Int64", "any_offset": "Int64"})


def grades(networks):
    """Filter 1 of trained networks has grade B, filter 2 none; those of controls have none."""
    rows = []
    for one in networks.itertuples():
        for number in (1, 2):
            best = number == 1 and not one.control
            outcomes = ["passed"] * 3 + ["", "passed"] if best else ["failed"] * 3 + ["", "passed"]
            of_network = (one.id, one.task, one.network, one.activation, one.control, one.trial)
            match = (number, "m01", "m01", 1e-6, 1e-6, 0.9, 0, 0)
            rows.append((*of_network, *match, *outcomes, "B" if best else "unsupported"))
    return pd.DataFrame(rows, columns=list(FILTER_GRADES.columns))


@pytest.fixture(params=[1, 3], ids=["one trial", "three trials"])
def run(request, tmp_path):
    """Folders as the steps before write them."""
    facts, tables = [], {}
    for activation, share in SHARES.items():
        for control in (None, "untrained", "shuffled"):
            for trial in range(1, request.param + 1 if control is None else 2):
                name = f"task1_cnn-2_{activation}_{control or ''}{trial}"
                facts.append(
                    {"id": name, "task": "task1", "network": "cnn-2", "activation": activation, "control": control}
                    | {"trial": trial, "seed": trial, "epochs": 6, "diverged": False, "auroc": 0.9, "aupr": 0.6}
                )
                tables[name] = fractions(0.0 if control else share + 0.01 * trial)
                folder = tmp_path / "networks" / name
                FRACTIONS.write(folder / "fractions.tsv", tables[name])
                FILTERS.write(folder / "filters.tsv", filters())
                own = [
                    type(MOTIFS[0])(f"filter{at + 1}", f"filter{at + 1}", 40, MOTIFS[at].frequencies) for at in (0, 1)
                ]
                write_motifs(folder / "filters_equal.meme", own)
    networks = network_table(facts)
    NETWORKS.write(tmp_path / "networks.tsv", networks)
    SUMMARY.write(tmp_path / "summary.tsv", summarise(networks, tables))
    FILTER_GRADES.write(tmp_path / "grades.tsv", grades(networks))
    GRADE_COUNTS.write(tmp_path / "grade_counts.tsv", count_grades(grades(networks), RULE))
    write_json(tmp_path / "grades.json", {"rule": RULE, "rule_sha256": "abc123"})
    values = ("saliency", 50, 50, 0.1, 0.8125, 0.7, 0.9, 0.5, 0.4, 0.6, 0.5, float("nan"))
    maps = {
        one["id"]: pd.DataFrame(
            [(weights, 6, 0.8, *values) for weights in (("last",) if one["control"] else ("last", "matched"))],
            columns=list(ATTRIBUTION.columns),
        )
        for one in facts
    }
    for schema in (IMPORTANCE, PAIRS, SETS, RULES):  # nothing was inserted
        schema.write(tmp_path / schema.file.removeprefix("filters/"), pd.DataFrame())
    ATTRIBUTIONS.write(tmp_path / "attribution.tsv", attribution_table(networks, maps))
    ELEMENTS.write(tmp_path / "elements.tsv", pd.DataFrame())
    task = {"task": "task1", "sequences": {"train": 700, "validation": 100, "test": 200}, "length": 200}
    task |= {"classes": {NAME: ["m01"], "m02": ["m02"]}, "outputs": [NAME, "m02"], "motif_file": "test_motifs.meme"}
    write_json(tmp_path / "task1/task.json", task)
    write_tsv(tmp_path / "task1/planted.tsv", pd.DataFrame({"sequence": [0]}))
    return tmp_path, request.param


def results_of(folder):
    networks = sorted((folder / "networks").iterdir())
    return read_filter_results(NAME, folder, networks, [folder / "task1"], [MOTIF_FILE])


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.names, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_says_the_outcome_and_shows_each_factor_once(run):
    folder, trials = run
    page = Tags()
    page.feed(filter_page(results_of(folder), Templates(ROOT / "assets/report")))
    text = " ".join(" ".join(page.words).split())
    shares = [np.mean([share + 0.01 * trial for trial in range(1, trials + 1)]) for share in SHARES.values()]
    assert f"Task 1, cnn-2: {shares[0]:.2f}" in text and f"{shares[1]:.2f}" in text
    assert ("One trial each gives no interval." in text) == (trials == 1)
    assert ("The intervals do not overlap." in text) == (trials == 3)
    assert text.count("m01 · filter 1 · E 1e-06 · cover 0.90") == text.count("m02 · filter 2") == 2
    # Three figures, and for each activation two filters beside their motifs.
    assert page.names.count("svg") == 3 + 2 * 2 * 2
    # Six kinds of networks, the trained ones at equal accuracy as well; where there are trials, with their intervals.
    assert text.count("0.812") == (8 if trials == 1 else 16) and "mean over 50 test sequences" in text
    assert text.count("equal accuracy") == 2 and "not compared at equal accuracy" not in text
    assert "script" not in page.names and NAME in text and "inserted" not in text


def test_the_page_shows_grades_beside_those_of_controls(run):
    folder, trials = run
    page = Tags()
    page.feed(filter_page(results_of(folder), Templates(ROOT / "assets/report")))
    text = " ".join(" ".join(page.words).split())
    of_each = f"{trials} of {2 * trials}"
    sentence = (
        f"Graded A to C are {of_each} exponential filters and {of_each} ReLU filters, and 0 of 8 filters of networks"
    )
    assert sentence in text and "abc123" in text
    assert text.count("grade B, passed SMNP") == text.count("grade –, passed P") == 2
    assert ("no grade is above B" in text) == (trials == 1) and "Filters have no grade" not in text
    for letter, words in rule_lines(RULE):
        assert f"{letter} {words}" in text
        assert "max_" not in words and "min_" not in words


def test_intervals_that_overlap_establish_nothing():
    rows = [
        {"task": "task1", "network": "cnn-2", "activation": activation, "control": "", "extraction": "equal"}
        | {"database": "given", "criterion": criterion, "trials": 3, "share": share}
        | {"share_low": share - 0.2, "share_high": share + 0.2}
        for activation, share in SHARES.items()
        for criterion in CRITERIA
    ]
    assert outcome_sentences(pd.DataFrame(rows))[0].endswith("The intervals do not overlap.")
    rows[-1] |= {"share_high": 0.6}
    assert "not established" in outcome_sentences(pd.DataFrame(rows))[0]
    assert outcome_sentences(pd.DataFrame(rows[: len(CRITERIA)])) == []


def test_without_planted_motifs_the_database_is_what_counts():
    rows = [
        {"task": "sequences", "network": "cnn-2", "activation": activation, "control": "", "extraction": "equal"}
        | {"database": "given", "criterion": criterion, "trials": 1, "share": share / (1 + (criterion == "any_whole"))}
        for activation, share in SHARES.items()
        for criterion in ("any", "any_whole")
    ]
    sentence = outcome_sentences(pd.DataFrame(rows))[0]
    assert sentence.startswith(
        "Your sequences, cnn-2: 0.38 of the filters of an exponential first layer spell a whole motif"
    )
    assert "0.12 of those of a ReLU layer" in sentence


def test_the_script_writes_page_and_outcome(run):
    folder, _ = run
    command = [sys.executable, ROOT / "bin/report_filters.py", "--tables", ".", "--tasks", "task1", "--out", "out"]
    command += ["--networks", *sorted((folder / "networks").iterdir()), "--motifs", MOTIF_FILE]
    command += ["--templates", ROOT / "assets/report", "--run_name", NAME]
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    outcome = json.loads((folder / "out/outcome.json").read_text())
    assert outcome["sentence"] == " ".join(outcome["sentences"]) and "cnn-2" in outcome["sentence"]
    assert (folder / "out/filters.html").read_text().count("<h2>") == 4
