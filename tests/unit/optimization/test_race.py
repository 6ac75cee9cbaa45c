"""The race: what is counted, who is stopped, who leads."""

import math
from collections.abc import Sequence

from congestion_lab.optimization.race import Entrant, Race
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

SEEDS = (1, 2, 3)


def entrant(green_s: float) -> Entrant:
    """Plans whose delay is their green."""
    interval = Interval(green_s, (Aspect.GREEN,))
    plan = SignalPlan("c", "0", Control.FIXED, 0.0, (SignalGroup("a", (0,)),), (interval,))
    return Entrant(PlanSet((plan,)), f"green {green_s}")


class Track:
    """Delays that are the green plus a tenth of the seed, with a log of what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, int]] = []

    def __call__(self, pairs: Sequence[tuple[PlanSet, int]]) -> list[float]:
        rows = [(plans.plans[0].cycle_s, seed) for plans, seed in pairs]
        self.asked += rows
        return [math.inf if green == 99 else green + seed / 10 for green, seed in rows]


def begun(runs: int = 100, seeds: tuple[int, ...] = SEEDS) -> tuple[Race, Track]:
    track = Track()
    race = Race(track, seeds, runs)
    race.try_all([entrant(50)], all_seeds=True)
    return race, track


def test_a_hopeless_candidate_runs_once_and_a_good_one_on_all_seeds() -> None:
    race, track = begun()
    worse, better = race.try_all([entrant(60), entrant(40)])
    assert worse.stopped
    assert len(worse.delays_s) == 1
    assert not better.stopped
    assert race.incumbent is better
    assert race.runs_used == len(track.asked) == 3 + 1 + 3


def test_stopped_candidates_keep_their_rank_and_never_pass_the_incumbent() -> None:
    race, _ = begun()
    scores = [candidate.score for candidate in race.try_all([entrant(60), entrant(55), entrant(70)])]
    assert scores[1] < scores[0] < scores[2]
    assert race.incumbent is not None
    assert min(scores) > race.incumbent.score


def test_the_difference_is_paired_by_seed() -> None:
    """Seed 2 is worse for everybody by 100 s: that must not stop a candidate that runs there first."""

    def evaluate(pairs: Sequence[tuple[PlanSet, int]]) -> list[float]:
        return [plans.plans[0].cycle_s + 100 * (seed == 2) for plans, seed in pairs]

    race = Race(evaluate, SEEDS, 100)
    race.try_all([entrant(50)], all_seeds=True)
    (candidate,) = race.try_all([entrant(49)])
    assert not candidate.stopped


def test_the_first_seed_changes_from_field_to_field() -> None:
    race, track = begun()
    for green in (60, 61, 62):
        race.try_all([entrant(green)])
    assert [seed for _, seed in track.asked[3:]] == [2, 3, 1]


def test_equal_plans_run_once() -> None:
    race, track = begun()
    first, second = race.try_all([entrant(60), entrant(60)])
    assert first is second
    (again,) = race.try_all([entrant(50)])
    assert again.number == 0
    assert len(track.asked) == len(set(track.asked)) == race.runs_used == 4


def test_the_budget_is_never_exceeded() -> None:
    for runs in range(3, 20):
        race, track = begun(runs)
        for green in range(49, 30, -1):
            race.try_all([entrant(green), entrant(green + 0.5)])
        assert race.runs_used == len(track.asked) <= runs
        assert race.best(1)[0].delays_s.keys() == set(SEEDS)


def test_a_failed_run_is_the_worst_and_never_leads() -> None:
    race, _ = begun()
    failed, good = race.try_all([entrant(99), entrant(45)])
    assert failed.score == math.inf
    assert race.incumbent is good


def test_a_failed_present_plan_does_not_end_the_race() -> None:
    track = Track()
    race = Race(track, SEEDS, 20)
    race.try_all([entrant(99)], all_seeds=True)
    assert race.incumbent is None
    (good,) = race.try_all([entrant(45)])
    assert race.incumbent is good


def test_candidates_are_told_in_order() -> None:
    told: list[int] = []
    race = Race(Track(), SEEDS, 30, on_candidate=lambda candidate: told.append(candidate.number))
    race.try_all([entrant(50)], all_seeds=True)
    race.try_all([entrant(60), entrant(40)])
    assert told == [0, 1, 2]


def test_one_seed_is_enough_to_race() -> None:
    race, _ = begun(seeds=(7,))
    (better,) = race.try_all([entrant(40)])
    assert not better.stopped
    assert race.incumbent is better
