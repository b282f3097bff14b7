"""Attribution maps against plain formulas: linear networks, sums of maps, brute force; every network and activation."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from attentome.attribution.sequence_maps import (
    COMPLETE,
    METHODS,
    logit_differences,
    sequence_maps,
    shuffled_references,
)
from attentome.genome.contigs import UNKNOWN
from attentome.network.activations import ACTIVATIONS
from attentome.network.cnn_layers import Pool
from attentome.network.motif_cnn import NETWORKS, MotifCnn, MotifCnnConfig, one_hot

LENGTH = 40
CODES = np.random.default_rng(0).integers(0, 4, (3, LENGTH)).astype(np.uint8)
CLASSES = np.array([0, 1, 0])


def small(net):
    """Two convolutions, a pool of each padding and a hidden layer, of a few filters."""
    net.first(3, dropout=0.1).pool(3, "same")
    net.conv(4, 3, "same", dropout=0.1).pool(4)
    net.dense(5)


def with_residual(net):
    net.first(3, dropout=0.1).residual(5).pool(7, "same")
    net.dense(5)


@pytest.fixture(autouse=True)
def small_networks(monkeypatch):
    monkeypatch.setitem(NETWORKS, "small", small)
    monkeypatch.setitem(NETWORKS, "with_residual", with_residual)


def network_of(activation="exponential", name="small", length=LENGTH, dtype=torch.float64):
    rng = torch.Generator().manual_seed(1)
    network = MotifCnn(MotifCnnConfig(name, 2, length, activation=activation)).initialise(rng)
    for part in network.modules():
        if isinstance(part, nn.BatchNorm1d):  # as after training
            for tensor in (part.weight, part.bias, part.running_mean, part.running_var):
                tensor.data.uniform_(0.2, 0.9, generator=rng)
    network.output.weight.data.mul_(20)
    return network.to(dtype).eval()


class Linear(nn.Module):
    """Sum of the weights of a sequence's bases; one set of weights, shape (4, length), for each class."""

    def __init__(self, weights):
        super().__init__()
        self.output = nn.Linear(weights[0].size, len(weights)).double()
        self.output.weight.data = torch.from_numpy(weights.reshape(len(weights), -1))

    def forward(self, bases):
        return self.output(bases.flatten(1))


def logits_of(network, codes):
    with torch.no_grad():
        return network(one_hot(codes, dtype=torch.float64)).numpy()


def brute_force(network, codes, of_class):
    """Norm of the three changes of the logit at each position, one mutant after the other."""
    found = np.zeros(len(codes))
    wild_type = logits_of(network, codes[None])[0, of_class]
    for place, base in enumerate(codes):
        changes = []
        for other in set(range(4)) - {int(base)}:
            mutant = codes.copy()
            mutant[place] = other
            changes.append(logits_of(network, mutant[None])[0, of_class] - wild_type)
        found[place] = np.sqrt(np.sum(np.square(changes)))
    return found


def test_maps_of_a_linear_network_are_its_weights():
    weights = np.random.default_rng(1).normal(size=(2, 4, LENGTH))
    network = Linear(weights).eval()
    maps = sequence_maps(network, CODES, CLASSES, steps=4)
    assert list(maps) == list(METHODS)
    references = shuffled_references(CODES, 10, 1)
    for row, (codes, of_class) in enumerate(zip(CODES, CLASSES, strict=True)):
        own = weights[of_class]
        at = np.arange(LENGTH)
        of_sequence = own[codes, at]
        of_references = np.mean([own[some, at] for some in references[row]], axis=0)
        changes = [own[(codes + step) % 4, at] - of_sequence for step in (1, 2, 3)]
        expected = {
            "saliency": of_sequence,
            "saliency_corrected": of_sequence - own.mean(axis=0),
            "integrated_gradients": of_sequence - of_references,
            "integrated_gradients_published": of_sequence,
            "deep_shap": of_sequence - of_references,
            "mutagenesis": np.sqrt(np.sum(np.square(changes), axis=0)),
        }
        for method, values in expected.items():
            assert maps[method][row] == pytest.approx(values, abs=1e-6), method


