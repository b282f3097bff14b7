"""The peaks of a head in words: which mean profile each one is the highest point of, and whether they agree.

* ``peak_d_top``: the mean score over the positions of the whole genome with the highest outputs. The atlas shows it.
* ``peak_d_all``: the mean score over all positions of the whole genome. The head's windows and logo are taken there.
* ``peak_d_heldout``: the mean score over the highest outputs of the first half of the test-arc sample. The tests use
  it, and measure its height on the second half, so that the height is not inflated by the choice.
"""


def peak_sentences(numbers, peak_d_heldout=None):
    """Sentences that name each peak of a head where it is shown.

    Parameters
    ----------
    numbers : dict
        ``head.json``.
    peak_d_heldout : int, optional
        Of ``tests/heads.tsv``; None where heads were not tested.

    Returns
    -------
    dict of str to str
        ``heldout`` (the peak of the tests; "" without them) and ``agreement`` (whether the peaks agree, and why not).
    """
    top = numbers["groups"]["top"]["d"]
    peaks = {
        "over the highest outputs of the whole genome": top,
        "over all positions of the whole genome": numbers["peak_d_all"],
    }
    heldout = ""
    if peak_d_heldout is not None:
        peaks["over the highest outputs of the first half of the test-arc sample"] = d = int(peak_d_heldout)
        heldout = (
            f"The tests use d = {d}, the peak over the highest outputs of the first half of the test-arc sample; its "
            "height is that of the second half."
        )
    if len(set(peaks.values())) == 1:
        count = {2: "Both", 3: "All three"}[len(peaks)]
        return {"heldout": heldout, "agreement": f"{count} peaks of this head lie at d = {top}."}
    *first, last = (f"d = {d} {where}" for where, d in peaks.items())
    return {
        "heldout": heldout,
        "agreement": f"This head's mean score peaks at {', '.join(first)} and {last}. The peaks differ because each is "
        "the highest point of another mean profile; a broad profile, or one with several maxima of similar height, "
        "has no single place.",
    }
