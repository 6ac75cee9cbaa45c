"""Colour scales that people with colour-vision deficiency can read.

Classes rather than ramps: a reader matches a line to a legend entry more surely than to a point on a gradient.
Contrast with the page grows with severity in every sequential scale, so that the order survives print in grey.
"""

import bisect
import math
from dataclasses import dataclass

NO_DATA = "none"


@dataclass(frozen=True, slots=True)
class ColourClass:
    """One class of a scale.

    Attributes:
        key: Name of its CSS class.
        low: Lower bound, included.
        high: Upper bound, excluded.
        light: Colour on a light page.
        dark: Colour on a dark page.
    """

    key: str
    low: float
    high: float
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Colour classes over the whole number line, ascending."""

    classes: tuple[ColourClass, ...]

    def key_of(self, value: float) -> str:
        """Return the key of a value's class; `none` for NaN."""
        if math.isnan(value):
            return NO_DATA
        return self.classes[bisect.bisect_right([each.low for each in self.classes], value) - 1].key


def _scale(prefix: str, bounds: tuple[float, ...], light: tuple[str, ...], dark: tuple[str, ...]) -> Scale:
    edges = (-math.inf, *bounds, math.inf)
    rows = zip(edges[:-1], edges[1:], light, dark, strict=True)
    return Scale(tuple(ColourClass(f"{prefix}{place}", *row) for place, row in enumerate(rows)))


# Colours sampled from "inferno" (Smith & van der Walt 2015), which is ordered in lightness for all common colour-vision
# deficiencies; the worst first.
_WORST_FIRST_LIGHT = ("#3b0f4f", "#8a1f5c", "#d0443f", "#ef8a3c", "#f2bd5c", "#ddd3a0")
_WORST_FIRST_DARK = ("#fff1a8", "#fdc25a", "#f58d45", "#d4566a", "#8d4a83", "#5b4f7c")

# Blue against orange, the pair that all common deficiencies keep; the better first.
_CHANGE_LIGHT = ("#1f4e9c", "#5b8fd0", "#a9c8ea", "#b9b9b3", "#f2b97f", "#dd7f2b", "#9c4a06")
_CHANGE_DARK = ("#6ea8ff", "#4f82d6", "#3a5c96", "#55595f", "#a06a35", "#e08b3c", "#ffb36b")


def _low_is_bad(*bounds: float) -> Scale:
    return _scale("s", bounds, _WORST_FIRST_LIGHT, _WORST_FIRST_DARK)


def _high_is_bad(*bounds: float) -> Scale:
    return _scale("q", bounds, _WORST_FIRST_LIGHT[::-1], _WORST_FIRST_DARK[::-1])


def _rise_is_bad(*bounds: float) -> Scale:
    return _scale("d", bounds, _CHANGE_LIGHT, _CHANGE_DARK)


def _fall_is_bad(*bounds: float) -> Scale:
    return _scale("f", bounds, _CHANGE_LIGHT[::-1], _CHANGE_DARK[::-1])


# Urban speeds: 10 km/h is the pace of a queue, 20 a congested street, 50 the usual limit.
SPEED_KMH = _low_is_bad(10.0, 20.0, 30.0, 40.0, 50.0)
SPEED_CHANGE = _fall_is_bad(-10.0, -5.0, -2.0, 2.0, 5.0, 10.0)

# Delay of a vehicle on a link, by HCM's bounds of levels of service at signals.
DELAY_S = _high_is_bad(10.0, 20.0, 35.0, 55.0, 80.0)
DELAY_CHANGE = _rise_is_bad(-30.0, -10.0, -3.0, 3.0, 10.0, 30.0)

# Longest queue: 10 m is one vehicle that stands, 200 m a whole block.
QUEUE_M = _high_is_bad(10.0, 25.0, 50.0, 100.0, 200.0)
QUEUE_CHANGE = _rise_is_bad(-50.0, -20.0, -5.0, 5.0, 20.0, 50.0)

# Share of the period in which the queue filled the link.
SPILLBACK_PERCENT = _high_is_bad(1.0, 5.0, 10.0, 25.0, 50.0)
SPILLBACK_CHANGE = _rise_is_bad(-20.0, -10.0, -2.0, 2.0, 10.0, 20.0)

# Levels of service as numbers, 0 for A to 5 for F.
SERVICE = _high_is_bad(0.5, 1.5, 2.5, 3.5, 4.5)
SERVICE_CHANGE = _rise_is_bad(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)

PALETTES = (SPEED_KMH, SPEED_CHANGE, DELAY_S, DELAY_CHANGE)  # one of each set of colours
