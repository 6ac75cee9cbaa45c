"""The shipped demand of Damascus: it fits its network, its assumptions and its size."""

import gzip
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from congestion_lab.demand.assumptions import Assumptions, read_assumptions
from congestion_lab.demand.matrix import GATE, LOCAL, THROUGH, ODMatrix, morning_matrix
from congestion_lab.demand.zones import read_zones
from congestion_lab.sumo.demandbuild import zone_connectors
from congestion_lab.sumo.demanded import departures
from congestion_lab.sumo.lineroutes import line_courses, line_vehicles
from congestion_lab.sumo.netfile import read_network

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_DEMAND = _DAMASCUS / "demand"
_VARIANTS = ("", "-before-2025")
_LARGEST_BYTES = 1_500_000
_LINE_VEHICLES = 4044  # in the three hours of the model


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
def test_trips_follow_the_assumptions(variant: str) -> None:
    """Lines replace trips of their own classes, so all others tell what the trips were."""
    assumptions = read_assumptions(_DEMAND / "assumptions.yaml")
    matrix = morning_matrix(read_zones(_DEMAND / "zones.csv"), assumptions)
    profile, kept = assumptions.profile, ("car", "taxi", "truck", "motorcycle")
    path = _DEMAND / f"am-peak{variant}.rou.xml.gz"
    trips = departures([path], begin_s=profile.begin_s, end_s=profile.end_s)
    times = trips["demanded_s"][trips["vehicle_class"].isin(kept)]
    counted = ((times - profile.begin_s) // profile.interval_s).value_counts().sort_index()
    expected = _trips_of(kept, matrix, assumptions)
    assert len(times) == pytest.approx(expected, rel=0.01)
    by_interval = [len(times) * weight / sum(profile.weights) for weight in profile.weights]
    assert counted.to_list() == pytest.approx(by_interval, rel=0.04)
    assert len(trips) < matrix.total + _LINE_VEHICLES
    assert path.stat().st_size < _LARGEST_BYTES


def _trips_of(classes: Sequence[str], matrix: ODMatrix, assumptions: Assumptions) -> float:
    shares = {LOCAL: assumptions.shares.local, GATE: assumptions.shares.gate, THROUGH: assumptions.shares.through}
    return sum(
        float(matrix.trips[origin, destination]) * shares[matrix.kind(origin, destination)].value.get(name, 0.0)
        for origin in range(len(matrix.zones))
        for destination in range(len(matrix.zones))
        for name in classes
    )


@pytest.mark.parametrize("variant", _VARIANTS)
def test_lines_are_those_of_the_table(variant: str) -> None:
    assumptions = read_assumptions(_DEMAND / "assumptions.yaml")
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    courses = line_courses(network, _DEMAND, assumptions)
    expected = {one.id: one for course in courses for one in line_vehicles(course, assumptions)}
    routes = dict(re.findall(r'<route id="(\d+)" edges="([^"]+)"', _text(variant)))
    pattern = r'(?m)^<vehicle id="([a-z]\S+)" type="(\w+)" route="(\d+)" depart="(\d+)"(.*)$'
    shipped = re.findall(pattern, _text(variant))
    assert len(shipped) == len(expected) == _LINE_VEHICLES
    for name, kind, route, depart, stops in shipped:
        one = expected[name]
        assert (one.vehicle_class, " ".join(one.links), str(one.depart_s)) == (kind, routes[route], depart)
        stands = re.findall(r'lane="(\S+)_(\d+)" startPos="\S+" endPos="(\S+)" duration="(\d+)"/>', stops)
        made = [
            (stop.place.link, str(stop.place.lane), f"{stop.place.end_m:.1f}", str(stop.duration_s))
            for stop in one.stops
        ]
        assert stands == made, name


@pytest.mark.parametrize("variant", _VARIANTS)
def test_lines_have_plausible_courses(variant: str) -> None:
    """No course turns back or runs around the city, and vehicles stop in the streets that it follows."""
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    for course in line_courses(network, _DEMAND, read_assumptions(_DEMAND / "assumptions.yaml")):
        assert len(set(course.links)) == len(course.links), course.line.id
        assert 2_000 < course.length_m < 12_000, course.line.id
        assert course.length_m / len(course.places) < 1_000, course.line.id
        for place in course.places:
            assert network.links[place.link].has_frontage, course.line.id
            assert 30 <= place.begin_m < place.end_m <= network.links[place.link].length_m - 50, course.line.id


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
    assert set(re.findall(r'type="(\w+)"', text)) == {"car", "taxi", "microbus", "bus", "truck", "motorcycle"}
