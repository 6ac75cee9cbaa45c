"""Links that lie on each other, or cross on one level without a junction."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from shapely import STRtree
from shapely.geometry import LineString
from shapely.geometry import Point as Spot
from shapely.geometry.base import BaseGeometry

from congestion_lab.core.geometry import Point
from congestion_lab.network.model import Link, Network

LONGEST_OVERLAP_M = 5.0
JUNCTION_M = 40.0  # around a shared node links lie close to each other by nature
_INSIDE = 0.35  # share of a link's width around its centre line that nobody else may use
_OTHER_LEVELS = frozenset({"bridge", "tunnel"})


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two links on one spot.

    Attributes:
        link: The first, by id.
        other: The second.
        length_m: How long they lie on each other.
        crossing: Whether they cross rather than run together.
        point: Where.
    """

    link: str
    other: str
    length_m: float
    crossing: bool
    point: Point


def overlaps(network: Network) -> Iterator[Overlap]:
    """Yield every pair of links that share ground on one level away from their common nodes."""
    links = [network.links[link_id] for link_id in sorted(network.links)]
    lines = [LineString(link.shape) for link in links]
    areas = [line.buffer(_INSIDE * _width_m(link), cap_style="flat") for line, link in zip(lines, links, strict=True)]
    firsts, seconds = STRtree(areas).query(areas, predicate="intersects")
    for first, second in sorted(np.column_stack([firsts, seconds])[firsts < seconds].tolist()):
        found = _overlap(network, links[first], links[second], lines[first], areas[second])
        if found is not None:
            yield found


def _width_m(link: Link) -> float:
    return sum(lane.width_m for lane in link.lanes)


def _overlap(network: Network, link: Link, other: Link, line: LineString, area: BaseGeometry) -> Overlap | None:
    if _level(link) != _level(other):
        return None
    shared = line.intersection(area)
    common = {link.from_node, link.to_node} & {other.from_node, other.to_node}
    for node in common:
        shared = shared.difference(Spot(network.nodes[node].position).buffer(JUNCTION_M))
    if shared.is_empty:
        return None
    crossing = not common and LineString(link.shape).crosses(LineString(other.shape))
    if not crossing and shared.length <= LONGEST_OVERLAP_M:
        return None
    spot = shared.representative_point()
    return Overlap(link.id, other.id, shared.length, crossing, (spot.x, spot.y))


def _level(link: Link) -> str:
    """Return the level of a link; tunnels and bridges that only their kind tells may cross one another."""
    return link.id if link.kind in _OTHER_LEVELS else f"{link.level}"
