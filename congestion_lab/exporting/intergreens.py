"""Intergreens of a plan for controllers that are told them."""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.safety.clearing import Need
from congestion_lab.signals.safety.conflicts import green, group_conflicts, intergreen_s
from congestion_lab.signals.safety.laid import LaidPlan

_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Intergreens:
    """Times from the end of one group's green to the start of another's, by their places in the plan.

    Attributes:
        needed_s: What certificates ask for (ITE), however long, up to the next tenth of a second, for every pair in
            conflict that never runs together.
        present_s: What the plan leaves, where one group follows the other.
    """

    needed_s: Mapping[tuple[int, int], float]
    present_s: Mapping[tuple[int, int], float]


def intergreens(plan: SignalPlan, site: Intersection) -> Intergreens:
    """Return the intergreens of all pairs of groups that must clear for each other."""
    greens = [green(plan, place) for place in range(len(plan.groups))]
    apart = [pair for pair in group_conflicts(plan, site) if not _together(greens[pair[0]], greens[pair[1]])]
    pairs = sorted({*apart, *((second, first) for first, second in apart)})
    laid = LaidPlan(plan, site)
    needed = {pair: _needed_s(laid, *pair) for pair in pairs}
    present = {pair: intergreen_s(plan, *pair) for pair in pairs}
    return Intergreens(needed, {pair: time for pair, time in present.items() if time is not None})


def _together(one: tuple[bool, ...], other: tuple[bool, ...]) -> bool:
    return any(both for both in map(all, zip(one, other, strict=True)))


def _needed_s(laid: LaidPlan, clearing: int, entering: int) -> float:
    """Return the longest time that a head of one group needs to clear for a head of another."""
    pairs = itertools.product(laid.plan.groups[clearing].heads, laid.plan.groups[entering].heads)
    needs = (need for pair in pairs if laid.intersection.in_conflict(*pair) for need in _needs(laid, *pair))
    exact = max(need.total_s for need in needs)
    return math.ceil(round((exact - TOLERANCE_S) * _TENTHS, 6)) / _TENTHS


def _needs(laid: LaidPlan, clearing: int, entering: int) -> Iterator[Need]:
    """Yield what a head needs before another that waits at its stop line, and wherever the plan lets that one enter."""
    yield laid.need(clearing, entering)
    yield from (need for _, need in laid.separations(clearing, entering))
