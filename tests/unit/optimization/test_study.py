"""A whole study on an engine whose delays a formula gives: what it writes, and that it goes on when interrupted."""

import json
import math
import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import pytest
from numpy.typing import NDArray

from congestion_lab.core.errors import EngineError, ExperimentError, ScenarioError
from congestion_lab.core.geometry import Turn
from congestion_lab.experiments.executor import LocalExecutor, OnDone, simulate
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.runset import load_run_set
from congestion_lab.experiments.spec import Experiment, load_experiment
from congestion_lab.experiments.store import RunStore
from congestion_lab.network.model import Network
from congestion_lab.optimization.search.budget import Clock
from congestion_lab.optimization.search.fastmodel import Observed
from congestion_lab.optimization.study.plans import Signals
from congestion_lab.optimization.study.simulating import Progress
from congestion_lab.optimization.study.study import run_study
from congestion_lab.optimization.study.studysummary import StudySummary
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import read_plan_file
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.result import Outcome, Provenance, RunResult, Status
from congestion_lab.simulation.spec import Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import MOVEMENTS, TRIPS

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
RUNS = 24  # of the search; enough for all that a study does, few enough for a quick test
INPUTS = SimulationInputs("toy", Path("net.xml"), (), (), 0.0, 0.0, 3600.0, 3600.0, digest="toy")


def plan(controller: str) -> SignalPlan:
    intervals = (Interval(20, (G, R)), Interval(3, (Y, R)), Interval(54, (R, G)), Interval(3, (R, Y)))
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    return SignalPlan(controller, "0", Control.FIXED, 0.0, groups, intervals)


def site(controller: str) -> Intersection:
    heads = tuple(SignalHead(index, f"{controller}{index}", 0, "out", Turn.STRAIGHT, 13.9, 20.0) for index in (0, 1))
    return Intersection(controller, controller, "", heads, frozenset({(0, 1)}), frozenset())


SIGNALS = Signals(PlanSet((plan("c0"), plan("c1"))), (site("c0"), site("c1")), Network({}, {}, ()))


@dataclass(frozen=True)
class FormulaEngine:
    """Delay is the distance of first greens from 50 s, plus what the seed adds.

    Attributes:
        flat: Whether every plan gives the same delay.
        failing: Seeds whose runs fail.
        fails_above_s: First green of the first plan above which runs fail.
        jams_above_s: First green of the first plan above which the network locks up.
        wall_s: Time that every run says it took.
    """

    flat: bool = False
    failing: frozenset[int] = frozenset()
    fails_above_s: float = math.inf
    jams_above_s: float = math.inf
    wall_s: float = 0.01
    name: str = "formula"
    version: str = "1"

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        if spec.seed in self.failing:
            raise EngineError("this seed fails")
        greens = [0.0] if spec.plans is None else [one.intervals[0].duration_s for one in spec.plans]
        if greens[0] > self.fails_above_s:
            raise EngineError("this plan fails")
        jammed = greens[0] > self.jams_above_s
        delay = 20.0 + (0 if self.flat else sum(abs(green - 50) for green in greens)) + spec.seed % 7 / 10
        if spec.plans is not None and not self.flat:  # no two plans do exactly the same
            delay += 1e-8 * sum((number + 1) * (one.offset_s + one.cycle_s) for number, one in enumerate(spec.plans))
        delay += 1000.0 * jammed
        row = dict.fromkeys(TRIPS.names, 0.0) | {"vehicle_id": "v", "vehicle_class": "car", "time_loss_s": delay}
        TRIPS.conform(pd.DataFrame([row])).to_parquet(folder / "trips.parquet")
        if spec.detail is not Detail.TRIPS:
            moves = [
                {"from_link": f"c{number}{index}", "to_link": "out", "vehicles": 300.0, "delay_s": 1.0}
                for number in (0, 1)
                for index in (0, 1)
            ]
            MOVEMENTS.conform(pd.DataFrame(moves)).to_parquet(folder / "movements.parquet")
        provenance = Provenance(self.name, self.version, "0", ("formula",), self.wall_s, 0.1)
        return RunResult(
            digest=spec.digest,
            scenario=spec.inputs.name,
            seed=spec.seed,
            status=Status.GRIDLOCK if jammed else Status.COMPLETED,
            ended_s=3600.0,
            horizon_s=3600.0,
            analysis_begin_s=0.0,
            teleports=0,
            collisions=0,
            folder=folder,
            provenance=provenance,
        )


