"""Which peak of a head is which, in words."""

from attentome.results.peaks import peak_sentences

NUMBERS = {"groups": {"top": {"d": 22, "n": 500}, "all": {"d": 18}}, "peak_d_all": 18}


def test_each_peak_is_named_with_its_profile():
    found = peak_sentences(NUMBERS, 25)
    assert found["top"] == "d = 22: peak over the 500 highest outputs of the whole genome."
    assert "d = 18, the peak over all positions" in found["all"]
    assert "d = 25, the peak over the highest outputs of the first half" in found["heldout"]
    for d in (22, 18, 25):
        assert f"d = {d} over" in found["agreement"]
    assert "differ because" in found["agreement"]


def test_peaks_that_agree():
    numbers = {"groups": {"top": {"d": 27, "n": 500}}, "peak_d_all": 27}
    assert peak_sentences(numbers, 27)["agreement"] == "All three peaks of this head lie at d = 27."
    assert peak_sentences(numbers)["agreement"] == "Both peaks of this head lie at d = 27."
    assert peak_sentences(numbers)["heldout"] == ""
