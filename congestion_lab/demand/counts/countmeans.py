"""Counts of several days brought to one day."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from congestion_lab.demand.counts.countfindings import Counted
from congestion_lab.demand.counts.counts import Count


@dataclass(frozen=True, slots=True)
class DayCount:
    """A count of a typical day.

    Attributes:
        count: The median or mean over the days.
        days: Number of days that it comes from.
        sd: Standard deviation over the days; None of one day.
    """

    count: Count
    days: int
    sd: float | None


def day_counts(rows: Iterable[Counted], *, average: str = "median") -> tuple[DayCount, ...]:
    """Return one count per place, interval and class, ordered by place and time.

    The median of days is not drawn away by the one with an accident; the mean keeps sums equal, as of the turns of a
    junction.

    Args:
        rows: Figures of days that are alike.
        average: `median` or `mean`.
    """
    by_key: dict[tuple[str, str, float, float, str], list[float]] = {}
    for row in rows:
        if row.vehicles is not None:
            key = (row.place.link, row.place.onto, row.when.begin_s, row.when.end_s, row.kind)
            by_key.setdefault(key, []).append(row.vehicles)
    middle = statistics.median if average == "median" else statistics.fmean
    return tuple(_day_count(key, values, float(middle(values))) for key, values in sorted(by_key.items()))


def _day_count(key: tuple[str, str, float, float, str], values: list[float], vehicles: float) -> DayCount:
    return DayCount(Count(*key, vehicles), len(values), statistics.stdev(values) if len(values) > 1 else None)