@dataclass
class InProcess:
    """An executor without processes that can be interrupted after a number of runs."""

    engine: Engine
    store: RunStore
    stop_after: int = 10**9
    workers: int = 1
    made: list[str] = field(default_factory=list)
    details: list[tuple[PlanSet | None, int, Detail]] = field(default_factory=list)

    def run(self, specs: Sequence[RunSpec], on_done: OnDone) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        for spec in specs:
            if len(self.made) >= self.stop_after:
                raise KeyboardInterrupt
            self.made.append(spec.digest)
            self.details.append((spec.plans, spec.seed, spec.detail))
            outcomes[spec.digest] = simulate(self.engine, self.store, spec)
            on_done(spec, outcomes[spec.digest])
        return outcomes


def experiment(folder: Path, **search: object) -> Experiment:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.yaml").touch()
    settings = ", ".join(f"{key}: {value}" for key, value in {"sumo_runs": RUNS, **search}.items())
    text = f"name: toy-study\nscenario: toy.yaml\nsearch: {{{settings}}}\nconfirm: {{seeds: [11, 12, 13]}}\n"
    (folder / "experiment.yaml").write_text(text)
    return load_experiment(folder / "experiment.yaml")


def studied(folder: Path, executor: InProcess, **search: object) -> StudySummary:
    return run_study(experiment(folder, **search), INPUTS, SIGNALS, runner=Runner(executor), folder=folder)


def executor(folder: Path, engine: FormulaEngine | None = None, stop_after: int = 10**9) -> InProcess:
    return InProcess(engine or FormulaEngine(), RunStore(folder / "runs"), stop_after)


def history(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "history.json").read_text())["candidates"])


