"""SUMO switches a small town as predicted, and a recording that says otherwise is found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from congestion_lab.experiments.executor import LocalExecutor
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.store import RunStore
from congestion_lab.experiments.switchcheck import SwitchCheck, switch_check
from congestion_lab.experiments.transitioncost import (
    NEW,
    OLD,
    ONCE,
    POINT,
    Switchover,
    finished_seeds,
    transition_cost,
)
from congestion_lab.signals.plan import Interval, PlanSet
from congestion_lab.signals.retiming import shifted
from congestion_lab.signals.schedules.transitions import Procedure, transition
from congestion_lab.simulation.result import RunResult, write_table
from congestion_lab.simulation.spec import Changeover, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import DISPLAYS, TRIPS
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans
from congestion_lab.sumo.running.engine import SumoEngine
from tests import roads

_BEGIN_S, _AT_S = 26_000, 26_517


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> SimulationInputs:
    """A quarter of an hour of an avenue with two signals; it does not begin at midnight."""
    folder = tmp_path_factory.mktemp("town")
    net = roads.avenue(folder)
    lines = [
        f'<flow id="{name}" begin="{_BEGIN_S}" end="{_BEGIN_S + 900}" number="{number}" departLane="best">'
        f'<route edges="{links}"/></flow>'
        for name, links, number in (("avenue", "w1 w2 w3", 150), ("first", "s1 n1", 60), ("second", "s2 n2", 60))
    ]
    times = {"begin_s": _BEGIN_S, "analysis_begin_s": _BEGIN_S + 60}
    return roads.inputs(net, roads.routes(folder, *lines), end_s=_BEGIN_S + 1200, **times)


@pytest.fixture(scope="module")
def switch(town: SimulationInputs) -> Switchover:
    """From the network's plans to longer cycles with other offsets."""
    old = shifted(read_plans(town.net_file), 11.0)
    longer = roads.with_greens(town.net_file, (51.0, 25.0))
    new = PlanSet(tuple(replace(plan, offset_s=13.0 * number) for number, plan in enumerate(longer, 1)))
    return Switchover(old, new, _AT_S, 300, Procedure.SWITCH_POINT)


@pytest.fixture(scope="module")
def runs(
    town: SimulationInputs, switch: Switchover, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, dict[str, RunResult]]:
    store = RunStore(tmp_path_factory.mktemp("store"))
    with LocalExecutor(SumoEngine(), store, 1) as executor:
        runner = Runner(executor)
        specs = {1: switch.specs(runner, town, 1)}
        outcomes = runner.run_all([*specs[1].values()])
    return finished_seeds(specs, outcomes)


def _checked(
    town: SimulationInputs, switch: Switchover, run: RunResult, procedure: Procedure = Procedure.SWITCH_POINT
) -> SwitchCheck:
    sites = read_intersections(town.net_file)
    return switch_check(switch, procedure, [run], sites, begin_s=town.begin_s, step_s=town.step_s)


@pytest.mark.parametrize("procedure", Procedure)
def test_sumo_shows_every_second_what_is_predicted(
    procedure: Procedure, town: SimulationInputs, switch: Switchover, runs: dict[int, dict[str, RunResult]]
) -> None:
    found = _checked(town, switch, runs[1][procedure.value], procedure)
    assert found.departures == ()
    assert found.conflicts == ()
    assert (found.controllers, found.as_predicted, found.runs) == (2, 2, 1)
    made = [
        transition(old, new, site, at_s=_AT_S, procedure=procedure)
        for old, new, site in zip(switch.old, switch.new, read_intersections(town.net_file), strict=True)
    ]
    begun = [each.at_s + each.wait_s for each in made]
    assert found.begun_s == (min(begun), max(begun))
    assert found.unsafe == sum(bool(each.breaches) for each in made)
    if procedure is Procedure.SWITCH_POINT:
        assert all(each.wait_s > 0 and each.stretch_s > 0 for each in made)


@pytest.mark.parametrize("procedure", Procedure)
@pytest.mark.parametrize("at_s", [*range(_AT_S + 3, _AT_S + 93, 10)])
def test_wherever_in_the_cycles_the_switch_is_asked_for(
    procedure: Procedure, at_s: int, town: SimulationInputs, switch: Switchover, tmp_path: Path
) -> None:
    later = replace(switch, at_s=at_s)
    found = _checked(town, later, _switched(later, replace(town, end_s=at_s + 400.0), tmp_path, procedure), procedure)
    assert (found.as_predicted, found.departures, found.conflicts) == (2, (), ())


@pytest.mark.parametrize("procedure", Procedure)
def test_controllers_that_keep_their_plan_and_half_second_steps(
    procedure: Procedure, town: SimulationInputs, switch: Switchover, tmp_path: Path
) -> None:
    (kept, _), (_, changed) = switch.old, switch.new
    mixed = replace(switch, new=PlanSet((kept, changed)))
    halved = replace(town, step_s=0.5, end_s=_AT_S + 400.0)
    found = _checked(halved, mixed, _switched(mixed, halved, tmp_path, procedure), procedure)
    assert (found.as_predicted, found.departures, found.conflicts) == (2, (), ())


