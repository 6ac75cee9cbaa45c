"""The same ring with other greens: fixed, or left to traffic between a shortest and a longest green.

What is shown, its order and the clearances stay as they are.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.phases import Phase, phases
from congestion_lab.signals.plan import MAX_S, Control, Interval, PlanSet, SignalPlan

MAX_GAP = "max-gap"  # seconds without a vehicle that end a green; the name is that of SUMO's parameter
_STEP_S = 1.0  # no controller changes its mind faster; SUMO takes a shortest green of 0 s for 1 s too
_TIMED_BY_TRAFFIC = frozenset({Control.ACTUATED, Control.DELAY_BASED})
Parameters = tuple[tuple[str, str], ...]


class RingTimer:
    """A ring whose phases are found once, to be timed many times.

    Attributes:
        plan: The ring.
        phases: Its phases, in order of time.
    """

    def __init__(self, plan: SignalPlan) -> None:
        self.plan = plan
        self.phases = phases(plan)
        # A bound that somebody stated for a clearance must not hand it over to the traffic.
        self._clearing = tuple(Interval(each.duration_s, each.aspects, extras=each.extras) for each in plan.intervals)
        self._without_gap = tuple((key, text) for key, text in plan.parameters if key != MAX_GAP)

    def timed(self, greens_s: Sequence[float], offset_s: float, control: Control) -> SignalPlan:
        """Return the ring with other phase durations and offset.

        A phase of several intervals keeps their proportions in whole seconds; a piece left with none is dropped, which
        changes nothing that is shown.

        Args:
            greens_s: One positive duration per phase.
            offset_s: Start of the cycle relative to the reference clock.
            control: How the intervals are timed.
        """
        intervals: list[Interval | None] = list(self.plan.intervals)
        for phase, green in zip(self.phases, greens_s, strict=True):
            if green != phase.green_s:
                for number, duration in self._shared(phase, green):
                    intervals[number] = _lasting(self.plan.intervals[number], duration) if duration > 0 else None
        ring = tuple(interval for interval in intervals if interval is not None)
        return self._made(ring, offset_s, control, self.plan.parameters)

    def actuated(self, longest_s: Sequence[float], shortest_s: Sequence[float], max_gap_s: float) -> SignalPlan:
        """Return the ring under gap-based control: each green ends at its longest, or after its shortest at a gap.

        Args:
            longest_s: Longest green per phase; the cycle that these make is the longest one.
            shortest_s: Shortest green per phase.
            max_gap_s: Time without a vehicle that ends a green.
        """
        intervals: list[Interval | None] = list(self._clearing)
        for phase, longest, shortest in zip(self.phases, longest_s, shortest_s, strict=True):
            first, *rest = phase.intervals
            for number in rest:
                intervals[number] = None  # shows the same as the first
            was = self.plan.intervals[first]
            intervals[first] = Interval(longest, was.aspects, shortest, longest, was.extras)
        ring = tuple(interval for interval in intervals if interval is not None)
        return self._made(ring, 0.0, Control.ACTUATED, (*self._without_gap, (MAX_GAP, f"{max_gap_s:.1f}")))

    def _made(
        self, intervals: tuple[Interval, ...], offset_s: float, control: Control, parameters: Parameters
    ) -> SignalPlan:
        plan = self.plan
        return SignalPlan(
            plan.controller_id,
            plan.program_id,
            control,
            offset_s,
            plan.groups,
            intervals,
            parameters,
            plan.attachments,
        )

    def _shared(self, phase: Phase, green_s: float) -> Iterator[tuple[int, float]]:
        """Yield the new duration of each interval of a phase; they add up to the green exactly."""
        ends = list(itertools.accumulate(self.plan.intervals[number].duration_s for number in phase.intervals))
        bounds = [float(round(end / ends[-1] * green_s)) for end in ends[:-1]]
        bounds = [0.0, *(min(bound, green_s) for bound in bounds), green_s]
        for number, (begin, end) in zip(phase.intervals, itertools.pairwise(bounds), strict=True):
            yield number, end - begin


def shifted(plans: PlanSet, by_s: float) -> PlanSet:
    """Return plans that show at any time what the given ones show so many seconds earlier."""
    return PlanSet(tuple(replace(plan, offset_s=(plan.offset_s + by_s) % plan.cycle_s) for plan in plans))


def at_its_shortest(plan: SignalPlan) -> SignalPlan:
    """Return a plan with every interval as short as its controller may make it: what safety has to hold against."""
    if not is_timed_by_traffic(plan):
        return plan
    return replace(plan, intervals=tuple(_lasting(each, _shortest_s(each)) for each in plan.intervals))


def at_its_longest(plan: SignalPlan) -> SignalPlan:
    """Return a plan with every interval as long as its controller may make it: for how long people may have to wait."""
    if not is_timed_by_traffic(plan):
        return plan
    return replace(plan, intervals=tuple(_lasting(each, _longest_s(each)) for each in plan.intervals))


def is_timed_by_traffic(plan: SignalPlan) -> bool:
    """Whether traffic ends the greens of a plan, each between its shortest and its longest."""
    return plan.control in _TIMED_BY_TRAFFIC


def max_gap_s(plan: SignalPlan) -> float | None:
    """Return the time without a vehicle that ends the greens of an actuated plan, if it states one.

    Raises:
        SignalPlanError: What it states is no number of seconds.
    """
    stated = dict(plan.parameters).get(MAX_GAP)
    if stated is None:
        return None
    try:
        gap = float(stated)
    except ValueError:
        gap = math.nan
    if not 0 <= gap <= MAX_S:
        rule = f"the gap that ends a green is {stated!r}; it must be a number of seconds"
        raise SignalPlanError(Fault(rule, source=f"plan {plan.controller_id}/{plan.program_id}", key=MAX_GAP))
    return gap


def _shortest_s(interval: Interval) -> float:
    if interval.min_s is None:
        return interval.duration_s
    return max(interval.min_s, _STEP_S)


def _longest_s(interval: Interval) -> float:
    if interval.max_s is None:
        return interval.duration_s
    return max(interval.max_s, _shortest_s(interval))


def _lasting(interval: Interval, duration_s: float) -> Interval:
    return Interval(duration_s, interval.aspects, interval.min_s, interval.max_s, interval.extras)
