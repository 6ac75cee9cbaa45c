"""Roads in a UTDF file (Synchro, UTDF 2006 version 8; also the older section [Layout]): nodes, links, lane groups.

UTDF has no public specification; what codes mean here was seen in files. Lengths are feet and speeds miles per hour
unless `Metric` says otherwise. Sections and records that mean nothing here are told by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.geometry import Point, Turn
from congestion_lab.core.movementcodes import HEADINGS_DEG, movement_code
from congestion_lab.core.sections import (
    CellReader,
    Cells,
    Sections,
    by_intersection,
    has_sections,
    read_sections,
    text_of,
)

SIGNAL, EXTERNAL, BEND, UNSIGNALISED, ROUNDABOUT = range(5)  # TYPE of a node
NAMES = ("network", "nodes", "layout", "links", "lanes", "timeplans", "phases")
_MILE_KM = 1.609344
_FARTHEST = 1e8
_MOST_LANES = 12
_LEGS = {"N": "SB", "S": "NB", "E": "WB", "W": "EB"}  # a leg of the older layout, and how its traffic arrives
_USED: Mapping[str, frozenset[str]] = {
    "network": frozenset({"utdfversion", "metric"}),
    "links": frozenset({"up id", "lanes", "name", "distance", "speed", "curve pt x", "curve pt y"}),
    "lanes": frozenset({"up node", "dest node", "lanes", "shared", "storage", "stlanes", "speed"}),
}


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


def is_utdf(path: Path) -> bool:
    """Return whether a file begins like a UTDF file."""
    return path.is_file() and has_sections(path, *NAMES)


def read_utdf(path: Path) -> Utdf:
    """Read the roads of a file.

    Raises:
        NetworkError: It cannot be read, has no nodes or links, or cells break rules; every fault is named.
    """
    sections = read_sections(path, needed=("RECORDNAME", "INTID"), error=NetworkError)
    reader = _Reader(sections)
    found = reader.utdf()
    faults = [*reader.cells.faults, *_unknown(found, str(path))]
    if not faults and not (found.nodes and found.links):
        lacks = "[Nodes]" if not found.nodes else "[Links]"
        faults.append(Fault(f"there is nothing in {lacks}", "export layout and links too", str(path)))
    if faults:
        raise NetworkError(*faults)
    return found


def _unknown(found: Utdf, source: str) -> Iterator[Fault]:
    """Yield what rows say of nodes that are not there, and links that stand twice."""
    first: dict[tuple[str, str], UtdfLink] = {}
    for link in found.links:
        before = first.setdefault((link.up, link.node), link)
        if before is not link:
            rule = f"a link from {link.up} to {link.node} stands twice, as {before.direction} and {link.direction}"
            yield Fault(rule, "part them by a node on one of them", source, link.line)
    for link in found.links:
        for end in (link.up, link.node):
            if end not in found.nodes:
                hint = "export the whole network, or take the row out"
                yield Fault(f"there is no node {end!r}", hint, source, link.line, f"{link.node} {link.direction} Up ID")
    for group in found.groups:
        for end, record in ((group.up, "Up Node"), (group.dest, "Dest Node")):
            if end not in found.nodes:
                hint = "export the whole network, or take the row out"
                yield Fault(
                    f"there is no node {end!r}", hint, source, group.line, f"{group.node} {group.code} {record}"
                )


class _Reader:
    """Reads the sections and collects faults."""

    def __init__(self, sections: Sections) -> None:
        self.cells = CellReader(sections.source)
        self._sections = sections
        self.metric = sections.is_metric
        self._metres = sections.metres
        self._mps = (1.0 if self.metric else _MILE_KM) / 3.6

    def utdf(self) -> Utdf:
        """Return what the file says."""
        nodes: dict[str, UtdfNode] = {}
        for name in ("nodes", "layout"):
            for row in self._sections.rows(name):
                node = self._node(row.cells, row.line)
                if node.id in nodes:
                    hint = "give each node an id of its own"
                    self.cells.faults.append(
                        Fault(f"the node {node.id!r} stands twice", hint, self.cells.source, row.line, "INTID")
                    )
                nodes[node.id] = node
        links = [*self._links()]
        if not links:
            links = [*self._legs()]
        return Utdf(nodes, tuple(links), tuple(self._groups()), self.metric, tuple(self._unused()))

    def _node(self, cells: Mapping[str, str], line: int) -> UtdfNode:
        name = cells.get("INTID", "")
        if not name:
            self.cells.faults.append(Fault("must not be empty", "", self.cells.source, line, "INTID"))
        x, y = (self._length(cells.get(key, ""), line, key) for key in ("X", "Y"))
        if x is None or y is None:
            missing = [key for key in ("X", "Y") if not cells.get(key, "")]
            for key in missing:
                self.cells.faults.append(Fault("must not be empty", "", self.cells.source, line, key))
        kind = self.cells.whole(cells.get("TYPE", ""), line, "TYPE", low=0, high=9)
        label = cells.get("DESCRIPTION", "") or cells.get("INTNAME", "")
        return UtdfNode(name, UNSIGNALISED if kind is None else kind, (x or 0.0, y or 0.0), label)

    def _length(self, text: str, line: int, key: str) -> float | None:
        value = self.cells.number(text, line, key, low=-_FARTHEST, high=_FARTHEST)
        return None if value is None else value * self._metres

    def _links(self) -> Iterator[UtdfLink]:
        table = self._sections.by_name.get("links")
        for node, columns in by_intersection(table, self.cells.faults, self.cells.source).items():
            for direction, cells in columns.items():
                if direction in HEADINGS_DEG and text_of(cells, "up id"):
                    yield self._link(node, direction, cells)

    def _link(self, node: str, direction: str, cells: Cells) -> UtdfLink:
        key = f"{node} {direction}"
        speed = self.cells.value(cells, "speed", key, low=0, high=150)
        length = self.cells.value(cells, "distance", key, low=0, high=1e6)
        lanes = self.cells.count(cells, "lanes", key, high=_MOST_LANES)
        bend = [self.cells.value(cells, f"curve pt {axis}", key, low=-_FARTHEST, high=_FARTHEST) for axis in ("x", "y")]
        return UtdfLink(
            up=text_of(cells, "up id"),
            node=node,
            direction=direction,
            lanes=lanes,
            name=text_of(cells, "name"),
            length_m=None if length is None else length * self._metres,
            speed_mps=speed * self._mps if speed else None,
            bend=None if bend[0] is None or bend[1] is None else (bend[0] * self._metres, bend[1] * self._metres),
            line=cells["up id"][1],
        )

    def _legs(self) -> Iterator[UtdfLink]:
        """Yield the links that the older layout names by their legs, without lanes and lengths."""
        for row in self._sections.rows("layout"):
            for leg, direction in _LEGS.items():
                up = row.cells.get(f"{leg}ID", "")
                if up and up != "0":
                    name = row.cells.get(f"{leg}NAME", "")
                    yield UtdfLink(up, row.cells.get("INTID", ""), direction, None, name, None, None, None, row.line)

    def _groups(self) -> Iterator[LaneGroup]:
        table = self._sections.by_name.get("lanes")
        for node, columns in by_intersection(table, self.cells.faults, self.cells.source).items():
            for code, cells in columns.items():
                parts = movement_code(code)
                if parts is not None and text_of(cells, "dest node") and text_of(cells, "up node"):
                    yield self._group(node, code, parts, cells)

    def _group(self, node: str, code: str, parts: tuple[str, Turn], cells: Cells) -> LaneGroup:
        key = f"{node} {code}"
        lanes = self.cells.count(cells, "lanes", key, high=_MOST_LANES) or 0
        bay = (self.cells.value(cells, "storage", key, low=0, high=1e5) or 0.0) * self._metres
        stated = self.cells.count(cells, "stlanes", key, high=_MOST_LANES)
        return LaneGroup(
            node=node,
            code=code,
            direction=parts[0],
            turn=parts[1],
            up=text_of(cells, "up node"),
            dest=text_of(cells, "dest node"),
            lanes=lanes,
            shared=self.cells.count(cells, "shared", key, high=3) or 0,
            bay_lanes=min(lanes, lanes if stated is None else stated) if bay else 0,
            bay_m=bay,
            line=cells["dest node"][1],
        )

    def _unused(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield sections and records that mean nothing for roads."""
        for name, section in self._sections.by_name.items():
            if name in {"nodes", "layout"}:
                continue
            records = dict.fromkeys(row.cells.get("RECORDNAME", "") for row in section.rows)
            left = tuple(one for one in records if one and one.lower() not in _USED.get(name, frozenset()))
            if left:
                yield section.name, left


def directions(groups: Sequence[LaneGroup]) -> Mapping[tuple[str, str], tuple[LaneGroup, ...]]:
    """Return movements by the link that they come from: (up node, node)."""
    found: dict[tuple[str, str], list[LaneGroup]] = {}
    for group in groups:
        found.setdefault((group.up, group.node), []).append(group)
    return {ends: tuple(some) for ends, some in found.items()}
