"""Roads as tables of other programs list them, ready to be built: nodes, one-way links with their lanes, turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point, Turn


@dataclass(frozen=True, slots=True)
class ListedNode:
    """A node.

    Attributes:
        id: Its id.
        position: Longitude and latitude, or metres on a plane.
        signal: Whether a signal stands there.
        name: Its name, possibly empty.
    """

    id: str
    position: Point
    signal: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class LaneChange:
    """A place from which on a link has other lanes.

    Attributes:
        from_end_m: Distance of the place from the link's end.
        lanes: Which of the link's lanes there are behind it, by index from the kerb.
    """

    from_end_m: float
    lanes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A one-way link.

    Attributes:
        id: Its id.
        ends: Ids of the nodes that it leaves and reaches.
        lanes: Lanes where it is widest.
        speed_mps: Speed limit.
        kind: Road class.
        name: Street name.
        shape: Alignment, like the positions of nodes; empty for a straight line.
        two_way: Whether the opposite direction runs beside it on the same alignment.
        begin: Which of its lanes there are at its beginning, by index from the kerb; empty for all.
        changes: Where lanes are added or end, in the direction of travel.
    """

    id: str
    ends: tuple[str, str]
    lanes: int
    speed_mps: float
    kind: str = ""
    name: str = ""
    shape: tuple[Point, ...] = ()
    two_way: bool = False
    begin: tuple[int, ...] = ()
    changes: tuple[LaneChange, ...] = ()

    @property
    def lanes_at_begin(self) -> tuple[int, ...]:
        """Lanes at its beginning, by index from the kerb."""
        return self.begin or tuple(range(self.lanes))


@dataclass(frozen=True, slots=True)
class ListedTurn:
    """A turn that may be made.

    Attributes:
        from_link: Link that is left.
        to_link: Link that is turned into.
        lanes: Pairs of (lane of the one, lane of the other), by index from the kerb; empty where lanes are not told.
    """

    from_link: str
    to_link: str
    lanes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RoadList:
    """Roads ready to be built.

    Attributes:
        nodes: By id.
        links: In their order.
        turns: All turns from the links that they leave; of links that none leaves, turns are not told.
        banned: Pairs of links between which no turn may be made, whatever is told of others.
        degrees: Whether positions are longitudes and latitudes.
    """

    nodes: Mapping[str, ListedNode]
    links: tuple[ListedLink, ...]
    turns: tuple[ListedTurn, ...]
    banned: tuple[tuple[str, str], ...]
    degrees: bool


def paired(lanes: Sequence[int], turn: Turn, origin: ListedLink, target: ListedLink) -> tuple[tuple[int, int], ...]:
    """Return the lanes that each of some lanes leads to: right turns along the kerb, left turns along the middle.

    Traffic straight on keeps its place beside the lanes that lead through the link.

    Args:
        lanes: Lanes of the first link, by index from the kerb.
        turn: Where they lead.
        origin: The first link.
        target: The second link.
    """
    there = target.lanes_at_begin
    rank = {lane: number for number, lane in enumerate(sorted(lanes))}
    last = len(there) - 1
    through = origin.lanes_at_begin[0]
    pairs = []
    for lane in sorted(lanes):
        from_kerb = {Turn.RIGHT: rank[lane], Turn.STRAIGHT: lane - through}
        place = from_kerb.get(turn, last - (len(lanes) - 1 - rank[lane]))
        pairs.append((lane, there[min(max(place, 0), last)]))
    return tuple(pairs)
