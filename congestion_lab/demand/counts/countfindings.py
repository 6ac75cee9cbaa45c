"""What checks of counts work on, and what they find."""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.counts.countmatching import Place
from congestion_lab.demand.counts.rowplaces import Interval


class Severity(enum.Enum):
    """How bad a finding is."""

    ERROR = "error"  # the figures cannot be right
    WARNING = "warning"  # somebody should look at them
    REMARK = "remark"  # told so that nothing is left out in silence


class Treatment(enum.Enum):
    """What was done with the figures of a finding."""

    KEPT = "kept"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure at its place on the network.

    Attributes:
        number: Its position among all figures of the table.
        line: Where it stands.
        place: Where it was counted.
        when: In which interval.
        kind: Vehicle class; "" for all together.
        vehicles: How many; None where the table says nothing.
    """

    number: int
    line: int
    place: Place
    when: Interval
    kind: str
    vehicles: float | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    Attributes:
        rule: Name of the check.
        severity: How bad it is.
        place: Link or movement; "" where it concerns the table.
        when: Day and times.
        message: What was found, with the figures.
        treatment: What was done with the figures.
        lines: Lines of the table that it concerns.
        numbers: Positions of the figures that it concerns.
    """

    rule: str
    severity: Severity
    place: str
    when: str
    message: str
    treatment: Treatment = Treatment.KEPT
    lines: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()


Series = tuple[Counted, ...]


def series_of(rows: Iterable[Counted]) -> Mapping[tuple[Place, str, dt.date | None], Series]:
    """Return the figures of each place, class and day in the order of time; those that say nothing are left out."""
    grouped: dict[tuple[Place, str, dt.date | None], list[Counted]] = {}
    for row in rows:
        if row.vehicles is not None:
            grouped.setdefault((row.place, row.kind, row.when.date), []).append(row)
    return {key: tuple(sorted(group, key=lambda one: one.when.begin_s)) for key, group in grouped.items()}


def finding(
    rule: str, severity: Severity, rows: Sequence[Counted], message: str, treatment: Treatment = Treatment.KEPT
) -> Finding:
    """Return a finding about figures of one place."""
    first = rows[0]
    begin, end = min(row.when.begin_s for row in rows), max(row.when.end_s for row in rows)
    lines, numbers = tuple(row.line for row in rows), tuple(row.number for row in rows)
    return Finding(
        rule,
        severity,
        str(first.place),
        said_when(first.when.date, begin, end),
        f"{first.kind}: {message}" if first.kind else message,
        treatment,
        lines,
        numbers,
    )


def said_when(date: dt.date | None, begin_s: float, end_s: float) -> str:
    """Return a stretch of a day in words."""
    times = f"{clock_from_seconds(begin_s)}–{clock_from_seconds(end_s)}"
    return f"{date.isoformat()} {times}" if date else times


def runs(rows: Sequence[Counted]) -> Iterator[Series]:
    """Yield the longest stretches of a series in which each interval begins where the one before ends."""
    begin = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place].when.begin_s != rows[place - 1].when.end_s:
            yield tuple(rows[begin:place])
            begin = place


def totals(rows: Iterable[Counted]) -> Mapping[tuple[Place, Interval], float]:
    """Return vehicles of all classes: the figure for all together if there is one, or else the sum of the classes."""
    together: dict[tuple[Place, Interval], float] = {}
    summed: dict[tuple[Place, Interval], float] = {}
    for row in rows:
        if row.vehicles is not None:
            kept = summed if row.kind else together
            kept[row.place, row.when] = kept.get((row.place, row.when), 0.0) + row.vehicles
    return summed | together
