"""One searched intersection: what of its plan is fixed, the bounds of the rest, and how greens come out of weights."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.phases import Phase, clearance_s, phases, runs_of_intervals
from congestion_lab.signals.plan import Aspect, Control, SignalPlan
from congestion_lab.signals.retiming import RingTimer

_MILLI = 1000


@dataclass(frozen=True, slots=True)
class Ring:
    """One order of phases at one searched intersection.

    Attributes:
        plan: Its present plan, or one with the same phases in another order or with left turns released otherwise.
        min_greens_s: Shortest green per phase, whole seconds.
        clearance_s: Intergreens per cycle.
        reference: Index of the phase that the shares of the others are related to.
        factor: Its cycle over the common cycle.
        shifts: Whether its offset is searched.
        sources: For each phase the present phase that it stands for; numbers beyond those are phases that were added.
        variants: The other rings that the intersection may run instead, each without variants of its own.
    """

    plan: SignalPlan
    min_greens_s: tuple[int, ...]
    clearance_s: float
    reference: int
    factor: float
    shifts: bool = True
    sources: tuple[int, ...] = ()
    variants: tuple["Ring", ...] = ()

    @property
    def min_cycle_s(self) -> float:
        """Shortest cycle that holds all shortest greens."""
        return self.clearance_s + sum(self.min_greens_s)

    def cycle_s(self, common_s: float) -> float:
        """Its own cycle under a common one."""
        cycle = self.factor * common_s
        while cycle < self.min_cycle_s:
            cycle *= 2
        return cycle


def ring_of(plan: SignalPlan, greens: Sequence[Phase], factor: float) -> Ring:
    """Return the ring of a plan and its phases, of which the longest is the reference."""
    longest = max(range(len(greens)), key=lambda index: greens[index].green_s)
    return Ring(plan, shortest_greens_s(greens), clearance_s(plan), longest, factor, sources=tuple(range(len(greens))))


def shortest_greens_s(greens: Sequence[Phase]) -> tuple[int, ...]:
    """Return the shortest greens of some phases in whole seconds."""
    return tuple(math.ceil(phase.min_green_s) for phase in greens)


def timed(ring: Ring, cycle_s: float, weights: Sequence[float], offset_s: float) -> SignalPlan:
    """Return an intersection's plan with its greens in proportion to weights, as far as the shortest greens allow.

    Args:
        ring: The intersection.
        cycle_s: Its cycle; at least `ring.min_cycle_s`.
        weights: One positive weight per phase.
        offset_s: Start of its cycle; rounded to whole seconds within the cycle.
    """
    greens = whole_greens_s(cycle_s - ring.clearance_s, weights, ring.min_greens_s)
    return RingTimer(ring.plan).timed(greens, whole_offset_s(offset_s, cycle_s), Control.FIXED)


def whole_offset_s(offset_s: float, cycle_s: float) -> float:
    """Return an offset in whole seconds within the cycle."""
    return float(round(offset_s) % round(cycle_s))


def greens_s(ring: Ring, plan: SignalPlan) -> list[float]:
    """Return the greens of a plan that has the ring's phases; the longest ones if they vary.

    Raises:
        SignalPlanError: It shows something else.
    """
    pieces = phases_shown(ring, plan)
    if pieces is None:
        rule = "the plan has other phases than the ring"
        raise SignalPlanError(Fault(rule, source=f"plan {plan.controller_id}/{plan.program_id}"))
    return [sum(plan.intervals[number].duration_s for number in piece) for piece in pieces]


def phases_shown(ring: Ring, plan: SignalPlan) -> list[tuple[int, ...]] | None:
    """Return of which of its intervals a plan makes the ring's phases; None if it shows something else.

    Not by `phases(plan)`: a green cut to a few seconds may read as a transition there.
    """
    mine, theirs = runs_of_intervals(ring.plan), runs_of_intervals(plan)
    turn = _turn(_shown(ring.plan, mine), _shown(plan, theirs))
    if turn is None or plan.groups != ring.plan.groups:
        return None
    place = {number: index for index, run in enumerate(mine) for number in run}
    return [theirs[(place[phase.intervals[0]] + turn) % len(theirs)] for phase in phases(ring.plan)]


def _shown(plan: SignalPlan, runs: Sequence[tuple[int, ...]]) -> list[tuple[Aspect, ...]]:
    return [plan.intervals[run[0]].aspects for run in runs]


def _turn(mine: Sequence[tuple[Aspect, ...]], theirs: Sequence[tuple[Aspect, ...]]) -> int | None:
    """Return by how many places their ring starts later than mine; a piece that was dropped may have been the first."""
    if len(mine) != len(theirs):
        return None
    turns = (turn for turn in range(len(mine)) if [*theirs[turn:], *theirs[:turn]] == [*mine])
    return next(turns, None)


def whole_greens_s(total_s: float, weights: Sequence[float], min_greens_s: Sequence[int]) -> tuple[float, ...]:
    """Share a total among phases in proportion to weights, in whole seconds and not below the shortest greens.

    A fraction of a second in the total (intergreens need not add up to whole seconds) goes to the longest green.

    Args:
        total_s: Green time to share; at least the sum of the shortest greens.
        weights: One positive weight per phase.
        min_greens_s: Shortest green per phase.
    """
    seconds = math.floor(round(total_s, 3))
    exact = _above_minimum(seconds, weights, min_greens_s)
    whole = [math.floor(round(green, 6)) for green in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (whole[index] - exact[index], index))
    for index in by_remainder[: seconds - sum(whole)]:
        whole[index] += 1
    greens = [float(green) for green in whole]
    fraction = round((total_s - seconds) * _MILLI) / _MILLI
    greens[max(range(len(greens)), key=greens.__getitem__)] += fraction
    return tuple(greens)


def _above_minimum(total_s: float, weights: Sequence[float], min_greens_s: Sequence[int]) -> list[float]:
    """Proportional shares in which those that would fall below their minimum get it and the others share the rest."""
    held: set[int] = set()
    while True:
        rest = total_s - sum(min_greens_s[index] for index in held)
        weight = sum(weights[index] for index in range(len(weights)) if index not in held)
        shares = [
            float(low) if index in held else rest * weights[index] / weight for index, low in enumerate(min_greens_s)
        ]
        below = {index for index, low in enumerate(min_greens_s) if index not in held and shares[index] < low}
        if not below:
            return shares
        held |= below
