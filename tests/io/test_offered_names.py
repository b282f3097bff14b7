"""What the packages offer: every name is there, and reading a table loads neither torch nor matplotlib."""

import importlib
import pkgutil
import subprocess
import sys

import attentome

PACKAGES = [part.name for part in pkgutil.walk_packages(attentome.__path__, "attentome.") if part.ispkg]


def test_every_offered_name_is_there():
    offered = {package: getattr(importlib.import_module(package), "__all__", []) for package in PACKAGES}
    assert sum(map(len, offered.values())) > 40
    for package, names in offered.items():
        for name in names:
            assert callable(getattr(importlib.import_module(package), name)), f"{package}.{name}"


def test_every_package_says_what_is_here():
    assert len(PACKAGES) >= 24
    for package in PACKAGES:
        folder = importlib.import_module(package)
        modules = [part.name for part in pkgutil.iter_modules(folder.__path__)]
        missing = [name for name in modules if f"``{name}``" not in folder.__doc__]
        assert not missing, f"{package} does not name {missing}"


def test_a_script_that_reads_a_table_loads_neither_torch_nor_matplotlib(root):
    code = (
        "import sys; from attentome.io import read_tsv; from attentome.sites import Reading; "
        f"import {', '.join(PACKAGES)}; sys.exit(' '.join({{'torch', 'matplotlib'}} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root / "bin", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
