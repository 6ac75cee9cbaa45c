"""The decision space: every point of the unit cube is a set of legal plans.

One point holds a common cycle and, per searched intersection, an offset and the shares of its greens. What makes a plan
legal is not searched: the order of the phases, their aspects and the intergreens between them stay as they are, every
phase keeps its shortest green, cycles and greens come out in whole seconds (field controllers take nothing else).

Coordinates, all in [0, 1]:

* `cycle`: the common cycle, logarithmic between its bounds, so that equal steps are equal ratios.
* `<controller>.offset`: start of the cycle as a share of its own length. The unit runs through the cycle twice, so that
  every offset lies well inside the cube and a search never meets a wall at "one second early". Only differences between
  offsets matter, so the first intersection keeps its own where all are searched.
* `<controller>.split.<n>`: logarithm of the green of phase n over that of the reference phase, the longest present one.

An intersection runs the common cycle, half of it or twice, as its present plan does; where its shortest greens do not
fit into that, it doubles until they do, so that it stays in step with its neighbours.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.phases import Phase, clearance_s, phases, retimed
from congestion_lab.signals.plan import Control, PlanSet, SignalPlan

FACTORS = (0.5, 1.0, 2.0)
_MAX_LOG_RATIO = 4.25  # e^4.25 = 70: the greens of one intersection never differ more, from 5 s to two cycles of 180 s
_MILLI = 1000
Point = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """One searched intersection: what of its plan is fixed, and the bounds of the rest.

    Attributes:
        plan: Its present plan.
        min_greens_s: Shortest green per phase, whole seconds.
        clearance_s: Intergreens per cycle.
        reference: Index of the phase that the shares of the others are related to.
        factor: Its cycle over the common cycle.
        shifts: Whether its offset is searched.
    """

    plan: SignalPlan
    min_greens_s: tuple[int, ...]
    clearance_s: float
    reference: int
    factor: float
    shifts: bool = True

    @property
    def dimension(self) -> int:
        """Number of its coordinates."""
        return len(self.shares) + self.shifts

    @property
    def shares(self) -> tuple[int, ...]:
        """Indices of the phases whose share is searched."""
        return tuple(index for index in range(len(self.min_greens_s)) if index != self.reference)

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


@dataclass(frozen=True)
class DecisionSpace:
    """Plans of a scenario as points of the unit cube.

    Attributes:
        present: The plans of all controllers; those not searched stay as they are.
        rings: The searched intersections, ordered by controller id.
        cycle_bounds_s: Shortest and longest common cycle, whole seconds.
    """

    present: PlanSet
    rings: tuple[Ring, ...]
    cycle_bounds_s: tuple[int, int]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates in order."""
        return ("cycle", *itertools.chain.from_iterable(_names(ring) for ring in self.rings))

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

    @property
    def _step_s(self) -> int:
        return 2 if any(ring.factor < 1 for ring in self.rings) else 1

    @property
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
        coordinates = iter(inside[1:])
        plans = [_decoded(ring, common_s, tuple(itertools.islice(coordinates, ring.dimension))) for ring in self.rings]
        return self.with_plans({plan.controller_id: plan for plan in plans})

    def encode(self, plans: PlanSet) -> Point:
        """Return the point whose plans are closest to the given ones.

        Plans that `decode` made come back exactly when they are decoded again.
        """
        mine = [(ring, plans.plan_of(ring.plan.controller_id)) for ring in self.rings]
        common_s = _explaining_cycle_s([(ring, plan.cycle_s) for ring, plan in mine], self._bounds_s)
        low, high = self._bounds_s
        cycle = math.log(min(high, max(low, common_s)) / low) / math.log(high / low) if high > low else 0.0
        return (cycle, *itertools.chain.from_iterable(_encoded(ring, plan) for ring, plan in mine))

    def with_plans(self, plans: Mapping[str, SignalPlan]) -> PlanSet:
        """Return the present plans with some of them replaced."""
        return PlanSet(tuple(plans.get(plan.controller_id, plan) for plan in self.present))

    def with_factors(self, factors: Mapping[str, float]) -> "DecisionSpace":
        """Return the space in which some intersections run another multiple of the common cycle."""
        rings = (replace(ring, factor=factors.get(ring.plan.controller_id, ring.factor)) for ring in self.rings)
        return replace(self, rings=tuple(rings))


