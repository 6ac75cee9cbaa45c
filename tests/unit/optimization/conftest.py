"""Studies that ran through; tests only look at them."""

import pytest

from tests.formulastudies import (
    Finished,
    climbed,
    executor,
    studied,
)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A study that ran through; tests only look at it."""
    folder = tmp_path_factory.mktemp("finished")
    runs = executor(folder)
    summary = studied(folder, runs)
    return Finished(folder, tuple(runs.made), summary)


@pytest.fixture(scope="session")
def climbed_study(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A study by the ladder that ran through; tests only look at it."""
    folder = tmp_path_factory.mktemp("climbed")
    runs = executor(folder)
    summary = climbed(folder, runs)
    return Finished(folder, tuple(runs.made), summary)
