"""Which peak of a head is which, in words."""

from attentome.results.peaks import peak_sentences

NUMBERS = {"groups": {"top": {"d": 22, "n": 500}, "all": {"d": 18}}, "peak_d_all": 18}


def test_each_peak_is_named_with_its_profile():
    found = peak_sentences(NUMBERS, 25)
    assert "d = 25, the peak over the highest outputs of the first half" in found["heldout"]
    for d, where in (
        (22, "the highest outputs of the whole"),
        (18, "all positions"),
        (25, "the highest outputs of the"),
    ):
        assert f"d = {d} over {where}" in found["agreement"]
    assert "differ because" in found["agreement"]


def test_peaks_that_agree():
    numbers = {"groups": {"top": {"d": 27, "n": 500}}, "peak_d_all": 27}
    assert peak_sentences(numbers, 27)["agreement"] == "All three peaks of this head lie at d = 27."
    assert peak_sentences(numbers)["agreement"] == "Both peaks of this head lie at d = 27."
    assert peak_sentences(numbers)["heldout"] == ""
