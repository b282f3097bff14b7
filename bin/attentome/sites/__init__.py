"""TSS sets: read, audited, lifted and curated.

The order of work: ``readers`` turn a published file into a ``Reading`` (``tss_set``); ``harmonise`` puts its
positions on the genome, with ``printed_sequence`` (do printed sequences match the genome there) and lift-over;
``audit`` compares the sets with the genome and with each other, by ``agreement``, ``shift`` and ``assembly_check``;
``clusters`` and ``curation`` decide which sites are kept. A TSS is a 0-based position and a strand (+ or -).

Tested through others: ``harmonise``, ``agreement``, ``shift``, ``assembly_check``, ``printed_sequence`` (test_audit,
genome/test_liftover), ``clusters`` (test_curation).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "tss_set": ["Reading"],
        "curation": ["curate"],
        "audit": ["audit_sets"],
    },
)
