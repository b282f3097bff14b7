"""Fixtures that tests of several folders share."""

import pytest
from hypothesis import settings
from project import ROOT
from report_run import describe_heads

# Drawn examples are the same in every run, so that a change is judged by what it changes;
# `pytest --hypothesis-profile search` draws new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile("same")


@pytest.fixture
def root():
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def described(tmp_path_factory):
    """Inputs of a run of 1 x 4 heads that learned, and the folders of its heads; nothing may be written there."""
    from report_fixture import write_inputs

    folder = tmp_path_factory.mktemp("run")
    write_inputs(folder, layers=1, heads=4)
    done = describe_heads(folder, folder / "heads", 1, 2, 3, 4)
    assert done.returncode == 0, done.stderr
    return folder, [folder / "heads" / f"L1_H{head}" for head in range(1, 5)]


def pytest_collection_modifyitems(items):
    """Begin with the tests that run the pipeline: they take longest, and other files fill the second process."""
    items.sort(key=lambda item: (item.path.name != "test_demo.py", item.path.parent.name != "pipeline"))


def pytest_make_parametrize_id(val):
    """Bytes are named as such: those of gzip and xlsx files hold the time, and all processes need the same names."""
    return "bytes" if isinstance(val, bytes) else None
