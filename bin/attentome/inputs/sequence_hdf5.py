"""Read sequences from HDF5 files of the published kind.

Koo & Ploenzke 2021 and many others keep a task as the data sets ``x_train``, ``y_train``, ``x_valid``, ``y_valid``,
``x_test``, ``y_test`` (names in either case; ``validation`` for ``valid``): one-hot sequences in the order A, C, G, T,
and labels. ``model_test``, where it is there, holds the frequencies from which the bases of ``x_test`` were drawn.
"""

import numpy as np

from attentome.genome.contigs import UNKNOWN
from attentome.genome.labelled_sequences import PARTS, LabelledSequences
from attentome.inputs.sequence_files import MIN_LENGTH
from attentome.io.faults import Fault, known_names
from attentome.motifs.matrices import CODES, column_bits

SPELLINGS = {"train": ("train",), "validation": ("valid", "validation"), "test": ("test",)}
"""Endings of the names of data sets, by part."""
BLOCK = 8192
"""Sequences read at once."""


class _H5Fault(Exception):
    """Ends the reading: ``_H5Fault(what, remedy)``."""


def read_hdf5_set(path):
    """Read sequences, labels, parts and, where it is there, the truth about the test sequences.

    Parameters
    ----------
    path : str or Path
        Sequences are arrays (n, length, 4) or (n, 4, length); axes of length 1 after the first are ignored. A base of
        zeros, or of four times 0.25, is N. Labels are 0 and 1, arrays (n, classes) or (n,).

    Returns
    -------
    task : LabelledSequences or None
        Bases N are :data:`attentome.genome.contigs.UNKNOWN`. Classes are ``class_1``, ``class_2``, ..., or ``positive``
        if there is one. ``information`` is that of ``model_test`` at test sequences and 0 elsewhere.
    faults : list of Fault
        Of these, the first that is found: a file that cannot be read, missing data sets, shapes that do not fit,
        sequences that are not one-hot, labels other than 0 and 1.
    """
    import h5py

    try:
        with open(path, "rb"), h5py.File(path, "r") as file:
            return _read(file), []
    except OSError as error:
        reason = str(error).splitlines()[0]
        return None, [Fault(None, f"cannot be read as HDF5 ({reason})", "check that it is complete and an HDF5 file")]
    except _H5Fault as fault:
        return None, [Fault(None, *fault.args)]


def _read(file):
    parts = {part: [_data_set(file, letter, part) for letter in "xy"] for part in PARTS}
    shapes = {part: _length_and_axis(x) for part, (x, _) in parts.items()}
    length = shapes["train"][0]
    codes, labels = [], []
    for part, (x, y) in parts.items():
        if shapes[part][0] != length:
            raise _H5Fault(f"{_name(x)} has {shapes[part][0]} nt, x_train {length}", "give sequences of one length")
        codes.append(np.concatenate([_codes(x, first, block) for first, block in _blocks(x, shapes[part][1])]))
        labels.append(_labels(y, x, labels))
    part = np.repeat(np.arange(len(PARTS), dtype=np.uint8), [len(some) for some in codes])
    classes = ["positive"]
    if labels[0].shape[1] > 1:
        classes = [f"class_{number}" for number in range(1, labels[0].shape[1] + 1)]
    information = _information(file, parts["test"][0], codes)
    return LabelledSequences(np.concatenate(codes), np.concatenate(labels), part, classes, information)


def _name(data):
    return data.name.lstrip("/")


def _data_set(file, letter, part):
    """The data set of sequences (x) or labels (y) of a part."""
    wanted = [f"{letter}_{ending}" for ending in SPELLINGS[part]]
    found = [name for name in file if name.lower() in wanted]
    if not found:
        there = known_names(file, 8) or "nothing"
        raise _H5Fault(
            f"has no {' or '.join(wanted)}", f"it holds {there}; rename the data sets to x_train, y_train, ..."
        )
    return _numeric(file, found[0])


