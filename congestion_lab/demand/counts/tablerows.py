"""From a table's lines to rows by our column names: headings found, merged ones spread, unused ones named."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.cellvalues import Cell, text_of, western
from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.tablefile import Line, read_lines
from congestion_lab.demand.counts.tablemapping import ColumnName, TableMapping

_SHOWN = 12  # headings that a message lists
_LONG_NAMED = 3  # rows longer than the heading that are named one by one


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data.

    Attributes:
        line: 1-based line of the file, or row of the sheet.
        cells: Cells by our column name; columns of counts by their own heading.
    """

    line: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns are known.

    Attributes:
        source: The file.
        rows: Its rows of data.
        columns: The columns that its rows have.
        unused: Headings that nothing was read from.
    """

    source: str
    rows: tuple[Row, ...]
    columns: frozenset[str]
    unused: tuple[str, ...]


def read_table(path: Path, mapping: TableMapping, known: Sequence[ColumnName]) -> Table:
    """Read a table.

    Args:
        path: CSV or XLSX.
        mapping: Whose columns mean what; an empty one for a table as documented.
        known: Columns that this kind of table has, under their own names where the mapping names no others.

    Raises:
        DemandError: The file cannot be read, has no rows, or lacks columns that the mapping names; all are named.
    """
    shape = mapping.table
    lines = read_lines(
        path,
        sheet=shape.sheet,
        delimiter=shape.delimiter,
        encoding=shape.encoding,
        heading_row=shape.heading_row,
        error=DemandError,
    )
    last_heading = shape.heading_row + shape.heading_rows - 1
    headings = _headings([line for line in lines if shape.heading_row <= line.number <= last_heading])
    if not headings:
        rule = f"there is no heading in line {shape.heading_row}"
        raise DemandError(Fault(rule, "name its line as `table.heading_row` in a mapping file", str(path)))
    faults = [*_heading_faults(headings, mapping, known, str(path))]
    data = [line for line in lines if line.number > last_heading]
    faults += [*_length_faults(data, len(headings), str(path))]
    if not data and not faults:
        faults.append(Fault("the table holds no row of data", source=str(path)))
    if faults:
        raise DemandError(*faults)
    places = {
        name: headings.index(theirs) for name, theirs in _wanted(mapping, known, headings).items() if theirs in headings
    }
    fixed: dict[str, Cell] = {str(name): value for name, value in mapping.fixed.items()}
    rows = tuple(Row(line.number, fixed | {name: line.cell(at) for name, at in places.items()}) for line in data)
    unused = tuple(name for at, name in enumerate(headings) if name and at not in places.values())
    return Table(str(path), rows, frozenset({*places, *fixed}), unused)


def _wanted(mapping: TableMapping, known: Sequence[ColumnName], headings: Sequence[str]) -> dict[str, str]:
    """Return their heading by our name; columns of counts keep theirs."""
    named: dict[str, str] = {name: _name(theirs) for name, theirs in mapping.columns.items()}
    free = {name for name in known if name not in named and name not in mapping.fixed}
    if mapping.counts:
        free.discard("vehicles")
    ours = {heading.casefold(): heading for heading in headings if heading not in named.values()}
    plain: dict[str, str] = {name: ours[name] for name in free if name in ours}
    return plain | named | {one.column: _name(one.column) for one in mapping.counts}


def _headings(lines: Sequence[Line]) -> list[str]:
    """Return one heading per column; of several rows, the upper ones reach over the blanks to their right."""
    width = max((len(line.cells) for line in lines), default=0)
    levels = []
    for depth, line in enumerate(lines):
        texts = [_name(text_of(cell)) for cell in line.cells]
        texts += [""] * (width - len(texts))
        levels.append(_spread(texts) if depth < len(lines) - 1 else texts)
    parts = ([part for part in column if part] for column in zip(*levels, strict=True))
    names = [" / ".join(dict.fromkeys(column)) for column in parts]
    while names and not names[-1]:
        names.pop()
    return names


def _spread(texts: Sequence[str]) -> list[str]:
    spread: list[str] = []
    for text in texts:
        spread.append(text or (spread[-1] if spread else ""))
    return spread


def _name(text: str) -> str:
    return western(text.replace("\n", " "))


def _heading_faults(
    headings: Sequence[str], mapping: TableMapping, known: Sequence[str], source: str
) -> Iterator[Fault]:
    line = mapping.table.heading_row
    seen = ", ".join(filter(None, headings[:_SHOWN])) + (", …" if len(headings) > _SHOWN else "")
    wanted = {f"columns.{name}": _name(theirs) for name, theirs in mapping.columns.items()}
    wanted |= {f"counts.{at}": _name(one.column) for at, one in enumerate(mapping.counts)}
    counted = Counter(headings)
    wanted |= {name: name for name in known if name in counted and name not in mapping.columns}
    for key, theirs in wanted.items():
        if not counted[theirs]:
            yield Fault(f"there is no column {theirs!r}", f"the headings are {seen}", source, line, key)
        elif counted[theirs] > 1:
            hint = "rename one; headings over several rows need `table.heading_rows`"
            yield Fault(f"the heading {theirs!r} occurs {counted[theirs]} times", hint, source, line, key)


def _length_faults(data: Sequence[Line], width: int, source: str) -> Iterator[Fault]:
    """Yield rows that are longer than the heading; of very many, which then is no heading, the first few."""
    long = [line for line in data if line.is_longer_than(width)]
    for line in long[:_LONG_NAMED]:
        rule = f"the row has {len(line.cells)} cells, the heading {width}"
        hint = "headings over several rows need `table.heading_rows`; a cell with the delimiter in it needs quotes"
        yield Fault(rule, hint, source, line.number)
    if len(long) > _LONG_NAMED:
        rule = f"{len(long) - _LONG_NAMED} more rows are longer than the heading"
        yield Fault(rule, "if the heading stands lower, name its line as `table.heading_row` in a mapping file", source)
