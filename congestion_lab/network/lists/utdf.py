"""Roads in a UTDF file (Synchro, UTDF 2006 version 8; also the older section [Layout]): nodes, links, lane groups.

UTDF has no public specification; what codes mean here was seen in files. Lengths are feet and speeds miles per hour
unless `Metric` says otherwise. Sections and records that mean nothing here are told by name.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.geometry import Turn
from congestion_lab.core.movementcodes import HEADINGS_DEG, movement_code
from congestion_lab.core.utdffile import (
    CellReader,
    Cells,
    Sections,
    by_intersection,
    read_sections,
    text_of,
)
from congestion_lab.network.lists.utdfvalues import UNSIGNALISED, LaneGroup, Utdf, UtdfLink, UtdfNode

_MILE_KM = 1.609344
_FARTHEST = 1e8
_MOST_LANES = 12
_LEGS = {"N": "SB", "S": "NB", "E": "WB", "W": "EB"}  # a leg of the older layout, and how its traffic arrives
_USED: Mapping[str, frozenset[str]] = {
    "network": frozenset({"utdfversion", "metric"}),
    "links": frozenset({"up id", "lanes", "name", "distance", "speed", "curve pt x", "curve pt y"}),
    "lanes": frozenset({"up node", "dest node", "lanes", "shared", "storage", "stlanes"}),
}


def read_utdf(path: Path) -> Utdf:
    """Read the roads of a file.

    Raises:
        NetworkError: It cannot be read, has no nodes or links, or cells break rules; every fault is named.
    """
    sections = read_sections(path, NetworkError)
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
