"""Where things of a network stand: controllers and links on the plane, points on earth."""

import math
from collections.abc import Callable, Mapping

from pyproj import Proj
from pyproj.exceptions import CRSError
from shapely import LineString

from congestion_lab.core.errors import Fault, NetworkError
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
    """Return what gives longitude and latitude (WGS 84) of a point; None without a geographic projection.

    Raises:
        NetworkError: The network's projection is none that PROJ knows.
    """
    if not network.projection:
        return None
    projection = _projection(network)

    def position(point: Point) -> Point:
        lon, lat = projection(point[0] - network.offset[0], point[1] - network.offset[1], inverse=True)
        return float(lon), float(lat)

    return position


def plane_position(network: Network) -> Callable[[Point], Point] | None:
    """Return what gives the point of a longitude and latitude (WGS 84); None without a geographic projection.

    Raises:
        NetworkError: The network's projection is none that PROJ knows.
    """
    if not network.projection:
        return None
    projection = _projection(network)

    def position(place: Point) -> Point:
        x, y = projection(*place)
        return float(x) + network.offset[0], float(y) + network.offset[1]

    return position


def _projection(network: Network) -> Proj:
    try:
        return Proj(network.projection)
    except CRSError:
        rule = f"the network's projection, {network.projection!r}, is unknown to PROJ"
        raise NetworkError(Fault(rule, "build or import it with another one", key="projParameter")) from None


def link_middles(network: Network) -> Mapping[str, Point]:
    """Return the point half-way along each link."""
    middles = {link.id: LineString(link.shape).interpolate(0.5, normalized=True) for link in network.links.values()}
    return {link: (middle.x, middle.y) for link, middle in middles.items()}


def links_within(network: Network, centre: Point, radius_m: float) -> frozenset[str]:
    """Return the links whose middle lies at most so far from a point on the plane."""
    return frozenset(link for link, middle in link_middles(network).items() if math.dist(middle, centre) <= radius_m)
