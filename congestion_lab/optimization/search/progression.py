"""Offsets by progression: the heaviest platoons between neighbouring intersections meet green when they arrive.

Neighbours are joined by the movements that lead from one to the other; of those joints the heaviest are kept that make
no ring (a maximum spanning forest), because around a ring offsets cannot be chosen freely.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.performance.streams import Flows
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.timeline import green_times
from congestion_lab.signals.timing import progression_offset_s

_LONGEST_S = 90.0  # a platoon that drives longer has spread over the cycle (Robertson 1969)


@dataclass(frozen=True, slots=True)
class Joint:
    """A movement whose traffic comes to the next intersection as a platoon.

    Attributes:
        upstream: Controller that releases it.
        head: Signal head there.
        downstream: Controller that it comes to.
        link: Inbound link there.
        travel_s: Free-flow time from stop line to stop line.
        flow_vph: Its traffic.
    """

    upstream: str
    head: int
    downstream: str
    link: str
    travel_s: float
    flow_vph: float


def joints(network: Network, intersections: Sequence[Intersection], flows: Flows) -> list[Joint]:
    """Return the movements that lead from one intersection to another, heaviest first."""
    approaches = {head.from_link: site.controller_id for site in intersections for head in site.heads if head.from_link}
    onward = _main_ways(flows)
    found = []
    for site in intersections:
        for (start, end), head in {(head.from_link, head.to_link): head for head in site.heads}.items():
            reached = _followed(network, approaches, onward, end)
            flow = flows.get((start, end), 0.0)
            if reached is not None and flow > 0 and approaches[reached[0]] != site.controller_id:
                link, travel_s = reached
                found.append(Joint(site.controller_id, head.index, approaches[link], link, travel_s, flow))
    return sorted(found, key=lambda joint: (-joint.flow_vph, joint.upstream, joint.head))


def coordinated(
    plans: PlanSet, joined: Iterable[Joint], intersections: Sequence[Intersection], flows: Flows, movable: set[str]
) -> PlanSet:
    """Return the plans with offsets that let the heaviest joints through; greens stay as they are.

    Args:
        plans: The plans.
        joined: Joints, heaviest first.
        intersections: What the plans are for.
        flows: Vehicles per hour by movement.
        movable: Controllers whose offset may change.
    """
    timed = {plan.controller_id: plan for plan in plans}
    sites = {site.controller_id: site for site in intersections}
    group = {controller: {controller} for controller in timed}  # controllers whose offsets are tied to each other
    for joint in joined:
        if not {joint.upstream, joint.downstream} <= timed.keys():
            continue  # no plan is known for one of them
        first, second = group[joint.upstream], group[joint.downstream]
        shift = _shift_s(joint, timed, sites, flows)
        if first is second or shift is None:
            continue
        moved, sign = (second, 1.0) if second <= movable else (first, -1.0)
        if not moved <= movable:
            continue
        timed |= {controller: _shifted(timed[controller], sign * shift) for controller in moved}
        first |= second
        group |= dict.fromkeys(first, first)
    return PlanSet(tuple(timed[plan.controller_id] for plan in plans))


def _shift_s(
    joint: Joint, plans: Mapping[str, SignalPlan], sites: Mapping[str, Intersection], flows: Flows
) -> float | None:
    """Return how much later the downstream plan has to start; None where no platoon can be met."""
    upstream, downstream = plans[joint.upstream], plans[joint.downstream]
    served = [head for head in sites[joint.downstream].heads if head.from_link == joint.link]
    busiest = max(served, key=lambda head: (flows.get((head.from_link, head.to_link), 0.0), -head.index))
    released, met = _green_start_s(upstream, joint.head), _green_start_s(downstream, busiest.index)
    if upstream.cycle_s != downstream.cycle_s or released is None or met is None:
        return None
    wanted = progression_offset_s(upstream.offset_s + released, joint.travel_s, 0.0, upstream.cycle_s)
    return wanted - (downstream.offset_s + met)


def _green_start_s(plan: SignalPlan, head: int) -> float | None:
    """Return the start of a head's longest green in the cycle; None if it is never or always green."""
    places = [place for place, group in enumerate(plan.groups) if head in group.heads]
    greens = [green for place in places for green in green_times(plan, place) if green.green_s < plan.cycle_s]
    return max(greens, key=lambda green: green.green_s).start_s if greens else None


def _shifted(plan: SignalPlan, by_s: float) -> SignalPlan:
    return replace(plan, offset_s=float(round(plan.offset_s + by_s) % round(plan.cycle_s)))


def _main_ways(flows: Flows) -> dict[str, str]:
    """Return where most of a link's traffic goes next."""
    best: dict[str, tuple[float, str]] = {}
    for (start, end), flow in flows.items():
        if flow > best.get(start, (0.0, ""))[0]:
            best[start] = (flow, end)
    return {start: end for start, (_, end) in best.items()}


def _followed(
    network: Network, approaches: Mapping[str, str], onward: Mapping[str, str], link: str
) -> tuple[str, float] | None:
    """Follow the main traffic from a link to the next approach; return that link and the time to its stop line."""
    travel_s = 0.0
    for each in _way(onward, link):
        if each not in network.links:
            return None
        travel_s += network.links[each].free_flow_s
        if travel_s > _LONGEST_S:
            return None
        if each in approaches:
            return each, travel_s
    return None


def _way(onward: Mapping[str, str], link: str) -> Iterator[str]:
    seen = set()
    while link not in seen:
        yield link
        seen.add(link)
        if link not in onward:
            return
        link = onward[link]
