"""Zones: where trips begin and end, read from a table."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.cellvalues import Cell, number_of, shown
from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.namedrows import NamedRow, named_rows
from congestion_lab.core.names import clean_name, unshielded

DISTRICT = "district"
GATE = "gate"
COLUMNS = ("id", "name_en", "name_ar", "kind", "lat", "lon", "node")
_EARTH_RADIUS_KM = 6371.0
_HINT = "docs/your-own-city.md describes the table"

Problem = tuple[str, str, str]  # key, rule, hint


@dataclass(frozen=True, slots=True)
class Zone:
    """A district of the city, or a gate through which traffic enters and leaves.

    Attributes:
        id: Unique id.
        name_en: Name in English or Latin letters.
        name_ar: Name in Arabic.
        kind: `district` or `gate`.
        lat: Latitude of the centroid, degrees (WGS84).
        lon: Longitude of the centroid, degrees (WGS84).
        node: Node of the network at a gate; "" for a district.
    """

    id: str
    name_en: str
    name_ar: str
    kind: str
    lat: float
    lon: float
    node: str = ""

    @property
    def is_gate(self) -> bool:
        """Whether it stands for everything beyond a radial."""
        return self.kind == GATE


def read_zones(path: Path) -> tuple[Zone, ...]:
    """Read a table of zones (CSV or XLSX).

    Raises:
        DemandError: The table is missing or empty, or rows are faulty; every fault is named.
    """
    faults: list[Fault] = []
    _headings, rows = named_rows(path, COLUMNS, faults, hint=_HINT, error=DemandError)
    faults += _faults(rows, str(path))
    if faults:
        raise DemandError(*sorted(faults, key=lambda fault: fault.line or 0))
    return tuple(map(_zone, rows))


def straight_km(first: Zone, second: Zone) -> float:
    """Return the great-circle distance between two centroids (haversine), kilometres."""
    lat_1, lat_2 = math.radians(first.lat), math.radians(second.lat)
    half_lat, half_lon = (lat_2 - lat_1) / 2, math.radians(second.lon - first.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def _zone(row: NamedRow) -> Zone:
    texts = {name: row.text(name) for name in ("name_en", "name_ar", "kind", "node")}
    return Zone(id=_id(row), lat=number_of(row.cells["lat"]), lon=number_of(row.cells["lon"]), **texts)


def _id(row: NamedRow) -> str:
    return unshielded(row.text("id"))


def _faults(rows: Sequence[NamedRow], source: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row in rows:
        for key, rule, hint in _problems(row):
            yield Fault(rule, hint, source, row.number, key)
        name = _id(row)
        if name and first.setdefault(name, row.number) != row.number:
            rule = f"the id {shown(name)} occurs in line {first[name]} already"
            yield Fault(rule, "give each zone an id of its own", source, row.number, "id")


def _problems(row: NamedRow) -> Iterator[Problem]:
    if not _id(row):
        yield "id", "a zone needs an id", ""
    elif clean_name(_id(row)) != _id(row):
        yield "id", f"the id {shown(_id(row))} holds signs that nobody sees, or is too long", "write it anew"
    for key in ("name_en", "name_ar"):
        if not row.text(key):
            yield key, "a zone needs its name in both languages", ""
    if row.text("kind") not in {DISTRICT, GATE}:
        yield "kind", f"the kind is {shown(row.cells['kind'])}", f"write {DISTRICT} or {GATE}"
    if (row.text("kind") == GATE) != bool(row.text("node")):
        yield "node", "a gate names its node, a district does not", "fill or empty `node`"
    for key, bound in (("lat", 90.0), ("lon", 180.0)):
        if not _is_degree(row.cells[key], bound):
            yield key, f"{shown(row.cells[key])} is no angle within ±{bound:g}°", "write WGS84 degrees"


def _is_degree(cell: Cell, bound: float) -> bool:
    try:
        return abs(number_of(cell)) <= bound
    except ValueError:
        return False
