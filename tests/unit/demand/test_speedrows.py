from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.counts.speedrows import SpeedRows, read_speed_rows
from congestion_lab.demand.counts.tablemapping import TableMapping


def _read(folder: Path, text: str, *, standing: bool = False) -> SpeedRows:
    table = folder / "speeds.csv"
    table.write_text(text, encoding="utf-8")
    return read_speed_rows(table, TableMapping(), standing=standing)


def test_speeds_and_travel_times(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        "link_id;begin;speed_kmh;travel_time_s;driver\nw;2026-03-01 07:30;٣٢,٥;;a\nw;2026-03-01T07:31:10;;40;b\n",
    )
    assert [(row.speed_kmh, row.travel_time_s) for row in read.rows] == [(32.5, None), (None, 40)]
    assert [row.when.begin_s for row in read.rows] == [27000, 27070]
    assert read.unused == ("driver",)


def test_what_is_no_drive_is_told(tmp_path: Path) -> None:
    text = "link_id,begin,speed_kmh,travel_time_s\nw,07:30,0,\nw,07:30,-4,\nw,07:30,,0\nw,07:30,,\nw,07:30,999,\n"
    read = _read(tmp_path, text)
    assert [(fault.line, fault.rule.split(";")[0]) for fault in read.faults] == [
        (2, "0 km/h is no speed over a link"),
        (3, "-4 km/h is no speed over a link"),
        (4, "nobody takes 0 s for a link"),
        (5, "a row holds either `speed_kmh` or `travel_time_s`"),
        (6, "nobody drives 999 km/h"),
    ]
    assert [row.speed_kmh for row in _read(tmp_path, text, standing=True).rows] == [0]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(DemandError) as caught:
        _read(tmp_path, "street,v\nw,3\n")
    assert len(caught.value.faults) == 3
    with pytest.raises(DemandError, match=r"may hold a decimal sign"):
        _read(tmp_path, "link_id;begin;speed_kmh\nw;07:30;1.234\n")