@dataclass(frozen=True)
class Finished:
    folder: Path
    made: tuple[str, ...]
    summary: StudySummary


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A study that ran through; tests only look at it."""
    folder = tmp_path_factory.mktemp("finished")
    runs = executor(folder)
    summary = studied(folder, runs)
    return Finished(folder, tuple(runs.made), summary)


def test_a_study_finds_confirms_and_writes_a_better_plan(finished: Finished) -> None:
    folder, summary = finished.folder, finished.summary
    assert summary.improved
    written = json.loads((folder / "summary.json").read_text())
    assert written["sumo_runs"] == summary.sumo_runs <= RUNS
    assert set(written["search"]["present"]) == set(written["search"]["best"]) == {"1", "2", "3"}
    assert set(written["confirmation"]["present"]) == set(written["confirmation"]["best"]) == {"11", "12", "13"}
    assert written["confirmation"]["difference"]["n"] == 3
    assert written["confirmation"]["difference"]["high"] < 0
    proposed = read_plan_file(folder / "best-plan.json").plans
    assert {plan.program_id for plan in proposed} == {"proposed"}
    assert [replace(plan, program_id="0") for plan in proposed] == [
        replace(plan, program_id="0") for plan in summary.best_plans
    ]
    assert read_plan_file(folder / "present-plan.json").plans == SIGNALS.present
    assert [result.seed for result in load_run_set(folder / "best").results] == [11, 12, 13]
    assert len(load_run_set(folder / "present").results) == 3


def test_every_run_of_the_search_is_counted(finished: Finished) -> None:
    """Beside the search there are six runs: two plans on three seeds of the confirmation."""
    assert len(set(finished.made)) == len(finished.made) == finished.summary.sumo_runs + 6


def test_the_search_never_sees_the_seeds_of_the_confirmation(finished: Finished) -> None:
    assert {seed for entry in history(finished.folder) for seed in entry["delays_s"]} == {"1", "2", "3"}


def test_present_and_websters_plan_are_among_the_candidates(finished: Finished) -> None:
    origins = [entry["origin"] for entry in history(finished.folder)]
    assert origins[0] == "present"
    assert "webster" in origins


@pytest.mark.parametrize("stop_after", [1, 14, 26])
def test_an_interrupted_study_goes_on_without_repeating_a_run(
    tmp_path: Path, finished: Finished, stop_after: int
) -> None:
    first = executor(tmp_path, stop_after=stop_after)
    with pytest.raises(KeyboardInterrupt):
        studied(tmp_path, first)
    second = executor(tmp_path)
    resumed = studied(tmp_path, second)
    assert resumed.best_plans == finished.summary.best_plans
    assert resumed.sumo_runs == finished.summary.sumo_runs
    assert history(tmp_path) == history(finished.folder)
    assert len(first.made) == stop_after
    assert (*first.made, *second.made) == finished.made


def test_a_finished_study_runs_again_without_a_simulation_and_refuses_another_search(tmp_path: Path) -> None:
    before = studied(tmp_path, executor(tmp_path))
    again = executor(tmp_path)
    assert studied(tmp_path, again).best_plans == before.best_plans
    assert again.made == []
    with pytest.raises(ExperimentError, match="log of another search"):
        studied(tmp_path, executor(tmp_path), random_seed=5)


def test_no_improvement_is_said(tmp_path: Path) -> None:
    summary = studied(tmp_path, executor(tmp_path, FormulaEngine(flat=True)))
    assert not summary.improved
    assert json.loads((tmp_path / "summary.json").read_text())["improved"] is False
    assert summary.best_plans == SIGNALS.present


def test_failures_of_the_confirmation_are_told(tmp_path: Path) -> None:
    summary = studied(tmp_path, executor(tmp_path, FormulaEngine(failing=frozenset({12}))))
    assert summary.has_failures
    assert summary.difference is not None
    assert summary.difference.seeds == (11, 13)


def test_present_plans_that_never_run_end_the_study(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="could not be simulated on any seed"):
        studied(tmp_path, executor(tmp_path, FormulaEngine(failing=frozenset({1, 2, 3}))))


def test_one_and_two_workers_find_the_same_plan(tmp_path: Path) -> None:
    found = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        with LocalExecutor(FormulaEngine(), RunStore(folder / "runs"), workers) as local:
            summary = run_study(experiment(folder), INPUTS, SIGNALS, runner=Runner(local), folder=folder)
        found.append((summary.best_plans.digest, (folder / "history.json").read_bytes()))
    assert found[0] == found[1]


def trials(folder: Path) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(storage=f"sqlite:///{folder / 'study.db'}", study_name="toy-study").trials


def test_optunas_log_holds_every_candidate_once(finished: Finished) -> None:
    found = trials(finished.folder)
    assert [trial.number for trial in found] == list(range(finished.summary.candidates))
    assert [trial.user_attrs["origin"] for trial in found] == [one["origin"] for one in history(finished.folder)]


def test_an_interruption_between_two_runs_loses_and_doubles_nothing(tmp_path: Path, finished: Finished) -> None:
    """Interrupted where people are told of progress, as by Ctrl-C there."""

    def interrupt(state: Progress) -> None:
        if state.done == 17:
            raise KeyboardInterrupt

    first = executor(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run_study(experiment(tmp_path), INPUTS, SIGNALS, runner=Runner(first), folder=tmp_path, on_progress=interrupt)
    before = trials(tmp_path)
    second = executor(tmp_path)
    studied(tmp_path, second)
    assert 0 < len(before) < finished.summary.candidates
    assert [trial.datetime_start for trial in trials(tmp_path)][: len(before)] == [one.datetime_start for one in before]
    assert len(trials(tmp_path)) == finished.summary.candidates
    assert (*first.made, *second.made) == finished.made
    assert (tmp_path / "history.json").read_bytes() == (finished.folder / "history.json").read_bytes()


def killed_study(folder: Path, stage: str, done: int) -> None:
    """Run a study in this process and kill the process in the middle."""

    def kill(state: Progress) -> None:
        if (state.stage, state.done) == (stage, done):
            os.kill(os.getpid(), signal.SIGKILL)

    runner = Runner(executor(folder))
    run_study(experiment(folder), INPUTS, SIGNALS, runner=runner, folder=folder, on_progress=kill)


@pytest.mark.parametrize(("stage", "done"), [("searching", 2), ("searching", 20), ("confirming", 3)])
def test_a_killed_study_goes_on(tmp_path: Path, finished: Finished, stage: str, done: int) -> None:
    """Killed under the present plans, in the search and in the confirmation."""
    searched = finished.summary.candidates
    after = done + (finished.summary.sumo_runs if stage == "confirming" else 0)
    process = multiprocessing.get_context("spawn").Process(target=killed_study, args=(tmp_path, stage, done))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    kept = len(trials(tmp_path))
    second = executor(tmp_path)
    resumed = studied(tmp_path, second)
    assert resumed.best_plans == finished.summary.best_plans
    assert tuple(second.made) == finished.made[after:]
    assert len(trials(tmp_path)) == searched
    assert (kept == 0, kept == searched) == (done == 2, stage == "confirming")
    assert history(tmp_path) == history(finished.folder)


@dataclass(frozen=True)
class Waiting(FormulaEngine):
    """An engine that begins to run only when it is told."""

    begun: Path = Path()

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        while not self.begun.exists():
            time.sleep(0.01)
        return super().run(spec, folder)


def waiting_study(folder: Path, begun: Path) -> None:
    studied(folder, executor(folder, Waiting(begun=begun)))


def test_two_at_work_on_one_study_do_not_disturb_each_other(tmp_path: Path, finished: Finished) -> None:
    folder, begun = tmp_path / "study", tmp_path / "begun"
    process = multiprocessing.get_context("spawn").Process(target=waiting_study, args=(folder, begun))
    process.start()
    deadline = time.monotonic() + 60
    while not (folder / "standing.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    second = executor(folder)
    with pytest.raises(ExperimentError, match=f"process {process.pid} is at work on the study"):
        studied(folder, second)
    assert second.made == []
    begun.touch()
    process.join(60)
    assert process.exitcode == 0
    assert history(folder) == history(finished.folder)


def test_plans_that_fail_are_not_run_again_and_never_win(tmp_path: Path) -> None:
    engine = FormulaEngine(fails_above_s=40)
    first = executor(tmp_path, engine)
    summary = studied(tmp_path, first)
    assert summary.improved
    assert any(delay is None for entry in history(tmp_path) for delay in entry["delays_s"].values())
    assert summary.best_plans.plans[0].intervals[0].duration_s <= 40
    assert len(set(first.made)) == len(first.made) == summary.sumo_runs + 6
    again = executor(tmp_path, engine)
    assert studied(tmp_path, again).best_plans == summary.best_plans
    assert again.made == []


def test_gridlock_never_wins(tmp_path: Path) -> None:
    summary = studied(tmp_path, executor(tmp_path, FormulaEngine(jams_above_s=40)))
    assert any(delay > 1000 for entry in history(tmp_path) for delay in entry["delays_s"].values())
    assert summary.best_plans.plans[0].intervals[0].duration_s <= 40


def test_present_plans_that_fail_on_some_seeds_can_be_beaten(tmp_path: Path) -> None:
    runs = executor(tmp_path, FormulaEngine(failing=frozenset({1})), stop_after=10**9)
    summary = studied(tmp_path, runs)
    assert len(set(runs.made)) == len(runs.made)
    written = json.loads((tmp_path / "summary.json").read_text())
    assert written["search"]["present"]["1"] is None
    assert written["search"]["present"]["2"] == pytest.approx(80.2)
    assert summary.best_plans == SIGNALS.present  # every plan fails on that seed, so that none is proved better


def test_a_study_that_could_not_begin_begins_anew_when_it_is_mended(tmp_path: Path, finished: Finished) -> None:
    with pytest.raises(EngineError, match=r"on any seed: this seed fails$"):
        studied(tmp_path, executor(tmp_path, FormulaEngine(failing=frozenset({1, 2, 3}))))
    assert trials(tmp_path) == []
    assert studied(tmp_path, executor(tmp_path)).best_plans == finished.summary.best_plans


def test_the_least_budget_still_looks_at_websters_plan(tmp_path: Path) -> None:
    """It is hopeless here, so that one seed is enough to see it, and what is left is too little for another plan."""
    summary = studied(tmp_path, executor(tmp_path), sumo_runs=6)
    assert [(one["origin"], one["stopped"]) for one in history(tmp_path)] == [("present", False), ("webster", True)]
    assert summary.sumo_runs == 4
    assert not summary.improved


def test_a_subset_leaves_the_other_controllers_alone(tmp_path: Path) -> None:
    summary = studied(tmp_path, executor(tmp_path), signals="[c1]")
    assert summary.improved
    assert summary.best_plans.plan_of("c0") == SIGNALS.present.plan_of("c0")
    assert summary.best_plans.plan_of("c1") != SIGNALS.present.plan_of("c1")
    assert json.loads((tmp_path / "summary.json").read_text())["controllers"] == ["c1"]


@pytest.mark.parametrize("change", [{"sumo_runs": 30}, {"seeds": [1, 2, 4]}, {"max_cycle_s": 120}])
def test_another_budget_seed_or_bound_is_another_search(
    tmp_path: Path, finished: Finished, change: dict[str, object]
) -> None:
    (tmp_path / "study.db").write_bytes((finished.folder / "study.db").read_bytes())
    runs = executor(tmp_path)
    with pytest.raises(ExperimentError, match="another scenario, budget, bounds or seeds"):
        studied(tmp_path, runs, **change)
    assert runs.made == []


def test_the_summary_says_what_it_rests_on(finished: Finished) -> None:
    written = json.loads((finished.folder / "summary.json").read_text())
    best = written["search"]["best"]
    greens = [abs(one.intervals[0].duration_s - 50) for one in finished.summary.best_plans]
    assert best == pytest.approx({seed: 20 + sum(greens) + int(seed) / 10 for seed in ("1", "2", "3")})
    assert written["search"]["present"] == pytest.approx({"1": 80.1, "2": 80.2, "3": 80.3})
    assert written["confirmation"]["present"] == pytest.approx({"11": 80.4, "12": 80.5, "13": 80.6})
    assert written["confirmation"]["difference"]["mean"] == pytest.approx(best["1"] - 80.1)
    assert written["confirmation"]["failures"] == []
    assert written["versions"]["formula"] == "1"
    assert written["digests"] == {"scenario": "toy", "best_plan": finished.summary.best_plans.digest}
    assert written["sumo_runs_allowed"] == RUNS
    assert written["candidates"] == len(history(finished.folder))
    assert written["improved"] is True


def test_every_simulation_is_told(tmp_path: Path) -> None:
    seen: list[Progress] = []
    runner = Runner(executor(tmp_path))
    summary = run_study(experiment(tmp_path), INPUTS, SIGNALS, runner=runner, folder=tmp_path, on_progress=seen.append)
    searching = [state.done for state in seen if state.stage == "searching"]
    confirming = [(state.done, state.total) for state in seen if state.stage == "confirming"]
    assert searching == list(range(1, summary.sumo_runs + 1))
    assert confirming == [(done, 6) for done in range(7)]
    assert seen[-1].best_delay_s == summary.best.score


@dataclass(frozen=True)
class FormulaFast:
    """A fast engine that is drawn to first greens of 46 s instead of 50 s."""

    vehicle_links: int = 10_000

    def delays_s(self, plans: Sequence[PlanSet], seeds: Sequence[int]) -> NDArray[np.float64]:
        rows = [10 + sum(abs(one.intervals[0].duration_s - 46) for one in each) for each in plans]
        return np.array(rows)[:, None] + np.array([seed % 3 / 10 for seed in seeds])

    def calibrated(self, observed: Sequence[Observed]) -> "FormulaFast":
        assert all(result.has(MOVEMENTS) for _, _, result in observed)
        return self


def climbed(folder: Path, runs: InProcess, **search: object) -> StudySummary:
    given = experiment(folder, **search)
    return run_study(given, INPUTS, SIGNALS, runner=Runner(runs), folder=folder, fast=FormulaFast())


@pytest.fixture(scope="module")
def climbed_study(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A study by the ladder that ran through; tests only look at it."""
    folder = tmp_path_factory.mktemp("climbed")
    runs = executor(folder)
    summary = climbed(folder, runs)
    return Finished(folder, tuple(runs.made), summary)


