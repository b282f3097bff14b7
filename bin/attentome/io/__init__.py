"""Files between the steps, faults of files from outside, and the record of a task.

Start with ``files``: TSV, BED, JSON and safetensors, each written whole or not at all. ``tables`` writes and checks a
table by its schema, and ``schemas`` holds the columns of all tables between the steps. ``text`` reads lines of a
user's file, ``faults`` words what is wrong with it, ``exits`` ends a script with one line, and ``record`` writes what
a task used (seconds, MB). ``numba_cache`` lets packages with compiled functions run from a read-only image. BED is
0-based and half-open; rows of a user's file count from 1.

Tested through others: ``files``, ``record`` (test_exits, heads/test_profile), ``faults``, ``text``
(sites/test_malformed).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "files": ["read_tsv", "write_tsv"],
        "faults": ["Fault"],
        "record": ["task_record"],
    },
)
