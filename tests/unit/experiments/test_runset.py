"""Run sets come back as they were saved, also from another place."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.runset import RunSet, load_run_set
from congestion_lab.experiments.store import RunStore
from congestion_lab.simulation.result import Failure
from congestion_lab.simulation.spec import Controller, RunSpec
from congestion_lab.simulation.tables import TRIPS
from tests.fakes import FakeEngine, inputs


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    marks = tmp_path / "marks"
    marks.mkdir()
    study = tmp_path / "study"
    spec = RunSpec(inputs("toy", study), seed=7, engine="fake", engine_version="1")
    run = RunStore(study / "runs").add(spec, lambda folder: FakeEngine(marks).run(spec, folder))
    failure = Failure("abc", "toy", 8, "EngineError", "no")
    RunSet("present", spec.inputs, Controller.PLANS, (run, failure), study / "plan.json").save(study / "present")
    return study


def test_round_trip(saved: Path) -> None:
    run_set = load_run_set(saved / "present")
    assert run_set.label == "present"
    assert list(run_set.by_seed) == [7]
    assert [failure.seed for failure in run_set.failures] == [8]
    assert run_set.inputs.net_file == saved / "net.xml"


def test_notes_come_back_and_older_run_sets_have_none(saved: Path) -> None:
    file = saved / "present" / "runset.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    for notes in (["one", "two"], []):
        raw["inputs"]["notes"] = notes
        file.write_text(json.dumps(raw), encoding="utf-8")
        assert load_run_set(saved / "present").inputs.notes == tuple(notes)
    del raw["inputs"]["notes"]
    file.write_text(json.dumps(raw), encoding="utf-8")
    assert load_run_set(saved / "present").inputs.notes == ()


def test_a_moved_study_still_finds_its_runs(saved: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "study"
    shutil.move(saved, moved)
    assert load_run_set(moved / "present").results[0].folder.is_relative_to(moved)


def test_a_folder_without_runs_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="simulate"):
        load_run_set(tmp_path)


def test_another_format_is_named(saved: Path) -> None:
    path = saved / "present" / "runset.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(ExperimentError, match="format 2; this version reads format 1"):
        load_run_set(saved / "present")


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
@pytest.mark.parametrize("name", ["present/runset.json", "runs/*/run.json", "net.xml", "plan.json"])
def test_what_is_no_plain_file_is_refused_and_not_waited_for(saved: Path, name: str) -> None:
    path = next(saved.glob(name), saved / name)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    with pytest.raises(ExperimentError, match=r"is no plain file; it is not read"):
        load_run_set(saved / "present")


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
def test_a_table_that_is_no_plain_file_is_refused(saved: Path) -> None:
    run = load_run_set(saved / "present").results[0]
    (run.folder / "trips.parquet").unlink()
    os.mkfifo(run.folder / "trips.parquet")
    with pytest.raises(ExperimentError, match=r"trips\.parquet is no plain file"):
        run.table(TRIPS)


@pytest.mark.parametrize("name", ["present/runset.json", "runs/*/run.json", "runs/*", "runs"])
def test_a_link_that_leads_out_is_not_followed(saved: Path, tmp_path: Path, name: str) -> None:
    path, away = next(saved.glob(name)), tmp_path / "away"
    path.rename(away)
    path.symlink_to(away)
    with pytest.raises(ExperimentError, match=r"leaves the folder .*; it is not read"):
        load_run_set(saved / "present")


def test_a_folder_that_is_itself_a_link_is_read(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(saved)
    assert list(load_run_set(tmp_path / "link" / "present").by_seed) == [7]


def test_a_network_that_is_gone_is_told_with_the_way_back(saved: Path) -> None:
    run_set = load_run_set(saved / "present")
    run_set.inputs.net_file.unlink(missing_ok=True)
    with pytest.raises(ExperimentError, match="by the same command again: areas are then cut anew"):
        _ = run_set.net_file
    run_set.inputs.net_file.touch()
    assert run_set.net_file == saved / "net.xml"
