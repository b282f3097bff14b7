"""HDF5 of the published kind: letters in both layouts, parts, truth; and what is wrong with such files."""

import h5py
import numpy as np
import pytest

from attentome.genome.contigs import decode
from attentome.inputs.sequence_hdf5 import read_hdf5_set

LENGTH = 30
NUMBERS = {"train": 12, "valid": 5, "test": 7}
RNG = np.random.default_rng(1)
TEXTS = {part: ["".join(RNG.choice(list("ACGT"), LENGTH)) for _ in range(n)] for part, n in NUMBERS.items()}
LABELS = {part: RNG.integers(2, size=(n, 3)) for part, n in NUMBERS.items()}


def one_hot(texts):
    return np.array([[[float(letter == base) for base in "ACGT"] for letter in text] for text in texts])


def arrays():
    found = {f"x_{part}": one_hot(texts) for part, texts in TEXTS.items()}
    return found | {f"y_{part}": labels for part, labels in LABELS.items()}


def written(folder, data):
    with h5py.File(folder / "task.h5", "w") as file:
        for name, values in data.items():
            file[name] = values
    return folder / "task.h5"


LAYOUTS = {
    "n, length, 4": (lambda x: x, str),
    "n, 4, length": (lambda x: x.swapaxes(1, 2), str),
    "n, 4, 1, length; capital letters": (lambda x: x.swapaxes(1, 2)[:, :, None], str.title),
    "bytes; validation": (lambda x: x.astype("u1"), lambda name: name.replace("valid", "validation")),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_letters_labels_and_parts(tmp_path, layout, monkeypatch):
    monkeypatch.setattr("attentome.inputs.sequence_hdf5.BLOCK", 5)
    turn, name = LAYOUTS[layout]
    data = {name(key): turn(value) if key[0] == "x" else value for key, value in arrays().items()}
    task, faults = read_hdf5_set(written(tmp_path, data))
    assert faults == []
    assert [decode(codes) for codes in task.sequences] == [text for texts in TEXTS.values() for text in texts]
    assert task.part.tolist() == [0] * 12 + [1] * 5 + [2] * 7
    assert task.labels.tolist() == np.concatenate(list(LABELS.values())).tolist()
    assert task.classes == ["class_1", "class_2", "class_3"] and task.information is None


def test_truth_of_the_test_sequences_and_bases_n(tmp_path):
    data = arrays()
    data |= {name: value[:, 0] for name, value in data.items() if name[0] == "y"}
    data["x_train"][3, 7] = 0
    data["x_test"][0, 0] = 0.25
    model = np.full((7, LENGTH, 4), 0.25)
    model[2, 5] = [0, 1, 0, 0]
    model[2, 6] = [0.5, 0, 0, 0.5]
    task, faults = read_hdf5_set(written(tmp_path, data | {"model_test": model}))
    assert faults == [] and task.classes == ["positive"] and task.labels.shape == (24, 1)
    assert np.argwhere(task.sequences == 4).tolist() == [[3, 7], [17, 0]]
    bits = np.zeros((24, LENGTH))
    bits[19, 5:7] = 2, 1
    np.testing.assert_allclose(task.information, bits, atol=1e-6)


def changed(**values):
    return {name: value for name, value in (arrays() | values).items() if value is not None}


def edited(name, place, value):
    data = arrays()
    data[name] = data[name].astype(float)
    data[name][place] = value
    return data


FAULTS = {
    "a key is missing": (changed(y_valid=None), "has no y_valid or y_validation"),
    "no keys": ({}, "has no x_train"),
    "letters as text": (changed(x_train=[b"ACGT"] * 12), "x_train is not an array of numbers"),
    "no sequences": (changed(x_test=np.zeros((0, LENGTH, 4))), "x_test is empty"),
    "five letters": (changed(x_train=np.zeros((12, LENGTH, 5))), "x_train has the shape 12 x 30 x 5"),
    "flat": (changed(x_train=np.zeros((12, LENGTH * 4))), "x_train has the shape 12 x 120"),
    "another length": (changed(x_test=one_hot(["ACGT" * 6] * 7)), "x_test has 24 nt, x_train 30"),
    "too short": (changed(x_train=one_hot(["ACGTA"] * 12)), "x_train has 5 nt"),
    "two letters at a base": (
        edited("x_valid", (2, 4), [1, 1, 0, 0]),
        "x_valid: record 3 is not one-hot: base 5 is 1 1",
    ),
    "frequencies": (edited("x_train", (0, 0), [0.5, 0.5, 0, 0]), "x_train: record 1 is not one-hot: base 1 is 0.5 0.5"),
    "not a number": (edited("x_train", (1, 0), np.nan), "x_train: record 2 is not one-hot"),
    "fewer labels": (changed(y_train=LABELS["train"][:-1]), "y_train has the shape (11, 3)"),
    "fewer classes": (changed(y_test=LABELS["test"][:, :2]), "y_test has 2 classes, y_train 3"),
    "label of 2": (edited("y_test", (4, 1), 2), "y_test: record 5 holds 2.0"),
    "truth of another shape": (
        changed(model_test=np.full((6, LENGTH, 4), 0.25)),
        "model_test has the shape (6, 30, 4)",
    ),
    "truth that does not sum to 1": (changed(model_test=np.full((7, LENGTH, 4), 0.3)), "model_test: record 1 is not"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(tmp_path, fault):
    data, what = FAULTS[fault]
    task, faults = read_hdf5_set(written(tmp_path, data))
    assert task is None and len(faults) == 1 and faults[0].what.startswith(what)


def test_files_that_are_not_hdf5(tmp_path):
    path = written(tmp_path, arrays())
    whole = path.read_bytes()
    for content in (b"", b">a\nACGT\n", whole[: len(whole) // 2]):
        path.write_bytes(content)
        task, (fault,) = read_hdf5_set(path)
        assert task is None and fault.what.startswith("cannot be read as HDF5")
    for place, why in ((tmp_path / "none.h5", "No such file"), (tmp_path, "Is a directory")):
        task, (fault,) = read_hdf5_set(place)
        assert fault.what.startswith("cannot be read as HDF5") and why in fault.what and "\n" not in fault.what
