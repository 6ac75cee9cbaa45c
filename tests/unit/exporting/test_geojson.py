"""GeoJSON of a network with results, read by the standard library and by Shapely."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from shapely.geometry import shape

from congestion_lab.core.errors import ExperimentError, NetworkError
from congestion_lab.experiments.runset import RunSet
from congestion_lab.exporting.geojson import write_geojson
from congestion_lab.network.geography import plane_position
from congestion_lab.signals.certification.certifying import certify
from congestion_lab.simulation.result import Provenance, RunResult, Status
from congestion_lab.simulation.spec import Controller, SimulationInputs
from congestion_lab.simulation.tables import LINKS, MOVEMENTS
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from tests.roads import crossing

_NET = Path(__file__).parents[3] / "networks" / "damascus" / "damascus.net.xml.gz"
_LINK = "nidal-airport_sign.turn"
_AFTER = "airport_sign-airport_start"


def _run(seed: int, folder: Path, *, speed_mps: float, vehicles: float, delay_s: float) -> RunResult:
    folder.mkdir()
    figures = {"vehicles": vehicles, "sampled_s": 100.0, "speed_mps": speed_mps, "time_loss_s": vehicles * 10.0}
    rest = {"entered": 0.0, "waiting_s": 0.0, "density_vpkm": 0.0, "mean_queue_m": 0.0}
    queue = {"max_queue_m": 20.0 * seed, "spillback_share": 0.25}
    pd.DataFrame([{"link_id": _LINK, **figures, **rest, **queue}]).to_parquet(folder / f"{LINKS.name}.parquet")
    movement = {"from_link": _LINK, "to_link": _AFTER, "vehicles": vehicles, "delay_s": delay_s}
    pd.DataFrame([movement]).to_parquet(folder / f"{MOVEMENTS.name}.parquet")
    made = Provenance("fake", "1", "0", ("fake",), 0.1, 0.1)
    return RunResult("d", "damascus", seed, Status.COMPLETED, 3600, 3600, 0, 0, 0, folder, made)


def _set(folder: Path, net: Path, *results: RunResult) -> RunSet:
    inputs = SimulationInputs("<b>damascus</b>", net, (), (), 0.0, 0.0, 3600.0, 3600.0, digest="x")
    return RunSet("present\u202e", inputs, Controller.PLANS, results)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("geojson")
    runs = [
        _run(1, folder / "1", speed_mps=5.0, vehicles=10.0, delay_s=30.0),
        _run(2, folder / "2", speed_mps=10.0, vehicles=30.0, delay_s=50.0),
    ]
    write_geojson(_set(folder, _NET, *runs), folder / "d.geojson")
    return json.loads((folder / "d.geojson").read_text(encoding="utf-8"))


def _features(document: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    found = (one for one in document["features"] if one["properties"]["kind"] == kind)
    return {one["id"].removeprefix(f"{kind}/"): one for one in found}


def test_it_is_a_feature_collection_of_rfc_7946(document: dict[str, Any]) -> None:
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document, "RFC 7946, section 4: WGS 84 and nothing else"
    assert (document["scenario"], document["label"], document["seeds"]) == ("<b>damascus</b>", "present", [1, 2])
    assert len({one["id"] for one in document["features"]}) == len(document["features"])
    for one in document["features"]:
        assert one["type"] == "Feature"
        assert shape(one["geometry"]).is_valid
        assert {"Point": "intersection", "LineString": "link"}[one["geometry"]["type"]] == one["properties"]["kind"]


def test_positions_are_those_of_the_network_longitude_first(document: dict[str, Any]) -> None:
    network = read_network(_NET)
    place = plane_position(network)
    assert place is not None
    links = _features(document, "link")
    assert set(links) == set(network.links)
    for name, one in links.items():
        for told, point in zip(one["geometry"]["coordinates"], network.links[name].shape, strict=True):
            assert 36 < told[0] < 37
            assert 33 < told[1] < 34
            assert math.dist(place((told[0], told[1])), point) < 0.02
            assert all(round(value, 7) == value for value in told)


def test_roads_tell_names_lanes_and_limits(document: dict[str, Any]) -> None:
    network = read_network(_NET)
    for name, one in _features(document, "link").items():
        link, told = network.links[name], one["properties"]
        assert told["lanes"] == len(link.lanes)
        assert told["speed_limit_kmh"] == pytest.approx(3.6 * link.speed_mps, abs=0.06)
        assert (told["name_en"], told["name_ar"]) == (link.name_en, link.name_ar)
    assert any(one["properties"]["name_ar"] for one in document["features"])


def test_results_are_means_over_the_runs(document: dict[str, Any]) -> None:
    told = _features(document, "link")[_LINK]["properties"]
    assert told["vehicles"] == 20.0
    assert told["speed_kmh"] == 27.0  # space-mean: both runs spent as much time
    assert told["delay_s_per_veh"] == 10.0
    assert told["max_queue_m"] == 30.0
    assert told["spillback_share"] == 0.25
    assert told["approach_delay_s_per_veh"] == 45.0
    assert told["approach_los"] == "D"
    other = _features(document, "link")[_AFTER]["properties"]
    figures = ("vehicles", "speed_kmh", "delay_s_per_veh", "max_queue_m", "approach_delay_s_per_veh", "approach_los")
    assert {other[name] for name in figures} == {None}


def test_intersections_tell_their_plans_and_service(document: dict[str, Any]) -> None:
    intersections = _features(document, "intersection")
    plans = {plan.controller_id: plan for plan in read_plans(_NET)}
    assert set(intersections) == set(plans)
    told = intersections["airport_sign"]["properties"]
    assert told["cycle_s"] == plans["airport_sign"].cycle_s == 120
    assert told["offset_s"] == plans["airport_sign"].offset_s
    assert [phase["green_s"] for phase in told["phases"]] == [68, 40]
    assert (told["vehicles"], told["delay_s_per_veh"], told["los"], told["max_queue_m"]) == (20.0, 45.0, "D", 30.0)
    assert all(one["properties"]["los"] is None for name, one in intersections.items() if name != "airport_sign")


def test_plans_that_are_not_certified_are_marked_where_they_run(document: dict[str, Any]) -> None:
    certificates = {one.controller_id: one for one in certify(read_plans(_NET), read_intersections(_NET))}
    open_plans = {name for name, one in certificates.items() if not one.certified}
    assert open_plans
    assert open_plans < certificates.keys()
    assert document["marking"].startswith(f"NOT CERTIFIED: {len(open_plans)} of {len(certificates)} controllers")
    for name, one in _features(document, "intersection").items():
        told = one["properties"]
        assert told["certified"] is (name not in open_plans)
        assert set(told["open_rules"]) == {each.rule for each in certificates[name].open}


def test_where_traffic_timed_the_signals_no_plan_is_told(tmp_path: Path) -> None:
    run = _run(1, tmp_path / "1", speed_mps=5.0, vehicles=10.0, delay_s=30.0)
    runs = replace(_set(tmp_path, _NET, run), controller=Controller.MAX_PRESSURE)
    write_geojson(runs, tmp_path / "d.geojson")
    document = json.loads((tmp_path / "d.geojson").read_text(encoding="utf-8"))
    assert document["controller"] == "max_pressure"
    assert document["marking"].startswith("NOT CERTIFIED: traffic timed the signals")
    told = _features(document, "intersection")["airport_sign"]["properties"]
    assert not {"cycle_s", "certified"} & told.keys()
    assert told["delay_s_per_veh"] == 30.0


def test_a_network_on_a_plane_is_refused(tmp_path: Path) -> None:
    run = _run(1, tmp_path / "1", speed_mps=5.0, vehicles=10.0, delay_s=30.0)
    with pytest.raises(NetworkError, match="no geographic projection"):
        write_geojson(_set(tmp_path, crossing(tmp_path), run), tmp_path / "d.geojson")


def test_a_set_without_a_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="no run of"):
        write_geojson(_set(tmp_path, _NET), tmp_path / "d.geojson")
