from pathlib import Path

import pytest
from openpyxl import Workbook

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present import plantable
from congestion_lab.signals.present.planrecords import PlanRecord
from congestion_lab.signals.present.plantable import COLUMNS, read_plan_table

HEADING = (
    "controller,name,lat,lon,cycle_s,offset_s,phase,green_s,yellow_s,all_red_s,"
    "walk_s,ped_clearance_s,movements,permitted"
)
ROWS = """\
umayyad,Umayyad Square,33.5138,36.2765,90,12,1,40,3,2,7,12,n1: T R; s1: T R,n1: L
,,,,,,2,40,3,2,,,EB: all; شارع بغداد: مستقيم يسار,
hijaz,,,,,,1,20,3,2,,,a: >b@2,
,,,,,,2,30.5,3.5,1,,,c: T@1 L,
"""


def table(folder: Path, rows: str = ROWS, heading: str = HEADING) -> Path:
    path = folder / "plans.csv"
    path.write_text(f"{heading}\n{rows}", encoding="utf-8")
    return path


def read(path: Path, plan: str = "") -> dict[str, PlanRecord]:
    return {record.controller: record for record in read_plan_table(path, plan).records}


def faults(path: Path, plan: str = "") -> list[str]:
    with pytest.raises(SignalPlanError) as told:
        read_plan_table(path, plan)
    return [str(fault).removeprefix(f"{path}") for fault in told.value.faults]


def test_a_table_as_documented(tmp_path: Path) -> None:
    found = read(table(tmp_path))
    umayyad, hijaz = found["umayyad"], found["hijaz"]
    assert (umayyad.cycle_s, umayyad.offset_s, umayyad.name, umayyad.place) == (
        90,
        12,
        "Umayyad Square",
        (33.5138, 36.2765),
    )
    assert [(one.start_s, one.green_s, one.walk_s, one.least_green_s) for one in umayyad.phases] == [
        (0, 40, 7, 19),
        (45, 40, 0, 0),
    ]
    first = [(one.movement.from_link, one.movement.turn, one.shown) for one in umayyad.phases[0].releases]
    assert first == [
        ("n1", Turn.STRAIGHT, None),
        ("n1", Turn.RIGHT, None),
        ("s1", Turn.STRAIGHT, None),
        ("s1", Turn.RIGHT, None),
        ("n1", Turn.LEFT, Aspect.PERMITTED),
    ]
    east, ahead, left = (one.movement for one in umayyad.phases[1].releases)
    assert (east.heading_deg, east.turn) == (90, None)
    assert [(one.street, one.turn) for one in (ahead, left)] == [
        ("شارع بغداد", Turn.STRAIGHT),
        ("شارع بغداد", Turn.LEFT),
    ]
    assert (hijaz.cycle_s, hijaz.offset_s, hijaz.place) == (60, 0, None)
    link = hijaz.phases[0].releases[0].movement
    assert (link.from_link, link.to_link, link.from_lanes) == ("a", "b", frozenset({1}))


def test_commas_arabic_digits_and_workbooks(tmp_path: Path) -> None:
    rows = "x;١;٣٠٫٥;3,5;1;a: T\n;٢;20;3,5;1,5;b: T\n"
    found = read(table(tmp_path, rows, "Controller;phase;green_s;yellow_s;all_red_s;movements"))
    assert found["x"].cycle_s == 60
    assert [one.id for one in found["x"].phases] == ["1", "2"]
    book = Workbook()
    for row in (
        COLUMNS,
        ("present", 7, "Hijaz", None, None, 30, 0, 1, 1, 1, 25, 3, 2, None, None, None, "'=a: T", None, None),
    ):
        book.worksheets[0].append(row)
    book.save(tmp_path / "plans.xlsx")
    record = read(tmp_path / "plans.xlsx")["7"]
    assert record.phases[0].releases[0].movement.from_link == "=a"


def test_two_rings(tmp_path: Path) -> None:
    heading = "controller,phase,ring,barrier,green_s,yellow_s,all_red_s,movements"
    rows = (
        "x,1,1,1,8,3,1,a: L\nx,2,1,1,33,3,2,b: T\nx,4,1,2,25,3,2,c: T\n"
        "x,5,2,1,18,3,1,b: L\nx,6,2,1,23,3,2,a: T\nx,8,2,2,25,3,2,d: T\n"
    )
    found = read(table(tmp_path, rows, heading))["x"]
    assert {one.id: one.start_s for one in found.phases} == {"1": 0, "2": 12, "4": 50, "5": 0, "6": 22, "8": 50}
    assert found.cycle_s == 80
    (told,) = faults(table(tmp_path, rows.replace("23,3,2,a", "24,3,2,a"), heading))
    assert told == (
        ":2: rings do not reach the end of barrier 1 together: ring 1 takes 50 s, ring 2 takes 51 s — "
        "make the splits of each ring add up to the same"
    )


