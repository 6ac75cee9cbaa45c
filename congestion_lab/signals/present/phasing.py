"""From phases with their times to a plan: what every head shows in every second, as a ring of intervals."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.cycle import DECIMALS, EXACT_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.present.planrecords import PhaseTimes
from congestion_lab.signals.rings.clock import RingClock, Served
from congestion_lab.signals.safety.apart import never_together

Phases = Sequence[Served[PhaseTimes]]


def plan_of_phases(
    intersection: Intersection,
    program_id: str,
    cycle_s: float,
    offset_s: float,
    phases: Phases,
    *,
    on_red: frozenset[int] = frozenset(),
    free: frozenset[int] = frozenset(),
) -> SignalPlan:
    """Return the plan that phases make.

    * Heads show what `rings.clock` says.
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
    clock = RingClock(cycle_s, phases, yields=intersection.yields, free=free)
    instants = clock.instants_s()
    bounds = list(zip(instants, [*instants[1:], cycle_s], strict=True))
    straight_over = _straight_over(intersection)
    shown = []
    for begin, end in bounds:
        middle = (begin + end) / 2
        aspects = [clock.shown(head, middle) for head in range(intersection.head_count)]
        walked = _with_walks(aspects, straight_over) if clock.walks(middle) else aspects
        shown.append(_with_turns_on_red(walked, on_red))
    groups = _groups(intersection, shown, phases)
    intervals = tuple(
        Interval(
            round(end - begin, DECIMALS),
            tuple(aspects[group.heads[0]] for group in groups),
            min_s=_least_s(clock, phases, begin, end),
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
        elif phase.split_s > cycle_s + EXACT_S:
            rule = f"phase {phase.id} takes {phase.split_s:g} s of a cycle of {cycle_s:g} s"
            yield Fault(rule, "mend its times or the cycle", source)


def _straight_over(intersection: Intersection) -> Mapping[int, frozenset[int]]:
    """Return the heads that lead straight over each crossing."""
    pairs = never_together(intersection)
    meeting = {*pairs, *((second, first) for first, second in pairs)}
    return {
        crossing: frozenset(other for one, other in meeting if one == crossing) for crossing in intersection.crossings
    }


def _with_walks(aspects: Sequence[Aspect], straight_over: Mapping[int, frozenset[int]]) -> tuple[Aspect, ...]:
    """Return what heads show with the crossings green that no green leads straight over."""
    moving = {head for head, aspect in enumerate(aspects) if aspect.is_green}
    walked = {crossing for crossing, over in straight_over.items() if over.isdisjoint(moving)}
    return tuple(Aspect.GREEN if head in walked else aspect for head, aspect in enumerate(aspects))


def _with_turns_on_red(aspects: Sequence[Aspect], on_red: frozenset[int]) -> tuple[Aspect, ...]:
    waiting = {head for head, aspect in enumerate(aspects) if aspect is Aspect.RED} & on_red
    return tuple(Aspect.STOP_THEN_GO if head in waiting else aspect for head, aspect in enumerate(aspects))


def _least_s(clock: RingClock, phases: Phases, begin_s: float, end_s: float) -> float | None:
    """Return the share of an interval in the least greens of the phases that are green all through it."""
    middle = (begin_s + end_s) / 2
    green = [served.phase for served in phases if clock.since_s(served.phase, middle) < served.phase.green_s]
    shares = [phase.least_green_s * (end_s - begin_s) / phase.green_s for phase in green if phase.least_green_s]
    return round(max(shares), DECIMALS) if shares else None


def _groups(intersection: Intersection, shown: Sequence[Sequence[Aspect]], phases: Phases) -> tuple[SignalGroup, ...]:
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
