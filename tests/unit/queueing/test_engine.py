import math
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.core.errors import ScenarioError
from congestion_lab.metrics.summary import run_summary
from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.queueing.engine import QueueEngine, require_supported, version_of
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.responsive import responsive
from congestion_lab.signals.schedules.transitions import Procedure
from congestion_lab.simulation.result import RunResult, Status
from congestion_lab.simulation.spec import Changeover, Controller, Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import EMISSIONS, TRIPS
from congestion_lab.simulation.traffic import Traffic
from congestion_lab.sumo.nets.netfile import read_plans
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads


@pytest.fixture
def crossing(tmp_path: Path) -> SimulationInputs:
    net = roads.crossing(tmp_path / "crossing")
    west = roads.flow("west", "west_in east_out", 100, end_s=600)
    south = roads.flow("south", "south_in north_out", 100, end_s=600)
    return roads.inputs(net, roads.routes(tmp_path / "crossing", west, south), end_s=600)


@pytest.fixture
def engine(tmp_path: Path) -> QueueEngine:
    return QueueEngine(partial(read_traffic, cache=tmp_path / "cache"))


@pytest.fixture
def run(engine: QueueEngine, tmp_path: Path) -> Callable[..., RunResult]:
    def call(inputs: SimulationInputs, name: str = "run", **more: object) -> RunResult:
        spec = RunSpec(inputs, 1, engine.name, engine.version, **more)  # type: ignore[arg-type] # keyword by keyword
        return engine.run(spec, tmp_path / name)

    return call


def test_shipped_plans_run_where_none_are_given(run: Callable[..., RunResult], crossing: SimulationInputs) -> None:
    shipped = run(crossing, "shipped").table(TRIPS)
    given = run(crossing, "given", plans=read_plans(crossing.net_file)).table(TRIPS)
    other = run(crossing, "other", plans=roads.with_greens(crossing.net_file, (15.0, 60.0))).table(TRIPS)
    pd.testing.assert_frame_equal(shipped, given)
    assert not shipped.equals(other)


def test_actuated_control_is_that_of_the_responsive_plans(
    run: Callable[..., RunResult], crossing: SimulationInputs
) -> None:
    plans = PlanSet(tuple(responsive(plan, Control.ACTUATED) for plan in read_plans(crossing.net_file)))
    asked = run(crossing, "asked", controller=Controller.ACTUATED).table(TRIPS)
    pd.testing.assert_frame_equal(asked, run(crossing, "given", plans=plans).table(TRIPS))
    assert asked["time_loss_s"].sum() < run(crossing, "fixed").table(TRIPS)["time_loss_s"].sum()


def test_what_only_sumo_can_simulate_is_refused_with_every_reason(
    run: Callable[..., RunResult], crossing: SimulationInputs
) -> None:
    spec = RunSpec(replace(crossing, mesoscopic=True), 1, "queue", "1", controller=Controller.MAX_PRESSURE)
    with pytest.raises(ScenarioError) as refused:
        require_supported(spec)
    assert [fault.key for fault in refused.value.faults] == ["signals.controller", "simulation.mesoscopic"]
    assert all("--engine sumo" in fault.hint for fault in refused.value.faults)
    with pytest.raises(ScenarioError, match="max_pressure"):
        run(crossing, controller=Controller.MAX_PRESSURE)
    plans = read_plans(crossing.net_file)
    with pytest.raises(ScenarioError, match="no changeover"):
        run(crossing, "switched", plans=plans, changeover=Changeover(100, plans, Procedure.SWITCH_POINT))


def test_plans_of_another_control_are_named(run: Callable[..., RunResult], crossing: SimulationInputs) -> None:
    plans = PlanSet(tuple(replace(plan, control=Control.NEMA) for plan in read_plans(crossing.net_file)))
    with pytest.raises(ScenarioError, match=r"plan x.*nema"):
        run(crossing, plans=plans)


def test_programmes_switched_by_the_clock_are_refused(
    run: Callable[..., RunResult], crossing: SimulationInputs, tmp_path: Path
) -> None:
    switched = tmp_path / "waut.add.xml"
    switched.write_text('<additional><WAUT id="w" refTime="0" startProg="0"/></additional>')
    with pytest.raises(ScenarioError, match="WAUT"):
        run(replace(crossing, additional_files=(switched,)))


def test_a_gridlock_ends_with_that_word_and_the_place(run: Callable[..., RunResult], tmp_path: Path) -> None:
    net = roads.ring(tmp_path / "ring")
    jam = run(roads.inputs(net, roads.ring_routes(tmp_path / "ring"), end_s=3600))
    assert jam.status is Status.GRIDLOCK
    assert jam.place in {"ab", "bc", "cd", "da"}
    assert jam.ended_s < 3600
    trips = jam.table(TRIPS)
    inside = trips[trips["departed_s"].notna() & trips["arrived_s"].isna()]
    assert (inside["departed_s"] + inside["duration_s"]).tolist() == pytest.approx([3600] * len(inside))
    assert len(trips) == 3600


def test_a_run_that_moves_names_no_place(run: Callable[..., RunResult], crossing: SimulationInputs) -> None:
    assert run(crossing).place == ""


def test_figures_cope_without_emissions(run: Callable[..., RunResult], crossing: SimulationInputs) -> None:
    result = run(crossing, detail=Detail.FULL)
    assert not result.has(EMISSIONS)
    summary = run_summary(result)
    assert summary.co2_kg is None
    assert math.isfinite(summary.mean_delay_s)
    assert summary.max_queue_m is not None


def test_scenarios_are_read_once_per_process(engine: QueueEngine, crossing: SimulationInputs, tmp_path: Path) -> None:
    seen: list[SimulationInputs] = []

    def read(inputs: SimulationInputs) -> Traffic:
        seen.append(inputs)
        return replace(engine.read(inputs), notes=("half of it is left out",))

    counting = QueueEngine(read)
    for seed in (1, 2, 3):
        spec = RunSpec(crossing, seed, counting.name, counting.version)
        result = counting.run(spec, tmp_path / f"{seed}")
        assert result.notes == ("half of it is left out",)
    assert seen == [crossing]


def test_other_drivers_are_another_version_and_another_run(engine: QueueEngine, crossing: SimulationInputs) -> None:
    slow = QueueEngine(engine.read, Behaviour(headway_factor=1.3))
    assert slow.version != engine.version == version_of(Behaviour())
    digests = {RunSpec(crossing, 1, one.name, one.version).digest for one in (slow, engine)}
    assert len(digests) == 2


def test_an_engine_goes_to_other_processes(engine: QueueEngine) -> None:
    assert pickle.loads(pickle.dumps(engine)) == engine  # noqa: S301 -- our own bytes
