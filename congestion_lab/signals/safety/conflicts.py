"""Which groups conflict, and the time a plan leaves between their greens."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.retiming import at_its_shortest

_HELD = frozenset({Aspect.RED, Aspect.RED_YELLOW})
_PROTECTED = frozenset({Aspect.GREEN})
_ANY_GREEN = frozenset({Aspect.GREEN, Aspect.PERMITTED})


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between the end of one right of way and the start of another.

    Attributes:
        duration_s: Its length.
        since: Number of the interval from which the first clears.
        interval: Number of the interval with which the second starts.
        held: Whether a red held the second at its stop line until then.
    """

    duration_s: float
    since: int
    interval: int
    held: bool = True


def group_conflicts(plan: SignalPlan, intersection: Intersection) -> frozenset[tuple[int, int]]:
    """Return the pairs (a, b), a < b, of groups (by their places in the plan) whose paths cross or merge."""
    place = plan.places
    pairs = (
        tuple(sorted((place[first], place[second])))
        for first, second in intersection.conflicts
        if first in place and second in place
    )
    return frozenset((pair[0], pair[1]) for pair in pairs if pair[0] != pair[1])


def intergreen_s(plan: SignalPlan, clearing: int, entering: int) -> float | None:
    """Return the shortest time from one group's green to that of another which follows it, by their places.

    None where they never follow each other: others always get their phase in between, or the two run together. What
    lies between then is no intergreen, however short traffic makes it.
    """
    intervals = at_its_shortest(plan).intervals
    count = len(intervals)
    first, second = (green(plan, group) for group in (clearing, entering))
    phased = {number for phase in phases(plan) for number in phase.intervals}
    times = []
    for end in (
        number for number in range(count) if first[number - 1] and not first[number] and not second[number - 1]
    ):
        ring = [number % count for number in range(end, end + count)]
        between = list(itertools.takewhile(lambda number: not second[number], ring))
        before = intervals[end - 1].aspects
        others = any(number in phased and _starts(before, intervals[number].aspects) for number in between)
        if len(between) < count and not others and not any(first[number] for number in between):
            times.append(sum(intervals[number].duration_s for number in between))
    return min(times, default=None)


def _starts(before: Sequence[Aspect], now: Sequence[Aspect]) -> bool:
    """Whether any group is green that was not before."""
    return any(then.is_green and not was.is_green for was, then in zip(before, now, strict=True))


def green(plan: SignalPlan, group: int) -> tuple[bool, ...]:
    """Return for each interval whether a group, by its place in the plan, is green."""
    return tuple(interval.aspects[group].is_green for interval in plan.intervals)


def gaps(
    durations: Sequence[float],
    clearing: Sequence[Aspect],
    entering: Sequence[Aspect],
    *,
    clearing_yields: bool,
    entering_yields: bool,
) -> Iterator[Gap]:
    """Yield every gap in a ring of intervals between two movements in conflict.

    The first movement clears from the end of its green; where it has to give way to the second, also from the end of
    its protected green, as the permitted one behind it, at once or after yellow, does not tell its drivers who comes.

    Args:
        durations: Length of each interval, seconds.
        clearing: What the first movement sees.
        entering: What the second sees. If it is green already when the first ends, it enters when it no longer has to
            give way, or with its next green.
        clearing_yields: Whether the first has to give way to the second.
        entering_yields: Whether the second has to give way to the first.
    """
    count = len(durations)
    green = [aspect.is_green for aspect in entering]
    dominant = [aspect is Aspect.GREEN or (aspect.is_green and not entering_yields) for aspect in entering]
    for end in range(count):
        before, now = clearing[end - 1], clearing[end]
        goes_on = _PROTECTED if clearing_yields and before is Aspect.GREEN else _ANY_GREEN
        if not before.is_green or now in goes_on:
            continue
        enters = dominant if green[end - 1] else green
        if enters[end - 1]:
            continue  # both ran together, so nothing has to be cleared now
        passed = 0.0
        for number in ((end + step) % count for step in range(count)):
            enters = enters if green[number] else green
            if enters[number]:
                yield Gap(passed, end, number, held=entering[number - 1] in _HELD)
            if enters[number] or clearing[number] in goes_on:
                break
            passed += durations[number]


def is_trapped(turning: Sequence[Aspect], oncoming: Sequence[Aspect], end: int) -> bool:
    """Whether a left turn loses its permitted green with an interval through which oncoming traffic keeps its own.

    Who turns sees the yellow, takes oncoming traffic to stop too, and drives into it: the yellow trap.
    """
    lost = turning[end - 1] is Aspect.PERMITTED and not turning[end].is_green
    return lost and oncoming[end - 1].is_green and oncoming[end].is_green
