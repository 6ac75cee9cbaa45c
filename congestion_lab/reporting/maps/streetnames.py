"""Where street names stand on maps."""

import math
from dataclasses import dataclass
from typing import Any

from congestion_lab.core.geometry import Point, polyline_length_m
from congestion_lab.core.names import clean_name
from congestion_lab.network.model import Link, Network
from congestion_lab.reporting.drawing.mapframe import MapFrame
from congestion_lab.reporting.translation import here

_SHORTEST_M = 60.0  # a street shorter than that is not named


@dataclass(frozen=True, slots=True)
class Street:
    """A named street with the link that carries its label.

    Attributes:
        name_en: Name in English or Latin letters, possibly empty.
        name_ar: Name in Arabic, possibly empty.
        link: Its longest link.
        length_m: Length of all its links.
    """

    name_en: str
    name_ar: str
    link: Link
    length_m: float


def named_streets(network: Network) -> list[Street]:
    """Return named streets, longest first: they get their label before others can take the room."""
    links: dict[tuple[str, str], list[Link]] = {}
    for link in network.links.values():
        if link.name_en or link.name_ar:
            links.setdefault((clean_name(link.name_en), clean_name(link.name_ar)), []).append(link)
    streets = [Street(*names, max(parts, key=_length), sum(map(_length, parts))) for names, parts in links.items()]
    return sorted(streets, key=lambda street: (-street.length_m, street.name_en))


def _length(link: Link) -> float:
    return polyline_length_m(link.shape)


def anchor_of(link: Link, frame: MapFrame) -> tuple[Point, float]:
    """Return where a link's label stands on the page, and its angle in degrees: never upside down."""
    points = [frame.place(point) for point in link.shape]
    place = max(range(len(points) - 1), key=lambda each: math.dist(points[each], points[each + 1]), default=0)
    (x0, y0), (x1, y1) = points[place], points[min(place + 1, len(points) - 1)]
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
    upright = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle  # noqa: PLR2004 -- right angles
    return ((x0 + x1) / 2, (y0 + y1) / 2), upright


def map_labels(network: Network, frame: MapFrame) -> list[list[Any]]:
    """Return what a page needs to name streets as far as a view has room: name, x, y, angle, the longest street first.

    Every named link that is long enough is a place for its street's name, so that a view of a part names it too.
    """
    named = []
    for link in network.links.values():
        name = here(clean_name(link.name_en), clean_name(link.name_ar))
        length = _length(link)
        if name and length >= _SHORTEST_M:
            (x, y), angle = anchor_of(link, frame)
            named.append((-length, link.id, [name, round(x, 1), round(y, 1), round(angle, 1)]))
    return [label for _length_m, _id, label in sorted(named)]
