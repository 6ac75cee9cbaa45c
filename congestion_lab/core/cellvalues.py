"""Numbers, dates and times as cells of foreign tables hold them: any digits, either decimal sign, any clock."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

_DAY_S = 86400
_SERIAL_DAY_0 = dt.datetime(1899, 12, 30)  # noqa: DTZ001 -- day 0 of spreadsheets, which know no time zones
_SERIALS = (20_000.0, 80_000.0)  # days from 1954 to 2119; nothing else that a clock column holds is so large
_SPACES = re.compile(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")  # direction marks come with Arabic times
_SIGNS = str.maketrans({"\u066b": ".", "\u066c": "", "’": "", "−": "-", "،": ","})  # Arabic signs first
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?(am|pm)?|(\d{1,2})(am|pm)")
_HALVES = {"ص": "am", "صباحا": "am", "صباحاً": "am", "م": "pm", "مساء": "pm", "مساءً": "pm", "قظ": "am", "بظ": "pm"}
_HALF = re.compile(r"(?<=[\d\s])(a\.?m\.?|p\.?m\.?|" + "|".join(sorted(_HALVES, key=len, reverse=True)) + r")\.?$")
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%Y%m%d")  # the order of day and month is certain
_NOON_H = 12
_HOURS = 48  # an interval may end on the next day
_COMMA_DECIMAL = re.compile(r"[+-]?(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,})")
_POINT_DECIMAL = re.compile(r"[+-]?(\d+\.(\d{1,2}|\d{4,})|0\.\d+|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})")
_UNDECIDED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def western(text: str) -> str:
    """Return text with the digits of any script as 0 to 9, Arabic signs as points and commas, and no spaces around."""
    digits = (str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char for char in text)
    return _SPACES.sub(" ", "".join(digits).translate(_SIGNS)).strip()


def text_of(cell: Cell) -> str:
    """Return a cell as a name: whole numbers without a decimal point, nothing as ""."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def decimal_sign(cells: Iterable[Cell]) -> str:
    """Return the decimal sign that the numbers of a column use, by those that leave no doubt.

    Raises:
        ValueError: Some leave no doubt that it is a comma and others that it is a point, or all leave doubt.
    """
    texts = [_compact(cell) for cell in cells if isinstance(cell, str)]
    comma = next((text for text in texts if _COMMA_DECIMAL.fullmatch(text)), None)
    point = next((text for text in texts if _POINT_DECIMAL.fullmatch(text)), None)
    doubtful = next((text for text in texts if _UNDECIDED.fullmatch(text)), None)
    if comma and point:
        raise ValueError(f"{comma!r} has a decimal comma and {point!r} a decimal point")
    if doubtful and not comma and not point:
        raise ValueError(f"{doubtful!r} may hold a decimal sign or one of thousands")
    return "," if comma else "."


def number_of(cell: Cell, decimal: str = ".") -> float:
    """Return a cell's number.

    Raises:
        ValueError: It is none, or not finite.
    """
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise ValueError(f"{shown(cell)} is no number")  # noqa: TRY004 -- the file is wrong, not the program
    if not isinstance(cell, str):
        number = float(cell)
    else:
        text = _compact(cell)
        thousands = "." if decimal == "," else ","
        text = _ungrouped(text, thousands).replace(decimal, ".")
        if not _NUMBER.fullmatch(text):
            raise ValueError(f"{shown(cell)} is no number")
        number = float(text)
    if abs(number) == float("inf") or number != number:  # noqa: PLR0124 -- NaN
        raise ValueError(f"{shown(cell)} is no finite number")
    return number


