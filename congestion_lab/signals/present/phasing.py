"""From phases with their times to a plan: what every head shows in every second, as a ring of intervals."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.present.planrecords import PhaseTimes
from congestion_lab.signals.safety.apart import never_together

_DECIMALS = 3  # instants closer than a millisecond are one
_RANK = (Aspect.GREEN, None, Aspect.PERMITTED)  # where several phases release a head, the strongest counts


@dataclass(frozen=True, slots=True)
class Served:
    """What a phase releases, by heads.

    Attributes:
        phase: The phase.
        heads: GREEN, PERMITTED, or None where the right of way decides, by head.
    """

    phase: PhaseTimes
    heads: Mapping[int, Aspect | None]


def plan_of_phases(
    intersection: Intersection,
    program_id: str,
    cycle_s: float,
    offset_s: float,
    phases: Sequence[Served],
    *,
    on_red: frozenset[int] = frozenset(),
    free: frozenset[int] = frozenset(),
) -> SignalPlan:
    """Return the plan that phases make.

    * A head that the next phase of the ring releases too stays green while the first one clears, as a NEMA overlap
      does; it is protected then only if it is before and after.
    * A green without a stated right of way is permitted while a head to which it must yield is green or clearing; so is
      one of heads that no signal holds.
    * People cross during the walk of a phase beside which no traffic goes straight over the crossing.
    * Each interval states its share of the least greens of its phases, so that later timing keeps them.

    Args:
        intersection: Heads and right of way.
        program_id: Name of the plan.
        cycle_s: Cycle.
        offset_s: Start of the cycle relative to the reference clock.
        phases: Phases with what they release.
        on_red: Heads that may go on red after a stop.
        free: Heads that no signal holds: always green, by the right of way.

    Raises:
        SignalPlanError: The cycle is not positive, or a phase is longer than the cycle or has no green.
    """
    source = f"plan {intersection.controller_id}/{program_id}"
    faults = [*_faults(cycle_s, [served.phase for served in phases], source)]
    if faults:
        raise SignalPlanError(*faults)
    clock = _Clock(intersection, cycle_s, phases, on_red, free)
    instants = clock.instants()
    bounds = list(zip(instants, [*instants[1:], cycle_s], strict=True))
    shown = [clock.shown((begin + end) / 2) for begin, end in bounds]
    groups = _groups(intersection, shown, phases)
    intervals = tuple(
        Interval(
            round(end - begin, _DECIMALS),
            tuple(aspects[group.heads[0]] for group in groups),
            min_s=clock.least_s(begin, end),
        )
        for (begin, end), aspects in zip(bounds, shown, strict=True)
    )
    return SignalPlan(intersection.controller_id, program_id, Control.FIXED, offset_s, groups, intervals)


def _faults(cycle_s: float, phases: Iterable[PhaseTimes], source: str) -> Iterator[Fault]:
    if not 0 < cycle_s < math.inf:
        yield Fault(f"the cycle is {cycle_s:g} s; it must be positive", source=source)
        return
    for phase in phases:
        times = (phase.green_s, phase.yellow_s, phase.all_red_s)
        if phase.green_s <= 0 or min(times) < 0:
            told = ", ".join(f"{time:g}" for time in times)
            yield Fault(f"phase {phase.id} has green, yellow and all-red of {told} s", "mend its times", source)
        elif phase.split_s > cycle_s + 10**-_DECIMALS:
            rule = f"phase {phase.id} takes {phase.split_s:g} s of a cycle of {cycle_s:g} s"
            yield Fault(rule, "mend its times or the cycle", source)


class _Clock:
    """Phases laid round a cycle."""

    def __init__(
        self,
        intersection: Intersection,
        cycle_s: float,
        phases: Sequence[Served],
        on_red: frozenset[int],
        free: frozenset[int],
    ) -> None:
        self._intersection = intersection
        self._cycle_s = cycle_s
        self._phases = phases
        self._on_red = on_red
        self._free = free
        self._next = [self._follower(served) for served in phases]
        self._crossings = {head.index for head in intersection.heads if head.is_crossing}
        self._blocked = never_together(intersection)

    def instants(self) -> list[float]:
        """Moments at which something may change, ascending from 0."""
        moments = {0.0}
        for served in self._phases:
            phase = served.phase
            spans = (0.0, phase.walk_s, phase.green_s, phase.green_s + phase.yellow_s, phase.split_s)
            moments |= {round((phase.start_s + span) % self._cycle_s, _DECIMALS) for span in spans}
        return sorted(moment for moment in moments if moment < self._cycle_s - 10**-_DECIMALS / 2)

    def shown(self, time_s: float) -> tuple[Aspect, ...]:
        """What each head shows at a time."""
        heads = range(self._intersection.head_count)
        aspects = [self._aspect(head, time_s) for head in heads]
        for crossing in self._crossings:
            if self._may_walk(crossing, time_s, aspects):
                aspects[crossing] = Aspect.GREEN
        return tuple(aspects)

    def least_s(self, begin_s: float, end_s: float) -> float | None:
        """Share of an interval in the least greens of the phases that are green all through it."""
        middle = (begin_s + end_s) / 2
        green = [served.phase for served in self._phases if self._since(served, middle) < served.phase.green_s]
        shares = [phase.least_green_s * (end_s - begin_s) / phase.green_s for phase in green if phase.least_green_s]
        return round(max(shares), _DECIMALS) if shares else None

    def _since(self, served: Served, time_s: float) -> float:
        return (time_s - served.phase.start_s) % self._cycle_s

    def _follower(self, served: Served) -> Served | None:
        """Return the phase of the same ring that begins when this one has cleared."""
        end = served.phase.start_s + served.phase.split_s
        for other in self._phases:
            away = (other.phase.start_s - end) % self._cycle_s
            together = min(away, self._cycle_s - away) < 10**-_DECIMALS
            if other is not served and other.phase.ring == served.phase.ring and together:
                return other
        return None

    def _aspect(self, head: int, time_s: float) -> Aspect:
        if head in self._free:
            return self._by_right_of_way(head, time_s)
        greens: list[Aspect | None] = []
        held: list[Aspect] = []
        yellow = False
        for served, follower in zip(self._phases, self._next, strict=True):
            if head not in served.heads:
                continue
            since, phase = self._since(served, time_s), served.phase
            if since < phase.green_s:
                greens.append(served.heads[head])
            elif since < phase.split_s and follower is not None and head in follower.heads:
                held.append(self._held(head, served, follower))
            else:
                yellow |= since < phase.green_s + phase.yellow_s
        if greens:
            strongest = min(greens, key=_RANK.index)
            return strongest or self._by_right_of_way(head, time_s)
        if held:
            return Aspect.GREEN if Aspect.GREEN in held else Aspect.PERMITTED
        if yellow:
            return Aspect.YELLOW
        return Aspect.STOP_THEN_GO if head in self._on_red else Aspect.RED

    def _held(self, head: int, served: Served, follower: Served) -> Aspect:
        phase = served.phase
        just = 10**-_DECIMALS / 2
        before = self._aspect(head, phase.start_s + phase.green_s - just)
        after = self._aspect(head, follower.phase.start_s + just)
        return Aspect.GREEN if before is after is Aspect.GREEN else Aspect.PERMITTED

    def _by_right_of_way(self, head: int, time_s: float) -> Aspect:
        busy = {
            other
            for served in self._phases
            if self._since(served, time_s) < served.phase.split_s
            for other in served.heads
        }
        yields = any((head, other) in self._intersection.yields for other in busy | self._free)
        return Aspect.PERMITTED if yields else Aspect.GREEN

    def _may_walk(self, crossing: int, time_s: float, aspects: Sequence[Aspect]) -> bool:
        walking = any(self._since(served, time_s) < served.phase.walk_s for served in self._phases)
        return walking and not any(
            aspect.is_green and (min(crossing, head), max(crossing, head)) in self._blocked
            for head, aspect in enumerate(aspects)
        )


def _groups(
    intersection: Intersection, shown: Sequence[Sequence[Aspect]], phases: Sequence[Served]
) -> tuple[SignalGroup, ...]:
    """Return heads that always show the same, named by the phases that release them."""
    columns: dict[tuple[Aspect, ...], list[int]] = {}
    for head in range(intersection.head_count):
        columns.setdefault(tuple(aspects[head] for aspects in shown), []).append(head)
    names: dict[str, int] = {}
    groups = []
    for heads in columns.values():
        releasing = [served.phase.id for served in phases if heads[0] in served.heads]
        name = "+".join(releasing) or "none"
        names[name] = names.get(name, 0) + 1
        groups.append(SignalGroup(name if names[name] == 1 else f"{name}/{names[name]}", tuple(heads)))
    return tuple(groups)
