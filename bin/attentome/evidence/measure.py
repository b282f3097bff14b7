"""Measure on the test arc the properties of heads that are compared with controls, in the same way for every network.

The real network, its replicates and the control networks are all measured at the same places: stretches spread over the
test arc, both strands, in two halves. The first half determines where a head looks; the second measures how sharply it
looks there and at which sequence. Nothing is tested on the positions on which it was chosen.

A head has two logos, both made of all windows of a half, with weights:

* The *attention logo* weights each window by the head's score at its peak: it shows what makes the head look there. A
  head that looks at a fixed place has none, whatever it reads at that place.
* The *effect logo* weights each window by the square of the fall of the output, a logit, when the head's own output is
  replaced by its mean; 0 if it does not fall. It shows what the head passes on to the network. A few windows with a
  large effect count more than many with a small one. Any function of the sequence has such a logo, even an untrained
  head. A head's effect information is therefore the bits of its logo times the mean of the weights, in evidence for a
  label (the slope of the labels on the outputs): an untrained network's outputs can be large but meaningless.

Neither logo selects a head's best windows. A few dozen windows selected from this many by any function of the sequence
are similar: in untrained networks they hold as many bits as in trained ones (docs/trust.md). They are kept for display.

d = 0 .. window - 1 counts upstream from the end of the window, which is the query itself unless the network looks
ahead.
"""

import numpy as np

from attentome.evaluation.block_draws import block_draws, drawn_pr_auc
from attentome.evaluation.calibration import label_slope
from attentome.evaluation.metrics import roc_auc
from attentome.evidence.head_evidence import Evidence, logo_range
from attentome.evidence.sample import SampleHalf, sample_halves
from attentome.heads.distances import used_range
from attentome.motifs.logo import base_counts
from attentome.motifs.mixture import N_COMPONENTS, split_mixture

N_POSITIONS = 400_000
"""Positions of the test arc, both strands counted, on which heads are measured; all of a shorter arc."""
N_TOP = 250
"""Highest outputs of each half over which profiles are taken."""
N_SPLIT = 5000
"""Windows with the largest effect that are split into components."""
N_WINDOWS = 50
"""Windows in the logo of the best ones."""
BEST_SHARE = 0.01
"""Share of a head's highest scores that a PWM should separate from the rest."""
PWM_PSEUDOCOUNT = 0.5
N_RESAMPLES = 200
"""Of the bootstrap of the PR AUC."""


