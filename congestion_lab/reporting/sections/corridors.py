"""Corridors: travel times with their spread, before and after, and time-space diagrams."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from congestion_lab.experiments.comparison import paired
from congestion_lab.metrics.corridors import (
    Corridor,
    Floats,
    corridors,
    knowing_who_goes_on,
    probe_times_s,
    section_times,
)
from congestion_lab.reporting.drawing.timeline import TONES, Line, Timeline
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import link_name
from congestion_lab.reporting.sections.corridordiagram import (
    Diagram,
    Passed,
    Sections,
    SignalRow,
    diagram_of,
    signal_rows,
    wave_of,
)
from congestion_lab.reporting.translation import _, isolated, onward
from congestion_lab.reporting.wording import interval, number, signed
from congestion_lab.simulation.tables import PASSAGES

_MOST_CORRIDORS = 6
_PROBE_EVERY_S = 15.0
_BIN_S = 300.0
_LEAST_BINS = 3  # two points are no course
_PERCENTILES = (10.0, 50.0, 90.0)


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
        chart: Travel times over the period; None where too little of it is known.
        diagrams: A time-space diagram per side, with a word on its green band.
        signals: Its signals.
    """

    name: str
    facts: str
    times: tuple[str, ...]
    change: str
    interval: str
    tone: str
    chart: Markup | None
    diagrams: tuple[Diagram, ...]
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


def _passages(side: Side, ways: Sequence[Corridor]) -> Passed:
    links = {link.id for way in ways for link in way.links}
    found = {}
    for seed, result in side.runs.by_seed.items():
        if result.has(PASSAGES):
            table = knowing_who_goes_on(result.table(PASSAGES))
            found[seed] = table[table["link_id"].isin(links)]
    return found


def _row(story: Story, way: Corridor, sides: Sequence[Side], passed: Sequence[Passed]) -> CorridorRow | None:
    sections = [{seed: section_times(table, way) for seed, table in side.items()} for side in passed]
    starts_s, probes = _probes(sections, sides)
    if not starts_s.size:
        return None
    change, between, tone = _change(probes)
    waves = [wave_of(way, side) for side in sides]
    return CorridorRow(
        name=_name(way),
        facts=_facts(way),
        times=tuple(_spread(side) for side in probes),
        change=change,
        interval=between,
        tone=tone,
        chart=_chart(starts_s, probes),
        diagrams=tuple(diagram_of(story, *each) for each in zip(waves, sides, passed, strict=True)),
        signals=signal_rows(story, way, waves, sections),
    )


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


def _chart(starts_s: Floats, probes: Sequence[Probes]) -> Markup | None:
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
    if max(sum(map(math.isfinite, line.values)) for line in lines) < _LEAST_BINS:
        return None
    return Timeline.of(middles, lines).drawn(lines, _("Travel time over the period, s"))


def _name(way: Corridor) -> str:
    first, last = link_name(way.links[0]), link_name(way.links[-1])
    return first if first == last else onward(isolated(first), isolated(last))


def _facts(way: Corridor) -> str:
    text = _("{length} km, {signals} signals, {free} s at the speed limits")
    lengths = {"length": number(way.length_m / 1000, 1), "signals": number(len(way.stop_lines), 0)}
    return text.format(free=number(way.free_flow_s, 0), **lengths)
