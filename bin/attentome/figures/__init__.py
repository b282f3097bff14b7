"""Figures with matplotlib, and the pieces of figures that pages hold as SVG.

Start with ``style``: palette, type, and how a figure is written. ``place_axis`` is the axis of bases and distances
that all panels of a head share; ``line_labels`` names lines in a panel; ``letters`` are the letters of logos;
``scales`` is the common log2 scale of attention; ``svg`` draws for pages. ``audit``, ``overlap``, ``distances``,
``set_grid`` and ``head`` each draw one figure of one step. Lengths are CSS pixels, 96 to the inch.

Tested through others: ``head``, ``place_axis``, ``line_labels`` (heads/test_describe), ``letters``, ``scales``,
``svg``, ``style`` (report/test_report, report/test_head_page), ``audit`` (sites/test_audit), ``overlap``,
``distances`` (sites/test_curation), ``set_grid`` (evaluation/test_set_grid).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "style": ["use_style", "save_figure"],
    },
)
