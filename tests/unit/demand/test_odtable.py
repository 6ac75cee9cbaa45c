from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest
from openpyxl import Workbook

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.odreading import read_od
from congestion_lab.demand.trips.odtable import ODCell, ODTable, matrix_of
from congestion_lab.demand.trips.zones import Zone
from tests.faults import faults_of

_ZONES = ("a", "b", "3")


def _read(folder: Path, text: str, name: str = "od.csv") -> ODTable:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_od(path, _ZONES)


def _told(folder: Path, text: str) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.rule) for fault in faults_of(DemandError, _read, folder, text)]


def test_a_long_table(tmp_path: Path) -> None:
    table = _read(
        tmp_path, "o_zone_id;d_zone_id;volume;begin;end;class;note\na;b;١٢,٥;07:30;07:45;car;x\nb;3;0;;;;\nb;b;2;;;;\n"
    )
    assert table.cells == (ODCell("a", "b", 12.5, 27000, 27900, "car"), ODCell("b", "b", 2))
    assert (table.total, table.intrazonal, table.unused) == (14.5, 2, ("note",))


def test_a_wide_table_and_a_sheet(tmp_path: Path) -> None:
    text = "from/to,a,b,3\na,0,1.5,2\nb,3,0,0\n3,0,0,1\n"
    expected = (ODCell("a", "b", 1.5), ODCell("a", "3", 2), ODCell("b", "a", 3), ODCell("3", "3", 1))
    assert _read(tmp_path, text).cells == expected
    book = Workbook()
    for row in ([None, "a", "b", 3], ["a", 0, 1.5, 2], ["b", 3, 0, 0], [3, 0, 0, "١"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "od.xlsx")
    assert read_od(tmp_path / "od.xlsx", _ZONES).cells == expected


def test_faults_of_a_long_table(tmp_path: Path) -> None:
    text = "origin,destination,vehicles\na,x,1\n=1+1,<b>,2\na,b,-3\na,b,many\na,b,\n,b,1\na,3,1\na,3,2\na,b,07:30\n"
    assert _told(tmp_path, text) == [
        (2, "there is no zone 'x'"),
        (3, "there is no zone '=1+1'"),
        (3, "there is no zone '<b>'"),
        (4, "-3 vehicles: trips are not negative"),
        (5, "'many' is no number"),
        (6, "the cell is missing; write 0 where nobody goes"),
        (7, "a row names its origin and its destination"),
        (9, "the pair a → 3 stands in line 8 already"),
        (10, "'07:30' is no number"),
    ]


def test_rows_that_hold_the_same_vehicles_twice(tmp_path: Path) -> None:
    text = (
        "origin,destination,begin,end,class,vehicles\n"
        "a,b,07:00,08:00,car,9\na,b,07:30,07:45,car,2\na,b,07:30,07:45,bus,1\na,b,08:00,09:00,car,4\n"
        "a,3,07:00,08:00,,9\na,3,07:15,07:30,bus,1\nb,a,,,car,5\nb,a,07:00,08:00,car,1\nb,a,,,bus,1\n"
    )
    told = [(line, rule.split(" has ")[0]) for line, rule in _told(tmp_path, text)]
    assert told == [(3, "the pair a → b"), (7, "the pair a → 3"), (9, "the pair b → a")]


def test_faults_of_a_wide_table(tmp_path: Path) -> None:
    assert _told(tmp_path, ",a,b,x,a\na,0,-1,,0\nb,0,0,n/a,0,7\nb,0,0,0,0\n") == [
        (1, "there is no zone 'x'"),
        (1, "the destination 'a' stands twice"),
        (None, "the origin 'b' stands twice"),
        (None, "the zone 'x' has a column and no row"),
        (2, "a → b: -1 vehicles: trips are not negative"),
        (2, "a → x: the cell is missing; write 0 where nobody goes"),
        (3, "the row has more cells than the heading"),
        (3, "b → x: 'n/a' is no number"),
    ]


def test_a_row_longer_than_the_heading_and_a_heading_twice(tmp_path: Path) -> None:
    assert _told(tmp_path, "origin,destination,vehicles\na,b,1,5\nb,a,2,\n") == [
        (2, "the row has more cells than the heading")
    ]
    assert _told(tmp_path, "origin,trips,destination,trips\na,1,b,2\n") == [(1, "the heading 'trips' occurs 2 times")]


def test_a_long_table_that_lacks_a_column_is_not_taken_for_a_wide_one(tmp_path: Path) -> None:
    assert _told(tmp_path, "origin,vehicles\na,1\n") == [(1, "the column 'destination' is missing")]
    assert _told(tmp_path, "destination,trips\na,1\n") == [(1, "the column 'origin' is missing")]
    assert _read(tmp_path, "origin,a,b,\na,0,1,\nb,0,0,\n").cells == (ODCell("a", "b", 1),)


def test_very_many_faults_are_counted(tmp_path: Path) -> None:
    told = _told(tmp_path, "origin,destination,vehicles\n" + "x,a,1\n" * 80)
    assert told[-1] == (None, "109 more faults like these")
    assert _told(tmp_path, "origin,destination\na,b\n") == [(1, "the column 'vehicles' is missing")]
    assert _told(tmp_path, "origin,destination,vehicles\n") == [(None, "the table holds no row of data")]


def _omx(path: Path, matrices: dict[str, object], zones: Sequence[object] | None = ("a", "b", "3")) -> Path:
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        for name, matrix in matrices.items():
            data.create_dataset(name, data=np.array(matrix, dtype=float), compression="gzip")
        if zones is not None:
            kept = [str(zone) for zone in zones] if any(isinstance(zone, str) for zone in zones) else list(zones)
            file.create_group("lookup").create_dataset("taz", data=kept)
    return path


_CAR = [[0, 1.5, 0], [0, 0, 2], [0, 0, 0]]


def test_open_matrices(tmp_path: Path) -> None:
    assert read_od(_omx(tmp_path / "one.omx", {"car": _CAR}), _ZONES).cells == (
        ODCell("a", "b", 1.5),
        ODCell("b", "3", 2),
    )
    both = _omx(tmp_path / "two.omx", {"car": _CAR, "truck": np.zeros((3, 3))}, zones=(7, 8, 9))
    assert read_od(both, ("7", "8", "9"), core="car").total == 3.5
    plain = _omx(tmp_path / "plain.omx", {"car": _CAR}, zones=None)
    assert read_od(plain, ("1", "2", "3")).cells[0] == ODCell("1", "2", 1.5)
    with pytest.raises(DemandError, match=r"several in /data: car, truck.*--core"):
        read_od(both, ("7", "8", "9"))
    with pytest.raises(DemandError, match=r"no 'bus' in /data.*there are car, truck"):
        read_od(both, ("7", "8", "9"), core="bus")


def test_faults_of_open_matrices(tmp_path: Path) -> None:
    with pytest.raises(DemandError) as caught:
        read_od(_omx(tmp_path / "one.omx", {"car": [[0, np.nan, -1], [0] * 3, [0] * 3]}, ("a", "b", "x")), _ZONES)
    assert [fault.rule for fault in caught.value.faults] == [
        "there is no zone 'x'",
        "a → b: the cell is missing",
        "a → x: -1 vehicles",
    ]
    with pytest.raises(DemandError, match=r"shape \(2, 3\)"):
        read_od(_omx(tmp_path / "two.omx", {"car": [[0, 1, 2], [3, 4, 5]]}), _ZONES)
    with pytest.raises(DemandError, match="no matrix"):
        read_od(_omx(tmp_path / "none.omx", {}), _ZONES)
    with pytest.raises(DemandError, match="zone numbers stand twice"):
        read_od(_omx(tmp_path / "twice.omx", {"car": _CAR}, ("a", "a", "b")), _ZONES)
    text = tmp_path / "text.omx"
    text.write_text("origin,destination\n")
    with pytest.raises(DemandError, match="cannot be read"):
        read_od(text, _ZONES)
    with pytest.raises(DemandError, match="cannot be read"):
        read_od(tmp_path / "nowhere.omx", _ZONES)


def test_a_matrix_reads_no_other_file(tmp_path: Path) -> None:
    secret = _omx(tmp_path / "secret.omx", {"car": _CAR})
    with h5py.File(tmp_path / "link.omx", "w") as file:
        file.create_group("data")["car"] = h5py.ExternalLink(str(secret), "/data/car")
    raw = tmp_path / "raw.bin"
    raw.write_bytes(bytes(72))
    with h5py.File(tmp_path / "stored.omx", "w") as file:
        file.create_group("data").create_dataset("car", (3, 3), "f8", external=[(str(raw), 0, 72)])
    layout = h5py.VirtualLayout((3, 3), "f8")
    layout[:] = h5py.VirtualSource(str(secret), "data/car", (3, 3))
    with h5py.File(tmp_path / "virtual.omx", "w") as file:
        file.create_group("data").create_virtual_dataset("car", layout)
    for name in ("link", "stored", "virtual"):
        with pytest.raises(DemandError, match="does not lie in the file itself"):
            read_od(tmp_path / f"{name}.omx", _ZONES)


def test_a_table_becomes_a_matrix() -> None:
    zones = [Zone(name, name, name, "district", 33.5, 36.3) for name in _ZONES]
    table = ODTable((ODCell("a", "b", 2, kind="car"), ODCell("a", "b", 3, kind="taxi"), ODCell("3", "3", 4)))
    matrix = matrix_of(table, zones)
    assert matrix.trips[0, 1] == 5
    assert (matrix.total, matrix.intrazonal) == (5, 4)


def test_more_vehicles_than_there_are_anywhere_are_refused(tmp_path: Path) -> None:
    ((_line, rule),) = _told(tmp_path, "origin,destination,vehicles\na,b,1e308\nb,a,1e308\n")
    assert rule == "the table has inf vehicles, 1e+308 from a to b"
    assert "9e+06 from b to a" in _told(tmp_path, "from,a,b\na,0,2000000\nb,9000000,0\n")[0][1]


def test_where_some_times_say_which_half_of_the_day_all_must(tmp_path: Path) -> None:
    told = _told(tmp_path, "origin,destination,vehicles,begin,end\na,b,1,7:00 am,8:00 am\na,b,1,08:00,09:00\n")
    assert told == [(3, "'08:00' may be morning or afternoon: other times of the column say which")]
