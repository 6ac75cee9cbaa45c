"""When which action of a controller runs: day plans and rows of dates of NTCIP 1201's time base.

The time base takes, of all rows that name a date's month, day of the week and day of the month, the one with the
fewest months (timeBaseScheduleTable). Rows of day types without dates name all twelve, those of day types with dates
six at most, so that these go first. Rows know no year.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MINYEAR, date

from congestion_lab.core.errors import Fault
from congestion_lab.core.names import clean_name, inert
from congestion_lab.exporting.ntcip import objects as ntcip
from congestion_lab.exporting.ntcip.objects import MAX_ROWS, Entry
from congestion_lab.signals.schedules.schedule import WEEKDAYS, DayType, Schedule

_ALL_MONTHS = sum(1 << month for month in range(1, 13))
_ALL_DATES = sum(1 << day for day in range(1, 32))
_HALF_YEAR = 6
_MINUTE_S, _HOUR_S = 60, 3600
_HINT = "enter this schedule by hand, from `plan schedule check`"


@dataclass(frozen=True, slots=True)
class _Dates:
    """Months (bits 1 to 12), days of the week (bit 1 for Sunday to bit 7) and days of the month (bits 1 to 31)."""

    months: int
    days: int
    dates: int


@dataclass(frozen=True, slots=True)
class TimeBase:
    """The day types that a year has, each with its rows.

    Attributes:
        year: The year; any where no day type has dates.
        days: The day types; their day plans are numbered in this order, from 1.
        left_out: Names of those that no day of the year has.
    """

    year: int
    days: tuple[tuple[DayType, tuple[_Dates, ...]], ...]
    left_out: tuple[str, ...]

    def entries(self, actions: Mapping[str, int]) -> Iterator[Entry]:
        """Yield day plans and schedule; actions are the numbers of plan files."""
        for number, (one, _) in enumerate(self.days, start=1):
            yield from _day_plan(number, one, actions)
        rows = [(number, one.name, row) for number, (one, each) in enumerate(self.days, start=1) for row in each]
        for place, (number, name, row) in enumerate(rows, start=1):
            yield Entry(ntcip.SCHEDULE_MONTH, str(place), row.months, inert(name))
            yield Entry(ntcip.SCHEDULE_DAY, str(place), row.days, inert(name))
            yield Entry(ntcip.SCHEDULE_DATE, str(place), row.dates, inert(name))
            yield Entry(ntcip.SCHEDULE_DAY_PLAN, str(place), number, inert(name))

    def remarks(self) -> Iterator[str]:
        """Yield how much room a controller must have, and which rows hold for this year only."""
        events = max(len(one.switches) for one, _ in self.days)
        rows = sum(len(each) for _, each in self.days)
        yield f"ntcip: needed are {len(self.days)} day plans of up to {events} events, and {rows} schedule entries"
        if self.left_out:
            yield f"ntcip: left out, as no day of {self.year} is one: {', '.join(map(clean_name, self.left_out))}"
        dated = ", ".join(clean_name(one.name) for one, _ in self.days if one.first)
        if dated:
            rule = f"the dates of {dated} are those of {self.year} and come again every year"
            yield f"ntcip: {rule}: replace the schedule entries before {self.year + 1}"


def time_base(schedule: Schedule, year: int | None) -> TimeBase:
    """Return the time base of a year; of the year that a schedule's dates lie in where none is given."""
    chosen = min(_years(schedule), default=MINYEAR) if year is None else year
    days = [(one, tuple(_rows(one, chosen))) for one in schedule.day_types]
    left_out = tuple(one.name for one, rows in days if not rows)
    return TimeBase(chosen, tuple((one, rows) for one, rows in days if rows), left_out)


def time_base_faults(schedule: Schedule, year: int | None, source: str) -> Iterator[Fault]:
    """Yield what of a schedule a time base has no room for; messages name its source."""
    years = _years(schedule)
    if year is None and len(years) > 1:
        rule = f"its dates lie in {years[0]} to {years[-1]}, and rows of the time base know no year"
        yield Fault(rule, f"name the year that the table is for, e.g. --year {years[0]}", source)
    if len(schedule.day_types) > MAX_ROWS:
        rule = f"it has {len(schedule.day_types)} day types; the time base numbers {MAX_ROWS} day plans"
        yield Fault(rule, _HINT, source)
    for one in schedule.day_types:
        between = [_clock(switch.at_s) for switch in one.switches if switch.at_s % _MINUTE_S]
        if between:
            rule = f"{one.name} switches at {', '.join(between)}; day plans know hours and minutes"
            yield Fault(rule, "switch at full minutes", source)
        if len(one.switches) > MAX_ROWS:
            rule = f"{one.name} switches {len(one.switches)} times; a day plan holds {MAX_ROWS} events"
            yield Fault(rule, _HINT, source)


def _years(schedule: Schedule) -> list[int]:
    spans = [(one.first.year, one.last.year) for one in schedule.day_types if one.first and one.last]
    return sorted({year for first, last in spans for year in range(first, last + 1)})


def _clock(time_s: int) -> str:
    return f"{time_s // _HOUR_S:02}:{time_s // _MINUTE_S % 60:02}:{time_s % _MINUTE_S:02}"


def _day_plan(number: int, one: DayType, actions: Mapping[str, int]) -> Iterator[Entry]:
    for event, switch in enumerate(one.switches, start=1):
        index, serves = f"{number}.{event}", inert(f"{one.name}: {switch.plans_name}")
        yield Entry(ntcip.DAY_PLAN_HOUR, index, switch.at_s // _HOUR_S, serves)
        yield Entry(ntcip.DAY_PLAN_MINUTE, index, switch.at_s // _MINUTE_S % 60, serves)
        yield Entry(ntcip.DAY_PLAN_ACTION, index, f"{ntcip.ACTION.identifier}.{actions[switch.plans_name]}", serves)


def _rows(one: DayType, year: int) -> Iterator[_Dates]:
    days = sum(1 << WEEKDAYS.index(day) + 1 for day in one.weekdays)
    if one.first is None or one.last is None:
        yield _Dates(_ALL_MONTHS, days, _ALL_DATES)
        return
    yield from (_Dates(months, days, dates) for months, dates in _spans(one.first, one.last, year))


def _spans(first: date, last: date, year: int) -> Iterator[tuple[int, int]]:
    """Yield months with the same days of the month between two dates of a year, half a year at a time."""
    months: dict[tuple[bool, int], int] = {}
    for month in range(1, 13):
        every = [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]
        held = [day for day in every if first <= day <= last]
        dates = _ALL_DATES if held == every else sum(1 << day.day for day in held)
        if dates:
            key = (month > _HALF_YEAR, dates)
            months[key] = months.get(key, 0) | 1 << month
    yield from ((held_months, dates) for (_, dates), held_months in months.items())
