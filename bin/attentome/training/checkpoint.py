"""Checkpoints of a training: all that it needs to continue to the same bytes, written completely or not at all.

A checkpoint is one safetensors file: tensors as they are, all else as JSON in its header. It is written under another
name and renamed, and the previous one is kept. A truncated or damaged one is recognised by its checksum and skipped.
Each training has its own folder, named by its fingerprint. Two processes may run the same training, for example when
one outlives the workflow that is then resumed: they write the same states and do not damage each other's files.
Nothing in a checkpoint is executed.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

NEWEST, BEFORE = "checkpoint.safetensors", "checkpoint.before.safetensors"
_HEADER = "attentome"


@dataclass
class TrainingState:
    """State of a training between two steps.

    Attributes
    ----------
    network, averaged : Network
        The weights in training, and their running mean.
    optimiser : torch.optim.Optimizer
        Of ``network``.
    rng : numpy Generator
        Draws the segments.
    step : int
        Steps done.
    losses : list of float
        Of the steps since the last validation.
    history : list of dict
        One row a validation.
    best : (float, int, dict of str to Tensor) or None
        The best validation's quality, its step and its weights.
    speed : list of dict
        One row per validation: speed and memory of the training so far.
    kept : dict of int to dict of str to Tensor
        Weights of further steps that are kept, by step.
    """

    network: torch.nn.Module
    averaged: torch.nn.Module
    optimiser: torch.optim.Optimizer
    rng: np.random.Generator
    step: int = 0
    losses: list = field(default_factory=list)
    history: list = field(default_factory=list)
    best: tuple | None = None
    speed: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)


def fingerprint(facts, arrays):
    """Fingerprint of a training, 64 hexadecimal digits: only the same training continues from a checkpoint.

    Parameters
    ----------
    facts : tuple
        Anything that ``repr`` distinguishes: network, settings, seed, arcs.
    arrays : dict of str to ndarray
        Labels and genome.
    """
    digest = hashlib.sha256(repr(facts).encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def save_checkpoint(folder, state, mark):
    """Write the state of a training; the newest checkpoint so far becomes the previous one.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    state : TrainingState
    mark : str
        Of :func:`fingerprint`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = _tensors(state)
    header = {
        "mark": mark,
        "step": state.step,
        "losses": state.losses,
        "history": state.history,
        "speed": state.speed,
        "best": state.best and list(state.best[:2]),
        "rng": state.rng.bit_generator.state,
    }
    header["checksum"] = _checksum(header, tensors)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as handle:
        handle.write(save(tensors, {_HEADER: json.dumps(header)}))
        handle.flush()
        os.fsync(handle.fileno())
    with suppress(FileNotFoundError):
        os.replace(folder / NEWEST, folder / BEFORE)
    os.replace(handle.name, folder / NEWEST)


def load_checkpoint(folder, state, mark, log=print):
    """Bring a training to its newest complete checkpoint.

    Parameters
    ----------
    folder : Path
    state : TrainingState
        As before the first step; changed in place.
    mark : str
        Of :func:`fingerprint`.
    log : callable
        Gets a line for each checkpoint that is skipped.

    Returns
    -------
    bool
        Whether there was one.
    """
    for name in (NEWEST, BEFORE):
        path = folder / name
        if not path.exists():
            continue
        try:
            header, tensors = _read(path, mark)
        except (SafetensorError, RuntimeError, ValueError, KeyError, TypeError, OSError) as error:
            log(f"{path.name} is damaged ({error}) and is skipped")
            continue
        _restore(state, header, tensors)
        return True
    return False


def _tensors(state):
    named = {f"network.{name}": value for name, value in state.network.state_dict().items()}
    named |= {f"averaged.{name}": value for name, value in state.averaged.state_dict().items()}
    if state.best:
        named |= {f"best.{name}": value for name, value in state.best[2].items()}
    for step, weights in state.kept.items():
        named |= {f"kept.{step}.{name}": value for name, value in weights.items()}
    for number, entry in state.optimiser.state_dict()["state"].items():
        named |= {f"optimiser.{number}.{name}": torch.as_tensor(value) for name, value in entry.items()}
    return {name: value.detach().cpu().clone().contiguous() for name, value in named.items()}


def _checksum(header, tensors):
    digest = hashlib.sha256(json.dumps({key: header[key] for key in sorted(header) if key != "checksum"}).encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()


def _read(path, mark):
    with safe_open(path, "pt") as handle:
        header = json.loads(handle.metadata()[_HEADER])
        tensors = {name: handle.get_tensor(name) for name in handle.keys()}
    if header["checksum"] != _checksum(header, tensors):
        raise ValueError("its checksum differs")
    if header["mark"] != mark:
        raise ValueError("it belongs to another training")
    return header, tensors


def _restore(state, header, tensors):
    def part(prefix):
        return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}

    state.network.load_state_dict(part("network."))
    state.averaged.load_state_dict(part("averaged."))
    moments = {}
    for name, value in part("optimiser.").items():
        number, key = name.split(".", 1)
        moments.setdefault(int(number), {})[key] = value
    state.optimiser.load_state_dict({**state.optimiser.state_dict(), "state": moments})
    state.rng.bit_generator.state = header["rng"]
    state.step, state.losses = header["step"], header["losses"]
    state.history, state.speed = header["history"], header["speed"]
    device = next(state.network.parameters()).device
    weights = {name: value.to(device) for name, value in part("best.").items()}
    state.best = (*header["best"], weights) if header["best"] else None
    state.kept = {}
    for name, value in part("kept.").items():
        step, key = name.split(".", 1)
        state.kept.setdefault(int(step), {})[key] = value.to(device)
