"""Train the network on segments of the training arc, with early stopping on the validation arc.

A segment is a stretch of one strand of a training interval; each of its positions sees its full window of keys, as in
prediction, because the segment comes with the context that the network asks for (:meth:`Network.context`). Only labels
of the training arc enter the loss; the context may reach into a neighbouring arc's sequence, never its labels.
"""

import math
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from attentome.evaluation.metrics import pr_auc
from attentome.genome.arcs import arc_values
from attentome.io.record import peak_memory_mb
from attentome.network.device import as_tokens
from attentome.network.predict import predict_intervals
from attentome.network.saved_model import build_network
from attentome.network.threads import in_order
from attentome.network.transformer import tss_logit
from attentome.training.checkpoint import TrainingState, fingerprint, load_checkpoint, save_checkpoint
from attentome.training.losses import blurred, position_loss
from attentome.training.sampler import SegmentSampler

SHARD = 1024
"""Scored positions of a batch computed together on a CPU: short segments are computed together, long ones apart, so
that all threads have work. Fixed, because the order of the sums depends on it."""


def learning_rate_at(step, settings):
    """Learning rate of a step (1-based): linear warm-up, then half a cosine to 0 at max_steps."""
    if step <= settings.warmup_steps:
        return settings.learning_rate * step / settings.warmup_steps
    progress = (step - settings.warmup_steps) / max(settings.max_steps - settings.warmup_steps, 1)
    return settings.learning_rate * 0.5 * (1 + float(np.cos(np.pi * min(progress, 1))))


class TrainingDiverged(FloatingPointError):
    """The loss is no longer a number; ``network`` has the best weights validated before, or is None."""

    def __init__(self, message, network):
        super().__init__(message)
        self.network = network