def test_references_hold_the_bases_of_their_sequence():
    references = shuffled_references(CODES, 10, 1)
    assert references.shape == (3, 10, LENGTH) and references.dtype == np.uint8
    np.testing.assert_array_equal(np.sort(references, axis=2), np.repeat(np.sort(CODES)[:, None], 10, axis=1))
    assert len(np.unique(references.reshape(30, LENGTH), axis=0)) == 30
    np.testing.assert_array_equal(references, shuffled_references(CODES, 10, 1))
    assert (references != shuffled_references(CODES, 10, 2)).any()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", ["small", "with_residual"])
def test_deep_shap_sums_to_the_difference_of_logits(activation, name):
    network = network_of(activation, name)
    differences = logit_differences(network, CODES, CLASSES)
    references = shuffled_references(CODES, 10, 1)
    for row, of_class in enumerate(CLASSES):
        mean = logits_of(network, references[row])[:, of_class].mean()
        assert differences[row] == pytest.approx(logits_of(network, CODES[row][None])[0, of_class] - mean)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # tangermeme's, of sums that are not right
        maps = sequence_maps(network, CODES, CLASSES, ["deep_shap"])["deep_shap"]
    assert maps.sum(axis=1) == pytest.approx(differences, rel=1e-4, abs=1e-5 * np.abs(differences).max())


@pytest.mark.parametrize("activation", ["relu", "exponential", "tanh", "softplus"])
def test_integrated_gradients_sum_to_the_difference_of_logits(activation):
    network = network_of(activation)
    differences = logit_differences(network, CODES, CLASSES)
    maps = sequence_maps(network, CODES, CLASSES, ["integrated_gradients"], steps=400)["integrated_gradients"]
    assert np.abs(maps.sum(axis=1) - differences).max() < 0.01 * np.abs(differences).mean()


def test_integrated_gradients_as_published_step_by_step():
    network = network_of()
    maps = sequence_maps(network, CODES, CLASSES, ["integrated_gradients_published"])
    bases = one_hot(CODES, dtype=torch.float64)
    for row, references in enumerate(shuffled_references(CODES, 10, 1)):
        gradients = []
        for reference in one_hot(references, dtype=torch.float64):
            for step in range(20):
                at = (reference + step / 20 * (bases[row] - reference)).requires_grad_()
                gradients.append(torch.autograd.grad(network(at[None])[0, CLASSES[row]], at)[0])
        expected = (torch.stack(gradients).mean(0) * bases[row]).sum(0).numpy()
        assert maps["integrated_gradients_published"][row] == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_saliency_and_its_correction_by_finite_differences():
    network, step = network_of("softplus"), 1e-6
    maps = sequence_maps(network, CODES, CLASSES, ["saliency", "saliency_corrected"])
    bases = one_hot(CODES, dtype=torch.float64).numpy()
    for row, place in [(0, 3), (1, 20), (2, 39)]:
        gradient = []
        for base in range(4):
            moved = np.stack([bases[row], bases[row]])
            moved[:, base, place] += [step, -step]
            with torch.no_grad():
                up, down = network(torch.from_numpy(moved))[:, CLASSES[row]].numpy()
            gradient.append((up - down) / (2 * step))
        own = CODES[row, place]
        assert maps["saliency"][row, place] == pytest.approx(gradient[own], rel=1e-4, abs=1e-6)
        assert maps["saliency_corrected"][row, place] == pytest.approx(
            gradient[own] - np.mean(gradient), rel=1e-4, abs=1e-6
        )


def test_mutagenesis_is_brute_force():
    network = network_of()
    maps = sequence_maps(network, CODES, CLASSES, ["mutagenesis"], batch=7)["mutagenesis"]
    for row, of_class in enumerate(CLASSES):
        assert maps[row] == pytest.approx(brute_force(network, CODES[row], of_class))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_goes_through_every_method(activation):
    maps = sequence_maps(network_of(activation, dtype=torch.float32), CODES, CLASSES, references=2, steps=3)
    for method, found in maps.items():
        assert found.shape == CODES.shape and found.dtype == np.float32, method
        assert np.isfinite(found).all() and found.any(), method


