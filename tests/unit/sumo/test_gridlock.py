from pathlib import Path

import pytest

from congestion_lab.simulation.result import Status
from congestion_lab.simulation.spec import Controller, Detail, RunSpec
from congestion_lab.simulation.tables import LINKS, MOVEMENTS, TRIPS
from congestion_lab.sumo.running.engine import SumoEngine
from congestion_lab.sumo.running.gridlock import Moment, gridlock_time_s, moments
from tests import roads


def standing(*times_s: float, inserted: int = 50, arrived: int = 10, **more: int) -> list[Moment]:
    state = {"waiting": 5, "running": 40, "halting": 40, "stopped": 0} | more
    return [Moment(time, inserted, arrived, **state) for time in times_s]


def test_standing_for_the_patience_is_gridlock() -> None:
    assert gridlock_time_s(standing(0, 60, 120, 180, 240, 300, 360), patience_s=300) == 300


@pytest.mark.parametrize(
    "interruption",
    [
        standing(180, halting=39),
        standing(180, arrived=11),
        standing(180, inserted=51),
        standing(180, running=0, halting=0),
        standing(180, stopped=1),
        standing(180, waiting=0),
    ],
)
def test_anything_that_moves_starts_the_clock_anew(interruption: list[Moment]) -> None:
    seen = [*standing(0, 60, 120), *interruption, *standing(240, 300, 360, 420)]
    assert gridlock_time_s(seen, patience_s=300) is None


def test_moments_are_read_from_the_summary_and_nothing_else() -> None:
    lines = [
        b"<summary>\n",
        (
            b'    <step time="60.00" loaded="9" inserted="5" running="3" waiting="1" ended="2" arrived="2" halting="1" '
            b'stopped="0" duration="7"/>\n'
        ),
    ]
    assert list(moments(lines)) == [Moment(60.0, 5, 2, 1, 3, 1, 0)]


@pytest.mark.parametrize("controller", [Controller.PLANS, Controller.MAX_PRESSURE])
def test_a_gridlock_is_ended_and_counted_to_the_horizon(tmp_path: Path, controller: Controller) -> None:
    scenario = roads.inputs(roads.ring(tmp_path), roads.ring_routes(tmp_path), end_s=3600)
    engine = SumoEngine()
    spec = RunSpec(scenario, 1, engine.name, engine.version, controller=controller)
    results = [engine.run(spec, tmp_path / name) for name in ("one", "two")]
    assert [result.status for result in results] == [Status.GRIDLOCK] * 2
    assert results[0].ended_s == results[1].ended_s < 1200
    first, second = (result.table(TRIPS).set_index("vehicle_id").sort_index() for result in results)
    assert len(first) == 3600, "all demanded vehicles count, also those that were never loaded"
    assert first.equals(second), "the moment at which SUMO is stopped must not show"
    outside = first[first["departed_s"].isna()]
    assert (outside["demanded_s"] + outside["depart_delay_s"] == 3600).all()
    inside = first[first["departed_s"].notna() & first["arrived_s"].isna()]
    assert (inside["departed_s"] + inside["duration_s"] - 3600).abs().max() <= 1


def test_a_gridlock_counts_as_if_it_had_been_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = roads.inputs(roads.ring(tmp_path), roads.ring_routes(tmp_path, vehicles=225, end_s=900), end_s=900)
    one = SumoEngine()
    spec = RunSpec(scenario, 1, one.name, one.version)
    stopped = one.run(spec, tmp_path / "stopped")
    monkeypatch.setattr("congestion_lab.sumo.running.engine.PATIENCE_S", 1e6)
    waited = one.run(spec, tmp_path / "waited")
    assert (stopped.status, waited.status) == (Status.GRIDLOCK, Status.COMPLETED)
    counted = ["demanded_s", "depart_delay_s", "time_loss_s", "duration_s", "waiting_s"]
    early, late = (run.table(TRIPS).set_index("vehicle_id").sort_index()[counted] for run in (stopped, waited))
    assert ((early - late).abs().max() < 1).all()
    assert len(early) == len(late) == 900


