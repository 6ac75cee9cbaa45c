"""Shortest greens that keep intersections safe."""

import math

from congestion_lab.core.geometry import Turn
from congestion_lab.optimization.shortest import kept_safe
from congestion_lab.optimization.space import DecisionSpace, decision_space
from congestion_lab.signals.clearing import required_intergreen_s
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED


def space(*rows: tuple[float, tuple[Aspect, ...]]) -> DecisionSpace:
    groups = tuple(SignalGroup(str(index), (index,)) for index in range(len(rows[0][1])))
    intervals = tuple(Interval(duration, aspects) for duration, aspects in rows)
    return decision_space(
        PlanSet((SignalPlan("c", "0", Control.FIXED, 0.0, groups, intervals),)), cycle_bounds_s=(50, 140)
    )


def site(*heads: SignalHead) -> Intersection:
    return Intersection("c", "c", "", heads, frozenset({(0, 2)}), frozenset())


def road(index: int) -> SignalHead:
    return SignalHead(index, f"in{index}", 0, f"out{index}", Turn.STRAIGHT, 12.0, 20.0)


def crossing(index: int, path_m: float) -> SignalHead:
    return SignalHead(index, "", 0, "", None, 1.2, path_m)


# Group 1 runs through phases A and B; group 0 clears during phase B before group 2 starts in phase C.
OVERLAP = space((20, (G, G, R)), (3, (Y, G, R)), (20, (R, G, R)), (3, (R, Y, R)), (20, (R, R, G)), (3, (R, R, Y)))


def test_a_phase_that_lets_others_clear_stays_long_enough() -> None:
    """People of group 0 have 3 s, phase B and 3 s to clear: phase B makes up for the rest."""
    slow = site(crossing(0, 20.0), road(1), road(2))
    need_s = required_intergreen_s(slow.heads[:1])
    (ring,) = kept_safe(OVERLAP, [slow]).rings
    assert 12 < need_s < 26
    assert ring.min_greens_s == (7, math.ceil(need_s - 6), 5)


def test_greens_that_clear_nothing_stay_as_they_are() -> None:
    assert kept_safe(OVERLAP, [site(road(0), road(1), road(2))]) == OVERLAP


def test_what_is_too_short_already_is_not_shortened() -> None:
    """The present phase B of 20 s is too short to clear 60 m: it stays at 20 s."""
    (ring,) = kept_safe(OVERLAP, [site(crossing(0, 60.0), road(1), road(2))]).rings
    assert ring.min_greens_s == (7, 20, 5)


def test_people_on_foot_keep_their_shortest_green() -> None:
    (ring,) = kept_safe(OVERLAP, [site(road(0), road(1), crossing(2, 4.0))]).rings
    assert ring.min_greens_s == (5, 5, 7)
