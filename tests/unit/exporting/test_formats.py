import csv
import dataclasses
import re
from pathlib import Path

import defusedxml.ElementTree
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.names import inert
from congestion_lab.exporting import wording
from congestion_lab.exporting.csvtable import write_csv
from congestion_lab.exporting.formats import FORMATS
from congestion_lab.exporting.formats import export as exported
from congestion_lab.exporting.handover import Handover
from congestion_lab.exporting.sheets.workbook import sheet_titles, write_xlsx
from congestion_lab.exporting.wording import Language
from congestion_lab.reporting.translation import _, here, speaking
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import PlanFile, read_plan_file, write_plan_file
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans
from congestion_lab.sumo.process import run_program

NEED_NO_ROADS = [name for name in FORMATS if name not in {"utdf", "gmns"}]


def export(plan_file: Path, format: str, folder: Path, **more: str) -> list[Path]:
    return list(exported(read_plan_file(plan_file), format, folder, **more).files)


@pytest.mark.parametrize("format", NEED_NO_ROADS)
def test_every_format_writes_its_files_inside_the_folder(format: str, plan_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    written = export(plan_file, format, folder)
    assert written
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    assert all(path.stat().st_size for path in written)


@pytest.mark.parametrize("format", NEED_NO_ROADS)
def test_every_file_carries_the_marking(format: str, plan_file: Path, tmp_path: Path) -> None:
    marking = f"NOT CERTIFIED -- {'one, two, ' * 20}not for use & never <in> a controller"
    for path in export(plan_file, format, tmp_path / "out", marking=marking):
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            assert {sheet["A1"].value for sheet in book} == {marking}
            assert all(sheet.oddHeader.center.text.startswith("NOT CERTIFIED -- one, two") for sheet in book)
        else:
            text = path.read_text(encoding="utf-8-sig")
            head = "\n".join(text.splitlines()[:2])
            assert "NOT CERTIFIED" in head
            assert "never <in> a controller" in head
            if path.suffix in {".xml", ".sig"}:
                defusedxml.ElementTree.fromstring(text)


@pytest.mark.parametrize("format", NEED_NO_ROADS)
def test_without_a_marking_nothing_speaks_of_one(format: str, plan_file: Path, tmp_path: Path) -> None:
    for path in export(plan_file, format, tmp_path / "out"):
        assert b"CERTIFIED" not in path.read_bytes()
        assert b"marking" not in path.read_bytes()


def test_an_unknown_format_names_the_known_ones(plan_file: Path, tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError, match="sumo, csv, xlsx"):
        export(plan_file, "pdf", tmp_path)


def test_a_plan_without_its_intersection_is_a_fault(plan_file: Path, tmp_path: Path) -> None:
    content = read_plan_file(plan_file)
    write_plan_file(plan_file, dataclasses.replace(content, intersections=()))
    with pytest.raises(SignalPlanError, match="has no intersection"):
        export(plan_file, "csv", tmp_path)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_green_around_the_end_of_the_cycle_is_one_row(plan_file: Path, tmp_path: Path) -> None:
    timings, _intergreens = export(plan_file, "csv", tmp_path / "out")
    main, side = _rows(timings)
    times = (
        "green_start_s",
        "green_end_s",
        "green_s",
        "yellow_s",
        "all_red_s",
        "green_and_clearance_s",
        "cycle_s",
        "offset_s",
    )
    assert [main[name] for name in times] == ["40", "10", "30", "3", "2", "35", "60", "7"]
    assert [side[name] for name in times] == ["15", "35", "20", "3", "2", "25", "60", "7"]
    assert side["right_of_way"] == "permitted"


def test_intergreens_are_listed_both_ways(plan_file: Path, tmp_path: Path) -> None:
    _timings, intergreens = export(plan_file, "csv", tmp_path / "out")
    listed = {(row["clearing_group"], row["entering_group"]): row["intergreen_s"] for row in _rows(intergreens)}
    assert listed == {("main", "'=side"): "5", ("'=side", "main"): "5"}


@pytest.mark.parametrize("format", ["csv", "ntcip"])
def test_no_cell_of_a_table_starts_a_formula(format: str, plan_file: Path, tmp_path: Path) -> None:
    for path in export(plan_file, format, tmp_path / "out"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert not [cell for row in csv.reader(stream) for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_no_text_of_a_sheet_is_a_formula(plan_file: Path, tmp_path: Path) -> None:
    """The formulas that are there hold nothing but figures, cells and words of the program."""
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    verdict = r'IF\(ABS\([A-I]\d+-[\d.]+\)<0\.05,"is the cycle","is NOT the cycle"\)'
    harmless = re.compile(rf"=(\d+|[A-I]\d+(\+[A-I]\d+)*|SUM\([A-I]\d+:[A-I]\d+\)|{verdict})")
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert formulas
    assert not [formula for formula in formulas if not harmless.fullmatch(formula)]
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert "'@evil <script>" in texts
    assert not [text for text in texts if "\u202e" in text]


def test_sums_of_a_sheet_follow_its_figures(plan_file: Path, tmp_path: Path) -> None:
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    sheet = openpyxl.load_workbook(path).worksheets[1]
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value is not None}
    assert [calculated(sheet, cell.coordinate) for cell in rows[7][3:6]] == [40, 60, 20]
    sums = [row for row in sheet.iter_rows() if row[4].value == "Sum" or "sum of the splits" in str(row[1].value)]
    assert [calculated(sheet, row[5 if row[4].value == "Sum" else 8].coordinate) for row in sums] == [60, 60]
    verdicts = [row[6 if row[4].value == "Sum" else 2].coordinate for row in sums]
    assert [calculated(sheet, place) for place in verdicts] == ["is the cycle"] * 2
    rows[3][5].value = 4
    assert calculated(sheet, verdicts[0]) == "is NOT the cycle"


def calculated(sheet: Worksheet, place: str) -> float | str:
    """What a cell shows: the few words of a spreadsheet's language that the sheets use, and no more."""
    value = sheet[place].value
    if not isinstance(value, str) or not value.startswith("="):
        return value or 0
    if found := re.fullmatch(r'=IF\(ABS\((\w+)-([\d.]+)\)<0\.05,"([^"]*)","([^"]*)"\)', value):
        apart = abs(float(calculated(sheet, found[1])) - float(found[2]))
        return found[3] if apart < 0.05 else found[4]
    if found := re.fullmatch(r"=SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)", value):
        places = (f"{found[1]}{row}" for row in range(int(found[2]), int(found[3]) + 1))
        return sum(float(calculated(sheet, each)) for each in places)
    parts = value[1:].split("+")
    return sum(float(part) if part.isdigit() else float(calculated(sheet, part)) for part in parts)


def test_a_language_speaks_every_fixed_word(plan_file: Path, tmp_path: Path) -> None:
    content = read_plan_file(plan_file)
    sites = {site.controller_id: site for site in content.intersections}
    language = Language(lambda text: f"«{text}»", right_to_left=True, retell=lambda text: f"«again: {text}»")
    handover = Handover("s", content.plans, sites, marking="marked", language=language)
    (path,) = write_xlsx(handover, tmp_path / "s").files
    book = openpyxl.load_workbook(path)
    assert all(sheet.sheet_view.rightToLeft for sheet in book)
    assert all(sheet["A1"].value == sheet.oddHeader.center.text == "«again: marked»" for sheet in book)
    texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    data = {"C[1]-*?", *(str(text) for plan in content.plans for text in (plan.controller_id, plan.program_id))}
    spoken = {text for text in texts if "«" in text}
    assert {
        f"«{text}»" for text in (*wording.GROUP_COLUMNS, *wording.INTERVAL_COLUMNS, *wording.PHASE_COLUMNS)
    } <= spoken
    plain = {text for text in texts - spoken - data if text.isalpha()}
    assert plain == {"main", "x"}


def test_an_arabic_sheet_names_streets_in_arabic(plan_file: Path, tmp_path: Path) -> None:
    content = read_plan_file(plan_file)
    (site,) = content.intersections
    heads = tuple(dataclasses.replace(head, approach_name_ar="شارع الثورة") for head in site.heads)
    sites = {site.controller_id: dataclasses.replace(site, heads=heads)}
    with speaking("ar"):
        language = Language(_, right_to_left=True, here=here)
        (path,) = write_xlsx(Handover("s", content.plans, sites, language=language), tmp_path / "s").files
    sheet = openpyxl.load_workbook(path).worksheets[1]
    column = [row[1].value for row in sheet.iter_rows() if row[0].value in {"main", "'=side"}]
    assert column[:2] == ["شارع الثورة: مستقيم", "شارع الثورة: يسار"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("شارع بغداد", "'@evil <script>")


def test_the_bar_shows_every_second(plan_file: Path, tmp_path: Path) -> None:
    (path,) = export(plan_file, "xlsx", tmp_path / "out")
    sheet = openpyxl.load_workbook(path).worksheets[1]
    row = next(row for row in sheet.iter_rows() if row[0].value == "main")
    fills = [cell.fill.fgColor.rgb for cell in row[10:70]]
    green, yellow, red = fills[0], fills[10], fills[13]
    assert len({green, yellow, red}) == 3
    assert fills == [green] * 10 + [yellow] * 3 + [red] * 27 + [green] * 20


def test_greens_and_clearances_of_groups_that_follow_each_other_add_up_to_the_cycle(
    plan_file: Path, tmp_path: Path
) -> None:
    timings, _ = export(plan_file, "csv", tmp_path / "out")
    with timings.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(float(row["green_and_clearance_s"]) for row in rows) == float(rows[0]["cycle_s"]) == 60


@pytest.mark.parametrize(("offset_s", "told"), [(-7.0, 53), (127.0, 7), (60.0, 0), (-1e-12, 0), (-0.0004, 0)])
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
    (sig,) = export(plan_file, "vissig", tmp_path / "out")
    assert f' offset="{1000 * told}"' in sig.read_text(encoding="utf-8")


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
def test_published_plans_export_and_sumo_runs_them(name: str, bench_folder: Path, tmp_path: Path) -> None:
    net = next((bench_folder / name).glob("*.net.xml*"))
    plans = read_plans(net)
    path = tmp_path / "plan.json"
    write_plan_file(path, PlanFile(name, "", read_intersections(net), plans))
    written = [file for format in ("sumo", "csv", "xlsx") for file in export(path, format, tmp_path / "out")]
    assert len(written) == 4
    running = read_plans(net, [written[0]])
    assert [dataclasses.replace(plan, program_id="0") for plan in running] == [
        dataclasses.replace(plan, program_id="0") for plan in plans
    ]
    command = ("-n", str(net), "-a", str(written[0]), "--end", "10", "--no-step-log")
    run_program((str(binary("sumo")), *command))


def test_intergreens_stand_where_one_group_follows_the_other(tmp_path: Path, crossing: Intersection) -> None:
    """Three streets in turn: from the first to the third it takes a whole green, which is no intergreen."""
    letters = {"G": Aspect.GREEN, "y": Aspect.YELLOW, "r": Aspect.RED}
    steps = (
        (20, "Grr"),
        (3, "yrr"),
        (2, "rrr"),
        (20, "rGr"),
        (4, "ryr"),
        (1, "rrr"),
        (20, "rrG"),
        (3, "rry"),
        (3, "rrr"),
    )
    intervals = tuple(Interval(float(length), tuple(letters[one] for one in step)) for length, step in steps)
    groups = tuple(SignalGroup(name, (place,)) for place, name in enumerate("abc"))
    plan = SignalPlan("x", "0", Control.FIXED, 0.0, groups, intervals)
    heads = tuple(dataclasses.replace(crossing.heads[0], index=place, from_link=f"{place}") for place in range(3))
    site = Intersection("x", "x", "", heads, frozenset({(0, 1), (0, 2), (1, 2)}), frozenset())
    handover = Handover("s", PlanSet((plan,)), {"x": site})
    _, file = write_csv(handover, tmp_path / "s").files
    told = {(row["clearing_group"], row["entering_group"]): row["intergreen_s"] for row in _rows(file)}
    assert told == {("a", "b"): "5", ("b", "c"): "5", ("c", "a"): "6", ("a", "c"): "", ("b", "a"): "", ("c", "b"): ""}
    (book,) = write_xlsx(handover, tmp_path / "s").files
    rows = list(openpyxl.load_workbook(book)["x"].iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if str(row[10]).startswith("Intergreen"))
    assert [row[10] for row in rows[start + 3 : start + 6]] == ["a", "b", "c"], "names beside the matrix"
    breadth = next(place for place, cell in enumerate(rows[start + 2][11:], start=1) if cell == "a")
    matrix = [[row[10 + breadth * column] for column in (1, 2, 3)] for row in rows[start + 3 : start + 6]]
    assert [[cell for cell in row if cell] for row in matrix] == [[5, "–"], ["–", 5], [6, "–"]]


@pytest.mark.parametrize("cycle_s", [60.0, 122.0, 180.0])
def test_a_sheet_prints_as_large_whatever_the_cycle(
    cycle_s: float, plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    """It is fitted to the width of a page, on which letters of 10 points must stay letters."""
    first, *rest = plan.intervals
    longer = dataclasses.replace(first, duration_s=cycle_s - sum(one.duration_s for one in rest))
    stretched = dataclasses.replace(plan, intervals=(longer, *rest))
    handover = Handover("s", PlanSet((stretched,)), {plan.controller_id: crossing})
    (file,) = write_xlsx(handover, tmp_path / "s").files
    sheet = openpyxl.load_workbook(file).worksheets[1]
    widths = [sheet.column_dimensions[openpyxl.utils.get_column_letter(1 + place)] for place in range(sheet.max_column)]
    assert sum(one.width for one in widths) == pytest.approx(206, abs=2)
    heads = {str(cell.value): cell.row for row in sheet.iter_rows() for cell in row if cell.value}
    assert (
        f"All times are in seconds. A cycle begins 7 s after midnight, and every {cycle_s:g} s from then on." in heads
    )
    assert heads["Interval"] <= heads["Conflicts between groups (x = paths cross or merge)"] < heads["Phase"]


@pytest.mark.parametrize("leftward", [False, True])
def test_texts_begin_where_the_sheet_begins_and_none_is_cut(
    *, leftward: bool, plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    """A name in the other script would run out of the sheet's edge, and a number beside a list read as one of it."""
    language = Language(str, right_to_left=leftward)
    named = dataclasses.replace(crossing, name="A very long name of a square " * 4)
    handover = Handover("s", PlanSet((plan,)), {plan.controller_id: named}, marking="غير معتمدة.", language=language)
    (file,) = write_xlsx(handover, tmp_path / "s").files
    sheet = openpyxl.load_workbook(file).worksheets[1]
    start = "right" if leftward else "left"
    marked, english, arabic = (sheet.cell(row, 1) for row in (1, 2, 3))
    assert [cell.alignment.horizontal for cell in (marked, english, arabic)] == [start] * 3
    assert [cell.alignment.readingOrder for cell in (marked, english, arabic)] == [2, 1, 2]
    assert all(sheet.row_dimensions[row].height > 20 for row in (2, 3)), "large letters need high rows"
    assert sheet.oddHeader.center.text == "\u200fغير معتمدة.\u200f", "the full stop stands behind the sentence"
    numbers = [row for row in sheet.iter_rows() if isinstance(row[0].value, int) and isinstance(row[1].value, str)]
    assert numbers
    assert {row[0].alignment.horizontal for row in numbers} == {start}
    overview = openpyxl.load_workbook(file).worksheets[0]
    (row,) = (row for row in overview.iter_rows() if str(row[1].value).startswith("A very long name"))
    assert overview.row_dimensions[row[1].row].height >= 3 * 15, "a long name takes several lines"


@pytest.mark.parametrize("format", ["utdf", "gmns"])
def test_formats_that_tell_of_roads_ask_for_the_network_or_for_the_scenario_that_cuts_it(
    format: str, plan_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(SignalPlanError, match=r"--network FOLDER\|NET, or --scenario where it cuts an area"):
        export(plan_file, format, tmp_path / "out")
    assert not list(tmp_path.glob("out/*"))
