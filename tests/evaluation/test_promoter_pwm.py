"""The PWM scanner against planted promoters and against its formula, written out base by base."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from attentome.evaluation import promoter_pwm as pwm_scanner
from attentome.evaluation.metrics import roc_auc
from attentome.evaluation.promoter_pwm import DISCRIMINATORS, SPACERS, PromoterModel, base_chain, log_odds, scan_genome
from attentome.evaluation.promoter_pwm_fit import fit_promoter, improve, site_windows
from attentome.genome.arcs import Interval
from attentome.genome.contigs import BASES, Contig, encode, flip, reverse_complement
from attentome.labels.tss import label_genome
from attentome.simulate.minimal import simulate_genome

SHIFT = 20


def random_model(rng, prior=0.01):
    def shares(*shape):
        values = rng.random(shape) + 0.05
        return values / values.sum(-1, keepdims=True)

    return PromoterModel(shares(6, 4), shares(9, 4), shares(3, 4), shares(7), shares(8), shares(3), shares(5, 4), prior)


def planted(rng, length=60_000, n=500):
    """A circular genome of random bases with promoters on both strands, its labels, and each promoter's two gaps."""
    codes = rng.integers(0, 4, length).astype(np.uint8)
    spacers = rng.choice([15, 17, 18], n, p=[0.2, 0.5, 0.3])
    gaps = rng.choice([4, 6, 9], n, p=[0.25, 0.6, 0.15])
    sites = pd.DataFrame(
        {"contig": "c", "start": 60 + np.arange(n) * ((length - 120) // n), "strand": rng.choice(["+", "-"], n)}
    )
    for spacer, gap, site in zip(spacers, gaps, sites.itertuples(), strict=True):
        promoter = encode("TTGACA" + "N" * (spacer - 3) + "TGC" + "TATAAT" + "N" * gap)
        promoter[rng.random(len(promoter)) < 0.1] = 4
        strand = "plus" if site.strand == "+" else "minus"
        stop = site.start if strand == "plus" else length - 1 - site.start
        stream = codes.copy() if strand == "plus" else reverse_complement(codes)
        here = stream[stop - len(promoter) : stop]
        here[promoter < 4] = promoter[promoter < 4]
        codes = stream if strand == "plus" else reverse_complement(stream)
    genome = {"c": Contig("c", codes, circular=True)}
    labels, _ = label_genome(genome, sites, SHIFT)
    return genome, labels, spacers, gaps


def consensus(text):
    """Base probabilities of planted letters, of which one in ten is as it was before."""
    return 0.9 * np.eye(4)[encode(text)] + 0.1 / 4


def area_under_roc(model, genome, labels):
    outputs = scan_genome(model, genome, SHIFT)
    return roc_auc(*(np.concatenate([table[name] for name in labels]) for table in (labels, outputs)))


def letters(matrix):
    return "".join(BASES[column] for column in matrix.argmax(1))


def test_em_finds_planted_elements_and_their_gaps():
    genome, labels, spacers, gaps = planted(np.random.default_rng(3))
    model = fit_promoter(genome, labels, [Interval("train", "c", 0, len(genome["c"]))], SHIFT)
    assert letters(model.minus35) == "TTGACA" and letters(model.minus10) == "TGCTATAAT"
    assert model.minus10.max(1).min() > 0.85 and model.n_sites == len(spacers) and model.n_weights == 69
    for lengths, found, true in ((SPACERS, model.spacer, spacers), (DISCRIMINATORS, model.discriminator, gaps)):
        assert found == pytest.approx([(true == length).mean() for length in lengths], abs=0.03)
    assert model.shares[2] > 0.95
    # It finds the sites nearly as well as the truth itself does.
    truth = replace(
        model,
        minus35=consensus("TTGACA"),
        minus10=consensus("TGCTATAAT"),
        start=np.full((3, 4), 0.25),
        spacer=np.isin(SPACERS, 15) * 0.2 + np.isin(SPACERS, 17) * 0.5 + np.isin(SPACERS, 18) * 0.3,
        discriminator=np.isin(DISCRIMINATORS, 4) * 0.25
        + np.isin(DISCRIMINATORS, 6) * 0.6
        + np.isin(DISCRIMINATORS, 9) * 0.15,
        shares=np.array([0.0, 0.0, 1.0]),
        chain=np.full((5, 4), 0.25),
    )
    found, best = (area_under_roc(promoter, genome, labels) for promoter in (model, truth))
    assert best > 0.99 and found > best - 0.005


def test_hexamers_stand_in_register_where_nothing_extends_them():
    """Without an extended -10 the block fits as well 1 nt off: the usual gaps decide."""
    sequence, truth = simulate_genome(length=100_000, promoters=300, decoys=0, seed=3)
    genome = {"sim": Contig("sim", encode(sequence), circular=True)}
    sites = truth.rename(columns={"tss": "start"})
    labels, _ = label_genome(genome, sites.assign(start=sites.start.astype(int)), SHIFT)
    model = fit_promoter(genome, labels, [Interval("train", "sim", 0, 100_000)], SHIFT)
    assert letters(model.minus35) == "TTGACA" and letters(model.minus10[3:]) == "TATAAT"
    assert SPACERS[model.spacer.argmax()] == 17 and DISCRIMINATORS[model.discriminator.argmax()] == 6


def test_each_step_of_em_raises_the_likelihood():
    genome, labels, *_ = planted(np.random.default_rng(4), n=100)
    windows = site_windows(genome, labels, [Interval("train", "c", 0, len(genome["c"]))], SHIFT)
    model = replace(random_model(np.random.default_rng(1)), chain=base_chain(genome))
    course = []
    for _ in range(12):
        model = improve(model, windows, 1)
        course.append(model.log_likelihood)
    # The pseudo-counts are not part of this likelihood, so that it may lose their share where it stands still.
    assert (np.diff(course) > -1e-2).all() and course[-1] > course[0] + 1


def test_labels_of_other_arcs_are_not_read():
    genome, labels, *_ = planted(np.random.default_rng(5), n=100)
    train = [Interval("train", "c", 0, 30_000)]
    other = {name: array.copy() for name, array in labels.items()}
    for array in other.values():
        array[30_000:] = np.random.default_rng(0).random(30_000) < 0.1
    one, two = (fit_promoter(genome, table, train, SHIFT).description() for table in (labels, other))
    assert str(one) == str(two)
    with pytest.raises(ValueError, match="holds no site"):
        fit_promoter(genome, {name: 0 * array for name, array in labels.items()}, train, SHIFT)


def formula(model, sequence, tss):
    """Log-odds of a TSS at an index of a text of letters, summed gap by gap; what lies beyond the ends is unknown."""

    def at(place):
        return sequence[place] if 0 <= place < len(sequence) else "-"

    def odds(matrix, first):
        product = 1.0
        for column, row in enumerate(matrix):
            base, before = BASES.find(at(first + column)), BASES.find(at(first + column - 1))
            if base >= 0:
                product *= row[base] / model.chain[before if before >= 0 else 4][base]
        return product

    total = model.shares[0]
    for gap, p_gap in zip(DISCRIMINATORS, model.discriminator, strict=True):
        hexamer = tss - gap - 6
        alone = p_gap * odds(model.minus10, hexamer - 3)
        total += model.shares[1] * alone
        for spacer, p_spacer in zip(SPACERS, model.spacer, strict=True):
            total += model.shares[2] * alone * p_spacer * odds(model.minus35, hexamer - spacer - 6)
    return math.log(total * odds(model.start, tss - 1) * model.prior)


@pytest.mark.parametrize("circular", [True, False])
def test_scores_follow_the_formula_on_both_strands(circular, monkeypatch):
    rng = np.random.default_rng(7)
    model = random_model(rng)
    codes = rng.integers(0, 4, 90).astype(np.uint8)
    codes[[20, 50, 51]] = 4
    genome = {"c": Contig("c", codes, circular)}
    monkeypatch.setattr(pwm_scanner, "PWM_CHUNK", 32)
    outputs = scan_genome(model, genome, SHIFT)
    for strand in ("plus", "minus"):
        text = "".join("ATCGN"[code] for code in genome["c"].stream(strand))
        stream = flip(outputs[f"c.{strand}"], strand)
        for query in range(90):
            tss = query - SHIFT
            wanted = formula(model, text * 3, tss + 90) if circular else formula(model, text, tss)
            assert stream[query] == pytest.approx(wanted, abs=1e-4)


def test_a_window_scores_as_the_stretch_around_it():
    rng = np.random.default_rng(8)
    model, codes = random_model(rng), rng.integers(0, 4, 200).astype(np.uint8)
    whole = log_odds(model, codes)
    width = pwm_scanner.PWM_UPSTREAM + pwm_scanner.START[1] + 1
    assert len(whole) == 200 - width + 1
    one_by_one = [log_odds(model, codes[i : i + width])[0] for i in range(len(whole))]
    assert one_by_one == pytest.approx(whole.tolist(), rel=1e-12)
