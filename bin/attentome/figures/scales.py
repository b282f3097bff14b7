"""Round ends and ticks of value axes."""

import numpy as np


def nice_end(value):
    """The end of an axis that holds ``value``: 1, 2 or 5 times a power of ten; 1 where there is nothing to hold."""
    if not value > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value * (1 - 1e-9)))


def nice_ticks(low, high, most=4):
    """Round values from ``low`` to ``high``, 0 among them if it lies between: at most ``most`` and one more."""
    step = nice_end((high - low) / most)
    return [float(step * i) for i in range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1)]


def count_axis(axis):
    """Whole numbers with commas as ticks of an axis of counts."""
    axis.get_major_locator().set_params(integer=True)
    axis.set_major_formatter("{x:,.0f}")
