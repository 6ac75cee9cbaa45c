"""Plane geometry of alignments: offsets, cuts, curves. Bearings are radians, counter-clockwise from east."""

import itertools
import math
from collections.abc import Sequence

from shapely.geometry import LineString

from congestion_lab.core.geometry import Point, polyline_length_m

Alignment = tuple[Point, ...]

_MITRE_LIMIT = 0.35  # cosine of half the bend below which an offset corner is no longer drawn out to its tip
_CURVE_STEP_M = 20.0
_CORNER = math.radians(8)  # smaller bends need no curve
_CORNER_STEPS = 5


def bearing(start: Point, end: Point) -> float:
    """Return the direction from start to end."""
    return math.atan2(end[1] - start[1], end[0] - start[0])


def turned(before: float, after: float) -> float:
    """Return how far a driver turns, in (-pi, pi]; left is positive."""
    angle = (after - before) % (2 * math.pi)
    return angle - 2 * math.pi if angle > math.pi else angle


def stepped(origin: Point, direction: float, distance_m: float) -> Point:
    """Return the point that lies a distance away in a direction."""
    return origin[0] + distance_m * math.cos(direction), origin[1] + distance_m * math.sin(direction)


def reversed_of(line: Sequence[Point]) -> Alignment:
    """Return the alignment driven the other way."""
    return tuple(reversed(line))


def point_at(line: Sequence[Point], distance_m: float) -> Point:
    """Return the point at a distance along the line, clamped to its ends."""
    left = max(distance_m, 0.0)
    for a, b in itertools.pairwise(line):
        length = math.dist(a, b)
        if left <= length and length > 0:
            share = left / length
            return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
        left -= length
    return line[-1]


def cut(line: Sequence[Point], begin_m: float, end_m: float) -> Alignment:
    """Return the part of the line between two distances along it."""
    kept: list[Point] = [point_at(line, begin_m)]
    at = 0.0
    for a, b in itertools.pairwise(line):
        at += math.dist(a, b)
        if begin_m < at < end_m:
            kept.append(b)
    kept.append(point_at(line, end_m))
    return without_repeats(kept)


def without_repeats(line: Sequence[Point], nearer_than_m: float = 0.05) -> Alignment:
    """Return the line without points that lie nearer to the one before; of a line shorter than that its ends stay."""
    kept = [line[0]]
    kept.extend(b for a, b in itertools.pairwise(line) if math.dist(a, b) > nearer_than_m)
    if len(kept) == 1:
        kept.append(line[-1])
    return tuple(kept)


def offset(line: Sequence[Point], right_m: float) -> Alignment:
    """Return the parallel line to the right (left if negative), corners mitred."""
    if not right_m:
        return tuple(line)
    headings = [bearing(a, b) for a, b in itertools.pairwise(line)]
    befores, afters = [headings[0], *headings], [*headings, headings[-1]]
    return tuple(
        _shifted(point, before, after, right_m) for point, before, after in zip(line, befores, afters, strict=True)
    )


def _shifted(point: Point, before: float, after: float, right_m: float) -> Point:
    half = turned(before, after) / 2
    stretch = 1 / max(math.cos(half), _MITRE_LIMIT)
    return stepped(point, before + half - math.pi / 2, right_m * stretch)


def curve(start: Point, leaving: float, end: Point, arriving: float, handle_m: float) -> Alignment:
    """Return a cubic Bezier curve that leaves and arrives in given directions.

    Args:
        start: First point.
        leaving: Direction at the start.
        end: Last point.
        arriving: Direction at the end.
        handle_m: Length of both control handles.
    """
    first, second = stepped(start, leaving, handle_m), stepped(end, arriving, -handle_m)
    steps = max(4, math.ceil(math.dist(start, end) / _CURVE_STEP_M))
    inner = tuple(bezier(start, first, second, end, number / steps) for number in range(1, steps))
    return (start, *inner, end)


def bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    """Return the point at a share t of a cubic Bezier curve with control points b and c."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    points = (a, b, c, d)
    x = sum(weight * point[0] for weight, point in zip(weights, points, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, points, strict=True))
    return x, y


def simplified(line: Sequence[Point], tolerance_m: float = 0.2) -> Alignment:
    """Return the line with no more points than it needs to stay within a tolerance of itself."""
    return tuple((x, y) for x, y in LineString(line).simplify(tolerance_m).coords)


def rounded(line: Sequence[Point], trim_m: float) -> Alignment:
    """Return the line with its corners drawn as curves that begin and end at most so far from the corner."""
    if len(line) < 3:  # noqa: PLR2004 - a straight line has no corner
        return tuple(line)
    points: list[Point] = [line[0]]
    for before, corner, after in zip(line, line[1:], line[2:], strict=False):
        bend = abs(turned(bearing(before, corner), bearing(corner, after)))
        trim = min(trim_m, 0.45 * math.dist(before, corner), 0.45 * math.dist(corner, after))
        points += [corner] if bend < _CORNER else _rounded_corner(before, corner, after, trim)
    return without_repeats((*points, line[-1]))


def _rounded_corner(before: Point, corner: Point, after: Point, trim_m: float) -> list[Point]:
    start = stepped(corner, bearing(corner, before), trim_m)
    end = stepped(corner, bearing(corner, after), trim_m)
    return [bezier(start, corner, corner, end, number / _CORNER_STEPS) for number in range(_CORNER_STEPS + 1)]


def arc(centre: Point, radius_m: float, begin: float, sweep: float) -> Alignment:
    """Return points on a circle, a left-hand sweep from a bearing, about every 6 degrees."""
    steps = max(2, math.ceil(sweep / math.radians(6)))
    return tuple(stepped(centre, begin + sweep * number / steps, radius_m) for number in range(steps + 1))


def distance_to_leave(line: Sequence[Point], centre: Point, radius_m: float) -> float:
    """Return the distance along the line, to the metre, at which it first leaves a circle that it starts in."""
    length, at = polyline_length_m(line), 0.0
    while at < length and math.dist(point_at(line, at), centre) < radius_m:
        at += 1.0
    return min(at, length)


def heading_at_start(line: Sequence[Point], over_m: float = 30.0) -> float:
    """Return the direction in which the line sets out, seen over its first metres."""
    return bearing(line[0], point_at(line, min(over_m, polyline_length_m(line))))


def heading_at_end(line: Sequence[Point], over_m: float = 30.0) -> float:
    """Return the direction in which the line arrives."""
    length = polyline_length_m(line)
    return bearing(point_at(line, length - min(over_m, length)), line[-1])