def test_the_ladder_finds_a_better_plan_and_tells_what_each_level_gave(climbed_study: Finished) -> None:
    written = json.loads((climbed_study.folder / "summary.json").read_text())
    assert climbed_study.summary.improved
    assert [level["name"] for level in written["levels"]] == ["present", "formulas", "fast engine", "SUMO"]
    assert sum(level["sumo_runs"] for level in written["levels"]) == written["sumo_runs"] <= RUNS
    delays = [level["best_delay_s"] for level in written["levels"]]
    assert delays == sorted(delays, reverse=True)
    assert delays[-1] == pytest.approx(climbed_study.summary.best.score)
    assert written["fast_engine"]["plans"] == written["candidates"]
    assert written["fast_engine"]["rank_correlation"] > 0.3
    assert written["ended"] == climbed_study.summary.climb.end


def test_runs_of_a_search_record_movements_only_and_those_of_a_report_all(tmp_path: Path) -> None:
    runs = executor(tmp_path)
    climbed(tmp_path, runs)
    searched = {detail for plans, seed, detail in runs.details if seed < 10 and plans != SIGNALS.present}
    told = {detail for plans, seed, detail in runs.details if seed > 10 or plans == SIGNALS.present}
    assert searched == {Detail.MOVEMENTS}
    assert told == {Detail.FULL}


