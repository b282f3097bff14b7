"""Matrices of filters against a plain reading of the published rule, and of filters made from known motifs."""

import numpy as np
import pytest
import torch
from project import ROOT

from attentome.filters.matches import match_filters, match_fractions
from attentome.filters.pwms import clip, filter_pwms, pwms_of_activations, write_filters
from attentome.genome.contigs import UNKNOWN, decode
from attentome.motifs.matrices import by_code
from attentome.motifs.readers import read_motifs
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig
from attentome.simulate.motif_tasks import simulate_task1

MOTIFS = read_motifs(ROOT / "assets/filters/test_motifs.meme")


def random_codes(n, length, seed=0):
    return np.random.default_rng(seed).integers(0, 4, (n, length)).astype(np.uint8)


def found(activations, codes, n_windows=5, size=3):
    """Matrices of given activations, which come in batches."""
    return pwms_of_activations(
        lambda: (activations[at : at + size] for at in range(0, len(codes), size)), codes, n_windows
    )


def windows_matrix(codes, places):
    """Mean of one-hot windows [position - 10, position + 10), A, C, G, T, letter by letter."""
    texts = [decode(codes[sequence][position - 10 : position + 10]) for sequence, position in places]
    return np.array([[np.mean([text[at] == base for text in texts]) for base in "ACGT"] for at in range(20)])


def test_published_rule_and_equal_windows_window_by_window():
    rng = np.random.default_rng(1)
    codes, activations = random_codes(11, 60), rng.exponential(1.0, (11, 4, 60)).astype(np.float32)
    result = found(activations, codes)
    for at in range(4):
        own = activations[:, at]
        inside = [
            (sequence, position)
            for sequence in range(11)
            for position in range(60)
            if position - 10 > 0 and position + 10 < 60
        ]
        places = [place for place in inside if own[place] > 0.5 * own.max()]
        assert result.published[at].sites == len(places) > 1 and result.published[at].filter == at + 1
        assert result.published[at].frequencies == pytest.approx(windows_matrix(codes, places))
        highest = sorted(inside, key=lambda place: -own[place])[:5]
        assert result.equal[at].sites == 5
        assert result.equal[at].frequencies == pytest.approx(windows_matrix(codes, highest))
        fires = own > 0.5 * own.max()
        assert result.profile.maximum[at] == own.max()
        assert result.profile.fired[at] == pytest.approx(fires.mean(axis=0))
        assert result.profile.sequences[at] == pytest.approx(fires.any(axis=1).mean())


def test_windows_at_the_ends_do_not_count_but_their_maximum_does():
    codes, activations = random_codes(4, 40), np.zeros((4, 1, 40))
    activations[0, 0, [10, 11]] = 10, 4  # start 0 is outside, start 1 inside
    activations[1, 0, [29, 30]] = 6, 6  # end 39 is inside, end 40 outside
    activations[2, 0, 29] = 5.5
    activations[3, 0, 20] = 5  # not above half of 10
    result = found(activations, codes, n_windows=3)
    assert result.published[0].sites == 2
    assert result.published[0].frequencies == pytest.approx(windows_matrix(codes, [(1, 29), (2, 29)]))
    assert result.equal[0].frequencies == pytest.approx(windows_matrix(codes, [(1, 29), (2, 29), (3, 20)]))


def test_equal_activations_count_in_their_order_in_any_batches():
    codes, activations = random_codes(9, 40), np.full((9, 1, 40), 2.0)
    activations[:, 0, 0] = 1.0
    wanted = windows_matrix(codes, [(0, 11), (0, 12), (0, 13), (0, 14)])
    for size in (1, 4, 9):
        assert found(activations, codes, n_windows=4, size=size).equal[0].frequencies == pytest.approx(wanted)


def test_filters_without_windows_are_uniform():
    codes = random_codes(5, 50)
    activations = np.zeros((5, 5, 50))
    activations[:, 1] = 3.0  # constant
    activations[2, 2, 25] = 1.0  # one window
    activations[:, 3] = -np.abs(np.random.default_rng(2).normal(size=(5, 50)))
    activations[:, 4] = np.nan
    activations[3, 4, [20, 30]] = 1.0
    result = found(activations, codes)
    assert [pwm.sites for pwm in result.published] == [0, 5 * 29, 1, 0, 2]
    assert [pwm.sites for pwm in result.equal] == [0, 0, 1, 5, 2]
    for pwm in (*result.published[:1], result.published[2], *result.equal[:3]):
        assert (pwm.frequencies == 0.25).all() and (pwm.start, pwm.stop) == (0, 20)
    short = found(np.ones((2, 1, 15)), random_codes(2, 15))
    assert short.published[0].sites == short.equal[0].sites == 0
    with pytest.raises(ValueError, match="no sequences"):
        found(np.zeros((0, 1, 50)), random_codes(0, 50))


