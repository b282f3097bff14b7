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


@pytest.fixture(scope="session")
def described(tmp_path_factory):
    """Inputs of a run of 1 x 4 heads that learned, and the folders of its heads; nothing may be written there."""
    from report_fixture import write_inputs
    from test_heads import run_cli

    folder = tmp_path_factory.mktemp("run")
    write_inputs(folder, layers=1, heads=4)
    done = run_cli(folder, folder / "heads", 1, 2, 3, 4)
    assert done.returncode == 0, done.stderr
    return folder, [folder / "heads" / f"L1_H{head}" for head in range(1, 5)]


def load_command(name):
    """The module ``bin/<name>.py``, whose functions a test calls without a process of its own."""
    specification = importlib.util.spec_from_file_location(name, ROOT / f"bin/{name}.py")
    command = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(command)
    return command
