"""The report of a run: pages, tables and the MultiQC report.

Start with ``write``: it writes the report folder, the outcome first. Below it, each imports only what stands before
it: ``text`` (numbers and sentences), ``outcome`` (what may be believed), ``html`` (the frame of a page), then
``head_page``, ``atlas``, ``run_card``, ``multiqc`` and ``filter_page`` (mode ``filters``), then ``pages`` and
``write``. ``tables`` holds the numbers behind the figures. Layers and heads count from 1; bases are relative to the
TSS (+1), distances d in nt.

Tests: tests/report, one file for each kind of page.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "write": ["write_report"],
    },
)
