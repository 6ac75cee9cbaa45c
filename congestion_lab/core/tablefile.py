"""Tables of others, CSV or XLSX, as rows of cells with their line numbers; nothing in them is ever computed."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.cellvalues import Cell, text_of
from congestion_lab.core.errors import Fault, InputError
from congestion_lab.core.workbook import workbook_rows

DELIMITERS = (";", "\t", "|", ",")  # rarest in text first: a heading with two kinds of them is split at the first
WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_LARGEST_BYTES = 200_000_000
_LONGEST_CELL = 131_072  # what the csv module takes by default
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table.

    Attributes:
        number: 1-based line of the file, or row of the sheet.
        cells: Its cells, from the left.
    """

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells)

    def cell(self, place: int) -> Cell:
        """Return the cell at a place, counted from 0; None beyond the end of the row."""
        return self.cells[place] if place < len(self.cells) else None

    def is_longer_than(self, width: int) -> bool:
        """Whether anything stands beyond the first `width` cells."""
        return any(text_of(cell) for cell in self.cells[width:])


def read_lines(
    path: Path,
    *,
    sheet: str = "",
    delimiter: str = "",
    encoding: str = "",
    heading_row: int = 1,
    error: type[InputError] = InputError,
) -> tuple[Line, ...]:
    """Return the rows of a table that are not blank.

    Args:
        path: CSV of any delimiter, or XLSX.
        sheet: Name of the sheet of a workbook; "" for the first.
        delimiter: What parts the cells of a CSV; "" to see it from the heading.
        encoding: How a CSV is encoded; "" for UTF-8, or UTF-16 with its mark.
        heading_row: 1-based line of the heading.
        error: What is raised, by what the table is for.

    Raises:
        InputError: The file is missing, too large, damaged, or not what its name says.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            rule = f"the table is larger than {_LARGEST_BYTES // 1_000_000} MB"
            raise error(Fault(rule, "split it, by month for instance", str(path)))
        if path.suffix.lower() in WORKBOOKS:
            numbered = workbook_rows(path, sheet, error)
            return tuple(line for number, cells in numbered if not (line := Line(number, cells)).is_blank)
        text = _decoded(path, encoding, error)
    except OSError as problem:
        rule = f"the table cannot be read: {problem.strerror or problem}"
        raise error(Fault(rule, "check the path", str(path))) from None
    return tuple(line for line in _split(text, path, delimiter, heading_row, error) if not line.is_blank)


def _decoded(path: Path, encoding: str, error: type[InputError]) -> str:
    raw = path.read_bytes()
    if raw.startswith(b"PK\x03\x04"):
        hint = "name it .xlsx if it is a workbook"
        raise error(Fault("the table is a packed file, no text", hint, str(path)))
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    try:
        return raw.decode(marked or encoding or "utf-8")
    except LookupError:
        raise error(Fault(f"{encoding!r} is no encoding", "write windows-1256 for instance", str(path))) from None
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        hint = "save it as UTF-8; where a mapping file is read, it may name another (`table.encoding: windows-1256`)"
        rule = f"the table is not encoded as {marked or encoding or 'utf-8'}"
        raise error(Fault(rule, hint, str(path), line)) from None


def _split(text: str, path: Path, delimiter: str, heading_row: int, error: type[InputError]) -> Iterator[Line]:
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter or _delimiter(text, heading_row), strict=True)
    begin = 1
    try:
        for cells in reader:
            yield Line(begin, tuple(cells))
            begin = reader.line_num + 1
    except csv.Error as problem:
        rule = f"the table cannot be split into cells: {problem}"
        hint = f"is a quotation mark left open? A cell may be at most {_LONGEST_CELL} characters long"
        raise error(Fault(rule, hint, str(path), begin)) from None


def _delimiter(text: str, heading_row: int) -> str:
    heading = next((line for number, line in enumerate(text.splitlines(), 1) if number == heading_row), "")
    counts: Sequence[tuple[int, str]] = [(heading.count(sign), sign) for sign in DELIMITERS]
    most = max(count for count, _sign in counts)
    return next(sign for count, sign in counts if count == most) if most else ","
