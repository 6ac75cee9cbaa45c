"""Matching what was counted to the links of a network: by id, or by coordinates and direction."""

import difflib
import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.cellvalues import shown
from congestion_lab.core.geometry import Point
from congestion_lab.demand.counts.rowplaces import Spot

TOLERANCE_M = 30.0  # positions of cameras are seldom known better, and the far kerb of an arterial lies so far away
AMBIGUOUS_M = 5.0  # two links whose distances differ by less cannot be told apart by coordinates
_WIDEST_RAD = math.radians(45)  # how far directions may part: half-way to the crossing street


@dataclass(frozen=True, slots=True)
class RoadLink:
    """What matching and checking need of a link.

    Attributes:
        id: Its id.
        shape: Centre line, metres in the network's projection.
        lanes: Number of lanes.
        from_node: Node that it leaves.
        to_node: Node that it reaches.
    """

    id: str
    shape: tuple[Point, ...]
    lanes: int
    from_node: str
    to_node: str


@dataclass(frozen=True)
class RoadMap:
    """The roads on which something was counted.

    Attributes:
        links: By id.
        movements: Number of inbound lanes of each movement (inbound link, outbound link).
        place: Gives a point for longitude and latitude; None where the network has no geographic projection.
    """

    links: Mapping[str, RoadLink]
    movements: Mapping[tuple[str, str], int]
    place: Callable[[Point], Point] | None = None

    @cached_property
    def pieces(self) -> "_Pieces":
        """All straight pieces of all links."""
        rows = [
            (number, *a, *b)
            for number, link in enumerate(self.links.values())
            for a, b in itertools.pairwise(link.shape)
        ]
        table = np.array(rows, dtype=float).reshape(-1, 5)
        return _Pieces(tuple(self.links), table[:, 0].astype(int), table[:, 1:3], table[:, 3:5])


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    links: tuple[str, ...]
    owner: NDArray[np.int_]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the network something was counted.

    Attributes:
        link: Link, or inbound link of a movement.
        onto: Outbound link of a movement; "" otherwise.
    """

    link: str
    onto: str = ""

    def __str__(self) -> str:
        return f"{self.link} → {self.onto}" if self.onto else self.link


def matched(
    spots: Iterable[Spot], roads: RoadMap, *, tolerance_m: float = TOLERANCE_M
) -> tuple[dict[Spot, Place], dict[Spot, str]]:
    """Return the places of those spots that have one, and for the others why they have none."""
    found: dict[Spot, Place] = {}
    refused: dict[Spot, str] = {}
    for spot in dict.fromkeys(spots):
        try:
            found[spot] = _place(spot, roads, tolerance_m)
        except ValueError as reason:
            refused[spot] = str(reason)
    return found, refused


def _place(spot: Spot, roads: RoadMap, tolerance_m: float) -> Place:
    if spot.lat is not None and spot.lon is not None and spot.bearing_deg is not None:
        return Place(_nearest(spot, roads, tolerance_m))
    for link in filter(None, (spot.link, spot.onto)):
        if link not in roads.links:
            close = difflib.get_close_matches(link, roads.links, n=1)
            like = f"; there is {close[0]!r}" if close else ""
            raise ValueError(f"the link {shown(link)} is not in the network{like}")
    if spot.onto and (spot.link, spot.onto) not in roads.movements:
        raise ValueError(f"nobody may drive from {shown(spot.link)} to {shown(spot.onto)}")
    return Place(spot.link, spot.onto)


def _nearest(spot: Spot, roads: RoadMap, tolerance_m: float) -> str:
    """Return the link at a point, in the direction of its traffic.

    Raises:
        ValueError: There is none near enough, or more than one.
    """
    if roads.place is None:
        raise ValueError("the network has no geographic projection; name links by id")
    point = np.array(roads.place((spot.lon or 0.0, spot.lat or 0.0)))
    pieces = roads.pieces
    away, parts = _distances(point, pieces)
    heading = math.pi / 2 - math.radians(spot.bearing_deg or 0.0)
    along = np.arctan2(*(pieces.end - pieces.start).T[::-1])
    parted = np.abs((along - heading + math.pi) % (2 * math.pi) - math.pi)
    near = (away <= tolerance_m) & (parted <= _WIDEST_RAD)
    if not near.any():
        nearest = f"the nearest link of any direction is {away.min():.0f} m away" if len(away) else "it has no links"
        raise ValueError(f"no link within {tolerance_m:g} m leads that way; {nearest}")
    best = away[near].min()
    rivals: dict[int, bool] = {}
    for piece in np.flatnonzero(near & (away < best + AMBIGUOUS_M)):
        owner = int(pieces.owner[piece])
        rivals[owner] = rivals.get(owner, False) or 0 < parts[piece] < 1
    beside = [owner for owner, is_beside in rivals.items() if is_beside]  # others begin or end before the point
    chosen = beside if len(beside) == 1 else list(rivals)
    if len(chosen) > 1:
        names = ", ".join(repr(pieces.links[owner]) for owner in sorted(chosen))
        raise ValueError(f"it lies on several links alike: {names}; name one by its id")
    return pieces.links[chosen[0]]


def _distances(point: NDArray[np.float64], pieces: _Pieces) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far each piece is away, and at which part of it the nearest point lies (0 to 1)."""
    step = pieces.end - pieces.start
    square = np.maximum((step**2).sum(axis=1), 1e-9)
    part = np.clip(((point - pieces.start) * step).sum(axis=1) / square, 0.0, 1.0)
    foot = pieces.start + part[:, None] * step
    return np.hypot(*(point - foot).T), part
