"""Intergreens of a plan for controllers that are told them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from congestion_lab.signals.conflicts import green, group_conflicts, intergreen_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.safety import required_intergreen_s

_TOLERANCE_S = 0.05  # half the resolution of a controller's clock (NTCIP 1202: 0.1 s)
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Intergreens:
    """Times from the end of one group's green to the start of another's, by their places in the plan.

    Attributes:
        needed_s: What clearing takes (ITE), up to the next tenth of a second, for every pair in conflict that never
            runs together.
        present_s: What the plan leaves, where one group follows the other.
    """

    needed_s: Mapping[tuple[int, int], float]
    present_s: Mapping[tuple[int, int], float]


def intergreens(plan: SignalPlan, site: Intersection) -> Intergreens:
    """Return the intergreens of all pairs of groups that must clear for each other."""
    greens = [green(plan, place) for place in range(len(plan.groups))]
    apart = [pair for pair in group_conflicts(plan, site) if not _together(greens[pair[0]], greens[pair[1]])]
    pairs = sorted({*apart, *((second, first) for first, second in apart)})
    needed = {pair: _needed_s(plan, site, *pair) for pair in pairs}
    present = {pair: intergreen_s(plan, *pair) for pair in pairs}
    return Intergreens(needed, {pair: time for pair, time in present.items() if time is not None})


def _together(one: tuple[bool, ...], other: tuple[bool, ...]) -> bool:
    return any(both for both in map(all, zip(one, other, strict=True)))


def _needed_s(plan: SignalPlan, site: Intersection, clearing: int, entering: int) -> float:
    """Return the longest time that a head of one group needs to clear for a head of another."""
    starts, ends = (plan.groups[place].heads for place in (entering, clearing))
    leaving = {head for head in ends if any(site.in_conflict(head, other) for other in starts)}
    exact = required_intergreen_s(head for head in site.heads if head.index in leaving)
    return math.ceil(round((exact - _TOLERANCE_S) * _TENTHS, 6)) / _TENTHS
