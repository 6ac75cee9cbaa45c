"""Sites for cameras and the traffic that passes them, from a network and the vehicles of a scenario."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.cameras.sites import PairFlow, Site, Survey
from congestion_lab.network.model import Network
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.traffic import Traffic

LINK, JUNCTION, SIGNAL = "link", "junction", "signal"
PLACES = (LINK, JUNCTION, SIGNAL)

Zones = Mapping[str, str]


def camera_survey(network: Network, traffic: Traffic, inputs: SimulationInputs, zones: Zones, at: str) -> Survey:
    """Return sites and route flows of the analysed period.

    Args:
        network: The roads.
        traffic: Vehicles with their routes.
        inputs: Knows the period.
        zones: Zones in which links lie; a link of none is an origin or destination by itself.
        at: What a camera watches: a link, all approaches of a junction, or all approaches of a signal controller.

    Raises:
        DemandError: No vehicle departs in the analysed period, or there is no such place.
    """
    sites = _sites(network, at)
    if not sites:
        rule = f"the network has no {at} where a camera could stand"
        raise DemandError(Fault(rule, f"choose another of {', '.join(PLACES)} (`--at`)", str(inputs.net_file)))
    flows = _flows(traffic, inputs, zones)
    if not flows:
        raise DemandError(Fault("no vehicle departs in the analysed period", key="period"))
    return Survey(sites, flows)


def _sites(network: Network, at: str) -> tuple[Site, ...]:
    if at == SIGNAL:
        return tuple(Site(controller, frozenset(links)) for controller, links in network.controllers.items())
    links = sorted(network.links)
    if at == LINK:
        return tuple(Site(link, frozenset({link})) for link in links)
    inbound: dict[str, set[str]] = {}
    outbound = Counter(link.from_node for link in network.links.values())
    for link in network.links.values():
        inbound.setdefault(link.to_node, set()).add(link.id)
    meeting = (node for node in sorted(inbound) if len(inbound[node]) > 1 or outbound[node] > 1)
    return tuple(Site(node, frozenset(inbound[node])) for node in meeting)


def _flows(traffic: Traffic, inputs: SimulationInputs, zones: Zones) -> tuple[PairFlow, ...]:
    demand, names = traffic.demand, traffic.roads.link_ids
    used = demand.route[demand.demanded_s >= inputs.analysis_begin_s]
    flows = []
    for route, vehicles in zip(*np.unique(used, return_counts=True), strict=True):
        begin, end = demand.route_offsets[route], demand.route_offsets[route + 1]
        links = tuple(names[link] for link in demand.route_links[begin:end])
        pair = (zones.get(links[0], links[0]), zones.get(links[-1], links[-1]))
        flows.append(PairFlow(pair, links, float(vehicles)))
    return tuple(flows)
