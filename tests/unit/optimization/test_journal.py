"""The logs of a search: what they hold, that they only grow, and what is said when they cannot be used."""

import json
import math
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.optimization.search.race import Candidate, Entrant
from congestion_lab.optimization.search.trial import Tried
from congestion_lab.optimization.space.space import decision_space
from congestion_lab.optimization.study import journal
from congestion_lab.optimization.study.journal import Journal
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED


def plans(first_s: float) -> PlanSet:
    rows = ((first_s, (G, R)), (3.0, (Y, R)), (30.0, (R, G)), (3.0, (R, Y)))
    intervals = tuple(Interval(duration, aspects) for duration, aspects in rows)
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    return PlanSet((SignalPlan("c", "0", Control.FIXED, 0.0, groups, intervals),))


SPACE = decision_space(plans(20), cycle_bounds_s=(50, 140))


def candidate(number: int, delays_s: dict[int, float] | None = None, *, stopped: bool = False) -> Candidate:
    """A candidate of its own: its first green says its number."""
    found = plans(20 + number)
    delays = delays_s or {1: 40.0 - number, 2: 41.0 - number}
    entrant = Entrant(found, "step", SPACE.encode(found))
    return Candidate(number, entrant, delays, stopped, sum(delays.values()) / len(delays))


def opened(folder: Path, search: str = "this search", name: str = "study") -> Journal:
    return journal.opened(folder, name, SPACE, search=search)


def recorded(folder: Path, *candidates: Candidate) -> Journal:
    log = opened(folder)
    for each in candidates:
        log.record(each)
    return log


def trials(folder: Path) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(storage=f"sqlite:///{folder / 'study.db'}", study_name="study").trials


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As on a full disk: writes beyond the size fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_optuna_reads_what_was_tried(tmp_path: Path) -> None:
    recorded(tmp_path, candidate(0), candidate(1), candidate(2, stopped=True))
    found = trials(tmp_path)
    assert [trial.number for trial in found] == [0, 1, 2]
    assert [trial.value for trial in found] == [40.5, 39.5, 38.5]
    assert list(found[1].params) == list(SPACE.names)
    assert list(found[1].params.values()) == pytest.approx(SPACE.encode(plans(21)))
    assert found[2].user_attrs["stopped"] is True


def test_history_is_plain_json_with_nothing_for_a_failed_run(tmp_path: Path) -> None:
    recorded(tmp_path, candidate(0), candidate(1, {1: 39.0, 2: math.inf}))
    text = (tmp_path / "history.json").read_text()
    assert "Infinity" not in text
    first, failed = json.loads(text)["candidates"]
    assert first["delays_s"] == {"1": 40.0, "2": 41.0}
    assert first["origin"] == "step"
    assert failed["delays_s"] == {"1": 39.0, "2": None}
    assert failed["score"] is None
    assert trials(tmp_path)[1].state is optuna.trial.TrialState.FAIL


def test_a_replayed_candidate_is_not_written_again(tmp_path: Path) -> None:
    recorded(tmp_path, candidate(0), candidate(1))
    log = recorded(tmp_path, candidate(0), candidate(1), candidate(2))
    assert [trial.number for trial in trials(tmp_path)] == [0, 1, 2]
    assert [entry["number"] for entry in log.entries] == [0, 1, 2]


def test_failed_runs_are_remembered_but_for_the_present_plans(tmp_path: Path) -> None:
    recorded(tmp_path, candidate(0, {1: math.inf, 2: 40.0}), candidate(1, {1: 39.0, 2: math.inf}))
    assert opened(tmp_path).failed == {(plans(21).digest, 2)}


@pytest.mark.parametrize("other", [candidate(5), candidate(1, {1: 38.9, 2: 40.0}), candidate(1, {1: 39.0})])
def test_another_candidate_in_its_place_is_refused(tmp_path: Path, other: Candidate) -> None:
    recorded(tmp_path, candidate(0), candidate(1))
    with pytest.raises(
        ExperimentError, match=r"study\.db is the log of another search \(candidate 1 differs\); choose"
    ):
        recorded(tmp_path, candidate(0), replace(other, number=1))
    assert len(trials(tmp_path)) == 2


