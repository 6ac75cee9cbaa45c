"""All that is searched at one intersection: its facets, one after the other on the coordinates that are its own."""

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.optimization.space.draft import Draft, Seen
from congestion_lab.optimization.space.facets import (
    ControlType,
    Facet,
    Gap,
    LongestCycle,
    Offset,
    PhaseOrder,
    ShortestGreens,
    Splits,
)
from congestion_lab.optimization.space.ring import Ring, phases_shown
from congestion_lab.signals.plan import Control, SignalPlan
from congestion_lab.signals.retiming import RingTimer

_REMEMBERED = 64  # plans: a search that moves one intersection at a time leaves the others as they were


class Site:
    """The searched part of one intersection.

    Attributes:
        names: Its coordinates.
        choices: For each coordinate from how many kinds it chooses one; 0 where it varies gradually.
        decoded: Returns the plan of some coordinates under a common cycle in seconds.
    """

    def __init__(self, ring: Ring, controls: Sequence[Control], cycle_bounds_s: tuple[int, int]) -> None:
        self._rings = [(each, RingTimer(each.plan)) for each in (ring, *ring.variants)]
        self._facets: list[tuple[Facet, slice]] = []
        begin = 0
        for facet in _facets(self._rings, controls, cycle_bounds_s):
            self._facets.append((facet, slice(begin, begin + len(facet.names))))
            begin += len(facet.names)
        controller = ring.plan.controller_id
        self.names = tuple(f"{controller}.{name}" for facet, _ in self._facets for name in facet.names)
        self.choices = tuple(facet.choices for facet, _ in self._facets for _ in facet.names)

        self.decoded = lru_cache(maxsize=_REMEMBERED)(self._decoded)

    def _decoded(self, common_s: float, values: tuple[float, ...]) -> SignalPlan:
        ring, timer = self._rings[0]
        draft = Draft(ring, timer, common_s, offset_s=ring.plan.offset_s)
        for facet, own in self._facets:
            draft = facet.applied(draft, values[own])
        return draft.plan()

    def encoded(self, plan: SignalPlan) -> list[float]:
        """Return the coordinates whose plan is closest to a given one.

        Raises:
            SignalPlanError: The plan has phases that are not searched.
        """
        seen = self.seen(plan)
        return list(itertools.chain.from_iterable(facet.read(seen) for facet, _ in self._facets))

    def seen(self, plan: SignalPlan) -> Seen:
        """Return which ring a plan shows, and its greens.

        Raises:
            SignalPlanError: None of those that are searched.
        """
        for ring, _ in self._rings:
            pieces = phases_shown(ring, plan)
            if pieces is not None:
                intervals = [[plan.intervals[number] for number in piece] for piece in pieces]
                longest = [sum(each.duration_s for each in green) for green in intervals]
                shortest = [sum(each.min_s or 0.0 for each in green) for green in intervals]
                return Seen(plan, ring, longest, shortest)
        rule = "the plan has phases that the search does not know"
        raise SignalPlanError(Fault(rule, source=f"plan {plan.controller_id}/{plan.program_id}"))


def _facets(
    rings: Sequence[tuple[Ring, RingTimer]], controls: Sequence[Control], cycle_bounds_s: tuple[int, int]
) -> Iterator[Facet]:
    only_rings = [ring for ring, _ in rings]
    if len(rings) > 1:
        yield PhaseOrder(rings)
    yield ControlType(controls)
    if only_rings[0].shifts and Control.FIXED in controls:
        yield Offset()
    yield Splits(only_rings)
    if Control.ACTUATED in controls:
        yield LongestCycle(cycle_bounds_s)
        yield ShortestGreens(only_rings)
        yield Gap()
