import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.counts.countrows import CountRows, read_count_rows
from congestion_lab.demand.counts.rowplaces import Interval, Spot
from congestion_lab.demand.counts.tablemapping import TableMapping, read_mapping

_DAY = date(2026, 3, 1)
_QUARTER = Interval(_DAY, 27000.0, 27900.0)


def _read(folder: Path, text: str, mapping: str = "") -> CountRows:
    table = folder / "counts.csv"
    table.write_text(text, encoding="utf-8")
    return read_count_rows(table, _mapping(folder, mapping))


def _mapping(folder: Path, text: str) -> TableMapping:
    if not text:
        return TableMapping()
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_links_and_movements_as_documented(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        "link_id,ib_link_id,ob_link_id,date,begin,end,class,vehicles,weather\n"
        "w,,,2026-03-01,07:30,07:45,car,120,dry\n"
        ",w,e,2026-03-01,07:30,07:45,,80,dry\n",
    )
    assert [(row.spot.link, row.spot.onto, row.kind, row.vehicles) for row in read.rows] == [
        ("w", "", "car", 120),
        ("w", "e", "", 80),
    ]
    assert {row.when for row in read.rows} == {_QUARTER}
    assert read.unused == ("weather",)
    assert not read.faults


def test_arabic_digits_decimal_commas_and_twelve_hours(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        "link_id;date;begin;vehicles\nw;٢٠٢٦-٠٣-٠١;٠٧:٣٠ ص;١٢,٥\nw;2026-03-01;07:30 pm;1.200,5\nw;2026-03-01;20:00;3\n",
    )
    assert [(row.when.begin_s / 3600, row.vehicles) for row in read.rows] == [(7.5, 12.5), (19.5, 1200.5), (20.0, 3.0)]
    assert read.mixed_clock


def test_every_faulty_figure_is_told_with_its_line(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        "link_id,date,begin,end,vehicles\n"
        "w,2026-03-01,07:30,,-3\n"
        "w,2026-03-01,07:45,,many\n"
        "w,2026-03-01,noon,,3\n"
        "w,03/04/2026,08:00,,3\n"
        ",2026-03-01,08:00,,3\n"
        "w,2026-03-01,08:00,07:00,3\n"
        "w,2026-03-01,08:15,,=1+1\n"
        "w,2026-03-01,08:30,,7\n",
    )
    assert [(fault.line, fault.key, fault.rule.split(":")[0][:24]) for fault in read.faults] == [
        (2, "vehicles", "-3 vehicles"),
        (3, "vehicles", "'many' is no number"),
        (4, "begin", "'noon' is no time like 0"),
        (5, "date", "'03/04/2026' is no date "),
        (6, "", "the row names no place"),
        (7, "end", "the interval ends at '07"),
        (8, "vehicles", "'=1+1' is no number"),
    ]
    assert [row.line for row in read.rows] == [9]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (";;;91;36;90;07:30;;5", "Breite"),
        (";;;33;east;90;07:30;;5", "lon"),
        (";;;33;36;up;07:30;;5", "bearing_deg"),
        (";;;33;;90;07:30;;5", "lon"),
        ("Cam 9;;;;;;07:30;;5", "Gerät"),
        (";a;;;;;07:30;;5", "ob_link_id"),
        (";;a;;;;07:30;;5", "ib_link_id"),
        (";a;b;;;;;;5", "Uhr"),
        (";a;b;;;;07:30-07:15;;5", "Uhr"),
        (";a;b;;;;07:30;7 Uhr;5", "end"),
        (";a;b;;;;31/31/2026 07:30;;5", "Uhr"),
    ],
)
def test_a_fault_names_the_column_by_the_table_s_own_heading(tmp_path: Path, row: str, column: str) -> None:
    heading = "Gerät;ib_link_id;ob_link_id;Breite;lon;bearing_deg;Uhr;end;vehicles\n"
    (fault,) = _read(tmp_path, heading + row, "columns: {detector_id: Gerät, lat: Breite, begin: Uhr}\n").faults
    assert (fault.line, fault.key) == (2, column)


def test_empty_cells_and_named_words_are_no_figures_not_zeros(tmp_path: Path) -> None:
    read = _read(
        tmp_path, "link_id,begin,vehicles\nw,07:30,\nw,07:45,k.A.\nw,08:00,0\n", "table: {missing: ['k.A.']}\n"
    )
    assert [row.vehicles for row in read.rows] == [None, None, 0.0]