def test_another_search_is_refused_at_once(tmp_path: Path) -> None:
    recorded(tmp_path, candidate(0))
    with pytest.raises(ExperimentError, match=r"another search \(another scenario, budget, bounds or seeds\)"):
        opened(tmp_path, search="that search")


def test_the_folder_of_another_study_is_refused(tmp_path: Path) -> None:
    recorded(tmp_path, candidate(0))
    with pytest.raises(ExperimentError, match=r"another search \(studies other, study\)"):
        opened(tmp_path, name="other")


def test_an_empty_log_is_nobodys(tmp_path: Path) -> None:
    opened(tmp_path, search="that search")
    recorded(tmp_path, candidate(0))
    assert opened(tmp_path).stored[0].number == 0


def test_two_searches_in_one_folder_are_noticed(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    first.record(candidate(0))
    with pytest.raises(ExperimentError, match=r"another search writes .*study\.db; wait for its end, then run again"):
        second.record(candidate(0))
    first.record(candidate(1))  # which the other has not disturbed
    assert [trial.number for trial in trials(tmp_path)] == [0, 1]


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "study.db").write_bytes(content)
    with pytest.raises(ExperimentError, match=r"study\.db cannot be read or written \(.*(not a database|malformed)"):
        opened(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(ExperimentError, match=r"cannot be read or written \(.*File exists"):
        opened(tmp_path / "taken")


def test_a_full_disk_is_told_and_costs_no_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # Optuna waits before it tries again
    log = recorded(tmp_path, candidate(0))
    wide = replace(candidate(1), entrant=replace(candidate(1).entrant, origin="x" * 100_000))
    with no_file_longer_than((tmp_path / "study.db").stat().st_size), pytest.raises(ExperimentError, match="free some"):
        log.record(wide)
    recorded(tmp_path, candidate(0), candidate(1))
    assert [trial.value for trial in trials(tmp_path)] == [40.5, 39.5]


def test_a_full_disk_is_told_of_the_history_too(tmp_path: Path) -> None:
    log = recorded(tmp_path, candidate(0))
    with no_file_longer_than(10), pytest.raises(ExperimentError, match=r"history\.json cannot be read or written"):
        log.write()
    assert json.loads((tmp_path / "history.json").read_text())["candidates"]


def test_a_half_written_transaction_is_rolled_back(tmp_path: Path) -> None:
    """A writer that ends without a commit leaves no part of its trial behind."""
    recorded(tmp_path, candidate(0))
    connection = sqlite3.connect(tmp_path / "study.db")
    connection.execute("INSERT INTO trials (number, study_id, state) VALUES (1, 1, 'RUNNING')")
    connection.close()
    assert len(opened(tmp_path).stored) == 1


def test_a_trial_grows_is_found_again_and_must_be_the_same(tmp_path: Path) -> None:
    first = candidate(0)
    log = recorded(tmp_path, first, candidate(1))
    log.keep_trial([Tried(candidate(1), {7: 39.0})])
    log.keep_trial([Tried(candidate(1), {7: 39.0, 8: math.inf}), Tried(first, {7: 40.0})])
    assert json.loads((tmp_path / "history.json").read_text())["trial"] == [
        {"number": 1, "delays_s": {"7": 39.0, "8": None}},
        {"number": 0, "delays_s": {"7": 40.0}},
    ]
    again = recorded(tmp_path, first, candidate(1))
    assert again.failed == {(plans(21).digest, 8)}
    again.keep_trial([Tried(candidate(1), {7: 39.0})])
    with pytest.raises(ExperimentError, match="its trial differs"):
        again.keep_trial([Tried(candidate(1), {7: 38.0})])
    with pytest.raises(ExperimentError, match="its trial differs"):
        again.keep_trial([Tried(first, {7: 40.0})])
