"""The same ring with other greens, fixed or left to traffic."""

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.retiming import RingTimer, at_its_longest, at_its_shortest, max_gap_s

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
RING = SignalPlan(
    "c",
    "0",
    Control.FIXED,
    11.0,
    (SignalGroup("a", (0,)), SignalGroup("b", (1,))),
    (
        Interval(20.0, (G, R), 5.0, 50.0, (("name", "one"),)),
        Interval(10.0, (G, R)),
        Interval(3.0, (Y, R)),
        Interval(30.0, (R, G)),
        Interval(3.0, (R, Y)),
    ),
    (("max-gap", "2.0"), ("show-detectors", "true")),
)


def test_an_actuated_ring_holds_one_interval_per_phase_with_both_its_bounds() -> None:
    plan = RingTimer(RING).actuated([40.0, 25.0], [6.0, 5.0], 2.5)
    assert plan.control is Control.ACTUATED
    assert [(each.duration_s, each.min_s, each.max_s) for each in plan.intervals] == [
        (40, 6, 40),
        (3, None, None),
        (25, 5, 25),
        (3, None, None),
    ]
    assert plan.intervals[0].extras == (("name", "one"),)
    assert dict(plan.parameters) == {"show-detectors": "true", "max-gap": "2.5"}
    assert [(phase.min_green_s, phase.max_green_s) for phase in phases(plan)] == [(6, 40), (5, 25)]


def test_the_clearances_of_an_actuated_ring_are_those_of_the_fixed_one() -> None:
    plan = RingTimer(RING).actuated([40.0, 25.0], [6.0, 5.0], 2.5)
    assert [each for each in plan.intervals if Y in each.aspects] == [RING.intervals[2], RING.intervals[4]]


def test_a_fixed_ring_keeps_the_proportions_of_a_phase_in_pieces() -> None:
    plan = RingTimer(RING).timed([15.0, 30.0], 4.0, Control.FIXED)
    assert [each.duration_s for each in plan.intervals] == [10, 5, 3, 30, 3]
    assert (plan.offset_s, plan.control, plan.parameters) == (4.0, Control.FIXED, RING.parameters)


def test_a_fixed_plan_is_at_its_shortest_as_it_is() -> None:
    assert at_its_shortest(RING) is RING
    assert at_its_longest(RING) is RING


def test_traffic_makes_greens_as_short_and_as_long_as_the_plan_states() -> None:
    plan = RingTimer(RING).actuated([40.0, 25.0], [6.0, 0.0], 2.5)
    assert [each.duration_s for each in at_its_shortest(plan).intervals] == [6, 3, 1, 3]
    assert [each.duration_s for each in at_its_longest(plan).intervals] == [40, 3, 25, 3]


@pytest.mark.parametrize(("control", "gap_s"), [(Control.FIXED, 2.0), (Control.ACTUATED, 2.0)])
def test_the_gap_is_read_where_it_is_stated(control: Control, gap_s: float) -> None:
    plan = RingTimer(RING).timed([15.0, 30.0], 0.0, control)
    assert max_gap_s(plan) == gap_s


def test_no_gap_is_stated_by_most_plans() -> None:
    bare = SignalPlan("c", "0", Control.ACTUATED, 0.0, RING.groups, RING.intervals)
    assert max_gap_s(bare) is None


@pytest.mark.parametrize("text", ["soon", "nan", "inf", "-1", ""])
def test_a_gap_that_is_no_number_of_seconds_is_a_fault(text: str) -> None:
    odd = SignalPlan("c", "0", Control.ACTUATED, 0.0, RING.groups, RING.intervals, (("max-gap", text),))
    with pytest.raises(SignalPlanError, match=f"{text!r}; it must be a number of seconds"):
        max_gap_s(odd)
