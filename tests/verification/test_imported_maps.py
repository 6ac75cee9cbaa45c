"""Real maps, imported without hand work: they can be driven everywhere, their signals are safe, and traffic runs."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.imports import an_hour, imported
from congestion_lab.network.checks import connected
from congestion_lab.network.overlaps import overlaps
from congestion_lab.signals.safety.rules import ERROR
from congestion_lab.signals.safety.rules import check as check_plans
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans

# Ranges hold as long as netconvert reads the maps about as today; they would notice half a town being lost.
TOWNS = {
    "volos.osm.xml.gz": (100, 140, range(24, 32)),
    "cairo_nasr_city.osm.xml.gz": (210, 250, range(1, 10)),
    "istanbul_kadikoy.osm.xml.gz": (14, 20, range(1, 4)),
}


Found = dict[str, Any]


@pytest.fixture(scope="module")
def towns(osm_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Found, Path]]:
    """What was found in each town, and its net."""
    folder = tmp_path_factory.mktemp("towns")
    return {name: (imported(osm_folder / name, folder / name), folder / name / "roads.net.xml.gz") for name in TOWNS}


@pytest.mark.parametrize("name", TOWNS)
def test_a_real_map_becomes_a_network_without_errors(towns: dict[str, tuple[Found, Path]], name: str) -> None:
    least_km, most_km, signals = TOWNS[name]
    found, net = towns[name]
    network = read_network(net)
    assert list(connected(network)) == []
    assert list(overlaps(network)) == []
    assert found["severities"]["error"] == 0
    assert least_km < found["counts"]["road_km"] < most_km
    assert len(network.controllers) in signals
    breaches = check_plans(read_plans(net), read_intersections(net))
    assert [breach for breach in breaches if breach.severity == ERROR] == []


def test_what_the_maps_are_known_for_is_found(towns: dict[str, tuple[Found, Path]]) -> None:
    volos, cairo, kadikoy = (towns[name][0]["by_rule"] for name in TOWNS)
    assert volos["restrictions_dropped"] == 3, "bans that lead over a way"
    assert volos["signals_lost"] > 5, "signals at the edge of the extract"
    assert cairo["signals_guessed"] > 0, "no signal is mapped"
    assert "signals_lost" not in cairo
    assert kadikoy["one_lane_two_way"] == 3
    assert "signals_guessed" not in kadikoy


def test_an_hour_of_traffic_runs_on_a_real_map(towns: dict[str, tuple[Found, Path]]) -> None:
    """On the smallest only: `python -m benchmarks imports` runs the hour on all of them."""
    hour = an_hour(towns["istanbul_kadikoy.osm.xml.gz"][1])
    assert hour.demanded > 1000
    assert hour.arrived == hour.demanded
    assert hour.teleports == 0
