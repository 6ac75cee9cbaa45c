"""Candidates that need no search: the plans that the formulas of the field give for the measured flows."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from congestion_lab.network.model import Network
from congestion_lab.optimization.search.parts import changed, facets
from congestion_lab.optimization.search.progression import coordinated, joints
from congestion_lab.optimization.search.race import Entrant
from congestion_lab.optimization.space.phasing import least_delay_phases
from congestion_lab.optimization.space.space import DecisionSpace, Ring, timed
from congestion_lab.optimization.space.splits import equal_saturation, least_delay, webster_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.performance.streams import Flows, Streams, streams
from congestion_lab.signals.plan import Control, PlanSet, SignalPlan

PRESENT = "present"
WEBSTER = "webster"
LEFT_TO_TRAFFIC = "left to the traffic, actuated"
_TRIED_CYCLES_S = (60, 75, 90, 110)  # common cycles worth a look when nothing is known but the flows
_HALF = math.sqrt(0.5)  # nearer to half than to the whole, as ratios go


def analytic_entrants(
    space: DecisionSpace, intersections: Sequence[Intersection], network: Network, flows: Flows, *, hours: float
) -> list[Entrant]:
    """Return Webster's plan, equal saturation within the present cycles, and least HCM delay for several cycles.

    Each comes with the present offsets, as far as they fit into its cycle, and, like the present plans, with offsets by
    progression.

    Args:
        space: What may be searched.
        intersections: The intersections of the scenario.
        network: Its roads.
        flows: Vehicles per hour by movement, as measured under the present plan.
        hours: Length of the analysed period.
    """
    joined = joints(network, intersections, flows)
    movable = {ring.plan.controller_id for ring in space.rings}
    found = list(_plans(space, intersections, flows, hours))
    for origin, plans in [(PRESENT, space.present), *found]:
        found.append((f"{origin}, progression", coordinated(plans, joined, intersections, flows, movable)))
    return [Entrant(plans, origin, space.encode(plans)) for origin, plans in found]


def of_every_control(space: DecisionSpace, entrants: Sequence[Entrant]) -> list[Entrant]:
    """Return entrants once per way in which all intersections may time their greens, as points of the space.

    Where these may be actuated, plans come along that leave all to the traffic: no phase is bounded more than another.
    """
    if space.controls == (Control.FIXED,):
        return list(entrants)
    found = [one for entrant in entrants for one in _of_every_control(space, entrant)]
    if Control.ACTUATED in space.controls:
        found.append(_left_to_traffic(space))
    return list({entrant.plans: entrant for entrant in reversed(found)}.values())[::-1]


def _of_every_control(space: DecisionSpace, entrant: Entrant) -> Iterator[Entrant]:
    chosen = [index for index, name in enumerate(space.names) if name.endswith(".control")]
    for number, control in enumerate(space.controls):
        point = changed(space.encode(entrant.plans), chosen, [(number + 0.5) / len(space.controls)] * len(chosen))
        yield Entrant(space.decode(point), f"{entrant.origin}, {control.value}", point)


def spaces_worth_a_look(
    space: DecisionSpace, intersections: Sequence[Intersection], flows: Flows
) -> tuple[DecisionSpace, ...]:
    """Return the space, and the one in which lightly loaded intersections run half the common cycle, if that differs.

    An intersection is lightly loaded if Webster's cycle for it is nearer to half of the network's than to the whole.
    """
    wished_s = {
        name: webster_cycle_s(ring, load) for name, (ring, load) in _loaded(space, intersections, flows).items()
    }
    common_s = space.nearest_cycle_s(max(wished_s.values()))
    factors = {
        ring.plan.controller_id: 0.5
        for ring in space.rings
        if ring.factor == 1
        and ring.min_cycle_s <= common_s / 2
        and wished_s[ring.plan.controller_id] < _HALF * common_s
    }
    return (space, space.with_factors(factors)) if factors else (space,)


def _loaded(
    space: DecisionSpace, intersections: Sequence[Intersection], flows: Flows
) -> dict[str, tuple[Ring, Streams]]:
    sites = {site.controller_id: site for site in intersections}
    names = [ring.plan.controller_id for ring in space.rings]
    return {name: (ring, streams(ring.plan, sites[name], flows)) for name, ring in zip(names, space.rings, strict=True)}


def _plans(
    space: DecisionSpace, intersections: Sequence[Intersection], flows: Flows, hours: float
) -> Iterator[tuple[str, PlanSet]]:
    loaded = _loaded(space, intersections, flows)

    def made(time: Callable[[Ring, Streams], SignalPlan]) -> Mapping[str, SignalPlan]:
        return {name: time(ring, load) for name, (ring, load) in loaded.items()}

    def saturated(cycle_s: Callable[[Ring], float]) -> Callable[[Ring, Streams], SignalPlan]:
        return lambda ring, load: timed(ring, cycle_s(ring), equal_saturation(load), ring.plan.offset_s)

    def hcm(common_s: float) -> Callable[[Ring, Streams], SignalPlan]:
        def time(ring: Ring, load: Streams) -> SignalPlan:
            cycle = ring.cycle_s(common_s)
            return timed(ring, cycle, least_delay(ring, load, cycle, hours=hours), ring.plan.offset_s)

        return time

    webster_s = space.nearest_cycle_s(max(webster_cycle_s(ring, load) for ring, load in loaded.values()))
    yield WEBSTER, space.with_plans(made(saturated(lambda ring: ring.cycle_s(webster_s))))
    yield "equal saturation", space.with_plans(made(saturated(lambda ring: max(ring.plan.cycle_s, ring.min_cycle_s))))
    for common_s in dict.fromkeys((webster_s, *(space.nearest_cycle_s(cycle) for cycle in _TRIED_CYCLES_S))):
        yield f"least HCM delay, {common_s} s", space.with_plans(made(hcm(common_s)))
    if any(ring.variants for ring in space.rings):
        for common_s in dict.fromkeys((webster_s, *(space.nearest_cycle_s(cycle) for cycle in _TRIED_CYCLES_S))):
            plans = least_delay_phases(space, intersections, flows, common_s, hours=hours)
            yield f"phases of least HCM delay, {common_s} s", plans


def _left_to_traffic(space: DecisionSpace) -> Entrant:
    """Return the present phases with equal longest greens in the longest cycle, as controllers are often delivered."""
    actuated = (space.controls.index(Control.ACTUATED) + 0.5) / len(space.controls)
    values = {"longest": 1.0, "split": 0.5, "control": actuated}
    point = [values.get(facet, value) for facet, value in zip(facets(space), space.encode(space.present), strict=True)]
    return Entrant(space.decode(point), LEFT_TO_TRAFFIC, tuple(point))
