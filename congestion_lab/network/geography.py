"""Where things of a network stand: controllers on the plane, points on earth."""

from collections.abc import Callable

from pyproj import Proj

from congestion_lab.core.geometry import Point
from congestion_lab.network.model import Network


def controller_places(network: Network) -> dict[str, Point]:
    """Return the position of each signal controller: the mean of the nodes that it controls."""
    places = {}
    for controller, inbound in network.controllers.items():
        nodes = [network.nodes[network.links[link].to_node].position for link in inbound]
        places[controller] = (sum(x for x, _y in nodes) / len(nodes), sum(y for _x, y in nodes) / len(nodes))
    return places


def earth_position(network: Network) -> Callable[[Point], Point] | None:
    """Return what gives longitude and latitude (WGS 84) of a point; None without a geographic projection."""
    if not network.projection:
        return None
    projection = Proj(network.projection)

    def position(point: Point) -> Point:
        lon, lat = projection(point[0] - network.offset[0], point[1] - network.offset[1], inverse=True)
        return float(lon), float(lat)

    return position
