"""UTDF files: several CSV tables under names in brackets, as Synchro writes them (UTDF 2006, version 8).

Each section is a line `[Name]`, a line with a title, a line with column names, and rows. What is missing is not there:
which sections are needed is for those to say who read them.
"""

import csv
import io
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.cellvalues import number_of
from congestion_lab.core.errors import Fault, InputError

FOOT_M = 0.3048
_NAMES = ("network", "nodes", "layout", "links", "lanes", "timeplans", "phases")
_COLUMNS = frozenset({"RECORDNAME", "INTID"})  # every section has one of them
_LARGEST_BYTES = 50_000_000  # a county of ten thousand intersections
_START_BYTES = 4096


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A row.

    Attributes:
        line: 1-based line of the file.
        cells: Its cells by column name, without spaces around them.
    """

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A table.

    Attributes:
        name: Its name as the file has it.
        line: 1-based line of its name.
        columns: Column names.
        rows: Its rows.
    """

    name: str
    line: int
    columns: tuple[str, ...]
    rows: tuple[SectionRow, ...]


@dataclass(frozen=True, slots=True)
class Sections:
    """The tables of a file.

    Attributes:
        source: The file.
        by_name: Tables by their name in small letters.
    """

    source: str
    by_name: Mapping[str, Section]

    @property
    def is_metric(self) -> bool:
        """Whether lengths are metres and speeds km/h, as `Metric` in [Network] says; else they are feet and mph."""
        settings = {row.cells.get("RECORDNAME", "").lower(): row.cells.get("DATA", "") for row in self.rows("network")}
        return settings.get("metric", "") not in {"", "0"}

    @property
    def metres(self) -> float:
        """What a unit of length is."""
        return 1.0 if self.is_metric else FOOT_M

    def rows(self, name: str) -> tuple[SectionRow, ...]:
        """Return the rows of a section; none where it is missing."""
        return self.by_name[name].rows if name in self.by_name else ()


