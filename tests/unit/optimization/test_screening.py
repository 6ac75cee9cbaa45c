"""Level 1 on delays that formulas give, and the parts of the space that it moves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from congestion_lab.optimization.search.fastmodel import Observed
from congestion_lab.optimization.search.parts import changed, moving, shared
from congestion_lab.optimization.search.screening import Screen, explore, population_of
from congestion_lab.optimization.search.surrogate import Place, Surrogate
from congestion_lab.optimization.space.space import DecisionSpace, decision_space
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
BOTH = (Control.FIXED, Control.ACTUATED)


def plan(controller: str) -> SignalPlan:
    intervals = (Interval(20, (G, R)), Interval(3, (Y, R)), Interval(54, (R, G)), Interval(3, (R, Y)))
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    return SignalPlan(controller, "0", Control.FIXED, 0.0, groups, intervals)


PRESENT = PlanSet((plan("c.0"), plan("c.1"), plan("c.2")))


def space(*controls: Control) -> DecisionSpace:
    return decision_space(PRESENT, cycle_bounds_s=(50, 140), controls=controls or (Control.FIXED,))


def delay_s(plans: PlanSet) -> float:
    """Best at first greens of 50 s in a cycle of 90 s, and a third less where traffic ends the greens."""
    found = 10.0
    for one in plans:
        off = abs(one.intervals[0].duration_s - 50) / 5 + abs(one.cycle_s - 90) / 10
        found += (5 + off) * (2 / 3 if one.control is Control.ACTUATED else 1)
    return found


@dataclass
class Formula:
    """A fast engine of a formula, with a log."""

    judged: list[PlanSet] = field(default_factory=list)
    vehicle_links: int = 1

    def delays_s(self, plans: Sequence[PlanSet], seeds: Sequence[int]) -> NDArray[np.float64]:
        self.judged += plans
        return np.array([[delay_s(one)] * len(seeds) for one in plans])

    def calibrated(self, observed: Sequence[Observed]) -> "Formula":
        return self


def screen(allowed: int, *controls: Control) -> tuple[Screen, Formula, Place]:
    fast = Formula()
    surrogate = Surrogate(fast, [space(*controls)], 1)
    return Screen(surrogate, allowed), fast, surrogate.place_of(PRESENT)


def explored(allowed: int, *controls: Control, seed: int = 1) -> tuple[Screen, Formula]:
    made, fast, start = screen(allowed, *controls)
    explore(made, [start], sigma=0.12, seed=seed, first=True)
    return made, fast


def test_it_finds_the_optimum_within_what_it_is_allowed() -> None:
    made, fast = explored(1000)
    assert made.leader is not None
    assert delay_s(PRESENT) > 45
    assert made.leader.expected_s == delay_s(made.leader.plans) < 26.5
    assert len(made.archive) == len(fast.judged) <= 1000 + population_of(6)


def test_no_plan_is_judged_twice() -> None:
    _, fast = explored(600)
    assert len(set(fast.judged)) == len(fast.judged)


def test_it_replays_and_follows_its_seed() -> None:
    judged = [explored(400, seed=seed)[1].judged for seed in (1, 1, 2)]
    assert judged[0] == judged[1] != judged[2]


def test_it_changes_the_control_where_that_pays() -> None:
    made, _ = explored(3000, *BOTH)
    assert made.leader is not None
    assert {one.control for one in made.leader.plans} == {Control.ACTUATED}
    assert made.leader.expected_s < 23


def test_a_closed_screen_judges_no_more() -> None:
    made, fast, start = screen(1000)
    made.goes_on = lambda judged: judged < 100
    explore(made, [start], sigma=0.12, seed=1, first=True)
    assert 100 <= len(fast.judged) < 130


def test_populations_grow_with_the_dimension_and_fill_cores() -> None:
    sizes = [population_of(dimension) for dimension in (2, 10, 50, 300)]
    assert sizes == sorted(sizes)
    assert all(size % 4 == 0 and size >= 4 + 3 * math.log(2) for size in sizes)


def test_what_all_intersections_share_is_the_cycle_and_under_actuated_control_the_rest() -> None:
    fixed, both = space(), space(*BOTH)
    assert shared(fixed) == [(0,)]
    names = [{both.names[index].split(".", 2)[2] for index in indices} for indices in shared(both)[1:]]
    assert names == [{"longest"}, {"shortest.0", "shortest.1"}, {"gap"}]
    assert [len(indices) for indices in shared(both)] == [1, 3, 6, 3]


@pytest.mark.parametrize("control", BOTH)
def test_only_what_changes_the_plans_moves(control: Control) -> None:
    where = space(*BOTH)
    chosen = [index for index, name in enumerate(where.names) if name.endswith(".control")]
    point = changed(where.encode(PRESENT), chosen, [(BOTH.index(control) + 0.5) / 2] * len(chosen))
    facets = {where.names[index].split(".", 2)[-1].partition(".")[0] for index in moving(where, point)}
    fixed, actuated = {"cycle", "offset", "split"}, {"longest", "shortest", "gap", "split"}
    assert facets == (fixed if control is Control.FIXED else actuated)


def test_a_changed_point_stays_in_the_cube() -> None:
    assert changed((0.5, 0.5, 0.5), [0, 2], [-0.2, 1.7]) == (0.0, 0.5, 1.0)
