"""Rows of a table of floating cars or travel times as values, and what is wrong with the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from congestion_lab.core.cellvalues import Cell, decimal_sign, number_of, text_of
from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.counts.countrows import PLACE_COLUMNS
from congestion_lab.demand.counts.rowplaces import (
    CellError,
    Interval,
    Spot,
    about,
    interval_of,
    row_fault,
    says_halves,
    spot_of,
)
from congestion_lab.demand.counts.tablemapping import ColumnName, TableMapping
from congestion_lab.demand.counts.tablerows import Row, Table, read_table

SPEED: Literal["speed_kmh"] = "speed_kmh"
TRAVEL_TIME: Literal["travel_time_s"] = "travel_time_s"
SPEED_COLUMNS: tuple[ColumnName, ...] = (*PLACE_COLUMNS, "date", "begin", "end", SPEED, TRAVEL_TIME)
_FASTEST_KMH = 250.0  # beyond it a unit or a receiver is wrong, on any road


@dataclass(frozen=True, slots=True)
class SpeedRow:
    """One vehicle on one link, as the table says it.

    Attributes:
        line: Where it stands.
        spot: Where the vehicle drove.
        when: When; a moment lies at the begin of the interval.
        speed_kmh: Its speed; None where a travel time is given.
        travel_time_s: Its time on the link; None where a speed is given.
    """

    line: int
    spot: Spot
    when: Interval
    speed_kmh: float | None
    travel_time_s: float | None


@dataclass(frozen=True, slots=True)
class SpeedRows:
    """A table of speeds that was read.

    Attributes:
        rows: What could be read.
        faults: What could not.
        unused: Headings that nothing was read from.
    """

    rows: tuple[SpeedRow, ...]
    faults: tuple[Fault, ...]
    unused: tuple[str, ...]


def read_speed_rows(path: Path, mapping: TableMapping, *, standing: bool = False) -> SpeedRows:
    """Read a table of speeds or travel times.

    Args:
        path: CSV or XLSX.
        mapping: Whose columns mean what.
        standing: Whether a speed of 0 is possible: in samples it is, over a whole link it is not.

    Raises:
        DemandError: The file cannot be read as a table, lacks a column, or its decimal sign is in doubt.
    """
    table = read_table(path, mapping, SPEED_COLUMNS)
    if faults := [*_missing_columns(table, mapping)]:
        raise DemandError(*faults)
    decimal = _decimal(table, mapping)
    half_days = says_halves(table.rows)
    rows: list[SpeedRow] = []
    faults = []
    for row in table.rows:
        try:
            rows.append(_speed_row(row, mapping, decimal, half_days=half_days, standing=standing))
        except CellError as problem:
            faults.append(row_fault(problem, row, table.source, mapping.columns))
    return SpeedRows(tuple(rows), tuple(faults), table.unused)


def _speed_row(row: Row, mapping: TableMapping, decimal: str, *, half_days: bool, standing: bool) -> SpeedRow:
    spot = spot_of(row, mapping)
    when = interval_of(row, mapping.time, half_days=half_days)
    speed, time = (row.cells.get(key) for key in (SPEED, TRAVEL_TIME))
    if bool(text_of(speed)) == bool(text_of(time)):
        raise CellError("a row holds either `speed_kmh` or `travel_time_s`")
    if text_of(time):
        with about(TRAVEL_TIME):
            return SpeedRow(row.line, spot, when, None, _travel_time(time, decimal))
    with about(SPEED):
        return SpeedRow(row.line, spot, when, _speed(speed, decimal, standing=standing), None)


def _travel_time(cell: Cell, decimal: str) -> float:
    seconds = number_of(cell, decimal)
    if seconds <= 0:
        raise ValueError(f"nobody takes {seconds:g} s for a link")
    return seconds


def _speed(cell: Cell, decimal: str, *, standing: bool) -> float:
    kmh = number_of(cell, decimal)
    if kmh < 0 or (kmh == 0 and not standing):
        hint = "" if kmh else "; of samples at even times (`--records samples`) it is possible"
        raise ValueError(f"{kmh:g} km/h is no speed over a link{hint}")
    if kmh > _FASTEST_KMH:
        raise ValueError(f"nobody drives {kmh:g} km/h; is it another unit?")
    return kmh


def _decimal(table: Table, mapping: TableMapping) -> str:
    if mapping.table.decimal:
        return mapping.table.decimal
    try:
        return decimal_sign(row.cells.get(key) for row in table.rows for key in (SPEED, TRAVEL_TIME))
    except ValueError as doubt:
        raise DemandError(Fault(str(doubt), "say which by `table.decimal` in a mapping file", table.source)) from None


def _missing_columns(table: Table, mapping: TableMapping) -> Iterator[Fault]:
    line, hint = mapping.table.heading_row, f"name it in a mapping file; headings not used: {', '.join(table.unused)}"
    if not table.columns & {SPEED, TRAVEL_TIME}:
        yield Fault(f"neither {SPEED!r} nor {TRAVEL_TIME!r} is a column", hint, table.source, line)
    if "begin" not in table.columns:
        yield Fault("the column 'begin' is missing", hint, table.source, line)
    if not table.columns & set(PLACE_COLUMNS):
        yield Fault("no column says where: link_id, or lat, lon and bearing_deg", hint, table.source, line)