def is_utdf(path: Path) -> bool:
    """Return whether a file begins with the name of a section that UTDF files have."""
    try:
        with path.open("rb") as stream:
            start = stream.read(_START_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        return False
    first = next((line.strip() for line in start.splitlines() if line.strip()), "").rstrip(",").lower()
    return first in {f"[{name}]" for name in _NAMES}


def read_sections(path: Path, error: type[InputError]) -> Sections:
    """Read a file of sections.

    Args:
        path: The file.
        error: What is raised, by what the file is for.

    Raises:
        InputError: It cannot be read, is too large, is cut off in a heading, or has a section twice; every fault is
            named with its line.
    """
    lines = list(_lines(path, error))
    faults: list[Fault] = []
    found: dict[str, Section] = {}
    for begin, end in _spans(lines):
        section = _section(lines[begin:end], str(path), faults)
        if section.name.lower() in found:
            rule = f"the section [{section.name}] stands twice, first in line {found[section.name.lower()].line}"
            faults.append(Fault(rule, "keep one of them", str(path), section.line))
        found.setdefault(section.name.lower(), section)
    if not found:
        faults.append(Fault("there is no section such as [Network]", "export it from Synchro as UTDF", str(path)))
    if faults:
        raise error(*faults)
    return Sections(str(path), found)


def _lines(path: Path, error: type[InputError]) -> Iterator[tuple[int, list[str]]]:
    """Yield lines that hold anything, as cells."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            rule = f"the file is larger than {_LARGEST_BYTES // 1_000_000} MB"
            raise error(Fault(rule, "export a part of the network", str(path)))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise error(Fault(f"cannot be read: {problem.strerror or problem}", "check the path", str(path))) from None
    except UnicodeDecodeError:
        raise error(Fault("is not encoded as UTF-8", "save it as UTF-8 in an editor", str(path))) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as problem:
        hint = "is a quotation mark left open?"
        raise error(Fault(f"cannot be split into cells: {problem}", hint, str(path), reader.line_num)) from None


def _is_name(cells: list[str]) -> bool:
    return cells[0].startswith("[") and cells[0].endswith("]") and not any(cells[1:])


def _spans(lines: list[tuple[int, list[str]]]) -> Iterator[tuple[int, int]]:
    begins = [at for at, (_, cells) in enumerate(lines) if _is_name(cells)]
    yield from itertools.pairwise([*begins, len(lines)])


def _section(lines: list[tuple[int, list[str]]], source: str, faults: list[Fault]) -> Section:
    (line, (name, *_)), *rest = lines
    name = name[1:-1].strip()
    heading = next((at for at, (_, cells) in enumerate(rest[:2]) if _COLUMNS & {*map(str.upper, cells)}), None)
    if heading is None:
        rule = f"the section [{name}] has no line of column names"
        faults.append(Fault(rule, f"it names {' or '.join(sorted(_COLUMNS))}; was the file cut off?", source, line))
        return Section(name, line, (), ())
    columns = tuple(rest[heading][1])
    rows = []
    for number, cells in rest[heading + 1 :]:
        if any(cells[len(columns) :]):
            rule = f"the row has {len(cells)} cells, its section [{name}] has {len(columns)} columns"
            faults.append(Fault(rule, "a comma in a name needs quotation marks around it", source, number))
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        rows.append(SectionRow(number, dict(zip(columns, padded, strict=False))))
    return Section(name, line, columns, tuple(rows))


class CellReader:
    """Reads numbers out of cells and collects what is wrong with them.

    Attributes:
        source: The file.
        faults: What is wrong so far.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def number(self, text: str, line: int | None, key: str, *, low: float, high: float) -> float | None:
        """Return a number within bounds; None where the cell is empty or wrong."""
        text = text.lstrip("*")  # Synchro's mark for a value that the user has entered over a computed one
        if not text:
            return None
        try:
            value = number_of(text)
        except ValueError as problem:
            self.faults.append(Fault(str(problem), "mend the cell", self.source, line, key))
            return None
        if not low <= value <= high:
            rule = f"{value:g} is not between {low:g} and {high:g}"
            self.faults.append(Fault(rule, "mend the cell", self.source, line, key))
            return None
        return value

    def value(self, cells: "Cells", record: str, key: str, *, low: float, high: float) -> float | None:
        """Return the number of a record within bounds; None where there is none or it is wrong."""
        text, line = cells.get(record, ("", 0))
        return self.number(text, line or None, f"{key} {record}", low=low, high=high)

    def count(self, cells: "Cells", record: str, key: str, *, high: int) -> int | None:
        """Return the whole number of a record from 0 on; None where there is none or it is wrong."""
        text, line = cells.get(record, ("", 0))
        return self.whole(text, line or None, f"{key} {record}", low=0, high=high)

    def whole(self, text: str, line: int | None, key: str, *, low: int, high: int) -> int | None:
        """Return a whole number within bounds; None where the cell is empty or wrong."""
        value = self.number(text, line, key, low=low, high=high)
        if value is not None and not value.is_integer():
            self.faults.append(Fault(f"{value:g} is no whole number", "mend the cell", self.source, line, key))
            return None
        return None if value is None else int(value)


Cells = dict[str, tuple[str, int]]
"""Value and line by name of the record, of one column of one intersection."""
Intersections = dict[str, dict[str, Cells]]
"""Cells by intersection and column."""


def by_intersection(
    section: Section | None, faults: list[Fault], source: str
) -> dict[str, dict[str, dict[str, tuple[str, int]]]]:
    """Return the records of a section `RECORDNAME,INTID,…` by intersection, column and name of the record.

    A record that stands twice is a fault. Names are compared in small letters.
    """
    found: Intersections = {}
    for row in section.rows if section else ():
        record, node = row.cells.get("RECORDNAME", "").lower(), row.cells.get("INTID", "")
        if not record or not node:
            faults.append(Fault("the row has no RECORDNAME or no INTID", "mend the row", source, row.line))
            continue
        columns = found.setdefault(node, {})
        for column, value in row.cells.items():
            if column in {"RECORDNAME", "INTID"}:
                continue
            cells = columns.setdefault(column, {})
            if record in cells:
                rule = f"the record {record!r} of {node} stands twice, first in line {cells[record][1]}"
                faults.append(Fault(rule, "keep one of them", source, row.line, column))
                break
            cells[record] = (value, row.line)
    return found


def text_of(cells: Cells, record: str) -> str:
    """Return the text of a record; "" where there is none."""
    return cells[record][0] if record in cells else ""
