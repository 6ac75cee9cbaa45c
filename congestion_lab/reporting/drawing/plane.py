"""The plane of a chart: figures along two axes with grid, ticks and titles, as SVG that prints and needs no script."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.reporting.drawing.svg import Attributes, element, path_data
from congestion_lab.reporting.translation import whole
from congestion_lab.reporting.wording import number

_LEFT, _TOP, _RIGHT, _BOTTOM = 64.0, 14.0, 30.0, 52.0
_STEPS = (1.0, 2.0, 5.0, 10.0)
_SLACK = 1e-9  # of a step: what is lost by floating-point arithmetic is no further line


@dataclass(frozen=True, slots=True)
class Axis:
    """Figures along one side of a plane.

    Attributes:
        low: Figure at the left or lower end.
        high: Figure at the other end, above `low`.
        title: What the figures are, with their unit.
        ticks: Where a figure is written, and how it reads.
        has_grid: Whether lines cross the plane at the ticks.
    """

    low: float
    high: float
    title: str
    ticks: tuple[tuple[float, str], ...]
    has_grid: bool = True

    def share(self, value: float) -> float:
        """Return where a figure lies from 0 at the low end to 1 at the high one; at the end where it lies beyond."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def round_axis(
    low: float, high: float, title: str, *, steps: int, least_step: float = 0.0, has_grid: bool = True
) -> Axis:
    """Return an axis that holds all from `low` to `high` between round ends, in about so many steps."""
    step = round_step(max((high - low) / steps, least_step))
    first = math.floor(low / step + _SLACK)
    last = max(math.ceil(high / step - _SLACK), first + 1)
    digits = max(0, -math.floor(math.log10(step) + _SLACK))
    ticks = tuple((place * step, number(place * step, digits)) for place in range(first, last + 1))
    return Axis(first * step, last * step, title, ticks, has_grid)


def round_step(least: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is at least so much; 1 where nothing is asked."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * each for each in _STEPS if power * each >= least * (1 - _SLACK))


@dataclass(frozen=True, slots=True)
class Plane:
    """Two axes and the field between them, of a width and a height in units of the picture."""

    across: Axis
    up: Axis
    width: float = 640.0
    height: float = 240.0

    def at(self, across: float, up: float) -> Point:
        """Return where two figures meet; on the edge where they lie beyond."""
        return _LEFT + self.width * self.across.share(across), _TOP + self.height * (1 - self.up.share(up))

    def drawn(self, kind: str, label: str, *marks: Markup) -> Markup:
        """Return the picture.

        Args:
            kind: CSS class that its marks are styled by.
            label: What it shows, for those who do not see it.
            marks: What lies in the field, from the back to the front.
        """
        box = f"0 0 {_LEFT + self.width + _RIGHT:g} {_TOP + self.height + _BOTTOM:g}"
        attributes: Attributes = {"class": f"chart {kind}", "viewBox": box, "role": "img", "aria-label": label}
        return element("svg", attributes, *self._sides(), *marks)

    def _sides(self) -> Iterator[Markup]:
        right, bottom, middle = _LEFT + self.width, _TOP + self.height, _TOP + self.height / 2
        for value, text in self.across.ticks:
            x, _y = self.at(value, self.up.low)
            if self.across.has_grid:
                yield element("path", {"class": "grid", "d": path_data([(x, _TOP), (x, bottom)])})
            yield _text(text, x, bottom + 18, "middle")
        for value, text in self.up.ticks:
            _x, y = self.at(self.across.low, value)
            if self.up.has_grid:
                yield element("path", {"class": "grid", "d": path_data([(_LEFT, y), (right, y)])})
            yield _text(text, _LEFT - 8, y + 4, "end")
        if self.across.title:
            yield _text(whole(self.across.title), _LEFT + self.width / 2, bottom + 42, "middle")
        yield _text(whole(self.up.title), 14.0, middle, "middle", transform=f"rotate(-90 14 {middle:g})")


def dotted(place: Point, kind: str, told: str, radius: float = 3.5) -> Markup:
    """Return a dot; `told` is what a pointer on it reads."""
    return element("circle", {"class": kind, "cx": place[0], "cy": place[1], "r": radius}, element("title", {}, told))


def _text(text: str, x: float, y: float, anchor: str, **more: str) -> Markup:
    return element("text", {"x": x, "y": y, "text-anchor": anchor, **more}, text)
