"""What people on foot cross at a junction without a signal of their own, measured on a network's lanes."""

import math
from collections.abc import Iterable, Iterator, Sequence

from congestion_lab.core.geometry import Point
from congestion_lab.signals.intersection import Leg
from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.nets.inside import lanes_of
from congestion_lab.sumo.nets.netrecords import NetRecords, lane_width_m, points

REFUGE_M = 1.83  # least width of an island on which people wait, MUTCD 3I.06 (6 ft)
_OPPOSED = -0.5  # cosine of the least angle between opposite directions: 120 degrees
Segment = tuple[Point, Point]


class Legs:
    """Finds the legs of junctions."""

    def __init__(self, net: NetRecords) -> None:
        self._links = {link.get("id"): link for link in net.links}
        crossings = (edge for edge in net.inner.values() if edge.get("function") == "crossing")
        self._mapped = {link for edge in crossings for link in edge.get("crossingEdges").split()}

    def of(self, inbound: Iterable[str], outbound: Iterable[str]) -> tuple[Leg, ...]:
        """Return the legs that some inbound and outbound links of one controller make.

        Links within the intersection, which are both, and links with a mapped crossing are left out: the one is no leg,
        the other is judged by what its crossing shows.
        """
        arriving, leaving = (list(dict.fromkeys(links)) for links in (inbound, outbound))
        within = set(arriving) & set(leaving)
        return tuple(
            leg
            for leg in self._legs([one for one in arriving if one not in within], set(leaving) - within)
            if not self._mapped.intersection(leg.links)
        )

    def _legs(self, arriving: Sequence[str], leaving: set[str]) -> Iterator[Leg]:
        left = set(leaving)
        for name in arriving:
            beside = sorted(one for one in left if self._without_refuge(name, one))
            left -= set(beside)
            yield self._leg((name, *beside))
        for name in sorted(left):
            yield self._leg((name,))

    def _leg(self, names: tuple[str, ...]) -> Leg:
        width = sum(lane_width_m(lane) for name in names for lane in _driven(self._links[name]))
        called = (self._links[name].get("name") for name in names)
        return Leg(names, round(width, 2), next(filter(None, called), ""))

    def _without_refuge(self, inbound: str, outbound: str) -> bool:
        """Whether two links of one road leave no room to wait between them at their junction."""
        one, other = self._links[inbound], self._links[outbound]
        here, there = (_median_lane(link) for link in (one, other))
        if one.get("to") != other.get("from") or here is None or there is None:
            return False
        (before, end), (start, after) = points(here.get("shape"))[-2:], points(there.get("shape"))[:2]
        apart = math.dist(end, start) - (lane_width_m(here) + lane_width_m(there)) / 2
        return apart < REFUGE_M and _are_opposed((before, end), (start, after))


def _driven(link: Record) -> list[Record]:
    return [lane for lane in lanes_of(link) if lane.get("allow") != "pedestrian"]


def _median_lane(link: Record) -> Record | None:
    """Return the lane beside the other carriageway, if its course is known."""
    lanes = [lane for lane in _driven(link) if len(points(lane.get("shape"))) > 1]
    return lanes[-1] if lanes else None


def _are_opposed(one: Segment, other: Segment) -> bool:
    (ax, ay), (bx, by) = ((end[0] - start[0], end[1] - start[1]) for start, end in (one, other))
    return ax * bx + ay * by < _OPPOSED * math.hypot(ax, ay) * math.hypot(bx, by)
