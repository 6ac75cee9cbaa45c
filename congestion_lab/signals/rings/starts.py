"""Rings and barriers: when each phase of a dual-ring controller begins (NEMA TS 2; FHWA Signal Timing Manual, 2nd ed.).

The phases of a ring follow one another by barrier and position. All rings cross a barrier together, so the splits
between two barriers add up to the same in every ring that has phases there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.errors import Fault, SignalPlanError

TOLERANCE_S = 0.1  # resolution of a controller's clock (NTCIP 1202)


@dataclass(frozen=True, slots=True)
class RingPhase:
    """Where a phase stands, and how long it takes.

    Attributes:
        id: Its number or name.
        ring: Its ring.
        barrier: The stretch between two barriers that it belongs to, ascending with time.
        position: Its place in ring and stretch, ascending with time.
        split_s: Green, yellow and all-red.
    """

    id: str
    ring: int
    barrier: int
    position: int
    split_s: float


@dataclass(frozen=True, slots=True)
class RingTimes:
    """When phases begin.

    Attributes:
        starts_s: Begin of green by phase, from the first barrier of the cycle.
        cycle_s: Time from that barrier to itself.
    """

    starts_s: Mapping[str, float]
    cycle_s: float


def ring_times(phases: Sequence[RingPhase], source: str = "") -> RingTimes:
    """Return when each phase begins.

    Args:
        phases: Phases that are served; ids are unique.
        source: What messages name as the place.

    Raises:
        SignalPlanError: There is no phase, two stand in one place, a split is not positive, or rings do not reach a
            barrier together; every fault is named.
    """
    faults = [*_faults(phases, source)]
    starts: dict[str, float] = {}
    time = 0.0
    for barrier in sorted({phase.barrier for phase in phases}):
        sums: dict[int, float] = {}
        for phase in sorted((one for one in phases if one.barrier == barrier), key=lambda one: one.position):
            starts[phase.id] = time + sums.get(phase.ring, 0.0)
            sums[phase.ring] = sums.get(phase.ring, 0.0) + phase.split_s
        if max(sums.values()) - min(sums.values()) > TOLERANCE_S:
            told = ", ".join(f"ring {ring} takes {total:g} s" for ring, total in sorted(sums.items()))
            rule = f"rings do not reach the end of barrier {barrier} together: {told}"
            faults.append(Fault(rule, "make the splits of each ring add up to the same", source))
        time += max(sums.values())
    if faults:
        raise SignalPlanError(*faults)
    return RingTimes(starts, time)


def _faults(phases: Sequence[RingPhase], source: str) -> Iterable[Fault]:
    if not phases:
        yield Fault("there is no phase", "give one at least", source)
    places: dict[tuple[int, int, int], str] = {}
    for phase in phases:
        place = (phase.ring, phase.barrier, phase.position)
        if place in places:
            rule = f"phases {places[place]} and {phase.id} stand in one place: ring {place[0]}, barrier {place[1]}, "
            yield Fault(rule + f"position {place[2]}", "give each a position of its own", source)
        places[place] = phase.id
        if not phase.split_s > 0:
            yield Fault(f"phase {phase.id} takes {phase.split_s:g} s", "a split is positive", source)
