"""The roads of a SUMO network as counts and speeds are matched to them."""

from congestion_lab.demand.counts.countmatching import RoadLink, RoadMap
from congestion_lab.network.geography import plane_position
from congestion_lab.network.model import Link, Network


def road_map(network: Network) -> RoadMap:
    """Return links and movements of a network."""
    lanes: dict[tuple[str, str], set[int]] = {}
    for connection in network.connections:
        lanes.setdefault((connection.from_link, connection.to_link), set()).add(connection.from_lane)
    links = {link.id: _road_link(link) for link in network.links.values()}
    return RoadMap(links, {pair: len(some) for pair, some in lanes.items()}, plane_position(network))


def _road_link(link: Link) -> RoadLink:
    return RoadLink(link.id, link.shape, len(link.lanes), link.from_node, link.to_node)
