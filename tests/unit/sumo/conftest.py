"""What tests of SUMO's files share."""

from pathlib import Path

import pytest

from congestion_lab.network.model import Network
from congestion_lab.sumo.nets.netfile import read_network

_DAMASCUS = Path(__file__).parents[3] / "networks" / "damascus"


@pytest.fixture(scope="session")
def damascus() -> Network:
    """The roads of Damascus, read once."""
    return read_network(_DAMASCUS / "damascus.net.xml.gz")
