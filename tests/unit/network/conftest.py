import datetime as dt
import importlib.util
from pathlib import Path

import pytest

from congestion_lab.network.expansion import road_plan
from congestion_lab.network.roadtables import read_road_tables

_SPEC = importlib.util.spec_from_file_location("authored", Path(__file__).with_name("authored.py"))
authored = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(authored)


@pytest.fixture
def toy():
    """The toy model's parts: manifest, tables and a writer."""
    return authored


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory):
    return authored.written(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def toy_tables(toy_folder):
    return read_road_tables(toy_folder)


@pytest.fixture(scope="session")
def toy_plan(toy_tables):
    return road_plan(toy_tables, dt.date(2025, 1, 1))
