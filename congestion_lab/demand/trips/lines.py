"""Lines of microbuses and buses, from a table that a planner writes by hand."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from congestion_lab.core.cellvalues import Cell, number_of, shown, text_of
from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.namedrows import NamedRow, named_rows
from congestion_lab.core.names import clean_name, unshielded

COLUMNS = ("id", "name_en", "name_ar", "class", "course", "vph", "confidence", "source")
_NOTE = "note"
_RATE = "vph_"  # of a column for one demand model: `vph_evening`
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")  # part of the ids of vehicles, which others split at points
_CONFIDENCES = ("A", "B", "C")
_MOST_VPH = 1000.0  # a vehicle every 3.6 s: more is a slip of the pen
_FEWEST_POINTS = 2
_HINT = "docs/lines.md describes the table"


@dataclass(frozen=True, slots=True)
class Line:
    """One direction of a line.

    Attributes:
        id: Unique id.
        name_en: Name in English or Latin letters.
        name_ar: Name in Arabic.
        vehicle_class: Class of its vehicles.
        course: Nodes and links that it passes, in order.
        vph: Vehicles per hour, where a model has no figure of its own.
        vph_by_model: Vehicles per hour by demand model.
        confidence: A, B or C, as in the tables of a network.
        source: Where it is known from.
        row: 1-based row of the table.
    """

    id: str
    name_en: str
    name_ar: str
    vehicle_class: str
    course: tuple[str, ...]
    vph: float
    vph_by_model: Mapping[str, float]
    confidence: str
    source: str
    row: int

    def vph_in(self, model: str) -> float:
        """Return its vehicles per hour in a demand model."""
        return self.vph_by_model.get(model, self.vph)


def read_line_table(path: Path, classes: Collection[str]) -> tuple[Line, ...]:
    """Read a table of lines (CSV or XLSX), one row per direction.

    Args:
        path: The table.
        classes: Vehicle classes that there are.

    Raises:
        DemandError: The file cannot be read, lacks columns or rows, or rows are faulty; every fault is named.
    """
    source, faults = str(path), list[Fault]()
    headings, rows = named_rows(path, COLUMNS, faults, hint=_HINT, error=DemandError)
    if unknown := [*_heading_faults(headings, source)]:
        raise DemandError(*unknown)
    lines: list[Line] = []
    for row in rows:
        problems = [*_row_problems(row.cells, classes)]
        faults += [Fault(rule, hint, source, row.number, key) for key, rule, hint in problems]
        if not problems:
            lines.append(_line(row.cells, row.number))
    faults += _repeated(rows, source)
    if faults:
        raise DemandError(*sorted(faults, key=lambda fault: fault.line or 0))
    return tuple(lines)


Problem = tuple[str, str, str]  # key, rule, hint


def _heading_faults(headings: Sequence[str], source: str) -> Iterator[Fault]:
    for name in headings:
        if not (name in COLUMNS or name == _NOTE or (name.startswith(_RATE) and name != _RATE)):
            hint = f"the columns are {', '.join(COLUMNS)}, {_RATE}<model> and {_NOTE}"
            yield Fault(f"nothing is known of a column {shown(name)}", hint, source)


def _row_problems(cells: Mapping[str, Cell], classes: Collection[str]) -> Iterator[Problem]:
    if not _ID.fullmatch(_text(cells["id"])):
        yield "id", f"{shown(cells['id'])} is no id", "a letter, then letters, digits, _ or -; 40 at most"
    for key in ("name_en", "name_ar"):
        if not _text(cells[key]):
            yield key, "a line needs its name in both languages", ""
    if _text(cells["class"]) not in classes:
        yield "class", f"there is no vehicle class {shown(cells['class'])}", f"choose one of {', '.join(classes)}"
    if len(_course(cells["course"])) < _FEWEST_POINTS:
        yield "course", "a course has two points at least", "write ids of nodes or links, apart by blanks"
    for point, following in pairwise(_course(cells["course"])):
        if point == following:
            yield "course", f"{shown(point)} stands twice in a row", "write each point once"
    if _text(cells["confidence"]) not in _CONFIDENCES:
        yield "confidence", f"{shown(cells['confidence'])} is no confidence", f"write {', '.join(_CONFIDENCES)}"
    if not _text(cells["source"]):
        yield "source", "a line needs a source, or why it is assumed", ""
    yield from _rate_problems(cells)


def _rate_problems(cells: Mapping[str, Cell]) -> Iterator[Problem]:
    for key in (name for name in cells if name == "vph" or (name.startswith(_RATE) and _text(cells[name]))):
        try:
            _vph(cells[key])
        except ValueError as problem:
            yield key, str(problem), "write vehicles per hour, 0 where none runs"


def _line(cells: Mapping[str, Cell], number: int) -> Line:
    rates = {name.removeprefix(_RATE): cell for name, cell in cells.items() if name.startswith(_RATE) and _text(cell)}
    return Line(
        id=_text(cells["id"]),
        name_en=_text(cells["name_en"]),
        name_ar=_text(cells["name_ar"]),
        vehicle_class=_text(cells["class"]),
        course=_course(cells["course"]),
        vph=_vph(cells["vph"]),
        vph_by_model={model: _vph(cell) for model, cell in rates.items()},
        confidence=_text(cells["confidence"]),
        source=_text(cells["source"]),
        row=number,
    )


def _vph(cell: Cell) -> float:
    vph = number_of(cell)
    if not 0 <= vph <= _MOST_VPH:
        raise ValueError(f"{vph:g} vehicles per hour is not between 0 and {_MOST_VPH:g}")
    return vph


def _course(cell: Cell) -> tuple[str, ...]:
    return tuple(unshielded(text_of(cell)).split())


def _text(cell: Cell) -> str:
    return clean_name(unshielded(text_of(cell)))


def _repeated(rows: Sequence[NamedRow], source: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row in rows:
        name = _text(row.cells["id"])
        if name and first.setdefault(name, row.number) != row.number:
            rule = f"the id {shown(name)} occurs in line {first[name]} already"
            yield Fault(rule, "give each direction of a line an id of its own", source, row.number, "id")