def test_one_who_is_stuck_alone_does_not_keep_later_ones_from_driving(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path)
    red = tmp_path / "red.add.xml"
    program = '<tlLogic id="x" type="static" programID="red"><phase duration="9" state="GGrr"/></tlLogic>'
    red.write_text(f"<additional>{program}</additional>")
    vehicle = '<vehicle id="{0}" depart="{0}"><route edges="{1}"/></vehicle>'
    streets = ("west_in east_out", "south_in north_out")
    for stuck, free in (streets, streets[::-1]):
        demand = roads.routes(tmp_path, vehicle.format(0, stuck), *(vehicle.format(at, free) for at in (600, 1200)))
        scenario = roads.inputs(net, demand, end_s=1500, additional_files=(red,))
        engine = SumoEngine()
        result = engine.run(RunSpec(scenario, 1, engine.name, engine.version), tmp_path / stuck)
        assert result.status is Status.COMPLETED


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_a_gridlock_counts_scaled_flows(tmp_path: Path, scale: float) -> None:
    scenario = roads.inputs(roads.ring(tmp_path), roads.ring_routes(tmp_path), end_s=3600, scale=scale)
    engine = SumoEngine()
    result = engine.run(RunSpec(scenario, 1, engine.name, engine.version), tmp_path / "run")
    assert result.status is Status.GRIDLOCK
    assert len(result.table(TRIPS)) == 3600 * scale


def test_a_standstill_that_teleports_will_end_is_no_gridlock(tmp_path: Path) -> None:
    demand = roads.ring_routes(tmp_path, vehicles=225, end_s=900)
    scenario = roads.inputs(roads.ring(tmp_path), demand, end_s=1800, teleport_s=1000)
    engine = SumoEngine()
    result = engine.run(RunSpec(scenario, 1, engine.name, engine.version), tmp_path / "run")
    assert result.status is Status.COMPLETED
    assert result.teleports > 0


@pytest.mark.parametrize(("patience_s", "passed"), [(None, False), (30.0, True)])
def test_drivers_find_a_way_past_a_blocked_junction(tmp_path: Path, patience_s: float | None, passed: bool) -> None:  # noqa: FBT001
    demand = roads.routes(
        tmp_path,
        '<vehicle id="broken" depart="0"><route edges="west_in east_out"/>'
        '<stop lane="east_out_0" endPos="6" duration="900"/></vehicle>',
        '<vehicle id="behind" depart="3"><route edges="west_in east_out"/></vehicle>',
        '<vehicle id="crossing" depart="120"><route edges="south_in north_out"/></vehicle>',
    )
    net = roads.crossing(tmp_path, "--default.junctions.keep-clear", "false")
    scenario = roads.inputs(net, demand, end_s=600, blocked_junction_s=patience_s)
    engine = SumoEngine()
    trips = engine.run(RunSpec(scenario, 1, engine.name, engine.version), tmp_path / "run").table(TRIPS)
    arrived = trips.set_index("vehicle_id")["arrived_s"].notna()
    assert arrived["crossing"] == passed
    assert not arrived["behind"]


@pytest.mark.parametrize("analysis_begin_s", [0.0, 300.0, 2000.0])
def test_a_gridlock_has_all_tables_even_before_the_analysis(tmp_path: Path, analysis_begin_s: float) -> None:
    demand = roads.ring_routes(tmp_path)
    scenario = roads.inputs(roads.ring(tmp_path), demand, end_s=3600, analysis_begin_s=analysis_begin_s)
    engine = SumoEngine()
    result = engine.run(RunSpec(scenario, 1, engine.name, engine.version, detail=Detail.FULL), tmp_path / "run")
    assert result.status is Status.GRIDLOCK
    links = result.table(LINKS).set_index("link_id")
    assert len(links) == 12
    measured = analysis_begin_s < result.ended_s
    assert (links.loc["ab", "density_vpkm"] > 100) == measured
    assert (links.loc["ab", "spillback_share"] > 0.5) == measured
    assert result.table(MOVEMENTS).empty == (not measured)
