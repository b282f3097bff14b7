"""The pipeline as a user runs it: stub runs, resume and faulty input."""

import http.server
import json
import re
import shutil
import threading
from collections import Counter
from functools import partial

import pytest
from nextflow_run import project_copy, run_pipeline
from pipeline_files import RESULTS, SIMULATED, TEST_RESULTS, TESTED, TESTS, UNTESTED, missing, read_table


@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_stub_run_makes_every_file(tmp_path, parser):
    run = run_pipeline(tmp_path, "-profile", "test", "-stub-run", parser=parser)
    assert run.exit_code == 0, run.output
    assert run.tasks() == Counter(TESTED)
    assert missing(run.results, RESULTS + TEST_RESULTS) == []
    # Of control networks, which any run makes again, nothing is kept but what was found.
    assert [path for path in run.results.rglob("control_*") if path.name != "control_logos.tsv"] == []


@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_stub_run_of_the_filters_makes_every_file(tmp_path, parser):
    run = run_pipeline(tmp_path, "-profile", "test", "--mode", "filters", "-stub-run", parser=parser)
    assert run.exit_code == 0, run.output
    tasks = {"CHECK_FILTERS": 1, "ATTRIBUTE_SEQUENCES": 1, "INSERT_MOTIFS": 2, "COMPARE_FILTERS": 1}
    assert run.tasks() == Counter(
        {**tasks, "REPORT_FILTERS": 1, "SIMULATE_TASK": 2, "TRAIN_CNNS": 2, "DESCRIBE_FILTERS": 2}
    )
    networks = [
        f"filters/networks/{task}_{network}_{activation}_{trial}/{name}"
        for task, network in (("task1", "cnn-2"), ("task3", "cnn-local"))
        for activation in ("relu", "exponential")
        for trial in ("01", "untrained_01", "shuffled_01")
        for name in (
            "model/model.json",
            "history.tsv",
            "filters/network.json",
            "filters/filters.tsv",
            "insertions/sets_of_motifs.tsv",
        )
    ]
    maps = ["filters/attribution.tsv", "filters/networks/task3_cnn-local_relu_01/maps/attribution.tsv"]
    tables = [f"filters/{name}" for name in ("task1/task.json", "task3/task.json", "networks.tsv", "summary.tsv")]
    tables.append("filters/elements.tsv")
    tables += [f"filters/{name}" for name in ("grades.tsv", "grade_counts.tsv", "replicates.tsv", "grades.json")]
    networks.append("filters/networks/task1_cnn-2_relu_shuffled_01/filters/evidence.tsv")
    tables += [f"filters/{name}.tsv" for name in ("importance", "motif_pairs", "motif_sets", "rules")]
    assert missing(run.results, ["filters.html", "outcome.json", *tables, *maps, *networks]) == []


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
