"""First plans for the signals of an imported net: safe and plain, because no map tells what a controller runs."""

from collections.abc import Iterable, Mapping

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.network.model import Link, Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.safety.repair import repaired
from congestion_lab.signals.safety.rules import ERROR, check_plan
from congestion_lab.sumo.building.presentplans import present_plan

CYCLE_S = 90.0  # assumed: a usual cycle of city signals of three to four phases


def start_plans(places: Iterable[Intersection], network: Network) -> tuple[SignalPlan, ...]:
    """Return a plan for each intersection of a network, mended where the plain one would not be safe."""
    crossings = _crossings_m(network)
    return tuple(_plan(place, crossings) for place in places)


def unsafe(plans: Iterable[SignalPlan], places: Iterable[Intersection]) -> Mapping[str, str]:
    """Return what is dangerous about plans, in words, by controller."""
    by_id = {place.controller_id: place for place in places}
    breaches = {plan.controller_id: check_plan(plan, by_id[plan.controller_id]) for plan in plans}
    return {
        controller: "; ".join(sorted({one.message for one in found if one.severity == ERROR}))
        for controller, found in breaches.items()
        if any(one.severity == ERROR for one in found)
    }


def _plan(place: Intersection, crossings_m: Mapping[str, float]) -> SignalPlan:
    plan = present_plan(place, CYCLE_S, crossings_m)
    if not check_plan(plan, place):
        return plan
    try:
        return repaired(plan, place)
    except SignalPlanError:  # nothing can be mended; the quality report says what is wrong
        return plan


def _crossings_m(network: Network) -> Mapping[str, float]:
    """Return what people cross in one go at each link's end: its lanes, and those of the other direction beside it."""
    ends: dict[tuple[str, str], list[Link]] = {}
    for link in network.links.values():
        ends.setdefault((link.from_node, link.to_node), []).append(link)
    return {
        link.id: sum(
            lane.width_m for one in (link, *ends.get((link.to_node, link.from_node), ())) for lane in one.lanes
        )
        for link in network.links.values()
    }
