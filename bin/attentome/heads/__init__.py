"""Attention heads: where they look, and the sequence there.

Start with ``describe``, which turns the profile of the whole genome into the numbers of one head. ``profile`` gathers
that profile while outputs are computed, shard by shard; ``profile_merge`` joins the shards. ``moments``,
``best_places`` and ``score_sample`` are its running sums, its top windows and its random sample. ``windows`` are the
sequences of the best windows, ``tables`` what is written, ``names`` and ``distances`` the names of heads and the
ranges of d. Attention scores lie between 0 and 1; distance d counts nt upstream of d = 0; layers and heads count from
1.

Tested through others: ``names``, ``distances``, ``windows``, ``tables`` (test_describe), ``profile_merge``,
``moments``, ``best_places``, ``score_sample`` (test_profile).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "names": ["head_name"],
        "describe": ["describe_head"],
        "profile": ["profile_shard"],
    },
)
