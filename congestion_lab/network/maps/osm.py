"""What an OpenStreetMap extract says about roads, as frozen values that no file format shows through."""

import enum
import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from congestion_lab.core.geometry import Point

Tags = Mapping[str, str]
_EARTH_M = 6_371_008.8  # mean radius, IUGG


class TurnRule(enum.Enum):
    """What a turn restriction says."""

    NO = "no"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class OsmNode:
    """A point of the map.

    Attributes:
        id: Its id, stable over the years.
        lon: Longitude, degrees.
        lat: Latitude, degrees.
        tags: What it is.
    """

    id: int
    lon: float
    lat: float
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OsmWay:
    """A line of the map.

    Attributes:
        id: Its id.
        nodes: Ids of its points in order.
        tags: What it is.
    """

    id: int
    nodes: tuple[int, ...]
    tags: Tags


@dataclass(frozen=True, slots=True)
class Restriction:
    """A turn restriction.

    Attributes:
        id: Id of its relation.
        rule: Whether the turn is forbidden, or the only one.
        kind: As mapped, e.g. no_left_turn.
        from_way: Way that it holds on.
        via: Node at which it holds, or None where it leads over a way.
        to_way: Way that must not be turned into, or must be.
    """

    id: int
    rule: TurnRule
    kind: str
    from_way: int
    via: int | None
    to_way: int


@dataclass(frozen=True)
class OsmMap:
    """The roads of an extract.

    Attributes:
        nodes: By id; those of the ways only.
        ways: By id; those with a `highway` only.
        restrictions: Turn restrictions that can be read.
        unreadable: Ids of the relations of turn restrictions that cannot.
        missing_nodes: By way, how many of its points the extract does not hold.
        source: What made the extract, as far as it says so.
    """

    nodes: Mapping[int, OsmNode]
    ways: Mapping[int, OsmWay]
    restrictions: tuple[Restriction, ...] = ()
    unreadable: tuple[int, ...] = ()
    missing_nodes: Mapping[int, int] = field(default_factory=dict)
    source: str = ""

    @cached_property
    def arms(self) -> Mapping[int, int]:
        """How many pieces of road meet at each node; 3 and more make a junction."""
        count: dict[int, int] = {}
        for way in self.ways.values():
            for place, node in enumerate(way.nodes):
                inner = 0 < place < len(way.nodes) - 1
                count[node] = count.get(node, 0) + (2 if inner else 1)
        return count

    def length_m(self, nodes: Iterable[int]) -> float:
        """Return the length of a line through nodes."""
        line = [self.nodes[node] for node in nodes]
        return sum(distance_m(a, b) for a, b in itertools.pairwise(line))


def distance_m(one: OsmNode, other: OsmNode) -> float:
    """Return the distance of two points that lie no farther apart than a city is wide (equirectangular)."""
    return math.dist((0.0, 0.0), plane_m(other, one))


def plane_m(node: OsmNode, origin: OsmNode) -> Point:
    """Return where a point lies east and north of another, metres."""
    east = math.radians(node.lon - origin.lon) * math.cos(math.radians((node.lat + origin.lat) / 2))
    return _EARTH_M * east, _EARTH_M * math.radians(node.lat - origin.lat)


def is_two_way(way: OsmWay) -> bool:
    """Return whether traffic may use a road in both directions, by OpenStreetMap's own defaults."""
    oneway = way.tags.get("oneway", "")
    if oneway in {"no", "false", "0"}:
        return True
    implied = way.tags.get("junction") in {"roundabout", "circular"} or way.tags["highway"] == "motorway"
    return not implied and oneway not in {"yes", "true", "1", "-1", "reverse"}
