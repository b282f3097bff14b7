"""The demo for real: its files, what it learned, shards, resume and peers."""

import json
import re
from collections import Counter

import numpy as np
import pytest
import torch
from nextflow_run import PROJECT, run_pipeline, without_network
from pipeline_files import HEADS, RESULTS, SIMULATED, TEST_RESULTS, TESTED, UNTESTED, missing, read_table

from attentome.genome.contigs import load_genome, to_stream
from attentome.network.device import as_tokens
from attentome.network.saved_model import load_model
from attentome.network.transformer import tss_logit


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo, run with no network where this machine lets one be without."""
    folder = tmp_path_factory.mktemp("demo")
    run = run_pipeline(folder, "-profile", "test", before=without_network())
    assert run.exit_code == 0, run.output
    return folder, run


@pytest.mark.slow
def test_shards_give_the_same_files(demo, tmp_path):
    """Three tasks for the genome, three for the heads, the trained model given: outputs, profile, heads to the byte."""
    _, whole = demo
    run = run_pipeline(
        tmp_path,
        "-profile",
        "test",
        "--model",
        str(whole.results / "model"),
        "--shards",
        "3",
        "--heads_per_task",
        "3",
        *UNTESTED,
    )
    assert run.exit_code == 0, run.output
    assert run.tasks() == Counter({**SIMULATED, "TRAIN": 0, "PREDICT": 3, "DESCRIBE_HEAD": 3})
    for name in (
        *(f"heads/{head}/{name}" for head in HEADS for name in ("head.json", "profile.tsv", "logo.svg")),
        "tracks/outputs.safetensors",
        "tracks/output.plus.bw",
        "tracks/output.minus.bw",
        "attention/profile.safetensors",
        "attention/profile.json",
        "attention/windows.tsv",
    ):
        assert (run.results / name).read_bytes() == (whole.results / name).read_bytes(), name


@pytest.mark.slow
def test_demo_makes_every_file(demo):
    """Knock-outs and mutants besides those of the real network are of control heads that stand out."""
    _, run = demo
    tasks = run.tasks()
    assert tasks.pop("KNOCK_OUT_HEADS") == tasks.pop("MUTATE_SITES") >= 1
    assert tasks == Counter({name: n for name, n in TESTED.items() if name not in ("KNOCK_OUT_HEADS", "MUTATE_SITES")})
    assert missing(run.results, RESULTS + TEST_RESULTS) == []


@pytest.mark.slow
def test_demo_learned(demo):
    _, run = demo
    outcome = json.loads((run.results / "outcome.json").read_text())
    assert outcome["state"] != "not_learned"
    assert outcome["sentence"] in run.output


def upstream_sequence(genome, query, strand, d, n):
    """The n letters that end d nt upstream of the query, 5' to 3' on its strand; the genome is circular."""
    step = 1 if strand == "+" else -1
    letters = [genome[(query - step * (d + n - 1 - i)) % len(genome)] for i in range(n)]
    return "".join(letters) if strand == "+" else "".join(letters).translate(str.maketrans("ACGT", "TGCA"))


def share_alike(windows, genome, d, consensus):
    """Share of the windows that hold, with its last letter d nt upstream, four letters or more of the consensus."""
    found = [upstream_sequence(genome, int(row["anchor"]), row["strand"], d, len(consensus)) for row in windows]
    return sum(sum(map(str.__eq__, letters, consensus)) >= 4 for letters in found) / len(found)


@pytest.mark.slow
def test_demo_has_a_head_that_found_the_planted_minus10(demo):
    """At high outputs it looks where the truth table has a -10 before a TSS, and its best windows hold that hexamer.

    By chance 5 % of a head's attention (6 of 128 distances) lies there, and 4 % of windows are that alike.
    """
    _, run = demo
    label_shift = json.loads((run.results / "labels/labels.json").read_text())["label_shift"]
    promoters = [row for row in read_table(run.results / "simulation/truth.tsv") if row["kind"] == "promoter"]
    places, hexamers = set(), []
    for row in promoters:
        for position in range(int(row["minus10_start"]), int(row["minus10_end"])):
            distance = int(row["tss"]) - position if row["strand"] == "+" else position - int(row["tss"])
            places.add(label_shift + distance)
        hexamers.append(row["minus10"])
    consensus = "".join(Counter(column).most_common(1)[0][0] for column in zip(*hexamers))
    assert len(places) == 6 and consensus == "TATAAT"

    genome = "".join((run.results / "simulation/genome.fna").read_text().split("\n")[1:])
    attention, windows, peak = Counter(), {}, {}
    for row in read_table(run.results / "tables/profiles.tsv.gz"):
        if row["group"] == "top" and int(row["d"]) in places:
            attention[row["layer"], row["head"]] += float(row["mean"])
    for row in read_table(run.results / "attention/windows.tsv"):
        windows.setdefault((row["layer"], row["head"]), []).append(row)
        peak[row["layer"], row["head"]] = int(row["d"])
    assert len(peak) == 8 and all(len(rows) == 500 for rows in windows.values())

    # At the planted place, give or take the 1 nt by which the simulated sets are off.
    ends = [min(places) + off for off in (-1, 0, 1)]
    alike = {head: max(share_alike(rows, genome, end, consensus) for end in ends) for head, rows in windows.items()}
    found = [head for head in peak if peak[head] in places and attention[head] > 0.5 and alike[head] > 0.5]
    assert found, (peak, attention, alike)


@pytest.mark.slow
def test_demo_network_needs_the_planted_minus10(demo):
    """At the test arc's true promoters the output falls when the hexamer is complemented, not for 6 nt elsewhere."""
    _, run = demo
    network, description = load_model(run.results / "model")
    contig = load_genome(run.results / "simulation/genome.fna", run.results / "inputs/genome.json")["sim"]
    upstream, downstream = network.context()
    arc = next(row for row in read_table(run.results / "labels/split.tsv") if row["arc"] == "test")
    windows = []
    for row in read_table(run.results / "simulation/truth.tsv"):
        if row["kind"] == "promoter" and int(arc["start"]) <= int(row["tss"]) < int(arc["end"]):
            strand = "plus" if row["strand"] == "+" else "minus"
            query = to_stream(int(row["tss"]), len(contig), strand) + description["label_shift"]
            windows.append(contig.window(strand, query - upstream, query + 1 + downstream))
    windows = np.stack(windows)
    assert len(windows) > 50

    def mean_output(first_base):
        changed = windows.copy()
        if first_base is not None:
            start = upstream - description["label_shift"] + first_base  # base -p of a TSS lies p before its +1
            changed[:, start : start + 6] = np.array([1, 0, 3, 2])[changed[:, start : start + 6]]
        with torch.no_grad():
            return tss_logit(network(as_tokens(changed, "cpu"))[0]).mean().item()

    fall = {base: mean_output(None) - mean_output(base) for base in (-12, -25, 10)}
    assert fall[-12] > 2 and abs(fall[-25]) < 0.5 and abs(fall[10]) < 0.5, fall


