"""Stops on the way, in both engines: what they take is no loss, and who is held up behind them loses that time."""

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.demand.trips.assumptions import read_assumptions
from congestion_lab.demand.trips.vehicles import VehicleClass
from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import LINKS, TRIPS
from congestion_lab.sumo.demand.lineroutes import line_courses, line_vehicles
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.routes.routefile import Placement, write_routes
from congestion_lab.sumo.running.engine import SumoEngine
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import junctions, roads
from tests.junctions import Street

_DWELL_S = 20.0
_SPEED_MPS = 13.89
_BRAKES_AND_STARTS_S = _SPEED_MPS / 2 * (1 / 4.5 + 1 / 2.6)  # of SUMO's passenger car, against driving on
_CALM_MICROBUS = VehicleClass("microbus", "delivery", 1.6, 5.0, 2.0, 2.0, 4.0, 0.0, 1.2, (1.0, 0.0))
_ASSUMPTIONS = read_assumptions(Path(__file__).parents[2] / "networks/damascus/demand/am-peak.yaml")
_STOP = f'<stop lane="mid_0" startPos="285" endPos="300" duration="{_DWELL_S:g}"{{}}/>'


@pytest.fixture(params=["sumo", "queue"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "sumo":
        return SumoEngine()
    return QueueEngine(lambda given: read_traffic(given, cache=tmp_path / "cache"))


def street(folder: Path, stop: str, *, end_s: float = 600.0) -> SimulationInputs:
    """A street of one lane on which a microbus stops with a car close behind, and later a car drives alone."""
    nodes = {"a": (0.0, 0.0), "b": (600.0, 0.0), "c": (1200.0, 0.0), "d": (1500.0, 0.0)}
    links = {"first": Street("a", "b"), "mid": Street("b", "c"), "last": Street("c", "d")}
    net = junctions.built(folder, nodes, links)
    drivers = (("microbus", 10, stop), ("behind", 14, ""), ("alone", 200, ""))
    lines = (
        f'<vehicle id="{name}" type="car" depart="{depart_s}" departSpeed="max">'
        f'<route edges="first mid last"/>{calls}</vehicle>'
        for name, depart_s, calls in drivers
    )
    return roads.inputs(net, roads.routes(folder, roads.EVEN_DRIVER, *lines), end_s=end_s)


def run(engine: Engine, inputs: SimulationInputs, folder: Path) -> RunResult:
    result = engine.run(RunSpec(inputs, 1, engine.name, engine.version, detail=Detail.FULL), folder)
    assert isinstance(result, RunResult)
    return result


def by_vehicle(result: RunResult) -> pd.DataFrame:
    return result.table(TRIPS).set_index("vehicle_id")


def test_a_stop_takes_its_dwell_and_is_no_loss(engine: Engine, tmp_path: Path) -> None:
    trips = by_vehicle(run(engine, street(tmp_path, _STOP.format("")), tmp_path / "run"))
    took_s = trips["duration_s"]["microbus"] - trips["duration_s"]["alone"]
    assert took_s == pytest.approx(_DWELL_S + _BRAKES_AND_STARTS_S, abs=1.0)
    assert trips["time_loss_s"]["microbus"] == pytest.approx(0.0, abs=0.5)
    assert trips["time_loss_s"]["alone"] == pytest.approx(0.0, abs=0.5)


def test_who_is_behind_a_stopped_vehicle_loses_its_dwell(engine: Engine, tmp_path: Path) -> None:
    """Four seconds behind it, the gap can shrink to about one and a half: the rest of the stop is lost."""
    result = run(engine, street(tmp_path, _STOP.format("")), tmp_path / "run")
    lost_s = by_vehicle(result)["time_loss_s"]["behind"]
    assert lost_s == pytest.approx(_DWELL_S + _BRAKES_AND_STARTS_S - 2.5, abs=1.5)
    links = result.table(LINKS).set_index("link_id")
    assert links["time_loss_s"]["last"] == pytest.approx(0.0, abs=1.0)
    assert links["time_loss_s"]["mid"] > lost_s - 1.0


def test_without_the_stop_nobody_loses(engine: Engine, tmp_path: Path) -> None:
    trips = by_vehicle(run(engine, street(tmp_path, ""), tmp_path / "run"))
    assert trips["time_loss_s"].to_list() == pytest.approx([0.0, 0.0, 0.0], abs=0.5)


def test_a_run_that_ends_during_the_stop_counts_no_loss(engine: Engine, tmp_path: Path) -> None:
    """The microbus stands from about second 77 to 97."""
    trips = by_vehicle(run(engine, street(tmp_path, _STOP.format(""), end_s=85.0), tmp_path / "run"))
    assert trips["time_loss_s"]["microbus"] == pytest.approx(0.0, abs=1.0)


def test_a_line_takes_its_dwell_times_and_loses_nothing(engine: Engine, tmp_path: Path) -> None:
    """From the table of lines to the route file to the engine: on an empty street only the stops take time."""
    profile = _ASSUMPTIONS.profile
    nodes = {"a": (0.0, 0.0), "b": (300.0, 0.0), "c": (1300.0, 0.0), "d": (2300.0, 0.0), "e": (2600.0, 0.0)}
    net = junctions.built(tmp_path, nodes, {f"{one}{two}": Street(one, two) for one, two in pairwise("abcde")})
    row = "main,Main,الرئيسي,microbus,a e,12,C,assumed"
    heading = "id,name_en,name_ar,class,course,vph,confidence,source"
    (tmp_path / "lines.csv").write_text(f"{heading}\n{row}\n", encoding="utf-8")
    (course,) = line_courses(read_network(net), tmp_path, _ASSUMPTIONS)
    vehicles = [*line_vehicles(course, _ASSUMPTIONS)]
    assert sum(len(one.stops) for one in vehicles) > 50
    routes = tmp_path / "lines.rou.xml"
    write_routes(routes, vehicles, [_CALM_MICROBUS], Placement())
    period = {"begin_s": profile.begin_s, "analysis_begin_s": profile.begin_s}
    trips = by_vehicle(run(engine, roads.inputs(net, routes, end_s=profile.end_s + 600, **period), tmp_path / "run"))
    swing_s = _SPEED_MPS / 2 * (1 / _CALM_MICROBUS.accel_mps2 + 1 / _CALM_MICROBUS.decel_mps2)
    for one in vehicles:
        trip, dwell_s = trips.loc[one.id], sum(stop.duration_s + swing_s for stop in one.stops)
        assert trip["duration_s"] == pytest.approx(trip["distance_m"] / _SPEED_MPS + dwell_s, abs=1.0 + len(one.stops))
        assert trip["time_loss_s"] == pytest.approx(0.0, abs=1.0)


def test_in_a_bay_it_holds_nobody_up_in_sumo(tmp_path: Path) -> None:
    bay = street(tmp_path, _STOP.format(' parking="true"'))
    trips = by_vehicle(run(SumoEngine(), bay, tmp_path / "run"))
    assert trips["time_loss_s"]["behind"] == pytest.approx(0.0, abs=1.0)
    assert "1 stops beside the road are taken as stops on it" in read_traffic(bay, cache=tmp_path / "cache").notes
