from pathlib import Path

import pytest

from congestion_lab.core import utdffile
from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.utdffile import CellReader, by_intersection, read_sections
from tests.faults import faults_of

FILE = """\
[Nodes]
Node Data
INTID,TYPE,DESCRIPTION
1,0,"First, and Main"
2,1

[links],,
RECORDNAME,INTID,NB
Up ID, 1 ,2
Speed,1,*30
"""


def read(folder: Path, text: str) -> utdffile.Sections:
    path = folder / "town.csv"
    path.write_text(text, encoding="utf-8")
    return read_sections(path, NetworkError)


def faults(folder: Path, text: str) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.rule) for fault in faults_of(NetworkError, read, folder, text)]


def test_sections_with_and_without_titles(tmp_path: Path) -> None:
    found = read(tmp_path, FILE)
    assert [(row.line, dict(row.cells)) for row in found.rows("nodes")] == [
        (4, {"INTID": "1", "TYPE": "0", "DESCRIPTION": "First, and Main"}),
        (5, {"INTID": "2", "TYPE": "1", "DESCRIPTION": ""}),
    ]
    told: list[Fault] = []
    assert by_intersection(found.by_name["links"], told, "") == {"1": {"NB": {"up id": ("2", 9), "speed": ("*30", 10)}}}
    assert told == []
    assert found.rows("phases") == ()


def test_a_record_that_stands_twice(tmp_path: Path) -> None:
    told: list[Fault] = []
    by_intersection(read(tmp_path, FILE + "Speed,1,25\nSpeed,,25\n").by_name["links"], told, "town.csv")
    assert [(fault.line, fault.rule) for fault in told] == [
        (11, "the record 'speed' of 1 stands twice, first in line 10"),
        (12, "the row has no RECORDNAME or no INTID"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", [(None, "there is no section such as [Network]")]),
        ("a,b\n1,2\n", [(None, "there is no section such as [Network]")]),
        ("[Nodes]\nNode Data\n", [(1, "the section [Nodes] has no line of column names")]),
        ("[Nodes]\nINTID,X\n1,2,3\n", [(3, "the row has 3 cells, its section [Nodes] has 2 columns")]),
        ("[Nodes]\nINTID\n1\n[NODES]\nINTID\n1\n", [(4, "the section [NODES] stands twice, first in line 1")]),
        ('[Nodes]\nINTID\n"1\n', [(3, "cannot be split into cells: unexpected end of data")]),
    ],
)
def test_bad_files(tmp_path: Path, text: str, told: list[tuple[int | None, str]]) -> None:
    assert faults(tmp_path, text) == told


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "town.csv"
    with pytest.raises(NetworkError, match="cannot be read"):
        read_sections(path, NetworkError)
    path.write_bytes("[Nodes]\nINTID\nشارع\n".encode("windows-1256"))
    with pytest.raises(NetworkError, match="not encoded as UTF-8"):
        read_sections(path, NetworkError)
    monkeypatch.setattr(utdffile, "_LARGEST_BYTES", 10)
    with pytest.raises(NetworkError, match="larger than"):
        read_sections(path, NetworkError)


def test_numbers_of_cells() -> None:
    reader = CellReader("town.csv")
    assert reader.number("*2.5", 3, "Lanes", low=0, high=9) == 2.5
    assert reader.number("", 3, "Lanes", low=0, high=9) is None
    assert reader.faults == []
    for text in ("two", "99", "nan", "1_0"):
        assert reader.number(text, 3, "Lanes", low=0, high=9) is None
    assert reader.whole("2.5", 4, "Lanes", low=0, high=9) is None
    assert [fault.rule for fault in reader.faults] == [
        "'two' is no number",
        "99 is not between 0 and 9",
        "'nan' is no number",
        "'1_0' is no number",
        "2.5 is no whole number",
    ]
