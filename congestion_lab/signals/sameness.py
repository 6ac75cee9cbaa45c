"""Whether two plans show the same, second by second, whatever intervals and groups they are made of."""

import itertools
from collections.abc import Mapping

from congestion_lab.signals.plan import Aspect, SignalPlan

_DECIMALS = 3
_TOLERANCE_S = 0.05  # half the resolution of a controller's clock (NTCIP 1202: 0.1 s)


def shows_the_same(one: SignalPlan, other: SignalPlan) -> bool:
    """Whether two plans show every head the same at every time of the reference clock, to half a tenth of a second."""
    if abs(one.cycle_s - other.cycle_s) > _TOLERANCE_S:
        return False
    cycle = one.cycle_s
    instants = sorted({*_changes(one, cycle), *_changes(other, cycle), 0.0, cycle})
    stretches = ((begin, end) for begin, end in itertools.pairwise(instants) if end - begin > _TOLERANCE_S)
    return all(_shown(one, (begin + end) / 2) == _shown(other, (begin + end) / 2) for begin, end in stretches)


def _changes(plan: SignalPlan, cycle_s: float) -> list[float]:
    ends = itertools.accumulate(interval.duration_s for interval in plan.intervals)
    return [round((plan.offset_s + end) % cycle_s, _DECIMALS) for end in ends]


def _shown(plan: SignalPlan, clock_s: float) -> Mapping[int, Aspect]:
    """Return what each head shows at a time of the reference clock."""
    time = (clock_s - plan.offset_s) % plan.cycle_s
    ends = itertools.accumulate(interval.duration_s for interval in plan.intervals)
    number = next((at for at, end in enumerate(ends) if time < end), len(plan.intervals) - 1)
    aspects = plan.intervals[number].aspects
    return {head: aspect for group, aspect in zip(plan.groups, aspects, strict=True) for head in group.heads}