def _numeric(file, name):
    data = file[name]
    if not hasattr(data, "shape") or data.dtype.kind not in "buif":
        raise _H5Fault(f"{name} is not an array of numbers", "give one-hot sequences and labels of 0 and 1")
    if not data.shape or 0 in data.shape:
        raise _H5Fault(f"{name} is empty", "give sequences and labels of each part")
    return data


def _length_and_axis(x):
    """Length of the sequences, and which of their two axes is that of the bases."""
    sizes = [size for size in x.shape[1:] if size != 1]
    if len(sizes) != 2 or sizes.count(4) != 1:
        shape = " x ".join(map(str, x.shape))
        raise _H5Fault(f"{_name(x)} has the shape {shape}", "give arrays (n, length, 4) or (n, 4, length)")
    axis = sizes.index(4)
    if sizes[1 - axis] < MIN_LENGTH:
        raise _H5Fault(f"{_name(x)} has {sizes[1 - axis]} nt", f"give {MIN_LENGTH} nt or more")
    return sizes[1 - axis], axis


def _blocks(x, axis):
    """First row and values (n, length, 4) of each block of rows."""
    for first in range(0, len(x), BLOCK):
        block = np.asarray(x[first : first + BLOCK])
        block = block.reshape(len(block), *[size for size in block.shape[1:] if size != 1])
        yield first, np.swapaxes(block, 1, 2) if axis == 0 else block


def _codes(x, first, block):
    """Codes of a block of one-hot sequences, uint8, shape (n, length)."""
    one = block == 1
    base = (one.sum(axis=2) == 1) & ((block == 0).sum(axis=2) == 3)
    unknown = (block == 0).all(axis=2) | (block == 0.25).all(axis=2)
    wrong = np.argwhere(~(base | unknown))
    if len(wrong):
        row, place = wrong[0]
        values = " ".join(f"{value:.3g}" for value in block[row, place].astype(float))
        raise _H5Fault(
            f"{_name(x)}: record {first + row + 1} is not one-hot: base {place + 1} is {values}",
            "give sequences with a 1 and three 0 at each base, in the order A, C, G, T",
        )
    return np.where(base, CODES[one.argmax(axis=2)], UNKNOWN).astype(np.uint8)


def _labels(y, x, earlier):
    """Labels of a part, uint8, shape (n, classes)."""
    values = np.asarray(y)
    values = values.reshape(len(values), -1) if values.ndim != 2 else values
    if len(values) != len(x) or y.ndim > 2:
        raise _H5Fault(f"{_name(y)} has the shape {y.shape}, {_name(x)} {x.shape}", "give labels (n, classes) or (n,)")
    if earlier and values.shape[1] != earlier[0].shape[1]:
        raise _H5Fault(
            f"{_name(y)} has {values.shape[1]} classes, y_train {earlier[0].shape[1]}",
            "give the same classes in each part",
        )
    wrong = np.argwhere((values != 0) & (values != 1))
    if len(wrong):
        row, place = wrong[0]
        raise _H5Fault(f"{_name(y)}: record {row + 1} holds {values[row, place]}", "give labels of 0 and 1")
    return values.astype(np.uint8)


def _information(file, x_test, codes):
    """Bits of the frequencies in ``model_test``, float32, shape (n, length); None without them."""
    found = [name for name in file if name.lower() == "model_test"]
    if not found:
        return None
    model = _numeric(file, found[0])
    if model.shape != x_test.shape:
        raise _H5Fault(f"model_test has the shape {model.shape}, x_test {x_test.shape}", "give one matrix a sequence")
    bits = []
    for first, block in _blocks(model, _length_and_axis(model)[1]):
        wrong = np.argwhere(~((np.abs(block.sum(axis=2) - 1) < 1e-3) & (block >= 0).all(axis=2)))
        if len(wrong):
            raise _H5Fault(
                f"model_test: record {first + wrong[0][0] + 1} is not a matrix of frequencies",
                "give four numbers of 0 or more at each base that sum to 1",
            )
        bits.append(column_bits(block).astype(np.float32))
    before = sum(len(some) for some in codes[:-1])
    return np.concatenate([np.zeros((before, codes[0].shape[1]), np.float32), *bits])
