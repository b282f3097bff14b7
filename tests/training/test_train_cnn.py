"""Training of a convolutional network: schedule, penalty, repeatability, interruption, divergence."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from attentome.genome.contigs import encode
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig, one_hot
from attentome.training import train_cnn as module
from attentome.training.train_cnn import (
    CnnTraining,
    class_metrics,
    is_over,
    learning_rate_after,
    pooled_metrics,
    predict_cnn,
    train_motif_cnn,
)

CONFIG = MotifCnnConfig("cnn-local", 1, activation="exponential")
SETTINGS = CnnTraining(batch_size=40, max_epochs=3, learning_rate=2e-3, monitor="auroc")


@pytest.fixture(autouse=True)
def one_thread():
    """Batches are small: two threads are slower than one, the more so on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def planted(n, seed=0, length=200):
    """Random sequences; the positive half holds one word."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (n, length)).astype(np.uint8)
    labels = (np.arange(n) % 2).astype(np.uint8)[:, None]
    for row in np.flatnonzero(labels[:, 0]):
        at = rng.integers(0, length - 10)
        codes[row, at : at + 10] = encode("TGACTCATGC")
    return codes, labels


TRAIN, VALIDATION = planted(401), planted(100, seed=1)
"""401 sequences in batches of 40 leave one, which batch normalisation cannot take."""


def trained(config=CONFIG, settings=SETTINGS, train=TRAIN, seed=0, **options):
    return train_motif_cnn(config, settings, train, VALIDATION, seed, log=lambda line: None, **options)


class WithoutDropout(MotifCnn):
    def __init__(self, config):
        super().__init__(config)
        for part in self.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0.0


def same(one, two):
    return all(torch.equal(one[name], two[name]) for name in one)


def test_it_learns_and_keeps_last_and_best_weights():
    found = trained(settings=replace(SETTINGS, max_epochs=8, keep_levels=True))
    table = found.history
    assert table["epoch"].tolist() == list(range(1, 9)) and table["diverged"].sum() == 0
    assert table["train_loss"].iloc[-1] < 0.6 * table["train_loss"].iloc[0]
    assert table["validation_auroc"].max() > 0.9
    best = table["validation_auroc"].idxmax()
    assert found.summary["best_epoch"] == best + 1 == table[table["best"] == 1]["epoch"].iloc[-1]
    assert not found.network.training and not found.summary["diverged"]
    # The last row is of the last weights, the best row of the best ones.
    for network, row in ((found.network, table.iloc[-1]), (MotifCnn(CONFIG), table.iloc[best])):
        if network is not found.network:
            network.load_state_dict(found.best)
        own = pooled_metrics(VALIDATION[1], predict_cnn(network, VALIDATION[0]))
        assert own["auroc"] == row["validation_auroc"] and own["loss"] == row["validation_loss"]
    # So are the weights of the epochs at which a level was reached first.
    reached = {one["epoch"]: one["validation"] for one in found.summary["reached"]}
    assert list(found.kept) == list(reached) and len(reached) > 1 and found.summary["reached"][-1]["level"] >= 0.9
    for epoch, value in reached.items():
        network.load_state_dict(found.kept[epoch])
        assert pooled_metrics(VALIDATION[1], predict_cnn(network, VALIDATION[0]))["auroc"] == value
        assert value == table["validation_auroc"].iloc[epoch - 1]
    assert found.summary["validation"] == table["validation_auroc"].iloc[-1]


def test_a_seed_gives_the_same_bytes_and_leaves_other_random_numbers_alone():
    torch.manual_seed(5)
    one = trained()
    drawn = torch.rand(3)
    torch.manual_seed(6)
    torch.rand(100)
    two = trained()
    assert same(one.network.state_dict(), two.network.state_dict()) and one.history.equals(two.history)
    assert not same(one.network.state_dict(), trained(seed=1).network.state_dict())
    torch.manual_seed(5)
    assert torch.equal(torch.rand(3), drawn)


def test_an_interrupted_training_ends_with_the_same_bytes(tmp_path):
    settings = replace(SETTINGS, keep_levels=True)
    whole = trained(settings=settings)
    trained(settings=settings, checkpoints=tmp_path / "whole")

    class Stop(Exception):
        pass

    def stop_at_two(line):
        if line.startswith("epoch 2/"):
            raise Stop

    with pytest.raises(Stop):
        train_motif_cnn(CONFIG, settings, TRAIN, VALIDATION, 0, log=stop_at_two, checkpoints=tmp_path / "cut")
    lines = []
    again = train_motif_cnn(CONFIG, settings, TRAIN, VALIDATION, 0, log=lines.append, checkpoints=tmp_path / "cut")
    assert lines[0] == "going on after epoch 1" and len(lines) == 3
    assert same(again.network.state_dict(), whole.network.state_dict()) and same(again.best, whole.best)
    assert again.history.equals(whole.history) and again.summary == whole.summary
    assert list(again.kept) == list(whole.kept) and all(same(again.kept[at], whole.kept[at]) for at in whole.kept)
    # Another seed does not continue from it, and a finished one has nothing left to do.
    lines.clear()
    train_motif_cnn(CONFIG, settings, TRAIN, VALIDATION, 1, log=lines.append, checkpoints=tmp_path / "cut")
    assert len(lines) == 3
    lines.clear()
    train_motif_cnn(CONFIG, settings, TRAIN, VALIDATION, 0, log=lines.append, checkpoints=tmp_path / "cut")
    assert lines == ["going on after epoch 3"]


def test_the_first_steps_are_adam_with_the_penalty_in_the_gradient(monkeypatch):
    """Two epochs of one batch without dropout, against the formulas of Kingma & Ba 2015 in numpy."""
    settings = CnnTraining(batch_size=50, max_epochs=2, l2=0.01, first_l2=0.3, monitor="auroc")
    codes, labels = planted(50)
    network = WithoutDropout(CONFIG).initialise(torch.Generator().manual_seed(3))
    monkeypatch.setattr(module, "MotifCnn", WithoutDropout)
    own = trained(settings=settings, train=(codes, labels), seed=3)
    first, others = network.kernels()
    penalty = {id(weight): 0.3 for weight in first} | {id(weight): 0.01 for weight in others}
    means, squares = {}, {}
    for step in (1, 2):
        network.train()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            network(one_hot(codes)), torch.from_numpy(labels.astype(np.float32))
        )
        loss = loss + sum(penalty.get(id(weight), 0.0) * (weight**2).sum() for weight in network.parameters())
        gradients = torch.autograd.grad(loss, list(network.parameters()))
        with torch.no_grad():
            for at, (weight, gradient) in enumerate(zip(network.parameters(), gradients, strict=True)):
                means[at] = 0.9 * means.get(at, 0) + 0.1 * gradient
                squares[at] = 0.999 * squares.get(at, 0) + 0.001 * gradient**2
                mean, square = means[at] / (1 - 0.9**step), squares[at] / (1 - 0.999**step)
                weight -= 1e-3 * mean / (square.sqrt() + 1e-7)
    for name, weight in network.named_parameters():
        assert torch.allclose(own.network.state_dict()[name], weight, atol=2e-5), name


def test_the_learning_rate_falls_and_training_ends_as_in_keras():
    settings = CnnTraining()
    flat = [0.5] * 30
    rates = [learning_rate_after(flat[:epochs], settings) for epochs in range(21)]
    # The first value is a gain; five more without one: the seventh epoch has a fifth of the rate.
    assert rates[:6] == [1e-3] * 6 and rates[6:11] == pytest.approx([2e-4] * 5) and rates[11] == pytest.approx(4e-5)
    assert learning_rate_after([0.5] * 200, settings) == 1e-7
    rising = [0.5 + 0.001 * epoch for epoch in range(30)]
    assert learning_rate_after(rising, settings) == 1e-3 and not is_over(rising, settings)
    creeping = [0.5 + 5e-5 * epoch for epoch in range(10)]  # a gain for stopping, none for the rate until it adds up
    assert learning_rate_after(creeping[:3], settings) == 1e-3 and not is_over(
        [*creeping], replace(settings, patience=2)
    )
    assert not is_over(flat[:20], settings) and is_over(flat[:21], settings)
    assert not is_over([], settings) and is_over([float("nan")] * 20, settings)


def test_training_ends_without_gain():
    rng = np.random.default_rng(0)
    noise = rng.permutation(TRAIN[1])
    found = trained(settings=replace(SETTINGS, max_epochs=30, patience=2), train=(TRAIN[0], noise))
    assert found.summary["stop_reason"] == "no gain in 2 epochs" and found.summary["epochs"] < 30
    assert found.history["best"].iloc[-2:].sum() == 0


def test_a_diverged_training_is_reported():
    config = replace(CONFIG, activation="exponential", scale=1000.0, first_norm=False)
    found = trained(config=config)
    assert found.summary["diverged"] and "not a finite number" in found.summary["stop_reason"]
    last = found.history.iloc[-1]
    assert last["diverged"] == 1 and np.isnan(last["train_loss"]) and np.isnan(last["validation_auroc"])
    assert all(torch.isfinite(weight).all() for weight in found.network.parameters())
    assert found.summary["epochs"] == len(found.history) - 1


def test_without_epochs_the_network_is_as_initialised():
    found = trained(settings=replace(SETTINGS, max_epochs=0))
    assert len(found.history) == 0 and found.summary["best_epoch"] == 0 and not found.summary["diverged"]
    assert found.summary["validation"] is None and found.summary["reached"] == [] and found.kept == {}
    fresh = MotifCnn(CONFIG).initialise(torch.Generator().manual_seed(0))
    assert same(found.network.state_dict(), fresh.state_dict()) and same(found.best, fresh.state_dict())


def test_metrics_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    labels, logits = rng.integers(0, 2, (300, 4)), rng.normal(size=(300, 4)).round(1)
    own = pooled_metrics(labels, logits)
    assert own["auroc"] == pytest.approx(roc_auc_score(labels.ravel(), logits.ravel()))
    assert own["aupr"] == pytest.approx(average_precision_score(labels.ravel(), logits.ravel()))
    assert own["loss"] == pytest.approx(log_loss(labels.ravel(), 1 / (1 + np.exp(-logits.ravel()))))
    auroc, aupr = class_metrics(labels, logits)
    assert auroc == pytest.approx([roc_auc_score(labels[:, at], logits[:, at]) for at in range(4)])
    assert aupr == pytest.approx([average_precision_score(labels[:, at], logits[:, at]) for at in range(4)])
    assert np.isnan(list(pooled_metrics(labels, np.where(logits > 1, np.inf, logits)).values())).all()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda codes, labels: (codes[:, :-1], labels), "training sequences have shape"),
        (lambda codes, labels: (codes[:1], labels[:1]), "two or more of 200 nt"),
        (lambda codes, labels: (codes, labels[:-1]), r"labels have shape \(400, 1\)"),
        (lambda codes, labels: (codes, labels * 2), "other than 0 and 1"),
        (lambda codes, labels: (codes, labels * 0), "are all 0; give positives and negatives"),
    ],
)
def test_data_that_do_not_fit_are_refused_in_one_line(change, message):
    with pytest.raises(ValueError, match=message) as fault:
        trained(train=change(*TRAIN))
    assert "\n" not in str(fault.value)


def test_settings_out_of_range_are_refused():
    for options in ({"monitor": "loss"}, {"batch_size": 1}, {"patience": 0}, {"max_epochs": -1}):
        with pytest.raises(ValueError):
            CnnTraining(**options)
