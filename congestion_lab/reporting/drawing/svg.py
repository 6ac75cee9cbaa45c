"""SVG elements from values, escaped where they are made."""

import itertools
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from congestion_lab.core.geometry import Point

_Attribute = str | float | int | None
Attributes = Mapping[str, _Attribute]


def element(tag: str, attributes: Attributes, *children: str) -> Markup:
    """Return an element; attributes that are None are left out, children are escaped unless they are markup."""
    parts = Markup("").join(
        Markup(' {}="{}"').format(name, _text(value)) for name, value in attributes.items() if value is not None
    )
    if not children:
        return Markup("<{}{}/>").format(tag, parts)
    return Markup("<{}{}>{}</{}>").format(tag, parts, Markup("").join(escape(child) for child in children), tag)


def path_data(points: Iterable[Point]) -> str:
    """Return the `d` of a polyline to a tenth of a unit, without points that repeat the one before."""
    rounded = (f"{short(x)} {short(y)}" for x, y in points)
    return "M" + "L".join(place for place, _ in itertools.groupby(rounded))


def short(value: float) -> str:
    """Return a number with at most one decimal and no needless zeros."""
    text = f"{value:.1f}"
    return "0" if text in ("-0.0", "0.0") else text.removesuffix(".0")


def _text(value: _Attribute) -> str:
    return short(value) if isinstance(value, float) else str(value)
