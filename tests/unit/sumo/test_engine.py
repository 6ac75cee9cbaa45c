import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError, NetworkError, RunTimeoutError, SumoFailedError
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Controller, Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import EMISSIONS, LINKS, MOVEMENTS, TRIPS
from congestion_lab.sumo.running.engine import SumoEngine
from congestion_lab.sumo.running.stepping import free_port
from tests import roads

ENGINE = SumoEngine()


def run(scenario: SimulationInputs, folder: Path, engine: SumoEngine = ENGINE, **more: object) -> RunResult:
    return engine.run(RunSpec(scenario, 1, engine.name, engine.version, **more), folder)  # type: ignore[arg-type]


@pytest.fixture
def scenario(tmp_path: Path) -> SimulationInputs:
    net = roads.crossing(tmp_path / "crossing")
    lines = (
        roads.flow("west", "west_in east_out", 60, end_s=400),
        roads.flow("south", "south_in north_out", 40, end_s=400),
    )
    return roads.inputs(net, roads.routes(tmp_path / "crossing", *lines), end_s=600)


def published(folder: Path, name: str, begin_s: float) -> SimulationInputs:
    """A benchmark scenario of one hour."""
    net, demand = folder / name / f"{name}.net.xml.gz", folder / name / f"{name}.rou.xml.gz"
    return replace(
        roads.inputs(net, demand, end_s=begin_s + 3600), begin_s=begin_s, analysis_begin_s=begin_s, name=name
    )


def test_a_route_on_a_link_that_is_not_there_fails_with_sumos_words(scenario: SimulationInputs, tmp_path: Path) -> None:
    wrong = roads.routes(tmp_path, roads.flow("f", "nowhere", 3, end_s=9))
    with pytest.raises(SumoFailedError, match="'nowhere' within the route"):
        run(replace(scenario, route_files=(wrong,)), tmp_path / "run")
    with pytest.raises(SumoFailedError, match="nowhere"):
        run(replace(scenario, route_files=(wrong,)), tmp_path / "run", controller=Controller.MAX_PRESSURE)
    assert list((tmp_path / "run").iterdir()) == []


def test_vehicles_that_an_unsorted_file_loses_are_a_fault(scenario: SimulationInputs, tmp_path: Path) -> None:
    trip = '<trip id="v{0}" depart="{0}" from="west_in" to="east_out"/>'
    demand = roads.routes(tmp_path, trip.format(300), trip.format(20))
    with pytest.raises(DemandError, match="sort the route files"):
        run(replace(scenario, route_files=(demand,)), tmp_path / "run")


def test_a_run_is_killed_when_its_time_is_up(scenario: SimulationInputs, tmp_path: Path) -> None:
    with pytest.raises(RunTimeoutError, match=r"longer than 0\.05 s"):
        run(replace(scenario, end_s=1e7), tmp_path / "run", timeout_s=0.05)


def test_warm_up_is_in_the_table_but_not_in_the_objective(scenario: SimulationInputs, tmp_path: Path) -> None:
    result = run(replace(scenario, analysis_begin_s=195), tmp_path / "run")
    trips = result.table(TRIPS)
    assert len(trips) == 100
    late = trips[trips["demanded_s"] >= 195]
    assert mean_delay_s(trips, 195) == pytest.approx((late["time_loss_s"] + late["depart_delay_s"]).mean())
    assert len(late) == 50


def test_scale_multiplies_demand(scenario: SimulationInputs, tmp_path: Path) -> None:
    assert len(run(replace(scenario, scale=1.5), tmp_path / "run").table(TRIPS)) == 150


def test_who_is_demanded_at_the_horizon_is_no_longer_demanded(scenario: SimulationInputs, tmp_path: Path) -> None:
    one = '<vehicle id="v{0}" depart="{0}"><route edges="west_in east_out"/></vehicle>'
    demand = roads.routes(tmp_path, *(one.format(number / 10) for number in range(0, 401, 7)), one.format(40))
    result = run(replace(scenario, route_files=(demand,), end_s=40, step_s=0.1), tmp_path / "run")
    demanded = result.table(TRIPS)["demanded_s"]
    assert demanded.to_list() == [number / 10 for number in range(0, 400, 7)]


