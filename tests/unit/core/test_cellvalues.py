import datetime as dt

import pytest

from congestion_lab.core.cellvalues import Cell, clock_of, date_of, decimal_sign, number_of, text_of


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        ("120", ".", 120),
        ("١٢٠", ".", 120),
        ("۱۲۰", ".", 120),
        ("١٢٫٥", ".", 12.5),
        ("12,5", ",", 12.5),
        ("1.234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("1 234", ".", 1234),
        ("1\u00a0234", ".", 1234),
        ("1.234", ",", 1234),
        ("1.234", ".", 1.234),
        (" +7 ", ".", 7),
        (12, ".", 12),
        (12.5, ",", 12.5),
        ("1e3", ".", 1000),
    ],
)
def test_numbers_of_any_script_and_sign(cell: Cell, decimal: str, number: float) -> None:
    assert number_of(cell, decimal) == number


@pytest.mark.parametrize(
    "cell", ["", "n/a", "=1+1", "12 cars", "1,2,3", "inf", "nan", "1e999", None, True, dt.date(2026, 3, 1), "²"]
)
def test_what_is_no_number(cell: Cell) -> None:
    with pytest.raises(ValueError, match="is no"):
        number_of(cell)


def test_the_decimal_sign_is_seen_from_cells_that_leave_no_doubt() -> None:
    assert decimal_sign(["1,234", "12,5"]) == ","
    assert decimal_sign(["1.234", "12.5", "3"]) == "."
    assert decimal_sign(["1.234.567"]) == ","
    assert decimal_sign(["0,125"]) == ","
    assert decimal_sign(["3", "4", 1.234, None]) == "."


def test_doubt_about_the_decimal_sign_is_told() -> None:
    with pytest.raises(ValueError, match=r"'1\.234' may hold"):
        decimal_sign(["1.234", "5"])
    with pytest.raises(ValueError, match=r"'12,5' has a decimal comma and '12\.5'"):
        decimal_sign(["12,5", "12.5"])


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("07:30", "07:30"),
        ("7:30 AM", "07:30"),
        ("7:30 p.m.", "19:30"),
        ("12:15 am", "00:15"),
        ("12:15 PM", "12:15"),
        ("7 pm", "19:00"),
        ("٠٧:٣٠ ص", "07:30"),
        ("٠٧:٣٠ م", "19:30"),
        ("07:30 مساءً", "19:30"),
        ("\u200e07:30\u200e \u200fم", "19:30"),
        ("07.30", "07:30"),
        ("2026-03-01 07:30", "07:30"),
        ("2026-03-01T07:30:00", "07:30"),
        (0.3125, "07:30"),
        (46082.3125, "07:30"),
        (dt.time(7, 30), "07:30"),
        (dt.datetime(2026, 3, 1, 7, 30), "07:30"),  # noqa: DTZ001
        (dt.timedelta(hours=7, minutes=30), "07:30"),
        (0, "00:00"),
    ],
)
def test_times_on_any_clock(cell: Cell, clock: str) -> None:
    hours, minutes = clock.split(":")
    assert clock_of(cell) == 3600 * int(hours) + 60 * int(minutes)


@pytest.mark.parametrize("cell", ["", "noon", "13:00 pm", "07:75", "0:15 am", "99:00", 7.5, -1, "lunch 07:30", None])
def test_what_is_no_time(cell: Cell) -> None:
    with pytest.raises(ValueError, match="no time"):
        clock_of(cell)


def test_a_time_without_its_half_is_in_doubt_beside_times_that_have_one() -> None:
    assert clock_of("19:30", half_days=True) == 19.5 * 3600
    with pytest.raises(ValueError, match="morning or afternoon"):
        clock_of("07:30", half_days=True)


@pytest.mark.parametrize(
    ("cell", "format"),
    [
        ("2026-03-04", ""),
        ("٢٠٢٦-٠٣-٠٤", ""),
        ("04.03.2026", ""),
        ("20260304", ""),
        ("04/03/2026", "%d/%m/%Y"),
        ("03/04/2026", "%m/%d/%Y"),
        (dt.date(2026, 3, 4), ""),
        (dt.datetime(2026, 3, 4, 7), ""),  # noqa: DTZ001
        (46085, ""),
        ("2026-03-04 07:15", ""),
    ],
)
def test_days(cell: Cell, format: str) -> None:
    assert date_of(cell, format) == dt.date(2026, 3, 4)


@pytest.mark.parametrize("cell", ["03/04/2026", "Sunday", "", "2026-02-30", 7])
def test_a_day_in_doubt_is_told(cell: Cell) -> None:
    with pytest.raises(ValueError, match="no date that can be read without doubt"):
        date_of(cell)


def test_names_keep_their_digits_and_whole_numbers_no_point() -> None:
    assert [text_of(cell) for cell in (12.0, 12, " a ", None, "٧")] == ["12", "12", "a", "", "٧"]
