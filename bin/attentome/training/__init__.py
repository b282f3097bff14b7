"""How a network is trained.

Start with ``train``: the loop with early stopping on the validation arc. ``presets`` reads assets/presets.json,
``sampler`` draws segments of the training arc, ``losses`` is the loss of each position, and ``checkpoint`` keeps a
state from which training goes on to the same bytes. ``train_cnn`` trains a convolutional network on labelled sequences
as Koo & Ploenzke 2021 did.

Tested through others: all but ``train_cnn`` in test_train.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "presets": ["TrainSettings", "read_preset"],
        "train": ["train_network"],
        "train_cnn": ["CnnTraining", "train_motif_cnn"],
    },
)
