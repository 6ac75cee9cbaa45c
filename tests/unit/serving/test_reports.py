"""Reports made when they are asked for."""

import os
import time
from pathlib import Path

import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.optimization.shelf.shelf import Shelf
from congestion_lab.reporting.gathering import Story
from congestion_lab.serving.reports import Reports
from tests.servedruns import candidate, write_history, write_run_set
from tests.unit.serving.conftest import Ask, Got, Id


def _made(ask: Ask, address: str) -> Got:
    """Ask until the report is made."""
    for _ in range(500):
        answer = ask(address)
        if 'data-source="report.json"' not in answer.text:
            return answer
        time.sleep(0.02)
    raise AssertionError("the report is never made")


def test_a_report_is_made_once_and_anew_when_the_runs_change(
    ask: Ask, root: Path, id_of: Id, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr("congestion_lab.serving.reports.story_of", lambda folders: calls.append(folders) or story)
    write_run_set(root / "toy")
    address = f"/en/{id_of('toy')}/report"
    page = _made(ask, address)
    assert page.status == 200
    assert "Traffic simulation report" in page.text
    assert f'href="/ar/{id_of("toy")}/report"' in page.text
    assert "تقرير محاكاة مرورية" in ask(address.replace("/en/", "/ar/")).text
    assert ask(f"/en/{id_of('toy')}/report.json").json["reload"]
    assert len(calls) == 1
    table = next((root / "toy" / "runs").glob("*/trips.parquet"))
    os.utime(table, (1, 1))
    _made(ask, address)
    assert len(calls) == 2


def test_what_is_exported_beside_the_runs_makes_no_new_report(root: Path, tmp_path: Path, story: Story) -> None:
    write_run_set(root / "toy")
    shelf = Shelf(root)
    reports, place = Reports(shelf, tmp_path), next(shelf.places())
    first = reports.ask(place)
    (root / "toy" / "report.html").write_text("growing")
    assert reports.ask(place) is first
    (root / "toy" / "plan.json").write_text("{}")
    assert reports.ask(place) is not first


def test_a_report_that_failed_is_tried_again_after_a_while(
    ask: Ask, root: Path, id_of: Id, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def first_failing(folders: object) -> Story:
        calls.append(folders)
        if len(calls) == 1:
            raise ExperimentError("the net is gone")
        return story

    monkeypatch.setattr("congestion_lab.serving.reports.story_of", first_failing)
    write_run_set(root / "toy")
    address = f"/en/{id_of('toy')}/report"
    assert _made(ask, address).status == _made(ask, address).status == 409
    assert len(calls) == 1
    monkeypatch.setattr("congestion_lab.serving.reports._RETRIED_S", 0.0)
    assert _made(ask, address).status == 200


def test_why_a_report_could_not_be_made_is_told(
    ask: Ask, root: Path, id_of: Id, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_folders: object) -> Story:
        raise ExperimentError("the net is gone")

    monkeypatch.setattr("congestion_lab.serving.reports.story_of", failing)
    write_run_set(root / "toy")
    answer = _made(ask, f"/en/{id_of('toy')}/report")
    assert answer.status == 409
    assert "the net is gone" in answer.text


def test_why_a_report_could_not_be_made_is_told_in_arabic(ask: Ask, root: Path, id_of: Id) -> None:
    write_run_set(root / "toy")
    answer = _made(ask, f"/ar/{id_of('toy')}/report")
    assert answer.status == 409
    assert "وهو شبكة هذه التشغيلات؛ أعده إلى مكانه" in answer.text
    assert "net.xml" in answer.text


def test_there_is_no_report_of_what_is_not_finished(ask: Ask, root: Path, id_of: Id) -> None:
    (root / "search").mkdir()
    write_history(root / "search", candidate(0, 40.0))
    assert ask(f"/en/{id_of('search')}/report").status == 409
    assert ask(f"/en/{id_of('search')}/report.json").json["goes_on"] is False
