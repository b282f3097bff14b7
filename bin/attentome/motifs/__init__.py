"""Position weight matrices: information, readers, matches.

Start with ``logo``: counts of bases, information in bits against the genome's background, consensus. ``readers`` read
MEME, TRANSFAC and JASPAR files; ``tomtom`` compares a matrix with a database; ``known_elements`` compares it with the
elements of a promoter, at their places; ``elements`` reads assets/elements.tsv; ``mixture`` splits windows into
several matrices; ``writers`` write MEME files. Matrices have one row a position and one column a base, in the order
A, C, G, T; ``matrices`` converts between it and that of the codes of bases (A, T, C, G). ``factors`` reads which motifs
a simulated task plants.

Tested through others: ``logo`` (heads/test_describe), ``readers`` (test_motif_readers), ``elements``
(heads/test_describe).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "logo": ["information"],
        "readers": ["read_motifs"],
        "tomtom": ["match_motifs"],
        "elements": ["read_elements"],
    },
)