def test_plans_of_several_periods(tmp_path: Path) -> None:
    heading = "plan,controller,cycle_s,phase,green_s,yellow_s,all_red_s,movements"
    rows = "morning,x,30,1,25,3,2,a: T\nevening,x,50,1,45,3,2,a: T\n"
    path = table(tmp_path, rows, heading)
    assert read(path, "evening")["x"].cycle_s == 50
    assert faults(path) == [": `plan`: the table holds 2 plans: morning, evening — choose one with --plan"]
    assert faults(path, "night") == [": `plan`: there is no plan 'night' — it has morning, evening"]


def test_every_fault_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    rows = "x,,,,91,,1,4o,3,2,,,a: T,\n,,,,,,1,40,,2,,,a: X; T,\ny,,,,99,,1,40,3,2,,,b: T,\nz,,200,36,,,1,-5,3,2,,,,\n"
    told = faults(table(tmp_path, rows))
    assert told == [
        ":2: `phase`: phase '1' of 'x' stands twice — number the phases",
        ":3: `phase`: phase '1' of 'x' stands twice — number the phases",
        ":2: `green_s`: '4o' is no number — write digits, for example 27.5",
        ":3: `yellow_s`: must not be empty — write a number of seconds",
        (
            ":3: `movements`: 'X' is no turn: T, L, R, U, all, or > and the outbound link — "
            "write approaches with turns: `main_street_n: T R; NB: L`"
        ),
        ":3: `movements`: the phase releases nothing — write for example `main_street_n: T R`",
        (
            ":4: `cycle_s`: green, yellow and all-red of 'y' add up to 45 s, the cycle is 99 s — "
            "mend the cycle or a phase; or leave cycle_s empty"
        ),
        ":5: `green_s`: -5 is not between 0.1 and 600 — mend the cell",
        ":5: `movements`: the phase releases nothing — write for example `main_street_n: T R`",
        ":5: `lat`: 200 is not between -90 and 90 — mend the cell",
    ]


@pytest.mark.parametrize(
    ("heading", "rows", "told"),
    [
        ("controller,phase,green_s", "x,1,5", "there is no column 'yellow_s'"),
        (HEADING + ",phase", ROWS, "the heading 'phase' occurs 2 times"),
        (HEADING, "", "the table holds no phase"),
        (HEADING, 'x,,,,,,1,10,3.0,2,,,a: T,\nx,,,,,,2,10,"3,5",2,,,a: T,\n', "decimal points and decimal commas"),
        (
            HEADING,
            "x,A,,,,,1,10,3,2,,,a: T,\nx,B,,,,,2,10,3,2,,,a: T,\n",
            "is 'B' here and 'A' in line 2, for one controller",
        ),
        (HEADING, ",,,,,,1,10,3,2,,,a: T,\n", "`controller`: must not be empty"),
    ],
)
def test_bad_tables(tmp_path: Path, heading: str, rows: str, told: str) -> None:
    assert any(told in one for one in faults(table(tmp_path, rows, heading)))


def test_columns_that_mean_nothing_are_named(tmp_path: Path) -> None:
    heading = "controller,phase,green_s,yellow_s,all_red_s,movements,engineer"
    assert read_plan_table(table(tmp_path, "x,1,20,3,2,a: T,Salim\n", heading)).notes == (
        "Columns that mean nothing here and were not used: engineer.",
    )


def test_a_table_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plantable, "_MOST_ROWS", 3)
    assert "the table has more than 3 rows" in faults(table(tmp_path))[0]


def test_the_documented_example_and_columns(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "present-plans.md").read_text(encoding="utf-8")
    lines = [line for line in guide.splitlines() if line.startswith(("| controller | cycle_s", "| hijaz", "| |"))]
    example = ["\t".join(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    record = read(table(tmp_path, "\n".join(example[1:]), example[0]))["hijaz"]
    assert (record.cycle_s, record.offset_s, len(record.phases)) == (90, 12, 3)
    assert [one.least_green_s for one in record.phases] == [0, 19, 21]
    assert [name for name in COLUMNS if f"`{name}`" not in guide] == []