def test_jitter_makes_seeds_differ_in_demand(scenario: SimulationInputs, tmp_path: Path) -> None:
    plain = run(scenario, tmp_path / "plain").table(TRIPS).set_index("vehicle_id")["demanded_s"]
    moved = run(replace(scenario, depart_jitter_s=30), tmp_path / "moved").table(TRIPS).set_index("vehicle_id")
    shift = moved["demanded_s"] - plain
    assert shift.min() >= 0
    assert 10 < shift.mean() < 20
    assert shift.max() <= 30


def test_people_on_foot_do_not_stop_the_vehicles_from_being_counted(tmp_path: Path) -> None:
    net = roads.road(tmp_path)
    walker = '<person id="p" depart="1"><walk from="main" to="main" arrivalPos="500"/></person>'
    demand = roads.routes(tmp_path, roads.flow("f", "main", 1, end_s=1), walker)
    trips = run(roads.inputs(net, demand, end_s=900), tmp_path / "run", detail=Detail.FULL).table(TRIPS)
    assert list(trips["vehicle_id"]) == ["f.0"]
    assert trips["arrived_s"].notna().all()


def test_the_shipped_plan_written_out_changes_nothing(scenario: SimulationInputs, tmp_path: Path) -> None:
    same = roads.with_greens(scenario.net_file, (42.0, 42.0))
    shipped = run(scenario, tmp_path / "shipped").table(TRIPS)
    assert run(scenario, tmp_path / "same", plans=same).table(TRIPS).equals(shipped)


@pytest.mark.parametrize("controller", [Controller.ACTUATED, Controller.DELAY_BASED, Controller.MAX_PRESSURE])
def test_responsive_control_beats_a_plan_that_waits_for_nobody(
    scenario: SimulationInputs, tmp_path: Path, controller: Controller
) -> None:
    fixed = mean_delay_s(run(scenario, tmp_path / "fixed").table(TRIPS), 0)
    assert mean_delay_s(run(scenario, tmp_path / "responsive", controller=controller).table(TRIPS), 0) < 0.8 * fixed


def test_stepping_by_traci_gives_what_libsumo_gives(bench_folder: Path, tmp_path: Path) -> None:
    scenario = replace(published(bench_folder, "cologne3", 25200), end_s=26400)
    inside = run(scenario, tmp_path / "libsumo", controller=Controller.MAX_PRESSURE, detail=Detail.FULL)
    remote = SumoEngine(port=free_port())
    outside = run(scenario, tmp_path / "traci", remote, controller=Controller.MAX_PRESSURE, detail=Detail.FULL)
    for table in (TRIPS, LINKS, MOVEMENTS, EMISSIONS):
        assert inside.table(table).equals(outside.table(table))


@pytest.mark.parametrize(
    ("name", "controller", "published_s", "band_s"),
    [
        ("cologne3", Controller.PLANS, 36.1, 1.2),
        ("ingolstadt1", Controller.PLANS, 29.7, 1.1),
        ("ingolstadt1", Controller.ACTUATED, 19.8, 0.9),
        ("ingolstadt1", Controller.MAX_PRESSURE, 14.7, 0.9),
    ],
)
def test_published_figures_are_reproduced(
    bench_folder: Path, tmp_path: Path, *, name: str, controller: Controller, published_s: float, band_s: float
) -> None:
    scenario = published(bench_folder, name, {"cologne3": 25200, "ingolstadt1": 57600}[name])
    specs = [RunSpec(scenario, seed, ENGINE.name, ENGINE.version, controller=controller) for seed in (1, 2, 3)]
    tables = [ENGINE.run(spec, tmp_path / str(spec.seed)).table(TRIPS) for spec in specs]
    delays = [mean_delay_s(table, scenario.begin_s) for table in tables]
    assert sum(delays) / len(delays) == pytest.approx(published_s, abs=band_s)


