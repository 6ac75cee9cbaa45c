from pathlib import Path

import pytest

from congestion_lab.demand.trips.zones import read_zones
from congestion_lab.experiments.zoning import zoning_of
from congestion_lab.scenarios.schema import load_scenario

_ROOT = Path(__file__).parents[3]


def test_a_whole_network_has_the_zones_of_its_folder() -> None:
    zoning = zoning_of(load_scenario(_ROOT / "scenarios/damascus-am-peak.yaml"))
    zones = read_zones(_ROOT / "networks/damascus/demand/zones.csv")
    found = set(zoning.of_link.values())
    assert found >= {zone.id for zone in zones if zone.is_gate}
    assert {zone.id for zone in zones} - found <= {
        "tadamon",
        "dummar_project",
    }  # all of their streets serve neighbours too
    assert zoning.why_none == ""


@pytest.mark.parametrize("name", ["damascus-centre-am-peak", "damascus-centre-am-peak-before-2025"])
def test_an_area_has_none_although_its_folder_does(name: str) -> None:
    zoning = zoning_of(load_scenario(_ROOT / f"scenarios/{name}.yaml"))
    assert (zoning.of_link, zoning.why_none) == ({}, "the demand of an area has no zones, as trips enter it anywhere")