@pytest.mark.parametrize("name, length", [("cnn-local", 100), ("cnn-2", 40), ("residualbind", 330)])
def test_published_networks(name, length):
    codes = np.random.default_rng(2).integers(0, 4, (1, length)).astype(np.uint8)
    network = network_of(name=name, length=length)
    differences = logit_differences(network, codes, [1], references=2)
    maps = sequence_maps(network, codes, [1], ["deep_shap"], references=2)["deep_shap"]
    assert maps.sum(axis=1) == pytest.approx(differences, rel=1e-4)


def test_maps_do_not_depend_on_batches_or_neighbours():
    network = network_of()
    one, other = (sequence_maps(network, CODES, CLASSES, steps=5, batch=batch) for batch in (1, 1000))
    for method in METHODS:
        size = np.abs(one[method]).max()
        assert one[method] == pytest.approx(other[method], rel=0, abs=1e-6 * size), method
    first = sequence_maps(network, CODES[:1], CLASSES[:1], steps=5)
    for method in METHODS:
        size = np.abs(one[method]).max()
        assert first[method][0] == pytest.approx(one[method][0], rel=0, abs=1e-6 * size), method


def test_the_order_of_the_bases_is_that_of_the_codes():
    network, order = network_of(), [2, 0, 3, 1]
    maps = sequence_maps(network, CODES, CLASSES, ["saliency_corrected", "deep_shap", "mutagenesis"])
    network.convolution.weight.data = network.convolution.weight.data[:, np.argsort(order)].contiguous()
    renamed = sequence_maps(network, np.array(order, np.uint8)[CODES], CLASSES, list(maps))
    for method, found in maps.items():
        assert renamed[method] == pytest.approx(found, rel=1e-4, abs=1e-6), method


def test_maps_leave_the_network_as_it_was():
    network = network_of()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    logits = logits_of(network, CODES)
    sequence_maps(network, CODES, CLASSES, references=2, steps=2)
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    np.testing.assert_array_equal(logits_of(network, CODES), logits)
    assert not network.training and not any(part._forward_hooks or part._backward_hooks for part in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_unknown_bases_count_a_quarter_of_each():
    network, codes = network_of(), CODES.copy()
    codes[:, 17] = UNKNOWN
    with pytest.warns(Warning):
        maps = sequence_maps(network, codes, CLASSES)
    assert all(np.isfinite(found).all() for found in maps.values())
    differences = logit_differences(network, codes, CLASSES)
    assert maps["deep_shap"].sum(axis=1) == pytest.approx(differences, rel=1e-4)


def test_maps_of_a_diverged_network_are_not_finite():
    network = network_of()
    network.convolution.weight.data[0, 0, 0] = np.nan
    maps = sequence_maps(network, CODES, CLASSES, references=2, steps=2)
    assert not any(np.isfinite(found).all(axis=1).any() for found in maps.values())


def test_no_sequences_and_wrong_calls():
    network = network_of()
    assert {found.shape for found in sequence_maps(network, CODES[:0], CLASSES[:0]).values()} == {(0, LENGTH)}
    assert set(COMPLETE) < set(METHODS)
    with pytest.raises(ValueError, match="attribution gradcam: unknown; choose of saliency"):
        sequence_maps(network, CODES, CLASSES, ["gradcam"])
    with pytest.raises(ValueError, match="training mode"):
        sequence_maps(network.train(), CODES, CLASSES)


def test_pools_with_same_padding_keep_incomplete_windows_in_deep_shap():
    """Lengths that leave 0 to 3 positions of a window."""

    class Pooled(nn.Module):
        def __init__(self):
            super().__init__()
            self.pool, self.output = Pool(4, "same"), nn.Linear(1, 1).double()

        def forward(self, bases):
            levels = torch.tensor([0.0, 0.5, 2.0, 3.0], dtype=torch.float64)
            return self.output(self.pool((bases * levels[:, None]).sum(1, keepdim=True)).sum(2)).clone()

    network = Pooled().eval()
    for length in (8, 9, 10, 11):
        codes = CODES[:, :length]
        maps = sequence_maps(network, codes, np.zeros(3, int), ["deep_shap"])["deep_shap"]
        assert maps.sum(axis=1) == pytest.approx(logit_differences(network, codes, np.zeros(3, int)), abs=1e-6)
