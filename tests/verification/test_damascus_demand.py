"""The shipped demand of Damascus: it fits its network, its assumptions and its size."""

import gzip
import itertools
import re
from pathlib import Path

import pytest

from congestion_lab.demand.assumptions import model_names, read_model
from congestion_lab.demand.matrix import period_matrix
from congestion_lab.demand.zones import read_zones
from congestion_lab.sumo.demandbuild import build, zone_connectors
from congestion_lab.sumo.demanded import departures
from congestion_lab.sumo.netfile import read_network

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_DEMAND = _DAMASCUS / "demand"
_MODELS = model_names(_DAMASCUS)
_SHIPPED = [*((model, "") for model in _MODELS), ("am-peak", "-before-2025")]
_WAYS = (("work", "toward"), ("work", "homeward"), ("visits", "toward"), ("visits", "homeward"))
_LARGEST_BYTES = 1_000_000


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
def test_departures_follow_the_assumptions(model: str, variant: str) -> None:
    assumptions = read_model(_DAMASCUS, model)
    matrix = period_matrix(read_zones(_DEMAND / "zones.csv"), assumptions)
    profile = assumptions.profile
    path = _DEMAND / f"{model}{variant}.rou.xml.gz"
    times = departures([path], begin_s=profile.begin_s, end_s=profile.end_s)["demanded_s"]
    counted = ((times - profile.begin_s) // profile.interval_s).value_counts().sort_index()
    assert len(times) == pytest.approx(matrix.total, abs=1)
    expected = [matrix.total * weight / sum(profile.weights) for weight in profile.weights]
    assert counted.to_list() == pytest.approx(expected, abs=2)
    assert path.stat().st_size < _LARGEST_BYTES


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
    assert set(re.findall(r'type="(\w+)"', text)) == {"car", "taxi", "microbus", "bus", "truck"}


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
    built = build(_DAMASCUS, model, target=tmp_path / "built.rou.xml.gz")
    assert built.read_bytes() == (_DEMAND / f"{model}.rou.xml.gz").read_bytes()
