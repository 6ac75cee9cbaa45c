"""Plane geometry and directions shared by networks and signals."""

import enum
import itertools
import math
from collections.abc import Sequence

Point = tuple[float, float]


class Turn(enum.Enum):
    """Direction of a movement as a driver sees it."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    U_TURN = "u_turn"


def polyline_length_m(points: Sequence[Point]) -> float:
    """Return the length of a polyline given in metres."""
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))
