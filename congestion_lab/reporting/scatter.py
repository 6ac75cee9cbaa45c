"""Modelled against counted flows as a picture, with the band in which GEH stays below 5."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.demand.agreement import GEH_GOOD
from congestion_lab.reporting.svg import element, path_data
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.wording import number

_SIZE = 420.0  # of the square in which points lie
_LEFT, _TOP, _RIGHT, _BOTTOM = 64.0, 14.0, 14.0, 52.0
_STEPS = (1.0, 2.0, 5.0, 10.0)
_TICKS = 5
_BAND_POINTS = 80


@dataclass(frozen=True, slots=True)
class Dot:
    """One count: its flow, what the model says, whether it was held out, and what a pointer on it tells."""

    counted_vph: float
    modelled_vph: float
    held: bool
    text: str


def scatter(dots: Sequence[Dot], label: str, *, highest_vph: float) -> Markup:
    """Return the picture; both axes are hourly flows from 0 to the same end.

    Args:
        dots: The counts.
        label: What is modelled, for those who do not see.
        highest_vph: The highest flow that must find room, so that pictures side by side have one scale.
    """
    step = round_step(highest_vph / _TICKS)
    end = step * math.ceil(max(highest_vph, step) / step)
    frame = _Frame(end)
    parts = [
        *_axes(frame, step),
        element("path", {"class": "band", "d": path_data(_band(frame)) + "Z"}),
        element("path", {"class": "equal", "d": path_data([frame.at(0, 0), frame.at(end, end)])}),
        *(_dot(frame, one) for one in sorted(dots, key=lambda one: one.held)),
    ]
    box = f"0 0 {_LEFT + _SIZE + _RIGHT:g} {_TOP + _SIZE + _BOTTOM:g}"
    return element("svg", {"class": "scatter", "viewBox": box, "role": "img", "aria-label": label}, *parts)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where flows lie in the picture."""

    end_vph: float

    def at(self, counted_vph: float, modelled_vph: float) -> Point:
        return (
            _LEFT + _SIZE * counted_vph / self.end_vph,
            _TOP + _SIZE * (1 - min(modelled_vph, self.end_vph) / self.end_vph),
        )


def _band(frame: _Frame) -> Iterator[Point]:
    """Yield the outline of the band: m = c + g²/4 ± g/4·sqrt(16c + g²), which solves GEH = g."""
    flows = [frame.end_vph * place / _BAND_POINTS for place in range(_BAND_POINTS + 1)]
    g = GEH_GOOD
    for sign, along in ((1, flows), (-1, flows[::-1])):
        for c in along:
            yield frame.at(c, max(0.0, c + g * g / 4 + sign * g / 4 * math.sqrt(16 * c + g * g)))


def _dot(frame: _Frame, one: Dot) -> Markup:
    x, y = frame.at(one.counted_vph, one.modelled_vph)
    title = element("title", {}, one.text)
    if one.held:
        return element("rect", {"class": "held", "x": x - 4, "y": y - 4, "width": 8, "height": 8}, title)
    return element("circle", {"class": "fitted", "cx": x, "cy": y, "r": 3.5}, title)


def _axes(frame: _Frame, step: float) -> Iterator[Markup]:
    for place in range(round(frame.end_vph / step) + 1):
        value = place * step
        (x, bottom), (left, y) = frame.at(value, 0), frame.at(0, value)
        yield element("path", {"class": "grid", "d": path_data([(x, _TOP), (x, bottom)])})
        yield element("path", {"class": "grid", "d": path_data([(left, y), (left + _SIZE, y)])})
        yield element("text", {"x": x, "y": bottom + 18, "text-anchor": "middle"}, number(value, 0))
        yield element("text", {"x": left - 8, "y": y + 4, "text-anchor": "end"}, number(value, 0))
    middle = _LEFT + _SIZE / 2
    yield element("text", {"x": middle, "y": _TOP + _SIZE + 42, "text-anchor": "middle"}, _("counted, veh/h"))
    turned = f"rotate(-90 14 {_TOP + _SIZE / 2:g})"
    beside: dict[str, str | float] = {"x": 14.0, "y": _TOP + _SIZE / 2, "text-anchor": "middle", "transform": turned}
    yield element("text", beside, _("modelled, veh/h"))


def round_step(least: float) -> float:
    """Return the round number that is at least so much: the distance of grid lines."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * each for each in _STEPS if power * each >= least * (1 - 1e-9))
