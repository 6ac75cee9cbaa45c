"""Every point of the decision space is a set of legal plans, and the way back leads to the same plans."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congestion_lab.experiments.spec import Search
from congestion_lab.optimization.space.searched import searched_space
from congestion_lab.optimization.space.space import DecisionSpace, decision_space, greens_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import clearances, phases
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.safety.rules import ERROR, check, intergreen_shortages
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans

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


_NETS = ("cologne3", "ingolstadt1", "ingolstadt7", "grid4x4", "bologna_acosta")


@cache
def _published(net: Path) -> tuple[DecisionSpace, tuple[Intersection, ...], set[tuple[str, str, frozenset[int]]]]:
    """A space of everything that may be searched, the intersections, and what the present plans break already."""
    present, sites = read_plans(net), read_intersections(net)
    search = Search(signals=_some(present), control=("fixed", "actuated"), phases="vary", min_cycle_s=50)
    return searched_space(search, present, sites), sites, _errors(present, sites)


def _some(present: PlanSet) -> tuple[str, ...]:
    """The grid's intersections are all alike: four of them prove as much as all."""
    return tuple(plan.controller_id for plan in present)[: 7 if len(present) < 10 else 4]


@pytest.mark.parametrize("net", _NETS)
@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_point_breaks_a_rule_that_the_present_plans_keep(bench_folder: Path, net: str, data: st.DataObject) -> None:
    """On published networks, whatever the phases, their order, the left turns and who ends the greens."""
    space, sites, known = _published(next((bench_folder / net).glob("*.net.xml*")))
    border = st.sampled_from((0.0, 1.0))
    point = tuple(data.draw(st.lists(st.floats(0.0, 1.0) | border, min_size=space.dimension, max_size=space.dimension)))
    decoded = space.decode(point)
    assert not {
        (rule, controller, heads)
        for rule, controller, heads in _errors(decoded, sites)
        if not any((rule, controller) == (other, place) and heads <= more for other, place, more in known)
    }
    assert space.decode(space.encode(decoded)) == decoded
    for plan, was, site in zip(decoded, space.present, sites, strict=True):
        before = intergreen_shortages(was, site)
        for pair, (gap, _) in intergreen_shortages(plan, site).items():
            assert gap.duration_s >= before[pair][0].duration_s


def _errors(plans: PlanSet, sites: tuple[Intersection, ...]) -> set[tuple[str, str, frozenset[int]]]:
    heads = {(plan.controller_id, group.id): group.heads for plan in plans for group in plan.groups}
    return {
        (
            breach.rule,
            breach.controller_id,
            frozenset(head for group in breach.groups for head in heads[breach.controller_id, group]),
        )
        for breach in check(plans, sites)
        if breach.severity == ERROR
    }
