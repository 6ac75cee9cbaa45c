"""Movements in GMNS tables, as signal phases name them: by links, by turn, and where their node lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault
from congestion_lab.core.movementcodes import GMNS_TURNS, HEADINGS_DEG, movement_code
from congestion_lab.core.rows import Row, gmns_table
from congestion_lab.signals.present.planrecords import Movement

_COLUMNS = ("mvmt_id", "node_id", "ib_link_id", "ob_link_id")
_UNCONTROLLED = frozenset({"no_control", "yield"})
_LATITUDES, _LONGITUDES = 90.0, 180.0


@dataclass(frozen=True, slots=True)
class GmnsMovements:
    """What the tables say of movements.

    Attributes:
        by_id: Movement and the node it leads through, by id.
        uncontrolled: Ids of those that the tables say no signal holds.
        names: Name of each node, possibly empty.
        places: Latitude and longitude of each node; empty where coordinates are on a plane.
    """

    by_id: Mapping[str, tuple[Movement, str]]
    uncontrolled: frozenset[str]
    names: Mapping[str, str]
    places: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Way:
    to_node: str
    directed: bool


def read_movements(folder: Path, faults: list[Fault]) -> GmnsMovements:
    """Read `movement.csv`, and `link.csv` and `node.csv` where they are; what is wrong is added to the faults."""
    ways: dict[str, _Way] = {}
    if (folder / "link.csv").is_file():
        columns = ("link_id", "to_node_id")
        rows = gmns_table(folder / "link.csv", lambda row: (row.id("link_id"), _way(row)), columns, faults)
        ways = dict(pair for _, pair in rows)
    plain = not any((folder / name).is_file() for name in ("lane.csv", "segment.csv"))  # these add lanes
    found = gmns_table(folder / "movement.csv", lambda row: _movement(row, ways, plain=plain), _COLUMNS, faults)
    by_id: dict[str, tuple[Movement, str]] = {}
    for line, (name, movement, node, _) in found:
        if name in by_id:
            hint = "give each an id of its own"
            faults.append(Fault(f"the id {name!r} stands twice", hint, f"{folder / 'movement.csv'}", line, "mvmt_id"))
        by_id[name] = (movement, node)
    nodes = []
    if (folder / "node.csv").is_file():
        nodes = gmns_table(folder / "node.csv", _node, ("node_id", "x_coord", "y_coord"), faults)
    points = {name: (x, y) for _, (name, _label, x, y) in nodes}
    degrees = not _on_a_plane(folder) and all(
        abs(x) <= _LONGITUDES and abs(y) <= _LATITUDES for x, y in points.values()
    )
    return GmnsMovements(
        by_id,
        frozenset(name for _, (name, _, _, free) in found if free),
        {name: label for _, (name, label, _x, _y) in nodes},
        {name: (y, x) for name, (x, y) in points.items()} if degrees else {},
    )


def _on_a_plane(folder: Path) -> bool:
    """Return whether the tables name a coordinate system other than degrees, whose places are not used here."""
    try:
        text = (folder / "config.csv").read_text(encoding="utf-8-sig").upper()
    except (OSError, UnicodeDecodeError):
        return False
    return "EPSG:" in text and "EPSG:4326" not in text


def _way(row: Row) -> _Way:
    return _Way(row.id("to_node_id"), row.cells.get("directed", "true").strip().lower() in {"true", "1", "yes", ""})


def _node(row: Row) -> tuple[str, str, float, float]:
    x, y = (row.number(key, low=-1e8, high=1e8) for key in ("x_coord", "y_coord"))
    return row.id("node_id"), row.cells.get("name", "").strip(), x, y


def _movement(row: Row, ways: Mapping[str, _Way], *, plain: bool) -> tuple[str, Movement, str, bool]:
    name, node = row.id("mvmt_id"), row.id("node_id")
    inbound, outbound = row.id("ib_link_id"), row.id("ob_link_id")
    code = movement_code(row.cells.get("mvmt_code", ""))
    turn = GMNS_TURNS.get(row.cells.get("type", "").strip().lower()) or (code[1] if code else None)
    movement = Movement(
        text=row.cells.get("mvmt_code", "").strip() or f"movement {name}",
        turn=turn,
        from_inside=_inside(row) if plain else frozenset(),
        from_link=_run(inbound, ways.get(inbound), reaches=node, ends=True),
        to_link=_run(outbound, ways.get(outbound), reaches=node, ends=False),
        heading_deg=HEADINGS_DEG[code[0]] if code else None,
    )
    return name, movement, node, row.cells.get("ctrl_type", "").strip().lower() in _UNCONTROLLED


def _inside(row: Row) -> frozenset[int]:
    """Return the inbound lanes, counted from the innermost; none where the row does not tell them."""
    given = [row.cells.get(key, "").strip() for key in ("start_ib_lane", "end_ib_lane")]
    if not given[0]:
        return frozenset()
    first = row.whole("start_ib_lane", low=-10, high=99)
    last = row.whole("end_ib_lane", low=-10, high=99) if given[1] else first
    return frozenset(number for number in range(min(first, last), max(first, last) + 1) if number > 0)


def _run(link: str, way: _Way | None, *, reaches: str, ends: bool) -> str:
    """Return the id under which a link is imported: an undirected one is `-ID` against its direction."""
    if way is None or way.directed or (way.to_node == reaches) == ends:
        return link
    return f"-{link}"
