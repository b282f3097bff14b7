"""Which epochs are compared: the first that reaches the highest level that all networks of a trial reached."""

from attentome.filters.equal_accuracy import LEVELS, levels_reached, matched_epochs


def training(id_, *levels, trial=1, control=None, network="cnn-2"):
    reached = [{"level": level, "epoch": epoch, "validation": level + 0.005} for epoch, level in enumerate(levels, 1)]
    return {"id": id_, "task": "task1", "network": network, "trial": trial, "control": control, "reached": reached}


def test_levels_are_hundredths():
    assert LEVELS["auroc"][:2] == (0.6, 0.62) and LEVELS["auroc"][-1] == LEVELS["aupr"][-1] == 0.98


def test_a_level_is_reached_at_its_first_epoch():
    found = levels_reached((0.64, 0.6, 0.62, 0.7), [0.5, float("nan"), 0.63, 0.61, 0.64])
    assert found == [
        {"level": 0.6, "epoch": 3, "validation": 0.63},
        {"level": 0.62, "epoch": 3, "validation": 0.63},
        {"level": 0.64, "epoch": 5, "validation": 0.64},
    ]
    assert levels_reached((), [0.9]) == levels_reached((0.6,), []) == []


def test_networks_of_a_trial_are_matched_at_the_highest_common_level():
    trainings = [
        training("relu", 0.6, 0.62),
        training("exp", 0.6, 0.62, 0.64),
        training("tanh"),  # reached nothing: left out
        training("relu untrained", control="untrained"),
        training("relu shuffled", 0.6, control="shuffled"),
        training("relu 2", 0.6, 0.62, 0.64, 0.66, trial=2),
        training("exp 2", 0.6, 0.62, 0.64, trial=2),
        training("alone", 0.6, network="cnn-50"),
    ]
    found = matched_epochs(trainings)
    assert {name: (one["level"], one["epoch"]) for name, one in found.items()} == {
        "relu": (0.62, 2),
        "exp": (0.62, 2),
        "relu 2": (0.64, 3),
        "exp 2": (0.64, 3),
    }
    assert found == matched_epochs(trainings[::-1]) and matched_epochs([]) == {}
