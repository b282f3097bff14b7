"""The common log2 scale on which attention, in multiples of uniform attention, is drawn."""

import numpy as np

from attentome.figures.style import HIGH, LOW


def height(value, tall):
    """px from the top of a cell's profile of a height in multiples of uniform; the common log2 scale
    ½× to 110×."""
    share = np.log2(np.clip(value, LOW, HIGH) / LOW) / np.log2(HIGH / LOW)
    return float((1 - share) * tall)
