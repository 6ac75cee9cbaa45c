"""Which lane leads where: lane paths through the nodes of a road plan.

Lanes count from the kerb. Movements are sorted from the sharpest right to the sharpest left, each asks for as many
lanes as it can fill, and the inbound lanes are dealt out in that order, so that no two paths of one link cross.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point, polyline_length_m
from congestion_lab.network.alignment import heading_at_end, heading_at_start, offset, point_at, turned
from congestion_lab.network.roadmodel.roadplan import Control, LanePath, PlanLink
from congestion_lab.network.roadmodel.streets import DraftNode

_AHEAD = math.radians(50)
_LEFT = math.radians(15)
_PART = math.radians(80)  # carriageways part and join at less than this
_NEAR_M = 12.0  # so far from a node carriageways that part or join lie side by side, in the order of their lanes
_SEEN_M = 45.0  # over this length the direction of a carriageway is judged


@dataclass(frozen=True, slots=True)
class _Movement:
    out: PlanLink
    turn: float
    lanes: int  # how many lanes it asks for
    ahead: bool = False


def lane_paths(
    nodes: Mapping[str, DraftNode], links: Iterable[PlanLink], opposite: Mapping[str, str]
) -> tuple[LanePath, ...]:
    """Return all lane paths, ascending."""
    inbound: dict[str, list[PlanLink]] = {node_id: [] for node_id in nodes}
    outbound: dict[str, list[PlanLink]] = {node_id: [] for node_id in nodes}
    for link in links:
        inbound[link.to_node].append(link)
        outbound[link.from_node].append(link)
    found: set[LanePath] = set()
    for node_id, node in nodes.items():
        found.update(_through(node, inbound[node_id], outbound[node_id], opposite))
    return tuple(sorted(found))


def _through(
    node: DraftNode, inbound: list[PlanLink], outbound: list[PlanLink], opposite: Mapping[str, str]
) -> Iterator[LanePath]:
    if node.control is Control.RING:
        yield from _around(inbound, outbound)
    elif node.control is Control.MERGE:
        yield from _parting(inbound, outbound, opposite)
    elif node.control is Control.DEAD_END:
        yield from _turning_back(inbound, outbound)
    else:
        for link in inbound:
            back = None if node.u_turn else opposite.get(link.id.removesuffix(".turn"))
            yield from _crossing(link, [out for out in outbound if out.id != back])


def _turn(link: PlanLink, out: PlanLink) -> float:
    """Return the turn from one link into another; a turn back counts as left."""
    angle = turned(heading_at_end(link.shape, _SEEN_M), heading_at_start(out.shape, _SEEN_M))
    return angle if angle > -math.radians(170) else angle + 2 * math.pi


def dealt(inbound_lanes: int, wanted: int) -> list[tuple[int, int]]:
    """Return (inbound lane, place) pairs that deal lanes to places in order, using every lane and every place."""
    if wanted >= inbound_lanes:
        return [(place * inbound_lanes // wanted, place) for place in range(wanted)]
    return [(lane, lane * wanted // inbound_lanes) for lane in range(inbound_lanes)]


def left_turns(link: PlanLink, outbound: Sequence[PlanLink]) -> list[PlanLink]:
    """Return the links to the left of the one that leads straight on, or left of ahead where none does."""
    return [movement.out for movement in _movements(link, outbound) if _is_left(movement)]


def _is_left(movement: _Movement) -> bool:
    return movement.turn > _LEFT and not movement.ahead


def _crossing(link: PlanLink, outbound: Sequence[PlanLink]) -> Iterator[LanePath]:
    movements = _movements(link, outbound)
    lefts = [movement for movement in movements if _is_left(movement)]
    others = [movement for movement in movements if not _is_left(movement)]
    usual = link.lanes - link.pockets
    if link.pockets and lefts and others:
        yield from _dealt_paths(link, range(usual), others)
        yield from _dealt_paths(link, range(usual, link.lanes), lefts)
    else:
        yield from _dealt_paths(link, range(link.lanes), movements)


def _dealt_paths(link: PlanLink, lanes: range, movements: Sequence[_Movement]) -> Iterator[LanePath]:
    places = [(movement, place) for movement in movements for place in range(movement.lanes)]
    for lane, index in dealt(len(lanes), len(places)) if places else ():
        movement, place = places[index]
        yield LanePath(link.id, movement.out.id, lanes[lane], _target(movement, place))


def _target(movement: _Movement, place: int) -> int:
    """Return the lane to enter: right turns and straight on count from the kerb, left turns from the median."""
    spare = movement.out.lanes - movement.lanes
    return place + (spare if movement.turn > 0 and not movement.ahead else 0)


def _movements(link: PlanLink, outbound: Sequence[PlanLink]) -> list[_Movement]:
    turns = sorted((_turn(link, out), out.id, out) for out in outbound)
    straight = min(turns, key=lambda item: abs(item[0]), default=None)
    ahead = straight[1] if straight is not None and abs(straight[0]) < _AHEAD else None
    widest = max(turns, key=lambda item: (item[2].lanes, item[0]), default=(0.0, "", None))[1]
    usual = link.lanes - link.pockets
    movements = []
    for turn, out_id, out in turns:
        if ahead is not None:
            lanes = min(out.lanes, usual) if out_id == ahead else 1
        else:
            lanes = min(out.lanes, max(1, link.lanes - len(turns) + 1)) if out_id == widest else 1
        movements.append(_Movement(out, turn, lanes, ahead=out_id == ahead))
    return movements


def _parting(inbound: list[PlanLink], outbound: list[PlanLink], opposite: Mapping[str, str]) -> Iterator[LanePath]:
    """Yield the paths of a node where carriageways continue, part or join without crossing."""
    for link in inbound:
        exits = _onward(link, outbound, opposite)
        if len(exits) == 1:
            entries = [other for other in inbound if exits[0] in _onward(other, outbound, opposite)]
            yield from _joining(link, exits[0], entries)
            continue
        places = [(out, lane) for out in exits for lane in range(out.lanes)]
        for lane, index in dealt(link.lanes, len(places)) if places else ():
            yield LanePath(link.id, places[index][0].id, lane, places[index][1])


def _onward(link: PlanLink, outbound: list[PlanLink], opposite: Mapping[str, str]) -> list[PlanLink]:
    """Return where a link goes on, from right to left."""
    back = opposite.get(link.id.removesuffix(".turn"))
    exits = [out for out in outbound if out.id != back]
    near = [out for out in exits if abs(_turn(link, out)) < _PART]
    heading = heading_at_end(link.shape, _SEEN_M)
    ordered = sorted(near, key=lambda out: (_aside_m(_middle(out, _NEAR_M), link.shape[-1], heading), out.id))
    return ordered if ordered or len(exits) != 1 else exits


def _middle(link: PlanLink, at_m: float) -> Point:
    """Return the middle of a carriageway at a distance from its start, or from its end if negative."""
    line = offset(link.shape, link.lanes * link.lane_width_m / 2)
    return point_at(line, at_m if at_m >= 0 else polyline_length_m(line) + at_m)


def _aside_m(point: Point, origin: Point, heading: float) -> float:
    """Return how far to the left a point lies of a line through the origin."""
    dx, dy = point[0] - origin[0], point[1] - origin[1]
    return dy * math.cos(heading) - dx * math.sin(heading)


def _joining(link: PlanLink, out: PlanLink, entries: list[PlanLink]) -> Iterator[LanePath]:
    """Yield the paths of one of several carriageways that join; the rightmost keeps to the kerb."""
    if len(entries) == 1 and link.lanes == out.lanes + 1:  # the kerb lane ends: a lane for speeding up
        yield from (LanePath(link.id, out.id, lane, lane - 1) for lane in range(1, link.lanes))
        return
    heading = heading_at_start(out.shape, _SEEN_M)
    ordered = sorted(entries, key=lambda entry: (_aside_m(_middle(entry, -_NEAR_M), out.shape[0], heading), entry.id))
    total = sum(entry.lanes for entry in ordered)
    before = sum(entry.lanes for entry in ordered[: ordered.index(link)])
    for source, place in dealt(total, out.lanes):
        if before <= source < before + link.lanes:
            yield LanePath(link.id, out.id, source - before, place)


def _turning_back(inbound: list[PlanLink], outbound: list[PlanLink]) -> Iterator[LanePath]:
    for link in inbound:
        for out in outbound:
            for lane, place in dealt(link.lanes, out.lanes):
                yield LanePath(link.id, out.id, lane, place)


def _around(inbound: list[PlanLink], outbound: list[PlanLink]) -> Iterator[LanePath]:
    """Yield the paths at one arm of a roundabout: around it, out of it from the kerb lane, and into it."""
    ring_in = next(link for link in inbound if link.kind == "circulating")
    ring_out = next(link for link in outbound if link.kind == "circulating")
    for lane in range(ring_in.lanes):
        yield LanePath(ring_in.id, ring_out.id, lane, lane)
    for out in outbound:
        if out is not ring_out:
            yield from (LanePath(ring_in.id, out.id, 0, lane) for lane in range(out.lanes))
    for link in inbound:
        if link is not ring_in:
            for lane in range(link.lanes):
                yield LanePath(link.id, ring_out.id, lane, min(lane, ring_out.lanes - 1))
