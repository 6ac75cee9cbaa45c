from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.zones import Zone, read_zones, straight_km
from tests.faults import faults_of

_HEADER = "id,name_en,name_ar,kind,lat,lon,node\n"


def _table(folder: Path, *rows: str) -> Path:
    path = folder / "zones.csv"
    path.write_text(_HEADER + "\n".join(rows), encoding="utf-8")
    return path


def test_rows_become_zones(tmp_path: Path) -> None:
    zones = read_zones(
        _table(tmp_path, "midan,Midan,الميدان,district,33.495,36.2995,", "g,Gate,بوابة,gate,33.4,36.2,n1")
    )
    assert zones[0] == Zone("midan", "Midan", "الميدان", "district", 33.495, 36.2995)
    assert zones[1].is_gate
    assert zones[1].node == "n1"


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = _table(tmp_path, "a,A,باب,district,33.5,36.3,", "a,A,باب,suburb,north,36.3,", "b,B,ب,gate,33.5,360,")
    assert [(fault.line, fault.key) for fault in faults_of(DemandError, read_zones, path)] == [
        (3, "kind"),
        (3, "lat"),
        (3, "id"),
        (4, "node"),
        (4, "lon"),
    ]


def test_spreadsheets_and_odd_names_do_not_break_a_table(tmp_path: Path) -> None:
    path = _table(tmp_path, 'a,"A\u2028B",باب,district,33.5,36.3,', "b,B,ب,gate,33.5,36.2,n")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [zone.id for zone in read_zones(path)] == ["a", "b"]


def test_rows_of_another_length_and_zones_without_names_are_faults(tmp_path: Path) -> None:
    path = _table(tmp_path, "a,A,باب,district,33.5,36.3,,more", "b,,,gate,33.5,36.2,n")
    assert [(fault.line, fault.key) for fault in faults_of(DemandError, read_zones, path)] == [
        (2, ""),
        (3, "name_en"),
        (3, "name_ar"),
    ]


def test_an_empty_or_missing_table_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DemandError, match="no row of data"):
        read_zones(_table(tmp_path))
    with pytest.raises(DemandError, match="cannot be read"):
        read_zones(tmp_path / "nowhere.csv")


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    path.write_text("id,lat\na,33\n", encoding="utf-8")
    with pytest.raises(DemandError, match="lon"):
        read_zones(path)


@pytest.mark.parametrize(("sign", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-8")])
def test_tables_as_spreadsheets_save_them(tmp_path: Path, sign: str, encoding: str) -> None:
    path = tmp_path / "zones.csv"
    text = f"{_HEADER}a, A ,باب,district,33.5,٣٦٫٣,\n".replace(",", sign).replace("\n", "\r\n")
    path.write_bytes(text.encode(encoding))
    assert read_zones(path) == (Zone("a", "A", "باب", "district", 33.5, 36.3),)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a\u202e,A,باب,district,33.5,36.3,", "signs that nobody sees"),
        ("x" * 200_000 + ",A,باب,district,33.5,36.3,", "cannot be split"),
        ('"a,A,باب,district,33.5,36.3,', "quotation mark"),
        ("a,A,باب,district,nan,36.3,", "no angle"),
    ],
)
def test_a_row_that_cannot_be_meant_is_a_fault(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(DemandError, match=rf"zones\.csv:2: .*{told}"):
        read_zones(_table(tmp_path, row))


def test_a_heading_twice_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    path.write_text(f"{_HEADER.strip()},lat\na,A,ب,district,33.5,36.3,,1\n", encoding="utf-8")
    with pytest.raises(DemandError, match=r"zones\.csv:1: the heading 'lat' occurs 2 times"):
        read_zones(path)


def test_a_degree_of_latitude_is_111_km() -> None:
    south, north = Zone("s", "", "", "district", 33.0, 36.0), Zone("n", "", "", "district", 34.0, 36.0)
    assert straight_km(south, north) == pytest.approx(111.2, abs=0.1)
    assert straight_km(south, south) == 0
