from dataclasses import replace

import pytest

from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.sameness import shows_the_same

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
PLAN = SignalPlan(
    "x",
    "p",
    Control.FIXED,
    0.0,
    (SignalGroup("a", (0, 1)), SignalGroup("b", (2,))),
    (Interval(20, (G, R)), Interval(3, (Y, R)), Interval(2, (R, R)), Interval(30, (R, G)), Interval(5, (R, Y))),
)


def test_groups_and_intervals_may_be_others() -> None:
    groups = (SignalGroup("c", (2,)), SignalGroup("d", (0,)), SignalGroup("e", (1,)))
    turned = tuple(
        Interval(each.duration_s, (each.aspects[1], each.aspects[0], each.aspects[0])) for each in PLAN.intervals
    )
    halves = (replace(turned[3], duration_s=10.0), replace(turned[3], duration_s=20.0))
    rotated = replace(PLAN, offset_s=25.0, groups=groups, intervals=(*halves, turned[4], *turned[:3]))
    assert shows_the_same(PLAN, rotated)
    assert shows_the_same(PLAN, replace(PLAN, offset_s=120.0)), "two cycles later"


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, offset_s=0.2),
        replace(PLAN, intervals=(Interval(20, (Aspect.PERMITTED, R)), *PLAN.intervals[1:])),
        replace(PLAN, intervals=(*PLAN.intervals[:4], Interval(6, (R, Y)))),
        replace(PLAN, groups=(SignalGroup("a", (0, 2)), SignalGroup("b", (1,)))),
    ],
)
def test_any_difference_counts(other: SignalPlan) -> None:
    assert not shows_the_same(PLAN, other)
