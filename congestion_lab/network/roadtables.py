"""Authored road tables: a folder with a manifest and CSV files, read with every fault named."""

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.network.manifest import Manifest, read_manifest

Position = tuple[float, float]  # latitude, longitude
Value = TypeVar("Value")

CONFIDENCES = ("A", "B", "C")
NODE_KINDS = ("junction", "bend", "gate", "end")
CONTROLS = ("signal", "roundabout", "interchange", "fork", "u_turn", "priority")


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


@dataclass
class _Row:
    """One CSV row under reading; collects its faults."""

    source: str
    line: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, key: str, rule: str, hint: str = "") -> None:
        self.faults.append(Fault(rule, hint, source=self.source, line=self.line, key=key))

    def text(self, key: str) -> str:
        value = self.cells[key].strip()
        if not value:
            self.fault(key, "must not be empty")
        return value

    def optional(self, key: str) -> str:
        return self.cells[key].strip()

    def parsed(self, key: str, parse: Callable[[str], Value], kind: str, default: Value) -> Value:
        try:
            return parse(self.cells[key].strip())
        except ValueError:
            self.fault(key, f"{self.cells[key]!r} is not {kind}")
            return default

    def number(self, key: str, *, low: float, high: float) -> float:
        value = self.parsed(key, float, "a number", low)
        if not low <= value <= high:
            self.fault(key, f"{value:g} is not between {low:g} and {high:g}")
        return value

    def maybe(self, key: str, *, low: float, high: float) -> float | None:
        return self.number(key, low=low, high=high) if self.optional(key) else None

    def whole(self, key: str, *, low: int, high: int) -> int:
        value = self.parsed(key, int, "a whole number", low)
        if not low <= value <= high:
            self.fault(key, f"{value} is not between {low} and {high}")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value and value not in allowed:
            self.fault(key, f"{value!r} is unknown", f"use one of {', '.join(allowed)}")
        return value


def read_road_tables(folder: Path) -> RoadTables:
    """Read a folder of authored road tables.

    Raises:
        NetworkError: The manifest, a table or a row cannot be used; every fault of all files is named.
    """
    manifest = read_manifest(folder / "network.yaml")
    faults: list[Fault] = []
    nodes = _table(folder / "nodes.csv", _node, _NODE_COLUMNS, faults)
    links = _table(folder / "links.csv", _link, _LINK_COLUMNS, faults)
    controls = _table(folder / "controls.csv", _control, _CONTROL_COLUMNS, faults)
    changes = _table(folder / "changes.csv", _change, _CHANGE_COLUMNS, faults)
    if not faults:
        tables = RoadTables(
            manifest,
            tuple(row for _, row in nodes),
            tuple(row for _, row in links),
            tuple(row for _, row in controls),
            tuple(row for _, row in changes),
        )
        faults.extend(_cross_faults(folder, tables, nodes, links, controls, changes))
    if faults:
        raise NetworkError(*faults)
    return tables


_NODE_COLUMNS = ("id", "name_en", "name_ar", "kind", "lat", "lon", "confidence")
_LINK_COLUMNS = (
    *("from_id", "to_id", "name_en", "name_ar", "road_class", "lanes_fwd", "lanes_bwd", "speed_kmh"),
    *("median_m", "level", "via", "confidence"),
)
_CONTROL_COLUMNS = (
    *("node_id", "control", "radius_m", "ring_lanes", "through_a", "through_b", "terminal_m", "ramp_m", "cycle_s"),
)
_CHANGE_COLUMNS = ("date", "from_id", "to_id", "lanes_fwd", "lanes_bwd")
Numbered = tuple[tuple[int, Value], ...]


