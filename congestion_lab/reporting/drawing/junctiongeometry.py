"""The ground plan of an intersection from a network's lines: lanes, stop lines, paths across it, where people cross.

Lanes lie side by side about the middle line of their carriageway, lane 0 at the kerb on its right. Paths are drawn from
lane to lane as cubic curves that leave and arrive in the direction of their lanes; they are no survey.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point, Turn, polyline_length_m
from congestion_lab.network.model import Connection, Link, Network
from congestion_lab.signals.intersection import Leg

SEEN_M = 34.0  # of each arm beyond the stop line
_EXACT_M = 0.01
_BEND = 0.4  # reach of a curve's handles over the distance between its ends
_WALK_NEAR_M, _WALK_FAR_M = 0.6, 3.6  # a marked crossing is 3 m wide and begins behind the stop line


@dataclass(frozen=True, slots=True)
class Arm:
    """What is seen of one carriageway at the intersection.

    Attributes:
        link: The carriageway.
        line: Its middle, in the direction of travel.
        inbound: Whether its end is a stop line of the intersection.
        within: Whether it joins two nodes of the intersection.
    """

    link: Link
    line: tuple[Point, ...]
    inbound: bool
    within: bool

    @property
    def width_m(self) -> float:
        """Width of all lanes."""
        return sum(lane.width_m for lane in self.link.lanes)

    @property
    def stop(self) -> Point:
        """Its end at the intersection; of one within it, where it leads."""
        return self.line[-1] if self.inbound else self.line[0]

    @property
    def outward(self) -> Point:
        """The direction in which it leaves the intersection, as a vector of length 1."""
        x, y = heading(self.line, at_end=self.inbound)
        return (-x, -y) if self.inbound else (x, y)

    @property
    def outer(self) -> Point:
        """Where it leaves what is seen; where it would, straight on, if it is shorter."""
        if polyline_length_m(self.line) < SEEN_M - _EXACT_M:
            return _ahead(self.stop, self.outward, SEEN_M)
        return self.line[0] if self.inbound else self.line[-1]

    def lane_line(self, lane: int) -> tuple[Point, ...]:
        """Return the middle of a lane."""
        return moved_right(self.line, self._aside_m(lane))

    def edges(self) -> Iterator[tuple[Point, ...]]:
        """Yield the lines between neighbouring lanes."""
        for lane in range(1, len(self.link.lanes)):
            yield moved_right(self.line, self._aside_m(lane) + self.link.lanes[lane].width_m / 2)

    def across(self, lanes: Iterable[int]) -> tuple[Point, Point]:
        """Return the stop line of some lanes."""
        sides = [self._aside_m(lane) + half * self.link.lanes[lane].width_m for lane in lanes for half in (-0.5, 0.5)]
        ends = [moved_right(self.line, aside)[-1] for aside in (min(sides), max(sides))]
        return ends[0], ends[1]

    def walked(self, aside_m: float) -> tuple[Point, Point]:
        """Return where a line so far to the right of the middle enters and leaves the strip that people cross on."""
        edge = moved_right(self.line, aside_m)[-1 if self.inbound else 0]
        x, y = self.outward
        return _ahead(edge, (-x, -y), _WALK_NEAR_M), _ahead(edge, (-x, -y), _WALK_FAR_M)

    @property
    def driven_m(self) -> tuple[float, float]:
        """How far to the right of the middle the lanes for cars begin and end; all lanes where none is for cars."""
        lanes = [number for number, lane in enumerate(self.link.lanes) if lane.for_cars] or range(len(self.link.lanes))
        sides = [self._aside_m(lane) + half * self.link.lanes[lane].width_m for lane in lanes for half in (-0.5, 0.5)]
        return min(sides), max(sides)

    def _aside_m(self, lane: int) -> float:
        widths = [each.width_m for each in self.link.lanes]
        return sum(widths) / 2 - sum(widths[:lane]) - widths[lane] / 2


@dataclass(frozen=True, slots=True)
class Path:
    """One way across the intersection from lane to lane.

    Attributes:
        connection: What it is.
        curve: Start, two handles and end of a cubic curve.
    """

    connection: Connection
    curve: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Ground:
    """An intersection seen from above, in metres.

    Attributes:
        arms: Its carriageways, those within it first.
        paths: Its ways from lane to lane, controlled or not.
        walks: Corners of the strips where people cross without a signal of their own.
    """

    arms: tuple[Arm, ...]
    paths: tuple[Path, ...]
    walks: tuple[tuple[Point, ...], ...]

    def turns_of(self, link: str) -> Mapping[int, tuple[Turn, ...]]:
        """Return the directions that each lane of an inbound link serves, by lane."""
        found: dict[int, dict[Turn, None]] = {}
        for path in self.paths:
            if path.connection.from_link == link:
                found.setdefault(path.connection.from_lane, {})[path.connection.turn] = None
        return {lane: tuple(turns) for lane, turns in found.items()}


def ground_of(network: Network, controller: str, legs: Sequence[Leg] = ()) -> Ground:
    """Return the ground plan of one controller's intersection.

    Args:
        network: Its roads.
        controller: Its controller.
        legs: Where people cross without a signal.

    Raises:
        KeyError: The network has no such controller.
    """
    inbound = network.controllers[controller]
    nodes = {network.links[link].to_node for link in inbound}
    connections = [each for each in network.connections if each.from_link in set(inbound)]
    outbound = dict.fromkeys(each.to_link for each in connections)
    arms = {name: _arm(network.links[name], nodes) for name in dict.fromkeys((*inbound, *outbound))}
    return Ground(
        arms=tuple(sorted(arms.values(), key=lambda arm: (not arm.within, arm.link.id))),
        paths=tuple(_path(each, arms) for each in connections),
        walks=tuple(corners for leg in legs for corners in _walks(leg, arms)),
    )


def _arm(link: Link, nodes: set[str]) -> Arm:
    inbound, outbound = link.to_node in nodes, link.from_node in nodes
    within = inbound and outbound
    line = link.shape
    if not within:
        line = _beginning(line[::-1], SEEN_M)[::-1] if inbound else _beginning(line, SEEN_M)
    return Arm(link, tuple(line), inbound, within)


def _beginning(line: Sequence[Point], length_m: float) -> tuple[Point, ...]:
    """Return so much of a line from its start; all of it where it is shorter."""
    if polyline_length_m(line) <= length_m:
        return tuple(line)
    kept, left = [line[0]], length_m
    for start, end in itertools.pairwise(line):
        step = math.dist(start, end)
        if step >= left:
            share = left / step
            return (*kept, (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
        kept.append(end)
        left -= step
    return tuple(kept)


def _path(connection: Connection, arms: Mapping[str, Arm]) -> Path:
    before = arms[connection.from_link].lane_line(connection.from_lane)
    after = arms[connection.to_link].lane_line(connection.to_lane)
    start, end = before[-1], after[0]
    reach = _BEND * math.dist(start, end)
    leaving, arriving = heading(before, at_end=True), heading(after, at_end=False)
    return Path(connection, (start, _ahead(start, leaving, reach), _ahead(end, arriving, -reach), end))


def _walks(leg: Leg, arms: Mapping[str, Arm]) -> Iterator[tuple[Point, ...]]:
    """Yield the strip of each carriageway of a leg, just inside the intersection."""
    for arm in (arms[link] for link in leg.links if link in arms):
        (near, far), (other_near, other_far) = (arm.walked(side * arm.width_m / 2) for side in (-1, 1))
        yield near, other_near, other_far, far


def heading(line: Sequence[Point], *, at_end: bool) -> Point:
    """Return the direction of travel at an end of a line as a vector of length 1; eastwards for a line of no length."""
    pairs = [(a, b) for a, b in itertools.pairwise(line) if a != b]
    if not pairs:
        return (1.0, 0.0)
    (ax, ay), (bx, by) = pairs[-1] if at_end else pairs[0]
    length = math.dist((ax, ay), (bx, by))
    return (bx - ax) / length, (by - ay) / length


def moved_right(line: Sequence[Point], aside_m: float) -> tuple[Point, ...]:
    """Return a line moved to the right of its direction of travel, on a plane whose y grows upwards."""
    ways = [heading(pair, at_end=True) for pair in itertools.pairwise(line)] or [(1.0, 0.0)]
    corners = [ways[0], *(_mean(a, b) for a, b in itertools.pairwise(ways)), ways[-1]]
    return tuple((x + aside_m * way[1], y - aside_m * way[0]) for (x, y), way in zip(line, corners, strict=False))


def _mean(first: Point, second: Point) -> Point:
    x, y = first[0] + second[0], first[1] + second[1]
    length = math.hypot(x, y)
    return (x / length, y / length) if length else first


def _ahead(point: Point, way: Point, distance_m: float) -> Point:
    return point[0] + distance_m * way[0], point[1] + distance_m * way[1]
