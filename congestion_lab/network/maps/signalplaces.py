"""Where the signals of a map belong: maps show posts and stop lines, a model needs junctions."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from congestion_lab.network.maps.changes import SIGNAL
from congestion_lab.network.maps.osm import OsmMap, OsmNode, OsmWay, distance_m, is_two_way

REACH_M = 35.0  # from a stop line to the junction, across a crosswalk and a wide corner
_JUNCTION_ARMS = 3


@dataclass(frozen=True)
class SignalPlaces:
    """The signals of a map.

    Attributes:
        mapped: Nodes that the map marks as a signal.
        junctions: Nodes of the junctions that they belong to.
        stray: Mapped signals that no junction is near enough to have.
    """

    mapped: tuple[int, ...]
    junctions: frozenset[int]
    stray: tuple[int, ...]


def signal_places(osm: OsmMap) -> SignalPlaces:
    """Return where the signals of a map belong.

    A signal on a junction belongs to it. One on an approach belongs to the next junction ahead within reach; where
    traffic runs both ways, to the nearer one.
    """
    mapped = tuple(node.id for node in osm.nodes.values() if is_signal(node))
    ways_at: dict[int, list[OsmWay]] = {node: [] for node in mapped}
    for way in osm.ways.values():
        for node in ways_at.keys() & set(way.nodes):
            ways_at[node].append(way)
    homes = {node: _home(osm, node, ways_at[node]) for node in mapped}
    junctions = frozenset(home for home in homes.values() if home is not None)
    return SignalPlaces(mapped, junctions, tuple(node for node in mapped if homes[node] is None))


def is_signal(node: OsmNode) -> bool:
    """Return whether the map marks a node as a signal, for vehicles or for people who cross."""
    return "traffic_signals" in {node.tags.get("highway"), node.tags.get("crossing")}


def with_signals(osm: OsmMap, places: SignalPlaces) -> OsmMap:
    """Return the map with signals on junctions and nowhere else."""
    plain = {node.id: replace(node, tags={}) if node.tags else node for node in osm.nodes.values()}
    return replace(osm, nodes={**plain, **{node: replace(osm.nodes[node], tags=SIGNAL) for node in places.junctions}})


def _home(osm: OsmMap, node: int, ways: list[OsmWay]) -> int | None:
    if osm.arms[node] >= _JUNCTION_ARMS:
        return node
    found = dict(sorted((far, home) for way in ways for far, home in _ahead(osm, node, way)))
    return next(iter(found.values()), None)


def _ahead(osm: OsmMap, node: int, way: OsmWay) -> Iterator[tuple[float, int]]:
    """Yield the junctions within reach along a way, in the directions that traffic takes, with their distances."""
    forward = way.tags.get("oneway") != "-1"
    place = way.nodes.index(node)
    lines = [way.nodes[place:]] if forward or is_two_way(way) else []
    lines += [way.nodes[place::-1]] if not forward or is_two_way(way) else []
    for line in lines:
        far = 0.0
        for before, after in itertools.pairwise(line):
            far += distance_m(osm.nodes[before], osm.nodes[after])
            if far > REACH_M:
                break
            if osm.arms[after] >= _JUNCTION_ARMS:
                yield far, after
                break
