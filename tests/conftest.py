"""What several tests need: the library on the path and the repository's root."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bin"))


@pytest.fixture
def root():
    """The repository's root folder."""
    return ROOT
