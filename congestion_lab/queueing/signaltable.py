"""Plans as tables: all that changes from one plan set to the next."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from congestion_lab.queueing.kernel import GREEN, PERMITTED, RED, UNCONTROLLED, YELLOW
from congestion_lab.queueing.layout import Records, Roadbed, records
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

_STATES = {
    Aspect.RED: RED,
    Aspect.RED_YELLOW: RED,
    Aspect.YELLOW: YELLOW,
    Aspect.GREEN: GREEN,
    Aspect.PERMITTED: PERMITTED,
    Aspect.STOP_THEN_GO: PERMITTED,
    Aspect.FLASHING: UNCONTROLLED,
    Aspect.DARK: UNCONTROLLED,
}
_MAX_GAP_S = 3.0  # SUMO's defaults for actuated programmes
_DETECT_S = 2.0


_INTERVAL = np.dtype([("duration_s", "f8"), ("shortest_s", "f8"), ("longest_s", "f8")])
_PLAN = np.dtype(
    [
        *((name, "i4") for name in ("first", "end", "states")),
        *(("actuated", "?"), ("offset_s", "f8"), ("gap_s", "f8"), ("detect_s", "f8")),
    ],
    align=True,
)


class SignalTable(NamedTuple):
    """The plans of all controllers; a controller without a plan has no interval.

    Attributes:
        controllers: Their intervals, where their states begin, the offset, whether and how they are actuated: the gap
            at which a green ends, and how far upstream the detector lies, in seconds at the speed limit.
        intervals: Length of each, and its bounds under actuated control.
        states: What each head shows, interval by interval.
    """

    controllers: Records
    intervals: Records
    states: NDArray[np.uint8]


Shown = dict[tuple[int, int, int], tuple[NDArray[np.uint8], tuple[Aspect, ...], tuple[SignalGroup, ...]]]
"""What heads show, by the identities of aspects and groups, which it keeps alive: the plans of a search share them, and
to compare them takes longer than to run a plan."""


def signal_table(plans: PlanSet, controller_ids: tuple[str, ...], bed: Roadbed, shown: Shown) -> SignalTable:
    """Return the table of a plan set.

    Args:
        plans: The plans.
        controller_ids: Controllers in the order of the roads.
        bed: The roads.
        shown: What heads showed in other plans on the same roads; grows.
    """
    by_id = {plan.controller_id: plan for plan in plans}
    found = [by_id.get(name) for name in controller_ids]
    heads = bed.controllers["end_head"] - bed.controllers["first_head"]
    counts = np.array([len(plan.intervals) if plan else 0 for plan in found])
    states = [_states(plan, int(size), shown) for plan, size in zip(found, heads, strict=True) if plan]
    intervals = [interval for plan in found if plan for interval in plan.intervals]
    parameters = [dict(plan.parameters) if plan else {} for plan in found]
    controllers = records(
        _PLAN,
        first=np.cumsum(counts) - counts,
        end=np.cumsum(counts),
        states=np.cumsum(counts * heads) - counts * heads,
        actuated=np.array([plan is not None and plan.control is Control.ACTUATED for plan in found]),
        offset_s=np.array([plan.offset_s if plan else 0.0 for plan in found]),
        gap_s=np.array([float(one.get("max-gap", _MAX_GAP_S)) for one in parameters]),
        detect_s=np.array([float(one.get("detector-gap", _DETECT_S)) for one in parameters]),
    )
    timed = records(
        _INTERVAL,
        duration_s=np.array([one.duration_s for one in intervals]),
        shortest_s=np.array([one.duration_s if one.min_s is None else one.min_s for one in intervals]),
        longest_s=np.array([one.duration_s if one.max_s is None else one.max_s for one in intervals]),
    )
    return SignalTable(controllers, timed, np.concatenate([np.empty(0, dtype=np.uint8), *states]))


def _states(plan: SignalPlan, heads: int, shown: Shown) -> NDArray[np.uint8]:
    return np.concatenate([_row(plan, interval, heads, shown) for interval in plan.intervals])


def _row(plan: SignalPlan, interval: Interval, heads: int, shown: Shown) -> NDArray[np.uint8]:
    """Return what each head shows in an interval."""
    key = (id(interval.aspects), id(plan.groups), heads)
    known = shown.get(key)
    if known is None:
        row = np.zeros(heads, dtype=np.uint8)
        for group, aspect in zip(plan.groups, interval.aspects, strict=True):
            row[[head for head in group.heads if head < heads]] = _STATES[aspect]
        known = shown[key] = (row, interval.aspects, plan.groups)
    return known[0]
