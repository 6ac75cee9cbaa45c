import datetime as dt
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from congestion_lab.network.roadmodel.expansion import road_plan
from congestion_lab.network.roadmodel.roadplan import RoadPlan
from congestion_lab.network.roadmodel.roadtables import RoadTables, read_road_tables

_SPEC = importlib.util.spec_from_file_location("authored", Path(__file__).with_name("authored.py"))
authored = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(authored)


@pytest.fixture
def toy() -> ModuleType:
    """The toy model's parts: manifest, tables and a writer."""
    return authored


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authored.written(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def toy_tables(toy_folder: Path) -> RoadTables:
    return read_road_tables(toy_folder)


@pytest.fixture(scope="session")
def toy_plan(toy_tables: RoadTables) -> RoadPlan:
    return road_plan(toy_tables, dt.date(2025, 1, 1))
