"""A finished run read back: for the report, and for notebooks.

Start with ``run``: :func:`~attentome.results.run.read_run` gathers what the steps wrote, one object for the run and one
for each head. ``head_tests`` reads what the tests found about the heads, and ``peaks`` says in words which peak of a
head is which. Nothing is computed here that a step did not write. Layers and heads count from 1; d counts upstream of
the query, nt; positions are 0-based.

Tested through others: ``run`` (report/test_report).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "head_tests": ["HeadTests"],
        "run": ["RunResults", "read_run"],
    },
)
