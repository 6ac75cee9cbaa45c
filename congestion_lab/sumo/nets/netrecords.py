"""The parts of a SUMO network file, sorted by what they are."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from congestion_lab.core.cellvalues import shown
from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.geometry import Point, Turn
from congestion_lab.sumo.files.records import Record, records

T = TypeVar("T")
_DEFAULT_LANE_WIDTH_M = 3.2  # SUMO's own default

_TURNS = {
    "s": Turn.STRAIGHT,
    "l": Turn.LEFT,
    "L": Turn.LEFT,
    "r": Turn.RIGHT,
    "R": Turn.RIGHT,
    "t": Turn.U_TURN,
    "T": Turn.U_TURN,
}


@dataclass(frozen=True, slots=True)
class NetRecords:
    """The parts of a network file that are read, by what they are.

    Attributes:
        path: The file.
        location: Its projection record, if there is one.
        links: Edges that vehicles drive between junctions.
        inner: Edges inside junctions, crossings and walking areas, by id.
        junctions: Junctions, internal ones left out.
        connections: All connections, internal ones too.
        programmes: Signal programmes.
        circulating: Ids of the nodes on roundabouts.
    """

    path: Path
    location: Record | None
    links: tuple[Record, ...]
    inner: Mapping[str, Record]
    junctions: tuple[Record, ...]
    connections: tuple[Record, ...]
    programmes: tuple[Record, ...]
    circulating: frozenset[str]


def net_records(path: Path, *, roads_only: bool = False) -> NetRecords:
    """Read a network file.

    Args:
        path: The file.
        roads_only: Whether what lies inside junctions, half of the file, is passed over.

    Raises:
        NetworkError: The file is no SUMO network, or lacks links.
    """
    by_tag: dict[str, list[Record]] = {
        tag: [] for tag in ("location", "edge", "junction", "connection", "tlLogic", "roundabout")
    }
    for record in records(path, by_tag, roots=("net",), error=NetworkError, wanted=_is_road if roads_only else None):
        by_tag[record.tag].append(record)
    links = tuple(edge for edge in by_tag["edge"] if edge.get("function", "normal") in {"normal", "connector"})
    if not links:
        hint = "build it with netconvert; plain node and edge files are not a network"
        raise NetworkError(Fault("the network has no link", hint, str(path)))
    return NetRecords(
        path=path,
        location=next(iter(by_tag["location"]), None),
        links=links,
        inner={edge.get("id"): edge for edge in by_tag["edge"] if edge.get("id").startswith(":")},
        junctions=tuple(junction for junction in by_tag["junction"] if junction.get("type") != "internal"),
        connections=tuple(by_tag["connection"]),
        programmes=tuple(by_tag["tlLogic"]),
        circulating=frozenset(node for ring in by_tag["roundabout"] for node in ring.get("nodes").split()),
    )


def _is_road(attributes: Mapping[str, str]) -> bool:
    inside = attributes.get("function") == "internal" or attributes.get("type") == "internal"
    return not inside and not attributes.get("from", "").startswith(":")


def converted(net: NetRecords, found: Iterable[Record], convert: Callable[[Record], T]) -> tuple[T, ...]:
    """Return what the records mean.

    Raises:
        NetworkError: Some records cannot be converted; each is named with its line.
    """
    values, faults = [], []
    for record in found:
        try:
            values.append(convert(record))
        except ValueError as problem:
            hint = "rebuild the network with netconvert"
            faults.append(Fault(str(problem), hint, str(net.path), record.line, record.get("id")))
    if faults:
        raise NetworkError(*faults)
    return tuple(values)


def points(text: str) -> tuple[Point, ...]:
    """Return the (x, y) of a SUMO shape; heights are left out.

    Raises:
        ValueError: It is no list of points.
    """
    try:
        found = tuple((float(x), float(y)) for x, y, *_height in (point.split(",") for point in text.split()))
    except ValueError:
        found = ((math.nan, math.nan),)
    if not all(math.isfinite(value) for point in found for value in point):
        raise ValueError(f"the shape {shown(text)} is no list of points like 1.5,2.5")
    return found


def turn_of(connection: Record) -> Turn:
    """Return the direction of a connection; networks without directions have straight ones only."""
    return _TURNS.get(connection.get("dir"), Turn.STRAIGHT)


def lane_width_m(lane: Record) -> float:
    """Return how wide a lane is."""
    return lane.number("width") if "width" in lane.attributes else _DEFAULT_LANE_WIDTH_M
