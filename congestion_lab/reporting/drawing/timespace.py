"""Time-space diagrams: the way along a corridor against the clock, with green windows, bands and vehicles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.reporting.drawing.svg import Attributes, element, path_data
from congestion_lab.reporting.drawing.timeline import clock_ticks
from congestion_lab.reporting.translation import _, beside, isolated, whole
from congestion_lab.reporting.wording import clock, number
from congestion_lab.signals.performance.windows import Window

_WIDTH, _LEFT, _TOP, _FOOT = 1000.0, 240.0, 12.0, 26.0
_LEAST_HEIGHT, _MOST_HEIGHT, _PER_M = 180.0, 420.0, 0.24
_LABEL_APART = 15.0  # units between two names, so that they can be read
_BAR = 5.0
_MOST_TICKS = 10
_MOST_LETTERS = 26  # of a name at the left


@dataclass(frozen=True, slots=True)
class Signal:
    """A stop line of a diagram.

    Attributes:
        name: What people call the place.
        distance_m: From the start of the corridor.
        windows: When its way is green; none where they are not known beforehand.
    """

    name: str
    distance_m: float
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class TimeSpace:
    """What a diagram shows.

    Attributes:
        begin_s: Left side, seconds since midnight.
        end_s: Right side.
        length_m: Length of the corridor, from the lower side to the upper.
        signals: Its stop lines in driving order.
        trajectories: Vehicles, each as (time, distance) along its way.
        bands: Corners of each green band, as (time, distance).
    """

    begin_s: float
    end_s: float
    length_m: float
    signals: tuple[Signal, ...]
    trajectories: tuple[tuple[Point, ...], ...]
    bands: tuple[tuple[Point, ...], ...] = ()

    @property
    def height(self) -> float:
        """Height of its page in units."""
        inner = min(max(self.length_m * _PER_M, _LEAST_HEIGHT), _MOST_HEIGHT)
        return _TOP + inner + _FOOT

    def place(self, point: Point) -> Point:
        """Return where a time and a distance lie on the page: time to the right, distance upwards."""
        time_s, distance_m = point
        x = _LEFT + (time_s - self.begin_s) / (self.end_s - self.begin_s) * (_WIDTH - _LEFT)
        return x, self.height - _FOOT - distance_m / self.length_m * (self.height - _TOP - _FOOT)

    def drawn(self, label: str) -> Markup:
        """Return the diagram; what reaches over its sides is cut off."""
        box = {"class": "timespace", "viewBox": f"0 0 {_WIDTH:.0f} {self.height:.0f}"}
        inner: Attributes = {
            "x": _LEFT,
            "width": _WIDTH - _LEFT,
            "height": self.height - _FOOT + _BAR,
            "viewBox": f"{_LEFT:.0f} 0 {_WIDTH - _LEFT:.0f} {self.height - _FOOT + _BAR:.0f}",
        }
        lines = [element("path", {"class": "way", "d": self._path(each)}) for each in self.trajectories]
        bands = [element("path", {"class": "greenband", "d": self._path(each) + "Z"}) for each in self.bands]
        inside = element("svg", inner, *bands, *self._bars(), *lines)
        return element("svg", box | {"role": "img", "aria-label": label}, *self._axes(), inside, *self._names())

    def _path(self, points: Sequence[Point]) -> str:
        return path_data(self.place(point) for point in points)

    def _bars(self) -> Iterator[Markup]:
        for signal in self.signals:
            _left, y = self.place((self.begin_s, signal.distance_m))
            whole = {"x": _LEFT, "width": _WIDTH - _LEFT, "y": y - _BAR / 2, "height": _BAR}
            yield element("rect", {"class": "red" if signal.windows else "unknown", **whole})
            for start_s, end_s in signal.windows:
                x, _y = self.place((start_s, 0.0))
                width = self.place((end_s, 0.0))[0] - x
                yield element("rect", {"class": "green", **whole, "x": x, "width": width})

    def _axes(self) -> Iterator[Markup]:
        bottom = self.height - _FOOT
        for time_s in clock_ticks(self.begin_s, self.end_s, most=_MOST_TICKS):
            x, _y = self.place((time_s, 0.0))
            yield element("line", {"class": "grid", "x1": x, "x2": x, "y1": _TOP, "y2": bottom})
            anchor = "end" if time_s == self.end_s else "middle"
            yield element("text", {"x": x, "y": self.height - 6, "text-anchor": anchor}, clock(time_s))

    def _names(self) -> Iterator[Markup]:
        """Yield names at the left, moved apart where signals are close together."""
        last = self.height
        for signal in self.signals:
            _x, y = self.place((self.begin_s, signal.distance_m))
            last = min(y + 4, last - _LABEL_APART)
            away = _("{distance} m").format(distance=number(signal.distance_m, 0))
            text = whole(beside([isolated(_shortened(signal.name)), away]))
            place: Attributes = {"x": _LEFT - 8, "y": last, "text-anchor": "end"}
            yield element("text", place, element("title", {}, signal.name), text)


def _shortened(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else name[: _MOST_LETTERS - 1].rstrip(" -(،,") + "…"
