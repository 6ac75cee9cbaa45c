"""The roads of GMNS tables as a list to be built: lanes by `lane.csv` and `segment.csv`, turns by `movement.csv`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pyproj import Geod

from congestion_lab.core.geometry import Turn, polyline_length_m
from congestion_lab.core.rows import grouped
from congestion_lab.network.lists.gmns import Gmns, GmnsLink
from congestion_lab.network.lists.gmnsdetails import GmnsMovement, GmnsSegment
from congestion_lab.network.lists.roadlist import LaneChange, ListedLink, ListedTurn, RoadList, paired

_USUAL_MPS = 50 / 3.6
_NEAR_M = 5.0  # a lane change so near to an end of its link lies at the end
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class GmnsRoads:
    """A list of roads, and what must be known of it.

    Attributes:
        roads: The list.
        left_out: How much of the tables is not in, by reason.
        told: What of the tables was not used, a sentence each.
    """

    roads: RoadList
    left_out: Mapping[str, int]
    told: tuple[str, ...]


def gmns_roads(tables: Gmns) -> GmnsRoads:
    """Return the roads of GMNS tables.

    Of a link from which movements are listed, no other turns may be made. Undirected links have no lanes, segments or
    movements of their own in GMNS 0.96.
    """
    cars = [link for link in tables.links if link.for_cars]
    numbers = grouped((lane.link, lane.number) for lane in tables.details.lanes if lane.for_cars)
    segments = grouped((one.link, one) for one in tables.details.segments)
    lanes = {link.id: _lanes(link, tables, numbers.get(link.id, []), segments.get(link.id, [])) for link in cars}
    listed = {name: one for link in cars for name, one in _listed(link, lanes[link.id]).items()}
    by_ends = {link.id: link for link in cars}
    turns, untold = _turns(tables.details.movements, by_ends, listed, lanes)
    left_out = {
        "link not for cars": len(tables.links) - len(cars),
        "lane not for cars": sum(not lane.for_cars for lane in tables.details.lanes),
        "movement not for cars": sum(not movement.for_cars for movement in tables.details.movements),
    }
    told = (
        [f"In the folder and not used for roads: {', '.join(tables.details.unused)}."] if tables.details.unused else []
    )
    told += [f"Movements whose links do not meet at their node, not used: {', '.join(untold)}."] if untold else []
    roads = RoadList(tables.nodes, tuple(listed.values()), tuple(turns), (), tables.degrees)
    return GmnsRoads(roads, left_out, tuple(told))


@dataclass(frozen=True, slots=True)
class _Lanes:
    """The lanes of a link.

    Attributes:
        numbers: Their numbers in the tables, from the kerb inwards.
        begin: Indices of those at its beginning.
        changes: Where others are there.
    """

    numbers: tuple[int, ...]
    begin: tuple[int, ...] = ()
    changes: tuple[LaneChange, ...] = ()

    def indices(self, first: int, last: int) -> tuple[int, ...]:
        """Indices of the lanes from one number to another."""
        low, high = min(first, last), max(first, last)
        return tuple(index for index, number in enumerate(self.numbers) if low <= number <= high)


def _lanes(link: GmnsLink, tables: Gmns, numbers: Sequence[int], segments: Sequence[GmnsSegment]) -> _Lanes:
    """Return the lanes of a link by its rows of `lane.csv` and `segment.csv`, which only directed links have."""
    plain = numbers if numbers and link.directed else range(1, (link.lanes or 1) + 1)
    segments = segments if link.directed else []
    base = [number for number in plain if number > 0]
    lefts = range(-max([0, *(one.left for one in segments)]), 0)
    rights = range(len(base) + 1, len(base) + 1 + max([0, *(one.right for one in segments)]))
    every = sorted({*plain, *lefts, *rights}, reverse=True)
    if not segments:
        return _Lanes(tuple(every))
    always = {number for number in plain if number not in lefts and number not in rights}
    length = _length_m(link, tables)
    spans = [(one, *_span(one, link, length)) for one in segments]
    places = sorted({0.0, *(_snapped(place, length) for _, begin, end in spans for place in (begin, end))} - {length})
    there = [
        _present(always, [one for one, b, e in spans if b <= (x + y) / 2 < e]) for x, y in pairwise([*places, length])
    ]
    shown = [tuple(index for index, number in enumerate(every) if number in some) for some in there]
    changes = tuple(
        LaneChange(length - place, lanes)
        for place, before, lanes in zip(places[1:], shown, shown[1:], strict=False)
        if lanes != before
    )
    return _Lanes(tuple(every), shown[0], changes)


def _length_m(link: GmnsLink, tables: Gmns) -> float:
    line = link.shape or tuple(tables.nodes[end].position for end in link.ends)
    if not tables.degrees:
        return polyline_length_m(line)
    return float(_GEOD.line_length([x for x, _ in line], [y for _, y in line]))


def _span(segment: GmnsSegment, link: GmnsLink, length_m: float) -> tuple[float, float]:
    """Return where a segment begins and ends, from the link's beginning."""
    if segment.ref_node == link.ends[1]:
        return length_m - segment.end_m, length_m - segment.start_m
    return segment.start_m, segment.end_m


