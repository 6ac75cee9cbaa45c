"""The search on delays that a formula gives, without a simulator."""

import math
from collections.abc import Sequence

import pytest

from congestion_lab.optimization.search.race import Candidate, Entrant, Race
from congestion_lab.optimization.search.sumosearch import search
from congestion_lab.optimization.space.space import DecisionSpace, decision_space, greens_s
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

SEEDS = (1, 2, 3)


def plan(controller: str, first_s: float, second_s: float) -> SignalPlan:
    green, yellow, red = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
    intervals = (
        Interval(first_s, (green, red)),
        Interval(3.0, (yellow, red)),
        Interval(second_s, (red, green)),
        Interval(3.0, (red, yellow)),
    )
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    return SignalPlan(controller, "0", Control.FIXED, 0.0, groups, intervals)


PRESENT = PlanSet(tuple(plan(f"c{number}", 20.0, 54.0) for number in range(4)))


def distance(plans: PlanSet) -> float:
    """Delay of plans: how far they are from a cycle of 90 s, first greens of 50 s and offsets that differ by 20 s."""
    found = 0.0
    for number, one in enumerate(plans):
        found += abs(one.cycle_s - 90) / 10 + abs(one.intervals[0].duration_s - 50) / 5
        found += abs(math.remainder(one.offset_s - 20 * number, one.cycle_s)) / 10
    return 20 + found


def delays(pairs: Sequence[tuple[PlanSet, int]]) -> list[float]:
    return [distance(plans) + 0.3 * math.sin(seed * distance(plans)) for plans, seed in pairs]


def searched(space: DecisionSpace, present: PlanSet, runs: int, seed: int = 1) -> tuple[Race, Candidate]:
    race = Race(delays, SEEDS, runs)
    race.try_all([Entrant(present, "present")], all_seeds=True)
    return race, search(race, [space], [], seed=seed)


def test_search_comes_close_to_the_optimum_within_its_budget() -> None:
    race, best = searched(decision_space(PRESENT, cycle_bounds_s=(50, 140)), PRESENT, 200)
    assert race.runs_used <= 200
    assert distance(PRESENT) > 55
    assert best.score < 35
    assert not best.stopped


def test_search_is_reproducible_and_follows_its_seed() -> None:
    space = decision_space(PRESENT, cycle_bounds_s=(50, 140))
    tried = [
        [candidate.entrant.plans for candidate in searched(space, PRESENT, 80, seed)[0].candidates]
        for seed in (1, 1, 2)
    ]
    assert tried[0] == tried[1]
    assert tried[0] != tried[2]


def test_search_ends_when_a_small_space_is_exhausted() -> None:
    present = PlanSet((plan("c0", 20.0, 54.0),))
    race, best = searched(decision_space(present, cycle_bounds_s=(80, 81)), present, 2000)
    assert race.runs_used < 2000
    assert best.entrant.plans.plan_of("c0").cycle_s in (80, 81)


def test_search_returns_the_present_plan_when_nothing_is_better() -> None:
    present = PlanSet(tuple(plan(f"c{number}", 50.0, 34.0) for number in range(4)))

    def worse(pairs: Sequence[tuple[PlanSet, int]]) -> list[float]:
        return [10.0 if plans == present else 20.0 for plans, _ in pairs]

    race = Race(worse, SEEDS, 60)
    race.try_all([Entrant(present, "present")], all_seeds=True)
    best = search(race, [decision_space(present, cycle_bounds_s=(50, 140))], [], seed=1)
    assert best.entrant.plans == present


def test_search_survives_failing_runs() -> None:
    def fragile(pairs: Sequence[tuple[PlanSet, int]]) -> list[float]:
        return [
            math.inf if plans.plans[0].cycle_s > 90 else delay
            for (plans, _), delay in zip(pairs, delays(pairs), strict=True)
        ]

    race = Race(fragile, SEEDS, 120)
    race.try_all([Entrant(PRESENT, "present")], all_seeds=True)
    best = search(race, [decision_space(PRESENT, cycle_bounds_s=(50, 140))], [], seed=1)
    assert best.score < distance(PRESENT)
    assert best.entrant.plans.plans[0].cycle_s <= 90


@pytest.mark.parametrize("controller", ["c1"])
def test_subset_leaves_the_others_alone(controller: str) -> None:
    space = decision_space(PRESENT, [controller], cycle_bounds_s=(50, 140))
    _, best = searched(space, PRESENT, 60)
    for before, after in zip(PRESENT, best.entrant.plans, strict=True):
        assert before.controller_id == controller or before == after
    assert all(sum(greens_s(ring, best.entrant.plans.plan_of(controller))) > 0 for ring in space.rings)
