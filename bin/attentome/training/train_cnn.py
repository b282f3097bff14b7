"""Train a convolutional network on labelled sequences as Koo & Ploenzke 2021 did.

Adam with a learning rate of 1e-3, binary cross-entropy, batches of 100, at most 100 epochs. After each epoch the
validation set decides: the learning rate falls to a fifth after 5 epochs without gain, and training ends after 20. The
published networks are those of the last epoch; here the weights of the best one are kept as well, and on request those
of the epochs at which networks are compared at equal accuracy (:mod:`attentome.filters.equal_accuracy`).

The published L2 penalty of 1e-6 x w^2 adds 2e-6 x w to the gradient before Adam sees it, as ``weight_decay`` of
:class:`torch.optim.Adam` does; so weight decay is twice the penalty.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.nn import functional as F

from attentome.evaluation.metrics import pr_auc, roc_auc
from attentome.filters.equal_accuracy import LEVELS, levels_reached
from attentome.network.motif_cnn import MotifCnn, one_hot
from attentome.training.checkpoint import TrainingState, fingerprint, load_checkpoint, save_checkpoint

MONITORS = ("aupr", "auroc")
MIN_GAIN = 1e-4
"""Smaller gains do not keep the learning rate up (default of Keras' ReduceLROnPlateau)."""
ADAM_EPS = 1e-7
"""Default of Keras."""
PREDICT_BATCH = 500


@dataclass(frozen=True)
class CnnTraining:
    """Settings of a training; the defaults are the published ones of task 1.

    Attributes
    ----------
    batch_size, max_epochs : int
    learning_rate, min_learning_rate : float
        At the start, and the lowest.
    decay_factor : float
        Of the learning rate, after ``decay_patience`` epochs without a gain of :data:`MIN_GAIN`.
    decay_patience, patience : int
        Epochs without gain until the learning rate falls, and until training ends.
    l2, first_l2 : float
        Penalty per squared weight of all kernels but the first, and of the first; the output has none.
    monitor : str
        What is to gain on the validation set: ``aupr`` (tasks 1 and 2) or ``auroc`` (tasks 3 to 6).
    keep_levels : bool
        Whether to keep the weights of the first epoch that reaches each level of the monitored value.

    Raises
    ------
    ValueError
        If a value is out of range; one line.
    """

    batch_size: int = 100
    max_epochs: int = 100
    learning_rate: float = 1e-3
    min_learning_rate: float = 1e-7
    decay_factor: float = 0.2
    decay_patience: int = 5
    patience: int = 20
    l2: float = 1e-6
    first_l2: float = 1e-6
    monitor: str = "aupr"
    keep_levels: bool = False

    def __post_init__(self):
        if self.monitor not in MONITORS:
            raise ValueError(f"monitor {self.monitor}: unknown; choose one of {', '.join(MONITORS)}")
        if self.batch_size < 2:
            raise ValueError(f"batch_size is {self.batch_size}; batch normalisation needs 2 or more")
        if self.max_epochs < 0 or min(self.patience, self.decay_patience) < 1:
            raise ValueError("max_epochs must be 0 or more, patience and decay_patience 1 or more")


@dataclass(eq=False)
class TrainedCnn:
    """What a training returns.

    Attributes
    ----------
    network : MotifCnn
        With the weights of the last complete epoch, in evaluation mode.
    best : dict of str to Tensor
        State of the network after the epoch with the highest monitored value; of the last one where none has a value.
    kept : dict of int to dict of str to Tensor
        Epoch to the state after it, for the epochs of ``summary["reached"]``; empty without ``keep_levels``.
    history : DataFrame
        A row per epoch: ``epoch`` (from 1), ``learning_rate``, ``train_loss`` and ``validation_loss`` (nats per label,
        without the penalty), ``validation_auroc``, ``validation_aupr``, ``best`` (1 where the monitored value is the
        highest so far), ``diverged`` (1 where the training loss was not a finite number; the epoch was broken off and
        the other values are nan).
    summary : dict
        ``epochs`` (complete ones), ``best_epoch`` (0: none), ``validation`` (the monitored value after the last
        complete epoch; None if there is none or it is not finite), ``reached`` (which levels it reached when, see
        :func:`attentome.filters.equal_accuracy.levels_reached`; empty without ``keep_levels``), ``diverged`` (whether
        training ended so, or the last validation loss is not finite), ``stop_reason``, ``settings``.
    """

    network: MotifCnn
    best: dict
    kept: dict
    history: pd.DataFrame
    summary: dict


HISTORY_COLUMNS = [
    "epoch",
    "learning_rate",
    "train_loss",
    "validation_loss",
    "validation_auroc",
    "validation_aupr",
    "best",
    "diverged",
]


def train_motif_cnn(config, settings, train, validation, seed, device="cpu", log=print, checkpoints=None):
    """Train one network.

    The same seed gives the same bytes on a CPU with the same version of PyTorch and the same number of threads: sums
    over a batch may be taken in another order by another number of threads, or on a GPU.

    Parameters
    ----------
    config : MotifCnnConfig
    settings : CnnTraining
    train, validation : (ndarray of uint8, ndarray)
        Codes of the bases, shape (n, length), and labels 0 or 1, shape (n, classes). In an epoch whose last batch would
        be a single sequence, that sequence is left out.
    seed : int
        Of initial weights, order of the sequences, and dropout. Nothing else is drawn from, or changes, the random
        numbers of the process.
    device : str or torch.device
    log : callable
        Gets a line per epoch.
    checkpoints : str or Path, optional
        Folder; a training that was interrupted continues after its last complete epoch, to the same bytes.

    Returns
    -------
    TrainedCnn
        Also of a training that diverged.

    Raises
    ------
    ValueError
        If shapes, labels or the number of sequences do not fit.
    """
    _check(config, train, validation)
    device = torch.device(device)
    codes, labels = torch.from_numpy(train[0]).to(device), torch.from_numpy(train[1].astype(np.float32)).to(device)
    with torch.random.fork_rng([]):
        network = MotifCnn(config).initialise(torch.Generator().manual_seed(seed)).to(device)
    state = TrainingState(network, torch.nn.Module(), _optimiser(network, settings), np.random.default_rng(seed))
    arrays = {"train codes": train[0], "train labels": train[1]}
    arrays |= {"validation codes": validation[0], "validation labels": validation[1]}
    mark = fingerprint((config, settings, seed), arrays)
    kept = Path(checkpoints) / mark[:16] if checkpoints else None
    if kept and load_checkpoint(kept, state, mark, log):
        log(f"going on after epoch {state.step}")
    stop_reason = "max_epochs reached"
    while state.step < settings.max_epochs:
        values = [row[f"validation_{settings.monitor}"] for row in state.history]
        if state.history and state.history[-1]["diverged"]:
            stop_reason = "the training loss is not a finite number"
            break
        if is_over(values, settings):
            stop_reason = f"no gain in {settings.patience} epochs"
            break
        rate = learning_rate_after(values, settings)
        row = _epoch(state, codes, labels, validation, settings, seed, rate)
        state.history.append(row)
        log(_line(row, settings))
        if kept:
            save_checkpoint(kept, state, mark)
    history = pd.DataFrame(state.history, columns=HISTORY_COLUMNS)
    values = _values(state, settings)
    last = [row["validation_loss"] for row in state.history if not row["diverged"]][-1:]
    summary = {
        "epochs": state.step,
        "best_epoch": state.best[1] if state.best else 0,
        "validation": values[-1] if values and np.isfinite(values[-1]) else None,
        "reached": _reached(state, settings),
        "diverged": bool(any(row["diverged"] for row in state.history) or not np.isfinite(last).all()),
        "stop_reason": stop_reason,
        "settings": asdict(settings),
    }
    best = state.best[2] if state.best else _weights(network)
    return TrainedCnn(network.eval(), best, state.kept, history, summary)


def learning_rate_after(values, settings):
    """Learning rate of the next epoch, from the monitored value of each epoch so far (Keras' ReduceLROnPlateau)."""
    rate, best, waited = settings.learning_rate, -np.inf, 0
    for value in values:
        waited += 1
        if value > best + MIN_GAIN:
            best, waited = value, 0
        elif waited >= settings.decay_patience:
            rate, waited = max(rate * settings.decay_factor, settings.min_learning_rate), 0
    return rate


def is_over(values, settings):
    """Whether the last ``patience`` epochs had no monitored value above all before them (Keras' EarlyStopping)."""
    best, waited = -np.inf, 0
    for value in values:
        waited += 1
        if value > best:
            best, waited = value, 0
    return waited >= settings.patience


def predict_cnn(network, codes, device="cpu"):
    """Logits of sequences in evaluation mode.

    Parameters
    ----------
    network : MotifCnn
    codes : ndarray of uint8, shape (n, length)
    device : str or torch.device

    Returns
    -------
    ndarray of float32, shape (n, classes)
    """
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        parts = [
            network(one_hot(codes[at : at + PREDICT_BATCH], device)).cpu() for at in range(0, len(codes), PREDICT_BATCH)
        ]
    network.train(was_training)
    return torch.cat(parts).numpy() if parts else np.zeros((0, network.config.classes), np.float32)


def pooled_metrics(labels, logits):
    """Loss, AUROC and AUPR over all labels of all classes together, as Keras computes the monitored values.

    Parameters
    ----------
    labels, logits : ndarray, shape (n, classes)

    Returns
    -------
    dict of str to float
        ``loss`` (nats per label), ``auroc``, ``aupr`` (average precision, without Keras' 200 thresholds); all nan
        where a logit is not finite.
    """
    if not np.isfinite(logits).all():
        return dict.fromkeys(("loss", "auroc", "aupr"), float("nan"))
    flat, outputs = labels.ravel().astype(float), logits.ravel().astype(float)
    loss = np.mean(np.maximum(outputs, 0) - outputs * flat + np.log1p(np.exp(-np.abs(outputs))))
    return {"loss": float(loss), "auroc": roc_auc(flat, outputs), "aupr": pr_auc(flat, outputs)}


def class_metrics(labels, logits):
    """AUROC and AUPR of each class; the paper's tables show their means over the classes.

    Parameters
    ----------
    labels, logits : ndarray, shape (n, classes)

    Returns
    -------
    auroc, aupr : ndarray of float, shape (classes,)
        nan where a class has no positive or no negative, or a logit is not finite.
    """
    each = [pooled_metrics(labels[:, [at]], logits[:, [at]]) for at in range(labels.shape[1])]
    return np.array([one["auroc"] for one in each]), np.array([one["aupr"] for one in each])


def _epoch(state, codes, labels, validation, settings, seed, rate):
    """One pass over the training set and the validation after it: a row of the history."""
    network, epoch = state.network, state.step + 1
    row = dict.fromkeys(HISTORY_COLUMNS, float("nan")) | {"epoch": epoch, "learning_rate": rate, "best": 0}
    before = _weights(network)
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    own_seed = int(np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint32)[0])
    order = np.random.default_rng([seed, epoch]).permutation(len(codes))
    if len(order) % settings.batch_size == 1:  # batch normalisation needs two sequences
        order = order[:-1]
    order = torch.from_numpy(order).to(codes.device)
    losses = []
    network.train()
    with torch.random.fork_rng([codes.device] if codes.device.type == "cuda" else []):
        torch.manual_seed(own_seed)
        for rows in order.split(settings.batch_size):
            loss = F.binary_cross_entropy_with_logits(network(one_hot(codes[rows], codes.device)), labels[rows])
            losses.append(loss.item() * len(rows))
            if not np.isfinite(losses[-1]):
                network.load_state_dict(before)
                return row | {"diverged": 1}
            state.optimiser.zero_grad()
            loss.backward()
            state.optimiser.step()
    found = pooled_metrics(validation[1], predict_cnn(network, validation[0], codes.device))
    row |= {f"validation_{name}": value for name, value in found.items()}
    row |= {"train_loss": sum(losses) / len(order), "diverged": 0}
    state.step = epoch
    value = row[f"validation_{settings.monitor}"]
    if np.isfinite(value) and (state.best is None or value > state.best[0]):
        state.best = (value, epoch, _weights(network))
        row["best"] = 1
    if epoch in [one["epoch"] for one in _reached(state, settings, value)]:
        state.kept[epoch] = _weights(network)
    return row


