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


# Urban speeds, km/h: 10 is the pace of a queue, 20 a congested street, 50 the usual limit. Colours sampled from
# "inferno" (Smith & van der Walt 2015), which is ordered in lightness for all common colour-vision deficiencies.
SPEED_KMH = _scale(
    "s",
    (10.0, 20.0, 30.0, 40.0, 50.0),
    ("#3b0f4f", "#8a1f5c", "#d0443f", "#ef8a3c", "#f2bd5c", "#ddd3a0"),
    ("#fff1a8", "#fdc25a", "#f58d45", "#d4566a", "#8d4a83", "#5b4f7c"),
)

# Change of mean delay on a link, seconds per vehicle; blue against orange, the pair that all common deficiencies keep.
DELAY_CHANGE = _scale(
    "d",
    (-30.0, -10.0, -3.0, 3.0, 10.0, 30.0),
    ("#1f4e9c", "#5b8fd0", "#a9c8ea", "#b9b9b3", "#f2b97f", "#dd7f2b", "#9c4a06"),
    ("#6ea8ff", "#4f82d6", "#3a5c96", "#55595f", "#a06a35", "#e08b3c", "#ffb36b"),
)