def test_a_search_in_sumo_alone_tells_its_levels_too(finished: Finished) -> None:
    written = json.loads((finished.folder / "summary.json").read_text())
    assert [level["name"] for level in written["levels"]] == ["present", "SUMO"]
    assert written["fast_engine"] is None
    assert written["ended"] == "the simulations are used up"


@pytest.mark.parametrize("stop_after", [4, 12])
def test_an_interrupted_climb_goes_on_without_repeating_a_run(
    tmp_path: Path, climbed_study: Finished, stop_after: int
) -> None:
    first = executor(tmp_path, stop_after=stop_after)
    with pytest.raises(KeyboardInterrupt):
        climbed(tmp_path, first)
    second = executor(tmp_path)
    resumed = climbed(tmp_path, second)
    assert resumed.best_plans == climbed_study.summary.best_plans
    assert history(tmp_path) == history(climbed_study.folder)
    assert (*first.made, *second.made) == climbed_study.made


def test_a_climb_by_the_clock_that_ended_is_found_again_as_it_was(tmp_path: Path) -> None:
    first = executor(tmp_path)
    before = climbed(tmp_path, first, sumo_runs=400, minutes=0.05)
    again = executor(tmp_path)
    after = climbed(tmp_path, again, sumo_runs=400, minutes=0.05)
    assert again.made == []
    assert (after.best_plans, after.candidates, after.climb.end) == (
        before.best_plans,
        before.candidates,
        before.climb.end,
    )


