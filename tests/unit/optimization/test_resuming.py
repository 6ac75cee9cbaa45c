"""Studies that were interrupted, killed or begun twice go on, and lose and repeat nothing."""

import multiprocessing
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from congestion_lab.core.errors import EngineError, ExperimentError
from congestion_lab.experiments.runner import Runner
from congestion_lab.optimization.study.simulating import Progress
from congestion_lab.optimization.study.study import run_study
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import RunSpec
from tests.formulastudies import (
    INPUTS,
    SIGNALS,
    Finished,
    FormulaEngine,
    climbed,
    executor,
    experiment,
    history,
    studied,
    trials,
)


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


def test_an_interruption_between_two_runs_loses_and_doubles_nothing(tmp_path: Path, finished: Finished) -> None:
    """Interrupted where people are told of progress, as by Ctrl-C there."""

    def interrupt(state: Progress) -> None:
        if state.done == 13:
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


@pytest.mark.parametrize(("stage", "done"), [("searching", 2), ("searching", 13), ("searching", 20), ("confirming", 3)])
def test_a_killed_study_goes_on(tmp_path: Path, finished: Finished, stage: str, done: int) -> None:
    """Killed under the present plans, in the search, in the trial and in the confirmation."""
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
    assert (kept == 0, kept == searched) == (done == 2, stage == "confirming" or done == 20)
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


def test_a_study_that_could_not_begin_begins_anew_when_it_is_mended(tmp_path: Path, finished: Finished) -> None:
    with pytest.raises(EngineError, match=r"on any seed: this seed fails$"):
        studied(tmp_path, executor(tmp_path, FormulaEngine(failing=frozenset({1, 2, 3}))))
    assert trials(tmp_path) == []
    assert studied(tmp_path, executor(tmp_path)).best_plans == finished.summary.best_plans


@pytest.mark.parametrize("change", [{"sumo_runs": 30}, {"seeds": [1, 2, 4]}, {"max_cycle_s": 120}])
def test_another_budget_seed_or_bound_is_another_search(
    tmp_path: Path, finished: Finished, change: dict[str, object]
) -> None:
    (tmp_path / "study.db").write_bytes((finished.folder / "study.db").read_bytes())
    runs = executor(tmp_path)
    with pytest.raises(ExperimentError, match="another scenario, budget, bounds or seeds"):
        studied(tmp_path, runs, **change)
    assert runs.made == []


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
