"""Nodes and links in the General Modeling Network Specification (GMNS 0.96): `node.csv`, `link.csv`, `config.csv`.

https://github.com/zephyr-data-specs/GMNS. Lanes, segments and movements are read by `gmnsdetails`.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyproj import Transformer
from pyproj.exceptions import CRSError
from shapely import wkt
from shapely.errors import ShapelyError

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.geometry import Point
from congestion_lab.core.rows import Row, gmns_table
from congestion_lab.network.lists.gmnsdetails import GmnsDetails, for_cars, read_details
from congestion_lab.network.lists.roadlist import ListedNode

FILES = ("node.csv", "link.csv")
_ID = re.compile(r"[A-Za-z0-9_.#-]+")
_NODE_COLUMNS = ("node_id", "x_coord", "y_coord")
_LINK_COLUMNS = ("link_id", "from_node_id", "to_node_id")
_KMH: Mapping[str, float] = {
    "kph": 1.0,
    "kmh": 1.0,
    "km/h": 1.0,
    "mph": 1.609344,
    "mi/h": 1.609344,
    "m/s": 3.6,
    "mps": 3.6,
}
_FASTEST_KMH = 200.0
_MOST_LANES = 12


@dataclass(frozen=True, slots=True)
class GmnsLink:
    """A row of `link.csv`.

    Attributes:
        id: Its id.
        ends: Ids of the nodes that it leaves and reaches.
        directed: Whether traffic runs one way only.
        lanes: Lanes in each direction, or None where the file says nothing.
        speed_kmh: Speed limit, or None where the file says nothing.
        kind: Facility type.
        name: Street name.
        shape: Alignment, like the positions of nodes; empty for a straight line.
        for_cars: Whether cars may use it.
    """

    id: str
    ends: tuple[str, str]
    directed: bool
    lanes: int | None
    speed_kmh: float | None
    kind: str
    name: str
    shape: tuple[Point, ...]
    for_cars: bool


@dataclass(frozen=True, slots=True)
class Gmns:
    """The tables of a folder.

    Attributes:
        nodes: By id.
        links: In their order.
        degrees: Whether positions are longitudes and latitudes.
        assumed: What had to be assumed, a sentence each.
        details: What further tables say of lanes and turns.
    """

    nodes: Mapping[str, ListedNode]
    links: tuple[GmnsLink, ...]
    degrees: bool
    assumed: tuple[str, ...]
    details: GmnsDetails


@dataclass(frozen=True, slots=True)
class _Reading:
    """How cells are to be read.

    Attributes:
        kmh: What a unit of speed is.
        project: From the folder's coordinates to degrees.
        shapes: Alignments by id, from `geometry.csv`.
    """

    kmh: float
    project: Callable[[Point], Point]
    shapes: Mapping[str, str]


def is_gmns(folder: Path) -> bool:
    """Return whether a folder holds GMNS tables."""
    return all((folder / name).is_file() for name in FILES)


def read_gmns(folder: Path) -> Gmns:
    """Read the tables of a folder.

    Raises:
        NetworkError: A file is missing or breaks the specification; every fault is named.
    """
    faults: list[Fault] = []
    config = _config(folder / "config.csv")
    unit, system = config.get("speed", "").lower(), config.get("crs", "")
    if unit and unit not in _KMH:
        faults.append(
            Fault(f"the unit of speed {unit!r} is unknown", f"use one of {', '.join(_KMH)}", f"{folder}/config.csv")
        )
    reading = _Reading(_KMH.get(unit, 1.0), _projection(system, folder, faults), _shapes(folder, faults))
    nodes = [
        node for _, node in gmns_table(folder / "node.csv", lambda row: _node(row, reading), _NODE_COLUMNS, faults)
    ]
    numbered = gmns_table(folder / "link.csv", lambda row: _link(row, reading), _LINK_COLUMNS, faults)
    by_id = {node.id: node for node in nodes}
    for line, link in numbered:
        unknown = [end for end in link.ends if end not in by_id]
        if unknown and nodes:
            rule, source = f"there is no node {unknown[0]!r}", str(folder / "link.csv")
            faults.append(Fault(rule, "add it to node.csv", source, line, "from_node_id, to_node_id"))
    faults += _repeated(folder / "node.csv", [node.id for node in nodes])
    faults += _repeated(folder / "link.csv", [link.id for _, link in numbered])
    details = read_details(folder, config.get("short_length", ""), faults)
    faults += _strangers(folder, details, {link.id for _, link in numbered}, by_id)
    if faults:
        raise NetworkError(*faults)
    links = tuple(link for _, link in numbered)
    degrees = bool(system) or all(abs(x) <= 180 and abs(y) <= 90 for x, y in (node.position for node in nodes))  # noqa: PLR2004
    return Gmns(by_id, links, degrees, tuple(_assumed(links, unit, system, degrees=degrees)), details)


def _strangers(folder: Path, details: GmnsDetails, links: set[str], nodes: Mapping[str, ListedNode]) -> Iterator[Fault]:
    """Yield what lanes, segments and movements say of links and nodes that are not there."""
    named = [("lane.csv", "link_id", lane.link) for lane in details.lanes]
    named += [("segment.csv", "link_id", segment.link) for segment in details.segments]
    for movement in details.movements:
        named += [("movement.csv", "ib_link_id", movement.from_link), ("movement.csv", "ob_link_id", movement.to_link)]
    for file, key, link in dict.fromkeys(named):
        if link not in links:
            yield Fault(f"there is no link {link!r}", "add it to link.csv", f"{folder / file}", key=key)
    for node in dict.fromkeys(movement.node for movement in details.movements):
        if node not in nodes:
            source = f"{folder / 'movement.csv'}"
            yield Fault(f"there is no node {node!r}", "add it to node.csv", source, key="node_id")


def _config(path: Path) -> Mapping[str, str]:
    """Return what the folder says of its units; nothing where there is no such file."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            row = next(csv.DictReader(stream), {})
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NetworkError(Fault(f"cannot be read: {error}", "a UTF-8 CSV file is needed", str(path))) from error
    return {key.strip().lower(): (value or "").strip() for key, value in row.items() if isinstance(key, str)}


