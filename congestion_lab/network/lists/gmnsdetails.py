"""What GMNS 0.96 tables say of links beyond `link.csv`: `lane.csv`, `segment.csv`, `movement.csv`.

https://github.com/zephyr-data-specs/GMNS. Lanes count from 1, from left to right; what is left of these
is negative.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault
from congestion_lab.core.geometry import Turn
from congestion_lab.core.movementcodes import GMNS_TURNS, movement_code
from congestion_lab.core.rows import Row, Value, gmns_table

CARS = frozenset({"", "all", "auto", "autos", "car", "cars", "driving", "motor_vehicle", "vehicle", "vehicles"})
_METRES: Mapping[str, float] = {
    "": 1.0,
    "m": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "ft": 0.3048,
    "foot": 0.3048,
    "feet": 0.3048,
}
READ = frozenset({"node.csv", "link.csv", "config.csv", "geometry.csv", "lane.csv", "segment.csv", "movement.csv"})


@dataclass(frozen=True, slots=True)
class GmnsLane:
    """A row of `lane.csv`: link, number, and whether cars may use the lane."""

    link: str
    number: int
    for_cars: bool


@dataclass(frozen=True, slots=True)
class GmnsSegment:
    """A row of `segment.csv`.

    Attributes:
        link: Its link.
        ref_node: Node from which it is measured.
        start_m: Where it starts.
        end_m: Where it ends.
        left: Lanes added on the left; negative where some end.
        right: Lanes added on the right; negative where some end.
    """

    link: str
    ref_node: str
    start_m: float
    end_m: float
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class GmnsMovement:
    """A row of `movement.csv`.

    Attributes:
        node: Its node.
        from_link: Inbound link.
        to_link: Outbound link.
        turn: Its direction, or None where the file says none of ours.
        lanes: First and last inbound lane, or None where the file says nothing.
        for_cars: Whether cars may make it.
        line: Line of the file.
    """

    node: str
    from_link: str
    to_link: str
    turn: Turn | None
    lanes: tuple[int, int] | None
    for_cars: bool
    line: int


@dataclass(frozen=True, slots=True)
class GmnsDetails:
    """The tables, each empty where the folder has no such file.

    Attributes:
        lanes: Rows of `lane.csv`.
        segments: Rows of `segment.csv` that add lanes or end them.
        movements: Rows of `movement.csv`.
        unused: Names of other tables in the folder, and columns that mean nothing here.
    """

    lanes: tuple[GmnsLane, ...] = ()
    segments: tuple[GmnsSegment, ...] = ()
    movements: tuple[GmnsMovement, ...] = ()
    unused: tuple[str, ...] = ()


def for_cars(uses: str) -> bool:
    """Whether a list of uses lets cars in; an empty one lets in everybody."""
    return bool(CARS & set(re.split(r"[,;|\s]+", uses.strip().lower())))


def read_details(folder: Path, short_length: str, faults: list[Fault]) -> GmnsDetails:
    """Read the tables of a folder; what is wrong is added to the faults.

    Args:
        folder: The folder.
        short_length: Unit of short lengths that `config.csv` names; "" for metres.
        faults: Where faults go.
    """
    unit = short_length.strip().lower()
    if unit not in _METRES:
        rule, hint = f"the unit of short lengths {unit!r} is unknown", "use m or ft"
        faults.append(Fault(rule, hint, f"{folder / 'config.csv'}", key="short_length"))
    metres = _METRES.get(unit, 1.0)
    lanes = _rows(folder / "lane.csv", _lane, ("lane_id", "link_id", "lane_num"), faults)
    columns = ("segment_id", "link_id", "ref_node_id", "start_lr", "end_lr")
    segments = _rows(folder / "segment.csv", lambda row: _segment(row, metres), columns, faults)
    movements = _rows(folder / "movement.csv", _movement, ("mvmt_id", "node_id", "ib_link_id", "ob_link_id"), faults)
    others = sorted(path.name for path in folder.glob("*.csv") if path.name.lower() not in READ)
    adding = tuple(segment for segment in segments if segment.left or segment.right)
    plain = len(segments) - len(adding)
    unused = [*others, *([f"{plain} rows of segment.csv that change no lane"] if plain else [])]
    return GmnsDetails(lanes, adding, movements, tuple(unused))


def _rows(
    path: Path, build: Callable[[Row], Value], columns: tuple[str, ...], faults: list[Fault]
) -> tuple[Value, ...]:
    return tuple(value for _, value in gmns_table(path, build, columns, faults)) if path.is_file() else ()


def _lane(row: Row) -> GmnsLane:
    uses = row.cells.get("allowed_uses", "")
    return GmnsLane(row.id("link_id"), row.whole("lane_num", low=-10, high=12), for_cars(uses))


def _segment(row: Row, metres: float) -> GmnsSegment:
    start, end = (row.number(key, low=0, high=1e6) * metres for key in ("start_lr", "end_lr"))
    if end < start:
        row.fault("end_lr", f"{end:g} m lies before the start, {start:g} m")
    added = []
    for key in ("l_lanes_added", "r_lanes_added"):
        given = row.cells.get(key, "").strip()
        added.append(row.whole(key, low=-10, high=10) if given else 0)
    return GmnsSegment(row.id("link_id"), row.id("ref_node_id"), start, end, added[0], added[1])


def _movement(row: Row) -> GmnsMovement:
    code = movement_code(row.cells.get("mvmt_code", ""))
    first, last = (_lane_number(row, key) for key in ("start_ib_lane", "end_ib_lane"))
    return GmnsMovement(
        node=row.id("node_id"),
        from_link=row.id("ib_link_id"),
        to_link=row.id("ob_link_id"),
        turn=GMNS_TURNS.get(row.cells.get("type", "").strip().lower()) or (code[1] if code else None),
        lanes=None if first is None else (first, first if last is None else last),
        for_cars=for_cars(row.cells.get("allowed_uses", "")),
        line=row.line,
    )


def _lane_number(row: Row, key: str) -> int | None:
    return row.whole(key, low=-10, high=12) if row.cells.get(key, "").strip() else None
