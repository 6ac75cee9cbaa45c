"""Origin-destination tables of others read: long or wide, CSV, XLSX or OMX; every faulty cell is named."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from congestion_lab.core.cellvalues import Cell, clock_of, decimal_sign, number_of, says_half, shown, text_of, western
from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.names import unshielded
from congestion_lab.core.tablefile import Line, read_lines
from congestion_lab.demand.trips.odmatrixfile import read_omx
from congestion_lab.demand.trips.odtable import ODCell, ODTable

_OMX = ".omx"
_HEADINGS = {
    "origin": ("origin", "o_zone_id"),
    "destination": ("destination", "d_zone_id"),
    "vehicles": ("vehicles", "volume", "trips"),
    "begin": ("begin",),
    "end": ("end",),
    "class": ("class",),
}
_NEEDED = frozenset({"origin", "destination", "vehicles"})
_MOST_NAMED = 50
_MOST_VEHICLES = 10_000_000.0  # more than the vehicles of any city: a slip in a cell, and no memory holds them
_HINT = "docs/count-tables.md describes the table"
_KEEP_ONE = "keep one of them, or add them up"


def read_od(
    path: Path, zones: Collection[str], *, sheet: str = "", core: str = "", lookup: str = "", decimal: str = ""
) -> ODTable:
    """Read an origin-destination table.

    Args:
        path: `.omx`, or CSV or XLSX: long with the columns origin, destination, vehicles and perhaps begin, end, class;
            or wide with a row per origin and a column per destination.
        zones: Ids that zones may have.
        sheet: Sheet of a workbook; "" for the first.
        core: Matrix of an OMX file; "" for the only one.
        lookup: Zone numbers of an OMX file; "" for the only ones, or 1, 2, … where there are none.
        decimal: Decimal sign of text; "" to see it from the cells.

    Raises:
        DemandError: The file cannot be read, or cells are faulty, missing, twice or of unknown zones; all are named.
    """
    if path.suffix.lower() == _OMX:
        return _bounded(_matrix(path, zones, core, lookup), path)
    lines = read_lines(path, sheet=sheet, error=DemandError)
    if len(lines) < 2:  # noqa: PLR2004 -- a heading and a row
        raise DemandError(Fault("the table holds no row of data", _HINT, str(path)))
    headings = [western(text_of(cell)).casefold() for cell in lines[0].cells]
    while headings and not headings[-1]:
        headings.pop()
    places = {
        ours: headings.index(found)
        for ours, names in _HEADINGS.items()
        if (found := next((name for name in names if name in headings), None)) is not None
    }
    if len(_NEEDED & places.keys()) < 2:  # noqa: PLR2004 -- a wide table may call its corner `origin`
        return _bounded(_wide(lines, zones, path, decimal, width=len(headings)), path)
    faults = [*_heading_faults(headings, places, str(path), lines[0].number)]
    _raise_some(faults, path)
    unused = tuple(name for place, name in enumerate(headings) if name and place not in places.values())
    cells = _long(lines[1:], places, zones, path, decimal, width=len(headings))
    return _bounded(ODTable(cells, unused), path)


def _bounded(table: ODTable, path: Path) -> ODTable:
    if table.total > _MOST_VEHICLES:
        most = max(table.cells, key=lambda cell: cell.vehicles)
        rule = f"the table has {table.total:.3g} vehicles, {most.vehicles:.3g} from {most.origin} to {most.destination}"
        raise DemandError(Fault(rule, f"{_MOST_VEHICLES:.0f} at most; is it the right column?", str(path)))
    return table


def _heading_faults(headings: Sequence[str], places: Mapping[str, int], source: str, number: int) -> Iterator[Fault]:
    for name in sorted(_NEEDED - places.keys()):
        yield Fault(f"the column {name!r} is missing", _HINT, source, number)
    for place in places.values():
        if (times := headings.count(headings[place])) > 1:
            yield Fault(f"the heading {headings[place]!r} occurs {times} times", "keep one", source, number)


def _long(
    lines: Sequence[Line], places: Mapping[str, int], zones: Collection[str], path: Path, decimal: str, *, width: int
) -> tuple[ODCell, ...]:
    source = str(path)
    sign = decimal or _sign((line.cell(places["vehicles"]) for line in lines), path)
    times = [places[name] for name in ("begin", "end") if name in places]
    half_days = any(says_half(line.cell(place)) for line in lines for place in times)
    faults: list[Fault] = []
    rows: dict[tuple[object, ...], tuple[int, ODCell]] = {}
    for line in lines:
        faults += _too_long(line, width, source)
        try:
            cell = _od_cell({name: line.cell(place) for name, place in places.items()}, sign, half_days=half_days)
        except ValueError as problem:
            faults.append(Fault(str(problem), _HINT, source, line.number))
            continue
        faults += _unknown(dict.fromkeys((cell.origin, cell.destination)), zones, source, line.number)
        first, _same = rows.setdefault(
            (cell.origin, cell.destination, cell.begin_s, cell.end_s, cell.kind), (line.number, cell)
        )
        if first != line.number:
            rule = f"the pair {cell.origin} → {cell.destination} stands in line {first} already"
            faults.append(Fault(rule, _KEEP_ONE, source, line.number))
    faults += _counted_twice(rows.values(), source)
    _raise_some(faults, path)
    return tuple(cell for _line, cell in rows.values() if cell.vehicles > 0)


def _od_cell(cells: Mapping[str, Cell], sign: str, *, half_days: bool) -> ODCell:
    origin, destination = (unshielded(text_of(cells[name])) for name in ("origin", "destination"))
    if not origin or not destination:
        raise ValueError("a row names its origin and its destination")
    begin, end = (
        clock_of(cells[key], half_days=half_days) if text_of(cells.get(key)) else None for key in ("begin", "end")
    )
    if (begin is None) != (end is None) or (begin is not None and end is not None and end <= begin):
        raise ValueError("an interval has a begin and an end after it")
    kind = unshielded(text_of(cells.get("class")))
    return ODCell(origin, destination, _vehicles(cells["vehicles"], sign), begin, end, kind)


def _counted_twice(rows: Iterable[tuple[int, ODCell]], source: str) -> Iterator[Fault]:
    """Yield rows whose interval overlaps that of another row of their pair, of the same class or of all together."""
    by_pair: dict[tuple[str, str], list[tuple[float, float, str, int]]] = {}
    for line, cell in rows:
        begin_s, end_s = (cell.begin_s, cell.end_s) if cell.begin_s is not None else (-math.inf, math.inf)
        span = (begin_s, math.inf if end_s is None else end_s, cell.kind, line)
        by_pair.setdefault((cell.origin, cell.destination), []).append(span)
    for (origin, destination), spans in by_pair.items():
        reached: dict[str, float] = {}
        for begin_s, end_s, kind, line in sorted(spans):
            others = reached.values() if not kind else (reached.get(kind, -math.inf), reached.get("", -math.inf))
            if any(begin_s < other for other in others):
                rule = f"the pair {origin} → {destination} has the same vehicles in another row too"
                hint = "intervals of a pair and class must not overlap, and a row without class holds all classes"
                yield Fault(rule, hint, source, line)
            reached[kind] = max(end_s, reached.get(kind, -math.inf))


def _wide(lines: Sequence[Line], zones: Collection[str], path: Path, decimal: str, *, width: int) -> ODTable:
    source, heading = str(path), lines[0]
    names = [unshielded(text_of(cell)) for cell in heading.cells[1:width]]
    origins = [unshielded(text_of(line.cell(0))) for line in lines[1:]]
    faults = [*_unknown(names, zones, source, heading.number)]
    faults += [
        Fault(f"the {what} {name!r} stands twice", _KEEP_ONE, source, line)
        for what, found, line in (("destination", names, heading.number), ("origin", origins, None))
        for name, times in sorted(Counter(found).items())
        if times > 1
    ]
    faults += [
        Fault(f"the zone {name!r} has a column and no row", "write its row, with 0 where nobody goes", source)
        for name in dict.fromkeys(names)
        if name not in origins
    ]
    sign = decimal or _sign((cell for line in lines[1:] for cell in line.cells[1:]), path)
    cells: list[ODCell] = []
    for line, origin in zip(lines[1:], origins, strict=True):
        faults += [*_unknown([origin], zones, source, line.number), *_too_long(line, width, source)]
        for place, destination in enumerate(names, start=1):
            try:
                cells.append(ODCell(origin, destination, _vehicles(line.cell(place), sign)))
            except ValueError as problem:
                faults.append(Fault(f"{origin} → {destination}: {problem}", _HINT, source, line.number))
    _raise_some(faults, path)
    return ODTable(tuple(cell for cell in cells if cell.vehicles > 0))


def _vehicles(cell: Cell, sign: str) -> float:
    if not text_of(cell):
        raise ValueError("the cell is missing; write 0 where nobody goes")
    number = number_of(cell, sign)
    if number < 0:
        raise ValueError(f"{number:g} vehicles: trips are not negative")
    return number


def _matrix(path: Path, zones: Collection[str], core: str, lookup: str) -> ODTable:
    names, trips = read_omx(path, core, lookup)
    _raise_some([*_unknown(names, zones, str(path), None), *_number_faults(names, trips, str(path))], path)
    pairs = np.argwhere(trips > 0).tolist()
    return ODTable(tuple(ODCell(names[o], names[d], float(trips[o, d])) for o, d in pairs))


def _number_faults(names: Sequence[str], trips: np.ndarray, source: str) -> Iterator[Fault]:
    for origin, destination in np.argwhere(~np.isfinite(trips) | (trips < 0)).tolist():
        value = trips[origin, destination]
        rule = "the cell is missing" if np.isnan(value) else f"{value:g} vehicles"
        yield Fault(f"{names[origin]} → {names[destination]}: {rule}", "write 0 where nobody goes", source)


def _unknown(names: Collection[str], zones: Collection[str], source: str, line: int | None) -> Iterator[Fault]:
    for name in names:
        if name not in zones:
            rule = f"there is no zone {shown(name)}" if name else "a zone has no name"
            yield Fault(rule, "compare with the zone table", source, line)


def _too_long(line: Line, width: int, source: str) -> Iterator[Fault]:
    if line.is_longer_than(width):
        hint = "a cell with the delimiter in it, such as a decimal comma, needs quotes"
        yield Fault("the row has more cells than the heading", hint, source, line.number)


def _sign(cells: Iterator[Cell], path: Path) -> str:
    try:
        return decimal_sign(cells)
    except ValueError as doubt:
        raise DemandError(Fault(str(doubt), "say which by `--decimal`", str(path))) from None


def _raise_some(faults: Sequence[Fault], path: Path) -> None:
    """Raise the faults, if there are any; of very many, the first are named and the others counted."""
    if faults:
        more = len(faults) - _MOST_NAMED
        rest = [Fault(f"{more} more faults like these", source=str(path))] if more > 0 else []
        raise DemandError(*faults[:_MOST_NAMED], *rest)