def train_network(
    config,
    settings,
    genome,
    labels,
    train,
    validation,
    seed,
    device,
    threads=1,
    log=print,
    checkpoints=None,
    checkpoint_minutes=5.0,
    auxiliary=(),
    parts=1,
):
    """Train one network.

    Parameters
    ----------
    config : NetworkConfig or ConvolutionalConfig
    settings : TrainSettings
    genome : dict of str to Contig
    labels : dict of str to ndarray
        ``<contig>.<strand>`` to uint8 labels of the queries by genomic position.
    train, validation : list of Interval
    seed : int
        Same seed and machine: same weights, byte for byte.
    device : torch.device
    threads : int
        Segments of a batch computed side by side, on a CPU; no effect on the results.
    log : callable
        Gets one line at each validation.
    checkpoints : str or Path, optional
        Folder with one subfolder of checkpoints for each training. If there is a checkpoint of this training, it
        continues from there and ends with the same bytes as if it had never stopped.
    checkpoint_minutes : float
        A checkpoint is written when the last one is this old, and at the end.
    auxiliary : sequence of dict of str to ndarray
        Labels of further outputs, such as each set's own; kept as ``labels``.
    parts : int
        On a GPU, number of parts of a batch, computed one after the other; see :func:`batch_gradients`.

    Returns
    -------
    network : Network or ConvolutionalNetwork
        With the weights of the best validation (:func:`quality`), in evaluation mode.
    history : list of dict
        One row a validation: step, positions, learning_rate, train_loss and validation_loss (of the labels, without
        the auxiliary outputs), validation_pr_auc, best.
    summary : dict
        steps, best_step, stop_reason, n_weights, settings.
    speed : list of dict
        One row per validation, see :func:`speed_row`; all other results do not depend on interruptions of the training.

    Raises
    ------
    ValueError
        If the training arc holds no label.
    TrainingDiverged
        If the loss is no longer a number.
    """
    torch.use_deterministic_algorithms(True, warn_only=device.type == "cuda")
    # Every array is written whole before it is read; filling them first took 3 % of a step.
    torch.utils.deterministic.fill_uninitialized_memory = False
    # Training on a GPU uses TF32 products; prediction runs in its own process, in full float32.
    torch.backends.cuda.matmul.allow_tf32 = True
    rng = np.random.default_rng(seed)
    channels = [
        labels,
        *([blurred(genome, labels, settings.soft_sigma)] if settings.soft_weight else []),
        *(auxiliary if settings.auxiliary_weight else []),
    ]
    config = replace(config, auxiliary=len(channels) - 1)
    network = build_network(config).initialise(torch.Generator().manual_seed(seed), settings.init_std, settings.spread)
    network.to(device)
    averaged = build_network(config).to(device).eval()
    averaged.load_state_dict(network.state_dict())
    sampler = SegmentSampler(genome, channels, train, network.context(), settings.segment, settings.centred, rng)
    if not sampler.sites:
        raise ValueError("the training arc holds no site: use more sites, or another --split")
    optimiser = torch.optim.AdamW(
        network.parameters(),
        lr=settings.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=settings.weight_decay,
        fused=True,
    )
    state = TrainingState(network, averaged, optimiser, rng)
    mark = fingerprint(
        (config, settings, seed, train, validation),
        {f"{number} {name}": array for number, arrays in enumerate(channels) for name, array in arrays.items()}
        | {f"{name} sequence": contig.tokens for name, contig in genome.items()},
    )
    kept = Path(checkpoints) / mark[:16] if checkpoints and settings.max_steps else None
    if kept and load_checkpoint(kept, state, mark, log):
        log(f"going on from the checkpoint of step {state.step}")
    started = saved = time.monotonic()
    first, stop_reason = state.step, "max_steps reached"
    while state.step < settings.max_steps:
        if _patience_is_over(state.history, settings):
            stop_reason = f"no better validation in the last {settings.patience}"
            break
        step = state.step + 1
        loss = _one_step(state, settings, sampler, step, (seed, step), device, threads, parts)
        state.losses.append(loss)
        state.step = step
        if step % settings.evaluate_every == 0 or step == settings.max_steps:
            row = {
                "step": step,
                "positions": step * settings.batch_size * settings.segment,
                "learning_rate": learning_rate_at(step, settings),
                "train_loss": float(np.mean(state.losses)),
                **validate(averaged, settings, genome, labels, validation, device, threads),
            }
            row["best"] = int(state.best is None or quality(row) > state.best[0])
            state.losses = []
            state.history.append(row)
            if row["best"]:
                weights = {name: value.clone() for name, value in averaged.state_dict().items()}
                state.best = (quality(row), step, weights)
            state.speed.append(
                speed_row(
                    step, (step - first) * settings.batch_size * settings.segment, time.monotonic() - started, device
                )
            )
            log(_progress(row, state.speed[-1], settings, step - first))
        if kept and time.monotonic() - saved >= 60 * checkpoint_minutes:
            save_checkpoint(kept, state, mark)
            saved = time.monotonic()
    if kept and state.step > first:  # so that a task that had come this far ends at once when started again
        save_checkpoint(kept, state, mark)
    if state.best:
        averaged.load_state_dict(state.best[2])
    summary = {
        "steps": state.step,
        "best_step": state.best[1] if state.best else 0,
        "stop_reason": stop_reason,
        "n_weights": sum(parameter.numel() for parameter in network.parameters()),
        "settings": asdict(settings),
    }
    return averaged.eval(), state.history, summary, state.speed


def quality(row):
    """Quality of a validation, higher is better: its PR AUC; where the arc has no site, minus its loss.

    The loss does not measure how well sites are distinguished from other positions: on a small set it rises, because
    outputs become overconfident, while the PR AUC still improves.
    """
    return -row["validation_loss"] if math.isnan(row["validation_pr_auc"]) else row["validation_pr_auc"]


def _patience_is_over(history, settings):
    if not history:
        return False
    return len(history) - 1 - max(i for i, row in enumerate(history) if row["best"]) >= settings.patience


def _one_step(state, settings, sampler, step, seeds, device, threads, parts):
    """Change the weights and their mean by one batch, unless a loss is not a number; returns the loss of its labels."""
    network, rate = state.network, learning_rate_at(step, settings)
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    batch = sampler.draw(settings.batch_size)
    (loss, *further), gradients = batch_gradients(network, settings, batch, seeds, device, threads, parts)
    if not np.isfinite([loss, *further]).all():
        if state.best:
            state.averaged.load_state_dict(state.best[2])
        raise TrainingDiverged(
            f"the loss is {sum(further, loss)} at step {step} (learning rate {rate:.2g}; segments "
            f"{', '.join(sampler.places)}): lower --learning_rate",
            state.averaged if state.best else None,
        )
    for parameter, gradient in zip(network.parameters(), gradients, strict=True):
        parameter.grad = gradient
    torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
    state.optimiser.step()
    # The mean starts short, so that early validations do not show the initial weights.
    decay = min(settings.ema, (1 + step) / (10 + step))
    with torch.no_grad():
        for mean, now in zip(state.averaged.parameters(), network.parameters(), strict=True):
            mean.lerp_(now, 1 - decay)
    return loss