@pytest.mark.slow
def test_pages_of_the_demo_name_no_folder_of_this_machine(demo):
    folder, run = demo
    text = (".html", ".svg", ".json", ".tsv", ".txt", ".yml")
    pages = [path for path in run.results.rglob("*") if path.suffix in text and path.parent.name != "pipeline_info"]
    assert len(pages) > 30
    named = [
        str(path.relative_to(run.results))
        for path in pages
        if str(folder) in path.read_text() or str(PROJECT) in path.read_text()
    ]
    assert named == []


@pytest.mark.slow
def test_pages_of_the_demo_need_nothing_from_elsewhere(demo):
    """No script, style, font or frame of another place, in what others draw (MultiQC, Nextflow) neither."""
    _, run = demo
    pages = sorted(run.results.rglob("*.html"))
    assert len(pages) > 10
    needed = re.compile(
        r"""(<(script|iframe)[^>]*\ssrc=|<link[^>]*stylesheet[^>]*href=|@import\s+|url\()"""
        r"""["']?(https?:)?//"""
    )
    assert [str(page) for page in pages if needed.search(page.read_text())] == []


@pytest.mark.slow
def test_resumed_demo_runs_nothing_again(demo):
    folder, run = demo
    again = run_pipeline(folder, "-profile", "test", "-resume")
    assert again.exit_code == 0, again.output
    assert again.tasks("CACHED") == run.tasks()


@pytest.mark.slow
def test_peers_of_the_demo(demo):
    """Only the peers are computed anew; the scanner finds what was planted; the report shows them all."""
    folder, _ = demo
    run = run_pipeline(folder, "-profile", "test", "-resume", "--baselines")
    assert run.exit_code == 0, run.output
    assert run.tasks("COMPLETED") == Counter(
        ["CHECK_INPUTS", "TRAIN", "PREDICT", "JOIN_OUTPUTS", "SCAN_PROMOTERS", "COMPARE_PEERS", "REPORT"]
    )
    promoter = json.loads((run.results / "networks/pwm_scanner/promoter.json").read_text())
    for block, planted in (("minus35", "TTGACA"), ("minus10", "TATAAT")):
        matrix = np.array(promoter[block])[-6:]
        assert "".join(promoter["bases"][base] for base in matrix.argmax(1)) == planted
    spacers = [
        int(row["spacer"]) for row in read_table(run.results / "simulation/truth.tsv") if row["kind"] == "promoter"
    ]
    for length, share in zip(promoter["spacer_nt"], promoter["spacer"], strict=True):
        assert abs(share - spacers.count(length) / len(spacers)) < 0.1
    rows = {
        (row["model"], row["quantity"], row["metric"]): float(row["value"])
        for row in read_table(run.results / "evaluation/peers.tsv")
    }
    assert rows["pwm_scanner", "value", "roc_auc"] > 0.98 and rows["residual_cnn", "value", "roc_auc"] > 0.95
    metrics = json.loads((run.results / "evaluation/metrics.json").read_text())
    assert rows["network", "value", "pr_auc"] == pytest.approx(metrics["pr_auc"]["value"], rel=1e-4)
    for page in ("atlas.html", "run_card.html"):
        assert "a residual CNN reaches PR AUC" in (run.results / page).read_text()
