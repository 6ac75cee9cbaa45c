"""The decision space: every point of the unit cube is a set of legal plans.

One point holds a common cycle and, per searched intersection, what its facets say: an offset and the shares of its
greens; where it is wished the order of its phases, how its left turns are released, and whether the clock or the
traffic ends its greens. What makes a plan legal is not searched: aspects and the intergreens between them belong to a
ring as a whole, every phase keeps its shortest green, cycles and greens come out in whole seconds (field controllers
take nothing else).

Coordinates, all in [0, 1]:

* `cycle`: the common cycle, logarithmic between its bounds, so that equal steps are equal ratios.
* `<controller>.<facet>`: see `facets`. Only differences between offsets matter, so the first intersection keeps its own
  where all are searched.

A fixed intersection runs the common cycle, half of it or twice, as its present plan does; where its shortest greens do
not fit into that, it doubles until they do, so that it stays in step with its neighbours. An actuated one has no cycle
but a longest.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.optimization.space.ring import Ring, greens_s, ring_of, timed, whole_greens_s
from congestion_lab.optimization.space.site import Site
from congestion_lab.signals.phases import Phase, phases
from congestion_lab.signals.plan import Control, PlanSet, SignalPlan
from congestion_lab.signals.safety.variants import Variant

__all__ = ["FACTORS", "DecisionSpace", "Point", "Ring", "decision_space", "greens_s", "timed", "whole_greens_s"]

FACTORS = (0.5, 1.0, 2.0)
Point = tuple[float, ...]


@dataclass(frozen=True)
class DecisionSpace:
    """Plans of a scenario as points of the unit cube.

    Attributes:
        present: The plans of all controllers; those not searched stay as they are.
        rings: The searched intersections, ordered by controller id.
        cycle_bounds_s: Shortest and longest common cycle, whole seconds.
        controls: How the searched intersections may time their greens.
    """

    present: PlanSet
    rings: tuple[Ring, ...]
    cycle_bounds_s: tuple[int, int]
    controls: tuple[Control, ...] = (Control.FIXED,)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """What is searched at each intersection, in the order of the rings."""
        return tuple(Site(ring, self.controls, self.cycle_bounds_s) for ring in self.rings)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates in order."""
        return ("cycle", *itertools.chain.from_iterable(site.names for site in self.sites))

    @cached_property
    def choices(self) -> tuple[int, ...]:
        """For each coordinate from how many kinds it chooses, in equal shares of the unit; 0 where it is gradual."""
        return (0, *itertools.chain.from_iterable(site.choices for site in self.sites))

    @cached_property
    def blocks(self) -> tuple[slice, ...]:
        """The coordinates of each intersection; the common cycle stands before them all."""
        ends = [1, *itertools.accumulate((len(site.names) for site in self.sites), initial=1)]
        return tuple(itertools.starmap(slice, itertools.pairwise(ends[1:])))

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    def common_cycle_s(self, point: Sequence[float]) -> int:
        """Return the common cycle of a point; even where an intersection runs half of it."""
        low, high = self._bounds_s
        step = self._step_s
        return step * round(low * math.pow(high / low, point[0]) / step)

    def nearest_cycle_s(self, cycle_s: float) -> int:
        """Return the common cycle within the bounds that is nearest to a wished one."""
        low, high = self._bounds_s
        return self._step_s * round(min(high, max(low, cycle_s)) / self._step_s)

    @cached_property
    def _step_s(self) -> int:
        return 2 if any(ring.factor < 1 for ring in self.rings) else 1

    @cached_property
    def _bounds_s(self) -> tuple[int, int]:
        """Cycle bounds moved inwards to whole steps; the lower one where they hold none."""
        low, high = self.cycle_bounds_s
        first = math.ceil(low / self._step_s) * self._step_s
        return first, max(first, high // self._step_s * self._step_s)

    def decode(self, point: Sequence[float]) -> PlanSet:
        """Return the plans of a point of the unit cube; coordinates beyond it are moved to its border.

        Raises:
            ValueError: The point has another dimension.
        """
        if len(point) != self.dimension:
            raise ValueError(f"a point has {self.dimension} coordinates, not {len(point)}")
        inside = tuple(min(1.0, max(0.0, value)) for value in point)
        common_s = self.common_cycle_s(inside)
        made = (site.decoded(common_s, inside[own]) for site, own in zip(self.sites, self.blocks, strict=True))
        return self.with_plans({plan.controller_id: plan for plan in made})

    def encode(self, plans: PlanSet) -> Point:
        """Return the point whose plans are closest to the given ones.

        Plans that `decode` made come back exactly when they are decoded again.

        Raises:
            SignalPlanError: A plan has phases that are not searched.
        """
        mine = [plans.plan_of(ring.plan.controller_id) for ring in self.rings]
        seen = [site.seen(plan) for site, plan in zip(self.sites, mine, strict=True)]
        clocked = [each for each in seen if each.plan.control is not Control.ACTUATED] or seen
        common_s = _explaining_cycle_s([(each.ring, each.plan.cycle_s) for each in clocked], self._bounds_s)
        low, high = self._bounds_s
        cycle = math.log(min(high, max(low, common_s)) / low) / math.log(high / low) if high > low else 0.0
        return (cycle, *itertools.chain.from_iterable(map(Site.encoded, self.sites, mine)))

    def with_plans(self, plans: Mapping[str, SignalPlan]) -> PlanSet:
        """Return the present plans with some of them replaced."""
        return PlanSet(tuple(plans.get(plan.controller_id, plan) for plan in self.present))

    def with_factors(self, factors: Mapping[str, float]) -> "DecisionSpace":
        """Return the space in which some intersections run another multiple of the common cycle."""
        rings = (_with_factor(ring, factors.get(ring.plan.controller_id, ring.factor)) for ring in self.rings)
        return replace(self, rings=tuple(rings))


def _with_factor(ring: Ring, factor: float) -> Ring:
    return replace(ring, factor=factor, variants=tuple(replace(each, factor=factor) for each in ring.variants))


def decision_space(
    present: PlanSet,
    controllers: Sequence[str] | None = None,
    *,
    cycle_bounds_s: tuple[int, int],
    controls: Sequence[Control] = (Control.FIXED,),
    variants: Mapping[str, Sequence[Variant]] = MappingProxyType({}),
) -> DecisionSpace:
    """Return the space of all plans that have the phases and intergreens of the present ones, or of their variants.

    Intersections with a single phase have nothing to search and keep their plan.

    Args:
        present: The plans of all controllers.
        controllers: Ids of those to be searched; None for all.
        cycle_bounds_s: Shortest and longest common cycle; the longest one holds for actuated control too.
        controls: How the intersections may time their greens.
        variants: The rings that an intersection may run, by controller; its present one alone where none are given.

    Raises:
        SignalPlanError: A controller is unknown, the bounds are no bounds, or nothing is left to search.
    """
    faults = list(_faults(present, controllers, cycle_bounds_s))
    if faults:
        raise SignalPlanError(*faults)
    wanted = [plan for plan in present if controllers is None or plan.controller_id in controllers]
    searched = [(plan, phases(plan)) for plan in wanted]
    searched = [(plan, greens) for plan, greens in searched if len(greens) > 1]
    if not searched:
        rule = "none of the chosen intersections has two phases, so there is no timing to search"
        raise SignalPlanError(Fault(rule, "choose others, or look at the plans with `plan check`"))
    common_s = _most_common([plan.cycle_s for plan, _ in searched])
    rings = [_with_variants(_ring(*each, common_s), variants.get(each[0].controller_id, ())) for each in searched]
    if len(wanted) == len(present):
        rings[0] = replace(rings[0], shifts=False)
    return DecisionSpace(present, tuple(rings), cycle_bounds_s, tuple(controls))


def _faults(present: PlanSet, controllers: Sequence[str] | None, cycle_bounds_s: tuple[int, int]) -> Iterator[Fault]:
    known = {plan.controller_id for plan in present}
    for controller in controllers or ():
        if controller not in known:
            hint = f"the network has {', '.join(sorted(known)) or 'no signals'}"
            yield Fault(f"there is no signal controller {controller!r}", hint, key="signals")
    low, high = cycle_bounds_s
    if not 0 < low <= high:
        yield Fault(f"cycle bounds {low}..{high} s are no range", "give the shortest first", key="cycle")


def _ring(plan: SignalPlan, greens: Sequence[Phase], common_s: float) -> Ring:
    nearest = min(FACTORS, key=lambda factor: abs(math.log(plan.cycle_s / (factor * common_s))))
    return ring_of(plan, greens, nearest)


def _with_variants(ring: Ring, variants: Sequence[Variant]) -> Ring:
    """Return a ring with those of its variants that have the phase which its shares refer to."""
    reference = ring.sources[ring.reference]
    others = (each for each in variants if each.plan is not ring.plan and reference in each.sources)
    return replace(ring, variants=tuple(_variant(ring, each) for each in others))


def _variant(ring: Ring, variant: Variant) -> Ring:
    reference = variant.sources.index(ring.sources[ring.reference])
    made = ring_of(variant.plan, phases(variant.plan), ring.factor)
    return replace(made, sources=variant.sources, reference=reference)


def _explaining_cycle_s(cycles_s: Sequence[tuple[Ring, float]], bounds_s: tuple[int, int]) -> float:
    """The common cycle within bounds under which most intersections run the given cycles; the longest of several."""
    low, high = bounds_s
    guesses = {cycle / ring.factor / halves for ring, cycle in cycles_s for halves in (1, 2, 4)}
    inside = {min(float(high), max(float(low), guess)) for guess in guesses}
    return max(inside, key=lambda guess: (sum(ring.cycle_s(guess) == cycle for ring, cycle in cycles_s), guess))


def _most_common(cycles_s: Sequence[float]) -> float:
    """The cycle that most intersections run; the longest of those that are equally frequent."""
    rounded = [round(cycle, 3) for cycle in cycles_s]
    return max(rounded, key=lambda cycle: (rounded.count(cycle), cycle))
