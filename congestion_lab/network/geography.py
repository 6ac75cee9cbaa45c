"""Where the points of a network lie on earth."""

from collections.abc import Callable

from pyproj import Proj

from congestion_lab.core.geometry import Point
from congestion_lab.network.model import Network


def earth_position(network: Network) -> Callable[[Point], Point] | None:
    """Return what gives longitude and latitude (WGS 84) of a point; None without a geographic projection."""
    if not network.projection:
        return None
    projection = Proj(network.projection)

    def position(point: Point) -> Point:
        lon, lat = projection(point[0] - network.offset[0], point[1] - network.offset[1], inverse=True)
        return float(lon), float(lat)

    return position
