"""Intersections of a SUMO network: what each signal releases, and which paths cross."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.timing import WALKING_SPEED_MPS
from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.nets.conflictareas import VEHICLE_WIDTH_M, Course, conflict_distances
from congestion_lab.sumo.nets.inside import Inside, lane_from, lanes_of, marked_rows
from congestion_lab.sumo.nets.legs import Legs
from congestion_lab.sumo.nets.netrecords import NetRecords, converted, lane_width_m, points, turn_of

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Path:
    """What one signal index releases: a connection, or a crossing.

    Attributes:
        controller: Signal controller.
        head: The head as others see it.
        junction: The junction it leads through.
        request: Its row in the junction's right-of-way table, or None where the table does not know it.
        shape: Its course inside the junction.
        width_m: How wide those are who use it.
    """

    controller: str
    head: SignalHead
    junction: str
    request: int | None
    shape: tuple[Point, ...]
    width_m: float = VEHICLE_WIDTH_M


def intersections(net: NetRecords) -> tuple[Intersection, ...]:
    """Return the signal-controlled intersections of a network, ordered by controller id.

    Raises:
        NetworkError: The network is damaged.
    """
    paths: dict[str, list[_Path]] = {}
    for path in _paths(net):
        paths.setdefault(path.controller, []).append(path)
    junctions = {junction.get("id"): junction for junction in net.junctions}
    programmes = {programme.get("id"): programme for programme in net.programmes}
    names, legs = _Names(net), Legs(net)
    return tuple(
        _intersection(found, junctions, programmes.get(controller), names, legs)
        for controller, found in sorted(paths.items())
    )


def _intersection(
    paths: Sequence[_Path],
    junctions: Mapping[str, Record],
    programme: Record | None,
    names: "_Names",
    legs: Legs,
) -> Intersection:
    controller = paths[0].controller
    used = [junctions[name] for name in dict.fromkeys(path.junction for path in paths) if name in junctions]
    heads = tuple(sorted((path.head for path in paths), key=lambda head: (head.index, head.from_link, head.from_lane)))
    described = [*used, *([programme] if programme else [])]
    approaches = list(dict.fromkeys(head.from_link for head in heads if not head.is_crossing))
    tables = [_right_of_way(paths, junction) for junction in used]
    conflicts = frozenset(itertools.chain(_crossing_between_junctions(paths), *(foes for foes, _ in tables)))
    courses: dict[int, list[Course]] = {}
    for path in paths:
        courses.setdefault(path.head.index, []).append((path.shape, path.width_m))
    return Intersection(
        controller_id=controller,
        name=names.of(described, approaches, "name:en") or controller,
        name_ar=names.of(described, approaches, "name:ar"),
        heads=heads,
        conflicts=conflicts,
        yields=frozenset(itertools.chain(*(yields for _, yields in tables))),
        distances=conflict_distances(conflicts, courses),
        legs=legs.of(approaches, (head.to_link for head in heads if not head.is_crossing)),
    )


def _paths(net: NetRecords) -> Iterable[_Path]:
    course = _Course(net)
    controlled = (record for record in net.connections if record.get("tl") and record.get("linkIndex"))
    return converted(net, controlled, course.path)


class _Course:
    """Follows connections through the junctions of a network."""

    def __init__(self, net: NetRecords) -> None:
        self._lanes = {lane.get("id"): lane for edge in (*net.links, *net.inner.values()) for lane in lanes_of(edge)}
        self._links = {link.get("id"): link for link in net.links}
        self._inner = net.inner
        self._inside = Inside(net)

    def path(self, record: Record) -> _Path:
        """Return what a controlled connection releases.

        Raises:
            ValueError: It names a lane that is not there.
        """
        crossing = next((end for end in (record.get("to"), record.get("from")) if self._is_crossing(end)), None)
        if crossing is not None:
            return self._crossing_path(record, self._inner[crossing])
        lane = self._lane(lane_from(record))
        inside = self._inside.lanes(record)
        shape = tuple(itertools.chain.from_iterable(points(part.get("shape")) for part in inside))
        link = self._links[record.get("from")]
        head = SignalHead(
            index=int(record.number("linkIndex")),
            from_link=link.get("id"),
            from_lane=int(record.number("fromLane")),
            to_link=record.get("to"),
            turn=turn_of(record),
            approach_speed_mps=lane.number("speed"),
            path_length_m=sum(part.number("length") for part in inside),
            approach_name=link.get("name"),
            approach_name_ar=link.parameters().get("name:ar", ""),
        )
        _, row = self._inside.row(record) or ("", None)
        return _Path(record.get("tl"), head, link.get("to"), row, shape)

    def _crossing_path(self, record: Record, crossing: Record) -> _Path:
        lane = self._lane(f"{crossing.get('id')}_0")
        crossed = [self._links[link] for link in crossing.get("crossingEdges").split() if link in self._links]
        head = SignalHead(
            index=int(record.number("linkIndex")),
            from_link="",
            from_lane=0,
            to_link="",
            turn=None,
            approach_speed_mps=WALKING_SPEED_MPS,
            path_length_m=lane.number("length"),
            approach_name=next((link.get("name") for link in crossed if link.get("name")), ""),
            crossed=tuple(link.get("id") for link in crossed),
        )
        row_of_table = self._inside.row_of_lane(lane.get("id"))
        junction, row = row_of_table or (crossing.get("id")[1:].rsplit("_", 1)[0], None)
        return _Path(record.get("tl"), head, junction, row, points(lane.get("shape")), lane_width_m(lane))

    def _is_crossing(self, link: str) -> bool:
        return link in self._inner and self._inner[link].get("function") == "crossing"

    def _lane(self, name: str) -> Record:
        if name not in self._lanes:
            raise ValueError(f"the connection leads over lane {name!r}, which the network does not have")
        return self._lanes[name]


def _right_of_way(paths: Sequence[_Path], junction: Record) -> tuple[set[Pair], set[Pair]]:
    """Return (conflicts, yields) as pairs of heads from a junction's right-of-way table."""
    heads: dict[int, list[int]] = {}
    for path in paths:
        if path.junction == junction.get("id") and path.request is not None:
            heads.setdefault(path.request, []).append(path.head.index)
    conflicts: set[Pair] = set()
    yields: set[Pair] = set()
    for row in (child for child in junction.children if child.tag == "request"):
        mine = heads.get(int(row.number("index")), [])
        conflicts |= {_ordered(pair) for pair in itertools.product(mine, _marked(row.get("foes"), heads))}
        yields |= set(itertools.product(mine, _marked(row.get("response"), heads)))
    return {(a, b) for a, b in conflicts if a != b}, {(a, b) for a, b in yields if a != b}


