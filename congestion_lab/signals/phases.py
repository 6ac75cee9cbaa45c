"""Phases and clearances of a plan's ring.

Real programmes are irregular: greens cut into many short intervals, overlaps, greens that end without yellow, all-red
while one group goes on. Neighbouring intervals in which all groups show the same count as one, across the end of the
cycle too. The rule that tells green from clearing, applied to each:

* it is clearing if a group shows yellow or red-and-yellow, or if no group has a green that also ends in this cycle
  (groups that are green all the time decide nothing);
* it is clearing too if it is a mere transition: no longer than an all-red, after a yellow, every green in it was green
  before and stays green after, while others start afterwards or need no longer give way (all-red beside an overlap);
* it is a phase otherwise.

Clearing stretches keep their length whatever is done to the greens.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from congestion_lab.signals.plan import Aspect, Control, SignalPlan

MIN_GREEN_S = 5.0  # shortest vehicle green in common use (FHWA Traffic Signal Timing Manual, 2nd ed., table 5-3)
MAX_GREEN_S = 180.0  # the longest cycle that a plan may have: one green never needs more
MAX_TRANSITION_S = 6.0  # longest all-red (MUTCD 2009, section 4D.26)
_CHANGING = frozenset({Aspect.YELLOW, Aspect.RED_YELLOW})


@dataclass(frozen=True, slots=True)
class Phase:
    """A green interval and the groups it serves.

    Attributes:
        intervals: Numbers of the plan's intervals it is made of, in order of time.
        groups: Ids of the groups that are green.
        green_s: Its length.
        min_green_s: Shortest length it may have.
        max_green_s: Longest length it may have.
    """

    intervals: tuple[int, ...]
    groups: tuple[str, ...]
    green_s: float
    min_green_s: float
    max_green_s: float


@dataclass(frozen=True, slots=True)
class Clearance:
    """The fixed stretch between two phases: yellow and all-red.

    Attributes:
        intervals: Numbers of the plan's intervals it is made of, in order of time.
        duration_s: Its length.
    """

    intervals: tuple[int, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A phase, or what lies between two phases.

    Attributes:
        green: Whether it is a phase.
        intervals: Numbers of its intervals, in order of time.
        least_s: Shortest length at which it would still be a phase of its own.
    """

    green: bool
    intervals: tuple[int, ...]
    least_s: float = 0.0


def phases(plan: SignalPlan) -> tuple[Phase, ...]:
    """Return the phases of a plan in order of time, the first one that is running or starts at the cycle's start first.

    The shortest green is 5 s, or the present length where that is shorter. A minimum stated in the plan counts too; in
    fixed control not where it equals the stated maximum, which only says that nothing varied the interval. A stated
    maximum binds responsive control only.
    """
    return tuple(_phase(plan, stretch) for stretch in _stretches(plan) if stretch.green)


def clearances(plan: SignalPlan) -> tuple[Clearance, ...]:
    """Return the fixed stretches between the phases, in order of time."""
    between = (stretch.intervals for stretch in _stretches(plan) if not stretch.green)
    return tuple(Clearance(run, sum(plan.intervals[number].duration_s for number in run)) for run in between)


def clearance_s(plan: SignalPlan) -> float:
    """Return how much of the cycle is clearing."""
    return sum(clearance.duration_s for clearance in clearances(plan))


def stated_min_s(plan: SignalPlan, numbers: Sequence[int]) -> float:
    """Return the shortest length that a plan itself states for some of its intervals together.

    In fixed control a minimum that equals the maximum states nothing: it only says that nobody varied the interval.
    """
    intervals = (plan.intervals[number] for number in numbers)
    fixed = plan.control is Control.FIXED
    return sum(each.min_s or 0.0 for each in intervals if not (fixed and each.min_s == each.max_s))


def _phase(plan: SignalPlan, stretch: _Stretch) -> Phase:
    intervals = [plan.intervals[number] for number in stretch.intervals]
    green = sum(interval.duration_s for interval in intervals)
    stated = stated_min_s(plan, stretch.intervals)
    limits = [interval.max_s for interval in intervals]
    bound = MAX_GREEN_S if plan.control is Control.FIXED else sum(limit or MAX_GREEN_S for limit in limits)
    return Phase(
        intervals=stretch.intervals,
        groups=tuple(
            group.id for group, aspect in zip(plan.groups, intervals[0].aspects, strict=True) if aspect.is_green
        ),
        green_s=green,
        min_green_s=min(green, max(stretch.least_s, stated)),
        max_green_s=max(min(bound, MAX_GREEN_S), green),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring intervals that show the same.

    Attributes:
        intervals: Their numbers, in order of time.
        duration_s: Their length.
        served: Positions of the groups that are green now and not always alike.
        protected: Those of them that need not give way.
        changing: Whether a group shows yellow or red-and-yellow.
    """

    intervals: tuple[int, ...]
    duration_s: float
    served: frozenset[int]
    protected: frozenset[int]
    changing: bool


def _stretches(plan: SignalPlan) -> list[_Stretch]:
    """Return the ring as phases and what lies between them."""
    runs = [_run(plan, numbers) for numbers in runs_of_intervals(plan)]
    stretches: list[_Stretch] = []
    for index, run in enumerate(runs):
        stretch = _stretch(runs[index - 1], run, runs[(index + 1) % len(runs)])
        if stretches and not stretch.green and not stretches[-1].green:
            stretches[-1] = _Stretch(green=False, intervals=stretches[-1].intervals + run.intervals)
        else:
            stretches.append(stretch)
    if len(stretches) > 1 and not stretches[0].green and not stretches[-1].green:
        tail = stretches.pop()
        stretches[0] = _Stretch(green=False, intervals=tail.intervals + stretches[0].intervals)
    return stretches


def _stretch(before: _Run, run: _Run, after: _Run) -> _Stretch:
    more_follows = run.served < after.served or (run.served == after.served and run.protected < after.protected)
    like_transition = before.changing and run.served <= before.served and more_follows
    transition = like_transition and run.duration_s <= MAX_TRANSITION_S
    green = bool(run.served) and not run.changing and not transition
    return _Stretch(green, run.intervals, MAX_TRANSITION_S + 1 if like_transition else MIN_GREEN_S)


def _run(plan: SignalPlan, numbers: tuple[int, ...]) -> _Run:
    aspects = plan.intervals[numbers[0]].aspects
    served = frozenset(
        position
        for position, aspect in enumerate(aspects)
        if aspect.is_green and any(other.aspects[position] is not aspect for other in plan.intervals)
    )
    protected = frozenset(position for position in served if aspects[position] is Aspect.GREEN)
    duration = sum(plan.intervals[number].duration_s for number in numbers)
    return _Run(numbers, duration, served, protected, any(aspect in _CHANGING for aspect in aspects))


def runs_of_intervals(plan: SignalPlan) -> list[tuple[int, ...]]:
    """Return the numbers of neighbouring intervals that show the same, across the end of the cycle too."""
    numbers = range(len(plan.intervals))
    if plan.jumps:
        return [(number,) for number in numbers]  # successors are named by number, so that no interval may be dropped
    shown = itertools.groupby(numbers, key=lambda number: plan.intervals[number].aspects)
    runs = [tuple(run) for _, run in shown]
    if len(runs) > 1 and plan.intervals[0].aspects == plan.intervals[-1].aspects:
        runs[0] = runs.pop() + runs[0]
    return runs
