"""The shipped demand of Damascus: it fits its network, its assumptions and its size."""

import gzip
import itertools
import re
from pathlib import Path

import pytest

from congestion_lab.demand.assumptions import read_assumptions
from congestion_lab.demand.matrix import morning_matrix
from congestion_lab.demand.zones import read_zones
from congestion_lab.sumo.demandbuild import zone_connectors
from congestion_lab.sumo.demanded import departures
from congestion_lab.sumo.netfile import read_network

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_DEMAND = _DAMASCUS / "demand"
_VARIANTS = ("", "-before-2025")
_LARGEST_BYTES = 1_500_000


def _text(variant: str) -> str:
    return gzip.decompress((_DEMAND / f"am-peak{variant}.rou.xml.gz").read_bytes()).decode()


@pytest.mark.parametrize("variant", _VARIANTS)
def test_every_route_is_a_path_of_its_network(variant: str) -> None:
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    routes = re.findall(r'<route id="\d+" edges="([^"]+)"', _text(variant))
    assert routes
    for route in routes:
        assert all(pair in network.movements for pair in itertools.pairwise(route.split())), route


@pytest.mark.parametrize("variant", _VARIANTS)
def test_departures_follow_the_assumptions(variant: str) -> None:
    assumptions = read_assumptions(_DEMAND / "assumptions.yaml")
    matrix = morning_matrix(read_zones(_DEMAND / "zones.csv"), assumptions)
    profile = assumptions.profile
    path = _DEMAND / f"am-peak{variant}.rou.xml.gz"
    times = departures([path], begin_s=profile.begin_s, end_s=profile.end_s)["demanded_s"]
    counted = ((times - profile.begin_s) // profile.interval_s).value_counts().sort_index()
    assert len(times) == pytest.approx(matrix.total, abs=1)
    expected = [matrix.total * weight / sum(profile.weights) for weight in profile.weights]
    assert counted.to_list() == pytest.approx(expected, abs=2)
    assert path.stat().st_size < _LARGEST_BYTES


@pytest.mark.parametrize("variant", _VARIANTS)
def test_every_zone_sends_and_receives(variant: str) -> None:
    text = _text(variant)
    assumptions = read_assumptions(_DEMAND / "assumptions.yaml")
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    ends = [(route.split()[0], route.split()[-1]) for route in re.findall(r'edges="([^"]+)"', text)]
    first, last = {start for start, _ in ends}, {end for _, end in ends}
    for zone, group in zone_connectors(network, read_zones(_DEMAND / "zones.csv"), assumptions).items():
        assert any(first & set(one.origins) for one in group), zone
        assert any(last & set(one.destinations) for one in group), zone


def test_departures_are_sorted_and_classes_mixed() -> None:
    text = _text("")
    times = [int(time) for time in re.findall(r'depart="(\d+)"', text)]
    assert times == sorted(times)
    assert set(re.findall(r'type="(\w+)"', text)) == {"car", "taxi", "microbus", "bus", "truck"}
