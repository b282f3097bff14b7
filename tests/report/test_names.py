"""Names that hold markup and scripts do nothing in any page: sets, run, contigs, elements, motifs, genes, files."""

import json
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser

import pandas as pd
import pytest
from report_run import TEMPLATES, options
from tested_fixture import write_tested

from attentome.report.multiqc.sections import sections
from attentome.report.multiqc.write import write_multiqc
from attentome.report.outcome.verdict import judge
from attentome.report.run_card.facts import run_card
from attentome.report.write import write_report
from attentome.results.run import read_run

HOSTILE = """<script>alert(1);document.title='hit'</script><img/src=x/onerror=document.title='hit'>"'&lt;"""
HARMLESS = "x" * len(HOSTILE)
CHROMIUM = shutil.which("chromium")
NAMED_COLUMNS = ("contig", "set", "element", "motif", "name", "factor", "database")


class Elements(HTMLParser):
    """Counts the elements of a page and its attributes that hold scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.handlers = Counter(), Counter()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.handlers.update(name for name, value in attributes if name.startswith("on") or "script:" in (value or ""))


def rename(value, word):
    """A value of a JSON file with ``word`` before every name in it."""
    if isinstance(value, dict):
        named = ("set", "name", "file", "files", "source", "contig_names", "sentences", "input", "genome", "from", "to")
        return {key: prefix(entry, word) if key in named else rename(entry, word) for key, entry in value.items()}
    return [rename(entry, word) for entry in value] if isinstance(value, list) else value


def prefix(value, word):
    if isinstance(value, dict):
        return {word + key: prefix(entry, word) for key, entry in value.items()}
    if isinstance(value, list):
        return [prefix(entry, word) for entry in value]
    return word + value if isinstance(value, str) else value


def rename_table(table, word):
    for column in set(NAMED_COLUMNS) & set(table.columns):
        table[column] = [word + value if isinstance(value, str) and value else value for value in table[column]]
    if "sets" in table:
        table["sets"] = [",".join(word + name for name in names.split(",")) for names in table["sets"]]


def named_run(described, folder, word, learned=True):
    """A graded run in which everything that has a name has ``word`` before it."""
    write_tested(folder / "tested", ["A", "B", "D", "unsupported"])
    run = read_run(options(*described, tested=folder / "tested", run_name=word + "run"))
    if not learned:
        run.metrics["pr_auc"]["lo"] = 0.0
        run.params["show_unlearned"] = True
    tested = run.tested
    tested.motifs = pd.DataFrame(
        [(1, 1, "db", "M1", "lexA", 1e-6, 0.001, 0, "+", 8, 27, 32, 27, 32, 0.1)], columns=tested.motifs.columns
    )
    tested.enrichment = pd.DataFrame([(1, 1, "CRP", 40, 12, 2.5, 4.8, 1e-5, 0.001)], columns=tested.enrichment.columns)
    tested.heads["claim"] = [
        claim.replace(element, word + element) if element else claim
        for claim, element in tested.heads[["claim", "element"]].fillna("").itertuples(index=False)
    ]
    for attribute in ("genome_json", "audits", "sources", "params"):
        setattr(run, attribute, rename(getattr(run, attribute), word))
    for head in run.heads:
        head.numbers["elements"] = rename(head.numbers["elements"], word)
    for holder in (run, tested, *run.heads):
        for table in vars(holder).values():
            if isinstance(table, pd.DataFrame):
                rename_table(table, word)
    run.genome = {word + name: contig for name, contig in run.genome.items()}
    return run


@pytest.fixture(scope="module")
def reports(described, tmp_path_factory):
    """Folders of the same reports with hostile and with harmless names, and their runs."""
    found = {}
    for kind, word in (("hostile", HOSTILE), ("harmless", HARMLESS)):
        out = tmp_path_factory.mktemp(kind)
        run = named_run(described, out, word)
        outcome = write_report(run, out / "graded", TEMPLATES, multiqc=False)
        assert outcome["state"] == "learned_graded"
        bad = named_run(described, out / "bad", word, learned=False)
        assert write_report(bad, out / "not_learned", TEMPLATES, multiqc=False)["state"] == "not_learned"
        found[kind] = (out, run, outcome)
    return found


def test_names_add_no_element_to_a_page(reports):
    out, harmless = reports["hostile"][0], reports["harmless"][0]
    paths = sorted(path.relative_to(out) for path in out.glob("*/**/*.html"))
    assert {path.name for path in paths} == {
        *("run_card.html", "not_learned.html", "atlas.html"),
        *(f"L1_H{head}.html" for head in range(1, 5)),
    }
    for path in paths:
        text = (out / path).read_text()
        found, expected = Elements(text), Elements((harmless / path).read_text())
        assert "&lt;script&gt;" in text and HOSTILE not in text, path
        assert (found.tags["script"], found.handlers) == (expected.tags["script"], expected.handlers), path
        assert found.tags == expected.tags, path


def strings(value):
    if isinstance(value, dict):
        return [text for key, entry in value.items() for text in (key, *strings(entry))]
    if isinstance(value, list):
        return [text for entry in value for text in strings(entry)]
    return [value] if isinstance(value, str) else []


def test_names_add_no_element_to_the_multiqc_report(reports):
    found = {}
    for kind, (out, run, outcome) in reports.items():
        content = sections(run, run_card(run, outcome, TEMPLATES), out / "graded/atlas.png", TEMPLATES)
        texts = [content.macro("comment", outcome, True), *strings(json.loads(json.dumps(content.found)))]
        found[kind] = Elements("\n".join(texts))
        assert (kind == "hostile") == ("&lt;script&gt;" in "".join(texts))
    assert found["hostile"].tags == found["harmless"].tags and not found["hostile"].handlers


@pytest.mark.skipif(not CHROMIUM, reason="no chromium")
def test_names_run_no_script_in_a_browser(reports, tmp_path):
    out, run, outcome = reports["hostile"]
    card = run_card(run, outcome, TEMPLATES)
    write_multiqc(run, judge(run, TEMPLATES), card, out / "graded/atlas.png", out / "graded/multiqc", TEMPLATES)
    for path in (
        *("graded/run_card.html", "graded/atlas.html", "graded/heads/L1_H1.html"),
        *("graded/multiqc/multiqc_report.html", "not_learned/not_learned.html"),
    ):
        done = subprocess.run(
            [
                CHROMIUM,
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *(f"--user-data-dir={tmp_path / 'browser'}", "--virtual-time-budget=5000", "--dump-dom"),
                (out / path).as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        title = done.stdout.partition("<title>")[2].partition("</title>")[0]
        assert title and title != "hit", path
