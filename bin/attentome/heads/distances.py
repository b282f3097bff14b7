"""Distances at which heads are examined: groups of queries, the zoom around the TSS, the reach of a key."""

GROUPS = ("top", "all", "bottom")
"""Groups of positions: the highest outputs, every position of the genome, the lowest outputs."""
ZOOM = 100
"""Width of the zoomed panels and of the logo, nt."""
KEY_MARGIN = 5
"""The statistics of a logo use the bases in reach of the key and this many nt on either side."""


def zoom_range(peak, window):
    """Distances shown in the zoomed panels.

    Parameters
    ----------
    peak : int
    window : int
        Number of keys of the network.

    Returns
    -------
    (int, int)
        Smallest and largest d, both included: 0 to 99 (less in a smaller window), or, where the peak lies
        farther away, 100 nt around the peak.
    """
    width = min(ZOOM, window)
    if peak < width:
        return 0, width - 1
    low = min(peak - width // 2, window - width)
    return low, low + width - 1


def key_reach(peak, key_context):
    """Bases that can enter the key at distance ``peak`` by convolution alone.

    Parameters
    ----------
    peak : int
    key_context : (int, int)
        How far upstream and downstream of a key of this layer convolutions reach, nt.

    Returns
    -------
    (int, int)
        Smallest and largest d, both included. The smallest may be negative where convolutions look downstream.
    """
    upstream, downstream = key_context
    return peak - downstream, peak + upstream


def used_range(peak, key_context, low, high):
    """Distances used for the statistics of a logo: the key's reach and :data:`KEY_MARGIN` nt on both sides, as drawn.

    Parameters
    ----------
    peak : int
    key_context : (int, int)
        As in :func:`key_reach`.
    low, high : int
        Smallest and largest d drawn, both included.

    Returns
    -------
    (int, int)
        Smallest and largest d, both included.
    """
    nearest, farthest = key_reach(peak, key_context)
    return max(low, nearest - KEY_MARGIN), min(high, farthest + KEY_MARGIN)


def anchor_text(ahead):
    """Name of the place d = 0: the query, or the end of a window that looks ``ahead`` nt further downstream."""
    return "the query" if ahead == 0 else f"the window's end, {ahead} nt downstream of the query"
