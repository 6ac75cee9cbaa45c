"""Every point of the decision space is a set of legal plans, and the way back leads to the same plans."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.optimization.shortest import kept_safe
from congestion_lab.optimization.space import DecisionSpace, decision_space, greens_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import clearances, phases
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.safety import check
from congestion_lab.sumo.netfile import read_intersections, read_plans

G, P, Y, R = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED


@st.composite
def plans(draw: st.DrawFn, controller: str) -> SignalPlan:
    """A ring of two to five phases with yellow, and sometimes all-red, between them."""
    count = draw(st.integers(2, 5))
    intervals: list[Interval] = []
    for phase in range(count):
        green = draw(st.sampled_from((3.0, 5.0, 6.0, 12.0, 33.0, 37.5)))
        aspects = [G if group == phase else R for group in range(count)]
        intervals.append(Interval(green, tuple(aspects)))
        intervals.append(Interval(draw(st.sampled_from((3.0, 3.5, 4.0))), tuple(Y if a is G else R for a in aspects)))
        if draw(st.booleans()):
            intervals.append(Interval(draw(st.sampled_from((1.0, 2.0))), (R,) * count))
    groups = tuple(SignalGroup(str(index), (index,)) for index in range(count))
    offset = draw(st.integers(0, 60))
    return SignalPlan(controller, "0", Control.FIXED, float(offset), groups, tuple(intervals))


_CONTROLS = ((Control.FIXED,), (Control.ACTUATED,), (Control.FIXED, Control.ACTUATED))


@st.composite
def spaces(draw: st.DrawFn, controls: tuple[Control, ...] = (Control.FIXED,)) -> DecisionSpace:
    present = PlanSet(tuple(draw(plans(f"c{index}")) for index in range(draw(st.integers(1, 3)))))
    low = draw(st.integers(20, 90))
    bounds = (low, draw(st.integers(low, 180)))
    chosen = draw(st.none() | st.just([present.plans[0].controller_id]))
    space = decision_space(present, chosen, cycle_bounds_s=bounds, controls=controls)
    factors = {ring.plan.controller_id: draw(st.sampled_from((0.5, 1.0, 2.0))) for ring in space.rings}
    return space.with_factors(factors)


@st.composite
def points(draw: st.DrawFn, *, by_traffic: bool = False) -> tuple[DecisionSpace, tuple[float, ...]]:
    space = draw(spaces(draw(st.sampled_from(_CONTROLS[1:] if by_traffic else _CONTROLS[:1]))))
    unit = st.floats(0.0, 1.0)
    return space, tuple(draw(unit) for _ in range(space.dimension))


@given(points())
def test_every_point_is_legal(drawn: tuple[DecisionSpace, tuple[float, ...]]) -> None:
    space, point = drawn
    decoded = space.decode(point)
    common = space.common_cycle_s(point)
    for ring in space.rings:
        plan = decoded.plan_of(ring.plan.controller_id)
        assert plan.cycle_s == plan.cycle_s // 1 == ring.cycle_s(common)
        assert 0 <= plan.offset_s < plan.cycle_s
        assert plan.offset_s == plan.offset_s // 1
        assert all(green >= low for green, low in zip(greens_s(ring, plan), ring.min_greens_s, strict=True))
        assert [interval.aspects for interval in plan.intervals] == [each.aspects for each in ring.plan.intervals]
        for clearance in clearances(ring.plan):
            for number in clearance.intervals:
                assert plan.intervals[number] == ring.plan.intervals[number]
        if sum(phase.green_s % 1 for phase in phases(ring.plan)) == 0 and ring.clearance_s % 1 == 0:
            assert all(green % 1 == 0 for green in greens_s(ring, plan))


@given(points())
def test_cycles_stay_in_step(drawn: tuple[DecisionSpace, tuple[float, ...]]) -> None:
    space, point = drawn
    decoded = space.decode(point)
    cycles = [decoded.plan_of(ring.plan.controller_id).cycle_s for ring in space.rings]
    assert all((max(cycles) / cycle).is_integer() for cycle in cycles)


@given(points())
def test_plans_not_searched_stay_as_they_are(drawn: tuple[DecisionSpace, tuple[float, ...]]) -> None:
    space, point = drawn
    searched = {ring.plan.controller_id for ring in space.rings}
    for before, after in zip(space.present, space.decode(point), strict=True):
        assert after.controller_id in searched or after == before


@given(points(by_traffic=True))
def test_every_point_that_traffic_times_is_legal(drawn: tuple[DecisionSpace, tuple[float, ...]]) -> None:
    space, point = drawn
    decoded = space.decode(point)
    longest_s = max(space.cycle_bounds_s[1], *(ring.min_cycle_s + 1 for ring in space.rings))
    for ring in space.rings:
        plan = decoded.plan_of(ring.plan.controller_id)
        assert plan.control in space.controls
        assert plan.control is Control.FIXED or plan.cycle_s <= longest_s
        assert [interval.aspects for interval in plan.intervals] == [each.aspects for each in ring.plan.intervals]
        for clearance in clearances(ring.plan):
            for number in clearance.intervals:
                assert plan.intervals[number] == ring.plan.intervals[number]
        if plan.control is Control.ACTUATED:
            for phase, least in zip(phases(ring.plan), ring.min_greens_s, strict=True):
                (number,) = phase.intervals
                green = plan.intervals[number]
                assert green.min_s is not None
                assert green.max_s is not None
                assert least <= green.min_s <= green.max_s == green.duration_s


@given(points(by_traffic=True))
def test_decoded_plans_that_traffic_times_come_back(drawn: tuple[DecisionSpace, tuple[float, ...]]) -> None:
    space, point = drawn
    decoded = space.decode(point)
    assert space.decode(space.encode(decoded)) == decoded


@given(points())
def test_decoded_plans_come_back(drawn: tuple[DecisionSpace, tuple[float, ...]]) -> None:
    space, point = drawn
    decoded = space.decode(point)
    assert space.decode(space.encode(decoded)) == decoded


@given(spaces())
def test_present_plans_are_points_where_their_cycles_fit(space: DecisionSpace) -> None:
    own = decision_space(space.present, cycle_bounds_s=(10, 300))
    whole = all(float(interval.duration_s).is_integer() for plan in space.present for interval in plan.intervals)
    cycles = {plan.cycle_s for plan in space.present}
    if whole and len(cycles) == 1:
        back = own.decode(own.encode(space.present))
        for ring in own.rings:
            mine = back.plan_of(ring.plan.controller_id)
            assert greens_s(ring, mine) == greens_s(ring, ring.plan)
            assert mine.offset_s == ring.plan.offset_s % ring.plan.cycle_s


@pytest.mark.parametrize("controls", [_CONTROLS[0], _CONTROLS[2]], ids=["fixed", "either"])
@pytest.mark.parametrize(
    "net", ["cologne3/cologne3", "ingolstadt1/ingolstadt1", "ingolstadt7/ingolstadt7", "grid4x4/grid4x4"]
)
def test_no_point_breaks_a_rule_that_the_present_plans_keep(
    bench_folder: Path, net: str, controls: tuple[Control, ...]
) -> None:
    """On published networks: what is not searched decides on safety, and stays as it is."""
    file = bench_folder / f"{net}.net.xml.gz"
    present, sites = read_plans(file), read_intersections(file)
    space = kept_safe(decision_space(present, cycle_bounds_s=(50, 140), controls=controls), sites)
    known = _places(present, sites)
    random = np.random.default_rng(7)
    corners = [np.zeros(space.dimension), np.ones(space.dimension)]
    for point in [*corners, *random.random((10, space.dimension)), *random.integers(0, 2, (10, space.dimension))]:
        assert _places(space.decode([float(value) for value in point]), sites) <= known


def _places(plans: PlanSet, sites: tuple[Intersection, ...]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(breach.rule, breach.controller_id, breach.groups) for breach in check(plans, sites)}
