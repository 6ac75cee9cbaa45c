"""Zones: where trips begin and end, read from a table."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import DemandError, Fault

DISTRICT = "district"
GATE = "gate"
COLUMNS = ("id", "name_en", "name_ar", "kind", "lat", "lon", "node")
_EARTH_RADIUS_KM = 6371.0


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
    """Read a zone table (CSV, UTF-8).

    Raises:
        DemandError: The table is missing or empty, or rows are faulty; every fault is named.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets write a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise DemandError(Fault(f"the zone table cannot be read: {error}", source=str(path))) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        hint = f"the header must hold {', '.join(COLUMNS)}"
        raise DemandError(Fault(f"columns are missing: {', '.join(missing)}", hint, str(path), 1))
    rows = [(reader.line_num, row) for row in reader]
    faults = [*_faults(rows, str(path))]
    if not rows:
        faults.append(Fault("the table holds no zone", "give at least two zones", str(path)))
    if faults:
        raise DemandError(*faults)
    return tuple(_zone(row) for _, row in rows)


def straight_km(first: Zone, second: Zone) -> float:
    """Return the great-circle distance between two centroids (haversine), kilometres."""
    lat_1, lat_2 = math.radians(first.lat), math.radians(second.lat)
    half_lat, half_lon = (lat_2 - lat_1) / 2, math.radians(second.lon - first.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def _zone(row: Mapping[str, str]) -> Zone:
    return Zone(
        row["id"], row["name_en"], row["name_ar"], row["kind"], float(row["lat"]), float(row["lon"]), row["node"]
    )


def _faults(rows: list[tuple[int, dict[str, str]]], source: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for line, row in rows:
        if not row["id"]:
            yield Fault("a zone needs an id", source=source, line=line, key="id")
        if row["id"] in seen:
            yield Fault(f"the id {row['id']!r} occurs twice", "ids are unique", source, line, "id")
        seen.add(row["id"])
        if None in row or None in row.values():
            yield Fault("the row has more or fewer cells than the header", source=source, line=line)
        yield from _row_faults(row, source, line)


def _row_faults(row: Mapping[str, str], source: str, line: int) -> Iterator[Fault]:
    for key in ("name_en", "name_ar"):
        if not row[key]:
            yield Fault("a zone needs its name in both languages", source=source, line=line, key=key)
    if row["kind"] not in {DISTRICT, GATE}:
        yield Fault(f"the kind is {row['kind']!r}", "write district or gate", source, line, "kind")
    if (row["kind"] == GATE) != bool(row["node"]):
        yield Fault("a gate names its node, a district does not", "fill or empty `node`", source, line, "node")
    for key, bound in (("lat", 90.0), ("lon", 180.0)):
        if not _is_degree(row[key], bound):
            yield Fault(f"{row[key]!r} is no angle within ±{bound:g}°", "write WGS84 degrees", source, line, key)


def _is_degree(text: str, bound: float) -> bool:
    try:
        return abs(float(text)) <= bound
    except (TypeError, ValueError):
        return False
