"""The networks, and how they run.

Start with ``transformer``: the whole network in one file. ``attention`` is softmax attention over a sliding window,
``convolution`` one valid convolution, ``residual_cnn`` the peer without attention. ``streaming`` runs a network over
long stretches in constant memory, ``predict`` over pieces of a genome, ``threads`` on several cores. ``saved_model``
reads and writes a model folder, ``published_weights`` converts the released model of Clauwaert et al. 2021,
``device`` chooses CPU or GPU. ``motif_cnn`` are networks whose first filters are read as motifs; ``activations`` and
``cnn_layers`` are their parts, ``saved_motif_cnn`` their folder. Bases are codes (A, T, C, G = 0 to 3; 4 unknown, 5
outside); outputs are logit(TSS) - logit(not TSS), those of ``motif_cnn`` a logit for each class.

Tested through others: ``convolution``, ``device``, ``published_weights``, ``saved_model`` (test_transformer),
``streaming``, ``predict`` (test_transformer, heads/test_profile), ``threads`` (training/test_train), ``activations``,
``cnn_layers``, ``saved_motif_cnn`` (test_motif_cnn).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "transformer": ["Network", "NetworkConfig"],
        "saved_model": ["load_model", "save_model"],
        "motif_cnn": ["MotifCnn", "MotifCnnConfig"],
        "saved_motif_cnn": ["load_motif_cnn", "save_motif_cnn"],
        "device": ["choose_device"],
    },
)
