"""What several tests need: the library on the path and the repository's root."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bin"))


@pytest.fixture
def root():
    """The repository's root folder."""
    return ROOT


def load_command(name):
    """The module ``bin/<name>.py``, whose functions a test calls without a process of its own."""
    specification = importlib.util.spec_from_file_location(name, ROOT / f"bin/{name}.py")
    command = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(command)
    return command
