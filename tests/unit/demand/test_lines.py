from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.trips.lines import read_line_table
from tests.faults import faults_of

_HEADING = "id,name_en,name_ar,class,course,vph,confidence,source"
_ROW = "jabal,Mezzeh – Jabal,مزة جبل,microbus,mezzeh umayyad jabal,30,C,assumed"
_CLASSES = ("car", "microbus", "bus")


def _table(folder: Path, *rows: str, heading: str = _HEADING) -> Path:
    path = folder / "lines.csv"
    path.write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
    return path


def _faults(path: Path) -> tuple[Fault, ...]:
    return faults_of(DemandError, read_line_table, path, _CLASSES)


def test_a_line_is_read(tmp_path: Path) -> None:
    (line,) = read_line_table(_table(tmp_path, _ROW), _CLASSES)
    assert (line.id, line.name_en, line.name_ar) == ("jabal", "Mezzeh – Jabal", "مزة جبل")
    assert (line.vehicle_class, line.course, line.vph) == ("microbus", ("mezzeh", "umayyad", "jabal"), 30.0)
    assert (line.confidence, line.source, line.row) == ("C", "assumed", 2)


def test_a_model_may_have_a_figure_of_its_own(tmp_path: Path) -> None:
    heading = f"{_HEADING},vph_evening,vph_friday,note"
    (line,) = read_line_table(_table(tmp_path, f"{_ROW},12.5,,seen", heading=heading), _CLASSES)
    assert [line.vph_in(model) for model in ("am-peak", "evening", "friday")] == [30.0, 12.5, 30.0]


def test_a_model_in_which_a_line_does_not_run_says_0(tmp_path: Path) -> None:
    (line,) = read_line_table(_table(tmp_path, f"{_ROW},0", heading=f"{_HEADING},vph_friday"), _CLASSES)
    assert line.vph_in("friday") == 0.0


def test_arabic_digits_are_numbers(tmp_path: Path) -> None:
    (line,) = read_line_table(_table(tmp_path, _ROW.replace(",30,", ",٣٠٫٥,")), _CLASSES)
    assert line.vph == 30.5


def test_a_course_may_be_longer_than_a_name(tmp_path: Path) -> None:
    course = " ".join(f"node_{number}" for number in range(80))
    (line,) = read_line_table(_table(tmp_path, _ROW.replace("mezzeh umayyad jabal", course)), _CLASSES)
    assert len(line.course) == 80


def test_markup_and_formulas_in_names_stay_text(tmp_path: Path) -> None:
    row = _ROW.replace("Mezzeh – Jabal", "\"=HYPERLINK('http://x')<script>\u202e\"")
    (line,) = read_line_table(_table(tmp_path, row), _CLASSES)
    assert line.name_en == "=HYPERLINK('http://x')<script>"  # the sign that turns text around is gone


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("jabal,Mezzeh", "9,Mezzeh", "id", "'9' is no id"),
        ("jabal,Mezzeh", "a.b,Mezzeh", "id", "'a.b' is no id"),
        ("jabal,Mezzeh", '"<a>",Mezzeh', "id", "is no id"),
        ("Mezzeh – Jabal", "", "name_en", "both languages"),
        ("مزة جبل", " ", "name_ar", "both languages"),
        (",microbus,", ",tram,", "class", "no vehicle class 'tram'"),
        ("mezzeh umayyad jabal", "mezzeh", "course", "two points"),
        ("mezzeh umayyad jabal", "mezzeh mezzeh jabal", "course", "'mezzeh' stands twice in a row"),
        (",30,", ",often,", "vph", "'often' is no number"),
        (",30,", ",,", "vph", "is no number"),
        (",30,", ",-3,", "vph", "-3 vehicles per hour"),
        (",30,", ",30000,", "vph", "30000 vehicles per hour"),
        (",30,", ",nan,", "vph", "is no number"),
        (",30,", ",=1+1,", "vph", "'=1+1' is no number"),
        (",C,", ",Z,", "confidence", "'Z' is no confidence"),
        (",assumed", ",", "source", "source"),
    ],
)
def test_each_fault_is_told_once_with_its_line_and_column(
    tmp_path: Path, old: str, new: str, key: str, told: str
) -> None:
    (fault,) = _faults(_table(tmp_path, _ROW.replace("jabal,", "first,", 1), _ROW.replace(old, new, 1)))
    assert (fault.line, fault.key) == (3, key)
    assert told in fault.rule


def test_a_figure_of_a_model_is_checked_too(tmp_path: Path) -> None:
    (fault,) = _faults(_table(tmp_path, f"{_ROW},many", heading=f"{_HEADING},vph_evening"))
    assert (fault.key, fault.line) == ("vph_evening", 2)


def test_an_id_that_occurs_twice_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(_table(tmp_path, _ROW, _ROW))
    assert (fault.line, fault.key) == (3, "id")
    assert "line 2" in fault.rule


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        (_HEADING.replace("course,", ""), "columns are missing: course"),
        (f"{_HEADING},headway", "'headway'"),
        (f"{_HEADING},vph", "'vph' occurs 2 times"),
        (f"{_HEADING},vph_", "'vph_'"),
    ],
)
def test_headings_that_do_not_fit_are_faults(tmp_path: Path, heading: str, told: str) -> None:
    (fault,) = _faults(_table(tmp_path, _ROW, heading=heading))
    assert told in fault.rule


def test_a_table_without_lines_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(_table(tmp_path))
    assert "holds no row of data" in fault.rule


def test_a_missing_table_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path / "nowhere.csv")
    assert "cannot be read" in fault.rule


def test_too_many_cells_are_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(_table(tmp_path, f"{_ROW},more"))
    assert "more cells" in fault.rule
