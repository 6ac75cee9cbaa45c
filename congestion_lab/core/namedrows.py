"""Tables whose columns are known by name, as people write them by hand: CSV of any delimiter, or XLSX."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.cellvalues import Cell, text_of, western
from congestion_lab.core.errors import Fault, InputError
from congestion_lab.core.tablefile import read_lines


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row of data.

    Attributes:
        number: 1-based line of the file, or row of the sheet.
        cells: Its cells by heading; None where it is shorter than the heading.
    """

    number: int
    cells: Mapping[str, Cell]

    def text(self, name: str) -> str:
        """Return a cell as text, without spaces around it."""
        return text_of(self.cells[name])


def named_rows(
    path: Path, columns: Collection[str], faults: list[Fault], *, hint: str, error: type[InputError]
) -> tuple[tuple[str, ...], tuple[NamedRow, ...]]:
    """Return the headings of a table and its rows; rows longer than the heading are added to the faults.

    Args:
        path: The table.
        columns: Headings that it must have.
        faults: Where faults of rows go, so that a caller tells them together with those that it finds.
        hint: What to do where columns or rows are missing.
        error: What is raised, by what the table is for.

    Raises:
        InputError: The file cannot be read, lacks columns or rows, or has a heading twice.
    """
    source = str(path)
    heading, *lines = read_lines(path, error=error) or (None,)
    if heading is None:
        raise error(Fault("the table is empty", hint, source))
    headings = [western(text_of(cell)) for cell in heading.cells]
    while headings and not headings[-1]:
        headings.pop()
    missing = [name for name in columns if name not in headings]
    told = [Fault(f"columns are missing: {', '.join(missing)}", hint, source, heading.number)] if missing else []
    told += [
        Fault(f"the heading {name!r} occurs {times} times", "keep one", source, heading.number)
        for name, times in Counter(headings).items()
        if name and times > 1
    ]
    if told:
        raise error(*told)
    if not lines:
        raise error(Fault("the table holds no row of data", hint, source))
    for line in lines:
        if line.is_longer_than(len(headings)):
            rule = "the row has more cells than the heading"
            faults.append(Fault(rule, "a cell with the delimiter in it needs quotes", source, line.number))
    named = (NamedRow(line.number, {name: line.cell(at) for at, name in enumerate(headings)}) for line in lines)
    return tuple(headings), tuple(named)
