"""What a UTDF file says of roads, as values: nodes, links by direction, lane groups by movement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point, Turn

SIGNAL, EXTERNAL, BEND, UNSIGNALISED, ROUNDABOUT = range(5)  # TYPE of a node


@dataclass(frozen=True, slots=True)
class UtdfNode:
    """A row of [Nodes].

    Attributes:
        id: INTID.
        kind: TYPE: 0 signal, 1 external, 2 bend, 3 without signal, 4 roundabout.
        position: X and Y, metres.
        name: DESCRIPTION.
    """

    id: str
    kind: int
    position: Point
    name: str


@dataclass(frozen=True, slots=True)
class UtdfLink:
    """A column of [Links]: the traffic that arrives at a node in one direction.

    Attributes:
        up: Node that it comes from.
        node: Node that it reaches.
        direction: NB, SB, EB, WB, NE, NW, SE or SW: how it drives.
        lanes: Lanes at the node, bays included; None where the file says nothing.
        name: Street name.
        length_m: Distance between the nodes, or None.
        speed_mps: Speed limit, or None.
        bend: Control point of the curve at the end where it arrives, metres, or None.
        line: Line of the file.
    """

    up: str
    node: str
    direction: str
    lanes: int | None
    name: str
    length_m: float | None
    speed_mps: float | None
    bend: Point | None
    line: int


@dataclass(frozen=True, slots=True)
class LaneGroup:
    """A column of [Lanes]: one movement at a node.

    Attributes:
        node: The node.
        code: Its code, such as NBL.
        direction: How the approach drives.
        turn: Its direction.
        up: Node that it comes from.
        dest: Node that it leads to.
        lanes: Lanes of its own.
        shared: 0 for none, 1, 2 or 3 where its outer lane is shared with the movement to the left, right, or both.
        bay_lanes: How many of its lanes begin as a bay.
        bay_m: Length of the bay; 0 for none.
        line: Line of the file.
    """

    node: str
    code: str
    direction: str
    turn: Turn
    up: str
    dest: str
    lanes: int
    shared: int
    bay_lanes: int
    bay_m: float
    line: int


@dataclass(frozen=True, slots=True)
class Utdf:
    """What a file says of roads.

    Attributes:
        nodes: By id.
        links: Links.
        groups: Movements.
        metric: Whether the file has metres.
        unused: Sections and records that mean nothing for roads, as (section, names of records).
    """

    nodes: Mapping[str, UtdfNode]
    links: tuple[UtdfLink, ...]
    groups: tuple[LaneGroup, ...]
    metric: bool
    unused: tuple[tuple[str, tuple[str, ...]], ...]


def directions(groups: Sequence[LaneGroup]) -> Mapping[tuple[str, str], tuple[LaneGroup, ...]]:
    """Return movements by the link that they come from: (up node, node)."""
    found: dict[tuple[str, str], list[LaneGroup]] = {}
    for group in groups:
        found.setdefault((group.up, group.node), []).append(group)
    return {ends: tuple(some) for ends, some in found.items()}
