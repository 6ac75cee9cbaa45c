"""How far travellers can rely on travel times, before and after, over the period and over seeds."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from congestion_lab.metrics.indicators import indicator
from congestion_lab.metrics.objective import analysed
from congestion_lab.metrics.reliability import travel_time_ratios
from congestion_lab.reporting.drawing.timeline import TONES, Line, Timeline
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.sections.figures import Figure, Values, figures_of, values_of
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.wording import number
from congestion_lab.simulation.tables import TRIPS

_SHOWN = ("travel_time_index", "planning_time_index", "buffer_index", "p95_travel_time_s", "mean_delay_s")
_BIN_S = 300.0
_PERCENTILES = (10.0, 50.0, 90.0)
_LEAST_TRIPS = 20  # a 90th percentile of fewer says little


@dataclass(frozen=True, slots=True)
class Reliability:
    """The section on reliability.

    Attributes:
        figures: Indices, compared where there are two sides.
        spreads: Of each index, by side: standard deviation over seeds, least and greatest, in words.
        chart: Travel time over free-flow time by when vehicles wanted to depart.
    """

    figures: tuple[Figure, ...]
    spreads: tuple[tuple[str, ...], ...]
    chart: Markup


def reliability_section(story: Story) -> Reliability | None:
    """Return the section; None where nobody arrived."""
    sides = [side for side in (story.before, story.after) if side is not None]
    rows = [(indicator(name), [values_of(indicator(name), side.summaries) for side in sides]) for name in _SHOWN]
    known = [(each, values) for each, values in rows if all(values)]
    figures = figures_of(known)
    chart = _chart(sides)
    if not figures or chart is None:
        return None
    spreads = tuple(tuple(_spread(side, each.decimals) for side in values) for each, values in known)
    return Reliability(tuple(figures), spreads, chart)


def _spread(values: Values, decimals: int) -> str:
    if len(values) == 1:
        return number(math.nan)
    found = list(values.values())
    deviation, least, greatest = statistics.stdev(found), min(found), max(found)
    text = _("{deviation} ({least} to {greatest})")
    figures = {"deviation": deviation, "least": least, "greatest": greatest}
    return text.format(**{name: number(value, decimals) for name, value in figures.items()})


def _chart(sides: Sequence[Side]) -> Markup | None:
    ratios = [_ratios(side) for side in sides]
    if any(side.empty for side in ratios):
        return None
    first = min(side["demanded_s"].min() for side in ratios) // _BIN_S
    last = max(side["demanded_s"].max() for side in ratios) // _BIN_S
    bins = np.arange(first, last + 1)
    lines = [_line(tone, side, bins) for tone, side in zip(TONES, ratios, strict=False)]
    times_s = [float((place + 0.5) * _BIN_S) for place in bins]
    return Timeline.of(times_s, lines).drawn(lines, _("Travel time over free-flow time, by departure"))


def _ratios(side: Side) -> pd.DataFrame:
    tables = [analysed(result.table(TRIPS), result.analysis_begin_s) for result in side.runs.results]
    rows = [table.assign(ratio=travel_time_ratios(table))[["demanded_s", "ratio"]] for table in tables]
    return pd.concat(rows).dropna()


def _line(tone: str, ratios: pd.DataFrame, bins: np.ndarray) -> Line:
    number_ = ratios["demanded_s"] // _BIN_S
    parts = [ratios.loc[number_ == place, "ratio"].to_numpy(dtype=float) for place in bins]
    rows = [np.percentile(part, _PERCENTILES) if part.size >= _LEAST_TRIPS else np.full(3, np.nan) for part in parts]
    low, middle, high = np.array(rows).T.tolist()
    return Line(tone, middle, low, high)
