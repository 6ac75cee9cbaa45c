"""A plan read along the clock, group by group: what a diagram draws and a timing sheet lists."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.plan import Aspect, Interval, SignalPlan


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the cycle in which one group shows one aspect.

    Attributes:
        aspect: What it shows.
        start_s: Start, from the start of the cycle.
        duration_s: Length.
    """

    aspect: Aspect
    start_s: float
    duration_s: float

    @property
    def end_s(self) -> float:
        """End, from the start of the cycle; a run never passes the end of the cycle."""
        return self.start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class GreenTime:
    """One green of a group with the clearance behind it, possibly around the end of the cycle.

    Attributes:
        start_s: Start of green, within the cycle.
        end_s: End of green, within the cycle.
        green_s: Length of green, protected and permitted.
        yellow_s: Length of the yellow that follows.
        all_red_s: Time after that yellow in which no group is green.
        permitted_s: How much of the green is permitted: vehicles yield.
    """

    start_s: float
    end_s: float
    green_s: float
    yellow_s: float
    all_red_s: float
    permitted_s: float

    @property
    def right_of_way(self) -> str:
        """Whether the green is protected, permitted, or one after the other."""
        if self.permitted_s == 0:
            return "protected"
        return "permitted" if self.permitted_s == self.green_s else "permitted and protected"

    @property
    def green_and_clearance_s(self) -> float:
        """Green, yellow and all-red together; the split of a phase only where groups follow each other one by one."""
        return self.green_s + self.yellow_s + self.all_red_s


def runs(plan: SignalPlan, group: int) -> tuple[Run, ...]:
    """Return what a group (by its place in the plan) shows from the start to the end of the cycle."""
    begun = zip(plan.intervals, plan.starts_s, strict=True)
    timed = [(each.aspects[group], start, each.duration_s) for each, start in begun]
    grouped = (list(rows) for _, rows in itertools.groupby(timed, key=lambda row: row[0]))
    return tuple(Run(rows[0][0], rows[0][1], sum(row[2] for row in rows)) for rows in grouped)


def green_times(plan: SignalPlan, group: int) -> tuple[GreenTime, ...]:
    """Return a group's greens in the order of their start; one that spans the end of the cycle is one green.

    A green that fills the cycle starts and ends at 0.
    """
    count = len(plan.intervals)
    green = [each.aspects[group].is_green for each in plan.intervals]
    if all(green):
        return (GreenTime(0.0, 0.0, plan.cycle_s, 0.0, 0.0, _permitted_s(plan.intervals, group)),)
    firsts = [place for place in range(count) if green[place] and not green[place - 1]]
    return tuple(_green_time(plan, group, first) for first in firsts)


def _green_time(plan: SignalPlan, group: int, first: int) -> GreenTime:
    ring = plan.intervals[first:] + plan.intervals[:first]
    lit = list(itertools.takewhile(lambda each: each.aspects[group].is_green, ring))
    rest = ring[len(lit) :]
    yellow = list(itertools.takewhile(lambda each: each.aspects[group] is Aspect.YELLOW, rest))
    red = itertools.takewhile(lambda each: _all_stop(each.aspects), rest[len(yellow) :])
    start = plan.starts_s[first]
    length = sum(each.duration_s for each in lit)
    return GreenTime(
        start_s=start,
        end_s=within_cycle_s(start + length, plan.cycle_s),
        green_s=length,
        yellow_s=sum(each.duration_s for each in yellow),
        all_red_s=sum(each.duration_s for each in red),
        permitted_s=_permitted_s(lit, group),
    )


def _permitted_s(intervals: Iterable[Interval], group: int) -> float:
    return sum(each.duration_s for each in intervals if each.aspects[group] is Aspect.PERMITTED)


def _all_stop(aspects: tuple[Aspect, ...]) -> bool:
    return all(aspect in (Aspect.RED, Aspect.RED_YELLOW) for aspect in aspects)
