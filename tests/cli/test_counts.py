"""`demand counts`: a survey as it comes goes in, a checked table comes out."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.counts.counttable import read_counts
from tests.cli.conftest import Run

_GOOD = "link_id;date;begin;vehicles\nw1;2026-03-01;07:30;٣٠\nw1;2026-03-02;07:30;40,5\nw1;2026-03-06;07:30;7\n"


def _table(text: str, name: str = "survey.csv") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.usefixtures("town")
def test_days_are_averaged_and_what_is_left_out_is_told(run: Run) -> None:
    ended = run("demand", "counts", _table(_GOOD), "--network", "roads.net.xml", "-o", "counts.csv")
    assert ended.code == 0, ended.err
    assert "other_day" in ended.out
    assert "2026-03-06" in ended.out
    assert "2 of 3 figures used: 1 counts at 1 places (2 days, median)" in ended.out
    assert read_counts(Path("counts.csv")) == (Count("w1", "", 27000.0, 27900.0, "", 35.25),)
    assert "other_day" in Path("counts-findings.csv").read_text(encoding="utf-8-sig")
    told = run("demand", "counts", "survey.csv", "--network", "roads.net.xml", "--day-type", "weekend", "--json").json
    assert told["days"] == ["2026-03-06"]
    assert [one["when"] for one in told["findings"] if one["rule"] == "other_day"] == ["2026-03-01", "2026-03-02"]


@pytest.mark.usefixtures("town")
def test_its_own_table_goes_through_unchanged(run: Run) -> None:
    run("demand", "counts", _table(_GOOD), "--network", "roads.net.xml", "-o", "counts.csv")
    ended = run("demand", "counts", "counts.csv", "--network", "roads.net.xml", "-o", "again.csv")
    assert ended.code == 0, ended.err
    assert read_counts(Path("again.csv")) == read_counts(Path("counts.csv"))


_FAULTY = "link_id,begin,vehicles\nw1,07:30,-3\nnowhere,07:30,4\n=HYPERLINK(1),07:45,<b>5</b>\nw1,08:00,6\nw1,25:00,7\n"


@pytest.mark.usefixtures("town")
def test_all_faults_at_once_and_nothing_written(run: Run) -> None:
    ended = run("demand", "counts", _table(_FAULTY), "--network", "roads.net.xml", "-o", "counts.csv")
    assert ended.code == 3
    assert ended.out == ""
    for told in (
        "survey.csv:2: `vehicles`: -3 vehicles: a count is not negative",
        "survey.csv:3: nowhere: the link 'nowhere' is not in the network",
        "survey.csv:4: `vehicles`: '<b>5</b>' is no number",
        "survey.csv:6: `begin`: '25:00' lies beyond 24:00 — mend the row, or leave it out (`--leave-out`)",
    ):
        assert told in ended.err
    assert not Path("counts.csv").exists()


@pytest.mark.usefixtures("town")
def test_faulty_rows_are_left_out_only_when_asked_and_then_told(run: Run) -> None:
    net = ("--network", "roads.net.xml")
    told = run("demand", "counts", _table(_FAULTY), *net, "--leave-out", "--json", "-o", "counts.csv").json
    assert told["used"] == 1
    assert sorted((one["rule"], one["treatment"], one["lines"]) for one in told["findings"]) == [
        ("faulty_row", "left out", [2]),
        ("faulty_row", "left out", [4]),
        ("faulty_row", "left out", [6]),
        ("unknown_place", "left out", [3]),
    ]
    assert [one.vehicles for one in read_counts(Path("counts.csv"))] == [6]


@pytest.mark.usefixtures("town")
def test_a_workbook_with_merged_headings(run: Run) -> None:
    book = Workbook()
    for row in (["Zeit", "Avenue", None], [None, "PKW", "LKW"], [0.3125, 30, 2], ["07:45", 28, 1]):
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("B1:C1")
    book.save("survey.xlsx")
    plain = run("demand", "counts", "survey.xlsx", "--network", "roads.net.xml")
    assert plain.code == 3
    assert "table.heading_rows" in plain.err
    mapping = _table(
        "table: {heading_rows: 2}\ncolumns: {begin: Zeit}\nfixed: {link_id: w1}\n"
        "counts:\n- {column: Avenue / PKW, class: car}\n- {column: Avenue / LKW, class: truck}\n",
        "vendor.yaml",
    )
    ended = run(
        "demand", "counts", "survey.xlsx", "--network", "roads.net.xml", "--mapping", mapping, "-o", "counts.csv"
    )
    assert ended.code == 0, ended.err
    assert [(one.kind, one.vehicles) for one in read_counts(Path("counts.csv"))] == [
        ("car", 30),
        ("truck", 2),
        ("car", 28),
        ("truck", 1),
    ]


@pytest.mark.usefixtures("town")
def test_a_table_of_which_nothing_is_left(run: Run) -> None:
    table = _table("link_id,date,begin,vehicles\nw1,2026-03-06,07:30,30\n")
    ended = run("demand", "counts", table, "--network", "roads.net.xml", "-o", "counts.csv")
    assert ended.code == 3
    assert "no figure is left of the days asked for (workday); found: 1 × other_day" in ended.err
    assert not Path("counts.csv").exists()


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("table", "out"), [("survey.csv", "survey.csv"), ("day-findings.csv", "day.csv"), ("survey.csv", "roads.net.xml")]
)
def test_nothing_that_is_read_is_overwritten(run: Run, table: str, out: str) -> None:
    Path(_table(_GOOD)).rename(table)
    before = {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    ended = run("demand", "counts", table, "--network", "roads.net.xml", "-o", out)
    assert ended.code == 3
    assert "would be overwritten" in ended.err
    assert {path: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


@pytest.mark.usefixtures("town")
def test_very_many_faults_are_counted(run: Run) -> None:
    table = _table("link_id,begin,vehicles\n" + "w1,07:30,many\n" * 250)
    ended = run("demand", "counts", table, "--network", "roads.net.xml")
    assert ended.code == 3
    assert len(ended.err.splitlines()) == 201
    assert "50 more faults — `--leave-out` lists them all" in ended.err
