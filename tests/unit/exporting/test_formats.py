import csv
import dataclasses
from pathlib import Path

import openpyxl
import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.names import inert
from congestion_lab.exporting.formats import FORMATS, export
from congestion_lab.exporting.timingsheets import sheet_titles
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.planfile import PlanFile, read_plan_file, write_plan_file
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.netfile import read_intersections, read_plans
from congestion_lab.sumo.process import run_program


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_writes_its_files_inside_the_folder(format: str, plan_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    written = export(plan_file, format, folder)
    assert written
    assert sorted(written) == sorted(folder.iterdir())
    assert all(path.stat().st_size for path in written)


def test_an_unknown_format_names_the_known_ones(plan_file: Path, tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError, match="sumo, csv, xlsx"):
        export(plan_file, "pdf", tmp_path)


def test_a_plan_without_its_intersection_is_a_fault(plan_file: Path, tmp_path: Path) -> None:
    content = read_plan_file(plan_file)
    write_plan_file(plan_file, dataclasses.replace(content, intersections=()))
    with pytest.raises(SignalPlanError, match="has no intersection"):
        export(plan_file, "csv", tmp_path)


_MARK = "NOT CERTIFIED: 1 of 1 -- not for use"


@pytest.mark.parametrize("format", FORMATS)
def test_every_file_carries_the_marking(format: str, plan_file: Path, tmp_path: Path) -> None:
    for path in export(plan_file, format, tmp_path / "out", marking=_MARK):
        if path.suffix == ".xlsx":
            for sheet in openpyxl.load_workbook(path).worksheets:
                assert _MARK in {cell.value for row in sheet.iter_rows(max_row=3) for cell in row}
        elif path.suffix == ".csv":
            assert {row["marking"] for row in _rows(path)} == {_MARK}
        else:
            head = path.read_text(encoding="utf-8").splitlines()[1]
            assert head == "<!-- NOT CERTIFIED: 1 of 1 - - not for use -->"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_green_around_the_end_of_the_cycle_is_one_row(plan_file: Path, tmp_path: Path) -> None:
    timings, _intergreens = export(plan_file, "csv", tmp_path / "out")
    main, side = _rows(timings)
    times = ("green_start_s", "green_end_s", "green_s", "yellow_s", "all_red_s", "split_s", "cycle_s", "offset_s")
    assert [main[name] for name in times] == ["40", "10", "30", "3", "2", "35", "60", "7"]
    assert [side[name] for name in times] == ["15", "35", "20", "3", "2", "25", "60", "7"]
    assert side["right_of_way"] == "permitted"


def test_intergreens_are_listed_both_ways(plan_file: Path, tmp_path: Path) -> None:
    _timings, intergreens = export(plan_file, "csv", tmp_path / "out")
    listed = {(row["clearing_group"], row["entering_group"]): row["intergreen_s"] for row in _rows(intergreens)}
    assert listed == {("main", "'=side"): "5", ("'=side", "main"): "5"}


def test_no_cell_of_a_table_starts_a_formula(plan_file: Path, tmp_path: Path) -> None:
    for path in export(plan_file, "csv", tmp_path / "out"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert not [cell for row in csv.reader(stream) for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_no_cell_of_a_sheet_is_a_formula(plan_file: Path, tmp_path: Path) -> None:
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert "'@evil <script>" in texts
    assert not [text for text in texts if "\u202e" in text]


def test_the_bar_shows_every_second(plan_file: Path, tmp_path: Path) -> None:
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    sheet = openpyxl.load_workbook(path).worksheets[1]
    row = next(row for row in sheet.iter_rows() if row[0].value == "main")
    fills = [cell.fill.fgColor.rgb for cell in row[10:70]]
    green, yellow, red = fills[0], fills[10], fills[13]
    assert len({green, yellow, red}) == 3
    assert fills == [green] * 10 + [yellow] * 3 + [red] * 27 + [green] * 20


def test_splits_of_groups_that_follow_each_other_add_up_to_the_cycle(plan_file: Path, tmp_path: Path) -> None:
    timings, _ = export(plan_file, "csv", tmp_path / "out")
    with timings.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(float(row["split_s"]) for row in rows) == float(rows[0]["cycle_s"]) == 60


@pytest.mark.parametrize(("offset_s", "told"), [(-7.0, 53), (127.0, 7), (60.0, 0)])
def test_an_offset_is_told_within_the_cycle(offset_s: float, told: int, plan_file: Path, tmp_path: Path) -> None:
    content = read_plan_file(plan_file)
    moved = tuple(dataclasses.replace(plan, offset_s=offset_s) for plan in content.plans)
    write_plan_file(plan_file, dataclasses.replace(content, plans=PlanSet(moved)))
    timings, _ = export(plan_file, "csv", tmp_path / "out")
    with timings.open(encoding="utf-8-sig", newline="") as stream:
        assert {row["offset_s"] for row in csv.DictReader(stream)} == {str(told)}
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    book = openpyxl.load_workbook(path)
    assert book.worksheets[0]["F4"].value == book.worksheets[1]["B8"].value == told


def test_signals_that_never_change_fit_on_a_sheet(plan_file: Path, tmp_path: Path) -> None:
    content = read_plan_file(plan_file)
    (plan,) = content.plans
    endless = dataclasses.replace(plan, intervals=(dataclasses.replace(plan.intervals[0], duration_s=1e6),))
    write_plan_file(plan_file, dataclasses.replace(content, plans=PlanSet((endless,)), scenario="a" * 5000))
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    sheet = openpyxl.load_workbook(path).worksheets[1]
    assert "the first 600 s of the cycle" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_the_key_names_the_colours_that_occur(plan_file: Path, tmp_path: Path) -> None:
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    words = {cell.value for row in openpyxl.load_workbook(path).worksheets[1].iter_rows() for cell in row}
    assert {"green", "permitted green", "yellow", "red"} <= words
    assert not {"dark", "flashing", "red and yellow"} & words


@pytest.mark.parametrize(
    "names",
    [["a" * 40, "a" * 40, "A" * 40], ["[]:*?/\\'"], ["History", "Overview", ""], ["x", "X", "x (2)"]],
)
def test_sheet_titles_are_legal_and_unique(names: list[str]) -> None:
    titles = sheet_titles(names)
    assert len({title.lower() for title in titles}) == len(names)
    for title in titles:
        assert 0 < len(title) <= 31
        assert not set(title) & set("[]:*?/\\'")
        assert title.lower() not in {"history", "overview"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\uff1d1", "\u200b=1"])
def test_text_that_would_run_is_made_inert(text: str) -> None:
    assert inert(text).startswith("'")


@pytest.mark.parametrize("name", ["cologne3", "ingolstadt7", "grid4x4"])
def test_published_plans_export_in_every_format_and_sumo_runs_them(
    name: str, bench_folder: Path, tmp_path: Path
) -> None:
    net = next((bench_folder / name).glob("*.net.xml*"))
    plans = read_plans(net)
    path = tmp_path / "plan.json"
    write_plan_file(path, PlanFile(name, "", read_intersections(net), plans))
    written = [file for format in FORMATS for file in export(path, format, tmp_path / "out")]
    assert len(written) == 4
    running = read_plans(net, [written[0]])
    assert [dataclasses.replace(plan, program_id="0") for plan in running] == [
        dataclasses.replace(plan, program_id="0") for plan in plans
    ]
    command = ("-n", str(net), "-a", str(written[0]), "--end", "10", "--no-step-log")
    run_program((str(binary("sumo")), *command))
