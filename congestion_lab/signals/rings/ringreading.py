"""What a ring-and-barrier diagram makes a controller show (`clock`), held against the plan that it was made from."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.retiming import at_its_longest
from congestion_lab.signals.rings.clock import RANK, RingClock, Served
from congestion_lab.signals.rings.ringbarrier import ring_barrier
from congestion_lab.signals.rings.ringphases import NumberedPhase, RingBarrier

_CONSTANT = frozenset({Aspect.DARK, Aspect.FLASHING})
_WORDS = {
    Aspect.RED: "red",
    Aspect.RED_YELLOW: "red and yellow",
    Aspect.YELLOW: "yellow",
    Aspect.GREEN: "protected green",
    Aspect.PERMITTED: "permitted green",
    Aspect.STOP_THEN_GO: "go after a stop",
    Aspect.FLASHING: "flashing",
    Aspect.DARK: "dark",
}


@dataclass(frozen=True, slots=True)
class Departure:
    """A stretch that a diagram shows otherwise than the plan.

    Attributes:
        group: Id of the group.
        planned: What the plan shows.
        shown: What the diagram shows.
        duration_s: How long in each cycle.
    """

    group: str
    planned: Aspect
    shown: Aspect
    duration_s: float

    def __str__(self) -> str:
        return f"group {self.group}: {self.duration_s:g} s of {_WORDS[self.planned]} become {_WORDS[self.shown]}"

    @property
    def dangerous(self) -> bool:
        """Whether somebody gets a right of way that the plan does not give."""
        more = RANK.index(self.shown) > (RANK.index(self.planned) if self.planned in RANK else 0)
        return self.planned in _CONSTANT or (self.shown.is_green and more)


def faithful_rings(plan: SignalPlan, site: Intersection) -> tuple[RingBarrier, tuple[Departure, ...]]:
    """Return a plan in rings, and where that shows less than the plan.

    Raises:
        SignalPlanError: It would show green where the plan does not, or signals flash or are dark for a time.
    """
    rings = ring_barrier(plan, site)
    found = departures(rings, plan)
    hint = "give the group one green that goes on, or export the plan as sumo, vissig, csv or xlsx"
    source = f"plan {plan.controller_id}/{plan.program_id}"
    faults = [Fault(f"phases in rings cannot hold the plan: {one}", hint, source) for one in found if one.dangerous]
    if faults:
        raise SignalPlanError(*faults)
    return rings, found


def departures(rings: RingBarrier, plan: SignalPlan) -> tuple[Departure, ...]:
    """Return where a diagram shows something else than the plan at its longest, by group."""
    plan = at_its_longest(plan)
    clock = RingClock(rings.cycle_s, [_served(phase) for phase in rings.phases])
    lengths: dict[tuple[str, Aspect, Aspect], float] = {}
    for begin, end, number in _stretches(clock, plan):
        for place, group in enumerate(plan.groups):
            planned = plan.intervals[number].aspects[place]
            moving = [head for head in group.heads if head not in rings.free]
            for other in {clock.shown(head, (begin + end) / 2) for head in moving} - {planned}:
                key = (group.id, planned, other)
                lengths[key] = lengths.get(key, 0.0) + end - begin
    return tuple(Departure(*key, round(length, 3)) for key, length in lengths.items() if length > TOLERANCE_S)


def _served(phase: NumberedPhase) -> Served[NumberedPhase]:
    heads = dict.fromkeys(phase.permitted, Aspect.PERMITTED) | dict.fromkeys(phase.protected, Aspect.GREEN)
    return Served(phase, heads | dict.fromkeys(phase.walking, Aspect.GREEN), frozenset(phase.walking))


def _stretches(clock: RingClock, plan: SignalPlan) -> Iterator[tuple[float, float, int]]:
    """Yield begin, end and interval of the stretches in which neither the plan nor the diagram changes."""
    for begin, end in itertools.pairwise(sorted({*plan.starts_s, *clock.instants_s(), plan.cycle_s})):
        if end - begin > TOLERANCE_S / 10:
            yield begin, end, plan.interval_at((begin + end) / 2)
