"""The road network as frozen values, free of any simulator's format."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from congestion_lab.core.geometry import Point, Turn

# Nothing opens onto these and nobody stops on them: kinds of the road tables, and of netconvert's imports.
_NO_FRONTAGE = frozenset({"expressway", "ramp", "circulating", "tunnel", "bridge", "highway.motorway"}) | frozenset(
    {"highway.motorway_link", "highway.trunk_link"}
)
_ON_FOOT = frozenset({"pedestrian", "wheelchair", "bicycle"})


@dataclass(frozen=True, slots=True)
class Node:
    """Where links meet.

    Attributes:
        id: Unique id.
        position: Easting and northing in the network's projection, metres.
        kind: Control at the node: priority, signal, roundabout, dead_end, ….
    """

    id: str
    position: Point
    kind: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a link; index 0 is the outermost (kerb) lane.

    Attributes:
        id: Unique id.
        length_m: Length between the stop lines.
        speed_mps: Speed limit.
        width_m: Width.
        classes: SUMO-independent vehicle classes that may use it; empty means all.
    """

    id: str
    length_m: float
    speed_mps: float
    width_m: float
    classes: frozenset[str] = frozenset()

    @property
    def for_cars(self) -> bool:
        """Whether motor traffic may use it."""
        return not self.classes or bool(self.classes - _ON_FOOT)


@dataclass(frozen=True, slots=True)
class Link:
    """A one-way carriageway between two nodes.

    Attributes:
        id: Unique id.
        from_node: Id of the node it leaves.
        to_node: Id of the node it reaches.
        lanes: Lanes from the kerb inwards; at least one.
        shape: Centre line, metres in the network's projection.
        name_en: Street name in English or Latin letters, possibly empty.
        name_ar: Street name in Arabic, possibly empty.
        kind: Road class, e.g. arterial, ramp, circulating.
        level: 0 on the ground, above it on bridges, below it in tunnels.
        sources: Ids of what it was made from on the map that it comes from, if any.
    """

    id: str
    from_node: str
    to_node: str
    lanes: tuple[Lane, ...]
    shape: tuple[Point, ...]
    name_en: str = ""
    name_ar: str = ""
    kind: str = ""
    level: int = 0
    sources: tuple[str, ...] = ()

    @property
    def for_cars(self) -> bool:
        """Whether motor traffic may use any of its lanes."""
        return any(lane.for_cars for lane in self.lanes)

    @property
    def has_frontage(self) -> bool:
        """Whether driveways open onto it and vehicles may stop at its kerb."""
        return self.kind not in _NO_FRONTAGE

    @property
    def length_m(self) -> float:
        """Length between the stop lines."""
        return self.lanes[0].length_m

    @property
    def speed_mps(self) -> float:
        """Highest speed limit of its lanes."""
        return max(lane.speed_mps for lane in self.lanes)

    @property
    def free_flow_s(self) -> float:
        """Time to drive the link at its limit."""
        return self.length_m / self.speed_mps


@dataclass(frozen=True, slots=True)
class Connection:
    """A permitted path from one lane to another through a node; a movement is all paths of one link pair.

    Attributes:
        from_link: Inbound link.
        from_lane: Index of the inbound lane.
        to_link: Outbound link.
        to_lane: Index of the outbound lane.
        turn: Direction.
        controller_id: Signal controller, or None where no signal stands.
        signal_index: Index of the signal head at that controller, or None.
    """

    from_link: str
    from_lane: int
    to_link: str
    to_lane: int
    turn: Turn
    controller_id: str | None = None
    signal_index: int | None = None


@dataclass(frozen=True)
class Network:
    """Nodes, links and connections, with their projection.

    Attributes:
        nodes: By id.
        links: By id; internal (junction) links are not listed.
        connections: All permitted lane-to-lane paths.
        projection: PROJ string, or "" when positions are not geographic.
        offset: (x, y) that was added to projected coordinates, metres.
        digest: Digest of the file it was read from.
    """

    nodes: Mapping[str, Node]
    links: Mapping[str, Link]
    connections: tuple[Connection, ...]
    projection: str = ""
    offset: Point = (0.0, 0.0)
    digest: str = ""

    @cached_property
    def for_cars(self) -> "Network":
        """The network without ways that only people on foot or bicycles use."""
        links = {link.id: link for link in self.links.values() if link.for_cars}
        if len(links) == len(self.links):
            return self
        paths = tuple(path for path in self.connections if {path.from_link, path.to_link} <= links.keys())
        ends = {end for link in links.values() for end in (link.from_node, link.to_node)}
        nodes = {name: node for name, node in self.nodes.items() if name in ends}
        return replace(self, nodes=nodes, links=links, connections=paths)

    @cached_property
    def movements(self) -> Mapping[tuple[str, str], tuple[Connection, ...]]:
        """Connections by (inbound link, outbound link)."""
        grouped: dict[tuple[str, str], list[Connection]] = {}
        for connection in self.connections:
            grouped.setdefault((connection.from_link, connection.to_link), []).append(connection)
        return MappingProxyType({pair: tuple(paths) for pair, paths in grouped.items()})

    @cached_property
    def controllers(self) -> Mapping[str, tuple[str, ...]]:
        """Inbound links of each signal controller, by controller id."""
        inbound: dict[str, dict[str, None]] = {}
        for connection in self.connections:
            if connection.controller_id is not None:
                inbound.setdefault(connection.controller_id, {})[connection.from_link] = None
        return MappingProxyType({controller: tuple(links) for controller, links in sorted(inbound.items())})
