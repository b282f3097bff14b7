"""Where Numba stores the code that it compiled for a package."""

import importlib.util
import os
import tempfile

_own_cache = None


def use_writable_cache(package):
    """Let a package whose functions Numba stores be imported from a folder that is read-only.

    Numba stores compiled code next to the package. If that folder is read-only, as in a container image, the code goes
    to a folder of this process that no other user can write to. Call it before the package is imported.

    Parameters
    ----------
    package : str
    """
    global _own_cache
    folder = importlib.util.find_spec(package).submodule_search_locations[0]
    if not os.access(folder, os.W_OK) and "NUMBA_CACHE_DIR" not in os.environ and _own_cache is None:
        import numba

        _own_cache = tempfile.TemporaryDirectory()
        numba.config.CACHE_DIR = _own_cache.name
