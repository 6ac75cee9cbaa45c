"""The trial on delays that formulas give: who jams now and then is found out, and what is proposed is best by all."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from congestion_lab.optimization.search.race import Candidate, Entrant, Race
from congestion_lab.optimization.search.trial import Tried, bounded, further_seeds, kept_runs, lined_up, on_trial
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from tests.formulastudies import SIGNALS, FormulaEngine, climbed, executor, history, studied, trials

SEEDS = (1, 2, 3)
FURTHER = (10, 11, 12, 13, 14, 15, 16, 17)
JAM_S = 50.0


def entrant(green_s: float) -> Entrant:
    """Plans whose delay is their green where they do not jam."""
    plan = SignalPlan("c", "0", Control.FIXED, 0.0, (SignalGroup("a", (0,)),), (Interval(green_s, (Aspect.GREEN,)),))
    return Entrant(PlanSet((plan,)), f"green {green_s:g}")


@dataclass
class Rarely:
    """Delays that are the green; some plans jam on some seeds.

    Attributes:
        jams: Greens and seeds.
        asked: What has been run.
    """

    jams: frozenset[tuple[float, int]]
    asked: list[tuple[float, int]]

    def __call__(self, pairs: Sequence[tuple[PlanSet, int]]) -> list[float]:
        rows = [(plans.plans[0].cycle_s, seed) for plans, seed in pairs]
        self.asked += rows
        return [math.inf if green == 99 else green + JAM_S * ((green, seed) in self.jams) for green, seed in rows]


def raced(*greens: float, jams: Sequence[tuple[float, int]] = (), kept: int = len(FURTHER)) -> tuple[Race, Rarely]:
    """A race that all plans ran through; the first are the present ones."""
    sumo = Rarely(frozenset(jams), [])
    race = Race(sumo, SEEDS, 100, runs_kept=kept)
    race.try_all([entrant(green) for green in greens], all_seeds=True)
    sumo.asked.clear()
    return race, sumo


def tried(race: Race) -> list[Tried]:
    present, *others = race.candidates
    return on_trial(race, [*sorted(others, key=lambda one: one.score), present], FURTHER)


def greens(found: Sequence[Tried]) -> list[float]:
    return [one.candidate.entrant.plans.plans[0].cycle_s for one in found]


def test_a_plan_that_does_not_jam_spends_the_whole_trial_and_is_proposed() -> None:
    race, sumo = raced(40, 30, 31)
    found = tried(race)
    assert sumo.asked == [(30, seed) for seed in FURTHER]
    assert greens(found) == [30, 40]
    assert found[0].delays_s == dict.fromkeys((*SEEDS, *FURTHER), 30)
    assert race.runs_used == 9 + len(FURTHER)
    assert race.runs_kept == 0


def test_a_plan_that_jams_rarely_gives_way_to_the_next_that_does_not() -> None:
    race, sumo = raced(40, 30, 31, jams=[(30, 12)])
    found = tried(race)
    assert sumo.asked == [(30, 10), (30, 11), (30, 12), (30, 13), (31, 10), (31, 11), (31, 12), (31, 13)]
    assert greens(found) == [31, 30, 40]
    assert found[1].mean_delay_s == pytest.approx(30 + JAM_S / 7)


def test_a_jam_counts_as_what_it_costs() -> None:
    """The next is not worth a trial where it lags behind by more than the jam adds."""
    race, sumo = raced(60, 30, 45, jams=[(30, 15)])
    assert greens(tried(race)) == [30, 60]
    assert {green for green, _ in sumo.asked} == {30}


def test_seeds_that_are_harder_by_chance_throw_nobody_out() -> None:
    race, sumo = raced(40, 30, 30.5, jams=[])
    sumo.jams = frozenset()
    hard = Race(lambda pairs: [one * 1.04 for one in sumo(pairs)], SEEDS, 100, runs_kept=8)
    hard.candidates[:] = race.candidates
    assert greens(tried(hard)) == [30, 40]


def test_the_best_of_those_who_all_jam_is_proposed_and_the_present_plans_if_they_are_better() -> None:
    jams = [(30, 12), (31, 10), (32, 10)]
    race, _ = raced(80, 30, 31, 32, jams=jams)
    assert greens(tried(race))[0] == 30
    race, sumo = raced(33, 30, 31, 32, jams=jams)
    assert greens(tried(race))[0] == 33
    assert len(sumo.asked) == len(FURTHER)


def test_the_present_plans_are_put_on_trial_when_nobody_else_is_left() -> None:
    race, sumo = raced(33, 30, jams=[(30, 10)])
    found = tried(race)
    assert greens(found) == [33, 30]
    assert [green for green, _ in sumo.asked] == [30, 30, *[33] * 6]


def test_plans_whose_run_fails_are_not_proposed() -> None:
    race, _ = raced(40, 31)
    broken = Candidate(2, entrant(99), dict.fromkeys(SEEDS, 29.0), stopped=False, score=29.0)
    assert greens(on_trial(race, [broken, race.candidates[1], race.candidates[0]], FURTHER)) == [31, 40, 99]


def test_a_stopped_plan_first_runs_on_the_seeds_that_it_missed() -> None:
    race, sumo = raced(40, 31, kept=4)
    stopped = Candidate(2, entrant(30), {2: 30.0}, stopped=True, score=31.0)
    tried_now = on_trial(race, [stopped, race.candidates[0]], FURTHER)
    assert sumo.asked == [(30, 1), (30, 3), (30, 10), (30, 11)]
    assert set(tried_now[0].delays_s) == {1, 2, 3, 10, 11}


def test_those_that_promise_more_than_the_present_plans_line_up_and_the_stopped_behind_the_others() -> None:
    race, _ = raced(40, 30, 31, 32, 50)
    present, first, second, third, worse = race.candidates
    stopped = replace(second, stopped=True)
    assert lined_up([first, stopped, third, present, worse], present) == [first, third, stopped, present]
    assert lined_up([stopped, first], present) == [stopped, first, present]
    assert lined_up([present, first], present) == [present]


@pytest.mark.parametrize(
    ("runs", "seeds", "kept"),
    [(4, 1, 0), (17, 1, 0), (18, 1, 4), (21, 3, 0), (22, 3, 4), (24, 3, 4), (30, 3, 6), (60, 6, 12), (10**6, 3, 12)],
)
def test_a_quarter_of_a_budget_is_kept_and_nothing_of_a_small_one(runs: int, seeds: int, kept: int) -> None:
    assert kept_runs(runs, seeds) == kept
    assert bounded(kept) == kept


def test_seeds_of_the_trial_are_those_of_nobody_else() -> None:
    first = further_seeds(7, 12, taken=())
    assert len(set(first)) == 12
    assert further_seeds(7, 10, taken=first[:2]) == first[2:]
    assert not set(first) & set(further_seeds(8, 12, taken=()))


JAMMING = FormulaEngine(jams_on=frozenset(further_seeds(1, 12, taken=())[1:3]), rarely_above_s=48)
"""Plans whose first green is above 48 s jam on two seeds that neither the search nor the confirmation runs."""


@pytest.mark.parametrize("by_ladder", [True, False])
def test_a_study_proposes_what_its_trial_proves(tmp_path: Path, *, by_ladder: bool) -> None:
    make = climbed if by_ladder else studied
    runs = executor(tmp_path, JAMMING)
    summary = make(tmp_path, runs, sumo_runs=60)
    written = json.loads((tmp_path / "summary.json").read_text())
    trial = written["trial"]
    assert len(trial) > 1
    assert written["best_number"] == trial[0]["number"] == summary.best.number
    assert [one["mean_delay_s"] for one in trial] == sorted(one["mean_delay_s"] for one in trial)
    assert written["levels"][-1]["name"] == "trial"
    assert written["levels"][-1]["plans"] == sum(bool(one["delays_s"]) for one in trial)
    assert written["levels"][-1]["sumo_runs"] == sum(len(one["delays_s"]) for one in trial) == 12
    assert sum(level["sumo_runs"] for level in written["levels"]) == written["sumo_runs"] <= 60
    confirming = 3 if summary.best_plans == SIGNALS.present else 6
    assert len(set(runs.made)) == len(runs.made) == summary.sumo_runs + confirming
    assert (confirming == 6) == by_ladder  # small steps in SUMO alone find no plan nearby that does not jam
    ran = {seed for one in trial for seed in one["delays_s"]}
    assert not ran & {"1", "2", "3", "11", "12", "13"}
    kept = json.loads((tmp_path / "history.json").read_text())["trial"]
    assert {one["number"]: one["delays_s"] for one in kept} == {
        one["number"]: one["delays_s"] for one in trial if one["delays_s"]
    }


@pytest.mark.parametrize("stop_after", [49, 52, 57])
def test_an_interrupted_trial_goes_on_without_repeating_a_run(tmp_path: Path, stop_after: int) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    at_once, first, second = (
        executor(whole, JAMMING),
        executor(halves, JAMMING, stop_after),
        executor(halves, JAMMING),
    )
    summary = studied(whole, at_once, sumo_runs=60)
    with pytest.raises(KeyboardInterrupt):
        studied(halves, first, sumo_runs=60)
    assert len(trials(halves)) == len(trials(whole))
    resumed = studied(halves, second, sumo_runs=60)
    assert resumed.best_plans == summary.best_plans
    assert (*first.made, *second.made) == tuple(at_once.made)
    assert (halves / "history.json").read_bytes() == (whole / "history.json").read_bytes()


def test_runs_that_failed_in_a_trial_are_not_made_again(tmp_path: Path) -> None:
    engine = FormulaEngine(failing=frozenset(further_seeds(1, 3, taken=())[2:]))
    first, again = executor(tmp_path, engine), executor(tmp_path, engine)
    before = studied(tmp_path, first)
    assert any(None in one["delays_s"].values() for one in json.loads((tmp_path / "history.json").read_text())["trial"])
    after = studied(tmp_path, again)
    assert again.made == []
    assert after.best_plans == before.best_plans


def test_nothing_better_than_the_present_plans_asks_for_no_trial(tmp_path: Path) -> None:
    summary = studied(tmp_path, executor(tmp_path, FormulaEngine(flat=True)))
    assert summary.climb.trial == ()
    assert all(len(entry["delays_s"]) <= 3 for entry in history(tmp_path))
