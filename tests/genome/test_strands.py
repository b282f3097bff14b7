"""The two names of a strand are one pair."""

import pytest

from attentome.genome.strands import STRANDS, sign_of, strand_of, stream_key


def test_the_converters_undo_each_other():
    assert [sign_of(strand) for strand in STRANDS] == ["+", "-"]
    assert [strand_of(sign_of(strand)) for strand in STRANDS] == list(STRANDS)
    for wrong in ("", ".", "+", "forward"):
        with pytest.raises(KeyError):
            sign_of(wrong)
    with pytest.raises(KeyError):
        strand_of("plus")


def test_the_key_of_a_stream():
    assert stream_key("NC_000913.3", "minus") == "NC_000913.3.minus"
