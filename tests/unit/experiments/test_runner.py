"""Runs are looked up, run apart, and survive the death of their workers."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.executor import LocalExecutor
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.store import RunStore
from congestion_lab.simulation.result import Failure, Outcome, RunResult
from congestion_lab.simulation.spec import RunSpec
from congestion_lab.simulation.tables import TRIPS
from tests.fakes import FakeEngine, inputs


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


def _run(engine: FakeEngine, store: Path, seeds: list[int], workers: int = 2) -> list[RunResult | Failure]:
    with LocalExecutor(engine, RunStore(store), workers) as executor:
        runner = Runner(executor)
        return runner.run_all([runner.spec(inputs(), seed) for seed in seeds])


@pytest.fixture(scope="module")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("once")
    (folder / "marks").mkdir()
    (made,) = _run(FakeEngine(folder / "marks"), folder / "runs", [1])
    assert isinstance(made, RunResult)
    return made


@pytest.fixture
def ran(_made_once: RunResult, tmp_path: Path) -> RunResult:
    """A finished run with seed 1 in a store of its own, `tmp_path / "runs"`."""
    folder = tmp_path / "runs" / _made_once.folder.name
    shutil.copytree(_made_once.folder, folder)
    return replace(_made_once, folder=folder)


def test_outcomes_keep_the_order_of_the_specifications(tmp_path: Path, marks: Path) -> None:
    outcomes = _run(FakeEngine(marks), tmp_path / "runs", [3, 1, 2])
    assert [outcome.seed for outcome in outcomes] == [3, 1, 2]
    assert all(isinstance(outcome, RunResult) and outcome.has(TRIPS) for outcome in outcomes)


def test_the_same_specification_is_never_simulated_twice(tmp_path: Path, marks: Path) -> None:
    _run(FakeEngine(marks), tmp_path / "runs", [1, 1, 2])
    _run(FakeEngine(marks), tmp_path / "runs", [2, 1, 3])
    assert sorted(mark.name for mark in marks.iterdir()) == ["1-0", "2-0", "3-0"]


def test_a_newer_engine_simulates_anew(tmp_path: Path, marks: Path) -> None:
    _run(FakeEngine(marks), tmp_path / "runs", [1])
    _run(FakeEngine(marks, version="2"), tmp_path / "runs", [1])
    assert len(list(marks.iterdir())) == 2


def test_a_failed_run_is_data_and_leaves_no_folder(tmp_path: Path, marks: Path) -> None:
    failed, finished = _run(FakeEngine(marks, fail_on=frozenset({1})), tmp_path / "runs", [1, 2])
    assert isinstance(failed, Failure)
    assert (failed.error, failed.message) == ("EngineError", "this seed fails")
    assert [folder.name for folder in (tmp_path / "runs").iterdir()] == [finished.digest]


def test_a_killed_worker_costs_its_own_run_one_try(tmp_path: Path, marks: Path) -> None:
    outcomes = _run(FakeEngine(marks, die_once_on=frozenset({2})), tmp_path / "runs", [1, 2, 3])
    assert [type(outcome) for outcome in outcomes] == [RunResult] * 3


class CountingExecutor(LocalExecutor):
    """Remembers how many runs were handed to each pool of workers."""

    def __init__(self, engine: FakeEngine, store: RunStore, workers: int) -> None:
        super().__init__(engine, store, workers)
        self.rounds: list[int] = []

    def _drain(self, specs: Sequence[RunSpec]) -> Iterator[tuple[RunSpec, Outcome | None]]:
        self.rounds.append(len(specs))
        return super()._drain(specs)


def test_runs_that_no_dead_worker_can_have_been_at_go_on_side_by_side(tmp_path: Path, marks: Path) -> None:
    engine = FakeEngine(marks, die_once_on=frozenset({1}))
    with CountingExecutor(engine, RunStore(tmp_path / "runs"), 2) as executor:
        runner = Runner(executor)
        outcomes = runner.run_all([runner.spec(inputs(), seed) for seed in range(1, 21)])
    assert [type(outcome) for outcome in outcomes] == [RunResult] * 20
    first, *alone, rest = executor.rounds
    assert (first, set(alone)) == (20, {1})
    assert len(alone) <= 3
    assert rest >= 13


def test_a_run_that_always_kills_its_worker_is_a_failure(tmp_path: Path, marks: Path) -> None:
    finished, lost = _run(FakeEngine(marks, die_always_on=frozenset({2})), tmp_path / "runs", [1, 2], workers=1)
    assert isinstance(finished, RunResult)
    assert isinstance(lost, Failure)
    assert "died 3 times" in lost.message


def test_a_run_folder_of_another_version_is_named(tmp_path: Path, marks: Path, ran: RunResult) -> None:
    run_file = ran.folder / "run.json"
    run_file.write_text(run_file.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(ExperimentError, match=r"format 99; this version reads format 1"):
        _run(FakeEngine(marks), tmp_path / "runs", [1])


def test_a_damaged_run_folder_is_named(tmp_path: Path, marks: Path, ran: RunResult) -> None:
    (ran.folder / "run.json").write_text("{")
    with pytest.raises(ExperimentError, match="damaged"):
        _run(FakeEngine(marks), tmp_path / "runs", [1])


def test_a_folder_that_lost_its_run_is_named_before_anything_is_simulated(
    tmp_path: Path, marks: Path, ran: RunResult
) -> None:
    (ran.folder / "run.json").unlink()
    with pytest.raises(ExperimentError, match=r"holds no finished run .*; remove it and run again"):
        _run(FakeEngine(marks), tmp_path / "runs", [1])
    assert not list(marks.iterdir())


def test_a_table_that_is_missing_or_another_is_named_with_what_to_do(ran: RunResult) -> None:
    path = ran.folder / "trips.parquet"
    pd.DataFrame({"x": [1]}).to_parquet(path)
    with pytest.raises(ExperimentError, match=r"trips.parquet is damaged .*lacks vehicle_id.*; remove the folder"):
        ran.table(TRIPS)
    path.write_bytes(b"PAR1")
    with pytest.raises(ExperimentError, match=r"trips.parquet is damaged .*; remove the folder"):
        ran.table(TRIPS)
    path.unlink()
    with pytest.raises(ExperimentError, match=r"trips.parquet is missing; remove the folder"):
        ran.table(TRIPS)
