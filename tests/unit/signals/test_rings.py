import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.signals.rings.starts import RingPhase, ring_times


@st.composite
def dual_rings(draw: st.DrawFn) -> list[RingPhase]:
    """Return two rings whose splits add up to the same between any two barriers."""
    phases: list[RingPhase] = []
    for barrier in range(1, draw(st.integers(1, 4)) + 1):
        counts = [draw(st.integers(1, 3)) for _ in range(2)]
        total = draw(st.integers(max(counts) * 5, 80))
        for ring, count in enumerate(counts, start=1):
            cuts = sorted(
                draw(st.lists(st.integers(1, total - 1), min_size=count - 1, max_size=count - 1, unique=True))
            )
            for position, (begin, end) in enumerate(zip([0, *cuts], [*cuts, total], strict=True), start=1):
                phases.append(RingPhase(f"{len(phases)}", ring, barrier, position, float(end - begin)))
    return draw(st.permutations(phases))


@given(dual_rings())
def test_phases_follow_one_another_and_cross_barriers_together(phases: list[RingPhase]) -> None:
    times = ring_times(phases)
    for ring in (1, 2):
        own = sorted((one for one in phases if one.ring == ring), key=lambda one: (one.barrier, one.position))
        assert sum(one.split_s for one in own) == pytest.approx(times.cycle_s)
        ends = [times.starts_s[one.id] + one.split_s for one in own]
        assert [times.starts_s[one.id] for one in own] == pytest.approx([0.0, *ends[:-1]])
    for barrier in {one.barrier for one in phases}:
        firsts = {times.starts_s[one.id] for one in phases if (one.barrier, one.position) == (barrier, 1)}
        assert len(firsts) == 1


@given(dual_rings(), st.data())
def test_a_ring_that_is_late_at_a_barrier_is_told(phases: list[RingPhase], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(phases) - 1))
    one = phases[at]
    late = RingPhase(one.id, one.ring, one.barrier, one.position, one.split_s + 1.0)
    with pytest.raises(SignalPlanError, match=f"end of barrier {one.barrier} together"):
        ring_times([*phases[:at], late, *phases[at + 1 :]])


def test_a_ring_without_phases_between_two_barriers_rests() -> None:
    phases = [RingPhase("2", 1, 1, 2, 40), RingPhase("6", 2, 1, 2, 40), RingPhase("4", 1, 2, 2, 20)]
    assert ring_times(phases).starts_s == {"2": 0, "6": 0, "4": 40}
    assert ring_times(phases).cycle_s == 60


def test_every_fault_is_told() -> None:
    phases = [RingPhase("1", 1, 1, 1, 10), RingPhase("2", 1, 1, 1, 10), RingPhase("3", 1, 2, 1, 0)]
    with pytest.raises(SignalPlanError) as told:
        ring_times(phases, "table.csv:2")
    assert [fault.rule for fault in told.value.faults] == [
        "phases 1 and 2 stand in one place: ring 1, barrier 1, position 1",
        "phase 3 takes 0 s",
    ]
    assert {fault.source for fault in told.value.faults} == {"table.csv:2"}
    with pytest.raises(SignalPlanError, match="there is no phase"):
        ring_times([])
    with pytest.raises(SignalPlanError, match="takes nan s"):
        ring_times([RingPhase("1", 1, 1, 1, math.nan)])
