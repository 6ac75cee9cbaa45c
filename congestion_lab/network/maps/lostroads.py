"""Streets of a map that its network does not hold: how much, which ones, and what lies there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point
from congestion_lab.network.maps.origins import Globe, Origins, ways_of
from congestion_lab.network.maps.osm import OsmMap, OsmWay, plane_m
from congestion_lab.network.maps.roadscope import FOOTWAYS, rank
from congestion_lab.network.model import Link, Network

_SWALLOWED_M = 60.0  # street that a junction of divided roads may take up when it is joined
_MUCH = 0.1  # share of the streets; what is lost beyond it changes how traffic runs on the rest
_EDGE_M = 50.0  # extracts are cut at a box, and the last points of their streets lie about it


@dataclass(frozen=True, slots=True)
class LostStreet:
    """A street, or the part of it, that is not in the network.

    Attributes:
        name_en: Name in English or another script, possibly empty.
        name_ar: Name in Arabic, possibly empty.
        kind: Its class on the map, the value of `highway`.
        length_m: Its length along the middle, whatever the number of its directions; of a piece that was built and
            taken out again, that of its link, without the junctions at its ends.
    """

    name_en: str
    name_ar: str
    kind: str
    length_m: float


@dataclass(frozen=True, slots=True)
class LostRoads:
    """All streets in scope that are not in the network.

    Attributes:
        of_m: Length of all streets in scope along their middle, lost or not.
        streets: The lost ones, those of the highest class first, then the longest.
        signals: Mapped signals at which no street has any part in the network.
        edge_m: Length of the lost parts that reach the edge of the map, which may be what cuts them off.
        lines: Where the lost streets lie, in the network's coordinates.
    """

    of_m: float = 0.0
    streets: tuple[LostStreet, ...] = ()
    signals: int = 0
    edge_m: float = 0.0
    lines: tuple[tuple[Point, ...], ...] = ()

    @property
    def length_m(self) -> float:
        """Length of the lost streets."""
        return sum(street.length_m for street in self.streets)

    @property
    def share(self) -> float:
        """Share of the length that is lost, 0 to 1."""
        return self.length_m / self.of_m if self.of_m else 0.0

    @property
    def is_much(self) -> bool:
        """Whether more is lost than an engineer may overlook."""
        return self.share > _MUCH

    @property
    def is_at_edge(self) -> bool:
        """Whether the most of it reaches the edge of the map."""
        return 2 * self.edge_m > self.length_m

    def as_json(self) -> dict[str, object]:
        """Return the figures for machines."""
        streets = [
            {"name_en": one.name_en, "name_ar": one.name_ar, "highway": one.kind, "length_m": round(one.length_m, 1)}
            for one in self.streets
        ]
        return {
            "length_m": round(self.length_m, 1),
            "of_m": round(self.of_m, 1),
            "at_edge_m": round(self.edge_m, 1),
            "signals": self.signals,
            "streets": streets,
        }


@dataclass(frozen=True, slots=True)
class MissingPart:
    """Ways that hang together and of which the network holds nothing.

    Attributes:
        ways: Those of the highest class first, then the longest.
        length_m: Their length.
        touches: Whether they touch the network.
        at_edge: Whether they reach the edge of the map.
    """

    ways: tuple[OsmWay, ...]
    length_m: float
    touches: bool
    at_edge: bool


def missing_parts(roads: OsmMap, origins: Origins, unreached: Iterable[Link]) -> tuple[MissingPart, ...]:
    """Return the parts of a map that are not in the network; short pieces that joined junctions swallowed are none.

    Args:
        roads: The roads in scope.
        origins: The network seen from the map.
        unreached: Links that were built and taken out again, whose ways are told elsewhere.
    """
    present = origins.links_of.keys() | {way for link in unreached for way in ways_of(link)}
    touched = {node for way in present & roads.ways.keys() for node in roads.ways[way].nodes} | origins.node_of.keys()
    edge = _nodes_at_edge(roads)
    found = []
    for ways in connected_groups({way.id: way for way in roads.ways.values() if way.id not in present}):
        nodes = {node for way in ways for node in way.nodes}
        length = sum(roads.length_m(way.nodes) for way in ways)
        touches = bool(nodes & touched)
        if not touches or length >= _SWALLOWED_M:
            at_edge = bool(nodes & edge) or any(way.id in roads.missing_nodes for way in ways)
            foremost = sorted(ways, key=lambda way: (rank(way.tags["highway"]), -roads.length_m(way.nodes), way.id))
            found.append(MissingPart(tuple(foremost), length, touches, at_edge))
    return tuple(found)


def connected_groups(ways: Mapping[int, OsmWay]) -> list[list[OsmWay]]:
    """Return ways in groups that share nodes."""
    at: dict[int, list[int]] = {}
    for way in ways.values():
        for node in way.nodes:
            at.setdefault(node, []).append(way.id)
    left, groups = dict(sorted(ways.items())), []
    while left:
        waiting, group = [next(iter(left))], []
        while waiting:
            name = waiting.pop()
            if name in left:
                group.append(left.pop(name))
                waiting += [other for node in ways[name].nodes for other in at[node] if other in left]
        groups.append(sorted(group, key=lambda each: each.id))
    return groups


def lost_roads(
    roads: OsmMap,
    network: Network,
    parts: Iterable[MissingPart],
    unreached: Iterable[Link],
    *,
    signals: Collection[int],
    globe: Globe,
) -> LostRoads:
    """Return the streets for motor traffic that are not in the network.

    Args:
        roads: The roads in scope.
        network: What came of them.
        parts: The parts of which the network holds nothing.
        unreached: Links that were built and taken out again; one whose other direction remains is no lost street.
        signals: Nodes that the map marks as a signal.
        globe: Where the network lies.
    """
    driven = {way.id: way for way in roads.ways.values() if way.tags["highway"] not in FOOTWAYS}
    whole = [way for part in parts for way in part.ways if way.id in driven]
    pieces = _pieces(unreached, network)
    kept = {way for link in network.links.values() for way in ways_of(link)}
    lost = ({way.id for way in whole} | {way for link in pieces for way in ways_of(link)}) - kept
    lost_nodes, other_nodes = (
        {node for way in driven.values() if (way.id in lost) is gone for node in way.nodes} for gone in (True, False)
    )
    streets = [_street(way.tags, roads.length_m(way.nodes)) for way in whole]
    streets += [_street(_tags(link, driven), link.length_m) for link in pieces]
    lines = [tuple(globe.plane(roads.nodes[node].lon, roads.nodes[node].lat) for node in way.nodes) for way in whole]
    return LostRoads(
        of_m=sum(roads.length_m(way.nodes) for way in driven.values()),
        streets=_merged(streets),
        signals=len(set(signals) & lost_nodes - other_nodes),
        edge_m=sum(
            roads.length_m(way.nodes) for part in parts if part.at_edge for way in part.ways if way.id in driven
        ),
        lines=(*lines, *(link.shape for link in pieces)),
    )


def _pieces(unreached: Iterable[Link], network: Network) -> Sequence[Link]:
    """Return one link for each piece of street of which neither direction is left."""
    kept = {_piece(link) for link in network.links.values()}
    lost = {_piece(link): link for link in unreached if link.for_cars}
    return [link for piece, link in lost.items() if piece not in kept]


def _piece(link: Link) -> tuple[frozenset[str], frozenset[int]]:
    return frozenset((link.from_node, link.to_node)), frozenset(map(abs, ways_of(link)))


def _tags(link: Link, ways: Mapping[int, OsmWay]) -> Mapping[str, str]:
    known = [ways[way] for way in ways_of(link) if way in ways]
    kind = {"highway": link.kind.removeprefix("highway."), "name:en": link.name_en, "name:ar": link.name_ar}
    return known[0].tags if known else kind


def _street(tags: Mapping[str, str], length_m: float) -> LostStreet:
    return LostStreet(tags.get("name:en", ""), tags.get("name:ar", ""), tags["highway"], length_m)


def _merged(streets: Iterable[LostStreet]) -> tuple[LostStreet, ...]:
    """Return each street once, the highest class first, then the longest."""
    lengths: dict[tuple[str, str, str], float] = {}
    for one in streets:
        key = (one.name_en, one.name_ar, one.kind)
        lengths[key] = lengths.get(key, 0.0) + one.length_m
    whole = (LostStreet(*key, length_m) for key, length_m in lengths.items())
    return tuple(sorted(whole, key=lambda one: (rank(one.kind), -one.length_m, one.name_en, one.name_ar)))


def _nodes_at_edge(roads: OsmMap) -> frozenset[int]:
    """Return the nodes that lie at the sides of the box which all roads fill."""
    if not roads.nodes:
        return frozenset()
    origin = next(iter(roads.nodes.values()))
    places = {node.id: plane_m(node, origin) for node in roads.nodes.values()}
    (left, right), (low, high) = ((min(axis), max(axis)) for axis in zip(*places.values(), strict=True))
    return frozenset(node for node, (x, y) in places.items() if min(x - left, right - x, y - low, high - y) <= _EDGE_M)
