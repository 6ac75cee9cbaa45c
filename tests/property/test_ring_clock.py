"""What phases in rings show: as a clock of its own says, and as plans say that rings are made of."""

import itertools
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.signals.cycle import apart_s, within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.present.planrecords import PhaseTimes
from congestion_lab.signals.rings.clock import RingClock, Served
from congestion_lab.signals.rings.ringbarrier import ring_barrier
from congestion_lab.signals.rings.starts import RingPhase, ring_times
from tests import ringclock
from tests.property.test_plans import plans

_LETTERS = {Aspect.GREEN: "G", Aspect.PERMITTED: "g", Aspect.YELLOW: "y", Aspect.RED: "r"}
_HEADS = 4


@st.composite
def rings(draw: st.DrawFn) -> tuple[float, list[Served[PhaseTimes]]]:
    """A cycle and the phases of one to three rings, times to a tenth; any of them releases any heads."""
    tenths = draw(st.integers(300, 1800))
    served: list[Served[PhaseTimes]] = []
    for ring in range(1, draw(st.integers(1, 3)) + 1):
        count = draw(st.integers(1, 4))
        cuts = [round(tenths * number / count) for number in range(count + 1)]
        shift = draw(st.integers(0, tenths))
        for begin, end in itertools.pairwise(cuts):
            yellow, red = draw(st.integers(0, 40)), draw(st.integers(0, 30))
            times = ((begin + shift) % tenths / 10, (end - begin - yellow - red) / 10, yellow / 10, red / 10)
            heads = draw(st.dictionaries(st.integers(0, _HEADS - 1), st.sampled_from([Aspect.GREEN, Aspect.PERMITTED])))
            served.append(Served(PhaseTimes(f"{len(served)}", *times, (), ring), heads))
    return tenths / 10, served


@given(case=rings())
def test_phases_show_what_a_clock_of_its_own_says(case: tuple[float, list[Served[PhaseTimes]]]) -> None:
    """Heads that phases of several rings release among them, whatever follows what while others clear."""
    cycle, served = case
    phases = [one.phase for one in served]
    order = [
        sorted((number for number, one in enumerate(phases) if one.ring == ring), key=lambda at: phases[at].start_s)
        for ring in dict.fromkeys(one.ring for one in phases)
    ]
    slots = {
        number: ringclock.Slot(one.start_s, one.green_s, one.yellow_s, one.all_red_s)
        for number, one in enumerate(phases)
    }
    theirs, ours = ringclock.RingClock(cycle, slots, order), RingClock(cycle, served)
    for begin, end in itertools.pairwise([*ours.instants_s(), cycle]):
        for head in range(_HEADS):
            released = [
                [number for number, one in enumerate(served) if one.heads.get(head) is aspect]
                for aspect in (Aspect.GREEN, Aspect.PERMITTED)
            ]
            middle = (begin + end) / 2
            assert _LETTERS[ours.shown(head, middle)] == theirs.shown(*released, middle)


@given(plan=plans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_phases_of_a_plan_begin_when_rings_and_barriers_say(plan: SignalPlan) -> None:
    """What a reader makes of ring, barrier, position and split is where the phases lie that a writer found."""
    try:
        found = ring_barrier(plan, Intersection(plan.controller_id, "x", "", (), frozenset(), frozenset()))
    except SignalPlanError:
        return
    if not found.phases:
        return
    told = [RingPhase(f"{one.number}", one.ring, one.barrier, one.position, one.split_s) for one in found.phases]
    times = ring_times(told)
    assert times.cycle_s == pytest.approx(found.cycle_s, abs=1e-3)
    first = next(one for one in found.phases if times.starts_s[f"{one.number}"] == 0)
    for one in found.phases:
        begin = first.start_s + times.starts_s[f"{one.number}"]
        assert apart_s(begin, one.start_s, found.cycle_s) < 1e-3, one


@given(time=st.floats(-1e5, 1e5), cycle=st.floats(0.1, 1000))
def test_times_come_round_within_the_cycle(time: float, cycle: float) -> None:
    within = within_cycle_s(time, cycle)
    assert 0 <= within < cycle
    assert apart_s(within, time, cycle) < 0.001
    assert math.isclose(apart_s(time, time + cycle, cycle), 0, abs_tol=1e-6)