def _table(
    path: Path, build: Callable[[_Row], Value], columns: tuple[str, ...], faults: list[Fault]
) -> list[tuple[int, Value]]:
    """Return the rows of a CSV file with their line numbers, and add what is wrong to the faults."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                faults.append(Fault(f"columns are missing: {', '.join(missing)}", source=str(path), line=1))
                return []
            return [_numbered(path, reader.line_num, cells, build, faults) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        faults.append(Fault(f"cannot be read: {error}", "a UTF-8 CSV file is needed", source=str(path)))
        return []


def _numbered(
    path: Path, line: int, cells: Mapping[str, str | None], build: Callable[[_Row], Value], faults: list[Fault]
) -> tuple[int, Value]:
    row = _Row(str(path), line, {key: value or "" for key, value in cells.items() if key is not None})
    value = build(row)
    if None in cells or None in cells.values():
        row.fault("", "the row has more or fewer cells than the header")
    faults.extend(row.faults)
    return line, value


def _node(row: _Row) -> NodeRow:
    return NodeRow(
        id=row.text("id"),
        name_en=row.text("name_en"),
        name_ar=row.text("name_ar"),
        kind=row.choice("kind", NODE_KINDS),
        position=(row.number("lat", low=-90, high=90), row.number("lon", low=-180, high=180)),
        confidence=row.choice("confidence", CONFIDENCES),
    )


def _link(row: _Row) -> LinkRow:
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
    return tuple((float(lat), float(lon)) for lat, lon in pairs)


def _control(row: _Row) -> ControlRow:
    control = row.choice("control", CONTROLS)
    needed = {
        "roundabout": ("radius_m", "ring_lanes"),
        "interchange": ("through_a", "through_b", "terminal_m", "ramp_m", "cycle_s"),
        "signal": ("cycle_s",),
    }
    for key in needed.get(control, ()):
        row.text(key)
    lanes = row.maybe("ring_lanes", low=1, high=5)
    return ControlRow(
        node_id=row.text("node_id"),
        control=control,
        radius_m=row.maybe("radius_m", low=8, high=150),
        ring_lanes=None if lanes is None else int(lanes),
        through_a=row.optional("through_a"),
        through_b=row.optional("through_b"),
        terminal_m=row.maybe("terminal_m", low=20, high=200),
        ramp_m=row.maybe("ramp_m", low=60, high=500),
        cycle_s=row.maybe("cycle_s", low=30, high=180),
    )


def _change(row: _Row) -> ChangeRow:
    return ChangeRow(
        date=row.parsed("date", dt.date.fromisoformat, "a date like 2025-08-10", dt.date.min),
        from_id=row.text("from_id"),
        to_id=row.text("to_id"),
        lanes_fwd=row.whole("lanes_fwd", low=0, high=8),
        lanes_bwd=row.whole("lanes_bwd", low=0, high=8),
    )


def _cross_faults(
    folder: Path,
    tables: RoadTables,
    nodes: list[tuple[int, NodeRow]],
    links: list[tuple[int, LinkRow]],
    controls: list[tuple[int, ControlRow]],
    changes: list[tuple[int, ChangeRow]],
) -> Iterator[Fault]:
    """Yield what rows say of rows that are not there, and rows that stand twice."""
    node_ids = {row.id for row in tables.nodes}
    pairs = {(row.from_id, row.to_id) for row in tables.links}
    neighbours = pairs | {(b, a) for a, b in pairs}
    yield from _repeats(folder / "nodes.csv", [(line, row.id) for line, row in nodes])
    yield from _repeats(folder / "links.csv", [(line, "-".join(sorted((r.from_id, r.to_id)))) for line, r in links])
    yield from _repeats(folder / "controls.csv", [(line, row.node_id) for line, row in controls])
    for line, link in links:
        place = {"source": str(folder / "links.csv"), "line": line}
        for key, node_id in (("from_id", link.from_id), ("to_id", link.to_id)):
            if node_id not in node_ids:
                yield Fault(f"the node {node_id!r} is not in nodes.csv", "add it or mend the id", key=key, **place)
        if link.road_class not in tables.manifest.classes:
            rule = f"the class {link.road_class!r} is not in network.yaml"
            yield Fault(rule, f"use one of {', '.join(tables.manifest.classes)}", key="road_class", **place)
    for line, control in controls:
        place = {"source": str(folder / "controls.csv"), "line": line}
        if control.node_id not in node_ids:
            yield Fault(f"the node {control.node_id!r} is not in nodes.csv", "mend the id", key="node_id", **place)
        for key, other in (("through_a", control.through_a), ("through_b", control.through_b)):
            if other and (control.node_id, other) not in neighbours:
                yield Fault(f"no link joins {control.node_id!r} and {other!r}", "mend the id", key=key, **place)
    for line, change in changes:
        if (change.from_id, change.to_id) not in pairs:
            rule = f"links.csv has no link from {change.from_id!r} to {change.to_id!r}"
            yield Fault(rule, "mend the ids", source=str(folder / "changes.csv"), line=line, key="from_id")


def _repeats(path: Path, keys: list[tuple[int, str]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line, key in keys:
        if key in first:
            rule = f"{key!r} stands twice, first in line {first[key]}"
            yield Fault(rule, "keep one of the rows", source=str(path), line=line)
        first.setdefault(key, line)
