"""The network's congestion over the period, before and after side by side: frames for the page, words beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from congestion_lab.metrics.intervals import JAM_KMH, LinkHistory, Quarter, link_history, quarters
from congestion_lab.reporting.drawing.timeline import TONES, Line, Timeline
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.packing import packed
from congestion_lab.reporting.scales import SPEED_KMH
from congestion_lab.reporting.translation import _, beside
from congestion_lab.reporting.wording import clock, number, period
from congestion_lab.simulation.tables import LINK_INTERVALS

WINDOW_S = 300.0  # a few signal cycles, so that pictures show queues and not colours of signals


@dataclass(frozen=True, slots=True)
class Playback:
    """What the section shows and its script reads.

    Attributes:
        names: The sides.
        quarters: Rows of the table in words: clock, then speed, jammed links, vehicles and standing ones of each side.
        chart: Speed of the network over the period.
        data: What the script reads: keys of classes, frames by side, what is said of each moment, places on the chart.
    """

    names: tuple[str, ...]
    quarters: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    chart: Markup
    data: dict[str, Any]


def playback(story: Story, link_ids: Sequence[str]) -> Playback | None:
    """Return the animation of the sides; None where a side has no run that recorded links over time.

    Args:
        story: What the report tells.
        link_ids: Links in the order in which maps number them.
    """
    sides = [side for side in (story.before, story.after) if side is not None]
    tables = [_tables(side) for side in sides]
    if not all(tables):
        return None
    histories = [link_history(side, link_ids, window_s=WINDOW_S) for side in tables]
    times_s = sorted(set.intersection(*(set(history.times_s.tolist()) for history in histories)))
    if not times_s:
        return None
    shown = [_at(history, times_s) for history in histories]
    names = tuple(side.name for side in sides)
    lines = [Line(tone, history.network_kmh.tolist()) for tone, history in zip(TONES, shown, strict=False)]
    timeline = Timeline.of(times_s, lines)
    chart = timeline.drawn(lines, _("Mean speed of the network over time, km/h"), timeline.cursor())
    data = {
        "keys": [each.key for each in SPEED_KMH.classes],
        "frames": [packed(history.speeds_kmh, SPEED_KMH) for history in shown],
        "texts": [_moment(time_s, row, names, shown) for row, time_s in enumerate(times_s)],
        "places": [round(timeline.place(time_s), 1) for time_s in times_s],
    }
    return Playback(names, _rows([quarters(side) for side in tables]), chart, data)


def _tables(side: Side) -> list[Any]:
    tables = [result.table(LINK_INTERVALS) for result in side.runs.results if result.has(LINK_INTERVALS)]
    return [table for table in tables if not table.empty]


def _at(history: LinkHistory, times_s: Sequence[float]) -> LinkHistory:
    rows = np.isin(history.times_s, times_s)
    return LinkHistory(history.link_ids, history.times_s[rows], history.speeds_kmh[rows], history.network_kmh[rows])


def _moment(time_s: float, row: int, names: Sequence[str], histories: Sequence[LinkHistory]) -> str:
    """Return what is said of a moment: the clock, then for each side its speed and jammed links."""
    text = _("{side}: {speed} km/h, links below {limit} km/h: {jammed}")
    told = [
        text.format(
            side=name,
            speed=number(float(history.network_kmh[row])),
            jammed=number(int((history.speeds_kmh[row] < JAM_KMH).sum()), 0),
            limit=number(JAM_KMH, 0),
        )
        for name, history in zip(names, histories, strict=True)
    ]
    return beside([clock(time_s), *told])


def _rows(sides: Sequence[Sequence[Quarter]]) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    by_begin = [{quarter.begin_s: quarter for quarter in side} for side in sides]
    shared = [quarter for quarter in sides[0] if all(quarter.begin_s in side for side in by_begin)]
    return tuple(
        (
            period(each.begin_s, each.end_s),
            tuple(_figures(side[each.begin_s]) for side in by_begin),
        )
        for each in shared
    )


def _figures(quarter: Quarter) -> tuple[str, ...]:
    counts = (quarter.jammed_links, quarter.vehicles, quarter.standing)
    return (number(quarter.speed_kmh), *(number(count, 0) for count in counts))