def test_unknown_bases_are_left_out_of_their_column():
    codes, activations = random_codes(2, 40), np.zeros((2, 1, 40))
    activations[:, 0, 20] = 1.0
    codes[0, 12] = UNKNOWN
    codes[:, 13] = UNKNOWN
    result = found(activations, codes)
    own = np.zeros(4)
    own["ACGT".index(decode(codes[1])[12])] = 1
    for pwm in (result.published[0], result.equal[0]):
        assert pwm.sites == 2 and pwm.frequencies[2].tolist() == own.tolist()
        assert pwm.frequencies[3].tolist() == [0.25] * 4


def test_clipping_keeps_three_columns_around_the_informative_ones():
    matrix = np.full((20, 4), 0.25)
    assert clip(matrix) == (0, 20)
    matrix[8] = matrix[11] = [0.97, 0.01, 0.01, 0.01]
    assert clip(matrix) == (5, 15)
    # 0.5 bit is not above 0.5 bit.
    matrix[3] = [0.4, 0.4, 0.1, 0.1]
    assert clip(matrix) == (5, 15)
    first = np.full((20, 4), 0.25)
    first[0] = [1, 0, 0, 0]
    assert clip(first) == (0, 4)
    first[19] = [1, 0, 0, 0]
    assert clip(first) == (0, 20)


def constructed(motifs, activation="exponential"):
    """A network whose filter i is the log-odds of motif i, in the middle of its 19 columns; the others are 0."""
    network = MotifCnn(MotifCnnConfig("cnn-2", 1, activation=activation, first_norm=False)).eval()
    weight = torch.zeros_like(network.convolution.weight)
    for at, motif in enumerate(motifs):
        odds = np.log((motif.frequencies + 0.005) / 1.02 / 0.25)
        first = (19 - len(odds)) // 2
        weight[at, :, first : first + len(odds)] = torch.from_numpy(by_code(odds).T)
    network.convolution.weight.data = weight
    return network


def test_a_filter_of_log_odds_gives_its_motif_back():
    task = simulate_task1(MOTIFS[:12], sequences=2000, seed=4)
    planted = task.planted.query("strand == '+'")["motif"].value_counts()
    result = filter_pwms(constructed(MOTIFS[:12]), task.sequences, n_windows=120)
    for at, motif in enumerate(MOTIFS[:12]):
        assert planted[motif.id] > 120
        first = 1 + (19 - len(motif.frequencies)) // 2
        own = result.equal[at].frequencies[first : first + len(motif.frequencies)]
        sharp = motif.frequencies.max(axis=1) > 0.6
        assert (own.argmax(axis=1) == motif.frequencies.argmax(axis=1))[sharp].all()
        assert np.abs(own - motif.frequencies).mean() < 0.08
        outside = np.delete(result.equal[at].frequencies, np.arange(first, first + len(motif.frequencies)), axis=0)
        assert np.abs(outside - 0.25).max() < 0.2
        # Within a factor of two of the best sequence: few windows, and only the motif's best letters.
        best = result.published[at]
        assert best.sites >= 1 and best.sites < planted[motif.id]
    assert (result.profile.sequences[:12] < 0.1).all()
    assert [pwm.sites for pwm in result.equal[12:]] == [0] * 20
    truth = {motif.id: {motif.id} for motif in MOTIFS[:12]}
    found = match_fractions(match_filters(result.equal, MOTIFS), 32, truth).set_index("criterion")
    assert found["filters"].tolist() == [12] * 6 and found["factors_found"]["strict_whole"] == 12
    assert (found["share"] == 12 / 32).all()


def test_the_written_file_has_clipped_matrices_and_true_sites(tmp_path):
    rng = np.random.default_rng(1)
    codes, activations = random_codes(11, 60), rng.exponential(1.0, (11, 4, 60)).astype(np.float32)
    result = found(activations, codes)
    write_filters(tmp_path / "filters.meme", result.published)
    again = read_motifs(tmp_path / "filters.meme")
    assert [motif.id for motif in again] == ["filter1", "filter2", "filter3", "filter4"]
    for motif, pwm in zip(again, result.published, strict=True):
        assert motif.sites == pwm.sites
        assert motif.frequencies == pytest.approx(pwm.frequencies[pwm.start : pwm.stop], abs=2e-6)
