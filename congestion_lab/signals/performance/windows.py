"""When a plan lets a way pass, on the clock: what a time-space diagram shows at each stop line."""

import itertools
import math
from collections.abc import Iterable

from congestion_lab.signals.plan import Control, SignalPlan

Window = tuple[float, float]


def green_windows(plan: SignalPlan, heads: Iterable[int], *, begin_s: float, end_s: float) -> tuple[Window, ...]:
    """Return when any of some heads shows green within [begin, end), in seconds since midnight, ascending.

    Cycles start at the offset and at whole cycles before and after it. A plan that is not timed by the clock has no
    windows that could be known beforehand: none are returned.

    Args:
        plan: The plan of a controller.
        heads: Indices of signal heads.
        begin_s: Start of what is asked.
        end_s: Its end.
    """
    wanted = set(heads)
    groups = [place for place, group in enumerate(plan.groups) if wanted & set(group.heads)]
    if plan.control is not Control.FIXED or not groups:
        return ()
    bounds = list(itertools.pairwise([*plan.starts_s, plan.cycle_s]))
    lit = [any(each.aspects[group].is_green for group in groups) for each in plan.intervals]
    first = math.floor((begin_s - plan.offset_s) / plan.cycle_s)
    last = math.ceil((end_s - plan.offset_s) / plan.cycle_s)
    stretches = (
        (plan.offset_s + cycle * plan.cycle_s + start, plan.offset_s + cycle * plan.cycle_s + end)
        for cycle in range(first, last)
        for (start, end), green in zip(bounds, lit, strict=True)
        if green
    )
    return tuple(_joined((max(start, begin_s), min(end, end_s)) for start, end in stretches))


def _joined(windows: Iterable[Window]) -> list[Window]:
    """Return windows of some length, those that touch as one."""
    found: list[Window] = []
    for start, end in windows:
        if start >= end:
            continue
        if found and math.isclose(found[-1][1], start, abs_tol=1e-6):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
