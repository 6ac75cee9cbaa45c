"""Ring diagrams: what stands beside them."""

import pytest

from congestion_lab.reporting.drawing.ringdiagram import ring_of
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED


@pytest.mark.parametrize(
    ("control", "facts"),
    [
        (Control.FIXED, "cycle 40 s, offset 7 s"),
        (Control.ACTUATED, "greens end by traffic, cycle at most 40 s"),
    ],
)
def test_a_ring_tells_who_ends_its_greens(control: Control, facts: str) -> None:
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    rows = ((20.0, (G, R)), (4.0, (Y, R)), (12.0, (R, G)), (4.0, (R, Y)))
    plan = SignalPlan("c", "0", control, 47.0, groups, tuple(Interval(length, shown) for length, shown in rows))
    ring = ring_of(plan, Intersection("c", "c", "", (), frozenset(), frozenset()), {}, span_s=40.0)
    assert ring.facts == facts
    assert len(ring.rows) == 2
