"""One chart on logarithmic axes, as an SVG of its own that reads on light and dark pages."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.reporting.drawing.svg import Attributes, element, path_data

Points = Sequence[tuple[float, float]]
_WIDTH, _HEIGHT = 640.0, 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 70.0, 120.0, 20.0, 50.0
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a7a7a")  # told apart by colour-blind readers (Okabe, Ito)
_INK = "#7a7a7a"


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis.

    Attributes:
        low: Power of ten at its start.
        high: Power of ten at its end.
        start: Position of its start in the picture.
        end: Position of its end.
    """

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> Iterator[tuple[float, str]]:
        for power in range(self.low, self.high + 1):
            yield self.at(10.0**power), f"{10.0**power:,.10g}"


def log_log(series: Mapping[str, Points], x_title: str, y_title: str) -> str:
    """Return a chart with one line per series, whose points all have positive coordinates."""
    x = _axis([point[0] for points in series.values() for point in points], _LEFT, _WIDTH - _RIGHT)
    y = _axis([point[1] for points in series.values() for point in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [*_frame(x, y, x_title, y_title)]
    for number, (name, points) in enumerate(series.items()):
        parts += _line(name, [(x.at(one), y.at(other)) for one, other in points], _COLOURS[number % len(_COLOURS)])
    frame: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        "width": _WIDTH,
        "height": _HEIGHT,
        "font-family": "sans-serif",
        "font-size": 12,
    }
    return str(element("svg", frame, *parts)) + "\n"


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    low = math.floor(math.log10(min(values)))
    return _Axis(low, max(low + 1, math.ceil(math.log10(max(values)))), start, end)


def _frame(x: _Axis, y: _Axis, x_title: str, y_title: str) -> Iterator[Markup]:
    for place, text in x.ticks():
        yield _rule((place, y.start), (place, y.end))
        yield _text(text, place, y.start + 18, "middle")
    for place, text in y.ticks():
        yield _rule((x.start, place), (x.end, place))
        yield _text(text, x.start - 8, place + 4, "end")
    yield _text(x_title, (x.start + x.end) / 2, _HEIGHT - 10, "middle")
    yield _text(y_title, 14.0, (y.start + y.end) / 2, "middle", turned=True)


def _line(name: str, points: Points, colour: str) -> Iterator[Markup]:
    if len(points) > 1:
        yield element("path", {"d": path_data(points), "fill": "none", "stroke": colour, "stroke-width": 2})
    for place in points:
        yield element("circle", {"cx": place[0], "cy": place[1], "r": 4, "fill": colour})
    end = points[-1]
    yield _text(name, end[0] + 8, end[1] + 4, "start", colour=colour)


def _rule(begin: tuple[float, float], end: tuple[float, float]) -> Markup:
    return element("path", {"d": path_data([begin, end]), "stroke": _INK, "stroke-width": 1, "opacity": "0.3"})


def _text(text: str, x: float, y: float, anchor: str, *, colour: str = _INK, turned: bool = False) -> Markup:
    turn = f"rotate(-90 {x:g} {y:g})" if turned else None
    return element("text", {"x": x, "y": y, "text-anchor": anchor, "fill": colour, "transform": turn}, text)
