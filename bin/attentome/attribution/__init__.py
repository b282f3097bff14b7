"""Which bases and which heads the output depends on.

Start with ``mutagenesis``: it changes single bases at labelled positions and records the change of the output.
``deletion`` replaces bases in a given order; ``knockout`` replaces the output of whole heads; ``logit_terms`` splits
attention logits into content and position; ``head_agreement`` compares a head's scores with mutagenesis;
``receptive_field`` finds how far the network reads. For convolutional networks over whole sequences, ``sequence_maps``
computes saliency, integrated gradients, DeepLIFT and mutagenesis, ``against_truth`` compares such maps with planted
bases, and ``filter_ablation`` takes away single first filters; ``motif_insertion`` inserts motifs into null sequences,
and ``motif_rule`` says what rule the effects show. The transformer's output is logit(TSS) - logit(not TSS), without
unit. Distance d counts nt upstream of the downstream end of the window (d = 0). Positions are 0-based.

Tested through others: ``deletion`` (test_mutagenesis).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "against_truth": ["planted_examples", "sequence_scores", "truth_table"],
        "deletion": ["deletion_curves"],
        "filter_ablation": ["ablate_filters"],
        "knockout": ["knock_out_heads"],
        "mutagenesis": ["mutate"],
        "logit_terms": ["measure_parts"],
        "head_agreement": ["agreement"],
        "motif_insertion": ["motif_effects", "pair_effects", "set_effects"],
        "motif_rule": ["rule_of", "rules_table"],
        "sequence_maps": ["sequence_maps"],
    },
)