def test_a_closed_link_turns_away_only_whom_it_concerns(tmp_path: Path) -> None:
    net = roads.ring(tmp_path)
    demand = roads.routes(
        tmp_path,
        '<route id="round" edges="Aa ab bc cC"/>',
        '<vehicle id="named" depart="0" route="round"/>',
        '<vehicle id="through" depart="5"><route edges="Aa ab bB"/></vehicle>',
        '<vehicle id="elsewhere" depart="10"><route edges="Cc cd dD"/></vehicle>',
    )
    scenario = roads.inputs(net, demand, end_s=400)
    with pytest.raises(SumoFailedError, match="no valid route"):  # a one-way ring has no second way
        run(replace(scenario, closed_links=("bc",)), tmp_path / "cut")
    open_links = run(scenario, tmp_path / "open", detail=Detail.FULL).table(LINKS).set_index("link_id")["vehicles"]
    assert open_links[["ab", "bc", "cd"]].tolist() == [2, 1, 1]


def test_a_closed_link_is_driven_round(bench_folder: Path, tmp_path: Path) -> None:
    net, demand = (bench_folder / "grid4x4" / name for name in ("grid4x4.net.xml.gz", "grid4x4_1.rou.xml.gz"))
    scenario = roads.inputs(net, demand, end_s=900)
    before = run(scenario, tmp_path / "open", detail=Detail.FULL)
    after = run(replace(scenario, closed_links=("B1B2",)), tmp_path / "closed", detail=Detail.FULL)
    vehicles = [one.table(LINKS).set_index("link_id")["vehicles"]["B1B2"] for one in (before, after)]
    assert vehicles[0] >= 10
    assert vehicles[1] == 0
    assert len(before.table(TRIPS)) == len(after.table(TRIPS))


def test_a_link_is_closed_also_in_a_network_that_stands_on_one_line(tmp_path: Path) -> None:
    net = roads.ring(tmp_path)
    net.write_text(net.read_text().replace("\n", " "))
    demand = roads.routes(tmp_path, '<vehicle id="v" depart="0"><route edges="Aa ab bB"/></vehicle>')
    scenario = roads.inputs(net, demand, end_s=100)
    run(replace(scenario, closed_links=("cd",)), tmp_path / "elsewhere")
    with pytest.raises(SumoFailedError, match="no valid route"):
        run(replace(scenario, closed_links=("ab",)), tmp_path / "on the way")


def test_closing_what_is_not_there_or_where_trips_end_names_every_fault(
    scenario: SimulationInputs, tmp_path: Path
) -> None:
    with pytest.raises(NetworkError, match=r"no link 'nope' to close(.|\n)*no link 'nor this'"):
        run(replace(scenario, closed_links=("nope", "nor this")), tmp_path / "run")
    with pytest.raises(DemandError, match="1 vehicles or flows start, call or end on a closed link: west"):
        run(replace(scenario, closed_links=("east_out",)), tmp_path / "run")


def test_outputs_that_break_off_are_a_failed_run(
    scenario: SimulationInputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(command: tuple[str, ...], log: Path, **_: float) -> None:
        log.write_text("Warning: something")
        (log.parent / "statistics.xml").write_text("<statistics><perf")

    monkeypatch.setattr("congestion_lab.sumo.running.engine.drive", full_disk)
    with pytest.raises(SumoFailedError, match=r"outputs are incomplete; is there room on the disk\?"):
        run(scenario, tmp_path / "run")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the child through /proc")
def test_a_killed_sumo_is_a_failed_run(scenario: SimulationInputs, tmp_path: Path) -> None:
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")

    def is_sumo(child: str) -> bool:
        return "bin/sumo" in Path(f"/proc/{child}/cmdline").read_text().split("\0")[0]

    def kill_sumo() -> None:
        while not (found := [child for child in children.read_text().split() if is_sumo(child)]):
            time.sleep(0.01)
        time.sleep(0.1)
        os.kill(int(found[0]), signal.SIGKILL)

    killer = threading.Thread(target=kill_sumo)
    killer.start()
    with pytest.raises(SumoFailedError, match="ended with code -9"):
        run(replace(scenario, end_s=1e8), tmp_path / "run")
    killer.join()
