"""Shortest greens that keep intersections safe."""

import math
from dataclasses import replace

from congestion_lab.core.geometry import Turn
from congestion_lab.optimization.space.shortest import kept_safe
from congestion_lab.optimization.space.space import DecisionSpace, decision_space
from congestion_lab.signals.intersection import Intersection, Leg, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.safety.clearing import required_intergreen_s

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


# Two streets; people cross the first one's leg, 12 m wide, while it has red: 18.3 s.
CROSSING = space((30, (G, R)), (4, (Y, R)), (3, (R, R)), (30, (R, G)), (4, (R, Y)), (3, (R, R)))


def _crossed(*legs: Leg) -> Intersection:
    return Intersection("c", "c", "", (road(0), road(1)), frozenset({(0, 1)}), frozenset(), legs=legs)


def test_who_is_certified_keeps_the_time_to_cross_every_leg() -> None:
    narrow, wide = (kept_safe(CROSSING, [_crossed(Leg(("in0",), width))]).rings[0] for width in (2.0, 12.0))
    assert narrow.min_greens_s == (5, 5)
    # red for the first street lasts 10 s and the second one's green: it keeps what the walk needs of it
    assert wide.min_greens_s == (5, math.ceil(7 + 12 / 1.07 - 10))


def test_who_is_not_certified_is_held_to_what_it_keeps_only() -> None:
    (ring,) = kept_safe(CROSSING, [_crossed(Leg(("in0",), 12.0), Leg(("in1",), 40.0))]).rings
    assert ring.min_greens_s == (5, 5)


def test_phases_that_lose_the_certificate_are_no_variants() -> None:
    """Phase B in its place lets people cross; a ring without it does not."""
    (home,) = kept_safe(CROSSING, [_crossed(Leg(("in0",), 12.0))]).rings
    short = space((30, (G, R)), (4, (Y, R)), (3, (R, R)), (7, (R, G)), (4, (R, Y)), (3, (R, R))).rings[0]
    both = replace(CROSSING, rings=(replace(CROSSING.rings[0], variants=(short, CROSSING.rings[0])),))
    (kept,) = kept_safe(both, [_crossed(Leg(("in0",), 12.0))]).rings
    assert [variant.plan for variant in kept.variants] == [home.plan]
