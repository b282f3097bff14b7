"""Training: what is drawn, what is learned, and that it can be repeated."""

import concurrent.futures
import dataclasses
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from full_tables import write_tsv
from safetensors import SafetensorError, safe_open

import attentome.training.train as train_module
from attentome.evaluation.metrics import pr_auc
from attentome.genome.arcs import Interval, arc_values
from attentome.genome.contigs import Contig, decode
from attentome.io.files import write_arrays, write_json
from attentome.network.predict import predict_intervals
from attentome.network.threads import in_order
from attentome.network.transformer import Network, NetworkConfig, dropout, tss_logit
from attentome.training.checkpoint import BEFORE, NEWEST
from attentome.training.losses import blurred, position_loss
from attentome.training.presets import TrainSettings, read_preset
from attentome.training.sampler import SegmentSampler
from attentome.training.train import TrainingDiverged, batch_gradients, learning_rate_at, train_network

PRESETS = json.loads((Path(__file__).parents[2] / "assets" / "presets.json").read_text())
CONFIG = NetworkConfig(layers=1, heads=2, d_model=16, d_head=8, window=24, conv_width=5)
SETTINGS = TrainSettings(
    segment=64,
    batch_size=8,
    max_steps=120,
    warmup_steps=10,
    learning_rate=1e-2,
    weight_decay=0.0,
    clip=1.0,
    centred=0.7,
    positive_weight=10.0,
    focal_gamma=0.8,
    ema=0.9,
    init_std=0.2,
    evaluate_every=40,
    patience=5,
)
ARCS = {"train": [Interval("train", "c", 0, 30000)], "validation": [Interval("validation", "c", 30000, 40000)]}


@pytest.fixture
def planted():
    """A circular contig in which TATAAT stands 6 nt upstream of every label, on both strands."""
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 4, 40000).astype(np.uint8)
    motif = np.array([1, 0, 1, 0, 0, 1], np.uint8)
    labels = {"c.plus": np.zeros(40000, np.uint8), "c.minus": np.zeros(40000, np.uint8)}
    for start in range(50, 39900, 100):
        if rng.random() < 0.5:
            tokens[start : start + 6] = motif
            labels["c.plus"][start + 12] = 1
        else:
            tokens[start : start + 6] = np.array([1, 0, 3, 2], np.uint8)[motif][::-1]
            labels["c.minus"][start - 7] = 1
    return {"c": Contig("c", tokens, True)}, labels


def train(planted, seed=1, threads=1, **changes):
    genome, labels = planted
    settings = dataclasses.replace(SETTINGS, **changes)
    return train_network(
        CONFIG,
        settings,
        genome,
        labels,
        ARCS["train"],
        ARCS["validation"],
        seed,
        torch.device("cpu"),
        threads,
        log=lambda line: None,
    )


def test_segments_hold_the_right_bases_and_labels(planted):
    genome, labels = planted
    sampler = SegmentSampler(genome, [labels], ARCS["train"], (30, 4), 64, 0.5, np.random.default_rng(1))
    codes, target, scored = sampler.draw(200)
    assert codes.shape == (200, 98) and scored.all() and 90 < target.any((1, 2)).sum()
    for row, place in zip(*np.nonzero(target[:, :, 0]), strict=True):
        assert codes[row, 30 + place - 12 : 30 + place - 6].tolist() == [1, 0, 1, 0, 0, 1]


def test_segments_stay_in_the_arc(planted):
    genome, labels = planted
    everywhere = {name: np.ones(40000, np.uint8) for name in labels}
    for name in everywhere:
        everywhere[name][30000:] = 0
    for centred in (0.0, 1.0):
        sampler = SegmentSampler(genome, [everywhere], ARCS["train"], (30, 0), 64, centred, np.random.default_rng(2))
        assert sampler.draw(300)[1].all()


def test_interval_shorter_than_a_segment_is_scored_in_part(planted):
    genome, labels = planted
    sampler = SegmentSampler(
        genome, [labels], [Interval("train", "c", 40, 80)], (30, 0), 64, 0.0, np.random.default_rng(3)
    )
    assert (sampler.draw(10)[2].sum(1) == 40).all()


