"""The pipeline as a user runs it: stub run, resume, faulty input and the demo for real."""

import csv
import gzip
import http.server
import json
import re
import shutil
import threading
from collections import Counter
from functools import partial

import numpy as np
import pytest
import torch
from nextflow_run import PROJECT, project_copy, run_pipeline, without_network

from attentome.genome.contigs import load_genome, to_stream
from attentome.network.device import as_tokens
from attentome.network.saved_model import load_model
from attentome.network.transformer import tss_logit

SIMULATED = {
    "SIMULATE": 1,
    "CHECK_INPUTS": 1,
    "HARMONISE": 3,
    "AUDIT": 1,
    "CURATE": 1,
    "LABEL": 1,
    "TRAIN": 1,
    "PREDICT": 1,
    "JOIN_OUTPUTS": 1,
    "EVALUATE": 1,
    "PROFILE": 1,
    "DESCRIBE_HEAD": 8,
    "REPORT": 1,
}
# Three seeds, and twice 21 control networks of which 11 share a task.
NETWORKS = 3 + 2 + 2
TESTS = {
    "MEASURE_HEADS": NETWORKS,
    "SCREEN_HEADS": 1,
    "KNOCK_OUT_HEADS": 1,
    "MUTATE_SITES": 1,
    "NAME_HEADS": 1,
    "GRADE_HEADS": 1,
}
TESTED = {**SIMULATED, "TRAIN": NETWORKS, **TESTS}
UNTESTED = ("--controls", "false")
HEADS = [f"L{layer}_H{head}" for layer in (1, 2) for head in (1, 2, 3, 4)]
RESULTS = [
    "README.txt",
    "outcome.json",
    "atlas.html",
    "atlas.png",
    "atlas.svg",
    "run_card.html",
    "run_card.json",
    "multiqc/multiqc_report.html",
    "tables/heads.tsv",
    "tables/profiles.tsv.gz",
    "tables/spearman.tsv.gz",
    "tables/windows.tsv",
    "tables/metrics.tsv",
    "tables/curves.tsv",
    "inputs/genome.json",
    "inputs/sets.json",
    "inputs/sources.json",
    "sites/sites.bed",
    "sites/rejected.bed",
    "sites/sets.tsv",
    "sites/overlap.tsv",
    "sites/overlap.png",
    "sites/overlap.svg",
    "sites/distances.tsv",
    "sites/distances.png",
    "sites/distances.svg",
    "sites/audit.tsv",
    "sites/audit.png",
    "sites/audit.svg",
    "sites/curation.json",
    *(f"sites/sets/set_{name}.{kind}" for name in "abc" for kind in ("bed", "losses.tsv", "audit.json")),
    "labels/labels.safetensors",
    "labels/labels.json",
    "labels/split.tsv",
    "labels/auxiliary.safetensors",
    "model/model.safetensors",
    "model/model.json",
    "training/history.tsv",
    "training/speed.tsv",
    "training/training.json",
    "tracks/output.plus.bw",
    "tracks/output.minus.bw",
    "tracks/outputs.safetensors",
    "evaluation/metrics.json",
    "evaluation/metrics.tsv",
    "evaluation/curves.tsv",
    "evaluation/calls.bed",
    "attention/profile.safetensors",
    "attention/profile.json",
    "attention/windows.tsv",
    *(f"heads/{head}.html" for head in HEADS),
    *(
        f"heads/{head}/{name}"
        for head in HEADS
        for name in (
            "head.json",
            "profile.tsv",
            "spearman.tsv",
            "windows.bed",
            "pwm.tsv",
            "pwm.meme",
            "profile.png",
            "profile.svg",
            "logo.png",
            "logo.svg",
            "spearman.png",
            "spearman.svg",
        )
    ),
    *(
        f"simulation/{name}"
        for name in ("genome.fna", "genes.gff", "tss_sets.csv", "set_a.bed", "set_b.gff3", "set_c.tsv", "truth.tsv")
    ),
    *(
        f"pipeline_info/{name}"
        for name in (
            "execution_report.html",
            "execution_timeline.html",
            "execution_trace.txt",
            "pipeline_dag.mmd",
            "params.json",
            "attentome_software_mqc_versions.yml",
        )
    ),
]
TEST_RESULTS = [
    *(
        f"tests/{name}"
        for name in (
            "heads.tsv",
            "seeds.tsv",
            "seed_profiles.tsv",
            "controls.tsv",
            "bands.tsv",
            "control_logos.tsv",
            "grades.json",
            "knockout.tsv",
            "knockout_pairs.tsv",
            "knockout.json",
            "ism.tsv.gz",
            "ism_profile.tsv",
            "ism_heads.tsv",
            "deletion.tsv",
            "deletion_heads.tsv",
            "receptive_field.json",
            "motif_matches.tsv",
            "element_matches.tsv",
            "site_enrichment.tsv",
            "measured/curated/parts.safetensors",
        )
    ),
    *(
        f"tests/measured/{network}/{name}"
        for network in ("curated", "replicate_2", "replicate_3")
        for name in ("evidence.safetensors", "logos.tsv", "windows.tsv", "components.tsv", "measured.json")
    ),
    *(
        f"networks/{network}/{name}"
        for network in ("replicate_2", "replicate_3")
        for name in ("model/model.safetensors", "model/model.json", "history.tsv", "speed.tsv", "training.json")
    ),
]


