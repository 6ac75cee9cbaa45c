"""Rows of an XLSX workbook of others: bounded in size, with values as last stored; formulas are never computed."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from congestion_lab.core.cellvalues import Cell
from congestion_lab.core.errors import Fault, InputError

_LARGEST_UNPACKED_BYTES = 300_000_000  # a sheet of a million rows; a bomb is a thousand times larger
_MOST_MEMBERS = 5000
_MOST_COLUMNS = 4096
_MOST_CELLS = 20_000_000
_FORMULA = (b"<f>", b"<f ", b":f>", b":f ")
_CHUNK = 1 << 20
# What zipfile, zlib and openpyxl raise on files that are no workbooks, damaged, locked or packed in unknown ways.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    SyntaxError,
)

Row = tuple[Cell, ...]


def workbook_rows(path: Path, sheet: str = "", error: type[InputError] = InputError) -> list[tuple[int, Row]]:
    """Return the rows of a sheet that hold anything, with their numbers.

    A formula gives the value that the spreadsheet stored with it. Where none is stored, the formula itself is the
    cell's text, so that nobody takes it for an empty cell.

    Raises:
        InputError: The file is no workbook, damaged, too large when unpacked, or has no such sheet.
    """
    try:
        has_formulas = _checked(path)
        rows = _rows(path, sheet, values=True)
        if has_formulas:
            return _with_formulas(rows, dict(_rows(path, sheet, values=False)))
    except InputError as problem:
        raise error(*problem.faults) from None
    except _DAMAGED as problem:
        rule = _rule(problem)
        raise error(Fault(rule, "save it anew as .xlsx or as CSV", str(path))) from None
    return rows


def _rule(error: BaseException) -> str:
    """Return what went wrong first; openpyxl wraps it in advice for programmers."""
    if (first := error.__cause__ or error.__context__) is not None:
        return _rule(first)
    if isinstance(error, DefusedXmlException):
        return "the workbook holds a document type or entities, which no spreadsheet needs"
    return f"the workbook is damaged or no XLSX: {str(error) or type(error).__name__}"[:300]


def _checked(path: Path) -> bool:
    """Return whether there are formulas, after making sure that the file may be unpacked.

    The sizes that a ZIP declares bound what is read of it: what lies beyond is not unpacked.
    """
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
        size = sum(member.file_size for member in members)
        if size > _LARGEST_UNPACKED_BYTES or len(members) > _MOST_MEMBERS:
            rule = f"the workbook would unpack to {size / 1e6:.0f} MB in {len(members)} parts"
            hint = f"at most {_LARGEST_UNPACKED_BYTES // 1_000_000} MB in {_MOST_MEMBERS} parts are read; split it"
            raise InputError(Fault(rule, hint, str(path)))
        sheets = [member for member in members if member.filename.startswith("xl/worksheets/")]
        return any(_holds_formula(packed, member) for member in sheets)


def _holds_formula(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    last = b""
    with packed.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            if any(sign in last + chunk for sign in _FORMULA):
                return True
            last = chunk[-4:]
    return False


def _rows(path: Path, sheet: str, *, values: bool) -> list[tuple[int, Row]]:
    with path.open("rb") as stream:  # openpyxl would leave a damaged file open
        book = load_workbook(stream, read_only=True, data_only=values, keep_links=False)
        return list(_bounded(_sheet_rows(book, sheet, path), path))


def _sheet_rows(book: Workbook, sheet: str, path: Path) -> Iterable[Row]:
    names = [each.title for each in book.worksheets]
    if not names or (sheet and sheet not in names):
        rule = f"the workbook has no sheet {sheet!r}" if sheet else "the workbook has no sheet with cells"
        raise InputError(Fault(rule, f"its sheets: {', '.join(names) or 'none'}", str(path), key="table.sheet"))
    found = book.worksheets[names.index(sheet) if sheet else 0]
    reset = getattr(found, "reset_dimensions", None)
    if reset is not None:
        reset()  # some programs declare a size that their sheet does not have
    return cast("Iterable[Row]", found.iter_rows(values_only=True))


def _bounded(rows: Iterable[Row], path: Path) -> Iterator[tuple[int, Row]]:
    cells = 0
    for number, row in enumerate(rows, start=1):
        last = next((place for place in range(len(row), 0, -1) if row[place - 1] is not None), 0)
        cells += last
        if last > _MOST_COLUMNS or cells > _MOST_CELLS:
            rule = f"the sheet is larger than {_MOST_COLUMNS} columns or {_MOST_CELLS // 1_000_000} million cells"
            raise InputError(Fault(rule, "split it", str(path), number))
        if last:
            yield number, row[:last]


def _with_formulas(rows: list[tuple[int, Row]], formulas: dict[int, Row]) -> list[tuple[int, Row]]:
    """Put the text of formulas where no value is stored; rows that hold nothing else come along."""
    stored = dict(rows)
    merged = []
    for number, texts in formulas.items():
        row = stored.get(number, ())
        values = (*row, *(None for _ in range(len(texts) - len(row))))
        merged.append((number, tuple(t if v is None else v for v, t in zip(values, texts, strict=False))))
    return merged
