"""Movements at a junction under the names of the field: from where they come, and how they turn, as in `NBL`."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.geometry import Point, Turn
from congestion_lab.core.movementcodes import HEADINGS_DEG, LETTERS
from congestion_lab.network.model import Connection, Link, Network

_CARDINALS = 4
_DIAGONAL_COST = 20.0  # degrees that an approach may be off before a diagonal is the better name
_REACH_M = 25.0  # stretch of a link whose direction counts


Service = Callable[[Connection], object]
_Way = tuple[str, int]
"""Outbound link, and the lane nearest the kerb of those that lead there under the same greens."""


@dataclass(frozen=True, slots=True)
class Turning:
    """One movement.

    Attributes:
        from_link: Inbound link.
        to_link: Outbound link.
        direction: Direction of travel before the junction, a key of `HEADINGS_DEG`.
        turn: T, L, R or U, with a number where there are several: L2 turns further left than L.
        lanes: Indices of the inbound lanes that it uses, ascending.
        to_lanes: Indices of the outbound lanes that it uses, ascending.
        heads: Signal heads that release it, ascending; none where no signal stands.
        controller_id: Their controller; "" where no signal stands.
    """

    from_link: str
    to_link: str
    direction: str
    turn: str
    lanes: tuple[int, ...]
    to_lanes: tuple[int, ...]
    heads: tuple[int, ...]
    controller_id: str

    @property
    def code(self) -> str:
        """Direction and turn, e.g. NBL."""
        return self.direction + self.turn


def turnings_at(network: Network, node: str, service: Service = lambda _: None) -> tuple[Turning, ...]:
    """Return the movements of motor traffic at a node, approach by approach.

    Args:
        network: The roads.
        node: The node.
        service: What tells lanes of one movement apart, such as the greens they get: a movement of its own for each
            stretch of lanes that have it in common.

    Raises:
        SignalPlanError: More than eight approaches meet, or a lane has several greens to one link.
    """
    roads = network.for_cars
    inbound = [link for link in roads.links.values() if link.to_node == node]
    directions = approach_directions(inbound, node)
    return tuple(one for link in inbound for one in _turnings(roads, link, directions[link.id], service))


def approach_directions(inbound: Sequence[Link], node: str) -> dict[str, str]:
    """Return a direction of travel for each link that reaches a node, no two alike, as close as can be.

    Raises:
        SignalPlanError: There are more links than directions.
    """
    if len(inbound) > len(HEADINGS_DEG):
        rule = f"{len(inbound)} approaches meet; directions of travel have eight names"
        raise SignalPlanError(Fault(rule, "export it as sumo, vissig, csv or xlsx", source=f"node {node}"))
    headings = [_heading(link.shape[::-1], backwards=True) for link in inbound]
    costs = [
        [_apart(heading, named) + (_DIAGONAL_COST if place >= _CARDINALS else 0.0) for place, named in _named()]
        for heading in headings
    ]
    rows, columns = linear_sum_assignment(np.array(costs).reshape(len(inbound), len(HEADINGS_DEG)))
    names = list(HEADINGS_DEG)
    return {inbound[int(row)].id: names[int(column)] for row, column in zip(rows, columns, strict=True)}


def _named() -> Iterator[tuple[int, float]]:
    return enumerate(HEADINGS_DEG.values())


def _turnings(roads: Network, link: Link, direction: str, service: Service) -> Iterator[Turning]:
    ways: dict[_Way, list[Connection]] = {}
    for (start, _), some in roads.movements.items():
        if start == link.id:
            ways |= _ways(some, service)
    angles = {way: _bend(link, roads.links[way[0]]) for way in ways}
    names = _turn_names({way: paths[0].turn for way, paths in ways.items()}, angles)
    for way, paths in ways.items():
        yield Turning(
            link.id,
            way[0],
            direction,
            names[way],
            lanes=tuple(sorted({path.from_lane for path in paths})),
            to_lanes=tuple(sorted({path.to_lane for path in paths})),
            heads=tuple(sorted({path.signal_index for path in paths if path.signal_index is not None})),
            controller_id=next((path.controller_id for path in paths if path.controller_id), ""),
        )


def _ways(paths: Sequence[Connection], service: Service) -> Iterator[tuple[_Way, list[Connection]]]:
    """Yield the lanes of one movement, neighbours with the same greens together.

    Raises:
        SignalPlanError: One lane has several greens to the same link.
    """
    ordered = sorted(paths, key=lambda path: path.from_lane)
    runs = [list(run) for _, run in itertools.groupby(ordered, key=service)]
    for one, other in itertools.pairwise(runs):
        if one[-1].from_lane == other[0].from_lane:
            rule = f"lane {one[-1].from_lane} of {one[-1].from_link} has several greens to {one[-1].to_link}"
            raise SignalPlanError(
                Fault(rule, "export it as sumo, vissig, csv or xlsx", source=f"controller {one[-1].controller_id}")
            )
    yield from (((run[0].to_link, run[0].from_lane), run) for run in runs)


def _turn_names(turns: Mapping[_Way, Turn], angles: Mapping[_Way, float]) -> dict[_Way, str]:
    """Return names of turns, no two alike; of several straight ones, all but the straightest count as turns.

    Of lanes that lead to the same link, those nearer the kerb count as turning further right.
    """

    def outward(way: _Way) -> tuple[float, int]:
        return abs(angles[way]), way[1] if kinds[way] is Turn.LEFT else -way[1]

    kinds = dict(turns)
    straight = sorted((way for way in kinds if kinds[way] is Turn.STRAIGHT), key=outward)
    for way in straight[1:]:
        kinds[way] = Turn.LEFT if angles[way] > angles[straight[0]] else Turn.RIGHT
    names: dict[_Way, str] = {}
    for way in sorted(kinds, key=outward):
        letter = LETTERS[kinds[way]]
        count = 1 + sum(name.startswith(letter) for name in names.values())
        names[way] = letter if count == 1 else f"{letter}{count}"
    return names


def _bend(link: Link, following: Link) -> float:
    """Return by how many degrees a driver turns, to the left positive."""
    change = _heading(link.shape[::-1], backwards=True) - _heading(following.shape)
    return (change + 180.0) % 360.0 - 180.0


def _heading(points: Sequence[Point], *, backwards: bool = False) -> float:
    """Return the heading of the first stretch of a line, degrees clockwise from north."""
    start = points[0]
    far = next((point for point in points[1:] if math.dist(start, point) >= _REACH_M), points[-1])
    east, north = far[0] - start[0], far[1] - start[1]
    return (math.degrees(math.atan2(east, north)) + (180.0 if backwards else 0.0)) % 360.0


def _apart(one: float, other: float) -> float:
    return abs((one - other + 180.0) % 360.0 - 180.0)
