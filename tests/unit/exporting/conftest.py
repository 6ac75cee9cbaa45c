"""A crossing with hostile names, and its plan."""

from pathlib import Path

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import PlanFile, write_plan_file

G, P, Y, R = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED


@pytest.fixture
def plan() -> SignalPlan:
    """Group `main` is green around the end of the cycle."""
    intervals = (
        Interval(10.0, (G, R)),
        Interval(3.0, (Y, R)),
        Interval(2.0, (R, R)),
        Interval(20.0, (R, P)),
        Interval(3.0, (R, Y)),
        Interval(2.0, (R, R)),
        Interval(20.0, (G, R)),
    )
    groups = (SignalGroup("main", (0,)), SignalGroup("=side", (1,)))
    return SignalPlan("C[1]:*?", "0", Control.FIXED, 7.0, groups, intervals)


@pytest.fixture
def crossing() -> Intersection:
    heads = (
        SignalHead(0, "a", 0, "b", Turn.STRAIGHT, 13.9, 20.0, '=HYPERLINK("http://x")'),
        SignalHead(1, "c", 0, "d", Turn.LEFT, 13.9, 20.0, "Baghdad\u202e Street"),
    )
    return Intersection("C[1]:*?", "@evil <script>", "شارع بغداد", heads, frozenset({(0, 1)}), frozenset())


@pytest.fixture
def plan_file(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    write_plan_file(path, PlanFile("../up and/away", "digest", (crossing,), PlanSet((plan,))))
    return path
