"""All checks over a count table, and which figures they leave out."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from congestion_lab.demand.counts.clockshifts import clock_shifts
from congestion_lab.demand.counts.countchecks import (
    class_sums,
    gaps,
    half_clocks,
    impossible,
    missing_days,
    no_figures,
    overlapping,
    repeated,
)
from congestion_lab.demand.counts.countfindings import Counted, Finding, Severity, Treatment
from congestion_lab.demand.counts.countmatching import Place, RoadMap
from congestion_lab.demand.counts.countrows import CountRow, CountRows
from congestion_lab.demand.counts.junctionsums import junction_sums
from congestion_lab.demand.counts.rowplaces import Spot
from congestion_lab.demand.counts.stuckcounters import silent, stuck
from congestion_lab.demand.counts.tablemapping import Times

Check = Callable[[Sequence[Counted], RoadMap], Iterator[Finding]]

# Those of the first group may leave figures out; the others see what is left.
FIGURE_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "no_figure": no_figures,
        "half_clock": half_clocks,
        "repeated": repeated,
        "overlap": overlapping,
        "impossible": impossible,
        "stuck": stuck,
        "silent": silent,
    }
)
SUM_CHECKS: Mapping[str, Check] = MappingProxyType(
    {"gap": gaps, "missing_day": missing_days, "class_sum": class_sums, "clock_shift": clock_shifts,
     "junction_sum": junction_sums}
)  # fmt: skip
KEEPABLE = ("impossible", "stuck", "silent")
ANY_DAY, WORKDAY, WEEKEND = "any", "workday", "weekend"

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.REMARK: 2}


@dataclass(frozen=True, slots=True)
class Days:
    """Which days are used.

    Attributes:
        type: Workdays, days of the weekend, or any.
        only: If there are any, these and no others, whatever their type.
        without: Never these.
    """

    type: str = WORKDAY
    only: tuple[dt.date, ...] = ()
    without: tuple[dt.date, ...] = ()

    def holds(self, day: dt.date | None, times: Times) -> bool:
        """Whether a day is used; figures without a day always are."""
        if day is None:
            return True
        if self.only:
            return day in self.only and day not in self.without
        fits = self.type == ANY_DAY or times.is_workday(day) == (self.type == WORKDAY)
        return fits and day not in self.without


@dataclass(frozen=True, slots=True)
class Review:
    """A table's figures after all checks.

    Attributes:
        kept: Figures that are used.
        findings: Everything found.
    """

    kept: tuple[Counted, ...]
    findings: tuple[Finding, ...]


def reviewed(rows: Sequence[Counted], roads: RoadMap, *, keep: Collection[str] = ()) -> Review:
    """Check figures and leave out what cannot be right.

    Args:
        rows: All figures.
        roads: The network that they were counted on.
        keep: Rules whose figures are kept nevertheless, of `KEEPABLE`.
    """
    findings: list[Finding] = []
    for rule, check in FIGURE_CHECKS.items():
        found = [*check(rows, roads)]
        findings += [replace(one, treatment=Treatment.KEPT) if rule in keep else one for one in found]
    out = {number for one in findings if one.treatment is Treatment.LEFT_OUT for number in one.numbers}
    kept = tuple(row for row in rows if row.number not in out and row.vehicles is not None)
    for rule, check in SUM_CHECKS.items():
        findings += check(rows if rule == "gap" else kept, roads)
    return Review(kept, tuple(findings))


def placed(rows: Iterable[CountRow], places: Mapping[Spot, Place]) -> tuple[Counted, ...]:
    """Return the figures whose place on the network is known."""
    numbered = enumerate(row for row in rows if row.spot in places)
    return tuple(Counted(n, row.line, places[row.spot], row.when, row.kind, row.vehicles) for n, row in numbered)


def of_days(rows: Sequence[Counted], days: Days, times: Times) -> tuple[tuple[Counted, ...], tuple[Finding, ...]]:
    """Return the figures of the days that are used, and a remark on each other day."""
    kept = tuple(row for row in rows if days.holds(row.when.date, times))
    others: dict[dt.date, list[Counted]] = {}
    for row in rows:
        if row.when.date is not None and not days.holds(row.when.date, times):
            others.setdefault(row.when.date, []).append(row)
    return kept, tuple(_other_day(day, group, times) for day, group in sorted(others.items()))


def reading_findings(read: CountRows, refused: Mapping[Spot, str]) -> tuple[Finding, ...]:
    """Return what was found before figures were placed: faulty rows that are left out, unknown places, clocks."""
    out = Treatment.LEFT_OUT
    found = [
        Finding("faulty_row", Severity.ERROR, "", "", fault.rule, out, (fault.line or 0,)) for fault in read.faults
    ]
    for spot, reason in refused.items():
        lines = tuple(row.line for row in read.rows if row.spot == spot)
        found.append(Finding("unknown_place", Severity.ERROR, spot.name, "", reason, out, lines))
    if read.mixed_clock:
        message = "some times say morning or afternoon, others are on a clock of 24 hours; each was read as it says"
        found.append(Finding("mixed_clock", Severity.WARNING, "", "", message))
    found += [
        Finding("unused_column", Severity.REMARK, "", "", f"the column {name!r} was not read") for name in read.unused
    ]
    return tuple(found)


def _other_day(day: dt.date, rows: Sequence[Counted], times: Times) -> Finding:
    kind = "a workday" if times.is_workday(day) else "of the weekend or a holiday"
    message = f"{len(rows)} figures of a day that was not asked for; it is {kind}"
    lines, numbers = tuple(row.line for row in rows), tuple(row.number for row in rows)
    return Finding("other_day", Severity.REMARK, "", day.isoformat(), message, Treatment.LEFT_OUT, lines, numbers)


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with errors first, then by rule, place and time."""
    return tuple(sorted(findings, key=_rank))


def _rank(one: Finding) -> tuple[int, str, str, str]:
    return _ORDER[one.severity], one.rule, one.place, one.when
