"""Labels of every nucleotide of both strands.

Start with ``tss``: sites become labels, 1 at the query of a site and 0 elsewhere. The query lies ``label_shift`` nt
downstream of the TSS, so that the network has read past it. ``signal`` measures what the labelled sites themselves
show, before any network. Labels are arrays by genomic position (0-based) for each contig and strand.

Tested through others: ``signal`` (report/test_report).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "tss": ["label_genome", "rotate_labels"],
    },
)
