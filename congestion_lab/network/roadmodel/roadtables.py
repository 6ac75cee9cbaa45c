"""Authored road tables: a folder with a manifest and CSV files, read with every fault named."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.rows import Row, Value, table
from congestion_lab.network.roadmodel.manifest import MANIFEST, Manifest, read_manifest

Position = tuple[float, float]  # latitude, longitude

CONFIDENCES = ("A", "B", "C")
NODE_KINDS = ("junction", "bend", "gate", "end")
CONTROLS = ("signal", "roundabout", "interchange", "fork", "u_turn", "priority")
_TABLES = ("nodes.csv", "links.csv", "controls.csv", "changes.csv")


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A named point of the road network."""

    id: str
    name_en: str
    name_ar: str
    kind: str
    position: Position
    confidence: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A street between two nodes, both directions."""

    from_id: str
    to_id: str
    name_en: str
    name_ar: str
    road_class: str
    lanes_fwd: int
    lanes_bwd: int
    speed_kmh: float
    median_m: float | None
    level: int
    via: tuple[Position, ...]
    confidence: str


@dataclass(frozen=True, slots=True)
class ControlRow:
    """What rules a node: a signal, a roundabout with its size, an interchange with its through street, ….

    Attributes:
        node_id: The node.
        control: One of `CONTROLS`.
        radius_m: Radius of the circulating carriageway's centre line.
        ring_lanes: Its lanes.
        through_a: Neighbour from which the through street of an interchange comes.
        through_b: Neighbour to which it goes.
        terminal_m: Distance of the ramp terminals from the through street.
        ramp_m: Distance of the ramp noses from the node, along the through street.
        cycle_s: Cycle of the signals there.
    """

    node_id: str
    control: str
    radius_m: float | None
    ring_lanes: int | None
    through_a: str
    through_b: str
    terminal_m: float | None
    ramp_m: float | None
    cycle_s: float | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """New lanes of a link from a day on."""

    date: dt.date
    from_id: str
    to_id: str
    lanes_fwd: int
    lanes_bwd: int


@dataclass(frozen=True, slots=True)
class RoadTables:
    """All authored tables of one road model."""

    manifest: Manifest
    nodes: tuple[NodeRow, ...]
    links: tuple[LinkRow, ...]
    controls: tuple[ControlRow, ...]
    changes: tuple[ChangeRow, ...]


def is_authored(folder: Path) -> bool:
    """Return whether a folder holds road tables, or some of them, and not just a net that was made elsewhere."""
    return any((folder / name).is_file() for name in _TABLES)


def read_road_tables(folder: Path) -> RoadTables:
    """Read a folder of authored road tables.

    Raises:
        NetworkError: The manifest, a table or a row cannot be used; every fault of all files is named.
    """
    manifest = read_manifest(folder / MANIFEST)
    faults: list[Fault] = []
    nodes = table(folder / "nodes.csv", _node, _NODE_COLUMNS, faults)
    links = table(folder / "links.csv", _link, _LINK_COLUMNS, faults)
    controls = table(folder / "controls.csv", _control, _CONTROL_COLUMNS, faults)
    changes = table(folder / "changes.csv", _change, _CHANGE_COLUMNS, faults)
    if faults:
        raise NetworkError(*faults)
    tables = RoadTables(manifest, _values(nodes), _values(links), _values(controls), _values(changes))
    lines = {
        name: [line for line, _ in rows]
        for name, rows in (
            *(("nodes.csv", nodes), ("links.csv", links)),
            *(("controls.csv", controls), ("changes.csv", changes)),
        )
    }
    faults.extend(_cross_faults(folder, tables, lines))
    if faults:
        raise NetworkError(*faults)
    return tables


def _values(rows: list[tuple[int, Value]]) -> tuple[Value, ...]:
    return tuple(value for _, value in rows)


_NODE_COLUMNS = ("id", "name_en", "name_ar", "kind", "lat", "lon", "confidence")
_LINK_COLUMNS = (
    *("from_id", "to_id", "name_en", "name_ar", "road_class", "lanes_fwd", "lanes_bwd", "speed_kmh"),
    *("median_m", "level", "via", "confidence"),
)
_CONTROL_COLUMNS = (
    *("node_id", "control", "radius_m", "ring_lanes", "through_a", "through_b", "terminal_m", "ramp_m", "cycle_s"),
)
_CHANGE_COLUMNS = ("date", "from_id", "to_id", "lanes_fwd", "lanes_bwd")


def _node(row: Row) -> NodeRow:
    return NodeRow(
        id=row.text("id"),
        name_en=row.text("name_en"),
        name_ar=row.text("name_ar"),
        kind=row.choice("kind", NODE_KINDS),
        position=(row.number("lat", low=-90, high=90), row.number("lon", low=-180, high=180)),
        confidence=row.choice("confidence", CONFIDENCES),
    )


def _link(row: Row) -> LinkRow:
    lanes_fwd, lanes_bwd = row.whole("lanes_fwd", low=0, high=8), row.whole("lanes_bwd", low=0, high=8)
    if lanes_fwd + lanes_bwd == 0:
        row.fault("lanes_fwd", "a link needs a lane in one direction at least")
    return LinkRow(
        from_id=row.text("from_id"),
        to_id=row.text("to_id"),
        name_en=row.text("name_en"),
        name_ar=row.text("name_ar"),
        road_class=row.text("road_class"),
        lanes_fwd=lanes_fwd,
        lanes_bwd=lanes_bwd,
        speed_kmh=row.number("speed_kmh", low=10, high=130),
        median_m=row.maybe("median_m", low=0, high=60),
        level=row.whole("level", low=-5, high=5),
        via=row.parsed("via", _positions, "a list like `33.51,36.27 33.52,36.28`", ()),
        confidence=row.choice("confidence", CONFIDENCES),
    )


def _positions(text: str) -> tuple[Position, ...]:
    pairs = (pair.split(",") for pair in text.split())
    found = tuple((float(lat), float(lon)) for lat, lon in pairs)
    if not all(abs(lat) <= 90 and abs(lon) <= 180 for lat, lon in found):  # noqa: PLR2004 - degrees; false for NaN too
        raise ValueError(text)
    return found


def _control(row: Row) -> ControlRow:
    control = row.choice("control", CONTROLS)
    needed = {
        "roundabout": ("radius_m", "ring_lanes"),
        "interchange": ("through_a", "through_b", "terminal_m", "ramp_m", "cycle_s"),
        "signal": ("cycle_s",),
    }
    for key in needed.get(control, ()):
        row.text(key)
    return ControlRow(
        node_id=row.text("node_id"),
        control=control,
        radius_m=row.maybe("radius_m", low=8, high=150),
        ring_lanes=row.whole("ring_lanes", low=1, high=5) if row.optional("ring_lanes") else None,
        through_a=row.optional("through_a"),
        through_b=row.optional("through_b"),
        terminal_m=row.maybe("terminal_m", low=20, high=200),
        ramp_m=row.maybe("ramp_m", low=60, high=500),
        cycle_s=row.maybe("cycle_s", low=30, high=180),
    )


def _change(row: Row) -> ChangeRow:
    return ChangeRow(
        date=row.parsed("date", dt.date.fromisoformat, "a date like 2025-08-10", dt.date.min),
        from_id=row.text("from_id"),
        to_id=row.text("to_id"),
        lanes_fwd=row.whole("lanes_fwd", low=0, high=8),
        lanes_bwd=row.whole("lanes_bwd", low=0, high=8),
    )


def _cross_faults(folder: Path, tables: RoadTables, lines: Mapping[str, list[int]]) -> Iterator[Fault]:
    """Yield what rows say of rows that are not there, and rows that stand twice."""
    keys = {
        "nodes.csv": [row.id for row in tables.nodes],
        "links.csv": ["-".join(sorted((row.from_id, row.to_id))) for row in tables.links],
        "controls.csv": [row.node_id for row in tables.controls],
    }
    for name, ids in keys.items():
        yield from _repeats(folder / name, zip(lines[name], ids, strict=True))
    for line, link in zip(lines["links.csv"], tables.links, strict=True):
        yield from _link_faults(str(folder / "links.csv"), line, link, tables)
    for line, control in zip(lines["controls.csv"], tables.controls, strict=True):
        yield from _control_faults(str(folder / "controls.csv"), line, control, tables)
    pairs = {(row.from_id, row.to_id) for row in tables.links}
    for line, change in zip(lines["changes.csv"], tables.changes, strict=True):
        if (change.from_id, change.to_id) not in pairs:
            rule = f"links.csv has no link from {change.from_id!r} to {change.to_id!r}"
            yield Fault(rule, "mend the ids", source=str(folder / "changes.csv"), line=line, key="from_id")


def _link_faults(source: str, line: int, link: LinkRow, tables: RoadTables) -> Iterator[Fault]:
    node_ids = {row.id for row in tables.nodes}
    for key, node_id in (("from_id", link.from_id), ("to_id", link.to_id)):
        if node_id not in node_ids:
            rule = f"the node {node_id!r} is not in nodes.csv"
            yield Fault(rule, "add it or mend the id", source=source, line=line, key=key)
    if link.from_id == link.to_id:
        yield Fault(f"the link begins and ends at {link.from_id!r}", source=source, line=line, key="to_id")
    if link.road_class not in tables.manifest.classes:
        rule = f"the class {link.road_class!r} is not in network.yaml"
        hint = f"use one of {', '.join(tables.manifest.classes)}"
        yield Fault(rule, hint, source=source, line=line, key="road_class")


def _control_faults(source: str, line: int, control: ControlRow, tables: RoadTables) -> Iterator[Fault]:
    if control.node_id not in {row.id for row in tables.nodes}:
        rule = f"the node {control.node_id!r} is not in nodes.csv"
        yield Fault(rule, "mend the id", source=source, line=line, key="node_id")
    neighbours = {frozenset((row.from_id, row.to_id)) for row in tables.links}
    for key, other in (("through_a", control.through_a), ("through_b", control.through_b)):
        if other and frozenset((control.node_id, other)) not in neighbours:
            rule = f"no link joins {control.node_id!r} and {other!r}"
            yield Fault(rule, "mend the id", source=source, line=line, key=key)


def _repeats(path: Path, keys: Iterable[tuple[int, str]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line, key in keys:
        if key in first:
            rule = f"{key!r} stands twice, first in line {first[key]}"
            yield Fault(rule, "keep one of the rows", source=str(path), line=line)
        first.setdefault(key, line)