@dataclass
class Timed(InProcess):
    """An executor whose runs take a minute each on a watch of its own, two at a time, and on no other clock."""

    workers: int = 2
    shows_s: float = 0.0

    def run(self, specs: Sequence[RunSpec], on_done: OnDone) -> dict[str, Outcome]:
        before = len(self.made)
        try:
            return super().run(specs, on_done)
        finally:
            self.shows_s += 60.0 * math.ceil((len(self.made) - before) / self.workers)


def timed(folder: Path, minutes: float, *, fast: bool = True, stop_after: int = 10**9) -> tuple[Timed, StudySummary]:
    runs = Timed(FormulaEngine(wall_s=60.0), RunStore(folder / "runs"), stop_after)
    given, engine = experiment(folder, sumo_runs=400, minutes=minutes), FormulaFast() if fast else None
    clock = Clock(minutes, lambda: runs.shows_s)
    return runs, run_study(given, INPUTS, SIGNALS, runner=Runner(runs), folder=folder, fast=engine, clock=clock)


@pytest.mark.parametrize(("fast", "spare"), [(True, 0), (True, 4), (False, 0), (False, 15)])
def test_minutes_cover_the_whole_study_confirmation_included(tmp_path: Path, spare: int, *, fast: bool) -> None:
    """Present 2 min, a field of 4 (in SUMO alone 8) plans 6 (12) min, confirmation 3 min."""
    least = 11 if fast else 17
    runs, summary = timed(tmp_path, least + 0.1 + spare, fast=fast)
    assert summary.candidates > 1
    assert len(summary.confirmed.results) == len(summary.present.results) == 3
    assert runs.shows_s <= 60 * (least + 0.1 + spare)
    assert summary.climb.end == "the time is used up"


