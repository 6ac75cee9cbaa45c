"""The shipped demand of Damascus: it fits its network, its assumptions and its size."""

import gzip
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from congestion_lab.demand.trips.assumptions import Assumptions, model_names, read_model
from congestion_lab.demand.trips.matrix import GATE, LOCAL, THROUGH, ODMatrix, period_matrix
from congestion_lab.demand.trips.zones import read_zones
from congestion_lab.sumo.demand.demandbuild import build, zone_connectors
from congestion_lab.sumo.demand.lineroutes import line_courses, line_vehicles
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.routes.demanded import departures

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_DEMAND = _DAMASCUS / "demand"
_MODELS = model_names(_DAMASCUS)
_SHIPPED = [*((model, "") for model in _MODELS), ("am-peak", "-before-2025")]
_WAYS = (("work", "toward"), ("work", "homeward"), ("visits", "toward"), ("visits", "homeward"))
_LARGEST_BYTES = 1_500_000


def _text(model: str, variant: str) -> str:
    return gzip.decompress((_DEMAND / f"{model}{variant}.rou.xml.gz").read_bytes()).decode()


def test_a_model_is_shipped_for_each_time_of_day() -> None:
    assert set(_MODELS) == {"am-peak", "midday", "pm-peak", "evening", "friday"}
    assert {path.name for path in _DEMAND.glob("*.rou.xml.gz")} == {f"{m}{v}.rou.xml.gz" for m, v in _SHIPPED}


@pytest.mark.parametrize(("model", "variant"), _SHIPPED)
def test_every_route_is_a_path_of_its_network(model: str, variant: str) -> None:
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    routes = re.findall(r'<route id="\d+" edges="([^"]+)"', _text(model, variant))
    assert routes
    for route in routes:
        assert all(pair in network.movements for pair in itertools.pairwise(route.split())), route