@pytest.mark.parametrize("circular", [True, False])
def test_blurred_labels_fall_off_like_a_gaussian(circular):
    labels = np.zeros(50, np.uint8)
    labels[[1, 20, 22]] = 1
    soft = blurred({"c": Contig("c", labels, circular)}, {"c.plus": labels, "c.minus": labels}, 1.0)["c.plus"]
    falls = np.exp(-(np.arange(4) ** 2) / 2)
    np.testing.assert_allclose(soft[18:25], falls[[2, 1, 0, 1, 0, 1, 2]], rtol=1e-6)
    np.testing.assert_allclose(soft[:5], falls[[1, 0, 1, 2, 3]], rtol=1e-6)
    np.testing.assert_allclose(soft[48:], falls[[3, 2]] if circular else [0, 0], rtol=1e-6)
    assert not soft[26:48].any()


def test_auxiliary_outputs_learn_their_sets_and_weigh_what_is_asked(planted):
    """The loss is the weighted sum of each output's own; an auxiliary set alone teaches the network its sites."""
    genome, labels = planted
    own = {name: np.roll(array, 3 if name.endswith("plus") else -3) for name, array in labels.items()}
    settings = dataclasses.replace(SETTINGS, auxiliary_weight=0.3, soft_weight=0.2)
    network = Network(dataclasses.replace(CONFIG, auxiliary=2)).initialise(torch.Generator().manual_seed(1), 0.2)
    soft = blurred(genome, labels, 1.0)
    sampler = SegmentSampler(
        genome, [labels, soft, own], ARCS["train"], network.context(), 64, 0.7, np.random.default_rng(1)
    )
    codes, target, scored = sampler.draw(4)
    with torch.no_grad():
        outputs = network(torch.from_numpy(codes).long())[0]
    parts = [
        position_loss(output, torch.from_numpy(target[..., channel]), 10.0, 0.8).mean().item()
        for channel, output in enumerate((tss_logit(outputs), outputs[..., 2], outputs[..., 3]))
    ]
    losses, gradients = batch_gradients(network, settings, (codes, target, scored), (1, 1), torch.device("cpu"), 1)
    assert losses == pytest.approx(parts, rel=1e-4)
    outputs = network(torch.from_numpy(codes).long())[0]
    weighted = sum(
        weight * position_loss(output, torch.from_numpy(target[..., channel]), 10.0, 0.8).mean()
        for channel, (weight, output) in enumerate(
            ((1, tss_logit(outputs)), (0.2, outputs[..., 2]), (0.3, outputs[..., 3]))
        )
    )
    for ours, theirs in zip(gradients, torch.autograd.grad(weighted, list(network.parameters())), strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-5)

    trained = train_network(
        CONFIG,
        dataclasses.replace(settings, max_steps=200, evaluate_every=200),
        genome,
        labels,
        ARCS["train"],
        ARCS["validation"],
        1,
        torch.device("cpu"),
        log=lambda line: None,
        auxiliary=[own],
    )[0]
    assert trained.config.auxiliary == 2
    upstream, downstream = trained.context()
    tokens = genome["c"].window("plus", 30000 - upstream, 40000 + downstream)
    with torch.no_grad():
        outputs = trained(torch.from_numpy(tokens).long()[None])[0][0]
    reached = {
        name: pr_auc(arrays["c.plus"][30000:40000], outputs[:, 3].numpy())
        for name, arrays in (("own", own), ("curated", labels))
    }
    assert reached["own"] > 5 * reached["curated"] and reached["own"] > 0.3


def test_loss_is_the_focal_formula():
    output = torch.tensor([-2.0, 0.5, 3.0], dtype=torch.float64)
    labels = torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)
    p = torch.sigmoid(output)
    right = torch.where(labels == 1, p, 1 - p)
    expected = torch.where(labels == 1, 7.0, 1.0) * (1 - right) ** 0.8 * -right.log()
    assert torch.allclose(position_loss(output, labels, 7.0, 0.8), expected)


def test_learning_rate():
    settings = dataclasses.replace(SETTINGS, max_steps=110)
    assert learning_rate_at(5, settings) == pytest.approx(5e-3)
    assert learning_rate_at(10, settings) == pytest.approx(1e-2)
    assert learning_rate_at(60, settings) == pytest.approx(5e-3)
    assert learning_rate_at(110, settings) == pytest.approx(0, abs=1e-12)