def _projection(system: str, folder: Path, faults: list[Fault]) -> Callable[[Point], Point]:
    if not system:
        return lambda point: point
    try:
        transformer = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    except CRSError:
        faults.append(
            Fault(
                f"the coordinate system {system!r} is unknown", "use e.g. EPSG:4326", f"{folder}/config.csv", key="crs"
            )
        )
        return lambda point: point

    def projected(point: Point) -> Point:
        x, y = transformer.transform(*point)
        return x, y

    return projected


def _shapes(folder: Path, faults: list[Fault]) -> Mapping[str, str]:
    path = folder / "geometry.csv"
    if not path.is_file():
        return {}
    rows = gmns_table(
        path, lambda row: (row.text("geometry_id"), row.text("geometry")), ("geometry_id", "geometry"), faults
    )
    return dict(pair for _, pair in rows)


def _node(row: Row, reading: _Reading) -> ListedNode:
    x = row.number("x_coord", low=-1e8, high=1e8)
    y = row.number("y_coord", low=-1e8, high=1e8)
    signal = "signal" in row.cells.get("ctrl_type", "").lower()
    return ListedNode(_name(row, "node_id"), reading.project((x, y)), signal, row.cells.get("name", "").strip())


def _link(row: Row, reading: _Reading) -> GmnsLink:
    lanes = row.maybe("lanes", low=0, high=_MOST_LANES) if "lanes" in row.cells else None
    speed = row.maybe("free_speed", low=0.1, high=1000) if "free_speed" in row.cells else None
    if speed is not None and speed * reading.kmh > _FASTEST_KMH:
        row.fault("free_speed", f"{speed * reading.kmh:.0f} km/h is no speed limit", "check the unit in config.csv")
    return GmnsLink(
        id=_name(row, "link_id"),
        ends=(row.id("from_node_id"), row.id("to_node_id")),
        directed=row.cells.get("directed", "true").strip().lower() in {"true", "1", "yes", ""},
        lanes=None if lanes is None else int(lanes),
        speed_kmh=None if speed is None else speed * reading.kmh,
        kind=row.cells.get("facility_type", "").strip(),
        name=row.cells.get("name", "").strip(),
        shape=_shape(row, reading),
        for_cars=for_cars(row.cells.get("allowed_uses", "")) and lanes != 0,
    )


def _name(row: Row, key: str) -> str:
    value = row.id(key)
    if value and not _ID.fullmatch(value):
        row.fault(key, f"{value!r} is no id", "use letters, digits, points, dashes, underscores and #")
    return value


def _shape(row: Row, reading: _Reading) -> tuple[Point, ...]:
    text = row.cells.get("geometry", "").strip() or reading.shapes.get(row.cells.get("geometry_id", "").strip(), "")
    if not text:
        return ()
    try:
        line = wkt.loads(text)
        points = [(float(point[0]), float(point[1])) for point in line.coords]
    except (ShapelyError, NotImplementedError):
        row.fault("geometry", "is no WKT line", "write LINESTRING (x y, x y)")
        return ()
    return tuple(map(reading.project, points))


def _repeated(path: Path, names: list[str]) -> list[Fault]:
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    return [Fault(f"the id {name!r} stands twice", "give each row an id of its own", str(path)) for name in twice]


def _assumed(links: tuple[GmnsLink, ...], unit: str, system: str, *, degrees: bool) -> list[str]:
    said = []
    lanes, speeds = (sum(getattr(link, key) is None for link in links) for key in ("lanes", "speed_kmh"))
    if lanes:
        said.append(f"{lanes} of {len(links)} links have no number of lanes; one is assumed.")
    if speeds:
        said.append(f"{speeds} of {len(links)} links have no speed; 50 km/h is assumed.")
    if not unit and speeds < len(links):
        said.append("config.csv does not give the unit of speed; km/h is assumed.")
    if not system:
        what = "degrees (WGS 84)" if degrees else "metres on a plane, so places have no link to a map"
        said.append(f"config.csv does not give the coordinate system; coordinates are taken as {what}.")
    return said
