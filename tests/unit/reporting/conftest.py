"""A study that no simulator had to make."""

from pathlib import Path

import pytest

from congestion_lab.network.model import Network
from congestion_lab.reporting.gathering import Story
from tests.stories import hostile_network, story_of


@pytest.fixture
def network() -> Network:
    """Two streets that meet at one signal."""
    return hostile_network()


@pytest.fixture
def story(network: Network, tmp_path: Path) -> Story:
    """A study whose proposed plan is better on every seed."""
    return story_of(network, tmp_path)