def _snapped(place_m: float, length_m: float) -> float:
    if place_m < _NEAR_M:
        return 0.0
    return length_m if place_m > length_m - _NEAR_M else place_m


def _present(always: set[int], segments: Sequence[GmnsSegment]) -> set[int]:
    """Return the numbers of the lanes where some segments lie; one lane at least is always left."""
    base = sorted(number for number in always if number > 0)
    there = set(always)
    for one in segments:
        there |= set(range(-one.left, 0)) | set(range(len(base) + 1, len(base) + 1 + one.right))
        ended = [*base[: max(0, -one.left)], *base[len(base) - max(0, -one.right) :]]
        there -= set(ended[: len(base) - 1])
    return there


def _listed(link: GmnsLink, lanes: _Lanes) -> Mapping[str, ListedLink]:
    """Return the links of a row by id: one, or one each way."""
    forward = ListedLink(
        id=link.id,
        ends=link.ends,
        lanes=len(lanes.numbers),
        speed_mps=_USUAL_MPS if link.speed_kmh is None else link.speed_kmh / 3.6,
        kind=link.kind,
        name=link.name,
        shape=link.shape,
        two_way=not link.directed,
        begin=lanes.begin,
        changes=lanes.changes,
    )
    if link.directed:
        return {link.id: forward}
    back = replace(forward, id=f"-{link.id}", ends=(link.ends[1], link.ends[0]), shape=link.shape[::-1])
    return {forward.id: forward, back.id: back}


def _turns(
    movements: Sequence[GmnsMovement],
    links: Mapping[str, GmnsLink],
    listed: Mapping[str, ListedLink],
    lanes: Mapping[str, _Lanes],
) -> tuple[list[ListedTurn], list[str]]:
    """Return turns, and movements whose links do not meet."""
    turns: list[ListedTurn] = []
    untold: list[str] = []
    for movement in movements:
        if not movement.for_cars or not {movement.from_link, movement.to_link} <= links.keys():
            continue
        before = _run(links[movement.from_link], movement.node, ends=True)
        after = _run(links[movement.to_link], movement.node, ends=False)
        if not before or not after:
            untold.append(f"line {movement.line}")
            continue
        pairs: tuple[tuple[int, int], ...] = ()
        if movement.lanes is not None:
            some = lanes[movement.from_link].indices(*movement.lanes)
            turn = movement.turn or Turn.STRAIGHT
            pairs = paired(some, turn, listed[before], listed[after]) if some else ()
        turns.append(ListedTurn(before, after, pairs))
    return turns, untold


def _run(link: GmnsLink, node: str, *, ends: bool) -> str:
    """Return the id of the direction of a link that ends or begins at a node; "" where none does."""
    forward, backward = (link.ends[1], link.ends[0]) if ends else link.ends
    if forward == node:
        return link.id
    return f"-{link.id}" if backward == node and not link.directed else ""
