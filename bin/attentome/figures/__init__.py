"""Figures with matplotlib, for files and, as inline SVG, for pages.

Start with ``style``: palette, type, and how a figure is written. Each piece is drawn by one function: ``logo`` draws
letters, ``place_axis`` the axis of bases and distances that all panels of a head share, ``strip`` a strip of points,
``profile`` where a head looks, ``tracks`` bars in register with it. They take a ``view`` of a head. ``line_labels``
places words beside lines, ``scales`` rounds ends of axes. ``head``, ``audit``, ``overlap``, ``distances`` and
``set_grid`` each draw the figures of one step. Lengths are CSS pixels, 96 to the inch; the horizontal axis of a head's
panels is -d, nt.

Tested through others: ``head``, ``place_axis`` (heads/test_describe), ``profile``, ``tracks``,
``strip``, ``scales``, ``view``, ``style`` (report/test_head_page), ``audit`` (sites/test_audit), ``overlap``,
``distances`` (sites/test_curation), ``set_grid`` (evaluation/test_set_grid).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "style": ["use_style", "save_figure"],
        "logo": ["draw_logo"],
    },
)