def measure_heads(
    network, genome, labels, intervals, seed, device, threads=1, n_positions=N_POSITIONS, n_top=N_TOP, components=False
):
    """Measure the heads of one network.

    Parameters
    ----------
    network : Network
        In evaluation mode on ``device``.
    genome : dict of str to Contig
    labels : dict of str to ndarray
        ``<contig>.<strand>`` to the labels that the network was trained on, by genomic position.
    intervals : list of Interval
        The test arc.
    seed : int
        Of the windows drawn at random.
    device : torch.device
    threads : int
    n_positions, n_top : int
    components : bool
        Split the effect logos into components, of which those of control networks have no use.

    Returns
    -------
    evidence : Evidence
    top : dict of str to ndarray, shape (2 x n_top,)
        ``contig``, ``strand`` (plus or minus), ``position`` (genomic, 0-based) of the highest outputs of both halves.
    """
    halves = [SampleHalf(network, genome, part, device, threads) for part in sample_halves(intervals, n_positions)]
    n_top = min(n_top, *(len(half.outputs) // 2 for half in halves))
    mean_top = np.stack([half.top_profile(n_top) for half in halves])
    peaks = mean_top[0].argmax(-1)
    first, second = (half.scores_at(peaks) for half in halves)
    effects = halves[1].effects(peaks.shape)
    heads = {
        at: _measure_head(halves, first[at], second[at], effects[at], int(peaks[at]), network, at, seed)
        for at in np.ndindex(peaks.shape)
    }
    found = {name: np.stack([head[name] for head in heads.values()]) for name in next(iter(heads.values()))}
    found = {name: values.reshape(*peaks.shape, *values.shape[1:]) for name, values in found.items()}
    found |= {name: np.moveaxis(found[name], 2, 0) for name in ("frequencies", "background", "effective")}
    rows = found.pop("rows")
    places = [half.positions() for half in halves]
    contig, strand, position = (values[rows] for values in places[1])
    target = np.concatenate([half.target(labels) for half in halves])
    outputs = np.concatenate([half.outputs for half in halves])
    value, low, high = _pr_auc(halves, target, outputs, seed)
    top = {
        name: np.concatenate([where[i][half.top_rows(n_top)] for half, where in zip(halves, places, strict=True)])
        for i, name in enumerate(("contig", "strand", "position"))
    }
    evidence = Evidence(
        mean_top=mean_top,
        mean_all=np.stack([half.mean for half in halves]),
        peak_d_heldout=peaks,
        **found,
        best={
            "contig": contig,
            "strand": strand,
            "position": position,
            "score": np.take_along_axis(second, rows, -1),
            "output": halves[1].outputs[rows],
        },
        pr_auc=value,
        pr_auc_lo=low,
        pr_auc_hi=high,
        prevalence=float(target.mean()),
        slope=label_slope(target, outputs),
        key_context=np.array([network.key_context(layer) for layer in range(network.config.layers)]),
        n_positions=sum(len(half.outputs) for half in halves),
        n_top=n_top,
    )
    if components:
        _split_mixture(evidence, halves[1], effects, seed)
    return evidence, top


def _split_mixture(evidence, half, effects, seed):
    """Add the components of the effect logos to the evidence."""
    shape = (*evidence.peak_d_heldout.shape, N_COMPONENTS)
    evidence.component_shares, evidence.component_effective = np.zeros(shape), np.zeros(shape)
    evidence.component_frequencies = np.zeros((*shape, *evidence.effect_frequencies.shape[2:]), np.float32)
    for at in np.ndindex(evidence.peak_d_heldout.shape):
        used = evidence.used(*at)
        weights = _weights(effects[at])
        rows = np.argsort(-weights, kind="stable")[:N_SPLIT]
        evidence.component_shares[at], evidence.component_frequencies[at][:, used], evidence.component_effective[at] = (
            split_mixture(
                half.windows(rows, *evidence.read_range(*at)),
                weights[rows],
                evidence.background[1][at][used],
                [seed, *at],
            )
        )


def _weights(effect):
    """Weights of the windows of an effect logo, logit^2."""
    return np.maximum(effect, 0, dtype=np.float64) ** 2


def _pr_auc(halves, target, outputs, seed):
    """PR AUC with the ends of its 95 % interval."""
    if not target.any():
        return np.nan, np.nan, np.nan
    blocks = np.concatenate([halves[0].blocks(), halves[1].blocks() + halves[0].blocks().max() + 1])
    draws = block_draws(int(blocks.max()) + 1, N_RESAMPLES, seed)
    found = drawn_pr_auc(target, outputs, blocks, draws)
    return float(found[0]), *np.nanpercentile(found[1:], [2.5, 97.5]).tolist()


def _measure_head(halves, first, second, effect, peak, network, at, seed):
    """Logos of one head, from its scores at its peak at all positions of both halves and its effect at the second's."""
    window, context = network.config.window, network.key_context(at[0])
    low, high = logo_range(peak, window, context)
    logos = [half.weighted(scores, low, high) for half, scores in zip(halves, (first, second), strict=True)]
    falls = _weights(effect)
    by_effect, _, effective = halves[1].weighted(falls, low, high)
    used = used_range(peak, context, low, high)
    columns = slice(high - used[1], high - used[0] + 1)
    weights = pwm(*(part[columns] if np.ndim(part) else part for part in logos[0]))
    order = np.argsort(-second, kind="stable")
    is_best = np.zeros(len(second), np.uint8)
    is_best[order[: max(1, round(BEST_SHARE * len(order)))]] = 1
    rows = order[:N_WINDOWS]
    drawn = halves[1].rows_of_equal_gc(rows, low, high, np.random.default_rng([seed, *at]))
    return {
        "frequencies": np.stack([logo[0] for logo in logos]),
        "background": np.stack([logo[1] for logo in logos]),
        "effective": np.array([logo[2] for logo in logos]),
        "effect_frequencies": by_effect,
        "effect_effective": np.float64(effective),
        "effect_power": falls.mean(),
        "best_counts": base_counts(halves[1].windows(rows, low, high)),
        "random_counts": base_counts(halves[1].windows(drawn, low, high)),
        "auroc": np.float64(roc_auc(is_best, halves[1].pwm_scores(weights, used[1]))),
        "rows": rows,
    }


def pwm(frequencies, background, n):
    """Log-odds of the bases of a weighted logo.

    Parameters
    ----------
    frequencies, background : ndarray, shape (columns, 4)
    n : float
        Windows behind the frequencies; ``PWM_PSEUDOCOUNT`` windows of the background are added.

    Returns
    -------
    ndarray of float, shape (columns, 4)
        log2; 0 where the background is 0.
    """
    smoothed = (frequencies * n + background * PWM_PSEUDOCOUNT) / (n + PWM_PSEUDOCOUNT)
    safe = np.where(background > 0, background, 1.0)
    return np.log2(np.where(background > 0, np.maximum(smoothed, 1e-12) / safe, 1.0))
