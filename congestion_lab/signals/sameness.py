"""Whether two plans show the same, second by second, whatever intervals and groups they are made of."""

import itertools
from collections.abc import Mapping

from congestion_lab.signals.cycle import TOLERANCE_S, within_cycle_s
from congestion_lab.signals.plan import Aspect, SignalPlan


def shows_the_same(one: SignalPlan, other: SignalPlan) -> bool:
    """Whether two plans show every head the same at every time of the reference clock, to half a tenth of a second."""
    if abs(one.cycle_s - other.cycle_s) > TOLERANCE_S:
        return False
    cycle = one.cycle_s
    instants = sorted({*_changes(one, cycle), *_changes(other, cycle), 0.0, cycle})
    stretches = ((begin, end) for begin, end in itertools.pairwise(instants) if end - begin > TOLERANCE_S)
    return all(_shown(one, (begin + end) / 2) == _shown(other, (begin + end) / 2) for begin, end in stretches)


def _changes(plan: SignalPlan, cycle_s: float) -> list[float]:
    return [within_cycle_s(plan.offset_s + start, cycle_s) for start in plan.starts_s]


def _shown(plan: SignalPlan, clock_s: float) -> Mapping[int, Aspect]:
    """Return what each head shows at a time of the reference clock."""
    aspects = plan.intervals[plan.interval_at(clock_s - plan.offset_s)].aspects
    return {head: aspect for group, aspect in zip(plan.groups, aspects, strict=True) for head in group.heads}
