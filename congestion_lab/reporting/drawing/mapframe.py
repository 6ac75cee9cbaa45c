"""From metres on the ground to units on the page."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point
from congestion_lab.network.model import Link, Network

PAGE_WIDTH = 1000.0
_MARGIN = 24.0
_LEAST_ASPECT, _GREATEST_ASPECT = 0.42, 1.05  # a corridor keeps some height, a tall town still fits a screen
_APART = 1.3  # page units that the two directions of a street are drawn aside, so that both can be seen


@dataclass(frozen=True, slots=True)
class MapFrame:
    """A view of the plane: y grows upwards on the ground and downwards on the page.

    Attributes:
        left_m: Easting of the page's left side.
        top_m: Northing of the page's upper side.
        units_per_m: Scale.
        height: Height of the page in units; its width is `PAGE_WIDTH`.
    """

    left_m: float
    top_m: float
    units_per_m: float
    height: float

    def place(self, point: Point) -> Point:
        """Return where a point of the plane lies on the page."""
        return (point[0] - self.left_m) * self.units_per_m, (self.top_m - point[1]) * self.units_per_m

    @property
    def view_box(self) -> str:
        """The page as an SVG view box."""
        return f"0 0 {PAGE_WIDTH:.0f} {self.height:.0f}"

    @property
    def scale_bar_m(self) -> int:
        """The longest round distance (1, 2 or 5 times a power of ten) that fits a sixth of the page."""
        room = PAGE_WIDTH / 6 / self.units_per_m
        power = int(10 ** math.floor(math.log10(max(room, 1.0))))
        return max(step * power for step in (1, 2, 5) if step * power <= max(room, 1.0))


def frame_of(network: Network, beside: Iterable[Sequence[Point]] = ()) -> MapFrame:
    """Return the frame that shows all of a network, and lines that are not of it."""
    lines = [*(link.shape for link in network.links.values()), *beside]
    points = [point for line in lines for point in line] or [(0.0, 0.0)]
    (left, right), (bottom, top) = (_span(axis) for axis in zip(*points, strict=True))
    width, height = max(right - left, 1.0), max(top - bottom, 1.0)
    aspect = min(max(height / width, _LEAST_ASPECT), _GREATEST_ASPECT)
    page_height = aspect * PAGE_WIDTH
    scale = min((PAGE_WIDTH - 2 * _MARGIN) / width, (page_height - 2 * _MARGIN) / height)
    spare_x, spare_y = PAGE_WIDTH / scale - width, page_height / scale - height
    return MapFrame(left - spare_x / 2, top + spare_y / 2, scale, page_height)


def line_of(link: Link, frame: MapFrame, *, paired: bool) -> tuple[Point, ...]:
    """Return a link's line on the page, a little to its right where the opposite direction lies beside it."""
    points = tuple(frame.place(point) for point in link.shape)
    return beside(points, _APART) if paired else points


def paired_links(network: Network) -> frozenset[str]:
    """Return the links whose two nodes are also joined the other way."""
    ends = {(link.from_node, link.to_node) for link in network.links.values()}
    return frozenset(link.id for link in network.links.values() if (link.to_node, link.from_node) in ends)


def beside(points: Sequence[Point], distance: float) -> tuple[Point, ...]:
    """Return a polyline moved to its right, on a page whose y grows downwards."""
    if len(points) < 2:  # noqa: PLR2004 -- a point has no direction
        return tuple(points)
    normals = [_right_of(a, b) for a, b in itertools.pairwise(points)]
    corners = [normals[0], *map(_between, normals[:-1], normals[1:]), normals[-1]]
    return tuple((x + distance * nx, y + distance * ny) for (x, y), (nx, ny) in zip(points, corners, strict=True))


def _span(values: Iterable[float]) -> tuple[float, float]:
    kept = list(values)
    return min(kept), max(kept)


def _right_of(start: Point, end: Point) -> Point:
    length = math.dist(start, end)
    return ((start[1] - end[1]) / length, (end[0] - start[0]) / length) if length else (0.0, 0.0)


def _between(first: Point, second: Point) -> Point:
    x, y = first[0] + second[0], first[1] + second[1]
    length = math.hypot(x, y)
    return (x / length, y / length) if length else first
