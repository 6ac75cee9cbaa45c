"""Changes against a baseline as dots with their intervals, one row per run set: SVG that prints and needs no script."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.reporting.drawing.plane import round_step
from congestion_lab.reporting.drawing.svg import Attributes, element
from congestion_lab.reporting.wording import signed

_WIDTH, _ROW, _FOOT = 360.0, 34.0, 24.0
_SIDE, _TOP = 14.0, 4.0
_LONGEST = 48  # characters that fit the width
_WIDEST_TICK = 54.0
_LINES = 4  # about so many across


@dataclass(frozen=True, slots=True)
class Dot:
    """One run set: its change with an interval.

    Attributes:
        name: What it is called.
        change: Mean difference against the baseline.
        low: Lower end of its interval.
        high: Upper end.
        tone: CSS class; `better` and `worse` are filled, all others hollow.
        text: What a pointer on it tells.
    """

    name: str
    change: float
    low: float
    high: float
    tone: str
    text: str


def dot_plot(dots: Sequence[Dot], label: str) -> Markup:
    """Return the picture; `label` says what it shows to those who do not see it."""
    low, high = min(0.0, *(dot.low for dot in dots)), max(0.0, *(dot.high for dot in dots))
    if low == high:
        low, high = -1.0, 1.0
    bottom = _TOP + _ROW * len(dots)
    scale = _Scale(low, high)
    box: Attributes = {
        "class": "dotplot",
        "viewBox": f"0 0 {_WIDTH:g} {bottom + _FOOT:g}",
        "role": "img",
        "aria-label": label,
    }
    rows = (_row(scale, dot, _TOP + _ROW * place) for place, dot in enumerate(dots))
    return element("svg", box, *_axis(scale, bottom), *rows)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where values lie across the picture."""

    low: float
    high: float

    def at(self, value: float) -> float:
        return _SIDE + (value - self.low) / (self.high - self.low) * (_WIDTH - 2 * _SIDE)


def _axis(scale: _Scale, bottom: float) -> Iterator[Markup]:
    step = round_step((scale.high - scale.low) / _LINES)
    digits = max(0, -math.floor(math.log10(step)))
    last = -math.inf
    for count in range(math.ceil(scale.low / step), math.floor(scale.high / step) + 1):
        x = scale.at(count * step)
        kind = "zero" if count == 0 else "grid"
        yield element("line", {"class": kind, "x1": x, "x2": x, "y1": _TOP, "y2": bottom})
        if x - last >= _WIDEST_TICK and _SIDE <= x <= _WIDTH - _SIDE:
            yield element("text", {"x": x, "y": bottom + 16, "text-anchor": "middle"}, signed(count * step, digits))
            last = x


def _row(scale: _Scale, dot: Dot, top: float) -> Markup:
    name = dot.name if len(dot.name) <= _LONGEST else f"{dot.name[: _LONGEST - 1]}…"
    middle = top + 25
    ends = {"x1": scale.at(dot.low), "x2": scale.at(dot.high), "y1": middle, "y2": middle}
    parts = (
        element("title", {}, dot.text),
        element("text", {"class": "name", "x": _SIDE, "y": top + 14}, name),
        element("line", {"class": "range", **ends}),
        element("circle", {"class": "dot", "cx": scale.at(dot.change), "cy": middle, "r": 4.5}),
    )
    return element("g", {"class": dot.tone}, *parts)