@pytest.mark.parametrize(("minutes", "fast", "enough"), [(3, True, 12), (10.9, True, 12), (16, False, 18)])
def test_minutes_that_hold_no_search_are_refused_before_it_with_what_would_do(
    tmp_path: Path, minutes: float, *, fast: bool, enough: int
) -> None:
    with pytest.raises(ScenarioError) as refused:
        timed(tmp_path, minutes, fast=fast)
    assert f"{minutes:g} min hold no search: a simulation takes 60 s here, 2 at a time" in str(refused.value)
    assert f"the 6 of the confirmation take {9 if fast else 15}.0 min — give `--minutes {enough}`" in str(refused.value)
    assert not trials(tmp_path)
    assert not (tmp_path / "history.json").exists()
    runs, summary = timed(tmp_path, enough, fast=fast)
    assert summary.candidates > 1
    assert not {(seed, detail) for plans, seed, detail in runs.details if plans == SIGNALS.present and seed < 10}


@pytest.mark.parametrize("stop_after", [4, 12])
def test_a_study_by_the_clock_that_goes_on_keeps_what_it_had_found_and_its_time(
    tmp_path: Path, stop_after: int
) -> None:
    """Going on, it finds its runs in the store, where they take no time: they still tell how long confirming takes."""
    with pytest.raises(KeyboardInterrupt):
        timed(tmp_path, 14.0, stop_after=stop_after)
    before = history(tmp_path)
    runs, summary = timed(tmp_path, 14.0)
    assert history(tmp_path)[: len(before)] == before
    assert runs.shows_s <= 60 * 14
    assert summary.candidates > 1


def test_only_minutes_bound_the_simulations_where_no_number_is_stated(tmp_path: Path) -> None:
    given = experiment(tmp_path)
    stated = given.search.model_dump(exclude_unset=True)
    del stated["sumo_runs"]
    search = type(given.search)(**stated, minutes=5)
    assert search.runs_allowed > 10_000
    assert type(given.search)(**stated, minutes=5, sumo_runs=40).runs_allowed == 40
    assert type(given.search)(**stated).runs_allowed == 30


def test_findings_about_the_fast_engine_are_told(tmp_path: Path) -> None:
    seen: list[Progress] = []
    given = experiment(tmp_path)
    runner = Runner(executor(tmp_path))
    run_study(given, INPUTS, SIGNALS, runner=runner, folder=tmp_path, fast=FormulaFast(), on_progress=seen.append)
    assert any("rank correlation" in state.remark for state in seen)
    judged = [state for state in seen if state.counts == "plans"]
    assert judged[0].total > 1000
    assert all(state.done <= state.total for state in judged)
