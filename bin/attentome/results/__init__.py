"""A finished run read back, for the report and for notebooks.

``run`` reads everything that the steps found into one object, ``head_tests`` what the tests of the heads found.
Nothing is computed here; columns and units are those of docs/output.md.

Tested through others: ``run`` (report/test_report).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "run": ["read_run", "RunFacts"],
        "head_tests": ["Tested"],
    },
)
