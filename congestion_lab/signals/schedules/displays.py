"""What an intersection shows around a switch: as predicted, and as a simulation recorded it."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.safety.rules import check_plan
from congestion_lab.signals.schedules.transitions import Transition, switch_point_s

_TOGETHER = frozenset({"conflicting-greens", "green-must-yield"})  # what no second may show
_DECIMALS = 6  # sums of durations are as exact as this


@dataclass(frozen=True, slots=True)
class Display:
    """What the heads of an intersection show, up to the next display.

    Attributes:
        begin_s: From when on.
        aspects: One aspect per head, by index.
    """

    begin_s: float
    aspects: tuple[Aspect, ...]


def predicted_displays(
    old: SignalPlan, new: SignalPlan, switch: Transition, *, begin_s: float, end_s: float
) -> tuple[Display, ...]:
    """Return what an intersection shows in [begin, end) if it changes plans as its transition says.

    Args:
        old: The plan that runs at first; of fixed times, as the new one.
        new: The plan that follows.
        switch: When and how it follows.
        begin_s: Start of what is asked, no later than the switch.
        end_s: Its end.
    """
    begun = switch.at_s + switch.wait_s
    in_step = begun + switch.stretch_s
    shown = [*_cycles(old, begin_s, begun)]
    if switch.stretch_s > 0:
        first = new.intervals[new.interval_at(switch_point_s(new))]
        shown.append(Display(begun, _by_head(new, first)))
    return within([*shown, *_cycles(new, in_step, max(end_s, in_step))], begin_s=begin_s, end_s=end_s)


def _cycles(plan: SignalPlan, begin_s: float, end_s: float) -> Iterator[Display]:
    """Yield what a plan shows by the clock from one time to another."""
    passed = round((begin_s - plan.offset_s) % plan.cycle_s, _DECIMALS)
    start = begin_s - passed
    for interval in itertools.cycle(plan.intervals):
        if start >= end_s:
            return
        end = round(start + interval.duration_s, _DECIMALS)
        if end > begin_s:
            yield Display(max(start, begin_s), _by_head(plan, interval))
        start = end


def _by_head(plan: SignalPlan, interval: Interval) -> tuple[Aspect, ...]:
    shown = {head: aspect for group, aspect in zip(plan.groups, interval.aspects, strict=True) for head in group.heads}
    return tuple(shown[head] for head in sorted(shown))


def within(displays: Iterable[Display], *, begin_s: float, end_s: float) -> tuple[Display, ...]:
    """Return the displays of [begin, end) in order, none like the one before it; the first from the begin on."""
    found: list[Display] = []
    for display in displays:
        one = Display(max(display.begin_s, begin_s), display.aspects)
        if one.begin_s >= end_s:
            break
        while found and found[-1].begin_s >= one.begin_s:  # it was over before the begin
            found.pop()
        if not found or found[-1].aspects != one.aspects:
            found.append(one)
    return tuple(found)


def parting_s(one: Sequence[Display], other: Sequence[Display], *, end_s: float, tolerance_s: float) -> float | None:
    """Return from when on two sequences of displays differ for the first time; None if they never do.

    Args:
        one: Displays in order.
        other: Displays in order.
        end_s: When the last display of both ends.
        tolerance_s: They differ where they do for so long, one step of the simulation: changes come by steps.
    """
    parted_s = None
    instants = sorted({display.begin_s for display in (*one, *other)} | {end_s})
    for begin_s, until_s in itertools.pairwise(instants):
        if _shown(one, begin_s) == _shown(other, begin_s):
            parted_s = None
            continue
        parted_s = begin_s if parted_s is None else parted_s
        if until_s - parted_s >= tolerance_s:
            return parted_s
    return None


def _shown(displays: Sequence[Display], time_s: float) -> tuple[Aspect, ...]:
    return next((display.aspects for display in reversed(displays) if display.begin_s <= time_s), ())


def greens_in_conflict(
    controller_id: str, displays: Sequence[Display], site: Intersection, *, end_s: float
) -> Iterator[str]:
    """Yield where conflicting heads had the right of way together, in words, with the time.

    Args:
        controller_id: The intersection's controller.
        displays: What it showed, in order.
        site: The intersection.
        end_s: When the last display ended.
    """
    if not displays:
        return
    begins = [display.begin_s for display in displays]
    intervals = tuple(
        Interval(end - display.begin_s, display.aspects)
        for display, end in zip(displays, [*begins[1:], end_s], strict=True)
    )
    groups = tuple(SignalGroup(str(head), (head,)) for head in range(len(displays[0].aspects)))
    recorded = SignalPlan(controller_id, "recorded", Control.FIXED, 0.0, groups, intervals)
    for breach in check_plan(recorded, site):
        if breach.rule in _TOGETHER and breach.interval is not None:
            yield f"at {begins[breach.interval]:g} s heads {' and '.join(breach.groups)} had green together"
