"""A line chart over the clock that prints and needs no script: speeds of a network, waiting vehicles, travel times."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.reporting.drawing.plane import round_step
from congestion_lab.reporting.drawing.svg import Attributes, element, path_data
from congestion_lab.reporting.wording import clock, number

_WIDTH, _HEIGHT = 1000.0, 240.0
_LEFT, _RIGHT, _TOP, _FOOT = 60.0, 36.0, 20.0, 30.0
_STEPS_S = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10800.0, 21600.0)
_MOST_TICKS = 8
_LINES = 4  # about so many across

TONES = ("before", "after")  # CSS classes of the two sides


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and a band around it where there is one.

    Attributes:
        tone: CSS class: `before` or `after`.
        values: One per moment; NaN leaves a gap.
        low: Lower edge of the band, one per moment; or none.
        high: Upper edge.
    """

    tone: str
    values: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The frame of a chart: moments along it, values from zero up.

    Attributes:
        times_s: Moments, ascending, at least one.
        top: Value at the upper edge.
    """

    times_s: tuple[float, ...]
    top: float

    @classmethod
    def of(cls, times_s: Sequence[float], lines: Sequence[Line]) -> "Timeline":
        """Return the frame that shows all of some lines."""
        values = [
            value for line in lines for part in (line.values, line.high) for value in part if math.isfinite(value)
        ]
        step = round_step(max(values, default=1.0) / _LINES)
        return cls(tuple(times_s), step * math.ceil(max(max(values, default=1.0), step) / step))

    def place(self, time_s: float) -> float:
        """Return where a moment lies along the chart."""
        first, last = self.times_s[0], self.times_s[-1]
        return _LEFT + (time_s - first) / max(last - first, 1.0) * (_WIDTH - _LEFT - _RIGHT)

    def height(self, value: float) -> float:
        """Return where a value lies, from the top."""
        return _TOP + (1 - value / self.top) * (_HEIGHT - _FOOT - _TOP)

    def drawn(self, lines: Sequence[Line], label: str, *more: Markup) -> Markup:
        """Return the chart."""
        box = {"class": "timeline", "viewBox": f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}", "role": "img", "aria-label": label}
        parts = [part for line in lines for part in self._line(line)]
        return element("svg", box, *self._grid(), *parts, *more)

    def cursor(self) -> Markup:
        """Return a line across the chart for a script to move."""
        ends = {"x1": _LEFT, "x2": _LEFT, "y1": _TOP, "y2": _HEIGHT - _FOOT}
        return element("line", {"class": "cursor", **ends})

    def _line(self, line: Line) -> Iterator[Markup]:
        for stretch in _stretches(line.values) if line.low else ():
            edge = self._points(line.high, stretch) + self._points(line.low, stretch)[::-1]
            yield element("path", {"class": f"band {line.tone}", "d": path_data(edge) + "Z"})
        for stretch in _stretches(line.values):
            yield element("path", {"class": f"line {line.tone}", "d": path_data(self._points(line.values, stretch))})

    def _points(self, values: Sequence[float], rows: Sequence[int]) -> list[Point]:
        return [(self.place(self.times_s[row]), self.height(float(values[row]))) for row in rows]

    def _grid(self) -> Iterator[Markup]:
        step = round_step(self.top / _LINES)
        for count in range(round(self.top / step) + 1):
            height = self.height(count * step)
            yield element("line", {"class": "grid", "x1": _LEFT, "x2": _WIDTH - _RIGHT, "y1": height, "y2": height})
            place: Attributes = {"x": _LEFT - 8, "y": height + 4, "text-anchor": "end"}
            yield element("text", place, number(count * step, 0 if step >= 1 else 1))
        for time_s in clock_ticks(self.times_s[0], self.times_s[-1], most=_MOST_TICKS):
            where: Attributes = {"x": self.place(time_s), "y": _HEIGHT - 6, "text-anchor": "middle"}
            yield element("text", where, clock(time_s))


def clock_ticks(first_s: float, last_s: float, *, most: int) -> list[float]:
    """Return round times of day between two moments, at most so many."""
    step = next((step for step in _STEPS_S if (last_s - first_s) / step <= most), _STEPS_S[-1])
    start = math.ceil(first_s / step)
    return [count * step for count in range(start, math.floor(last_s / step) + 1)]


def _stretches(values: Sequence[float]) -> list[list[int]]:
    """Return the rows of values that are known, in unbroken stretches."""
    found: list[list[int]] = [[]]
    for row, value in enumerate(values):
        if math.isfinite(value):
            found[-1].append(row)
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]
