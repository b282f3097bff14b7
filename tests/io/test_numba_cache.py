"""Compiled code of packages in a read-only folder."""

import os
import subprocess
import sys

CODE = """
import os, numba
os.access = lambda *_: False
from attentome.io.numba_cache import use_writable_cache
for package in ("tangermeme", "memelite"):
    use_writable_cache(package)
    assert os.path.isdir(numba.config.CACHE_DIR)
    print(numba.config.CACHE_DIR)
"""


def folders(root, **environment):
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=root / "bin", env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_packages_in_a_read_only_folder_store_their_code_in_one_of_the_process(root, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    first, second = folders(root, **environment)
    assert first == second and not os.path.exists(first)  # removed with the process
    assert folders(root, **environment, NUMBA_CACHE_DIR=str(tmp_path)) == [str(tmp_path)] * 2
