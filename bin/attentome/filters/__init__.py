"""First-layer filters of convolutional networks, read as motifs.

Start with ``pwms``: from the sequences at which a filter is active to its matrix, by the published rule and from
equally many windows of each filter. ``matches`` compares these matrices with a database of motifs (Tomtom), says how
much of a motif a filter reproduces (cover), and counts the filters that match the truth, by ``criteria``. ``describe``
does both for one network, ``firing`` counts where filters fire, and ``summary`` joins the networks of a run;
``equal_accuracy`` says at which epochs networks are equally accurate. Where nothing was planted, ``element_matches``
finds the motifs that the filters of one network spell and the place at which these filters fire, and ``elements`` joins
them. Filters count from 1. Matrices have a row per position and a column each for A, C, G, T. Positions are 0-based in
the sequence; an activation at position i is that of the filter centred on base i.

Tested through others: ``criteria`` (test_matches), ``summary`` (test_describe).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "pwms": ["filter_pwms", "write_filters"],
        "matches": ["match_filters", "match_fractions"],
    },
)
