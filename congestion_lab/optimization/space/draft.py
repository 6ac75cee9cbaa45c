"""A plan in the making and a plan that is looked at: what facets write into and read from."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from congestion_lab.optimization.space.ring import Ring, whole_greens_s, whole_offset_s
from congestion_lab.signals.plan import Control, SignalPlan
from congestion_lab.signals.retiming import RingTimer

USUAL_GAP_S = 3.0  # in the middle of those, and SUMO's default


class Draft(NamedTuple):
    """A plan in the making.

    Attributes:
        ring: The order of phases.
        timer: Makes its plans.
        common_s: The common cycle.
        control: How its greens are timed.
        offset_s: Start of its present cycle.
        offset: Start of its cycle as a share of that cycle, where it is searched.
        weights: One per phase: the greens are in proportion to them.
        longest_cycle_s: Its cycle if traffic keeps every green up to its longest.
        lifts: One per phase: how far its shortest green is raised towards the longest, 0 to 1.
        gap_s: Time without a vehicle that ends a green.
    """

    ring: Ring
    timer: RingTimer
    common_s: float
    control: Control = Control.FIXED
    offset_s: float = 0.0
    offset: float | None = None
    weights: tuple[float, ...] = ()
    longest_cycle_s: float = 0.0
    lifts: tuple[float, ...] = ()
    gap_s: float = USUAL_GAP_S

    def plan(self) -> SignalPlan:
        """Return the finished plan."""
        return self._actuated() if self.control is Control.ACTUATED else self._fixed()

    def _fixed(self) -> SignalPlan:
        cycle = self.ring.cycle_s(self.common_s)
        greens = whole_greens_s(cycle - self.ring.clearance_s, self.weights, self.ring.min_greens_s)
        offset = self.offset_s if self.offset is None else self.offset * cycle
        return self.timer.timed(greens, whole_offset_s(offset, cycle), Control.FIXED)

    def _actuated(self) -> SignalPlan:
        least = self.ring.min_greens_s
        cycle = max(self.longest_cycle_s, math.ceil(self.ring.min_cycle_s))
        longest = whole_greens_s(cycle - self.ring.clearance_s, self.weights, least)
        return self.timer.actuated(longest, list(map(_lifted_s, least, longest, self.lifts)), self.gap_s)


class Seen(NamedTuple):
    """A finished plan, looked at.

    Attributes:
        plan: The plan.
        ring: The order of phases that it shows.
        longest_s: Its greens, the longest ones if they vary; one per phase.
        shortest_s: Its shortest greens.
    """

    plan: SignalPlan
    ring: Ring
    longest_s: Sequence[float]
    shortest_s: Sequence[float]


def _lifted_s(least_s: float, longest_s: float, lift: float) -> float:
    """Return a shortest green in whole seconds, between the shortest that is safe and the longest green."""
    return min(float(round(between(least_s, longest_s, lift))), longest_s)


def between(low: float, high: float, value: float) -> float:
    """Return the number at a place between two positive ones, equal steps being equal ratios."""
    return low * math.pow(high / low, value)
