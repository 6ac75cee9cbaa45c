import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.present.phasing import plan_of_phases
from congestion_lab.signals.present.planrecords import PhaseTimes
from congestion_lab.signals.rings.clock import Served
from congestion_lab.signals.timeline import green_times

G, P, Y, R, S = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED, Aspect.STOP_THEN_GO


def site(
    heads: int, *, conflicts: tuple[tuple[int, int], ...] = (), yields: tuple[tuple[int, int], ...] = ()
) -> Intersection:
    found = tuple(SignalHead(one, f"in{one}", 0, f"out{one}", Turn.STRAIGHT, 13.9, 20.0) for one in range(heads))
    return Intersection("x", "X", "", found, frozenset(conflicts), frozenset(yields))


def phase(name: str, start: float, green: float, *, yellow: float = 3.0, red: float = 2.0, ring: int = 1) -> PhaseTimes:
    return PhaseTimes(name, start, green, yellow, red, (), ring)


def shown(plan: SignalPlan, head: int) -> list[tuple[Aspect, float]]:
    """Return what a head shows round the cycle: aspects and how long."""
    place = next(number for number, group in enumerate(plan.groups) if head in group.heads)
    spans: list[tuple[Aspect, float]] = []
    for interval in plan.intervals:
        aspect = interval.aspects[place]
        if spans and spans[-1][0] is aspect:
            spans[-1] = (aspect, spans[-1][1] + interval.duration_s)
        else:
            spans.append((aspect, interval.duration_s))
    return spans


@st.composite
def rings(draw: st.DrawFn) -> tuple[float, list[PhaseTimes]]:
    """Return a cycle and the phases of two rings, times to a tenth of a second, each with a head of its own."""
    tenths = draw(st.integers(600, 1800))
    phases: list[PhaseTimes] = []
    for ring in (1, 2):
        count = draw(st.integers(1, 4))
        cuts = [round(tenths * number / count) for number in range(count + 1)]
        shift = draw(st.integers(0, tenths))
        for begin, end in itertools.pairwise(cuts):
            yellow, red = draw(st.integers(30, 50)), draw(st.integers(0, 40))
            green = end - begin - yellow - red
            name = f"{len(phases)}"
            start = (begin + shift) % tenths / 10
            phases.append(PhaseTimes(name, start, green / 10, yellow / 10, red / 10, (), ring))
    return tenths / 10, phases


@given(rings())
def test_each_head_is_green_exactly_as_long_as_its_phase(case: tuple[float, list[PhaseTimes]]) -> None:
    cycle, phases = case
    served = [Served(one, {head: G}) for head, one in enumerate(phases)]
    plan = plan_of_phases(site(len(phases)), "p", cycle, 7.0, served)
    assert plan.cycle_s == pytest.approx(cycle)
    for head, one in enumerate(phases):
        place = next(number for number, group in enumerate(plan.groups) if head in group.heads)
        (time,) = green_times(plan, place)
        assert time.green_s == pytest.approx(one.green_s, abs=0.002)
        assert time.yellow_s == pytest.approx(one.yellow_s, abs=0.002)
        assert time.start_s % cycle == pytest.approx(one.start_s % cycle, abs=0.002)
        red = sum(span for aspect, span in shown(plan, head) if aspect is R)
        assert red == pytest.approx(cycle - one.green_s - one.yellow_s, abs=0.01)


def test_a_head_that_the_next_phase_releases_too_stays_green() -> None:
    served = [
        Served(phase("1", 0, 10), {0: G, 1: G}),
        Served(phase("2", 15, 20), {0: G, 2: P}),
        Served(phase("3", 40, 15), {2: G}),
    ]
    plan = plan_of_phases(site(3), "p", 60, 0, served)
    assert shown(plan, 0) == [(G, 35), (Y, 3), (R, 22)]
    assert shown(plan, 1) == [(G, 10), (Y, 3), (R, 47)]
    assert shown(plan, 2) == [(R, 15), (P, 25), (G, 15), (Y, 3), (R, 2)], "protected only if it is before and after"


