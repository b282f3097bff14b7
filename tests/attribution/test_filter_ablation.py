"""Networks without one of their first filters, against the same done by hand on the whole network."""

import numpy as np
import pytest
import torch
from scipy import stats

from attentome.attribution.filter_ablation import ablate_filters, auroc_parts, falls
from attentome.evaluation.metrics import pr_auc, roc_auc
from attentome.network.cnn_layers import Pool
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig, one_hot
from attentome.training.train_cnn import pooled_metrics, predict_cnn

N, LENGTH = 70, 400


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    return rng.integers(0, 4, (N, LENGTH)).astype(np.uint8), rng.integers(0, 2, (N, 3)).astype(np.uint8)


def network(name="cnn-2"):
    made = MotifCnn(MotifCnnConfig(name, 3, length=LENGTH, activation="exponential"))
    made.initialise(torch.Generator().manual_seed(0)).train()
    with torch.no_grad():  # running means, as after training
        for _ in range(3):
            made(one_hot(np.random.default_rng(0).integers(0, 4, (50, LENGTH))))
    return made.eval()


@torch.inference_mode()
def by_hand(made, codes, at):
    """Logits with filter ``at`` at its mean, by a pass through all layers."""
    inputs = made.first(one_hot(codes))
    parts = list(made.rest)
    if isinstance(parts[1], Pool):
        inputs, parts = parts[1](inputs), parts[2:]
    inputs = inputs.clone()
    inputs[:, at] = inputs[:, at].mean(dim=0)
    return made.output(torch.nn.Sequential(*parts)(inputs)).double().numpy()


@pytest.mark.parametrize("name", ["cnn-2", "cnn-deep", "cnn-local", "residualbind"])
def test_the_loss_without_a_filter_is_that_of_the_whole_network(data, name):
    (codes, labels), made = data, network(name)
    found = ablate_filters(made, codes, labels)
    whole = predict_cnn(made, codes).astype(float)
    for at in (0, 7):
        without = by_hand(made, codes, at)
        change = pooled_metrics(labels, without)["loss"] - pooled_metrics(labels, whole)["loss"]
        assert found.loss[at] == pytest.approx(change, abs=1e-6)
        for area, changed in ((roc_auc, found.auroc), (pr_auc, found.aupr)):
            means = [np.mean([area(labels[:, c], some[:, c]) for c in range(3)]) for some in (without, whole)]
            assert changed[at] == pytest.approx(means[0] - means[1], abs=0.002)
    assert len(found.loss) == made.convolution.out_channels


def test_a_filter_that_nothing_reads_is_not_needed(data):
    made = network()
    with torch.no_grad():
        next(part for part in made.rest if isinstance(part, torch.nn.Conv1d)).weight[:, 4] = 0
    found = ablate_filters(made, *data)
    values = [found.loss, found.auroc, found.aupr, found.auroc_error, *found.interval(), found.p()]
    assert [one[4] for one in values] == [0, 0, 0, 0, 0, 0, 1]
    assert (found.loss[:4] != 0).all()


def test_a_network_whose_outputs_are_no_numbers_has_no_need_of_any_filter(data):
    made = network()
    with torch.no_grad():
        made.output.bias[:] = float("nan")
    found = ablate_filters(made, *data)
    assert np.isnan(found.p()).all() and np.isnan(found.loss).all() and np.isnan(found.interval()).all()


def test_a_class_without_positives_is_left_out(data):
    codes, labels = data
    made, fewer = network(), labels.copy()
    fewer[:, 1] = 0
    found = ablate_filters(made, codes, fewer)
    parts = [
        auroc_parts(labels[:, [0, 2]], some[:, [0, 2]])[0]
        for some in (by_hand(made, codes, 3), predict_cnn(made, codes))
    ]
    assert found.auroc[3] == pytest.approx(parts[0] - parts[1], abs=0.002)
    fewer[:] = 1
    assert np.isnan(ablate_filters(made, codes, fewer).p()).all()


def test_the_parts_of_the_auroc_are_those_of_delong():
    rng = np.random.default_rng(3)
    labels, logits = rng.integers(0, 2, (90, 2)), rng.normal(size=(90, 2)).round(1)
    area, parts = auroc_parts(labels, logits)
    assert area == pytest.approx(np.mean([roc_auc(labels[:, c], logits[:, c]) for c in range(2)]))
    assert parts.sum() == pytest.approx(0, abs=1e-9)
    # Of one class the variance of DeLong et al. 1988: that of the positives' shares / m + that of the negatives' / n.
    label, logit = labels[:, 0] == 1, logits[:, 0]
    wins = (logit[label][:, None] > logit[~label]) + 0.5 * (logit[label][:, None] == logit[~label])
    variance = wins.mean(axis=1).var(ddof=1) / label.sum() + wins.mean(axis=0).var(ddof=1) / (~label).sum()
    own = auroc_parts(labels[:, :1], logits[:, :1])[1]
    assert own.var(ddof=1) / 90 == pytest.approx(variance, rel=0.03)


def test_p_is_uniform_where_labels_are_independent_of_both_outputs():
    rng = np.random.default_rng(2)
    whole = rng.normal(size=(400, 3))
    without = whole + rng.normal(0, 0.5, (400, 3))
    changes, errors = [], []
    for _ in range(300):
        labels = rng.integers(0, 2, (400, 3))
        (first, parts), (second, others) = auroc_parts(labels, whole), auroc_parts(labels, without)
        changes.append(second - first)
        errors.append((others - parts).std(ddof=1) / np.sqrt(400))
    changes, errors = np.array(changes), np.array(errors)
    assert stats.kstest(falls(changes, errors), "uniform").pvalue > 0.01
    assert np.mean(np.abs(changes) <= 1.96 * errors) == pytest.approx(0.95, abs=0.03)
    assert falls(changes - 0.2, errors).max() < 1e-6
