"""Modelled against counted flows as a picture, with the band in which GEH stays below 5."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.demand.estimation.agreement import GEH_GOOD
from congestion_lab.reporting.drawing.plane import Plane, dotted, round_axis
from congestion_lab.reporting.drawing.svg import element, path_data
from congestion_lab.reporting.translation import _

_SIZE = 420.0  # of the square in which points lie
_STEPS = 5
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
    counted = round_axis(0.0, highest_vph, _("counted, veh/h"), steps=_STEPS)
    modelled = round_axis(0.0, highest_vph, _("modelled, veh/h"), steps=_STEPS)
    plane = Plane(counted, modelled, width=_SIZE, height=_SIZE)
    marks = (
        element("path", {"class": "band", "d": path_data(_band(plane)) + "Z"}),
        element("path", {"class": "equal", "d": path_data([plane.at(0, 0), plane.at(counted.high, counted.high)])}),
        *(_dot(plane, one) for one in sorted(dots, key=lambda one: one.held)),
    )
    return plane.drawn("scatter", label, *marks)


def _band(plane: Plane) -> Iterator[Point]:
    """Yield the outline of the band: m = c + g²/4 ± g/4·sqrt(16c + g²), which solves GEH = g."""
    flows = [plane.across.high * place / _BAND_POINTS for place in range(_BAND_POINTS + 1)]
    g = GEH_GOOD
    for sign, along in ((1, flows), (-1, flows[::-1])):
        for c in along:
            yield plane.at(c, max(0.0, c + g * g / 4 + sign * g / 4 * math.sqrt(16 * c + g * g)))


def _dot(plane: Plane, one: Dot) -> Markup:
    place = x, y = plane.at(one.counted_vph, one.modelled_vph)
    if not one.held:
        return dotted(place, "fitted", one.text)
    title = element("title", {}, one.text)
    return element("rect", {"class": "held", "x": x - 4, "y": y - 4, "width": 8, "height": 8}, title)
