"""The slope of the labels on the outputs, against labels drawn with a known one."""

import numpy as np
import pytest

from attentome.evaluation.calibration import label_slope


def drawn(slope, n=20_000, seed=1):
    """Outputs, and labels of which the logits are a line in them."""
    rng = np.random.default_rng(seed)
    outputs = rng.normal(size=n)
    return (rng.random(n) < 1 / (1 + np.exp(3 - slope * outputs))).astype(np.uint8), outputs.astype(np.float32)


@pytest.mark.parametrize("slope", [-0.5, 0.0, 1.0, 2.0])
def test_slope_is_the_one_that_the_labels_were_drawn_with(slope):
    found = [label_slope(*drawn(slope, seed=seed)) for seed in range(20)]
    error = np.std(found, ddof=1)
    assert abs(np.mean(found) - slope) < 4 * error / 20**0.5 and error < 0.06


def test_another_unit_of_the_outputs_changes_the_slope_alone():
    labels, outputs = drawn(1.5)
    assert 100 * label_slope(labels, 100 * outputs + 7) == pytest.approx(label_slope(labels, outputs), rel=1e-4)


def test_outputs_that_tell_all_labels_have_a_slope():
    outputs = np.linspace(-1, 1, 1000)
    assert 2 < label_slope((outputs > 0.9).astype(np.uint8), outputs) < 100


@pytest.mark.parametrize(
    "labels, outputs, slope",
    [
        (np.zeros(5, np.uint8), np.arange(5.0), 1.0),
        (np.ones(5, np.uint8), np.arange(5.0), 1.0),
        (np.array([0, 1, 0], np.uint8), np.full(3, 4.0), 0.0),
    ],
)
def test_nothing_to_tell_by(labels, outputs, slope):
    assert label_slope(labels, outputs) == slope
