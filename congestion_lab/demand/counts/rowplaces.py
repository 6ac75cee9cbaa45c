"""Where and when something was seen, as the rows of a table say it."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from congestion_lab.core.cellvalues import Cell, clock_of, date_of, number_of, says_half, shown, text_of, western
from congestion_lab.core.errors import Fault
from congestion_lab.core.names import unshielded
from congestion_lab.demand.counts.tablemapping import ColumnName, Position, TableMapping, Times
from congestion_lab.demand.counts.tablerows import Row

_DAY_S = 86400
_SPAN = re.compile(r"(.*\d.*?)\s*[-–—]\s*(\d{1,2}[:.]\d\d.*)")
_POINTS = ("n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw")

_SIDES = {"north": "n", "east": "e", "south": "s", "west": "w"}


class CellError(ValueError):
    """A row cannot be read.

    Attributes:
        column: Our name of the column that it is about; "" where several are.
    """

    def __init__(self, rule: str, column: str = "") -> None:
        super().__init__(rule)
        self.column = column


@contextmanager
def about(column: str) -> Iterator[None]:
    """Say of every cell that cannot be read inside the block that it is of this column.

    Raises:
        CellError: In place of any other ValueError.
    """
    try:
        yield
    except CellError:
        raise
    except ValueError as problem:
        raise CellError(str(problem), column) from None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as a table names it: a link, a movement, or a point with the direction of the traffic.

    Attributes:
        name: What messages call it.
        link: Link, or inbound link of a movement; "" for a point.
        onto: Outbound link of a movement; "" otherwise.
        lat: Latitude of a point, degrees (WGS84).
        lon: Longitude of a point.
        bearing_deg: Direction of the traffic at a point, degrees clockwise from north.
    """

    name: str
    link: str = ""
    onto: str = ""
    lat: float | None = None
    lon: float | None = None
    bearing_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one day.

    Attributes:
        date: The day; None where the table names none.
        begin_s: Seconds after midnight.
        end_s: Seconds after midnight, after the begin.
    """

    date: dt.date | None
    begin_s: float
    end_s: float


def row_fault(problem: CellError, row: Row, source: str, columns: Mapping[ColumnName, str]) -> Fault:
    """Return what is wrong with a row, under the table's own name of the column that it is about.

    Args:
        problem: What is wrong.
        row: The row.
        source: The file.
        columns: Names of the table's columns, by our name.
    """
    theirs = next((name for ours, name in columns.items() if ours == problem.column), problem.column)
    return Fault(str(problem), "mend the row", source, row.line, theirs)


def spot_of(row: Row, mapping: TableMapping, place: str = "") -> Spot:
    """Return where a row was counted.

    Args:
        row: The row.
        mapping: Knows the places that the row may name.
        place: A place of the mapping that holds for a column, whatever the row says.

    Raises:
        CellError: The row names no place, or half of one.
    """
    column = next((key for key in ("detector_id", "mvmt_id") if _text(row, key)), "")
    name = place or (_text(row, column) if column else "")
    if name:
        position = mapping.places.get(name)
        if position is None:
            raise CellError(f"the place {shown(name)} is not in the mapping's `places`", column)
        return _spot(name, position)
    link, inbound, outbound = (_text(row, key) for key in ("link_id", "ib_link_id", "ob_link_id"))
    if inbound or outbound:
        return _movement(link, inbound, outbound)
    if link:
        return Spot(link, link)
    return _point(row)


def interval_of(row: Row, times: Times, *, half_days: bool) -> Interval:
    """Return when a row was counted, on the right clock.

    Raises:
        CellError: It names no day or time that can be read, or an interval that ends before it begins.
    """
    begin, end, end_column = row.cells.get("begin"), row.cells.get("end"), "end"
    if isinstance(begin, str) and (span := _SPAN.fullmatch(western(begin))) and not text_of(end):
        begin, end, end_column = span[1], span[2], "begin"
    with about("begin"):
        if not text_of(begin):
            raise ValueError("the row says no time")
        first = clock_of(begin, half_days=half_days, date_format=times.date_format)
        if first > _DAY_S:
            raise ValueError(f"{shown(begin)} lies beyond 24:00")
    length_s = 60 * times.interval_min
    if text_of(end):
        with about(end_column):
            last = clock_of(end, half_days=half_days, date_format=times.date_format)
            length_s = (last or _DAY_S) - first
            if length_s <= 0:
                raise ValueError(f"the interval ends at {shown(end)}, not after its begin {shown(begin)}")
    shift_s = 60 * times.shift_min - (length_s if times.stamp == "end" and not text_of(end) else 0)
    days, begin_s = divmod(first + shift_s, _DAY_S)
    date = _date(row, begin, times)
    return Interval(date + dt.timedelta(days=days) if date else None, begin_s, begin_s + length_s)


def says_halves(rows: Iterable[Row]) -> bool:
    """Whether times of a table say morning or afternoon."""
    return any(says_half(row.cells.get(key)) for row in rows for key in ("begin", "end"))


def kind_of(row: Row, classes: Mapping[str, str], column_class: str = "") -> str:
    """Return our name of a row's vehicle class; "" for all together."""
    theirs = column_class or text_of(row.cells.get("class"))
    return classes.get(theirs, unshielded(theirs))