def _marked(bits: str, heads: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the heads of the rows whose bit is set."""
    return [head for row in marked_rows(bits) for head in heads.get(row, ())]


def _crossing_between_junctions(paths: Sequence[_Path]) -> set[Pair]:
    """Return pairs of heads at different junctions of one controller whose paths cross: no table covers these."""
    return {
        _ordered((first.head.index, second.head.index))
        for first, second in itertools.combinations(paths, 2)
        if first.junction != second.junction
        and first.head.index != second.head.index
        and _cross(first.shape, second.shape)
    }


def _ordered(pair: Pair) -> Pair:
    return (min(pair), max(pair))


def _cross(first: Sequence[Point], second: Sequence[Point]) -> bool:
    if not first or not second or not _boxes_meet(first, second):
        return False
    return any(
        _segments_cross(a, b, c, d)
        for (a, b), (c, d) in itertools.product(itertools.pairwise(first), itertools.pairwise(second))
    )


def _boxes_meet(first: Sequence[Point], second: Sequence[Point]) -> bool:
    return all(
        min(p[axis] for p in first) <= max(p[axis] for p in second)
        and min(p[axis] for p in second) <= max(p[axis] for p in first)
        for axis in (0, 1)
    )


def _segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    """Return twice the area of the triangle a, b, p: its sign tells on which side of the line p lies."""
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


class _Names:
    """Names for people: those of junctions where given, else those of the streets that meet."""

    def __init__(self, net: NetRecords) -> None:
        self._links = {link.get("id"): link for link in net.links}

    def of(self, described: Iterable[Record], approaches: Iterable[str], key: str) -> str:
        """Return the first name under the key, else `Street A x Street B`, else nothing."""
        for record in described:
            if name := record.parameters().get(key):
                return name
        streets = dict.fromkeys(filter(None, (self._street(link, key) for link in approaches)))
        return " x ".join(itertools.islice(streets, 2))

    def _street(self, link: str, key: str) -> str:
        record = self._links[link]
        return (record.get("name") if key == "name:en" else "") or record.parameters().get(key, "")
