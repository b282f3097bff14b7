"""Sentences about one head: where it looks, which bases, which element lies there."""

import re

from attentome.figures.style import minus
from attentome.genome.ruler import signed
from attentome.heads.distances import anchor_text
from attentome.report.text.numbers import number


def element_at(elements, d):
    """Name of the element at distance ``d``, or None."""
    return next((element["name"] for element in elements if element["from_d"] <= d <= element["to_d"]), None)


def shared_bases(logo):
    """Consensus of a logo as printed: ``TATAAT``, or ``CA-N11-TATA`` across more than three empty columns.

    Parameters
    ----------
    logo : dict
        ``logo`` of ``head.json``.
    """
    return re.sub(r"n{4,}", lambda match: f"-N{len(match.group())}-", logo["consensus"])


def cell_bases(logo):
    """:func:`shared_bases` cut to what fits beside a head's name in a cell of the atlas."""
    shared = shared_bases(logo) or "no base"
    return shared if len(shared) <= 11 else shared[:10] + "…"


def head_sentence(head, elements):
    """Describe a head from its numbers: where it looks, how strongly, and what its best windows share.

    The text reports measurements and claims nothing; the head is not graded.
    """
    numbers = head.numbers
    high, d = head.peak_top
    groups = numbers["groups"]
    if high < 1.5:
        text = f"Flat: over the highest outputs the mean score is at most {number(high, 2)}× uniform (at d = {d})."
    else:
        place = element_at(elements, d)
        inside = f", inside the {minus(place)} box" if place else ""
        text = (
            f"Over the highest outputs the mean score peaks {d} nt upstream of {anchor_text(numbers['ahead'])} at "
            f"{number(high, 2)}× uniform. This is base {signed(groups['top']['base'])} if d = 0 is at TSS + "
            f"{numbers['label_shift']}{inside}. Over all positions the mean score there is "
            f"{number(float(head.x_uniform('all')[d]), 2)}× uniform."
        )
    logo, windows = numbers["logo"], numbers["windows"]
    at = f"The {windows['n']} windows with the highest score at d = {numbers['peak_d_all']}"
    if logo["consensus"]:
        text += (
            f" {at} share {shared_bases(logo)} at d {logo['consensus_to_d']} to {logo['consensus_from_d']} "
            f"({number(logo['total_bits'], 2)} bit in total)."
        )
    else:
        text += f" {at} share no base (no column above 0.25 bit)."
    return text
