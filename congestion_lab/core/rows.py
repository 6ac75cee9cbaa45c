"""CSV rows read cell by cell, every fault named with its file, line and column."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from congestion_lab.core.errors import Fault
from congestion_lab.core.names import unshielded

Value = TypeVar("Value")
_GMNS_MISSING = "NaN"
_LARGEST_BYTES = 500_000_000  # the links of a country


@dataclass
class Row:
    """One CSV row under reading; collects its faults."""

    source: str
    line: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, key: str, rule: str, hint: str = "") -> None:
        """Add a fault of a cell."""
        self.faults.append(Fault(rule, hint, source=self.source, line=self.line, key=key))

    def text(self, key: str) -> str:
        """Return a cell that must not be empty."""
        value = self.cells[key].strip()
        if not value:
            self.fault(key, "must not be empty")
        return value

    def id(self, key: str) -> str:
        """Return a cell that names something, as it was before it was kept from running in a spreadsheet."""
        return unshielded(self.text(key))

    def optional(self, key: str) -> str:
        """Return a cell that may be empty."""
        return self.cells[key].strip()

    def parsed(self, key: str, parse: Callable[[str], Value], kind: str, default: Value) -> Value:
        """Return a cell's value, or the default with a fault where the parser refuses it."""
        try:
            return parse(self.cells[key].strip())
        except ValueError:
            self.fault(key, f"{self.cells[key]!r} is not {kind}")
            return default

    def number(self, key: str, *, low: float, high: float) -> float:
        """Return a number within bounds; the lower one with a fault where the cell holds no such number."""
        value = self.parsed(key, float, "a number", low)
        if low <= value <= high:
            return value
        self.fault(key, f"{value:g} is not between {low:g} and {high:g}")
        return low

    def maybe(self, key: str, *, low: float, high: float) -> float | None:
        """Return a number within bounds, or None where the cell is empty."""
        return self.number(key, low=low, high=high) if self.optional(key) else None

    def whole(self, key: str, *, low: int, high: int) -> int:
        """Return a whole number within bounds; the lower one with a fault where the cell holds no such number."""
        value = self.parsed(key, int, "a whole number", low)
        if low <= value <= high:
            return value
        self.fault(key, f"{value} is not between {low} and {high}")
        return low

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """Return one of the allowed texts."""
        value = self.text(key)
        if value and value not in allowed:
            self.fault(key, f"{value!r} is unknown", f"use one of {', '.join(allowed)}")
        return value


def grouped(pairs: Iterable[tuple[str, Value]]) -> dict[str, list[Value]]:
    """Return values by their keys, in their order."""
    found: dict[str, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def table(
    path: Path, build: Callable[[Row], Value], columns: tuple[str, ...], faults: list[Fault]
) -> list[tuple[int, Value]]:
    """Return the rows of a CSV file with their line numbers, and add what is wrong to the faults.

    A byte order mark, as spreadsheets write it, is no part of the first column's name.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            hint = f"at most {_LARGEST_BYTES // 1_000_000} MB are read; split it by district"
            faults.append(Fault("the table is too large", hint, source=str(path)))
            return []
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                faults.append(Fault(f"columns are missing: {', '.join(missing)}", source=str(path), line=1))
                return []
            return [_numbered(path, reader.line_num, cells, build, faults) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        faults.append(Fault(f"cannot be read: {error}", "a UTF-8 CSV file is needed", source=str(path)))
        return []


def gmns_table(
    path: Path, build: Callable[[Row], Value], columns: tuple[str, ...], faults: list[Fault]
) -> list[tuple[int, Value]]:
    """Return the rows of a GMNS table as `table` does; `NaN` there is an empty cell (GMNS 0.96, missingValues)."""

    def built(row: Row) -> Value:
        row.cells = {key: "" if cell.strip() == _GMNS_MISSING else cell for key, cell in row.cells.items()}
        return build(row)

    return table(path, built, columns, faults)


def _numbered(
    path: Path, line: int, cells: Mapping[str, str | None], build: Callable[[Row], Value], faults: list[Fault]
) -> tuple[int, Value]:
    row = Row(str(path), line, {key: value or "" for key, value in cells.items() if key is not None})
    value = build(row)
    if None in cells or None in cells.values():
        row.fault("", "the row has more or fewer cells than the header")
    faults.extend(row.faults)
    return line, value
