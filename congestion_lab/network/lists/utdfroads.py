"""The roads of a UTDF file as a list to be built: bays as lanes that begin late, lane groups as turns from lanes."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyproj import Transformer

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.geometry import Point, Turn, polyline_length_m
from congestion_lab.network.alignment import bezier
from congestion_lab.network.lists.roadlist import LaneChange, ListedLink, ListedNode, ListedTurn, RoadList, paired
from congestion_lab.network.lists.utdfvalues import ROUNDABOUT, SIGNAL, LaneGroup, Utdf, UtdfLink, directions

_USUAL_MPS = 50 / 3.6  # where the file gives no speed
_CURVE_STEPS = 8
_LONGEST_BAY = 0.8  # share of its link from which on a bay is simply a lane
_ALIKE_M = 10.0  # bays whose lengths differ by less begin at one place
_FAR_OFF = 0.1  # share by which Distance may differ from the alignment before it is told
_LEFT, _RIGHT, _BOTH = 1, 2, 3  # Shared
_ACROSS = {Turn.U_TURN: 0, Turn.LEFT: 1, Turn.STRAIGHT: 2, Turn.RIGHT: 3}  # from left to right


@dataclass(frozen=True, slots=True)
class Anchor:
    """A node whose geographic place is known.

    Attributes:
        node: Its id.
        lat: Latitude.
        lon: Longitude.
    """

    node: str
    lat: float
    lon: float

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """Return what `NODE,LAT,LON` says.

        Raises:
            NetworkError: It is nothing of the kind.
        """
        try:
            node, lat, lon = (part.strip() for part in text.split(","))
            anchor = cls(node, float(lat), float(lon))
        except ValueError:
            anchor = None
        if anchor is None or not (abs(anchor.lat) <= 90 and abs(anchor.lon) <= 180):  # noqa: PLR2004 -- degrees
            rule, hint = f"{text!r} is no node with its place", "write for example 3,33.5123,36.2876"
            raise NetworkError(Fault(rule, hint, key="--anchor"))
        return anchor


@dataclass(frozen=True, slots=True)
class UtdfRoads:
    """A list of roads, and what must be known of it.

    Attributes:
        roads: The list.
        assumed: What had to be assumed, and what the file says that the list does not hold, a sentence each.
    """

    roads: RoadList
    assumed: tuple[str, ...]


def utdf_roads(utdf: Utdf, anchor: Anchor | None = None) -> UtdfRoads:
    """Return the roads of a file.

    Args:
        utdf: The file.
        anchor: A node of it whose place is known, so that the network gets geographic places; its y axis is north.
    """
    place = (lambda point: point) if anchor is None else _placing(utdf, anchor)
    approaches = directions(utdf.groups)
    lanes = {(link.up, link.node): _Approach(link, approaches.get((link.up, link.node), ())) for link in utdf.links}
    opposite = {(link.node, link.up): link for link in utdf.links}
    links = {ends: _link(one, opposite.get(ends), utdf) for ends, one in lanes.items()}
    turns = tuple(turn for ends, one in lanes.items() for turn in one.turns(links[ends], links))
    nodes = {
        node.id: ListedNode(node.id, place(node.position), node.kind == SIGNAL, node.name)
        for node in utdf.nodes.values()
    }
    placed = tuple(replace(link, shape=tuple(map(place, link.shape))) for link in links.values())
    return UtdfRoads(RoadList(nodes, placed, turns, (), anchor is not None), tuple(_assumed(utdf, links, anchor)))


def _placing(utdf: Utdf, anchor: Anchor) -> Callable[[Point], Point]:
    plane = f"+proj=tmerc +lat_0={anchor.lat} +lon_0={anchor.lon} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"
    transformer = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    x0, y0 = utdf.nodes[anchor.node].position

    def placed(point: Point) -> Point:
        lon, lat = transformer.transform(point[0] - x0, point[1] - y0)
        return lon, lat

    return placed


def _link(approach: "_Approach", opposite: UtdfLink | None, utdf: Utdf) -> ListedLink:
    link = approach.link
    line = _alignment(link, opposite, utdf)
    begin, changes = approach.bays(polyline_length_m(line))
    return ListedLink(
        id=f"{link.up}-{link.node}",
        ends=(link.up, link.node),
        lanes=approach.count,
        speed_mps=link.speed_mps or _USUAL_MPS,
        name=link.name,
        shape=line if len(line) > 2 else (),  # noqa: PLR2004 -- a straight line
        two_way=opposite is not None,
        begin=begin,
        changes=changes,
    )


def _alignment(link: UtdfLink, opposite: UtdfLink | None, utdf: Utdf) -> tuple[Point, ...]:
    """Return the course of a link: each end's curve point is a control point of a cubic Bezier curve.

    So are the distances of files with curves met best; other readings are 1 to 3 % off.
    """
    start, end = (utdf.nodes[node].position for node in (link.up, link.node))
    first, second = opposite.bend if opposite else None, link.bend
    if first is None and second is None:
        return start, end
    controls = (first or second or start, second or first or end)
    return tuple(bezier(start, *controls, end, step / _CURVE_STEPS) for step in range(_CURVE_STEPS + 1))


class _Approach:
    """The lanes of one link at its end, by its movements.

    Attributes:
        link: The link.
        count: Lanes at its end.
    """

    def __init__(self, link: UtdfLink, groups: Sequence[LaneGroup]) -> None:
        self.link = link
        self._groups = sorted(groups, key=_from_left)
        own = sum(group.lanes for group in groups)
        self.count = own or link.lanes or 1
        self._first: dict[str, int] = {}  # leftmost lane of each movement
        self._lanes = self._by_group(own) if own else {}

    def bays(self, length_m: float) -> tuple[tuple[int, ...], tuple[LaneChange, ...]]:
        """Return the lanes at the beginning and where others are added; nothing where all lanes go through."""
        late = {
            lane: group.bay_m
            for group in self._groups
            for lane in self._bay_lanes(group)
            if group.bay_m < _LONGEST_BAY * length_m
        }
        if not late or len(late) >= self.count:
            return (), ()
        steps = sorted(set(late.values()), reverse=True)
        steps = [step for at, step in enumerate(steps) if at == 0 or steps[at - 1] - step >= _ALIKE_M]
        begin = tuple(lane for lane in range(self.count) if lane not in late)
        changes = []
        for step in steps:
            there = tuple(lane for lane in range(self.count) if late.get(lane, math.inf) > step - _ALIKE_M)
            changes.append(LaneChange(step, there))
        return begin, tuple(changes)

    def turns(self, own: ListedLink, links: Mapping[tuple[str, str], ListedLink]) -> Iterator[ListedTurn]:
        """Yield the turns that its movements allow."""
        for group in self._groups:
            target = links.get((group.node, group.dest))
            if target is None:
                continue
            lanes = self._lanes.get(group.code, ())
            yield ListedTurn(own.id, target.id, paired(lanes, group.turn, own, target) if lanes else ())

    def _bay_lanes(self, group: LaneGroup) -> Sequence[int]:
        """Return the lanes of a turn that begin late: the outermost ones on its side."""
        if not group.bay_lanes or group.turn is Turn.STRAIGHT:
            return ()
        own = range(self._first[group.code] - group.lanes + 1, self._first[group.code] + 1)
        return own[: group.bay_lanes] if group.turn is Turn.RIGHT else own[len(own) - group.bay_lanes :]

    def _by_group(self, own: int) -> Mapping[str, tuple[int, ...]]:
        """Return the lanes of each movement, by index from the kerb; lanes are laid from the middle outwards."""
        left = own - 1
        for group in self._groups:
            self._first[group.code] = left
            left -= group.lanes
        found = {group.code: {self._first[group.code] - step for step in range(group.lanes)} for group in self._groups}
        for at, group in enumerate(self._groups):
            if group.lanes and group.shared in {_LEFT, _BOTH} and at > 0:
                found[self._groups[at - 1].code].add(self._first[group.code])
            if group.lanes and group.shared in {_RIGHT, _BOTH} and at + 1 < len(self._groups):
                found[self._groups[at + 1].code].add(self._first[group.code] - group.lanes + 1)
        for group in self._groups:
            if not found[group.code]:  # no lane is told: the one nearest to its side
                found[group.code].add(min(max(self._first[group.code], 0), own - 1))
        return {code: tuple(sorted(lanes)) for code, lanes in found.items()}


def _from_left(group: LaneGroup) -> tuple[int, int]:
    sharper = 0 if group.code[-1].isalpha() else 1
    return _ACROSS[group.turn], -sharper if group.turn is Turn.LEFT else sharper


def _assumed(utdf: Utdf, links: Mapping[tuple[str, str], ListedLink], anchor: Anchor | None) -> Iterator[str]:
    units = "metres" if utdf.metric else "feet, and miles per hour"
    if anchor is None:
        yield f"Coordinates are {units} on a plane of the file's own, so places have no link to a map."
    else:
        place = f"node {anchor.node} lies at {anchor.lat:g}, {anchor.lon:g}"
        yield f"Coordinates are {units} on a plane of the file's own; you say that {place}, and north is taken as up."
    speeds = sum(link.speed_mps is None for link in utdf.links)
    if speeds:
        yield f"{speeds} of {len(utdf.links)} links have no speed; 50 km/h is assumed."
    counted = {(group.up, group.node) for group in utdf.groups}
    lanes = sum(not link.lanes and (link.up, link.node) not in counted for link in utdf.links)
    if lanes:
        yield f"{lanes} of {len(utdf.links)} links have no number of lanes; one is assumed."
    homeless = sorted({f"{up} to {node}" for up, node in counted - links.keys()})
    if homeless:
        yield f"Lane groups without a link in [Links] are not used: {', '.join(homeless)}."
    untold = sum((link.up, link.node) not in counted for link in utdf.links)
    if untold:
        yield f"{untold} of {len(utdf.links)} links have no lane groups; SUMO's usual turns are assumed there."
    circles = sum(node.kind == ROUNDABOUT for node in utdf.nodes.values())
    if circles:
        yield f"{circles} roundabouts are built as plain junctions: the file draws no circulating carriageway."
    yield from _apart(utdf, links)
    unused = [f"[{section}] {', '.join(records)}" for section, records in utdf.unused]
    if unused:
        yield f"Not used for roads: {'; '.join(unused)}."


def _apart(utdf: Utdf, links: Mapping[tuple[str, str], ListedLink]) -> Iterator[str]:
    """Yield how many links are longer or shorter on the plane than the file says."""
    apart = 0
    for link in utdf.links:
        listed = links[(link.up, link.node)]
        line = listed.shape or tuple(utdf.nodes[node].position for node in listed.ends)
        if link.length_m and abs(polyline_length_m(line) / link.length_m - 1) > _FAR_OFF:
            apart += 1
    if apart:
        told = "are drawn 10 % longer or shorter than their Distance"
        yield f"{apart} of {len(utdf.links)} links {told}; the net has them as drawn."
