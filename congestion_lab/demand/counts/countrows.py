"""Rows of a count table as values: place, interval, class and number, and what is wrong with the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.cellvalues import Cell, decimal_sign, number_of, text_of
from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.counts.rowplaces import (
    CellError,
    Interval,
    Spot,
    about,
    interval_of,
    kind_of,
    row_fault,
    says_halves,
    spot_of,
)
from congestion_lab.demand.counts.tablemapping import ColumnName, CountColumn, TableMapping
from congestion_lab.demand.counts.tablerows import Row, Table, read_table

PLACE_COLUMNS: tuple[ColumnName, ...] = (
    "link_id", "ib_link_id", "ob_link_id", "mvmt_id", "detector_id", "lat", "lon", "bearing_deg",
)  # fmt: skip
COUNT_COLUMNS: tuple[ColumnName, ...] = (*PLACE_COLUMNS, "date", "begin", "end", "class", "vehicles")
_MERGED = "headings over several rows, as merged cells make them, need `table.heading_row` and `table.heading_rows`"


@dataclass(frozen=True, slots=True)
class CountRow:
    """One figure of a count table.

    Attributes:
        line: Where it stands.
        spot: Where the vehicles were counted.
        when: In which interval.
        kind: Vehicle class; "" for all together.
        vehicles: How many; None where the table says nothing.
    """

    line: int
    spot: Spot
    when: Interval
    kind: str
    vehicles: float | None


@dataclass(frozen=True, slots=True)
class CountRows:
    """A count table that was read.

    Attributes:
        rows: What could be read.
        faults: What could not, a fault per figure.
        unused: Headings that nothing was read from.
        mixed_clock: Whether some times say morning or afternoon and others are of 24 hours.
    """

    rows: tuple[CountRow, ...]
    faults: tuple[Fault, ...]
    unused: tuple[str, ...] = ()
    mixed_clock: bool = False


def read_count_rows(path: Path, mapping: TableMapping) -> CountRows:
    """Read a count table.

    Raises:
        DemandError: The file cannot be read as a table, lacks a column, or its decimal sign is in doubt. What is
            wrong with single figures is told in the result instead.
    """
    table = read_table(path, mapping, COUNT_COLUMNS)
    if faults := [*_missing_columns(table, mapping)]:
        raise DemandError(*faults)
    columns = mapping.counts or (CountColumn.model_validate({"column": "vehicles"}),)
    decimal = _decimal(table, mapping, columns)
    half_days = says_halves(table.rows)
    rows: list[CountRow] = []
    faults = []
    for row in table.rows:
        for column in columns:
            try:
                rows.append(_count_row(row, column, mapping, decimal, half_days=half_days))
            except CellError as problem:
                faults.append(row_fault(problem, row, table.source, mapping.columns))
    mixed = half_days and any(not says_halves([row]) for row in table.rows)
    return CountRows(tuple(rows), tuple(_once(faults)), table.unused, mixed)


def _count_row(row: Row, column: CountColumn, mapping: TableMapping, decimal: str, *, half_days: bool) -> CountRow:
    spot = spot_of(row, mapping, column.place)
    when = interval_of(row, mapping.time, half_days=half_days)
    kind = kind_of(row, mapping.classes, column.class_)
    cell = row.cells.get(column.column)
    with about(column.column):
        number = None if _is_missing(cell, mapping) else number_of(cell, decimal)
        if number is not None and number < 0:
            raise ValueError(f"{number:g} vehicles: a count is not negative")
    return CountRow(row.line, spot, when, kind, number)


def _is_missing(cell: Cell, mapping: TableMapping) -> bool:
    text = text_of(cell)
    return not text or text in mapping.table.missing


def _decimal(table: Table, mapping: TableMapping, columns: tuple[CountColumn, ...]) -> str:
    if mapping.table.decimal:
        return mapping.table.decimal
    cells = (row.cells.get(column.column) for row in table.rows for column in columns)
    try:
        return decimal_sign(cells)
    except ValueError as doubt:
        hint = "say which by `table.decimal` in a mapping file"
        raise DemandError(Fault(str(doubt), hint, table.source, key="vehicles")) from None


def _missing_columns(table: Table, mapping: TableMapping) -> Iterator[Fault]:
    placed = any(
        set(names) <= table.columns
        for names in (
            ("link_id",),
            ("ib_link_id", "ob_link_id"),
            ("detector_id",),
            ("mvmt_id",),
            ("lat", "lon", "bearing_deg"),
        )
    ) or (mapping.counts and all(one.place for one in mapping.counts))
    if not placed:
        rule = (
            "no column says where: link_id, ib_link_id and ob_link_id, detector_id, mvmt_id, or lat, lon, bearing_deg"
        )
        yield Fault(rule, _seen(table), table.source, mapping.table.heading_row)
    for name in ("begin", "vehicles"):
        if name not in table.columns and not (name == "vehicles" and mapping.counts):
            yield Fault(f"the column {name!r} is missing", _seen(table), table.source, mapping.table.heading_row, name)


def _seen(table: Table) -> str:
    names = ", ".join(table.unused) or "none that is unknown"
    return f"name it in a mapping file (docs/count-tables.md); headings not used: {names}; {_MERGED}"


def _once(faults: list[Fault]) -> Iterator[Fault]:
    """Yield the faults, those that concern a whole row once instead of once per column."""
    told: set[tuple[int | None, str]] = set()
    for fault in faults:
        if (fault.line, fault.rule) not in told:
            told.add((fault.line, fault.rule))
            yield fault