def _text(row: Row, key: str) -> str:
    return unshielded(text_of(row.cells.get(key)))


def _spot(name: str, position: Position) -> Spot:
    if position.ib_link_id:
        return Spot(name, position.ib_link_id, position.ob_link_id)
    return Spot(name, position.link_id, "", position.lat, position.lon, position.bearing_deg)


def _movement(link: str, inbound: str, outbound: str) -> Spot:
    if not (inbound and outbound):
        rule = "a turning count names both `ib_link_id` and `ob_link_id`"
        raise CellError(rule, "ob_link_id" if inbound else "ib_link_id")
    if link not in {"", inbound}:
        raise CellError(f"the row names the link {shown(link)} and a movement from {shown(inbound)}", "link_id")
    return Spot(f"{inbound} → {outbound}", inbound, outbound)


def _point(row: Row) -> Spot:
    cells = {key: row.cells.get(key) for key in ("lat", "lon", "bearing_deg")}
    blank = [key for key, cell in cells.items() if not text_of(cell)]
    if blank:
        if len(blank) == len(cells):
            raise CellError("the row names no place")
        raise CellError(f"the row names a point without {', '.join(blank)}", blank[0])
    lat, lon = (_degrees(key, cells[key], most) for key, most in (("lat", 90), ("lon", 180)))
    with about("bearing_deg"):
        bearing = _bearing(cells["bearing_deg"])
    return Spot(f"{lat:.5f}, {lon:.5f} towards {bearing:.0f}°", "", "", lat, lon, bearing)


def _degrees(column: str, cell: Cell, most: float) -> float:
    with about(column):
        degrees = number_of(cell, _sign(cell))
        if abs(degrees) > most:
            raise ValueError(f"{degrees:g} degrees are no point: it lies between -{most:g} and {most:g}")
        return degrees


def _sign(cell: Cell) -> str:
    """Degrees have no thousands, so whichever sign stands in them is the decimal one."""
    return "," if isinstance(cell, str) and "," in western(cell) else "."


def _bearing(cell: Cell) -> float:
    """Return degrees clockwise from north, of a number or a point of the compass such as `NE` or `NB`."""
    letters = western(text_of(cell)).lower().removesuffix("bound").removesuffix("b")
    letters = _SIDES.get(letters, letters)
    if letters in _POINTS:
        return 360.0 * _POINTS.index(letters) / len(_POINTS)
    return number_of(cell, _sign(cell)) % 360


def _date(row: Row, begin: Cell, times: Times) -> dt.date | None:
    if text_of(row.cells.get("date")):
        with about("date"):
            return date_of(row.cells["date"], times.date_format)
    with about("begin"):
        if isinstance(begin, (int, float)) and not isinstance(begin, bool) and begin > 1:
            return date_of(begin)
        if isinstance(begin, dt.datetime):
            return begin.date()
        text = western(begin) if isinstance(begin, str) else ""
        day = re.split(r"[ T]", text)[0]
        return date_of(day, times.date_format) if re.search(r"\d[-./]\d+[-./]\d", day) else None