def decision_space(
    present: PlanSet, controllers: Sequence[str] | None = None, *, cycle_bounds_s: tuple[int, int]
) -> DecisionSpace:
    """Return the space of all plans that have the phases and intergreens of the present ones.

    Intersections with a single phase have nothing to search and keep their plan.

    Args:
        present: The plans of all controllers.
        controllers: Ids of those to be searched; None for all.
        cycle_bounds_s: Shortest and longest common cycle.

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
    rings = [_ring(plan, greens, common_s) for plan, greens in searched]
    if len(wanted) == len(present):
        rings[0] = replace(rings[0], shifts=False)
    return DecisionSpace(present, tuple(rings), cycle_bounds_s)


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
    longest = max(range(len(greens)), key=lambda index: greens[index].green_s)
    nearest = min(FACTORS, key=lambda factor: abs(math.log(plan.cycle_s / (factor * common_s))))
    shortest = tuple(math.ceil(phase.min_green_s) for phase in greens)
    return Ring(plan, shortest, clearance_s(plan), longest, nearest)


def _names(ring: Ring) -> list[str]:
    controller = ring.plan.controller_id
    offset = [f"{controller}.offset"] if ring.shifts else []
    return offset + [f"{controller}.split.{index}" for index in ring.shares]


def _decoded(ring: Ring, common_s: float, coordinates: Sequence[float]) -> SignalPlan:
    cycle_s = ring.cycle_s(common_s)
    offset_s = 2 * coordinates[0] * cycle_s if ring.shifts else ring.plan.offset_s
    logs = dict(zip(ring.shares, coordinates[ring.shifts :], strict=True))
    weights = [math.exp((2 * logs.get(index, 0.5) - 1) * _MAX_LOG_RATIO) for index in range(len(ring.min_greens_s))]
    return timed(ring, cycle_s, weights, offset_s)


def timed(ring: Ring, cycle_s: float, weights: Sequence[float], offset_s: float) -> SignalPlan:
    """Return an intersection's plan with its greens in proportion to weights, as far as the shortest greens allow.

    Args:
        ring: The intersection.
        cycle_s: Its cycle; at least `ring.min_cycle_s`.
        weights: One positive weight per phase.
        offset_s: Start of its cycle; rounded to whole seconds within the cycle.
    """
    greens = whole_greens_s(cycle_s - ring.clearance_s, weights, ring.min_greens_s)
    fixed = replace(ring.plan, control=Control.FIXED)
    return retimed(fixed, greens, float(round(offset_s) % round(cycle_s)))


def _encoded(ring: Ring, plan: SignalPlan) -> list[float]:
    greens = greens_s(ring, plan)
    logs = [math.log(greens[index] / greens[ring.reference]) for index in ring.shares]
    return _offset(ring, plan) + [min(1.0, max(0.0, (log / _MAX_LOG_RATIO + 1) / 2)) for log in logs]


def greens_s(ring: Ring, plan: SignalPlan) -> list[float]:
    """Return the greens of a plan that has the ring's phases."""
    if len(plan.intervals) != len(ring.plan.intervals):  # a piece of a phase was dropped when it was retimed
        return [phase.green_s for phase in phases(plan)]
    # Not by `phases(plan)`: a green cut to a few seconds may read as a transition there.
    return [sum(plan.intervals[number].duration_s for number in phase.intervals) for phase in phases(ring.plan)]


def _offset(ring: Ring, plan: SignalPlan) -> list[float]:
    if not ring.shifts:
        return []
    share = (plan.offset_s / plan.cycle_s) % 1.0
    # The unit runs through the cycle twice: take the branch that keeps away from its ends.
    return [(share if share >= 0.5 else share + 1.0) / 2]  # noqa: PLR2004 -- half a cycle


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