def speed_row(step, positions, seconds, device):
    """Speed of a training since it began or was resumed, validations included, and its peak memory so far.

    Returns
    -------
    dict
        step, seconds, positions_per_second (scored ones), memory_mb (of the process), gpu_memory_mb (0 on a CPU).
    """
    gpu = torch.cuda.max_memory_allocated(device) / 1e6 if device.type == "cuda" else 0.0
    return {
        "step": step,
        "seconds": round(seconds, 1),
        "positions_per_second": round(positions / seconds),
        "memory_mb": peak_memory_mb(),
        "gpu_memory_mb": round(gpu, 1),
    }


def _progress(row, speed, settings, steps):
    left = speed["seconds"] / steps * (settings.max_steps - row["step"])
    return (
        f"step {row['step']}/{settings.max_steps}  train loss {row['train_loss']:.5f}  validation loss "
        f"{row['validation_loss']:.5f}  PR AUC {row['validation_pr_auc']:.4f}  "
        f"{speed['positions_per_second']:,} positions/s  {speed['memory_mb']:,.0f} MB  {speed['seconds']:.0f} s, "
        f"at most {left:.0f} s left{'  *' if row['best'] else ''}"
    )


def batch_gradients(network, settings, batch, seeds, device, threads, parts=1):
    """Loss of a batch and its gradient, segment by segment on a CPU, in one part or a few on a GPU.

    Parameters
    ----------
    network : Network or ConvolutionalNetwork
    settings : TrainSettings
    batch : (ndarray, ndarray, ndarray)
        Codes, labels and what is scored, of :meth:`SegmentSampler.draw`.
    seeds : (int, int)
        Seed of the training and number of the step; with the number of the segment they seed its dropout.
    device : torch.device
    threads : int
        The sums are taken in the order of the segments, whatever the number of threads.
    parts : int
        On a GPU, where its memory is too small for the whole batch. The loss is the same except for rounding;
        dropout is drawn again.

    Returns
    -------
    losses : list of float
        Mean over the scored positions, one an output; the first is that of the labels.
    gradients : list of Tensor
        Of the weighted sum of the losses, one a parameter of the network.
    """
    codes, target, scored = batch
    rows = max(1, SHARD // scored.shape[1] if device.type == "cpu" else math.ceil(len(codes) / parts))
    parameters = list(network.parameters())
    total = float(scored.sum())
    n_sets = target.shape[-1] - len(settings.channel_weights(0))
    of_channel = torch.tensor(settings.channel_weights(n_sets), dtype=parameters[0].dtype, device=device)

    def one(row):
        part = slice(row, row + rows)
        generator = torch.Generator(device).manual_seed((seeds[0] * 2**31 + seeds[1] * 2**10 + row) % 2**63)
        outputs = network(as_tokens(codes[part], device), generator=generator)[0]
        outputs = torch.cat([tss_logit(outputs)[..., None], outputs[..., 2:]], -1)
        here, weight = (torch.from_numpy(array[part]).to(device, outputs.dtype) for array in (target, scored))
        losses = position_loss(outputs, here, settings.positive_weight, settings.focal_gamma)
        losses = (losses * weight[..., None]).sum((0, 1)) / total
        return losses.detach(), torch.autograd.grad(losses @ of_channel, parameters)

    losses, gradients = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for part_losses, part_gradients in in_order(one, range(0, len(codes), rows), threads):
        losses += part_losses
        for gradient, part in zip(gradients, part_gradients, strict=True):
            gradient += part
    return losses.tolist(), gradients


def validate(network, settings, genome, labels, intervals, device, threads):
    """Loss and PR AUC of a network over all positions of an arc, both strands."""
    outputs = predict_intervals(network, genome, intervals, device, batch_size=1, threads=threads)
    target = arc_values(labels, intervals)
    losses = position_loss(
        torch.from_numpy(outputs).double(),
        torch.from_numpy(target).double(),
        settings.positive_weight,
        settings.focal_gamma,
    )
    return {"validation_loss": losses.mean().item(), "validation_pr_auc": pr_auc(target, outputs)}
