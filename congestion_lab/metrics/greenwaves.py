"""Green waves along corridors, both directions of a street side by side."""

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from congestion_lab.metrics.corridors import Corridor, StopLine, arrivals_on_green, section_times
from congestion_lab.signals.performance.greenwave import Passed, Progression, progression
from congestion_lab.signals.performance.windows import green_windows
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import PASSAGES

_LEAST_SHARED = 2  # signals in opposite order that make two ways the directions of one street


@dataclass(frozen=True, slots=True)
class Wave:
    """The green wave of one direction.

    Attributes:
        corridor: The way.
        lines: Its stop lines whose plans are known, in driving order.
        travel_s: Time from the first of them to each.
        progression: Its bands.
    """

    corridor: Corridor
    lines: tuple[StopLine, ...]
    travel_s: tuple[float, ...]
    progression: Progression


@dataclass(frozen=True, slots=True)
class Street:
    """One or both directions of a street.

    Attributes:
        there: The direction that was asked, or the one with more signals.
        back: The way in which most of its signals follow in opposite order, if there is one.
    """

    there: Wave
    back: Wave | None

    @property
    def waves(self) -> tuple[Wave, ...]:
        """The directions that there are."""
        return (self.there,) if self.back is None else (self.there, self.back)

    @property
    def efficiency(self) -> float | None:
        """Sum of the bandwidths over the cycle, per direction; None without a common cycle (PASSER II)."""
        if any(wave.progression.cycle_s is None for wave in self.waves):
            return None
        return sum(wave.progression.efficiency for wave in self.waves) / len(self.waves)

    @property
    def attainability(self) -> float | None:
        """Sum of the bandwidths over the sum of the shortest greens; None without a common cycle (PASSER II)."""
        greens = sum(wave.progression.least_green_s for wave in self.waves)
        if greens <= 0 or any(wave.progression.cycle_s is None for wave in self.waves):
            return None
        return sum(wave.progression.bandwidth_s for wave in self.waves) / greens


def streets(corridors: Sequence[Corridor], plans: PlanSet, *, speed_mps: float | None = None) -> tuple[Street, ...]:
    """Return the corridors as streets, each way in one of them, in the order in which they are given.

    Args:
        corridors: Ways in one direction each.
        plans: The plans of the controllers; signals of others are passed over.
        speed_mps: Speed of progression; the speed limits if left out.
    """
    left = list(corridors)
    found = []
    while left:
        there = left.pop(0)
        back = max(left, key=lambda way: _shared(there, way), default=None)
        if back is not None and _shared(there, back) >= _LEAST_SHARED:
            left.remove(back)
        else:
            back = None
        found.append(Street(wave(there, plans, speed_mps), None if back is None else wave(back, plans, speed_mps)))
    return tuple(found)


def wave(corridor: Corridor, plans: PlanSet, speed_mps: float | None = None) -> Wave:
    """Return the green wave of one way."""
    known = {plan.controller_id: plan for plan in plans}
    lines = tuple(line for line in corridor.stop_lines if line.controller_id in known)
    times = [_time_s(corridor, line.distance_m, speed_mps) for line in lines]
    travel = tuple(time - times[0] for time in times)
    passed = (Passed(known[line.controller_id], line.heads, time) for line, time in zip(lines, travel, strict=True))
    return Wave(corridor, lines, travel, progression(list(passed)))


def arrivals_by_signal(way: Wave, plans: PlanSet, results: Sequence[RunResult]) -> tuple[tuple[int, int], ...]:
    """Return for each stop line how many vehicles reached it on green had nobody stood there, and of how many.

    Args:
        way: The direction.
        plans: The plans that the runs were simulated under.
        results: Runs that recorded PASSAGES.
    """
    sums = [(0, 0)] * len(way.lines)
    for result in results:
        sections = section_times(result.table(PASSAGES), way.corridor)
        for number, line in enumerate(way.lines):
            plan = plans.plan_of(line.controller_id)
            period = {"begin_s": result.analysis_begin_s, "end_s": result.ended_s}
            place = way.corridor.ends_m.index(line.distance_m)
            free_s = way.corridor.links[place].free_flow_s
            windows = green_windows(plan, line.heads, **period)
            on_green, arrived = arrivals_on_green(sections[place], free_s, windows, **period)
            sums[number] = (sums[number][0] + on_green, sums[number][1] + arrived)
    return tuple(sums)


def _time_s(corridor: Corridor, distance_m: float, speed_mps: float | None) -> float:
    """Return the time from the start of a corridor to a place on it."""
    if speed_mps is not None:
        return distance_m / speed_mps
    full = bisect.bisect_right(corridor.ends_m, distance_m)
    passed = sum(link.length_m / link.speed_mps for link in corridor.links[:full])
    if full == len(corridor.links):
        return passed
    begun_m = distance_m - (corridor.ends_m[full - 1] if full else 0.0)
    return passed + begun_m / corridor.links[full].speed_mps


def _shared(one: Corridor, other: Corridor) -> int:
    """Return how many signals of one way follow each other in opposite order on another; 0 if most do not."""
    places = {line.controller_id: place for place, line in enumerate(other.stop_lines)}
    names = dict.fromkeys(line.controller_id for line in one.stop_lines)
    order = [places[name] for name in names if name in places]
    opposite = sum(after < before for before, after in itertools.pairwise(order))
    return opposite + 1 if 2 * opposite > len(order) - 1 else 0
