"""Calls and tracks against hand-made places."""

import numpy as np
import pyBigWig
import pytest

from attentome.evaluation.stretches import calls_table, stretches, thin
from attentome.genome.arcs import Interval
from attentome.genome.contigs import Contig
from attentome.tracks.bigwig import round_significant, write_bigwig


def test_calls_are_drawn_at_the_tss_on_both_strands():
    genome = {"c": Contig("c", np.zeros(100, np.uint8), circular=True)}
    outputs = {"c.plus": np.full(100, -5.0), "c.minus": np.full(100, -5.0)}
    labels = {name: np.zeros(100, np.uint8) for name in outputs}
    outputs["c.plus"][[50, 52, 5]] = [2.0, 1.0, 0.5]
    outputs["c.minus"][90] = 3.0
    labels["c.plus"][48] = labels["c.minus"][80] = 1
    calls = calls_table(genome, outputs, labels, 0.0, 5, 20)
    assert list(zip(calls.start, calls.strand, calls.output, calls.matched, strict=True)) == [
        (10, "-", 3.0, 0),
        (30, "+", 2.0, 1),
        (85, "+", 0.5, 0),
    ]
    assert (calls.end == calls.start + 1).all() and calls.score.tolist() == [953, 881, 622]
    linear = {"c": Contig("c", np.zeros(100, np.uint8))}
    assert calls_table(linear, outputs, labels, 0.0, 5, 20).start.tolist() == [30]
    assert calls_table(genome, outputs, labels, 9.0, 5, 20).empty


def test_stretches_keep_their_start():
    arrays = {"c.plus": np.arange(10.0), "c.minus": -np.arange(10.0)}
    plus, minus = stretches(arrays, arrays, [Interval("test", "c", 3, 6)])
    assert plus.start == 3 and plus.outputs.tolist() == [3, 4, 5] and minus.labels.tolist() == [-3, -4, -5]


def test_thin_keeps_both_ends():
    x, y, thresholds = thin(np.arange(10**6), np.arange(10**6), np.arange(10**6))
    assert x[0] == 0 and x[-1] == 10**6 - 1 and len(x) <= 2001 and (np.diff(x) > 0).all() and (y == thresholds).all()


def test_bigwig_holds_what_was_written(tmp_path):
    values = {"a": np.array([0.123456, 0.5, 1.0, np.nan]), "b": np.array([np.nan, 2e-7, 0.25])}
    write_bigwig(tmp_path / "t.bw", values)
    with pyBigWig.open(str(tmp_path / "t.bw")) as track:
        assert track.chroms() == {"a": 4, "b": 3}
        assert track.values("a", 0, 3) == pytest.approx([0.1235, 0.5, 1.0]) and np.isnan(track.values("a", 3, 4)[0])
        assert track.values("b", 1, 3) == pytest.approx([2e-7, 0.25])
    with pytest.raises(ValueError, match="missing in the middle"):
        write_bigwig(tmp_path / "u.bw", {"a": np.array([1.0, np.nan, 1.0])})


def test_rounding_to_significant_digits():
    assert round_significant(np.array([0.0, 123456.0, -0.00098765]), 3).tolist() == [0.0, 123000.0, -0.000988]
