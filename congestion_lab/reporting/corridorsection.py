"""Corridors: travel times with their spread, before and after, and time-space diagrams."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from congestion_lab.core.names import clean_name
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.experiments.comparison import paired
from congestion_lab.metrics.corridors import (
    Corridor,
    Floats,
    arrivals_on_green,
    corridors,
    probe_times_s,
    sampled_ways,
    section_times,
)
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.linkmap import link_name
from congestion_lab.reporting.timeline import TONES, Line, Timeline
from congestion_lab.reporting.timespace import Signal, TimeSpace
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.wording import interval, number, signed
from congestion_lab.signals.windows import Window, green_windows
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import PASSAGES

_MOST_CORRIDORS = 6
_PROBE_EVERY_S = 15.0
_BIN_S = 300.0
_SHOWN_S = 600.0  # what a diagram shows: several cycles, and vehicles can still be told apart
_MOST_VEHICLES = 120
_PERCENTILES = (10.0, 50.0, 90.0)
_SHARE_DIGITS = 0


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal of a corridor in words: its place; of each side cycle and offset, share of green, arrivals on green."""

    name: str
    distance_m: str
    sides: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class CorridorRow:
    """One corridor.

    Attributes:
        name: Where it leads.
        facts: Length, signals and time at the speed limits, in words.
        times: Of each side, the median with the 10th and 90th percentile of travel times, in words.
        change: Change of the mean; "" with one side.
        interval: Its 95 % interval.
        tone: better, worse or same.
        chart: Travel times over the period.
        diagrams: A time-space diagram per side.
        signals: Its signals.
    """

    name: str
    facts: str
    times: tuple[str, ...]
    change: str
    interval: str
    tone: str
    chart: Markup
    diagrams: tuple[Markup, ...]
    signals: tuple[SignalRow, ...]


def corridor_rows(story: Story) -> list[CorridorRow]:
    """Return the main corridors; none where a side recorded no passages or no way passes enough signals."""
    sides = [side for side in (story.before, story.after) if side is not None]
    ways = corridors(story.network, most=_MOST_CORRIDORS)
    passed = [_passages(side, ways) for side in sides]
    if not all(passed):
        return []
    made = (_row(story, way, sides, passed) for way in ways)
    return [row for row in made if row is not None]


Passed = Mapping[int, pd.DataFrame]  # PASSAGES by seed


def _passages(side: Side, ways: Sequence[Corridor]) -> Passed:
    links = {link.id for way in ways for link in way.links}
    found = {}
    for seed, result in side.runs.by_seed.items():
        if result.has(PASSAGES):
            table = result.table(PASSAGES)
            found[seed] = table[table["link_id"].isin(links)]
    return found


def _row(story: Story, way: Corridor, sides: Sequence[Side], passed: Sequence[Passed]) -> CorridorRow | None:
    sections = [{seed: section_times(table, way) for seed, table in side.items()} for side in passed]
    starts_s, probes = _probes(sections, sides)
    if not starts_s.size:
        return None
    change, between, tone = _change(probes)
    signals = [_signals(story, way, side, found) for side, found in zip(sides, sections, strict=True)]
    first = [
        SignalRow(name, distance, tuple(side[place][2] for side in signals))
        for place, (name, distance, _figures) in enumerate(signals[0])
    ]
    return CorridorRow(
        name=_name(way),
        facts=_facts(way),
        times=tuple(_spread(side) for side in probes),
        change=change,
        interval=between,
        tone=tone,
        chart=_chart(starts_s, probes),
        diagrams=tuple(_diagram(story, way, side, found) for side, found in zip(sides, passed, strict=True)),
        signals=tuple(first),
    )


Sections = Mapping[int, list[tuple[Floats, Floats]]]  # of each seed
Probes = Mapping[int, Floats]  # travel times by seed, one per start


def _probes(sections: Sequence[Sections], sides: Sequence[Side]) -> tuple[Floats, list[Probes]]:
    """Return when probes start and how long they take, as late as all of them arrive before the runs end."""
    runs = [result for side in sides for result in side.runs.results]
    begin_s, ended_s = runs[0].analysis_begin_s, min(result.ended_s for result in runs)
    starts_s = np.arange(begin_s, ended_s, _PROBE_EVERY_S)
    taken = [{seed: probe_times_s(found, starts_s) for seed, found in side.items()} for side in sections]
    known = np.array([times for side in taken for times in side.values()])
    if not np.isfinite(known).any():
        return np.array([]), []
    kept = starts_s <= ended_s - np.nanmax(known)
    return starts_s[kept], [{seed: times[kept] for seed, times in side.items()} for side in taken]


