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
        ``top`` (for the atlas), ``all`` (for the windows), ``heldout`` (for the tests; "" without them) and
        ``agreement`` (for the head's page).
    """
    groups = numbers["groups"]
    top, windows = groups["top"]["d"], numbers["peak_d_all"]
    found = {"top": top, "all": windows}
    if peak_d_heldout is not None:
        found["heldout"] = int(peak_d_heldout)
    return {
        "top": f"d = {top}: peak over the {groups['top']['n']:,} highest outputs of the whole genome.",
        "all": f"The windows and logo were taken at d = {windows}, the peak over all positions of the whole genome.",
        "heldout": f"The tests use d = {found['heldout']}, the peak over the highest outputs of the first half of the "
        "test-arc sample; its height is that of the second half."
        if "heldout" in found
        else "",
        "agreement": _agreement(found),
    }


def _agreement(found):
    """Whether the peaks of one head agree, and why not."""
    if len(set(found.values())) == 1:
        count = {2: "Both", 3: "All three"}[len(found)]
        return f"{count} peaks of this head lie at d = {found['top']}."
    names = {
        "top": "over the highest outputs of the whole genome",
        "all": "over all positions of the whole genome",
        "heldout": "over the highest outputs of the first half of the test-arc sample",
    }
    peaks = [f"d = {d} {names[name]}" for name, d in found.items()]
    return (
        f"This head's mean score peaks at {', '.join(peaks[:-1])} and {peaks[-1]}. The peaks differ because each is "
        "the highest point of another mean profile; a broad profile, or one with several maxima of similar height, "
        "has no single place."
    )
