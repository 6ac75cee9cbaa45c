"""Where traffic may enter and leave a network: nodes at which its roads end."""

from collections.abc import Iterator
from dataclasses import dataclass

from shapely import MultiPoint, Point, Polygon

from congestion_lab.network.geography import earth_position
from congestion_lab.network.model import Link, Network


@dataclass(frozen=True, slots=True)
class RoadEnd:
    """A node with a road to one other node only, fit for a gate if vehicles can set out from it and end at it.

    Attributes:
        node: Id of the node.
        street_en: Name of the road in English or Latin letters, possibly empty.
        street_ar: Its name in Arabic, possibly empty.
        lat: Latitude, degrees (WGS84); None without a geographic projection.
        lon: Longitude.
        lanes_in: Lanes on which vehicles enter the network.
        lanes_out: Lanes on which they leave it.
        links_in: Ids of the links by which vehicles enter.
        links_out: Ids of the links by which they leave.
        from_rim_m: Distance from the convex hull of all nodes: 0 at the rim, large for cul-de-sacs within the network.
    """

    node: str
    street_en: str
    street_ar: str
    lat: float | None
    lon: float | None
    lanes_in: int
    lanes_out: int
    links_in: tuple[str, ...]
    links_out: tuple[str, ...]
    from_rim_m: float

    @property
    def both_ways(self) -> bool:
        """Whether vehicles enter and leave here, which a gate needs."""
        return self.lanes_in > 0 and self.lanes_out > 0


def road_ends(network: Network) -> tuple[RoadEnd, ...]:
    """Return the ends of a network's roads for motor traffic: widest road first, then nearest the rim, then by id."""
    ends = _ends(network.for_cars)
    return tuple(sorted(ends, key=lambda end: (-(end.lanes_in + end.lanes_out), round(end.from_rim_m), end.node)))


def _ends(network: Network) -> Iterator[RoadEnd]:
    entering: dict[str, list[Link]] = {}
    leaving: dict[str, list[Link]] = {}
    neighbours: dict[str, set[str]] = {}
    for link in network.links.values():
        entering.setdefault(link.from_node, []).append(link)
        leaving.setdefault(link.to_node, []).append(link)
        neighbours.setdefault(link.from_node, set()).add(link.to_node)
        neighbours.setdefault(link.to_node, set()).add(link.from_node)
    hull = MultiPoint([network.nodes[node].position for node in neighbours]).convex_hull
    rim = hull.exterior if isinstance(hull, Polygon) else hull
    place = earth_position(network)
    for node, others in neighbours.items():
        if len(others) == 1:
            inward, outward, position = entering.get(node, []), leaving.get(node, []), network.nodes[node].position
            first = (inward or outward)[0]
            lon, lat = place(position) if place else (None, None)
            yield RoadEnd(
                node,
                first.name_en,
                first.name_ar,
                lat,
                lon,
                sum(len(link.lanes) for link in inward),
                sum(len(link.lanes) for link in outward),
                tuple(sorted(link.id for link in inward)),
                tuple(sorted(link.id for link in outward)),
                rim.distance(Point(position)),
            )