@pytest.mark.parametrize("procedure", Procedure)
@pytest.mark.parametrize("offsets_s", [(0.5, 0.5), (0.0, 0.5), (0.3, 0.0)])
def test_offsets_between_steps_are_kept_to_a_step(
    procedure: Procedure,
    offsets_s: tuple[float, float],
    town: SimulationInputs,
    switch: Switchover,
    tmp_path: Path,
) -> None:
    old, new = (shifted(plans, offset) for plans, offset in zip((switch.old, switch.new), offsets_s, strict=True))
    fine, short = replace(switch, old=old, new=new), replace(town, end_s=_AT_S + 400.0)
    found = _checked(short, fine, _switched(fine, short, tmp_path, procedure), procedure)
    assert (found.as_predicted, found.departures, found.conflicts) == (2, (), ())


def test_a_plan_that_goes_on_is_no_transition(
    town: SimulationInputs, switch: Switchover, runs: dict[int, dict[str, RunResult]]
) -> None:
    quick = [replace(plan, intervals=tuple(map(_hasty, plan.intervals))) for plan in switch.old]
    kept = replace(switch, old=PlanSet(tuple(quick)), new=PlanSet(tuple(quick)))
    changed = replace(kept, new=PlanSet(tuple(shifted(kept.old, 1.0))))
    found = [_checked(town, each, runs[1][POINT]) for each in (kept, changed)]
    assert [each.unsafe for each in found] == [0, 2]


def _hasty(interval: Interval) -> Interval:
    return interval if any(aspect.is_green for aspect in interval.aspects) else replace(interval, duration_s=1.0)


def _switched(switch: Switchover, town: SimulationInputs, folder: Path, procedure: Procedure) -> RunResult:
    engine = SumoEngine()
    changeover = Changeover(switch.at_s, switch.new, procedure)
    spec = RunSpec(town, 1, engine.name, engine.version, plans=switch.old, changeover=changeover)
    return engine.run(spec, folder / "run")


def test_up_to_the_switch_all_runs_of_the_old_plans_are_equal(runs: dict[int, dict[str, RunResult]]) -> None:
    kept, points, once = (runs[1][side].table(TRIPS).set_index("vehicle_id") for side in (OLD, POINT, ONCE))
    over = kept.index[kept["arrived_s"] <= _AT_S]
    assert len(over) > 50
    for switched in (points, once):
        pd.testing.assert_frame_equal(switched.loc[over], kept.loc[over])
        assert not np.array_equal(switched["time_loss_s"].loc[kept.index], kept["time_loss_s"])


def test_the_cost_of_a_switch_comes_from_the_same_vehicles(
    switch: Switchover, runs: dict[int, dict[str, RunResult]]
) -> None:
    found = transition_cost(switch, runs)
    assert found.unmatched == 0
    assert [one.minute for one in found.minutes] == list(range(-5, 5))
    early = found.minutes[0].delay_s
    assert early[OLD] == early[POINT] == early[ONCE] != early[NEW]


def _tampered(run: RunResult, folder: Path, change: str) -> RunResult:
    rows = run.table(DISPLAYS)
    begun = rows["plans"].eq("after") & rows["controller_id"].eq("x")
    if change == "later":
        rows.loc[begun & (rows["begin_s"] == rows.loc[begun, "begin_s"].min()), "begin_s"] += 2
    elif change == "never":
        rows = rows[~begun]
    elif change == "conflict":
        first = rows.index[begun][0]
        rows.loc[first, "aspects"] = " ".join("green" for _ in rows.loc[first, "aspects"].split())
    folder.mkdir()
    write_table(folder, DISPLAYS, rows)
    return replace(run, folder=folder)


@pytest.mark.parametrize(
    "told",
    [
        {"later": ["the new plan began at", "showed something else"]},
        {"never": ["never began", "showed something else"]},
        {"conflict": ["showed something else"]},
    ],
    ids=lambda told: next(iter(told)),
)
def test_a_recording_that_departs_is_told_with_its_place(
    told: dict[str, list[str]],
    town: SimulationInputs,
    switch: Switchover,
    runs: dict[int, dict[str, RunResult]],
    tmp_path: Path,
) -> None:
    ((change, words),) = told.items()
    found = _checked(town, switch, _tampered(runs[1][POINT], tmp_path / "run", change))
    assert (found.controllers, found.as_predicted) == (2, 1)
    assert len(found.departures) == len(words)
    assert all(word in text for word, text in zip(words, found.departures, strict=True))
    assert all(text.startswith("seed 1, x: ") for text in found.departures)
    assert bool(found.conflicts) == (change == "conflict")
    assert all("had green together" in text for text in found.conflicts)


def test_a_run_that_ended_before_the_switch_proves_nothing(
    town: SimulationInputs, switch: Switchover, runs: dict[int, dict[str, RunResult]]
) -> None:
    found = _checked(town, switch, replace(runs[1][POINT], ended_s=_AT_S - 100))
    assert found.as_predicted == 0
    assert all("the run ended at 07:20:17, before the new plan was to begin" in text for text in found.departures)
