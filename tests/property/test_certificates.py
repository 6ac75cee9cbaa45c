"""The certificate agrees with the safety check, and with a clock that looks at every second."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.certification.certificate import RULES, Verdict
from congestion_lab.signals.certification.certifying import certificate
from congestion_lab.signals.intersection import ConflictDistance, Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.safety.laid import LaidPlan
from congestion_lab.signals.safety.rules import check_plan
from congestion_lab.signals.schedules.transitions import Procedure, transition
from tests.property.test_plans import plans as any_plans

_SHOWN = st.sampled_from([Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED, Aspect.RED])
_WALKING = st.sampled_from([Aspect.GREEN, Aspect.RED])
_HEADS = 4


@st.composite
def sites(draw: st.DrawFn) -> Intersection:
    turns = [draw(st.sampled_from([*Turn, None])) for _ in range(_HEADS)]
    heads = tuple(
        SignalHead(
            index,
            f"in{index}" if turn else "",
            0,
            f"out{index}" if turn else "",
            turn,
            draw(st.sampled_from([1.07, 8.0, 13.9, 19.4])),
            draw(st.sampled_from([0.0, 9.0, 30.0, 80.0])),
        )
        for index, turn in enumerate(turns)
    )
    pairs = [(a, b) for a in range(_HEADS) for b in range(a + 1, _HEADS)]
    conflicts = frozenset(draw(st.sets(st.sampled_from(pairs))))
    yields = frozenset((a, b) if draw(st.booleans()) else (b, a) for a, b in conflicts if draw(st.booleans()))
    ways = tuple(
        ConflictDistance(a, b, draw(st.sampled_from([5.0, 30.0, 90.0])), draw(st.sampled_from([0.0, 20.0])))
        for pair in sorted(conflicts)
        for a, b in (pair, pair[::-1])
        if draw(st.booleans())
    )
    return Intersection("c", "c", "", heads, conflicts, yields, ways)


@st.composite
def plans(draw: st.DrawFn) -> SignalPlan:
    rows = draw(st.lists(st.tuples(*[_SHOWN] * _HEADS), min_size=1, max_size=8))
    groups = tuple(SignalGroup(str(head), (head,)) for head in range(_HEADS))
    ring = tuple(Interval(float(draw(st.integers(1, 30))), row) for row in rows)
    return SignalPlan("c", "p", Control.FIXED, 0.0, groups, ring)


@given(plan=plans(), site=sites())
@settings(max_examples=400)
def test_a_breach_of_the_safety_check_is_a_breach_in_the_certificate_and_the_other_way_round(
    plan: SignalPlan, site: Intersection
) -> None:
    names = {
        "head-without-group": "served",
        "never-green": "served",
        "conflicting-greens": "conflicts",
        "green-must-yield": "yielding",
        "minimum-green": "minimum-green",
        "yellow-missing": "yellow",
        "yellow-too-short": "yellow",
        "yellow-too-long": "yellow",
        "cycle-bounds": "cycle",
    }
    walking = {str(head.index) for head in site.heads if head.is_crossing}
    expected = set()
    for breach in check_plan(plan, site):
        rule = names.get(breach.rule, breach.rule)
        if rule == "minimum-green" and set(breach.groups) <= walking:
            rule = "walk"
        expected.add((rule, breach.groups))
    judged = certificate(plan, site).judgements
    assert {(each.rule, each.subject) for each in judged if each.verdict is Verdict.BREACHED} == expected


@given(plan=plans(), site=sites())
@settings(max_examples=300)
def test_separations_are_those_of_a_clock_that_looks_at_every_second(plan: SignalPlan, site: Intersection) -> None:
    shown = [interval.aspects for interval in plan.intervals for _ in range(int(interval.duration_s))]
    found = {(int(each.clearing), int(each.entering)): each for each in certificate(plan, site).separations}
    laid = LaidPlan(plan, site)
    for pair in site.conflicts:
        for clearing, entering in (pair, pair[::-1]):
            yields = ((clearing, entering) in site.yields, (entering, clearing) in site.yields)
            gaps = _gaps([row[clearing] for row in shown], [row[entering] for row in shown], *yields)
            assert ((clearing, entering) in found) == bool(gaps)
            if gaps:
                cell = found[clearing, entering]
                slack = {gap - laid.need(clearing, entering, held=held).total_s for gap, _, held in gaps}
                assert cell.slack_s == pytest.approx(min(slack))
                assert (cell.provided_s, cell.at_s) in {(gap, at) for gap, at, _ in gaps}


def _gaps(
    clearing: list[Aspect],
    entering: list[Aspect],
    clearing_yields: bool,  # noqa: FBT001 -- one of a pair
    entering_yields: bool,  # noqa: FBT001
) -> set[tuple[int, int, bool]]:
    """Return every (gap, second at which the second one gets its right of way, whether a red held it until then)."""
    count = len(clearing)
    gaps = set()
    for end in range(count):
        was, now = clearing[end - 1], clearing[end]
        loses_priority = clearing_yields and was is Aspect.GREEN and now is not Aspect.GREEN
        if not loses_priority and (not was.is_green or now.is_green):
            continue
        running = entering[end - 1].is_green
        if entering[end - 1] is Aspect.GREEN or (running and not entering_yields):
            continue
        for gap in range(count):
            second = (end + gap) % count
            running = running and entering[second].is_green
            has_to_yield = entering[second] is Aspect.PERMITTED and entering_yields and running
            if entering[second].is_green and not has_to_yield:
                gaps.add((gap, second, entering[second - 1] in {Aspect.RED, Aspect.RED_YELLOW}))
                break
            if clearing[second] is Aspect.GREEN or (clearing[second].is_green and not loses_priority):
                break
    return gaps


@given(plan=plans(), site=sites())
@settings(max_examples=100)
def test_timelines_fill_the_cycle_without_a_hole(plan: SignalPlan, site: Intersection) -> None:
    for line in certificate(plan, site).timelines:
        ends = 0.0
        for run in line.runs:
            assert run.start_s == ends
            ends = run.end_s
        assert ends == plan.cycle_s


@given(plan=any_plans(), other=any_plans(), site=sites(), at=st.integers(0, 86_399))
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_any_plan_gets_a_certificate_and_any_two_a_judged_switch(
    plan: SignalPlan, other: SignalPlan, site: Intersection, at: int
) -> None:
    judged = certificate(plan, site)
    assert {each.rule for each in judged.judgements} <= RULES.keys()
    lone = {head.index for head in site.heads} - {head for group in plan.groups for head in group.heads}
    assert not (lone and judged.certified)
    for procedure in Procedure:
        found = transition(plan, other, site, at_s=at, procedure=procedure)
        assert 0 <= found.wait_s <= plan.cycle_s
        assert 0 <= found.stretch_s <= other.cycle_s
