"""Counters that hang: the same figure again and again, or nothing where there is always traffic."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median

from congestion_lab.demand.counts.countfindings import (
    Counted,
    Finding,
    Series,
    Severity,
    Treatment,
    finding,
    runs,
    series_of,
)
from congestion_lab.demand.counts.countmatching import Place, RoadMap

_CHANCE = 1e-5  # a run that chance makes rarer than this is no chance: one in a year of one counter's quarter hours
_LEAST_REPEATS = 4  # an hour of quarter hours


def stuck(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find figures that repeat longer than chance explains.

    Two counts of traffic that arrives at random with mean m are equal with a probability of about 1/√(4πm), so that k
    equal ones follow each other with that to the power of k - 1.
    """
    for series in series_of(rows).values():
        for run in runs(series):
            for value, group in groupby(run, key=lambda row: row.vehicles or 0.0):
                same = tuple(group)
                if value > 0 and len(same) >= _LEAST_REPEATS and _chance(value, len(same)) < _CHANCE:
                    message = f"the figure {value:g} stands {len(same)} times in a row"
                    yield finding("stuck", Severity.ERROR, same, message, Treatment.LEFT_OUT)


def silent(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find stretches of zeros where as many vehicles are usual that none at all is no chance (Poisson: exp(-m))."""
    series_by_key = series_of(rows)
    usual = _usual(rows)
    for series in series_by_key.values():
        for run in runs(series):
            for is_zero, group in groupby(run, key=lambda row: row.vehicles == 0):
                zeros = tuple(group)
                expected = _expected(zeros, run, usual) if is_zero else 0.0
                if math.exp(-expected) < _CHANCE:
                    message = f"nothing counted in {len(zeros)} intervals where about {expected:.0f} vehicles are usual"
                    yield finding("silent", Severity.ERROR, zeros, message, Treatment.LEFT_OUT)


def _chance(value: float, repeats: int) -> float:
    return float((4 * math.pi * value) ** (-(repeats - 1) / 2)) if value > 1 else 1.0


_Usual = Mapping[tuple[Place, str, float], Mapping[object, float]]


def _usual(rows: Sequence[Counted]) -> _Usual:
    """Return the figures of each place, class and time of day, by day."""
    figures: dict[tuple[Place, str, float], dict[object, float]] = {}
    for row in rows:
        if row.vehicles is not None:
            figures.setdefault((row.place, row.kind, row.when.begin_s), {})[row.when.date] = row.vehicles
    return figures


def _expected(zeros: Series, run: Series, usual: _Usual) -> float:
    """Return how many vehicles are usual: on other days at these times, or, without any, just before and after.

    Without other days a stretch at the edge of a day says nothing: nights are silent.
    """
    others = [
        [value for day, value in usual[row.place, row.kind, row.when.begin_s].items() if day != row.when.date]
        for row in zeros
    ]
    if any(others):
        return sum(median(values) for values in others if values)
    begin, end = run.index(zeros[0]), run.index(zeros[-1])
    if begin == 0 or end == len(run) - 1:
        return 0.0
    return len(zeros) * min(run[begin - 1].vehicles or 0.0, run[end + 1].vehicles or 0.0)
