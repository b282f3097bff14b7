"""The genome and its coordinates.

Start with ``contigs``: a ``Contig`` holds the bases as codes and reads either strand. ``strands`` names the strands,
``arcs`` are the intervals that train, validate and test, ``pieces`` cut the genome for work in parallel, ``ruler``
converts between distance d and the base relative to the TSS, ``names`` recognises contigs by other names,
``liftover`` moves positions from another assembly, ``readers`` read FASTA and GFF, ``labelled_sequences`` holds
sequences with their classes, ``dinucleotides`` shuffles sequences. Positions are 0-based, intervals half-open. A
stream is one strand of a contig, 5' to 3'.

Tested through others: ``contigs``, ``readers``, ``names`` (inputs/test_check, sites/test_readers), ``arcs``
(labels/test_tss), ``labelled_sequences`` (simulate/test_motif_tasks), ``pieces`` (heads/test_profile), ``ruler``
(heads/test_describe), ``strands`` (all of them).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "contigs": ["Contig", "load_genome"],
        "arcs": ["Interval", "read_split"],
        "labelled_sequences": ["LabelledSequences"],
        "ruler": ["base_of_distance", "distance_of_base"],
    },
)
