"""A whole study on an engine whose delays a formula gives: what it writes, and that it goes on when interrupted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from congestion_lab.core.errors import EngineError, ExperimentError
from congestion_lab.core.geometry import Turn
from congestion_lab.experiments.executor import LocalExecutor, OnDone, simulate
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.runset import load_run_set
from congestion_lab.experiments.spec import Experiment, load_experiment
from congestion_lab.experiments.store import RunStore
from congestion_lab.network.model import Network
from congestion_lab.optimization.study import Progress, Signals, StudySummary, run_study
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import read_plan_file
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
    """

    flat: bool = False
    failing: frozenset[int] = frozenset()
    name: str = "formula"
    version: str = "1"

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        if spec.seed in self.failing:
            raise EngineError("this seed fails")
        greens = [] if self.flat or spec.plans is None else [one.intervals[0].duration_s for one in spec.plans]
        delay = 20.0 + sum(abs(green - 50) for green in greens) + spec.seed % 7 / 10
        row = dict.fromkeys(TRIPS.names, 0.0) | {"vehicle_id": "v", "vehicle_class": "car", "time_loss_s": delay}
        TRIPS.conform(pd.DataFrame([row])).to_parquet(folder / "trips.parquet")
        if spec.detail is Detail.FULL:
            moves = [
                {"from_link": f"c{number}{index}", "to_link": "out", "vehicles": 300.0, "delay_s": 1.0}
                for number in (0, 1)
                for index in (0, 1)
            ]
            MOVEMENTS.conform(pd.DataFrame(moves)).to_parquet(folder / "movements.parquet")
        provenance = Provenance(self.name, self.version, "0", ("formula",), 0.1, 0.1)
        return RunResult(
            digest=spec.digest,
            scenario=spec.inputs.name,
            seed=spec.seed,
            status=Status.COMPLETED,
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

    engine: FormulaEngine
    store: RunStore
    stop_after: int = 10**9
    made: list[str] = field(default_factory=list)

    def run(self, specs: Sequence[RunSpec], on_done: OnDone) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        for spec in specs:
            if len(self.made) >= self.stop_after:
                raise KeyboardInterrupt
            self.made.append(spec.digest)
            outcomes[spec.digest] = simulate(self.engine, self.store, spec)
            on_done(spec, outcomes[spec.digest])
        return outcomes


def experiment(folder: Path, **search: int) -> Experiment:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.yaml").touch()
    settings = ", ".join(f"{key}: {value}" for key, value in {"sumo_runs": RUNS, **search}.items())
    text = f"name: toy-study\nscenario: toy.yaml\nsearch: {{{settings}}}\nconfirm: {{seeds: [11, 12, 13]}}\n"
    (folder / "experiment.yaml").write_text(text)
    return load_experiment(folder / "experiment.yaml")


def studied(folder: Path, executor: InProcess, **search: int) -> StudySummary:
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
    assert read_plan_file(folder / "best-plan.json").plans == summary.best_plans
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


def test_progress_counts_runs_up_to_the_budget(tmp_path: Path) -> None:
    seen: list[Progress] = []
    runner = Runner(executor(tmp_path))
    run_study(experiment(tmp_path), INPUTS, SIGNALS, runner=runner, folder=tmp_path, on_progress=seen.append)
    searching = [state.done for state in seen if state.stage == "searching"]
    assert searching == sorted(searching)
    assert searching[-1] <= RUNS
    assert seen[-1].stage == "confirming"


def test_one_and_two_workers_find_the_same_plan(tmp_path: Path) -> None:
    found = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        with LocalExecutor(FormulaEngine(), RunStore(folder / "runs"), workers) as local:
            summary = run_study(experiment(folder), INPUTS, SIGNALS, runner=Runner(local), folder=folder)
        found.append((summary.best_plans, history(folder)))
    assert found[0] == found[1]
