"""Readers of TSS sets.

Start with ``detect``: it recognises a format by content and calls its reader. ``plain`` reads BED, GFF, GTF and
tables, ``published`` the tables of five papers, ``bigwig`` calls sites from coverage. ``cells`` are the cells of text
tables and worksheets, ``rows`` turns rows into a ``Reading`` and collects faults and losses. docs/developing.md says
how to add a format.

Tested in sites/test_readers, test_bigwig and test_malformed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "detect": ["read_set"],
    },
)
