"""Small steps: whom they move, how far, and how the size follows success."""

import numpy as np
import pytest
from numpy.typing import NDArray

from congestion_lab.optimization.search.moves import Moves
from congestion_lab.optimization.space.space import DecisionSpace, decision_space
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED


def plan(controller: str) -> SignalPlan:
    rows = ((30.0, (G, R)), (3.0, (Y, R)), (30.0, (R, G)), (3.0, (R, Y)))
    intervals = tuple(Interval(duration, aspects) for duration, aspects in rows)
    return SignalPlan(controller, "0", Control.FIXED, 0.0, (SignalGroup("a", (0,)), SignalGroup("b", (1,))), intervals)


def space(count: int) -> DecisionSpace:
    return decision_space(PlanSet(tuple(plan(f"c{number}") for number in range(count))), cycle_bounds_s=(50, 140))


def moved(wide: DecisionSpace, seed: int = 1, count: int = 400) -> NDArray[np.bool_]:
    """Which coordinates each of many steps from the middle changed."""
    centre = (0.5,) * wide.dimension
    return np.asarray(np.array(Moves(wide, seed=seed).around(centre, count)) != 0.5)


def test_a_step_moves_one_or_two_intersections() -> None:
    """Eight coordinates: the cycle, one split of the first intersection, offset and split of the others."""
    wide = space(4)
    assert wide.dimension == 8
    steps = moved(wide)
    blocks = np.column_stack([steps[:, 1], *(steps[:, first : first + 2].all(axis=1) for first in (2, 4, 6))])
    assert set(blocks.sum(axis=1)) == {1, 2}
    assert 0.25 < (blocks.sum(axis=1) == 2).mean() < 0.45
    assert 0.08 < steps[:, 0].mean() < 0.22


def test_every_intersection_has_its_turn() -> None:
    assert moved(space(5)).any(axis=0).all()


def test_a_single_intersection_is_moved_alone() -> None:
    assert moved(space(1))[:, 1].all()


def test_steps_stay_in_the_cube_and_follow_the_seed() -> None:
    wide = space(3)
    corner = (0.0, 1.0, 0.0, 1.0, 0.0, 1.0)
    first, again, other = (Moves(wide, seed=seed, size=0.2).around(corner, 50) for seed in (1, 1, 2))
    assert first == again != other
    assert all(0.0 <= value <= 1.0 for point in first for value in point)


def test_the_centre_is_left_as_it_is() -> None:
    centre = (0.5,) * 4
    Moves(space(2), seed=1).around(centre, 10)
    assert centre == (0.5,) * 4


def test_the_size_follows_success_within_bounds() -> None:
    moves = Moves(space(2), seed=1, size=0.05)
    moves.learn(succeeded=True)
    assert moves.size == pytest.approx(0.065)
    moves.learn(succeeded=False)
    assert moves.size == pytest.approx(0.065 * 0.85)
    for _ in range(50):
        moves.learn(succeeded=False)
    assert moves.size == 0.01
    for _ in range(50):
        moves.learn(succeeded=True)
    assert moves.size == 0.2


def test_a_kind_is_drawn_anew_now_and_then_and_never_drifts() -> None:
    plans = PlanSet((plan("c0"),))
    wide = decision_space(plans, cycle_bounds_s=(50, 140), controls=(Control.FIXED, Control.ACTUATED))
    place = wide.names.index("c0.control")
    centre = tuple(0.25 if index == place else 0.5 for index in range(wide.dimension))
    found = [step[place] for step in Moves(wide, seed=1, size=0.2).around(centre, 400)]
    assert set(found) == {0.25, 0.75}
    assert 0.06 < found.count(0.75) / 400 < 0.14
