"""Minutes bound a whole study: preparation, search and confirmation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from congestion_lab.core.errors import ScenarioError
from congestion_lab.experiments.executor import OnDone
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.store import RunStore
from congestion_lab.optimization.search.budget import Clock
from congestion_lab.optimization.study.study import run_study
from congestion_lab.optimization.study.studysummary import StudySummary
from congestion_lab.simulation.result import Outcome
from congestion_lab.simulation.spec import RunSpec
from tests.formulastudies import (
    INPUTS,
    SIGNALS,
    FormulaEngine,
    FormulaFast,
    InProcess,
    experiment,
    history,
    trials,
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


@pytest.mark.parametrize(("minutes", "runs"), [(14.0, 0), (20.0, 4), (40.0, 12)])
def test_a_quarter_of_the_time_left_is_kept_for_the_trial_which_is_the_same_when_it_goes_on(
    tmp_path: Path, minutes: float, runs: int
) -> None:
    """Beside present plans, one field and confirmation there are 3, 9 and 29 min, in which two runs go at a time."""
    made, summary = timed(tmp_path, minutes)
    assert sum(len(one.further_s) for one in summary.climb.trial) == runs
    assert made.shows_s <= 60 * minutes
    again, later = timed(tmp_path, minutes)
    assert again.made == []
    assert later.climb.trial == summary.climb.trial


def test_only_minutes_bound_the_simulations_where_no_number_is_stated(tmp_path: Path) -> None:
    given = experiment(tmp_path)
    stated = given.search.model_dump(exclude_unset=True)
    del stated["sumo_runs"]
    search = type(given.search)(**stated, minutes=5)
    assert search.runs_allowed > 10_000
    assert type(given.search)(**stated, minutes=5, sumo_runs=40).runs_allowed == 40
    assert type(given.search)(**stated).runs_allowed == 30