def date_of(cell: Cell, format: str = "") -> dt.date:
    """Return a cell's day; of a moment, its day.

    Args:
        cell: A cell.
        format: How text is written, in the signs of `strptime`; "" for the ways that leave no doubt.

    Raises:
        ValueError: It is none, or day and month may be swapped.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and _SERIALS[0] <= cell <= _SERIALS[1]:
        return (_SERIAL_DAY_0 + dt.timedelta(days=int(cell))).date()
    text = western(text_of(cell)).partition("T")[0] if not format else western(text_of(cell))
    for known in (format,) if format else _DATE_FORMATS:
        for part in dict.fromkeys((text, text.partition(" ")[0])):
            try:
                return dt.datetime.strptime(part, known).date()  # noqa: DTZ007 -- a day has no time zone
            except ValueError:
                continue
    raise ValueError(f"{shown(cell)} is no date that can be read without doubt")


def clock_of(cell: Cell, *, half_days: bool = False, date_format: str = "") -> int:
    """Return a cell's time of day, seconds since midnight; of a moment, its time of day.

    Args:
        cell: A time, a moment, a share of a day as spreadsheets hold it, or text on a clock of 12 or 24 hours.
        half_days: Whether other times of the column say morning or afternoon, so that 1 to 12 o'clock must say so too.
        date_format: How the day of a moment is written, see `date_of`.

    Raises:
        ValueError: It is none, or might be morning or afternoon.
    """
    if isinstance(cell, dt.timedelta):
        return round(cell.total_seconds())
    if isinstance(cell, (dt.datetime, dt.time)):
        return 3600 * cell.hour + 60 * cell.minute + cell.second + round(cell.microsecond / 1e6)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _from_share(cell)
    return _from_text(cell, half_days=half_days, date_format=date_format)


def says_half(cell: Cell) -> bool:
    """Whether a cell is a time that says morning or afternoon."""
    return isinstance(cell, str) and _HALF.search(western(cell).lower()) is not None


def shown(cell: Cell, most: int = 40) -> str:
    """Return a cell as messages quote it."""
    text = repr(cell or "") if cell is None or isinstance(cell, str) else str(cell)
    return text if len(text) <= most else f"{text[:most]}…"


def _compact(cell: str) -> str:
    return western(cell).replace(" ", "")


def _ungrouped(text: str, thousands: str) -> str:
    """Take out signs between thousands, where they stand as such."""
    grouped = re.fullmatch(rf"([+-]?\d{{1,3}})((?:{re.escape(thousands)}\d{{3}})+)(\D.*)?", text)
    return text.replace(thousands, "") if grouped else text


def _from_share(share: float) -> int:
    if 0 <= share <= 1:
        return round(share * _DAY_S)
    if _SERIALS[0] <= share <= _SERIALS[1]:
        return round(share % 1 * _DAY_S)
    raise ValueError(f"{share:g} is no time: as a number, it is a share of the day from 0 to 1")


def _from_text(cell: Cell, *, half_days: bool, date_format: str) -> int:
    text = _without_day(western(text_of(cell)), date_format).lower()
    half = _HALF.search(text)
    if half is not None:
        sign = half[1].replace(".", "")
        text = f"{text[: half.start()].strip()}{_HALVES.get(sign, sign)}"
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"{shown(cell)} is no time like 07:30")
    hour, minute, second = int(found[1] or found[5]), int(found[2] or 0), int(found[3] or 0)
    spoken = found[4] or found[6]
    if (spoken and not 1 <= hour <= _NOON_H) or hour >= _HOURS or minute > 59 or second > 59:  # noqa: PLR2004 -- a clock
        raise ValueError(f"{shown(cell)} is no time of the day")
    if half_days and not spoken and 1 <= hour <= _NOON_H:
        raise ValueError(f"{shown(cell)} may be morning or afternoon: other times of the column say which")
    if spoken:
        hour = hour % _NOON_H + (_NOON_H if spoken == "pm" else 0)
    return 3600 * hour + 60 * minute + second


def _without_day(text: str, date_format: str) -> str:
    """Return what follows the day of a moment; text that does not begin with a day as it is."""
    moment = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    day, _space, rest = moment.partition(" ")
    try:
        date_of(day, date_format)
    except ValueError:
        return text
    return rest or text