def _values(state, settings):
    """Monitored value after each complete epoch so far."""
    return [row[f"validation_{settings.monitor}"] for row in state.history if not row["diverged"]]


def _reached(state, settings, *newest):
    """Levels that were reached so far, with the values of an epoch that is not in the history yet."""
    levels = LEVELS[settings.monitor] if settings.keep_levels else ()
    return levels_reached(levels, [*_values(state, settings), *newest])


def _optimiser(network, settings):
    first, others = network.kernels()
    penalised = {id(weight) for weight in [*first, *others]}
    free = [weight for weight in network.parameters() if id(weight) not in penalised]
    groups = [
        {"params": first, "weight_decay": 2 * settings.first_l2},
        {"params": others, "weight_decay": 2 * settings.l2},
        {"params": free, "weight_decay": 0.0},
    ]
    return torch.optim.Adam(groups, lr=settings.learning_rate, betas=(0.9, 0.999), eps=ADAM_EPS)


def _weights(network):
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def _check(config, train, validation):
    for part, (codes, labels) in (("training", train), ("validation", validation)):
        if len(codes) < 2 or codes.shape != (len(codes), config.length):
            raise ValueError(
                f"{part} sequences have shape {codes.shape}; give two or more of {config.length} nt, or another length"
            )
        if labels.shape != (len(codes), config.classes):
            raise ValueError(
                f"{part} labels have shape {labels.shape}; give one row per sequence and {config.classes} column(s)"
            )
        if not np.isin(labels, (0, 1)).all():
            raise ValueError(f"{part} labels hold values other than 0 and 1")
        if labels.all() or not labels.any():
            raise ValueError(f"{part} labels are all {int(labels.flat[0])}; give positives and negatives")


def _line(row, settings):
    if row["diverged"]:
        return f"epoch {row['epoch']}: the loss is not a finite number; this training has diverged"
    return (
        f"epoch {row['epoch']}/{settings.max_epochs}  learning rate {row['learning_rate']:.2g}  train loss "
        f"{row['train_loss']:.5f}  validation loss {row['validation_loss']:.5f}  AUROC {row['validation_auroc']:.4f}  "
        f"AUPR {row['validation_aupr']:.4f}{'  *' if row['best'] else ''}"
    )
