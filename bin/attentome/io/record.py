"""Record what one task used: time, CPU time, peak memory and software, as ``record.json`` with its results."""

import os
import platform
import resource
import sys
import time
from contextlib import contextmanager
from importlib import metadata

from attentome import __version__
from attentome.io.files import write_json


@contextmanager
def task_record(path, process, tag="", packages=("numpy",)):
    """Measure the enclosed work and write a record of it if it succeeds.

    Parameters
    ----------
    path : str or Path
        Where to write the JSON record.
    process : str
        Name of the process (UPPER_SNAKE).
    tag : str
        What it worked on, such as a set's name.
    packages : sequence of str
        Distributions whose versions are recorded.
    """
    started, cpu_started = time.monotonic(), time.process_time()
    yield
    write_json(
        path,
        {
            "process": process,
            "tag": tag,
            "seconds": round(time.monotonic() - started, 2),
            "cpu_seconds": round(time.process_time() - cpu_started, 2),
            "peak_memory_mb": peak_memory_mb(),
            "machine": {
                "cores": os.cpu_count(),
                "system": platform.platform(terse=True),
                "processor": platform.machine(),
            },
            "software": {
                "attentome": __version__,
                "python": platform.python_version(),
                **{name: metadata.version(name) for name in packages},
            },
        },
    )


def peak_memory_mb():
    """Peak memory of this process so far, MB."""
    # ru_maxrss is in KiB on Linux and in bytes on macOS.
    scale = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6, 1)
