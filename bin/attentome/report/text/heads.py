"""Sentences about one head: where it looks, which bases, which element lies there."""

import re

from attentome.genome.ruler import signed
from attentome.heads.distances import anchor_text
from attentome.report.text.numbers import number


def element_at(elements, d):
    """Name of the element at distance ``d``, or None."""
    return next((element["name"] for element in elements if element["from_d"] <= d <= element["to_d"]), None)


def shared_bases(logo):
    """Consensus of a logo as printed: ``TATAAT``, or ``CA-N11-TATA`` where more than three columns between
    hold little.

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
    """One sentence on a head, from its numbers: where it looks, how much, what its best windows share.

    It says what was measured and claims nothing; the head is not graded.
    """
    numbers = head.numbers
    high, d = head.peak_top
    groups = numbers["groups"]
    if high < 1.5:
        text = (
            f"Flat: over the highest outputs its mean score is nowhere more than {number(high, 2)}× uniform "
            f"(at d = {d})."
        )
    else:
        place = element_at(elements, d)
        inside = f", inside the {place.replace('-', '−')} box" if place else ""
        text = (
            f"Its mean score over the highest outputs is highest {d} nt upstream of "
            f"{anchor_text(numbers['ahead'])}, {number(high, 2)}× "
            f"uniform: base {signed(groups['top']['base'])} where d = 0 sits on TSS + "
            f"{numbers['label_shift']}"
            f"{inside}. Over all positions the mean there is "
            f"{number(float(head.x_uniform('all')[d]), 2)}× uniform."
        )
    logo, windows = numbers["logo"], numbers["windows"]
    at = f"The {windows['n']} windows with the highest score at d = {numbers['peak_d_all']}"
    if logo["consensus"]:
        text += (
            f" {at} share {shared_bases(logo)} at d {logo['consensus_to_d']} to {logo['consensus_from_d']} "
            f"({number(logo['total_bits'], 2)} bit in all)."
        )
    else:
        text += f" {at} share no base (no column above 0.25 bit)."
    return text
