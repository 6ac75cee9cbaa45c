"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from congestion_lab.sumo import installation

_UNHURRIED = settings(deadline=None)  # a busy machine is no fault of what is tested
settings.register_profile("house", _UNHURRIED, derandomize=True)  # a run tells of a change, not of luck
settings.register_profile("explore", _UNHURRIED)  # new examples each time
settings.load_profile("house")

_SHARED = Path(__file__).parents[1].parent / "shared"


def _folder(name: str) -> Path:
    folder = _SHARED / name
    if not folder.is_dir():
        pytest.skip(f"needs the {name} data beside the checkout, which is not here")
    return folder


@pytest.fixture(scope="session")
def bench_folder() -> Path:
    """Published SUMO scenarios."""
    return _folder("bench")


@pytest.fixture(scope="session")
def osm_folder() -> Path:
    """Real OpenStreetMap extracts."""
    return _folder("osm")


@pytest.fixture(scope="session")
def damascus_facts() -> Path:
    """The public facts behind the Damascus model."""
    return _folder("damascus")


@pytest.fixture
def fresh_sumo() -> Iterator[None]:
    """SUMO is looked for anew, in the test and after it."""
    installation.version.cache_clear()
    installation.home.cache_clear()
    yield
    installation.version.cache_clear()
    installation.home.cache_clear()
