"""Convert between distance d upstream of the query and base relative to the TSS."""


def distance_of_base(base, label_shift):
    """Distance d (nt upstream of d = 0) of a base relative to the TSS.

    Parameters
    ----------
    base : int
        -1, -2, ... upstream of the TSS, +1, +2, ... from the TSS on; 0 does not exist.
    label_shift : int
        nt from the TSS to d = 0.

    Returns
    -------
    int
        May be negative: such a base lies downstream of d = 0.

    Raises
    ------
    ValueError
        For base 0.
    """
    if base == 0:
        raise ValueError("there is no base 0: the TSS is base +1 and the base before it is -1")
    return label_shift - base if base < 0 else label_shift + 1 - base


def base_of_distance(d, label_shift):
    """Base relative to the TSS (never 0) at distance ``d`` where d = 0 is at the TSS +
    ``label_shift``."""
    return label_shift + 1 - d if d <= label_shift else label_shift - d


def signed(number):
    """A whole number with its sign, as printed: ``+1``, or ``−10`` with a real minus sign."""
    return f"+{number}" if number > 0 else str(number).replace("-", "\N{MINUS SIGN}")
