"""Small named checks of counts, each yielding findings: what is missing, told twice, or more than a road can carry."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.counts.countfindings import (
    Counted,
    Finding,
    Severity,
    Treatment,
    finding,
    said_when,
    series_of,
)
from congestion_lab.demand.counts.countmatching import Place, RoadMap
from congestion_lab.demand.counts.rowplaces import Interval

LANE_CAPACITY_VPH = 2400.0  # base capacity of a freeway lane, HCM 7 ch. 12; no lane of a town carries more
_TWO_WHEELED = frozenset({"motorcycle", "moped", "bicycle"})  # several ride abreast in a lane
_CLASS_SHARE = 0.02  # classes may miss this much of the figure for all together

_Key = tuple[Place, str, dt.date | None]


def no_figures(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find cells of counts that are empty."""
    empty: dict[_Key, list[Counted]] = {}
    for row in rows:
        if row.vehicles is None:
            empty.setdefault((row.place, row.kind, row.when.date), []).append(row)
    for group in empty.values():
        message = f"intervals without a figure: {len(group)}"
        yield finding("no_figure", Severity.WARNING, group, message, Treatment.LEFT_OUT)


def gaps(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find intervals without a row, inside a day or against other days of the place."""
    begins: dict[_Key, set[float]] = {}
    for row in rows:
        begins.setdefault((row.place, row.kind, row.when.date), set()).add(row.when.begin_s)
    usual: dict[tuple[Place, str], set[float]] = {}
    for (place, kind, _date), some in begins.items():
        usual.setdefault((place, kind), set()).update(some)
    step_s = _usual_length(rows)
    longer = _longer(rows, step_s)
    for (place, kind, date), some in begins.items():
        first, last = min(some), max(some)
        inside = {first + number * step_s for number in range(int((last - first) / step_s))}
        covered = longer.get((place, kind, date), ())
        absent = (inside | usual[place, kind]) - some
        missing = sorted(at for at in absent if not any(when.begin_s <= at < when.end_s for when in covered))
        for begin, end in _stretches(missing, step_s):
            message = f"intervals without a row: {round((end - begin) / step_s)}"
            message = f"{kind}: {message}" if kind else message
            yield Finding("gap", Severity.WARNING, str(place), said_when(date, begin, end), message)


def missing_days(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find days on which other places were counted and this one was not."""
    dates: dict[Place, set[dt.date]] = {}
    for row in rows:
        if row.when.date is not None:
            dates.setdefault(row.place, set()).add(row.when.date)
    every = set().union(*dates.values())
    for place, some in dates.items():
        if missing := sorted(every - some):
            days = ", ".join(day.isoformat() for day in missing)
            message = f"counted on {len(some)} of {len(every)} days"
            yield Finding("missing_day", Severity.REMARK, str(place), days, message)


def repeated(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find intervals that a place and class have more than once; a clock of 12 hours without its half makes such."""
    same: dict[tuple[Place, str, Interval], list[Counted]] = {}
    for row in rows:
        if row.vehicles is not None:
            same.setdefault((row.place, row.kind, row.when), []).append(row)
    for group in same.values():
        figures = [row.vehicles or 0.0 for row in group]
        if len(group) > 1 and len(set(figures)) == 1:
            message = f"the same figure {figures[0]:g} stands {len(group)} times; the first counts"
            yield finding("repeated", Severity.WARNING, group[1:], message, Treatment.LEFT_OUT)
        elif len(group) > 1:
            shown = ", ".join(f"{figure:g}" for figure in figures)
            message = f"different figures for one interval: {shown}; does a clock of 12 hours not say which half?"
            yield finding("repeated", Severity.ERROR, group, message, Treatment.LEFT_OUT)


def overlapping(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find intervals of a place and class that overlap without being the same."""
    for series in series_of(rows).values():
        for before, after in itertools.pairwise(series):
            if before.when != after.when and after.when.begin_s < before.when.end_s:
                ends = clock_from_seconds(before.when.end_s)
                message = f"begins before the interval ahead of it ends at {ends}; vehicles would count twice"
                yield finding("overlap", Severity.ERROR, [after], message, Treatment.LEFT_OUT)


def half_clocks(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find days whose clock goes on from 12:45 to 1:00: it is one of 12 hours, and nobody knows which half is meant."""
    in_file: dict[_Key, list[Counted]] = {}
    for row in rows:
        in_file.setdefault((row.place, row.kind, row.when.date), []).append(row)
    for series in in_file.values():
        hours = [row.when.begin_s // 3600 for row in series]
        turn = next((n for n, pair in enumerate(itertools.pairwise(hours), start=1) if pair == (12, 1)), 0)
        if turn and max(hours) <= 12:  # noqa: PLR2004 -- a clock that never shows 13 hours
            message = (
                f"line {series[turn].line} follows 12 o'clock with 1 o'clock, so the clock has 12 hours and does not "
                "say which half; write times of 24 hours"
            )
            yield finding("half_clock", Severity.ERROR, series, message, Treatment.LEFT_OUT)


def impossible(rows: Sequence[Counted], roads: RoadMap) -> Iterator[Finding]:
    """Find flows beyond what the lanes of a place can carry."""
    together: dict[tuple[Place, Interval], list[Counted]] = {}
    for row in rows:
        if row.vehicles is not None and row.kind not in _TWO_WHEELED:
            together.setdefault((row.place, row.when), []).append(row)
    for (place, when), group in together.items():
        lanes = _lanes(place, roads)
        flow_vph = _largest(group) * 3600 / (when.end_s - when.begin_s)
        if flow_vph > lanes * LANE_CAPACITY_VPH:
            message = f"{flow_vph:.0f} vehicles per hour on {lanes} lanes; {LANE_CAPACITY_VPH:g} per lane is the most"
            yield finding("impossible", Severity.ERROR, _unclassed(group), message, Treatment.LEFT_OUT)


def class_sums(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find places whose classes add up to more than the figure for all together."""
    grouped: dict[tuple[Place, Interval], list[Counted]] = {}
    for row in rows:
        if row.vehicles is not None:
            grouped.setdefault((row.place, row.when), []).append(row)
    for group in grouped.values():
        whole = sum(row.vehicles or 0 for row in group if not row.kind)
        parts = sum(row.vehicles or 0 for row in group if row.kind)
        if any(not row.kind for row in group) and parts > whole * (1 + _CLASS_SHARE) + 0.5:
            message = f"the classes add up to {parts:g}, all together are {whole:g}"
            yield finding("class_sum", Severity.WARNING, _unclassed(group), message)


def _usual_length(rows: Sequence[Counted]) -> float:
    lengths = Counter(row.when.end_s - row.when.begin_s for row in rows)
    return lengths.most_common(1)[0][0] if lengths else 900.0


def _longer(rows: Sequence[Counted], step_s: float) -> Mapping[_Key, list[Interval]]:
    """Return the intervals of each series that are longer than usual."""
    found: dict[_Key, list[Interval]] = {}
    for row in rows:
        if row.when.end_s - row.when.begin_s > step_s:
            found.setdefault((row.place, row.kind, row.when.date), []).append(row.when)
    return found


def _stretches(begins: Sequence[float], step_s: float) -> Iterator[tuple[float, float]]:
    place = 0
    while place < len(begins):
        end = place
        while end + 1 < len(begins) and begins[end + 1] - begins[end] <= step_s:
            end += 1
        yield begins[place], begins[end] + step_s
        place = end + 1


def _lanes(place: Place, roads: RoadMap) -> int:
    return roads.movements[place.link, place.onto] if place.onto else roads.links[place.link].lanes


def _largest(group: Sequence[Counted]) -> float:
    """Return the vehicles of a place and interval: of all together or of the classes, whichever are more."""
    parts: Mapping[bool, float] = {
        named: sum(row.vehicles or 0.0 for row in group if bool(row.kind) == named) for named in (True, False)
    }
    return max(parts.values())


def _unclassed(group: Sequence[Counted]) -> list[Counted]:
    """Return the figures with those for all together first, by which a finding is named."""
    return sorted(group, key=lambda row: bool(row.kind))
