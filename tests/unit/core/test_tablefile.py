import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from congestion_lab.core import workbook
from congestion_lab.core.errors import InputError
from congestion_lab.core.tablefile import read_lines

_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)
_FAR = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1048576">'
    '<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


def _cells(path: Path, **settings: str) -> list[tuple[object, ...]]:
    return [line.cells for line in read_lines(path, **settings)]  # type: ignore[arg-type]


def _book(path: Path, *rows: Sequence[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def _with_sheet(path: Path, xml: str, source: Path) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_from_the_heading(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a{delimiter}b\n1{delimiter}2\n")
    assert _cells(path) == [("a", "b"), ("1", "2")]


def test_decimal_commas_do_not_part_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a;b\n1,5;2,5\n")
    assert _cells(path) == [("a", "b"), ("1,5", "2,5")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_of_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("رابط,b\nx,2\n", encoding=encoding)
    assert _cells(path)[0] == ("رابط", "b")


def test_another_encoding_is_told_with_its_line_and_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("a,b\nرابط,2\n".encode("windows-1256"))
    with pytest.raises(InputError, match=r"t\.csv:2: .*not encoded as utf-8.*windows-1256"):
        read_lines(path)
    assert _cells(path, encoding="windows-1256")[1] == ("رابط", "2")
    with pytest.raises(InputError, match="'klingon' is no encoding"):
        read_lines(path, encoding="klingon")


def test_lines_keep_their_numbers_over_blank_lines_and_breaks_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n\n"x\ny",2\n,\n3,4\n')
    assert [line.number for line in read_lines(path)] == [1, 3, 6]


def test_a_missing_file_and_a_packed_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_lines(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_lines(tmp_path / "nowhere.xlsx")
    packed = _book(tmp_path / "b.xlsx", ["a"]).rename(tmp_path / "b.csv")
    with pytest.raises(InputError, match="packed file"):
        read_lines(packed)
    text = tmp_path / "t.xlsx"
    text.write_text("a,b\n")
    with pytest.raises(InputError, match=r"t\.xlsx: the workbook is damaged or no XLSX"):
        read_lines(text)


def test_a_cell_that_never_ends_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n"' + "x" * 200_000)
    with pytest.raises(InputError, match="quotation mark left open"):
        read_lines(path)


@pytest.mark.parametrize("note", ['"broken', '"broken" and more', 'x\n4,"open'])
def test_an_open_quotation_mark_swallows_no_row(tmp_path: Path, note: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a,note\n1,fine\n2,{note}\n3,\n")
    with pytest.raises(InputError, match=r"t\.csv:[34]: the table cannot be split .* quotation mark left open"):
        read_lines(path)


def test_a_sheet_is_read_with_its_row_numbers(tmp_path: Path) -> None:
    path = _book(tmp_path / "b.xlsx", ["a", "b"], [], [1, "٢", None], [None, 0.5])
    assert [(line.number, line.cells) for line in read_lines(path)] == [
        (1, ("a", "b")),
        (3, (1, "٢")),
        (4, (None, 0.5)),
    ]
    with pytest.raises(InputError, match=r"no sheet 'May'.*its sheets: Sheet"):
        read_lines(path, sheet="May")


def test_a_formula_without_a_stored_value_stays_text(tmp_path: Path) -> None:
    path = _book(tmp_path / "b.xlsx", ["a", "b"], [1, "=1+1"], ["=cmd|'/c calc'!A0"])
    assert _cells(path)[1:] == [(1, "=1+1"), ("=cmd|'/c calc'!A0",)]


def test_a_packed_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _book(tmp_path / "b.xlsx", ["a"], [1])
    assert workbook._LARGEST_UNPACKED_BYTES < 1e9
    monkeypatch.setattr(workbook, "_LARGEST_UNPACKED_BYTES", 1_000_000)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/zeros.bin", b"\0" * 2_000_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(InputError, match="would unpack to 2 MB"):
        read_lines(path)


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    path = _with_sheet(tmp_path / "bomb.xlsx", _BOMB, _book(tmp_path / "b.xlsx", ["a"]))
    with pytest.raises(InputError, match="holds a document type or entities"):
        read_lines(path)


def test_a_cell_in_the_farthest_corner_is_refused_at_once(tmp_path: Path) -> None:
    path = _with_sheet(tmp_path / "far.xlsx", _FAR, _book(tmp_path / "b.xlsx", ["a"]))
    with pytest.raises(InputError, match="larger than 4096 columns"):
        read_lines(path)


@pytest.mark.parametrize("place", [0.02, 0.3, 0.5, 0.7, 0.9, 0.98])
def test_a_damaged_workbook_is_a_fault(tmp_path: Path, place: float) -> None:
    path = _book(tmp_path / "b.xlsx", *(["a", number] for number in range(50)))
    raw = bytearray(path.read_bytes())
    begin = int(place * len(raw))
    raw[begin : begin + 40] = bytes(range(40))
    path.write_bytes(raw)
    try:
        read_lines(path)  # some parts may be missing
    except InputError as error:
        assert "damaged or no XLSX" in str(error)  # noqa: PT017 -- and nothing else is raised
    path.write_bytes(raw[:begin])
    with pytest.raises(InputError, match="damaged or no XLSX"):
        read_lines(path)
