"""How far it is from stop lines to where paths meet, measured on the paths that a network draws inside junctions."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.geometry import Point
from congestion_lab.signals.intersection import ConflictDistance

VEHICLE_WIDTH_M = 2.59  # bus or single-unit truck (AASHTO, A Policy on Geometric Design, 7th ed., table 2-4)
_STEP_M = 0.5
Course = tuple[Sequence[Point], float]
"""A path from the stop line on, and the width that its users take."""


def conflict_distances(
    conflicts: Iterable[tuple[int, int]], courses: Mapping[int, Sequence[Course]]
) -> tuple[ConflictDistance, ...]:
    """Return both directions of each conflict whose paths are known.

    The conflict area is where the middle lines are nearer than half of both widths; where they never are, it is where
    they come nearest. Distances are rounded by half a metre to the side of caution, within the path. Where a head
    releases several paths, the longest way to clear and the shortest way to enter count.

    Args:
        conflicts: Pairs (i, j), i < j, of heads.
        courses: The paths of each head.
    """
    sampled = {head: [(_sampled(shape), width) for shape, width in some] for head, some in courses.items()}
    return tuple(itertools.chain.from_iterable(_both(pair, sampled) for pair in sorted(conflicts)))


Sampled = tuple[NDArray[np.float64], float]


def _both(pair: tuple[int, int], sampled: Mapping[int, Sequence[Sampled]]) -> Iterator[ConflictDistance]:
    first, second = (sampled.get(head, ()) for head in pair)
    areas = [_area(one, other) for one, other in itertools.product(first, second) if len(one[0]) and len(other[0])]
    if len(areas) < len(first) * len(second) or not areas:
        return  # some of the paths are not known
    for (clearing, entering), (mine, theirs) in ((pair, (0, 1)), (pair[::-1], (1, 0))):
        far = max(area[mine][1] for area in areas)
        near = min(area[theirs][0] for area in areas)
        yield ConflictDistance(clearing, entering, far, near)


def _area(one: Sampled, other: Sampled) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return for each of two paths where it enters and where it has left the conflict area, metres from its start."""
    apart = np.hypot(*(one[0][:, None, :] - other[0][None, :, :]).transpose(2, 0, 1))
    reach = max((one[1] + other[1]) / 2, float(apart.min()) + _STEP_M)
    within = apart < reach
    return _stretch(within.any(axis=1), one[0]), _stretch(within.any(axis=0), other[0])


def _stretch(within: NDArray[np.bool_], course: NDArray[np.float64]) -> tuple[float, float]:
    places = np.flatnonzero(within)
    length = float(np.hypot(*np.diff(course, axis=0).T).sum())
    return max(0.0, float(places[0] - 1) * _STEP_M), min(round(length, 2), float(places[-1] + 1) * _STEP_M)


def _sampled(shape: Sequence[Point]) -> NDArray[np.float64]:
    """Return points every half metre along a polyline; none of a shape that is no line."""
    corners = np.asarray(shape, dtype=float).reshape(-1, 2)
    if len(corners) < 2:  # noqa: PLR2004 -- two points make a line
        return np.empty((0, 2))
    along = np.concatenate([[0.0], np.hypot(*np.diff(corners, axis=0).T).cumsum()])
    places = np.arange(0.0, along[-1] + _STEP_M, _STEP_M)
    return np.column_stack([np.interp(places, along, corners[:, axis]) for axis in (0, 1)])