def test_a_vendors_table_with_merged_headings(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "März"
    for row in (
        ["Zählung Kreuzung 7"],
        [],
        ["Zeit", "Arm West", None, "Arm Süd"],
        [None, "gerade", "links", "rechts"],
        [0.3125, 80, 20, 5],
        ["07:45", 90, 10, 6],
    ):
        sheet.append(row)
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("A3:A4")
    book.save(tmp_path / "counts.xlsx")
    mapping = _mapping(
        tmp_path,
        "table: {sheet: März, heading_row: 3, heading_rows: 2}\n"
        "columns: {begin: Zeit}\n"
        "counts:\n"
        "- {column: Arm West / gerade, place: W g, class: PKW}\n"
        "- {column: Arm West / links, place: W l}\n"
        "- {column: Arm Süd / rechts, place: S r}\n"
        "classes: {PKW: car}\n"
        "places:\n"
        "  W g: {ib_link_id: w, ob_link_id: e}\n"
        "  W l: {ib_link_id: w, ob_link_id: n}\n"
        "  S r: {ib_link_id: s, ob_link_id: e}\n",
    )
    read = read_count_rows(tmp_path / "counts.xlsx", mapping)
    assert not read.faults
    assert not read.unused
    assert [(row.line, row.spot.link, row.spot.onto, row.kind, row.vehicles) for row in read.rows[:3]] == [
        (5, "w", "e", "car", 80),
        (5, "w", "n", "", 20),
        (5, "s", "e", "", 5),
    ]
    assert [row.when.begin_s for row in read.rows] == [27000.0] * 3 + [27900.0] * 3


def test_merged_headings_without_a_mapping_are_told(tmp_path: Path) -> None:
    with pytest.raises(DemandError) as caught:
        _read(tmp_path, "Zeit;Arm West;;Arm Süd\n;gerade;links;rechts\n07:30;80;20;5\n")
    told = str(caught.value)
    assert "no column says where" in told
    assert "'begin' is missing" in told
    assert "Zeit, Arm West, Arm Süd" in told
    assert "table.heading_rows" in told


def test_points_stamps_shifts_and_fixed_values(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        "device,ends,n\nA1,2026-03-01 00:00,4\n",
        "columns: {detector_id: device, begin: ends, vehicles: n}\n"
        "time: {stamp: end, shift_min: 60, interval_min: 15}\n"
        "fixed: {class: car}\n"
        "places: {A1: {lat: 33.5, lon: 36.3, bearing_deg: 90}}\n",
    )
    (row,) = read.rows
    assert row.spot == Spot("A1", "", "", 33.5, 36.3, 90.0)
    assert row.when == Interval(_DAY, 2700.0, 3600.0)
    assert row.kind == "car"


@pytest.mark.parametrize(
    ("bearing", "degrees"), [("90", 90), ("NE", 45), ("SB", 180), ("-90", 270), ("westbound", 270)]
)
def test_directions_are_degrees_or_points_of_the_compass(tmp_path: Path, bearing: str, degrees: float) -> None:
    read = _read(tmp_path, f"lat;lon;bearing_deg;begin;vehicles\n33,5;36,3;{bearing};07:30-07:45;4\n")
    assert not read.faults
    assert read.rows[0].spot.bearing_deg == degrees
    assert read.rows[0].when == Interval(None, 27000.0, 27900.0)


def test_columns_that_the_mapping_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DemandError) as caught:
        _read(tmp_path, "a,b,b\n1,2,3\n", "columns: {link_id: a, begin: Zeit, vehicles: b}\n")
    assert [(fault.key, fault.rule) for fault in caught.value.faults] == [
        ("columns.begin", "there is no column 'Zeit'"),
        ("columns.vehicles", "the heading 'b' occurs 2 times"),
    ]


def test_doubtful_decimals_rows_that_are_too_long_and_empty_tables(tmp_path: Path) -> None:
    with pytest.raises(DemandError, match=r"'1,234' may hold.*table\.decimal"):
        _read(tmp_path, "link_id;begin;vehicles\nw;07:30;1,234\n")
    with pytest.raises(DemandError, match=r"counts.csv:2: the row has 4 cells, the heading 3"):
        _read(tmp_path, "link_id,begin,vehicles\nw,07:30,1,5\n")
    with pytest.raises(DemandError, match="no row of data"):
        _read(tmp_path, "link_id,begin,vehicles\n")
    with pytest.raises(DemandError, match="no heading in line 1"):
        _read(tmp_path, "")
    with pytest.raises(DemandError, match="'vehicles' occurs 2 times"):
        _read(tmp_path, "link_id,begin,vehicles,vehicles\nw,07:30,1,2\n")


def test_a_title_taken_for_the_heading_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(DemandError) as caught:
        _read(tmp_path, "Weekly export\nlink_id,begin,vehicles\n" + "w,07:30,1\n" * 50)
    assert [fault.line for fault in caught.value.faults] == [2, 3, 4, None]
    assert "48 more rows are longer than the heading" in str(caught.value)
    assert "`table.heading_row`" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colums: {}\n", "mapping.yaml:1: `colums`: unknown key"),
        ("columns: {link: a}\n", "mapping.yaml:1: `columns.link`"),
        ("counts:\n- {column: a}\n- {column: a}\n", "names a column twice: a"),
        ("counts:\n- {column: a, place: P}\n", "places that `places` lacks: P"),
        ("places:\n  P: {lat: 33}\n", "mapping.yaml:2: `places.P`: a point needs"),
        ("places:\n  P: {link_id: a, ib_link_id: b, ob_link_id: c}\n", "a place is either"),
        ('time: {date_format: "%Q"}\n', "`time.date_format`: '%Q' does not tell a day"),
        ('time: {date_format: "%d/%m"}\n', "`time.date_format`: '%d/%m' does not tell a day"),
        ("time: {interval_min: 0}\n", "`time.interval_min`: should be greater than 0, not 0"),
        ("fixed: {link_id: a}\ncolumns: {link_id: b}\n", "both name link_id"),
        ("[1, 2]\n", "holds no keys"),
        ("a: [\n", "no YAML"),
    ],
)
def test_a_faulty_mapping_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DemandError) as caught:
        _mapping(tmp_path, text)
    assert told in str(caught.value)


def _block(language: str) -> str:
    text = (Path(__file__).parents[3] / "docs" / "count-tables.md").read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_documented_table_and_mapping_can_be_read(tmp_path: Path) -> None:
    read = _read(tmp_path, _block(""))
    assert [row.vehicles for row in read.rows] == [212, 61]
    assert not read.faults
    mapping = _mapping(tmp_path, _block("yaml"))
    assert mapping.classes == {"Kfz": ""}
    assert mapping.time.shift_min == -60