@pytest.mark.parametrize(("model", "variant"), _SHIPPED)
def test_trips_follow_the_assumptions(model: str, variant: str) -> None:
    """Lines replace trips of their own classes, so all others tell what the trips were."""
    assumptions = read_model(_DAMASCUS, model)
    matrix = period_matrix(read_zones(_DEMAND / "zones.csv"), assumptions)
    profile, kept = assumptions.profile, ("car", "taxi", "truck", "motorcycle")
    path = _DEMAND / f"{model}{variant}.rou.xml.gz"
    trips = departures([path], begin_s=profile.begin_s, end_s=profile.end_s)
    times = trips["demanded_s"][trips["vehicle_class"].isin(kept)]
    counted = ((times - profile.begin_s) // profile.interval_s).value_counts().sort_index()
    expected = _trips_of(kept, matrix, assumptions)
    assert len(times) == pytest.approx(expected, rel=0.01)
    by_interval = [len(times) * weight / sum(profile.weights) for weight in profile.weights]
    assert counted.to_list() == pytest.approx(by_interval, rel=0.04)
    lines = int(trips["vehicle_id"].str.contains("-").sum())
    assert len(trips) < matrix.total + lines
    assert path.stat().st_size < _LARGEST_BYTES


def _trips_of(classes: Sequence[str], matrix: ODMatrix, assumptions: Assumptions) -> float:
    shares = {LOCAL: assumptions.shares.local, GATE: assumptions.shares.gate, THROUGH: assumptions.shares.through}
    return sum(
        float(matrix.trips[origin, destination]) * shares[matrix.kind(origin, destination)].value.get(name, 0.0)
        for origin in range(len(matrix.zones))
        for destination in range(len(matrix.zones))
        for name in classes
    )


@pytest.mark.parametrize(("model", "variant"), _SHIPPED)
def test_lines_are_those_of_the_table(model: str, variant: str) -> None:
    assumptions = read_model(_DAMASCUS, model)
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    courses = line_courses(network, _DEMAND, assumptions)
    expected = {one.id: one for course in courses for one in line_vehicles(course, assumptions)}
    routes = dict(re.findall(r'<route id="(\d+)" edges="([^"]+)"', _text(model, variant)))
    pattern = r'(?m)^<vehicle id="([a-z]\S+)" type="(\w+)" route="(\d+)" depart="(\d+)"(.*)$'
    shipped = re.findall(pattern, _text(model, variant))
    assert len(shipped) == len(expected) > 0
    for name, kind, route, depart, stops in shipped:
        one = expected[name]
        assert (one.vehicle_class, " ".join(one.links), str(one.depart_s)) == (kind, routes[route], depart)
        stands = re.findall(r'lane="(\S+)_(\d+)" startPos="\S+" endPos="(\S+)" duration="(\d+)"/>', stops)
        made = [
            (stop.place.link, str(stop.place.lane), f"{stop.place.end_m:.1f}", str(stop.duration_s))
            for stop in one.stops
        ]
        assert stands == made, name


@pytest.mark.parametrize(("model", "variant"), _SHIPPED)
def test_lines_have_plausible_courses(model: str, variant: str) -> None:
    """No course turns back or runs around the city, and vehicles stop in the streets that it follows."""
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    for course in line_courses(network, _DEMAND, read_model(_DAMASCUS, model)):
        assert len(set(course.links)) == len(course.links), course.line.id
        assert 2_000 < course.length_m < 12_000, course.line.id
        assert course.length_m / len(course.places) < 1_000, course.line.id
        for place in course.places:
            assert network.links[place.link].has_frontage, course.line.id
            assert 30 <= place.begin_m < place.end_m <= network.links[place.link].length_m - 50, course.line.id


@pytest.mark.parametrize(("model", "variant"), _SHIPPED)
def test_every_zone_sends_and_receives(model: str, variant: str) -> None:
    text = _text(model, variant)
    assumptions = read_model(_DAMASCUS, model)
    network = read_network(_DAMASCUS / f"damascus{variant}.net.xml.gz")
    ends = [(route.split()[0], route.split()[-1]) for route in re.findall(r'edges="([^"]+)"', text)]
    first, last = {start for start, _ in ends}, {end for _, end in ends}
    for zone, group in zone_connectors(network, read_zones(_DEMAND / "zones.csv"), assumptions).items():
        assert any(first & set(one.origins) for one in group), zone
        assert any(last & set(one.destinations) for one in group), zone


@pytest.mark.parametrize("model", _MODELS)
def test_departures_are_sorted_and_classes_mixed(model: str) -> None:
    text = _text(model, "")
    times = [int(time) for time in re.findall(r'depart="(\d+)"', text)]
    assert times == sorted(times)
    assert set(re.findall(r'type="(\w+)"', text)) == {"car", "taxi", "microbus", "bus", "truck", "motorcycle"}


def test_mornings_load_toward_the_centre_and_afternoons_away_from_it() -> None:
    zones = read_zones(_DEMAND / "zones.csv")
    central = [k for k, zone in enumerate(zones) if zone.id in {"saroja", "qanawat", "baramkeh", "government"}]
    for model, inward in (("am-peak", True), ("pm-peak", False)):
        trips = period_matrix(zones, read_model(_DAMASCUS, model)).trips
        into, out_of = trips[:, central].sum(), trips[central].sum()
        assert (into if inward else out_of) > 1.5 * (out_of if inward else into), model


@pytest.mark.parametrize("model", _MODELS)
def test_the_guide_gives_the_figures_of_the_models(model: str) -> None:
    lines = (_DEMAND / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"| `{model}` | "))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assumptions = read_model(_DAMASCUS, model)
    figures = [getattr(getattr(assumptions, purpose), way).value for purpose, way in _WAYS]
    assert [float(cell) for cell in cells[2:6]] == figures
    zones = read_zones(_DEMAND / "zones.csv")
    hours = {
        name: period_matrix(zones, one).total * one.profile.peak_hour_share()
        for name, one in (("am-peak", read_model(_DAMASCUS, "am-peak")), (model, assumptions))
    }
    assert cells[6] == f"{100 * hours[model] / hours['am-peak']:.0f} %"


@pytest.mark.parametrize("model", ["am-peak", "pm-peak"])
def test_the_shipped_vehicles_are_those_that_the_model_builds(model: str, tmp_path: Path) -> None:
    built = build(_DAMASCUS, model, target=tmp_path / "built.rou.xml.gz").routes
    assert built.read_bytes() == (_DEMAND / f"{model}.rou.xml.gz").read_bytes()
