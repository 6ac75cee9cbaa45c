"""What can be searched at one intersection, facet by facet.

A facet owns some coordinates, all in [0, 1]: it writes what they say into a draft of the plan, and reads them back off
a finished plan. Facets know nothing of each other; `site.py` puts them together.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Protocol

from congestion_lab.optimization.space.draft import USUAL_GAP_S, Draft, Seen, between
from congestion_lab.optimization.space.ring import Ring
from congestion_lab.signals.plan import Control
from congestion_lab.signals.retiming import RingTimer, max_gap_s

MAX_LOG_RATIO = 4.25  # e^4.25 = 70: the greens of one intersection never differ more, from 5 s to two cycles of 180 s
GAP_BOUNDS_S = (1.0, 6.0)  # around the passage times in use, 2-4 s (FHWA Traffic Signal Timing Manual, chapter 5)
_HALF = 0.5


class Facet(Protocol):
    """Some coordinates of one intersection."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its coordinates, without the controller's."""

    @property
    def choices(self) -> int:
        """From how many kinds its coordinates choose one; 0 where they vary gradually."""

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Return the draft with what the coordinates say."""

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the coordinates of a finished plan."""


class PhaseOrder:
    """Which of several rings runs: another order of phases, or left turns released otherwise."""

    names = ("phases",)

    def __init__(self, timers: Sequence[tuple[Ring, RingTimer]]) -> None:
        self.choices = len(timers)
        self._timers = timers

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Take the ring in whose share of the unit the coordinate lies."""
        ring, timer = self._timers[_chosen(values[0], self.choices)]
        return draft._replace(ring=ring, timer=timer)

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the middle of the ring's share."""
        place = next(place for place, (each, _) in enumerate(self._timers) if each is seen.ring)
        return (_middle(place, self.choices),)


class ControlType:
    """Who ends the greens: the clock or the traffic."""

    def __init__(self, controls: Sequence[Control]) -> None:
        self.names = ("control",) if len(controls) > 1 else ()
        self.choices = len(controls) if len(controls) > 1 else 0
        self._controls = controls

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Take the control in whose share of the unit the coordinate lies, or the only one."""
        return draft._replace(control=self._controls[_chosen(values[0], self.choices) if values else 0])

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the middle of the control's share; that of the first where a plan has none of them."""
        place = self._controls.index(seen.plan.control) if seen.plan.control in self._controls else 0
        return (_middle(place, self.choices),) if self.names else ()


class Offset:
    """Start of the cycle as a share of its own length.

    The unit runs through the cycle twice, so that every offset lies well inside the cube and a search never meets a
    wall at "one second early".
    """

    names = ("offset",)
    choices = 0

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Set the offset."""
        return draft._replace(offset=2 * values[0])

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the coordinate; of its two places the one that keeps away from the ends."""
        share = (seen.plan.offset_s / seen.plan.cycle_s) % 1.0
        return ((share if share >= _HALF else share + 1.0) / 2,)


class Splits:
    """Shares of the greens, the longest ones under actuated control: logarithm of each over the reference phase's.

    A share belongs to the phase, wherever a ring has it, so that it keeps its meaning when the order changes.
    """

    choices = 0

    def __init__(self, rings: Sequence[Ring]) -> None:
        reference = rings[0].sources[rings[0].reference]
        self._sources = sorted({source for ring in rings for source in ring.sources} - {reference})
        self._places = {ring.sources: [_place(self._sources, source) for source in ring.sources] for ring in rings}
        self.names = tuple(f"split.{source}" for source in self._sources)

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Set the weights of the phases."""
        weights = [math.exp((2 * value - 1) * MAX_LOG_RATIO) for value in values]
        weights.append(1.0)  # the reference phase
        return draft._replace(weights=tuple(weights[place] for place in self._places[draft.ring.sources]))

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the coordinates; of phases that the plan leaves out the middle."""
        known = dict(zip(seen.ring.sources, seen.longest_s, strict=True))
        base = seen.longest_s[seen.ring.reference]
        logs = (math.log(known.get(source, base) / base) / MAX_LOG_RATIO for source in self._sources)
        return [_inside((log + 1) / 2) for log in logs]


class LongestCycle:
    """The cycle of an actuated intersection whose greens all run up to their longest, logarithmic."""

    names = ("longest",)
    choices = 0

    def __init__(self, bounds_s: tuple[int, int]) -> None:
        self._low, self._high = bounds_s

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Set the longest cycle, in whole seconds."""
        return draft._replace(longest_cycle_s=float(round(between(self._low, self._high, values[0]))))

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the coordinate."""
        return (_along(self._low, self._high, seen.plan.cycle_s),)


class ShortestGreens:
    """Shortest greens of an actuated intersection, logarithmic from the shortest that is safe up to the longest."""

    choices = 0

    def __init__(self, rings: Sequence[Ring]) -> None:
        self._sources = sorted({source for ring in rings for source in ring.sources})
        self._places = {ring.sources: [self._sources.index(source) for source in ring.sources] for ring in rings}
        self.names = tuple(f"shortest.{source}" for source in self._sources)

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Set how far the shortest greens are raised."""
        return draft._replace(lifts=tuple(values[place] for place in self._places[draft.ring.sources]))

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the coordinates; 0 for phases that the plan leaves out, and for all of a fixed plan."""
        if seen.plan.control is not Control.ACTUATED:
            return [0.0] * len(self._sources)
        bounds = zip(seen.ring.min_greens_s, seen.longest_s, seen.shortest_s, strict=True)
        lifts = dict(zip(seen.ring.sources, itertools.starmap(_along, bounds), strict=True))
        return [lifts.get(source, 0.0) for source in self._sources]


class Gap:
    """The time without a vehicle that ends a green, logarithmic, in tenths of a second."""

    names = ("gap",)
    choices = 0

    def applied(self, draft: Draft, values: Sequence[float]) -> Draft:
        """Set the gap."""
        return draft._replace(gap_s=round(between(*GAP_BOUNDS_S, values[0]), 1))

    def read(self, seen: Seen) -> Sequence[float]:
        """Return the coordinate; that of the usual gap where the plan states none."""
        stated = max_gap_s(seen.plan)
        return (_along(*GAP_BOUNDS_S, USUAL_GAP_S if stated is None else stated),)


def _place(sources: Sequence[int], source: int) -> int:
    """Return the place of a phase's share; that of the reference phase stands behind the others."""
    return sources.index(source) if source in sources else len(sources)


def _chosen(value: float, choices: int) -> int:
    return min(int(value * choices), choices - 1)


def _middle(choice: int, choices: int) -> float:
    return (choice + 0.5) / choices


def _along(low: float, high: float, number: float) -> float:
    """Return the place of a number between two others, the inverse of `between`."""
    return _inside(math.log(number / low) / math.log(high / low)) if high > low and number > 0 else 0.0


def _inside(value: float) -> float:
    return min(1.0, max(0.0, value))
