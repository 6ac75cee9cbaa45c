"""Clocks that were wrong on a day: its counts fit those of the other days only when moved in time."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from congestion_lab.demand.counts.countfindings import Counted, Finding, Severity, said_when, totals
from congestion_lab.demand.counts.countmatching import Place, RoadMap
from congestion_lab.demand.counts.rowplaces import Interval

Profile = NDArray[np.float64]

_DAY_S = 86400
_LEAST_COMMON = 16  # intervals; four hours of quarter hours: less shows no shape that could be told from another
_FARTHEST_S = 12 * 3600  # half a day, as morning and afternoon are mixed up
_GOOD = 0.9  # correlation that the moved day reaches
_BETTER = 3.0  # and how many times more variance moving it explains of what was not explained


def clock_shifts(rows: Sequence[Counted], _roads: RoadMap) -> Iterator[Finding]:
    """Find days that correlate with the place's other days clearly better when moved by some intervals.

    With a single day, a place is held against the mean profile of the other places.
    """
    profiles = _profiles(totals(rows))
    for place, by_day in profiles.items():
        for date, profile in by_day.items():
            others = [other for day, other in by_day.items() if day != date]
            others = others or [_mean([*each.values()]) for name, each in profiles.items() if name != place]
            if others and (steps := _shift(profile, _mean(others))):
                yield _found(place, date, profile, steps)


def _profiles(counted: Mapping[tuple[Place, Interval], float]) -> dict[Place, dict[dt.date | None, Profile]]:
    """Return the square roots of counts by interval of the day; their random part is alike at all levels."""
    lengths = [when.end_s - when.begin_s for _place, when in counted]
    length_s = max(set(lengths), key=lengths.count) if lengths else _DAY_S
    profiles: dict[Place, dict[dt.date | None, Profile]] = {}
    for (place, when), vehicles in counted.items():
        if when.end_s - when.begin_s == length_s and when.begin_s < _DAY_S:
            empty = np.full(int(_DAY_S / length_s), np.nan)
            profile = profiles.setdefault(place, {}).setdefault(when.date, empty)
            if when.begin_s // length_s < len(profile):
                profile[int(when.begin_s // length_s)] = vehicles**0.5
    return profiles


def _mean(profiles: Sequence[Profile]) -> Profile:
    stacked = np.array(profiles)
    known = np.isfinite(stacked).sum(axis=0)
    summed = np.nansum(stacked, axis=0)
    return np.where(known > 0, summed / np.maximum(known, 1), np.nan)


def _shift(profile: Profile, reference: Profile) -> int:
    """Return by how many intervals a profile is late against the reference; 0 where that is not clear."""
    farthest = int(_FARTHEST_S / (_DAY_S / len(profile)))
    unmoved = _correlation(profile, reference)
    if np.isnan(unmoved):
        return 0
    scores = {steps: _correlation(_moved(profile, steps), reference) for steps in range(-farthest, farthest + 1)}
    known = {steps: score for steps, score in scores.items() if not np.isnan(score)}
    best = max(known, key=lambda steps: (known[steps], -abs(steps)))
    return best if known[best] >= _GOOD and 1 - unmoved >= _BETTER * (1 - known[best]) else 0


def _moved(profile: Profile, steps: int) -> Profile:
    """Return the profile as it would be on a clock that is so many intervals behind."""
    moved = np.full(len(profile), np.nan)
    if steps > 0:
        moved[:-steps] = profile[steps:]
    elif steps < 0:
        moved[-steps:] = profile[:steps]
    else:
        moved[:] = profile
    return moved


def _correlation(first: Profile, second: Profile) -> float:
    common = np.isfinite(first) & np.isfinite(second)
    known = min(np.isfinite(first).sum(), np.isfinite(second).sum())
    if common.sum() < max(_LEAST_COMMON, known // 2):
        return float("nan")
    a, b = first[common], second[common]
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _found(place: Place, date: dt.date | None, profile: Profile, steps: int) -> Finding:
    length_s = _DAY_S / len(profile)
    known = np.flatnonzero(np.isfinite(profile))
    when = said_when(date, float(known[0] * length_s), float((known[-1] + 1) * length_s))
    minutes = abs(steps) * length_s / 60
    way = "ahead" if steps > 0 else "behind"
    message = (
        f"the clock seems {minutes:g} min {way}; if so, add {-steps * length_s / 60:g} min (`time.shift_min`) or leave "
        "the day out (`--leave-out-day`)"
    )
    return Finding("clock_shift", Severity.WARNING, str(place), when, message)
