"""A switch is compared vehicle by vehicle with runs that do not switch."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.experiments.executor import LocalExecutor
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.store import RunStore
from congestion_lab.experiments.transitioncost import (
    NEW,
    OLD,
    ONCE,
    POINT,
    SIDES,
    Cost,
    Switchover,
    TransitionCost,
    finished_seeds,
    transition_cost,
)
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.schedules.transitions import Procedure
from congestion_lab.simulation.result import Failure, Provenance, RunResult, Status, write_table
from congestion_lab.simulation.tables import TRIPS
from tests.fakes import FakeEngine, inputs
from tests.unit.signals.test_schedule import DAY, NIGHT

_AT_S = 1000
_WINDOW_S = 120
Delays = Mapping[str, tuple[float, float]]  # by vehicle: wanted departure, delay


def _switch(procedure: Procedure = Procedure.SWITCH_POINT, at_s: int = _AT_S) -> Switchover:
    return Switchover(PlanSet((NIGHT,)), PlanSet((DAY,)), at_s, _WINDOW_S, procedure)


def _run(folder: Path, delays: Delays, seed: int = 1, unfinished: frozenset[str] = frozenset()) -> RunResult:
    rows = [
        dict.fromkeys(TRIPS.names, 0.0)
        | {"vehicle_id": name, "vehicle_class": "car", "demanded_s": demanded, "time_loss_s": lost - 1}
        | {"depart_delay_s": 1.0, "arrived_s": float("nan") if name in unfinished else 3000.0}
        for name, (demanded, lost) in delays.items()
    ]
    folder.mkdir(parents=True)
    write_table(folder, TRIPS, pd.DataFrame(rows))
    provenance = Provenance("fake", "1", "0", ("fake",), 0.1, 0.1)
    return RunResult("d", "toy", seed, Status.COMPLETED, 3600, 3600, 0, 0, 0, folder, provenance)


_TIMES = {"early": 700, "before": 890, "late": 950, "after": 1000, "last": 1119, "beyond": 1120}


def _delays(*delays: float) -> Delays:
    return {name: (time, delay) for (name, time), delay in zip(_TIMES.items(), delays, strict=True)}


@pytest.fixture
def found(tmp_path: Path) -> TransitionCost:
    runs = {
        OLD: _run(tmp_path / "old", _delays(99, 20, 20, 30, 30, 99)),
        NEW: _run(tmp_path / "new", _delays(99, 8, 8, 10, 10, 99)),
        POINT: _run(tmp_path / "points", _delays(99, 20, 24, 45, 12, 99), unfinished=frozenset({"last", "early"})),
        ONCE: _run(tmp_path / "once", _delays(99, 20, 20, 32, 12, 99)),
    }
    return transition_cost(_switch(), {1: runs})


def _cost(found: TransitionCost, base: str, side: str) -> Cost:
    (one,) = [each for each in found.costs if (each.base, each.side) == (base, side)]
    return one


def test_vehicles_of_the_window_count_and_no_others(found: TransitionCost) -> None:
    assert found.vehicles == {1: 4}
    assert found.unmatched == 0
    assert found.delay_s == {OLD: {1: 25.0}, NEW: {1: 9.0}, POINT: {1: 25.25}, ONCE: {1: 21.0}}
    assert found.unserved == {OLD: 0.0, NEW: 0.0, POINT: 1.0, ONCE: 0.0}
    assert found.collisions == {OLD: 0, NEW: 0, POINT: 0, ONCE: 0}


def test_a_switch_is_held_against_both_plan_sets_and_against_one_at_once(found: TransitionCost) -> None:
    assert [(one.base, one.side) for one in found.costs] == [(OLD, NEW), (OLD, POINT), (NEW, POINT), (ONCE, POINT)]
    against_old, transition = _cost(found, OLD, POINT), _cost(found, ONCE, POINT)
    assert against_old.delay_s.mean == pytest.approx(0.25)
    assert (against_old.later_veh, against_old.earlier_veh) == (1, 1)  # 4 s are not noticed, 15 and 18 s are
    assert transition.delay_s.mean == pytest.approx(4.25)
    assert transition.total_h.mean == pytest.approx(17 / 3600)
    assert (transition.later_veh, transition.earlier_veh) == (1, 0)


def test_minutes_count_from_the_switch(found: TransitionCost) -> None:
    told = {one.minute: (one.vehicles, one.delay_s[POINT], one.transition_s.mean) for one in found.minutes}
    assert told == {-2: (1, 20.0, 0.0), -1: (1, 24.0, 4.0), 0: (1, 45.0, 13.0), 1: (1, 12.0, 0.0)}


def test_several_seeds_give_intervals_and_the_schedules_own_procedure_is_judged(tmp_path: Path) -> None:
    def runs(seed: int, more: float) -> dict[str, RunResult]:
        sides = {OLD: 20.0, NEW: 10.0, POINT: 15.0 + more, ONCE: 15.0}
        return {
            side: _run(tmp_path / f"{side}{seed}", _delays(*[delay] * 6), seed=seed) for side, delay in sides.items()
        }

    several = {1: runs(1, 2.0), 2: runs(2, 4.0)}
    several[2][ONCE] = replace(several[2][ONCE], collisions=3)
    found = transition_cost(_switch(Procedure.IMMEDIATE), several)
    assert found.collisions == {OLD: 0, NEW: 0, POINT: 0, ONCE: 3}
    transition = _cost(found, ONCE, POINT).delay_s
    assert (transition.seeds, transition.mean) == ((1, 2), 3.0)
    assert transition.low == pytest.approx(3 - 12.706, abs=0.001)  # t of one degree of freedom, standard error 1
    assert not transition.significant
    assert _cost(found, NEW, ONCE).delay_s.significant


def test_vehicles_that_not_every_run_has_are_left_out_and_counted(tmp_path: Path) -> None:
    whole = _delays(1, 2, 3, 4, 5, 6)
    fewer = {name: value for name, value in whole.items() if name != "late"}
    runs = {
        OLD: _run(tmp_path / "old", whole),
        NEW: _run(tmp_path / "new", fewer),
        POINT: _run(tmp_path / "points", whole),
        ONCE: _run(tmp_path / "once", whole),
    }
    found = transition_cost(_switch(), {1: runs})
    assert (found.unmatched, found.vehicles) == (1, {1: 3})


def test_a_window_without_vehicles_is_named(tmp_path: Path) -> None:
    runs = {side: _run(tmp_path / side, {"early": (10.0, 1.0)}) for side in SIDES}
    with pytest.raises(DemandError, match=r"nobody wants to depart within 120 s of the switch \(seeds 1\)"):
        transition_cost(_switch(), {1: runs})


def test_runs_of_a_seed_differ_in_their_plans_only_and_each_has_a_digest_of_its_own(tmp_path: Path) -> None:
    with LocalExecutor(FakeEngine(tmp_path), RunStore(tmp_path / "store"), 1) as executor:
        runner = Runner(executor)
        specs, later = (_switch(at_s=at_s).specs(runner, inputs(), 7) for at_s in (_AT_S, _AT_S + 1))
    assert tuple(specs) == SIDES
    assert {(spec.seed, spec.inputs.digest) for spec in specs.values()} == {(7, inputs().digest)}
    assert len({spec.digest for spec in specs.values()}) == len(SIDES)
    assert [spec.digest == later[side].digest for side, spec in specs.items()] == [True, True, False, False]


def test_a_seed_of_which_a_side_failed_is_left_out(tmp_path: Path) -> None:
    with LocalExecutor(FakeEngine(tmp_path), RunStore(tmp_path / "store"), 1) as executor:
        runner = Runner(executor)
        specs = {seed: _switch().specs(runner, inputs(), seed) for seed in (1, 2)}
        outcomes = runner.run_all([spec for sides in specs.values() for spec in sides.values()])
    lost = specs[2][POINT].digest
    failure = Failure(lost, "toy", 2, "SumoFailedError", "no")
    found = finished_seeds(specs, [failure if one.digest == lost else one for one in outcomes])
    assert list(found) == [1]
    assert {side: run.digest for side, run in found[1].items()} == {side: specs[1][side].digest for side in SIDES}
