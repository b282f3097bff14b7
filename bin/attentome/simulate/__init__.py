"""Simulated genomes and sequences with known truth.

Start with ``minimal``: a random circular genome with planted sigma70 promoters, decoys and noisy TSS sets. ``parts``
and ``designs`` plant several classes of promoters for the self-test, ``oracle`` is the best score that any network
could reach there, and ``truth`` compares the claims about heads with what was planted. ``motif_tasks`` are the
sequences with planted motifs of Koo & Ploenzke 2021, ``decoys`` the motifs of their negative class, and
``random_motifs`` invents the motifs of the test profile. Positions are 0-based; parts lie relative to the TSS (+1).

Tested through others: ``parts``, ``oracle`` (test_designs).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "minimal": ["simulate_genome"],
        "designs": ["simulate_design"],
        "truth": ["judge_claims"],
        "motif_tasks": ["simulate_task1", "simulate_task3"],
        "decoys": ["choose_decoys"],
    },
)
