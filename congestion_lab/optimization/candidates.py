"""Candidates that need no search: the plans that the formulas of the field give for the measured flows."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from congestion_lab.network.model import Network
from congestion_lab.optimization.progression import coordinated, joints
from congestion_lab.optimization.race import Entrant
from congestion_lab.optimization.space import DecisionSpace, Ring, timed
from congestion_lab.optimization.splits import equal_saturation, least_delay, webster_cycle_s
from congestion_lab.optimization.streams import Flows, Streams, streams
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet, SignalPlan

PRESENT = "present"
WEBSTER = "webster"
_TRIED_CYCLES_S = (60, 75, 90, 110)  # common cycles worth a look when nothing is known but the flows


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


def _plans(
    space: DecisionSpace, intersections: Sequence[Intersection], flows: Flows, hours: float
) -> Iterator[tuple[str, PlanSet]]:
    sites = {site.controller_id: site for site in intersections}
    loads = {ring.plan.controller_id: streams(ring, sites[ring.plan.controller_id], flows) for ring in space.rings}

    def made(time: Callable[[Ring, Streams], SignalPlan]) -> Mapping[str, SignalPlan]:
        return {ring.plan.controller_id: time(ring, loads[ring.plan.controller_id]) for ring in space.rings}

    def saturated(cycle_s: Callable[[Ring], float]) -> Callable[[Ring, Streams], SignalPlan]:
        return lambda ring, load: timed(ring, cycle_s(ring), equal_saturation(load), ring.plan.offset_s)

    def hcm(common_s: float) -> Callable[[Ring, Streams], SignalPlan]:
        def time(ring: Ring, load: Streams) -> SignalPlan:
            cycle = ring.cycle_s(common_s)
            return timed(ring, cycle, least_delay(ring, load, cycle, hours=hours), ring.plan.offset_s)

        return time

    webster_s = space.nearest_cycle_s(
        max(webster_cycle_s(ring, loads[ring.plan.controller_id]) for ring in space.rings)
    )
    yield WEBSTER, space.with_plans(made(saturated(lambda ring: ring.cycle_s(webster_s))))
    yield "equal saturation", space.with_plans(made(saturated(lambda ring: max(ring.plan.cycle_s, ring.min_cycle_s))))
    for common_s in dict.fromkeys((webster_s, *(space.nearest_cycle_s(cycle) for cycle in _TRIED_CYCLES_S))):
        yield f"least HCM delay, {common_s} s", space.with_plans(made(hcm(common_s)))