def test_the_strongest_release_counts_where_rings_overlap() -> None:
    served = [Served(phase("5", 0, 10, ring=2), {0: G}), Served(phase("2", 5, 40), {0: P})]
    assert shown(plan_of_phases(site(1), "p", 60, 0, served), 0) == [(G, 10), (P, 35), (Y, 3), (R, 12)]


def test_a_head_of_both_rings_stays_green_while_both_clear_to_phases_that_release_it_too() -> None:
    first = [Served(phase("1", 0, 20), {0: G}), Served(phase("2", 25, 20), {0: G})]
    second = [Served(phase("5", 0, 18, ring=2), {0: G}), Served(phase("6", 23, 22, ring=2), {0: G})]
    assert shown(plan_of_phases(site(1), "p", 50, 0, [*first, *second]), 0) == [(G, 50)]


def test_without_a_stated_right_of_way_a_green_yields_while_others_go_or_clear() -> None:
    place = site(2, conflicts=((0, 1),), yields=((0, 1),))
    served = [Served(phase("6", 0, 20, ring=2), {1: None}), Served(phase("2", 0, 40), {0: None})]
    plan = plan_of_phases(place, "p", 60, 0, served)
    assert shown(plan, 0) == [(P, 25), (G, 15), (Y, 3), (R, 17)]
    assert shown(plan, 1) == [(G, 20), (Y, 3), (R, 37)]


def test_right_turns_on_red_and_heads_that_no_signal_holds() -> None:
    place = site(3, conflicts=((0, 2),), yields=((2, 0),))
    plan = plan_of_phases(
        place, "p", 60, 0, [Served(phase("1", 0, 10), {0: G})], on_red=frozenset({0}), free=frozenset({1, 2})
    )
    assert shown(plan, 0) == [(G, 10), (Y, 3), (S, 47)]
    assert shown(plan, 1) == [(G, 60)]
    assert shown(plan, 2) == [(P, 15), (G, 45)], "while the other goes and clears"


def test_people_cross_during_the_walk_beside_which_nobody_drives_straight_over_them() -> None:
    heads = (
        SignalHead(0, "a", 0, "b", Turn.STRAIGHT, 13.9, 20.0),
        SignalHead(1, "c", 0, "d", Turn.STRAIGHT, 13.9, 20.0),
        SignalHead(2, "", 0, "", None, 1.07, 10.0),
    )
    place = Intersection("x", "X", "", heads, frozenset({(0, 1), (1, 2)}), frozenset({(1, 2)}))
    walking = PhaseTimes("1", 0, 20, 3, 2, (), walk_s=8, ped_clearance_s=9)
    other = PhaseTimes("2", 25, 30, 3, 2, (), walk_s=7, ped_clearance_s=9)
    plan = plan_of_phases(place, "p", 60, 0, [Served(walking, {0: G}), Served(other, {1: G})])
    assert shown(plan, 2) == [(G, 8), (R, 52)]
    assert sum(interval.min_s or 0 for interval in plan.intervals if interval.aspects[0] is G) == pytest.approx(17)


def test_least_greens_are_kept_by_the_intervals() -> None:
    phases = [PhaseTimes("2", 0, 40, 3, 2, (), 1, 20), PhaseTimes("6", 0, 10, 3, 2, (), 2, 6)]
    plan = plan_of_phases(site(2), "p", 60, 0, [Served(one, {head: G}) for head, one in enumerate(phases)])
    assert [interval.min_s for interval in plan.intervals] == [6, 1.5, 1, 12.5, None, None, None]


@pytest.mark.parametrize(
    ("cycle", "times", "told"),
    [
        (0.0, (10.0, 3.0, 2.0), "the cycle is 0 s"),
        (60.0, (0.0, 3.0, 2.0), "green, yellow and all-red of 0, 3, 2 s"),
        (60.0, (10.0, -1.0, 2.0), "of 10, -1, 2 s"),
        (60.0, (58.0, 3.0, 2.0), "takes 63 s of a cycle of 60 s"),
    ],
)
def test_impossible_times_are_told(cycle: float, times: tuple[float, float, float], told: str) -> None:
    with pytest.raises(SignalPlanError, match=told):
        plan_of_phases(site(1), "p", cycle, 0, [Served(PhaseTimes("1", 0, *times, ()), {0: G})])
