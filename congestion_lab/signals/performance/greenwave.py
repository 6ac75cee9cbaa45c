"""Green waves: what a platoon finds that drives past several signals without stopping.

The greens of all signals are shifted back by the time it takes to drive to each; where they all overlap, whoever passes
the first stop line then meets green at every other. Such a stretch is a band (Little 1966; PASSER II).
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from congestion_lab.signals.plan import Control, SignalPlan

_TOLERANCE_S = 1e-6
Arc = tuple[float, float]
"""Start and end within [0, cycle]; an arc around the end of the cycle is two."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A signal on the way.

    Attributes:
        plan: Its plan.
        heads: Heads that release the way onwards; one that is green is enough.
        travel_s: Time to drive from the first stop line of the way to its stop line.
    """

    plan: SignalPlan
    heads: tuple[int, ...]
    travel_s: float


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the cycle in which a vehicle that passes the first stop line meets green at all others.

    Attributes:
        start_s: When it begins at the first stop line, on the reference clock within the common cycle.
        width_s: Its length: the bandwidth.
    """

    start_s: float
    width_s: float


@dataclass(frozen=True, slots=True)
class Progression:
    """What one direction of a corridor lets through.

    Attributes:
        cycle_s: Common cycle; None where there is none.
        least_green_s: Shortest green on the way: no band is wider.
        bands: All bands of the common cycle, in order of time; none where greens never overlap.
        reason: Why there is no common cycle; "" where there is one.
    """

    cycle_s: float | None
    least_green_s: float
    bands: tuple[Band, ...]
    reason: str = ""

    @property
    def bandwidth_s(self) -> float:
        """Width of the widest band."""
        return max((band.width_s for band in self.bands), default=0.0)

    @property
    def efficiency(self) -> float:
        """Bandwidth over cycle; 0 without a common cycle."""
        return 0.0 if self.cycle_s is None else self.bandwidth_s / self.cycle_s

    @property
    def attainability(self) -> float:
        """Bandwidth over the shortest green on the way: 1 is the most that offsets can reach."""
        return self.bandwidth_s / self.least_green_s if self.least_green_s > 0 else 0.0


def progression(way: Sequence[Passed]) -> Progression:
    """Return the bands of a way past signals, in one direction.

    The common cycle is the longest on the way, if every other divides it. Overlaps are exact: nothing is sampled.
    """
    cycle, reason = _common_cycle([each.plan for each in way])
    if cycle is None:
        return Progression(None, 0.0, (), reason)
    shown = [_greens(each, cycle) for each in way]
    least = min((_widest(arcs, cycle) for arcs in shown), default=0.0)
    overlap = [(0.0, cycle)]
    for arcs in shown:
        overlap = list(_overlaps(overlap, arcs))
    return Progression(cycle, least, tuple(Band(*each) for each in _around(overlap, cycle)))


def _common_cycle(plans: Sequence[SignalPlan]) -> tuple[float | None, str]:
    responsive = [plan.controller_id for plan in plans if plan.control is not Control.FIXED]
    if responsive:
        return None, f"the greens of {responsive[0]} follow the traffic"
    cycle = max((plan.cycle_s for plan in plans), default=0.0)
    for plan in plans:
        times = cycle / plan.cycle_s
        if abs(times - round(times)) > _TOLERANCE_S:
            return None, f"the cycle of {plan.controller_id}, {plan.cycle_s:g} s, does not divide {cycle:g} s"
    return (cycle, "") if cycle > 0 else (None, "there is no signal on the way")


def _greens(passed: Passed, cycle_s: float) -> list[Arc]:
    """Return when the first stop line has to be passed to meet a signal's greens, as arcs of the common cycle."""
    plan, wanted = passed.plan, set(passed.heads)
    groups = [place for place, group in enumerate(plan.groups) if wanted & set(group.heads)]
    lit = [any(each.aspects[group].is_green for group in groups) for each in plan.intervals]
    if all(lit):
        return [(0.0, cycle_s)]
    first = lit.index(False)
    ring = [*range(first, len(lit)), *range(first)]  # begins red, so that no green spans its end
    arcs = []
    for green, run in itertools.groupby(ring, key=lambda number: lit[number]):
        numbers = list(run)
        if green:
            length = sum(plan.intervals[number].duration_s for number in numbers)
            begin = plan.offset_s + plan.starts_s[numbers[0]] - passed.travel_s
            arcs += [(begin + turn * plan.cycle_s, length) for turn in range(round(cycle_s / plan.cycle_s))]
    return sorted(itertools.chain.from_iterable(_cut(begin, length, cycle_s) for begin, length in arcs))


def _cut(begin_s: float, length_s: float, cycle_s: float) -> Iterator[Arc]:
    """Yield an arc in parts that do not pass the end of the cycle."""
    start = begin_s % cycle_s
    if start + length_s <= cycle_s:
        yield start, start + length_s
    else:
        yield start, cycle_s
        yield 0.0, start + length_s - cycle_s


def _overlaps(one: Sequence[Arc], other: Sequence[Arc]) -> Iterator[Arc]:
    for (a, b), (c, d) in itertools.product(one, other):
        if min(b, d) - max(a, c) > _TOLERANCE_S:
            yield max(a, c), min(b, d)


def _around(arcs: Iterable[Arc], cycle_s: float) -> list[tuple[float, float]]:
    """Return (start, length) of arcs, those that touch as one, also across the end of the cycle."""
    joined: list[list[float]] = []
    for start, end in sorted(arcs):
        if joined and start - joined[-1][1] <= _TOLERANCE_S:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    if len(joined) > 1 and joined[0][0] <= _TOLERANCE_S and cycle_s - joined[-1][1] <= _TOLERANCE_S:
        joined[-1][1] += joined.pop(0)[1]
    return [(start, end - start) for start, end in joined]


def _widest(arcs: Sequence[Arc], cycle_s: float) -> float:
    return max((length for _, length in _around(arcs, cycle_s)), default=0.0)
