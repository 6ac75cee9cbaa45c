"""A whole study on an engine whose delays a formula gives: what it finds, confirms and writes."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.errors import EngineError
from congestion_lab.experiments.executor import LocalExecutor
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.runset import load_run_set
from congestion_lab.experiments.store import RunStore
from congestion_lab.optimization.study.simulating import Progress
from congestion_lab.optimization.study.study import run_study
from congestion_lab.signals.planfile import read_plan_file
from tests.formulastudies import (
    INPUTS,
    RUNS,
    SIGNALS,
    Finished,
    FormulaEngine,
    executor,
    experiment,
    history,
    studied,
    trials,
)


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
    trial = json.loads((finished.folder / "history.json").read_text())["trial"]
    assert trial
    assert not {seed for entry in trial for seed in entry["delays_s"]} & {"1", "2", "3", "11", "12", "13"}


def test_present_and_websters_plan_are_among_the_candidates(finished: Finished) -> None:
    origins = [entry["origin"] for entry in history(finished.folder)]
    assert origins[0] == "present"
    assert "webster" in origins


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


def test_optunas_log_holds_every_candidate_once(finished: Finished) -> None:
    found = trials(finished.folder)
    assert [trial.number for trial in found] == list(range(finished.summary.candidates))
    assert [trial.user_attrs["origin"] for trial in found] == [one["origin"] for one in history(finished.folder)]


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
    assert [done for done, _ in itertools.groupby(searching)] == list(range(1, summary.sumo_runs + 1))
    assert confirming == [(done, 6) for done in range(7)]
    assert seen[-1].best_delay_s == summary.best.score