def missing(folder, names):
    return [name for name in names if not (folder / name).is_file()]


@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_stub_run_makes_every_file(tmp_path, parser):
    run = run_pipeline(tmp_path, "-profile", "test", "-stub-run", parser=parser)
    assert run.exit_code == 0, run.output
    assert run.tasks() == Counter(TESTED)
    assert missing(run.results, RESULTS + TEST_RESULTS) == []
    # Of control networks, which any run makes again, nothing is kept but what was found.
    assert [path for path in run.results.rglob("control_*") if path.name != "control_logos.tsv"] == []


def test_a_given_model_is_held_against_networks_with_random_weights_alone(tmp_path):
    """Replicates and networks on rotated labels would have to be trained as it was, which nobody knows."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model/model.json").write_text('{"network": {"layers": 2, "heads": 4}, "label_shift": 20}')
    run = run_pipeline(tmp_path, "-profile", "test", "-stub-run", "--model", "model")
    assert run.exit_code == 0, run.output
    assert run.tasks() == Counter({**TESTED, "TRAIN": 2, "MEASURE_HEADS": 3})
    assert not (run.results / "networks").exists()


def test_resume_runs_again_what_has_changed_and_no_more(tmp_path):
    project = project_copy(tmp_path / "project")
    few = ("--random_networks", "1", "--rotated_networks", "1", "--replicates", "2")
    tasks = Counter({**TESTED, "TRAIN": 4, "MEASURE_HEADS": 4})

    def changed_tasks(*arguments):
        run = run_pipeline(tmp_path, "-profile", "test", "-stub-run", "-resume", *few, *arguments, project=project)
        assert run.exit_code == 0, run.output
        assert run.tasks() == tasks
        return set(run.tasks("COMPLETED"))

    def change(module):
        with open(project / "bin/attentome" / module, "a") as source:
            source.write("\n# changed\n")

    assert changed_tasks() == set(tasks)
    assert changed_tasks() == set()
    # A module that only the report imports; then one that all tasks of the networks reach (the heads come after them,
    # and everything before them stays); then a parameter that no computation depends on. Another seed reaches the
    # report by the folder of what was measured: a folder counts by its time, not by its content.
    change("report/write.py")
    assert changed_tasks() == {"REPORT"}
    change("network/transformer.py")
    again = changed_tasks()
    assert {"TRAIN", "PREDICT", "PROFILE", "MEASURE_HEADS", "KNOCK_OUT_HEADS", "MUTATE_SITES"} <= again
    assert not again & {"SIMULATE", "CHECK_INPUTS", "HARMONISE", "AUDIT", "CURATE", "LABEL"}
    assert changed_tasks("--run_name", "another") == {"CHECK_INPUTS", "REPORT"}
    assert changed_tasks("--run_name", "another", "--seed", "2") == {
        "CHECK_INPUTS",
        "TRAIN",
        "PREDICT",
        "JOIN_OUTPUTS",
        "PROFILE",
        "EVALUATE",
        *TESTS,
        "REPORT",
    }
    # Another preset's settings train nothing again.
    presets = json.loads((project / "assets/presets.json").read_text())
    presets["cpu"]["training"]["batch_size"] += 1
    (project / "assets/presets.json").write_text(json.dumps(presets))
    assert changed_tasks("--run_name", "another") == set()


def test_resume_runs_again_what_a_changed_file_reaches(tmp_path):
    """By content: a set that says something else is read again, it alone; one that is only touched is not."""
    (tmp_path / "genome.fna").write_text(">c\n" + "ACGT" * 100 + "\n")
    (tmp_path / "sets.csv").write_text("set,source\na,a.bed\nb,b.bed\n")
    for name in "ab":
        (tmp_path / f"{name}.bed").write_text("c\t10\t11\t.\t0\t+\n")

    def changed_tasks():
        run = run_pipeline(tmp_path, "--input", "sets.csv", "--genome", "genome.fna", "-stub-run", "-resume", *UNTESTED)
        assert run.exit_code == 0, run.output
        return run.tasks("COMPLETED")

    assert changed_tasks()["HARMONISE"] == 2
    (tmp_path / "a.bed").touch()
    assert changed_tasks() == Counter()
    (tmp_path / "b.bed").write_text("c\t20\t21\t.\t0\t+\n")
    assert changed_tasks() == Counter({"CHECK_INPUTS": 1, "HARMONISE": 1})


def test_curation_alone_ends_with_the_sites(tmp_path):
    run = run_pipeline(tmp_path, "-profile", "test", "--curate_only", "--curation_rule", "greedy")
    assert run.exit_code == 0, run.output
    assert run.tasks() == Counter({"SIMULATE": 1, "CHECK_INPUTS": 1, "HARMONISE": 3, "AUDIT": 1, "CURATE": 1})
    truth = {
        (row["tss"], row["strand"])
        for row in read_table(run.results / "simulation/truth.tsv")
        if row["kind"] == "promoter"
    }
    rows = [line.split("\t") for line in (run.results / "sites/sites.bed").read_text().splitlines()]
    found = sum(any((str(int(row[1]) + off), row[5]) in truth for off in (-1, 0, 1)) for row in rows)
    assert len(truth) == 400 and found == len(rows) > 380
    assert "results/sites/sites.bed" in run.output


def test_sets_from_addresses_run_as_files_do(tmp_path, file_server):
    """Genome and sets from a server: the same curated sites, the provenance written down, a failed one named."""
    files = run_pipeline(tmp_path, "-profile", "test", "--curate_only")
    assert files.exit_code == 0, files.output
    address = file_server(files.results / "simulation")
    sheet = (files.results / "simulation/tss_sets.csv").read_text()
    (tmp_path / "sheet.csv").write_text(re.sub("set_([ab])[.]", rf"{address}/set_\1.", sheet))
    shutil.copy(files.results / "simulation/set_c.tsv", tmp_path)
    (tmp_path / "again").mkdir()
    arguments = [
        "--curate_only",
        "--input",
        "../sheet.csv",
        "--genome",
        f"{address}/genome.fna",
        "--annotation",
        f"{address}/genes.gff",
    ]
    run = run_pipeline(tmp_path / "again", *arguments)
    assert run.exit_code == 0, run.output
    assert run.tasks()["FETCH"] == 4
    assert (run.results / "sites/sites.bed").read_bytes() == (files.results / "sites/sites.bed").read_bytes()
    sources = json.loads((run.results / "inputs/sources.json").read_text())
    assert [bool(entry["fetched"]) for entry in sources] == [True, True, True, True, False]

    (tmp_path / "sheet.csv").write_text(sheet.replace("set_a.bed", f"{address}/nowhere.bed"))
    run = run_pipeline(tmp_path / "again", *arguments)
    assert run.exit_code != 0 and run.tasks()["HARMONISE"] == 0
    assert f"{address}/nowhere.bed: " in run.output


@pytest.fixture
def file_server():
    """Serves a folder on this machine; returns the address."""
    servers = []

    def serve(folder):
        handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_every_network_is_compared_with_every_set(tmp_path):
    run = run_pipeline(tmp_path, "-profile", "test", "-stub-run", *UNTESTED, "--train_sets", "set_a,set_c")
    assert run.exit_code == 0, run.output
    assert run.tasks() == Counter(
        {**SIMULATED, "LABEL": 3, "TRAIN": 3, "PREDICT": 3, "JOIN_OUTPUTS": 3, "COMPARE_SETS": 3, "GRID": 1}
    )
    assert (
        missing(
            run.results,
            [
                *RESULTS,
                "networks/grid.tsv",
                "networks/grid.png",
                "networks/grid.svg",
                *(
                    f"networks/set_{name}/{file}"
                    for name in "ac"
                    for file in (
                        "model/model.safetensors",
                        "model/model.json",
                        "history.tsv",
                        "training.json",
                        "outputs.safetensors",
                        "output.plus.bw",
                        "output.minus.bw",
                    )
                ),
            ],
        )
        == []
    )


def test_peers_are_trained_on_the_same_labels_and_compared(tmp_path):
    run = run_pipeline(tmp_path, "-profile", "test", "-stub-run", *UNTESTED, "--baselines", "--train_sets", "set_a")
    assert run.exit_code == 0, run.output
    assert run.tasks() == Counter(
        {
            **SIMULATED,
            "LABEL": 2,
            "TRAIN": 3,
            "PREDICT": 3,
            "JOIN_OUTPUTS": 3,
            "COMPARE_SETS": 2,
            "GRID": 1,
            "SCAN_PROMOTERS": 1,
            "COMPARE_PEERS": 1,
        }
    )
    assert (
        missing(
            run.results,
            [
                *RESULTS,
                "evaluation/peers.json",
                "evaluation/peers.tsv",
                "networks/pwm_scanner/outputs.safetensors",
                "networks/pwm_scanner/promoter.json",
                *(
                    f"networks/residual_cnn/{file}"
                    for file in (
                        "model/model.safetensors",
                        "model/model.json",
                        "history.tsv",
                        "training.json",
                        "outputs.safetensors",
                    )
                ),
            ],
        )
        == []
    )
    # The sets' own sites go to the network of the curated ones and to its peer alone.
    learnt = [link.parent for link in (tmp_path / "work").glob("*/*/auxiliary.safetensors") if link.is_symlink()]
    assert sorted(path.parent.name for folder in learnt for path in folder.glob("*/model")) == [
        "curated",
        "residual_cnn",
    ]


def test_one_set_or_no_wish_means_no_auxiliary_outputs(tmp_path):
    run = run_pipeline(tmp_path, "-profile", "test", "-stub-run", *UNTESTED, "--auxiliary", "false")
    assert run.exit_code == 0, run.output
    assert not (run.results / "labels/auxiliary.safetensors").exists()


def write_sheet(folder, rows):
    (folder / "sets").mkdir()
    (folder / "sets/tss_sets.csv").write_text("set,source,format\n" + "".join(f"{row}\n" for row in rows))
    (folder / "sets/a b.bed").write_text("chr\t10\t11\ta1\t0\t+\nchr\t5000\t5001\ta2\t0\t+\n")
    (folder / "sets/b.bed").write_text("chr\t10\t11\tb1\t0\t+\n")
    (folder / "genome.fna").write_text(">chr\n" + "ACGT" * 500 + "\n")
    return ["--input", "sets/tss_sets.csv", "--genome", "genome.fna"]


@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_faulty_input_ends_with_all_faults_before_any_other_task(tmp_path, parser):
    arguments = write_sheet(tmp_path, ["a,a b.bed,bed", "b,b.bed,bde", "c,nowhere.bed,bed"])
    run = run_pipeline(tmp_path, *arguments, "--min_suport", "2", "--window", "many", parser=parser)
    assert run.exit_code != 0
    assert run.tasks() == Counter({"CHECK_INPUTS": 1})
    assert run.trace[0]["exit"] == "2"
    for fault in (
        "a b.bed: row 2: ",
        "tss_sets.csv: row 3: unknown format 'bde'",
        "nowhere.bed: there is no such file",
        "unknown parameter --min_suport; did you mean --min_support?",
        "--window is 'many'",
    ):
        assert fault in run.output


def test_run_without_input_says_what_is_missing(tmp_path):
    run = run_pipeline(tmp_path)
    assert run.exit_code != 0
    assert run.tasks() == Counter({"CHECK_INPUTS": 1})
    for fault in ("--input is missing", "--genome is missing"):
        assert fault in run.output


def test_malformed_sheet_ends_in_the_checkers_line(tmp_path):
    arguments = write_sheet(tmp_path, [])
    (tmp_path / "sets/tss_sets.csv").write_bytes(b'\xff\xfe"\x00set;"file\n,,,"\n"')
    run = run_pipeline(tmp_path, *arguments)
    assert run.exit_code != 0
    assert run.tasks() == Counter({"CHECK_INPUTS": 1})
    assert re.search(r"^\s*tss_sets.csv: .+; .+", run.output, re.MULTILINE)


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


def read_table(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


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