def _change(probes: Sequence[Probes]) -> tuple[str, str, str]:
    means = [{seed: _mean(times) for seed, times in side.items()} for side in probes]
    known = [{seed: mean for seed, mean in side.items() if math.isfinite(mean)} for side in means]
    shared = sorted(set.intersection(*(set(side) for side in known)))
    if len(known) == 1 or not shared:
        return "", "", "same"
    difference = paired(*({seed: side[seed] for seed in shared} for side in known))
    tone = "same" if not difference.significant else "better" if difference.mean < 0 else "worse"
    return signed(difference.mean, 0), interval(difference.low, difference.high, 0), tone


def _mean(times: Floats) -> float:
    known = times[np.isfinite(times)]
    return float(known.mean()) if known.size else math.nan


def _spread(probes: Probes) -> str:
    times = np.concatenate(list(probes.values()))
    if not np.isfinite(times).any():
        return number(math.nan)
    low, middle, high = (number(float(value), 0) for value in np.nanpercentile(times, _PERCENTILES))
    return _("{middle} ({low} to {high})").format(middle=middle, low=low, high=high)


def _chart(starts_s: Floats, probes: Sequence[Probes]) -> Markup:
    bins = ((starts_s - starts_s[0]) // _BIN_S).astype(int)
    middles = [float(starts_s[bins == number_].mean()) for number_ in range(bins.max() + 1)]
    lines = []
    for tone, side in zip(TONES, probes, strict=False):
        times = np.array(list(side.values()))
        parts = [times[:, bins == number_].ravel() for number_ in range(bins.max() + 1)]
        rows = [
            np.nanpercentile(part, _PERCENTILES) if np.isfinite(part).any() else np.full(3, np.nan) for part in parts
        ]
        low, middle, high = np.array(rows).T.tolist()
        lines.append(Line(tone, middle, low, high))
    return Timeline.of(middles, lines).drawn(lines, _("Travel time over the period, s"))


def _signals(
    story: Story, way: Corridor, side: Side, sections: Sections
) -> list[tuple[str, str, tuple[str, str, str]]]:
    rows = []
    for line in way.stop_lines:
        place = way.ends_m.index(line.distance_m)
        plan = side.plans.plan_of(line.controller_id)
        first = side.runs.results[0]
        windows = green_windows(plan, line.heads, begin_s=first.analysis_begin_s, end_s=first.ended_s)
        counted = [
            arrivals_on_green(found[place], way.links[place].free_flow_s, windows) for found in sections.values()
        ]
        on_green, arrived = (sum(column) for column in zip(*counted, strict=True))
        cycle = _("{cycle} s, offset {offset} s") if windows else _("{cycle} s, timed by traffic")
        share = _green_share(windows)
        figures = (
            cycle.format(cycle=number(plan.cycle_s, 0), offset=number(plan.offset_s % plan.cycle_s, 0)),
            f"{number(100 * share, _SHARE_DIGITS)} %" if windows else number(math.nan),
            f"{number(100 * on_green / arrived, _SHARE_DIGITS)} %" if arrived else number(math.nan),
        )
        rows.append((_signal_name(story, line.controller_id), number(line.distance_m, 0), figures))
    return rows


def _green_share(windows: Sequence[Window]) -> float:
    return sum(end - start for start, end in windows) / (windows[-1][1] - windows[0][0]) if windows else math.nan


def _diagram(story: Story, way: Corridor, side: Side, passed: Passed) -> Markup:
    seed, table = next(iter(passed.items()))
    result = side.runs.by_seed[seed]
    begin_s, end_s = _shown(result)
    signals = tuple(
        Signal(
            _signal_name(story, line.controller_id),
            line.distance_m,
            green_windows(side.plans.plan_of(line.controller_id), line.heads, begin_s=begin_s, end_s=end_s),
        )
        for line in way.stop_lines
    )
    ways = sampled_ways(table, way, begin_s=begin_s, end_s=end_s, most=_MOST_VEHICLES)
    label = _("{side}: time-space diagram, {begin} to {end}, seed {seed}").format(
        side=side.name, begin=clock_from_seconds(begin_s), end=clock_from_seconds(end_s), seed=seed
    )
    return TimeSpace(begin_s, end_s, way.length_m, signals, ways).drawn(label)


def _shown(result: RunResult) -> tuple[float, float]:
    """Return the minutes that a diagram shows: in the middle of the analysed period, from a whole minute on."""
    span_s = min(_SHOWN_S, max(result.ended_s - result.analysis_begin_s, 1.0))
    begin_s = (result.analysis_begin_s + result.ended_s - span_s) / 2 // 60 * 60
    return begin_s, begin_s + span_s


def _signal_name(story: Story, controller_id: str) -> str:
    found = story.intersections.get(controller_id)
    return clean_name(found.name if found else controller_id)


def _name(way: Corridor) -> str:
    first, last = link_name(way.links[0]), link_name(way.links[-1])
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def _facts(way: Corridor) -> str:
    text = _("{length} km, {signals} signals, {free} s at the speed limits")
    lengths = {"length": number(way.length_m / 1000, 1), "signals": number(len(way.stop_lines), 0)}
    return text.format(free=number(way.free_flow_s, 0), **lengths)
