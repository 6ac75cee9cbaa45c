"""Courses: the quickest way on empty roads along points that a planner names."""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.network.model import Link, Network

State = tuple[str, int]  # a link, and how many points are behind at its end


@dataclass(frozen=True)
class CourseFinder:
    """Finds courses for vehicles of one class.

    A point is a node with everything that the network makes of it, or else a link: the roundabout `umayyad` of the road
    tables consists of the nodes `umayyad.customs`, `umayyad.malki_1` and so on. So courses that name nodes of the
    tables last while the network is built anew.

    Attributes:
        network: The roads.
        shape: Class of vehicle, as in `Lane.classes`.
        fit: Links on which a course may begin and end.
    """

    network: Network
    shape: str
    fit: Collection[str]

    def course(self, points: Sequence[str]) -> tuple[str, ...]:
        """Return the links from the first point to the last that pass all others in order, the quickest such way.

        What is not fit to begin or end on is taken off both ends.

        Args:
            points: Ids of nodes or links, at least two.

        Raises:
            NetworkError: A point is unknown, or no way leads from one to the next.
        """
        unknown = [point for point in points if point not in self._nodes and point not in self.network.links]
        if unknown:
            hint = "write ids of nodes or links of the network"
            raise NetworkError(*(Fault(f"there is no node or link {name!r}", hint) for name in dict.fromkeys(unknown)))
        links = self._quickest(points)
        fit = [index for index, link in enumerate(links) if link in self.fit]
        if not fit:
            hint = "lengthen the course: it begins and ends on streets long enough to join and leave"
            raise NetworkError(Fault(f"no link from {points[0]!r} to {points[-1]!r} is fit to begin on", hint))
        return links[fit[0] : fit[-1] + 1]

    def _quickest(self, points: Sequence[str]) -> tuple[str, ...]:
        """Search states of a link and the points that are behind (Dijkstra 1959)."""
        passing = [self._passing(point) for point in points]
        before: dict[State, State | None] = {}
        waiting: list[tuple[float, State, State | None]] = []
        for link in self._starts(points[0]):
            state = link, _behind(link, 1, passing)
            heapq.heappush(waiting, (self.network.links[link].free_flow_s, state, None))
        furthest = 1
        while waiting:
            cost_s, state, came_from = heapq.heappop(waiting)
            if state in before:
                continue
            before[state] = came_from
            link, behind = state
            furthest = max(furthest, behind)
            if behind == len(points):
                return tuple(reversed([*_back(before, state)]))
            for onward in self._onward.get(link, ()):
                follows = onward, _behind(onward, behind, passing)
                if follows not in before:
                    heapq.heappush(waiting, (cost_s + self.network.links[onward].free_flow_s, follows, state))
        rule = f"no way leads from {points[furthest - 1]!r} to {points[furthest]!r}"
        hint = "look for one-way streets and missing turns between them, or name the points between"
        raise NetworkError(Fault(rule, hint))

    def _starts(self, point: str) -> Iterator[str]:
        """Yield the links on which a course from a point may begin."""
        nodes = self._nodes.get(point)
        for link in sorted(self._usable):
            ends = self.network.links[link]
            if (link == point) if nodes is None else (ends.from_node in nodes and ends.to_node not in nodes):
                yield link

    def _passing(self, point: str) -> frozenset[str]:
        """Return the links at whose end a point is behind."""
        nodes = self._nodes.get(point)
        if nodes is None:
            return frozenset({point})
        return frozenset(name for name, link in self.network.links.items() if link.to_node in nodes)

    @cached_property
    def _nodes(self) -> Mapping[str, frozenset[str]]:
        """Nodes by the id of what they are part of, and by their own."""
        groups: dict[str, set[str]] = {name: {name} for name in self.network.nodes}
        for name in self.network.nodes:
            for cut in (place for place, sign in enumerate(name) if sign == "." and place):
                groups.setdefault(name[:cut], set()).add(name)
        return {name: frozenset(nodes) for name, nodes in groups.items()}

    @cached_property
    def _usable(self) -> frozenset[str]:
        return frozenset(name for name, link in self.network.links.items() if open_lanes(link, self.shape))

    @cached_property
    def _onward(self) -> Mapping[str, tuple[str, ...]]:
        onward: dict[str, list[str]] = {}
        for (start, end), paths in self.network.movements.items():
            out_of, into = (open_lanes(self.network.links[name], self.shape) for name in (start, end))
            if any(path.from_lane in out_of and path.to_lane in into for path in paths):
                onward.setdefault(start, []).append(end)
        return {start: tuple(sorted(ends)) for start, ends in onward.items()}


def open_lanes(link: Link, shape: str) -> tuple[int, ...]:
    """Return the lanes of a link that a class of vehicles may use, from the kerb."""
    return tuple(index for index, lane in enumerate(link.lanes) if not lane.classes or shape in lane.classes)


def _behind(link: str, behind: int, passing: Sequence[frozenset[str]]) -> int:
    """Return how many points are behind at the end of a link."""
    while behind < len(passing) and link in passing[behind]:
        behind += 1
    return behind


def _back(before: Mapping[State, State | None], state: State | None) -> Iterator[str]:
    while state is not None:
        yield state[0]
        state = before[state]
