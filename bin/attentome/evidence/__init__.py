"""Measurements of every head, and the grade that follows.

The order of work: ``sample`` chooses positions of the test arc, ``measure`` runs a network there, ``head_evidence``
holds the results, ``null`` gives p and q against the heads of control networks, ``replicates`` finds the same head
in other seeds, ``grades`` applies assets/grade_rule.json, and ``claims`` says what a grade allows. ``enrichment``
compares a head's windows with known binding sites; ``control_tally`` counts the graded heads of control networks.
For the first filters of convolutional networks, ``filter_evidence`` measures and ``filter_grades`` grades.
Attention is in multiples of uniform attention, information in bits, distance d in nt upstream of d = 0. Layers and
heads count from 1.

Tested through others: ``sample`` and ``head_evidence`` (test_measure), ``claims`` (test_grades), ``control_tally``
(report/test_outcome), ``filter_evidence`` (test_filter_grades).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "head_evidence": ["Evidence", "read_evidence"],
        "measure": ["measure_heads"],
        "null": ["empirical_p", "q_values"],
        "grades": ["Controls", "grade_heads"],
        "filter_evidence": ["filter_evidence"],
        "filter_grades": ["grade_filters"],
        "claims": ["name_heads"],
    },
)
