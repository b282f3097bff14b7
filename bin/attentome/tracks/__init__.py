"""Genome browser tracks.

``bigwig`` writes values for every position of both strands as bigWig, one file a strand.

Tested in network/test_transformer and pipeline/test_pipeline.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "bigwig": ["write_bigwig"],
    },
)
