"""What stands on a corridor: its signals with their greens, the green band, and vehicles in time and space."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.core.names import clean_name
from congestion_lab.metrics.corridors import Corridor, Floats, StopLine, arrivals_on_green, sampled_ways
from congestion_lab.metrics.greenwaves import Wave, wave
from congestion_lab.reporting.drawing.timespace import Signal, TimeSpace
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.translation import _, here
from congestion_lab.reporting.wording import clock, number, share
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.performance.greenwave import Progression
from congestion_lab.signals.performance.windows import green_windows
from congestion_lab.signals.plan import Control, PlanSet, SignalPlan
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Controller

_SHOWN_S = 600.0  # what a diagram shows: several cycles, and vehicles can still be told apart
_MOST_VEHICLES = 120

Passed = Mapping[int, pd.DataFrame]  # PASSAGES by seed
Sections = Mapping[int, list[tuple[Floats, Floats]]]  # of each seed, from `section_times`


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal of a corridor in words: its place; of each side cycle and offset, share of green, arrivals on green."""

    name: str
    distance_m: str
    sides: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A time-space diagram, and what is to be said of its green band."""

    drawing: Markup
    band: str


@dataclass(frozen=True, slots=True)
class Waved:
    """The green wave of a corridor on one side.

    Attributes:
        wave: The wave.
        plans: By controller id; those that a run left to the traffic are no longer timed by the clock.
        result: A run of the side, for its times.
    """

    wave: Wave
    plans: Mapping[str, SignalPlan]
    result: RunResult


def wave_of(way: Corridor, side: Side) -> Waved:
    """Return the green wave of a corridor under the plans of a side, driven at the speed limits."""
    left_to_traffic = side.runs.controller is not Controller.PLANS
    plans = [replace(plan, control=Control.ACTUATED) if left_to_traffic else plan for plan in side.plans]
    by_id = {plan.controller_id: plan for plan in plans}
    return Waved(wave(way, PlanSet(tuple(plans))), by_id, side.runs.results[0])


def signal_rows(
    story: Story, way: Corridor, waves: Sequence[Waved], sections: Sequence[Sections]
) -> tuple[SignalRow, ...]:
    """Return the signals of a corridor in driving order."""
    return tuple(
        SignalRow(
            _name(story, line.controller_id),
            number(line.distance_m, 0),
            tuple(_figures(way, line, waved, found) for waved, found in zip(waves, sections, strict=True)),
        )
        for line in way.stop_lines
    )


def diagram_of(story: Story, waved: Waved, side: Side, passed: Passed) -> Diagram:
    """Return the diagram of a side's first run that recorded passages."""
    seed, table = next(iter(passed.items()))
    way, (begin_s, end_s) = waved.wave.corridor, _shown(side.runs.by_seed[seed])
    signals = tuple(
        Signal(_name(story, line.controller_id), line.distance_m, _windows(waved, line, begin_s, end_s))
        for line in way.stop_lines
    )
    ways = sampled_ways(table, way, begin_s=begin_s, end_s=end_s, most=_MOST_VEHICLES)
    bands = tuple(band_corners(waved.wave, begin_s, end_s))
    label = _("{side}: time-space diagram, {begin} to {end}, seed {seed}").format(
        side=side.name, begin=clock(begin_s), end=clock(end_s), seed=number(seed, 0)
    )
    drawing = TimeSpace(begin_s, end_s, way.length_m, signals, ways, bands).drawn(label)
    return Diagram(drawing, _band_words(waved.wave.progression))


def _figures(way: Corridor, line: StopLine, waved: Waved, sections: Sections) -> tuple[str, str, str]:
    plan = waved.plans.get(line.controller_id)
    if plan is None:
        return _("no plan"), number(math.nan), number(math.nan)
    if plan.control is not Control.FIXED:
        return _("timed by traffic"), number(math.nan), number(math.nan)
    period = {"begin_s": waved.result.analysis_begin_s, "end_s": waved.result.ended_s}
    windows = _windows(waved, line, **period)
    place = way.ends_m.index(line.distance_m)
    free_s = way.links[place].free_flow_s
    counted = [arrivals_on_green(found[place], free_s, windows, **period) for found in sections.values()]
    on_green, arrived = (sum(column) for column in zip(*counted, strict=True))
    cycle = green_windows(plan, line.heads, begin_s=plan.offset_s, end_s=plan.offset_s + plan.cycle_s)
    green = sum(end - start for start, end in cycle) / plan.cycle_s
    return (
        _("{cycle} s, offset {offset} s").format(
            cycle=number(plan.cycle_s, 0), offset=number(within_cycle_s(plan.offset_s, plan.cycle_s), 0)
        ),
        share(green),
        share(on_green / arrived) if arrived else number(math.nan),
    )


def _windows(waved: Waved, line: StopLine, begin_s: float, end_s: float) -> tuple[tuple[float, float], ...]:
    plan = waved.plans.get(line.controller_id)
    return () if plan is None else green_windows(plan, line.heads, begin_s=begin_s, end_s=end_s)


def band_corners(found: Wave, begin_s: float, end_s: float) -> Iterator[tuple[Point, ...]]:
    """Yield each green band within a stretch of time, along its front from the first stop line to the last and back."""
    cycle_s = found.progression.cycle_s
    if cycle_s is None:
        return
    places = list(zip(found.travel_s, (line.distance_m for line in found.lines), strict=True))
    first = math.floor((begin_s - found.travel_s[-1]) / cycle_s) - 1
    turns = range(first, math.ceil(end_s / cycle_s))
    for turn, band in itertools.product(turns, found.progression.bands):
        front = [(turn * cycle_s + band.start_s + travel_s, distance_m) for travel_s, distance_m in places]
        back = [(time_s + band.width_s, distance_m) for time_s, distance_m in reversed(front)]
        yield (*front, *back)


def _band_words(found: Progression) -> str:
    if found.cycle_s is None:
        return _("No green band: the signals have no common cycle, or follow the traffic.")
    if not found.bands:
        return _("No green band: at the speed limits the greens never overlap.")
    text = _("Green band at the speed limits: {width} s of {cycle} s, {share} of the shortest green on the way.")
    return text.format(
        width=number(found.bandwidth_s, 0),
        cycle=number(found.cycle_s, 0),
        share=share(found.attainability),
    )


def _shown(result: RunResult) -> tuple[float, float]:
    """Return the minutes that a diagram shows: in the middle of the analysed period, from a whole minute on."""
    span_s = min(_SHOWN_S, max(result.ended_s - result.analysis_begin_s, 1.0))
    begin_s = (result.analysis_begin_s + result.ended_s - span_s) / 2 // 60 * 60
    return begin_s, begin_s + span_s


def _name(story: Story, controller_id: str) -> str:
    found = story.intersections.get(controller_id)
    names = (clean_name(found.name), clean_name(found.name_ar)) if found else ("", "")
    return here(*names) or clean_name(controller_id)
