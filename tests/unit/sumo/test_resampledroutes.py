from pathlib import Path

import numpy as np
import pytest

from congestion_lab.simulation.resampling import copy_names, resampled
from congestion_lab.simulation.spec import RunSpec, SimulationInputs
from congestion_lab.simulation.traffic import Traffic
from congestion_lab.sumo.demand.resampledroutes import Resampling, write_resampled
from congestion_lab.sumo.demand.sightings import simulated_sightings
from congestion_lab.sumo.files.records import records
from congestion_lab.sumo.installation import version
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads

_TYPES = '<vType id="slow" maxSpeed="8"/>'
_NAMED = '<route id="across" edges="s1 n1"><stop edge="n1" duration="5"/></route>'
_FLOW = (
    '<flow id="f" type="slow" begin="0" end="100" number="4" departLane="best" color="red">'
    '<route edges="w1 w2 w3"/></flow>'
)
_BUS = '<vehicle id="bus" depart="50" route="across"/>'
_PART = '<vehicle id="part" depart="60" departEdge="1"><route edges="w1 w2 w3"/></vehicle>'
_TRIP = '<trip id="t" depart="70" from="s2" to="n2" departSpeed="max"/>'


@pytest.fixture
def inputs(tmp_path: Path) -> SimulationInputs:
    net = roads.avenue(tmp_path)
    demand = roads.routes(tmp_path, _TYPES, _NAMED, _FLOW, _BUS, _PART, _TRIP)
    return roads.inputs(net, demand, end_s=600.0)


def _resampling(traffic: Traffic, source: list[str], copy: list[int], departs_s: list[float]) -> Resampling:
    index, number = np.array([traffic.demand.vehicle_ids.index(name) for name in source]), np.array(copy)
    names = copy_names(traffic.demand.vehicle_ids, index, number)
    return Resampling(traffic.demand, traffic.roads.link_ids, index, names, np.array(departs_s))


def test_what_is_written_reads_back_as_the_same_demand(inputs: SimulationInputs, tmp_path: Path) -> None:
    traffic = read_traffic(inputs, cache=tmp_path / "cache")
    source, copy = ["f.0", "f.0", "bus", "part", "t", "t"], [0, 1, 0, 0, 0, 1]
    departs = [0.0, 12.5, 50.0, 60.0, 70.0, 80.0]
    target = tmp_path / "new" / "demand.rou.xml.gz"
    write_resampled(target, inputs, _resampling(traffic, source, copy, departs))
    first = target.read_bytes()
    write_resampled(target, inputs, _resampling(traffic, source, copy, departs))
    assert target.read_bytes() == first

    made = roads.inputs(inputs.net_file, target, end_s=600.0)
    back = read_traffic(made, cache=tmp_path / "cache").demand
    wanted = resampled(
        traffic.demand, _resampling(traffic, source, copy, departs).source, np.array(copy), np.array(departs)
    )
    assert back.vehicle_ids == wanted.vehicle_ids == ("f.0", "f.0+1", "bus", "part", "t", "t+1")
    assert back.demanded_s.tolist() == departs
    assert back.stop_s.tolist() == wanted.stop_s.tolist() == [5.0]
    for number, route in enumerate(back.route.tolist()):
        other = int(wanted.route[number])
        links = back.route_links[back.route_offsets[route] : back.route_offsets[route + 1]]
        theirs = wanted.route_links[wanted.route_offsets[other] : wanted.route_offsets[other + 1]]
        assert links.tolist() == theirs.tolist()
    kept = {one.get("id"): one for one in records(target, ("vehicle", "trip"), roots=(), error=ValueError)}  # type: ignore[arg-type]
    assert kept["f.0+1"].get("color") == "red"
    assert (kept["f.0"].get("type"), kept["t+1"].get("departSpeed"), kept["t"].tag) == ("slow", "max", "trip")


def test_sumo_drives_what_was_written_and_is_looked_at(inputs: SimulationInputs, tmp_path: Path) -> None:
    traffic = read_traffic(inputs, cache=tmp_path / "cache")
    target = tmp_path / "demand.rou.xml"
    write_resampled(
        target, inputs, _resampling(traffic, ["f.0", "f.0", "bus", "t"], [0, 1, 0, 0], [0.0, 10.0, 50.0, 70.0])
    )
    spec = RunSpec(roads.inputs(inputs.net_file, target, end_s=600.0), 1, "sumo", version())
    seen, jammed = simulated_sightings(spec)
    assert not jammed
    assert seen.vehicles == 4
    assert "slow" in seen.kinds
    passed = [
        (seen.links[link], seen.links[onto] if onto >= 0 else "")
        for link, onto in zip(seen.link, seen.onto, strict=True)
    ]
    assert passed.count(("w1", "w2")) == 2
    assert passed.count(("s2", "n2")) == 1
    assert passed.count(("n1", "")) == 1
    assert (seen.left_s > 0).all()


def test_copies_get_names_that_nobody_has() -> None:
    assert copy_names(("a", "a+1"), np.array([0, 0, 1]), np.array([0, 1, 2])) == ("a", "a++1", "a+1++2")
