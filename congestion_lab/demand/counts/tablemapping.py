"""The mapping file: which column of somebody else's table means what, and how times and numbers are written there."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from congestion_lab.core.cellvalues import date_of
from congestion_lab.core.errors import DemandError
from congestion_lab.core.yamlfile import Strict, read_yaml

_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
Date = Annotated[dt.date, BeforeValidator(lambda value: date_of(value) if isinstance(value, str) else value)]
DayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ColumnName = Literal[
    "link_id", "ib_link_id", "ob_link_id", "mvmt_id", "detector_id", "lat", "lon", "bearing_deg",
    "date", "begin", "end", "class", "vehicles", "speed_kmh", "travel_time_s",
]  # fmt: skip


class TableShape(Strict):
    """Where the table stands in its file."""

    sheet: str = ""
    heading_row: Annotated[int, Field(ge=1, le=1000)] = 1
    heading_rows: Annotated[int, Field(ge=1, le=5)] = 1
    delimiter: Literal["", ",", ";", "\t", "|"] = ""
    encoding: str = ""
    decimal: Literal["", ".", ","] = ""
    missing: tuple[Text, ...] = ()


def _tells_days(date_format: str) -> str:
    day = dt.date(2026, 12, 31)
    try:
        told = not date_format or dt.datetime.strptime(f"{day:{date_format}}", date_format).date() == day  # noqa: DTZ007
    except ValueError:
        told = False
    if not told:
        raise ValueError(f"{date_format!r} does not tell a day; in the signs of strptime that is %d/%m/%Y for instance")
    return date_format


class Times(Strict):
    """How the table writes days and times.

    Attributes:
        date_format: In the signs of `strptime`; "" for `2026-03-01`, `2026/03/01` and `01.03.2026`.
        interval_min: Length of an interval where the table gives no end.
        stamp: Whether a time is the begin or the end of its interval.
        shift_min: Added to every time, for a clock that is known to be wrong.
        weekend: Days that are no workdays.
        holidays: Dates that are no workdays either.
    """

    date_format: Annotated[str, AfterValidator(_tells_days)] = ""
    interval_min: Annotated[float, Field(gt=0, le=1440)] = 15.0
    stamp: Literal["begin", "end"] = "begin"
    shift_min: Annotated[float, Field(ge=-1440, le=1440)] = 0.0
    weekend: tuple[DayName, ...] = ("friday", "saturday")
    holidays: tuple[Date, ...] = ()

    def is_workday(self, day: dt.date) -> bool:
        """Whether a day is neither of the weekend nor a holiday."""
        return _DAY_NAMES[day.weekday()] not in self.weekend and day not in self.holidays


class Position(Strict):
    """Where something was counted: a link, a movement, or a point and the direction of the traffic seen there."""

    link_id: Text = ""
    ib_link_id: Text = ""
    ob_link_id: Text = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    bearing_deg: Annotated[float, Field(ge=-360, le=360)] | None = None

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        point = [value is not None for value in (self.lat, self.lon, self.bearing_deg)]
        if any(point) and not all(point):
            raise ValueError("a point needs `lat`, `lon` and `bearing_deg`")
        if bool(self.ib_link_id) != bool(self.ob_link_id):
            raise ValueError("a movement needs `ib_link_id` and `ob_link_id`")
        if bool(self.link_id) + bool(self.ib_link_id) + all(point) != 1:
            raise ValueError("a place is either `link_id`, or `ib_link_id` and `ob_link_id`, or a point")
        return self


class CountColumn(Strict):
    """A column that holds counts of one class, of one place, or of both."""

    column: Text
    class_: Annotated[Text, Field(alias="class")] = ""
    place: Text = ""


class TableMapping(Strict):
    """The file: everything may be left out that the table does as documented.

    Attributes:
        table: Where the table stands.
        time: How days and times are written.
        columns: Names of the table's columns, by our name.
        counts: Columns that hold counts, where there are several.
        classes: Our class by theirs.
        places: Where their detectors and movements are, by their name.
        fixed: Values that hold for every row.
    """

    table: TableShape = TableShape()
    time: Times = Times()
    columns: Mapping[ColumnName, Text] = {}
    counts: tuple[CountColumn, ...] = ()
    classes: Mapping[Text, Text] = {}
    places: Mapping[Text, Position] = {}
    fixed: Mapping[ColumnName, Text] = {}

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if both := sorted(set(self.columns) & set(self.fixed)):
            raise ValueError(f"`columns` and `fixed` both name {', '.join(both)}")
        if self.counts and "vehicles" in {*self.columns, *self.fixed}:
            raise ValueError("counts stand either in the columns of `counts` or in `vehicles`")
        names = [one.column for one in self.counts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"`counts` names a column twice: {', '.join(twice)}")
        if unknown := sorted({one.place for one in self.counts if one.place} - set(self.places)):
            raise ValueError(f"`counts` names places that `places` lacks: {', '.join(unknown)}")
        return self


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file (YAML 1.2).

    Raises:
        DemandError: The file is missing, no YAML, or breaks its schema; every fault is named.
    """
    return read_yaml(path, TableMapping, DemandError, hint="docs/count-tables.md shows one")