def test_planted_motif_is_learned_and_best_weights_are_kept(planted):
    """As good as a search for the motif itself: chance copies of it without a label are beyond any network."""
    genome, labels = planted
    network, history, summary, speed = train(planted, max_steps=400, evaluate_every=100)
    best = max(history, key=lambda row: row["validation_pr_auc"])
    search = {}
    for strand in ("plus", "minus"):
        stream = decode(genome["c"].stream(strand))
        hits = np.array([float(stream[end - 12 : end - 6] == "TATAAT") for end in range(40000)])
        search[f"c.{strand}"] = hits if strand == "plus" else hits[::-1]
    assert [row["step"] for row in speed] == [100, 200, 300, 400]
    assert all(row["positions_per_second"] > 0 and row["memory_mb"] > 50 for row in speed)
    reachable = pr_auc(*(arc_values(arrays, ARCS["validation"]) for arrays in (labels, search)))
    assert reachable > 0.6
    assert best["validation_pr_auc"] > 0.95 * reachable
    assert summary["best_step"] == best["step"] and [row["step"] for row in history if row["best"]][-1] == best["step"]


def test_same_seed_same_bytes_other_seed_other_bytes(planted):
    first, second, other = (train(planted, seed, max_steps=20, evaluate_every=10)[0].state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_number_of_threads_does_not_matter(planted):
    first, second = (train(planted, threads=threads, max_steps=20, evaluate_every=10) for threads in (1, 3))
    assert first[1] == second[1]
    for a, b in zip(first[0].parameters(), second[0].parameters(), strict=True):
        assert torch.equal(a, b)


def test_gradient_of_a_batch_is_that_of_its_mean_loss(planted):
    """Segment by segment, the sum equals the gradient of the whole batch's loss taken at once."""
    genome, labels = planted
    network = Network(CONFIG).initialise(torch.Generator().manual_seed(1), 0.2).double()
    rng = np.random.default_rng(1)
    batch = SegmentSampler(genome, [labels], ARCS["train"], network.context(), 64, 0.7, rng).draw(5)
    batch[2][3, 40:] = 0
    codes, target, scored = (torch.from_numpy(array) for array in batch)
    (loss,), gradients = batch_gradients(network, SETTINGS, batch, (1, 1), torch.device("cpu"), 2)
    losses = position_loss(tss_logit(network(codes.long())[0]), target[..., 0].double(), 10.0, 0.8)
    whole = (losses * scored).sum() / scored.sum()
    assert loss == pytest.approx(whole.item(), rel=1e-6)
    for ours, theirs in zip(gradients, torch.autograd.grad(whole, list(network.parameters())), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-7)


def test_dropout_rate_and_scale():
    x = torch.ones(200, 200)
    dropped = dropout(x, 0.25, torch.Generator().manual_seed(1))
    assert dropped.unique().tolist() == pytest.approx([0, 4 / 3])
    assert dropped.mean().item() == pytest.approx(1, abs=0.02)
    assert dropout(x, 0.25, None) is x


def test_work_comes_back_in_order_and_errors_come_through():
    assert list(in_order(lambda item: item * item, range(50), 3)) == [item * item for item in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda item: 1 // (item - 7), range(50), 3))


def test_early_stop(planted):
    _, history, summary, _ = train(
        planted, learning_rate=1e-9, max_steps=60, evaluate_every=5, patience=2, ema=0.0, warmup_steps=0
    )
    assert summary["steps"] <= 60
    if summary["stop_reason"] != "max_steps reached":
        assert summary["steps"] - summary["best_step"] == 10 and "last 2" in summary["stop_reason"]


def test_weights_of_the_best_pr_auc_are_kept(planted, monkeypatch):
    """Of the lowest loss only where no site is there to be found."""

    def kept(pr_aucs):
        found = iter(zip((0.2, 0.3, 0.1), pr_aucs, strict=True))
        monkeypatch.setattr(
            train_module,
            "validate",
            lambda *_: dict(zip(("validation_loss", "validation_pr_auc"), next(found), strict=True)),
        )
        return train(planted, max_steps=3, evaluate_every=1)[2]["best_step"]

    assert kept((0.5, 0.7, 0.6)) == 2
    assert kept((0.7, 0.7, 0.6)) == 1
    assert kept((np.nan, np.nan, np.nan)) == 3


def test_arc_without_sites_and_broken_loss_are_said(planted):
    genome, labels = planted
    with pytest.raises(ValueError, match="holds no site"):
        train((genome, {name: np.zeros_like(array) for name, array in labels.items()}))
    with pytest.raises(FloatingPointError, match="--learning_rate"):
        train(planted, learning_rate=float("inf"), clip=1e30)


def test_presets_are_complete_and_overridden():
    for name in PRESETS:
        read_preset(PRESETS, name, {})
    config, settings = read_preset(PRESETS, "tiny", {"max_steps": "7", "padding": "same", "learning_rate": 0.5})
    assert settings.max_steps == 7 and config.padding == "same" and settings.learning_rate == 0.5
    published = read_preset(PRESETS, "published", {})[0]
    assert (published.layers, published.heads, published.d_model, published.window) == (6, 6, 32, 512)
    with pytest.raises(ValueError, match="unknown"):
        read_preset(PRESETS, "huge", {})
    with pytest.raises(ValueError, match="layer_count"):
        read_preset(PRESETS, "tiny", {"layer_count": 3})


class Killed(Exception):
    """Stands for the end of the process."""


def kill_at(step, lines):
    """A log that ends the training at the validation of a step."""

    def log(line):
        lines.append(line)
        if line.startswith(f"step {step}/"):
            raise Killed

    return log


def run(planted, log, seed=1, **more):
    genome, labels = planted
    settings = dataclasses.replace(SETTINGS, max_steps=60, evaluate_every=15, patience=9)
    return train_network(
        CONFIG, settings, genome, labels, ARCS["train"], ARCS["validation"], seed, torch.device("cpu"), log=log, **more
    )


@pytest.fixture
def undisturbed(planted):
    return run(planted, lambda line: None)


def same(first, second):
    weights = [result[0].state_dict() for result in (first, second)]
    return first[1:3] == second[1:3] and all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_interrupted_training_ends_with_the_same_bytes(planted, undisturbed, tmp_path):
    lines = []
    for step in (15, 30, 45):
        with pytest.raises(Killed):
            run(planted, kill_at(step, lines), checkpoints=tmp_path, checkpoint_minutes=0)
    resumed = run(planted, lines.append, checkpoints=tmp_path, checkpoint_minutes=0)
    # The log ends the training before the checkpoint of its step is written.
    assert [line for line in lines if line.startswith("going on")] == [
        f"going on from the checkpoint of step {step}" for step in (14, 29, 44)
    ]
    assert same(undisturbed, resumed)
    finished = run(planted, lines.append, checkpoints=tmp_path)
    assert lines[-1] == "going on from the checkpoint of step 60" and same(undisturbed, finished)


def test_damaged_checkpoint_is_passed_over_for_the_one_before(planted, undisturbed, tmp_path):
    with pytest.raises(Killed):
        run(planted, kill_at(45, []), checkpoints=tmp_path, checkpoint_minutes=0)
    (kept,) = tmp_path.iterdir()
    whole, before = ((kept / name).read_bytes() for name in (NEWEST, BEFORE))
    flipped = bytearray(whole)
    flipped[-40] ^= 1
    for damaged in (whole[: len(whole) // 2], b"", bytes(flipped)):
        (kept / NEWEST).write_bytes(damaged)
        (kept / BEFORE).write_bytes(before)
        lines = []
        resumed = run(planted, lines.append, checkpoints=tmp_path, checkpoint_minutes=1e9)
        assert lines[0].startswith(f"{NEWEST} is damaged") and lines[1] == "going on from the checkpoint of step 43"
        assert same(undisturbed, resumed)
    for name in (NEWEST, BEFORE):
        (kept / name).write_bytes(b"x")
    lines = []
    assert same(undisturbed, run(planted, lines.append, checkpoints=tmp_path)) and lines[2].startswith("step 15/")


def test_each_training_goes_on_from_its_own_checkpoints(planted, undisturbed, tmp_path):
    with pytest.raises(Killed):
        run(planted, kill_at(15, []), checkpoints=tmp_path, checkpoint_minutes=0)
    genome, labels = planted
    lines = []
    run(planted, lines.append, seed=2, checkpoints=tmp_path)
    run((genome, {**labels, "c.plus": np.roll(labels["c.plus"], 1)}), lines.append, checkpoints=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3 and not any(line.startswith("going on") for line in lines)
    # A file of another training in a training's own folder is no checkpoint of it.
    first = next(folder for folder in tmp_path.iterdir() if step_kept(folder) == 14)
    other = next(folder for folder in tmp_path.iterdir() if step_kept(folder) == 60)
    shutil.copy(other / NEWEST, first / NEWEST)
    lines = []
    assert same(undisturbed, run(planted, lines.append, checkpoints=tmp_path))
    assert "belongs to another training" in lines[0] and lines[1] == "going on from the checkpoint of step 13"


def test_two_processes_at_one_training_leave_whole_checkpoints(planted, undisturbed, tmp_path):
    """As where a training outlives the workflow, which is then resumed."""

    def train(_):
        return run(planted, lambda line: None, checkpoints=tmp_path, checkpoint_minutes=0)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert all(same(undisturbed, result) for result in pool.map(train, range(2)))
    (kept,) = tmp_path.iterdir()
    assert step_kept(kept) == 60


def test_broken_loss_names_its_batch_and_keeps_the_last_good_weights(planted, monkeypatch):
    calls = []

    def broken_at_20(*arguments):
        losses, gradients = batch_gradients(*arguments)
        calls.append(losses)
        return ([float("nan")] if len(calls) == 20 else losses), gradients

    monkeypatch.setattr("attentome.training.train.batch_gradients", broken_at_20)
    said = r"loss is nan at step 20 \(learning rate .*; segments c [+-] \d+ to \d+"
    with pytest.raises(TrainingDiverged, match=said) as error:
        run(planted, lambda line: None)
    monkeypatch.undo()
    good = run(planted, lambda line: None, **{})[1][0]
    assert good["step"] == 15 and error.value.network is not None
    genome, labels = planted
    outputs = predict_intervals(error.value.network, genome, ARCS["validation"], torch.device("cpu"), 1)
    assert pr_auc(arc_values(labels, ARCS["validation"]), outputs) == pytest.approx(good["validation_pr_auc"])
    assert len(str(error.value).split(" to ")) == SETTINGS.batch_size + 1


@pytest.mark.slow
def test_killed_process_goes_on_to_the_same_bytes(root, planted, tmp_path):
    """kill -9 at three moments, then to the end: model, history and summary are those of an undisturbed process."""
    genome, labels = planted
    sequence = decode(genome["c"].tokens)
    (tmp_path / "genome.fna").write_text(f">c\n{sequence}\n")
    write_json(tmp_path / "genome.json", {"contigs": [{"name": "c", "length": 40000, "circular": True}]})
    write_arrays(tmp_path / "labels.safetensors", labels)
    write_json(tmp_path / "labels.json", {"label_shift": 6})
    write_tsv(
        tmp_path / "split.tsv",
        pd.DataFrame(
            [(part.arc, part.contig, part.start, part.end) for parts in ARCS.values() for part in parts],
            columns=["arc", "contig", "start", "end"],
        ),
    )
    write_json(tmp_path / "networks.json", [{"id": "curated", "seed": 1}])
    write_json(
        tmp_path / "presets.json",
        {
            "small": {
                "network": dataclasses.asdict(CONFIG),
                "training": dataclasses.asdict(dataclasses.replace(SETTINGS, max_steps=240, evaluate_every=60)),
            }
        },
    )

    def start(out, *more):
        return subprocess.Popen(
            [
                sys.executable,
                root / "bin/train_model.py",
                "--genome",
                "genome.fna",
                "--genome_json",
                "genome.json",
                "--labels",
                "labels.safetensors",
                "--labels_json",
                "labels.json",
                "--split",
                "split.tsv",
                "--presets",
                "presets.json",
                "--preset",
                "small",
                "--networks",
                "networks.json",
                "--out",
                out,
                *more,
            ],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    whole = start("whole")
    assert whole.communicate()[0] and whole.returncode == 0
    more = ("--checkpoints", "kept", "--checkpoint_minutes", "0")
    random = np.random.default_rng()
    for _ in range(3):
        before = max(map(step_kept, (tmp_path / "kept").glob("*")), default=0)
        process = start("killed", *more)
        while max(map(step_kept, (tmp_path / "kept").glob("*")), default=0) <= before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(random.random() * 0.5)
        process.kill()
        process.communicate()
    (kept,) = (tmp_path / "kept").iterdir()
    assert 0 < step_kept(kept)
    last = start("killed", *more)
    assert "going on from the checkpoint" in last.communicate()[0] and last.returncode == 0
    for name in ("model/model.safetensors", "model/model.json", "history.tsv", "training.json"):
        assert (tmp_path / "killed/curated" / name).read_bytes() == (tmp_path / "whole/curated" / name).read_bytes(), (
            name
        )


def step_kept(folder):
    """The step of the newest checkpoint that can be read, 0 without one."""
    for name in (NEWEST, BEFORE):
        try:
            with safe_open(folder / name, "pt") as handle:
                return json.loads(handle.metadata()["attentome"])["step"]
        except (OSError, RuntimeError, SafetensorError):  # RuntimeError: renamed since it was looked for
            continue
    return 0
