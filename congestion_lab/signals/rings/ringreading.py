"""What a ring-and-barrier diagram makes a controller show, held against the plan that it was made from.

A head that two phases serve which follow each other in a ring stays green in between, as an overlap does.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.retiming import at_its_longest
from congestion_lab.signals.rings.ringbarrier import ring_barrier
from congestion_lab.signals.rings.ringphases import NumberedPhase, RingBarrier
from congestion_lab.signals.rings.stages import crossing_heads

_TOLERANCE_S = 0.05  # half the resolution of a controller's clock (NTCIP 1202: 0.1 s)
_RANK = (Aspect.RED, Aspect.YELLOW, Aspect.PERMITTED, Aspect.GREEN)
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
        more = _RANK.index(self.shown) > (_RANK.index(self.planned) if self.planned in _RANK else 0)
        return self.planned in _CONSTANT or (self.shown.is_green and more)


def faithful_rings(plan: SignalPlan, site: Intersection) -> tuple[RingBarrier, tuple[Departure, ...]]:
    """Return a plan in rings, and where that shows less than the plan.

    Raises:
        SignalPlanError: It would show green where the plan does not, or signals flash or are dark for a time.
    """
    rings = ring_barrier(plan, site)
    found = departures(rings, plan, site)
    hint = "give the group one green that goes on, or export the plan as sumo, vissig, csv or xlsx"
    source = f"plan {plan.controller_id}/{plan.program_id}"
    faults = [Fault(f"phases in rings cannot hold the plan: {one}", hint, source) for one in found if one.dangerous]
    if faults:
        raise SignalPlanError(*faults)
    return rings, found


def departures(rings: RingBarrier, plan: SignalPlan, site: Intersection) -> tuple[Departure, ...]:
    """Return where a diagram shows something else than the plan at its longest, by group."""
    plan = at_its_longest(plan)
    walkers = crossing_heads(site)
    lengths: dict[tuple[str, Aspect, Aspect], float] = {}
    for begin, end, number in _stretches(rings, plan):
        middle = (begin + end) / 2
        for place, group in enumerate(plan.groups):
            planned = plan.intervals[number].aspects[place]
            moving = [head for head in group.heads if head not in rings.free]
            for other in {shown(rings, head, middle, walks=head in walkers) for head in moving} - {planned}:
                key = (group.id, planned, other)
                lengths[key] = lengths.get(key, 0.0) + end - begin
    return tuple(Departure(*key, round(length, 3)) for key, length in lengths.items() if length > _TOLERANCE_S)


def shown(rings: RingBarrier, head: int, time_s: float, *, walks: bool) -> Aspect:
    """Return what a head shows at a time of the cycle.

    Args:
        rings: The diagram.
        head: The head; not one of those that are free.
        time_s: Time from the start of the cycle.
        walks: Whether it is a crossing: no yellow follows its green.
    """
    aspects = (
        _shown_in(phase, following, head, (time_s - phase.start_s) % rings.cycle_s, walks=walks)
        for phase, following in rings.followings
        if head in phase.serves
    )
    return max(aspects, key=_RANK.index, default=Aspect.RED)


def _shown_in(phase: NumberedPhase, following: NumberedPhase, head: int, passed_s: float, *, walks: bool) -> Aspect:
    right = Aspect.GREEN if head in phase.protected or head in phase.walking else Aspect.PERMITTED
    lit = phase.walk_s if head in phase.walking else phase.green_s
    if passed_s < lit:
        return right
    if lit < phase.green_s or passed_s >= phase.split_s:
        return Aspect.RED
    if following is not phase and head in following.serves:
        return right if head not in following.permitted else Aspect.PERMITTED
    return Aspect.YELLOW if passed_s < phase.green_s + phase.yellow_s and not walks else Aspect.RED


def _stretches(rings: RingBarrier, plan: SignalPlan) -> Iterator[tuple[float, float, int]]:
    """Yield begin, end and interval of the stretches in which neither the plan nor the diagram changes."""
    ends = list(itertools.accumulate(each.duration_s for each in plan.intervals))
    changes = {0.0, *ends}
    for phase in rings.phases:
        for after in (0.0, phase.walk_s, phase.green_s, phase.green_s + phase.yellow_s, phase.split_s):
            changes.add((phase.start_s + after) % rings.cycle_s)
    for begin, end in itertools.pairwise(sorted(changes)):
        if end - begin > _TOLERANCE_S / 10:
            yield begin, end, next(number for number, stop in enumerate(ends) if (begin + end) / 2 < stop)
