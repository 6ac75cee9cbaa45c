"""The roads of a SUMO network as counts and speeds are matched to them."""

from collections.abc import Callable

from pyproj import Proj

from congestion_lab.core.geometry import Point
from congestion_lab.demand.counts.countmatching import RoadLink, RoadMap
from congestion_lab.network.model import Link, Network


def road_map(network: Network) -> RoadMap:
    """Return links and movements of a network."""
    lanes: dict[tuple[str, str], set[int]] = {}
    for connection in network.connections:
        lanes.setdefault((connection.from_link, connection.to_link), set()).add(connection.from_lane)
    links = {link.id: _road_link(link) for link in network.links.values()}
    return RoadMap(links, {pair: len(some) for pair, some in lanes.items()}, geographic_place(network))


def geographic_place(network: Network) -> Callable[[float, float], Point] | None:
    """Return what gives a point of the network for longitude and latitude; None without a geographic projection."""
    if not network.projection:
        return None
    projection = Proj(network.projection)

    def place(lon: float, lat: float) -> Point:
        x, y = projection(lon, lat)
        return float(x) + network.offset[0], float(y) + network.offset[1]

    return place


def _road_link(link: Link) -> RoadLink:
    return RoadLink(link.id, link.shape, len(link.lanes), link.from_node, link.to_node)
