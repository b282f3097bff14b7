"""How well outputs find the labels, and how networks compare.

Start with ``metrics``: ROC AUC, PR AUC, F1 and their block bootstrap, per nucleotide and with a tolerance in nt.
``stretches`` takes an arc apart for them and lists the calls of the genome. ``peers`` and ``set_grid`` compare
networks on the same positions. ``promoter_pwm`` and ``promoter_pwm_fit`` are the peer without a network: matrices
with free gaps. ``calibration`` fits the labels to the output, ``block_draws`` draws blocks of the genome. Labels are
0 or 1 for each position; outputs are logit(TSS) - logit(not TSS).

Tested through others: ``block_draws`` (attribution/test_knockout), ``promoter_pwm_fit`` (test_promoter_pwm).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "metrics": ["arc_metrics", "call_peaks"],
        "peers": ["compare_peers"],
        "set_grid": ["compare_with_sets"],
    },
)
