"""A study by the ladder: what each level gives, and what is recorded and told."""

import json
from pathlib import Path

import pytest

from congestion_lab.experiments.runner import Runner
from congestion_lab.optimization.study.simulating import Progress
from congestion_lab.optimization.study.study import run_study
from congestion_lab.simulation.spec import Detail
from tests.formulastudies import (
    INPUTS,
    RUNS,
    SIGNALS,
    Finished,
    FormulaFast,
    climbed,
    executor,
    experiment,
)


def test_the_ladder_finds_a_better_plan_and_tells_what_each_level_gave(climbed_study: Finished) -> None:
    written = json.loads((climbed_study.folder / "summary.json").read_text())
    assert climbed_study.summary.improved
    assert [level["name"] for level in written["levels"]] == ["present", "formulas", "fast engine", "SUMO", "trial"]
    assert sum(level["sumo_runs"] for level in written["levels"]) == written["sumo_runs"] <= RUNS
    delays = [level["best_delay_s"] for level in written["levels"]]
    assert delays[:-1] == sorted(delays[:-1], reverse=True)
    assert delays[-1] == pytest.approx(climbed_study.summary.best.score)
    assert written["fast_engine"]["plans"] == written["candidates"]
    assert written["fast_engine"]["rank_correlation"] > 0.3
    assert written["ended"] == climbed_study.summary.climb.end


def test_runs_of_a_search_record_movements_only_and_those_of_a_report_all(tmp_path: Path) -> None:
    runs = executor(tmp_path)
    climbed(tmp_path, runs)
    confirmed = (11, 12, 13)
    searched = {detail for plans, seed, detail in runs.details if seed not in confirmed and plans != SIGNALS.present}
    told = {detail for plans, seed, detail in runs.details if seed in confirmed or plans == SIGNALS.present}
    assert searched == {Detail.MOVEMENTS}
    assert told == {Detail.FULL}


def test_a_search_in_sumo_alone_tells_its_levels_too(finished: Finished) -> None:
    written = json.loads((finished.folder / "summary.json").read_text())
    assert [level["name"] for level in written["levels"]] == ["present", "SUMO", "trial"]
    assert written["fast_engine"] is None
    assert written["ended"] == "the simulations are used up"


def test_findings_about_the_fast_engine_are_told(tmp_path: Path) -> None:
    seen: list[Progress] = []
    given = experiment(tmp_path)
    runner = Runner(executor(tmp_path))
    run_study(given, INPUTS, SIGNALS, runner=runner, folder=tmp_path, fast=FormulaFast(), on_progress=seen.append)
    assert any("rank correlation" in state.remark for state in seen)
    judged = [state for state in seen if state.counts == "plans"]
    assert judged[0].total > 1000
    assert all(state.done <= state.total for state in judged)
